"""The repository's pages, as the tests read them."""

from pathlib import Path

from bpdocs.examples.reader import Page, read_page

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "zh")
PAGE_PATHS = sorted(
    path for language in LANGUAGES for path in (ROOT / "docs" / language).rglob("*.md")
)


def page_name(path: Path) -> str:
    """Return a page's name as error messages give it."""
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> Page:
    """Read a page of the repository."""
    return read_page(path.read_text(encoding="utf-8"), page_name(path))


def address(path: Path) -> str:
    """Return where a page stands on the site."""
    language, *rest = path.relative_to(ROOT / "docs").with_suffix("").parts
    folders = [part for part in rest if part != "index"]
    return "/".join([*([language] if language != "en" else []), *folders, ""]).lstrip("/")
