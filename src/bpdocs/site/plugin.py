"""The MkDocs plugin: pages with executed examples and rendered equations, in every language."""

import logging
import re
import shutil
from pathlib import Path
from typing import Any, Literal

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url
from mkdocs.utils.meta import get_data

from bpdocs.equations.pages import CheckedEquation, check_page, model_of, require_true
from bpdocs.examples.fences import PageError
from bpdocs.examples.model import Cell
from bpdocs.examples.reader import Equation, Page, read_page
from bpdocs.site.assets import build_assets
from bpdocs.site.cells import render_cell, render_page_bar
from bpdocs.site.equations import EQUATION_NAME, render_tools, shape_titles
from bpdocs.site.formulas import FormulaRenderer
from bpdocs.site.languages import (
    LANGUAGES,
    addresses_of,
    addresses_of_roots,
    alternates,
    build_language,
    language_config,
    link_languages,
    require_same_pages,
)
from bpdocs.site.places import DOCSTRINGS, find_blocks
from bpdocs.site.runtime import Runtime, prepare_runtime
from bpdocs.site.scripts import put_first

log = logging.getLogger("mkdocs.plugins.bpdocs")

_PLACE = '<div data-bp-place="{}"></div>'
_PLACES = re.compile(r'<div data-bp-place="(\d+)"></div>')
_TITLE_END = "</h1>"
_SERVICE = "bpdocs-service.js"  # `frontend/src/keep.ts` registers it by this name


class BpdocsConfig(Config):
    """The options of the plugin in mkdocs.yml."""

    language = config_options.Choice([language.code for language in LANGUAGES], default="en")
    """Which language this configuration builds; the first one builds the others too."""


