"""The second language: built inside the first one's build, so that one command serves both.

Each language has a configuration of its own, and thereby its own search index and theme language.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.utils import get_relative_url


@dataclass(frozen=True)
class Language:
    """A language of the site.

    Attributes
    ----------
    code : str
        "en" or "zh".
    name : str
        What the language calls itself.
    path : str
        Where it stands below the site's root: "" or "zh/".
    """

    code: str
    name: str
    path: str


_MARK = "#bpdocs-language-{}"

LANGUAGES = (Language("en", "English", ""), Language("zh", "中文", "zh/"))


def alternates() -> list[dict[str, str]]:
    """Return Material's `extra.alternate`, with marks that `link_languages` makes addresses of.

    Material resolves these links against the language's own root, above which it cannot go.
    """
    return [
        {"name": language.name, "lang": language.code, "link": _MARK.format(language.code)}
        for language in LANGUAGES
    ]


def link_languages(output: str, addresses: dict[str, str]) -> str:
    """Return a finished page that links itself in every language.

    Material's script would fetch a sitemap from below each alternate link, and pages have none. The
    trailing space in `rel` makes it pass them by, and means nothing to any other reader of HTML.

    Parameters
    ----------
    output : str
        The page's HTML.
    addresses : dict of str to str
        By language code, where the page stands in that language.

    Returns
    -------
    str
        The HTML with the marks replaced.
    """
    for code, address in addresses.items():
        output = output.replace(f'"{_MARK.format(code)}"', f'"{address}"')
    return output.replace('<link rel="alternate" ', '<link rel="alternate " ')


def addresses_of(language: Language, page_url: str) -> dict[str, str]:
    """Return where a page stands in every language, relative to itself in `language`."""
    here = language.path + page_url
    return {
        other.code: get_relative_url(other.path + page_url, here) or "./" for other in LANGUAGES
    }


def addresses_of_roots(language: Language, site_url: str | None) -> dict[str, str]:
    """Return where each language begins, for a page that may be shown at any address."""
    path = urlsplit(site_url or "/").path.removesuffix(language.path)
    return {other.code: path + other.path for other in LANGUAGES}


def build_language(main: MkDocsConfig, code: str, dirty: bool) -> None:
    """Build the site of `mkdocs.CODE.yml` into the main site's folder."""
    site_dir = Path(main.site_dir) / code
    config = load_config(
        str(language_config(main, code)),
        site_dir=str(site_dir),
        site_url=f"{main.site_url.rstrip('/')}/{code}/" if main.site_url else None,
        strict=main.strict,
        use_directory_urls=main.use_directory_urls,
    )
    config.plugins.on_startup(command="build", dirty=dirty)
    try:
        build(config, dirty=dirty)
    finally:
        config.plugins.on_shutdown()


def language_config(main: MkDocsConfig, code: str) -> Path:
    """Return the path of a language's configuration, beside the main one."""
    path = Path(main.config_file_path).with_name(f"mkdocs.{code}.yml")
    if not path.is_file():
        raise PluginError(f"bpdocs: {path.name} is missing. It configures the language '{code}'.")
    return path


def require_same_pages(files: Files, docs_dir: Path) -> None:
    """Raise unless the other languages have just the pages that this one has."""
    here = {file.src_uri for file in files.documentation_pages()}
    for other in LANGUAGES:
        folder = docs_dir.parent / other.code
        there = {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*.md")
            if not path.name.startswith(".")  # an editor's, and MkDocs passes it by too
        }
        for page in sorted(here - there):
            raise PluginError(f"docs/{other.code}/{page}:1: the page is missing. Translate it.")
        for page in sorted(there - here):
            raise PluginError(
                f"docs/{other.code}/{page}:1: there is no such page in docs/{docs_dir.name}. "
                "Write it, or remove this one."
            )
