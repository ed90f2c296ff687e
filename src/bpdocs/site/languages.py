"""The second language: built inside the first one's build, so that one command serves both.

Each language has a configuration of its own, and thereby its own search index and theme language.
"""

from dataclasses import dataclass
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files


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


LANGUAGES = (Language("en", "English", ""), Language("zh", "中文", "zh/"))


def alternates(language: Language, page_url: str) -> list[dict[str, str]]:
    """Return Material's `extra.alternate`: the same page in every language.

    Parameters
    ----------
    language : Language
        The language of the page.
    page_url : str
        The page's address below its language's root.

    Returns
    -------
    list of dict
        Links relative to the language's root.
    """
    up = "../" * language.path.count("/")
    return [
        {"name": other.name, "lang": other.code, "link": f"{up}{other.path}{page_url}" or "./"}
        for other in LANGUAGES
    ]


def hide_from_instant_navigation(page: str) -> str:
    """Return the page with its alternate links spelled so that Material's script passes them by.

    The script would fetch a sitemap from below each of them, and pages have none. To every other
    reader of HTML the trailing space means nothing.
    """
    return page.replace('<link rel="alternate" ', '<link rel="alternate " ')


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
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
        for page in sorted(here - there):
            raise PluginError(f"docs/{other.code}/{page}:1: the page is missing. Translate it.")
        for page in sorted(there - here):
            raise PluginError(
                f"docs/{other.code}/{page}:1: there is no such page in docs/{docs_dir.name}. "
                "Write it, or remove this one."
            )