class BpdocsPlugin(BasePlugin[BpdocsConfig]):
    """Reads every page once and replaces its fences by live cells and rendered equations."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.equations: dict[str, list[CheckedEquation]] = {}
        self.formulas = FormulaRenderer()
        self.runtime: Runtime
        self.is_dirty = False

    @property
    def language(self) -> Any:
        """The language of this build."""
        return next(entry for entry in LANGUAGES if entry.code == self.config.language)

    @property
    def is_main(self) -> bool:
        """Whether this is the build that builds the other languages."""
        return self.language is LANGUAGES[0]

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Keep the plugin object from one build of `mkdocs serve` to the next."""
        self.is_dirty = dirty

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Build what pages need: the front end, the wheel, the browser's Python."""
        # Chinese search loads jieba, which logs its dictionary to the terminal.
        logging.getLogger("jieba").setLevel(logging.WARNING)
        project = Path(config.config_file_path).parent
        self.assets = build_assets()
        self.runtime = prepare_runtime(project)
        script = config_options.ExtraScriptValue(f"assets/{self.assets.script}")
        script.type = "module"
        config.extra_javascript.append(script)  # which `put_first` moves
        config.extra_css.append(f"assets/{self.assets.style}")
        config.extra["alternate"] = alternates()
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Put the front end on the site."""
        own = {f"assets/{path.name}": path for path in self.assets.files}
        if self.is_main:
            require_same_pages(files, Path(config.docs_dir))
            # A service worker answers for its own folder and those below.
            own[_SERVICE] = self.assets.folder / self.assets.service
        for name, path in own.items():
            files.append(
                File.generated(
                    config,
                    name,
                    abs_src_path=str(path),
                    inclusion=InclusionLevel.NOT_IN_NAV,
                )
            )
        return files

    def on_page_markdown(
        self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Read the page, check its formulas, and leave a place for every cell and equation."""
        name = f"docs/{self.language.code}/{page.file.src_uri}"
        # Front matter is gone by now, but error messages count lines from the top of the file.
        content = page.file.content_string
        body, _ = get_data(content)
        above = content[: len(content) - len(body)].count("\n")
        text = "\n" * above + markdown.lstrip("\n")
        try:
            read = read_page(text, name)
            checked = check_page(read, model_of(content))
            require_true(checked)
        except PageError as error:
            raise PluginError(str(error)) from error
        self.pages[page.file.src_uri] = read
        self.equations[page.file.src_uri] = [
            formula for formula in checked if isinstance(formula, CheckedEquation)
        ]
        lines = read.text.split("\n")
        for number, (fence, _) in reversed(list(enumerate(read.blocks))):
            lines[fence.start : fence.end] = ["", fence.indent + _PLACE.format(number), ""]
        return "\n".join(lines)

    def on_page_content(
        self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Fill the places, render inline formulas, and add the page's bar."""
        read = self.pages[page.file.src_uri]
        checked = self.equations[page.file.src_uri]
        titles = [shape_titles(equation, self.language.code) for equation in checked]
        formulas = self.formulas.render_equations(
            read.equations, read.name, titles, EQUATION_NAME[self.language.code]
        )
        equations = iter(
            formula + render_tools(equation, self.language.code)
            for formula, equation in zip(formulas, checked, strict=True)
        )
        blocks = [
            render_cell(block) if isinstance(block, Cell) else next(equations)
            for _, block in read.blocks
            if isinstance(block, Cell | Equation)
        ]
        html = self.formulas.render_inline(html, read.name, read.formulas, self.language.code)
        found = find_blocks(html)
        if found != list(range(len(blocks))):
            raise PluginError(
                f"{read.name}:1: {len(blocks)} cells and equations were read but {len(found)} are "
                "on the page. Check that no fence stands inside HTML or a comment."
            )
        html = _PLACES.sub(lambda match: blocks[int(match[1])], html)
        # Docstrings are English on every page.
        html = html.replace(DOCSTRINGS, f'{DOCSTRINGS} lang="en"')
        if read.blocks:
            url = self._url_from(page, self.runtime.path)
            bar = render_page_bar(url, self.runtime.start_bytes)
            if _TITLE_END not in html:
                raise PluginError(f"{read.name}:1: the page has no title. Begin it with '# '.")
            html = html.replace(_TITLE_END, _TITLE_END + bar, 1)
        return html

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Put our script first, and link the page to itself in the other languages."""
        output = put_first(output, self.assets)
        return link_languages(output, addresses_of(self.language, page.url))

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Link the page that says that a page was not found to the languages' first pages."""
        if template_name.endswith(".html"):
            output_content = put_first(output_content, self.assets)
        return link_languages(output_content, addresses_of_roots(self.language, config.site_url))

    @event_priority(-100)  # every other plugin is done with this language before the next begins
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Put the browser's Python on the site, and build the other languages."""
        if not self.is_main:
            return
        target = Path(config.site_dir) / self.runtime.path
        shutil.copytree(self.runtime.folder, target, dirs_exist_ok=True)
        for language in LANGUAGES[1:]:
            build_language(config, language.code, self.is_dirty)

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any
    ) -> LiveReloadServer:
        """Watch what else the site is made of."""
        package = Path(__file__).parents[1]
        for folder in _source_folders(package):
            server.watch(str(folder), recursive=False)
        for language in LANGUAGES[1:]:
            server.watch(str(Path(config.docs_dir).parent / language.code))
            server.watch(str(language_config(config, language.code)))
        return server

    def on_shutdown(self) -> None:
        """End the Node process."""
        self.formulas.close()

    def _url_from(self, page: MkDocsPage, path: str) -> str:
        """Return the address of `path`, below the site's root, relative to a page."""
        return get_relative_url(path, self.language.path + page.url)


def _source_folders(package: Path) -> list[Path]:
    """Return the folders of the package's own files; not those that npm fills."""
    suffixes = {".py", ".lark", ".ts", ".css", ".mjs", ".json"}
    files = [path for path in package.rglob("*.*") if path.suffix in suffixes]
    return sorted({path.parent for path in files if "node_modules" not in path.parts})
