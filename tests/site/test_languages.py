"""The two languages: links between them, and pages that stand in both."""

from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from bpdocs.site.languages import (
    LANGUAGES,
    addresses_of,
    addresses_of_roots,
    alternates,
    link_languages,
)

ROOTS = {language.code: f"https://example.org/site/{language.path}" for language in LANGUAGES}
PAGES = ["", "about/", "derivation/error/", "about.html", "derivation/error.html"]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
@pytest.mark.parametrize("page", PAGES)
def test_addresses_lead_to_the_same_page(language, page):
    """From a page each address leads to the page of the same name in its language."""
    here = urljoin(ROOTS[language.code], page)
    resolved = {code: urljoin(here, link) for code, link in addresses_of(language, page).items()}
    assert resolved == {code: urljoin(root, page) for code, root in ROOTS.items()}


def test_alternates_call_languages_by_their_own_names():
    """A language is offered under the name that its readers use."""
    assert [entry["name"] for entry in alternates()] == ["English", "中文"]


def test_built_pages_lead_to_the_same_page(built):
    """On every built page the links to other languages lead to the same page there."""
    for path in built.html_files:
        page = built.page(path)
        below = path.removeprefix("zh/")
        expected = {"en": built.url(below), "zh": built.url(f"zh/{below}")}
        if path.endswith("404.html"):
            expected = {"en": built.url("index.html"), "zh": built.url("zh/index.html")}
        for selector in ("link[rel~=alternate][hreflang]", "a.md-select__link[hreflang]"):
            links = {
                link["hreflang"]: urljoin(built.url(path), link["href"])
                for link in page.select(selector)
            }
            assert links == expected, f"{path}: {selector}"


@pytest.mark.parametrize("path", ["index.html", "second/index.html", "404.html"])
@pytest.mark.parametrize(("folder", "language"), [("", "en"), ("zh/", "zh")])
def test_pages_say_their_language(tiny_site, folder, language, path):
    """Every page's root element names its language."""
    assert tiny_site.page(folder + path).html["lang"] == language


def test_hidden_links_are_read_all_the_same():
    """A reader of HTML still sees an alternate, which a script's [rel=alternate] misses."""
    page = '<link rel="alternate" href="zh/" hreflang="zh"><link rel="next" href="a/">'
    tree = BeautifulSoup(link_languages(page, {}), "html.parser")
    assert [link["href"] for link in tree.select('link[rel~="alternate"]')] == ["zh/"]
    assert 'rel="alternate"' not in link_languages(page, {})


def test_marks_become_addresses():
    """The links that Material writes lead to the addresses that are given."""
    mark = alternates()[1]["link"]
    assert link_languages(f'<a href="{mark}">', {"zh": "../zh/"}) == '<a href="../zh/">'


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_roots_are_below_the_address_of_the_site(language):
    """Where a page may be shown at any address, the languages' roots are absolute paths."""
    roots = addresses_of_roots(language, f"https://example.org/docs/{language.path}")
    assert roots == {"en": "/docs/", "zh": "/docs/zh/"}


def test_hiding_changes_nothing_else():
    """Everything else on the page stays as it is."""
    page = '<p>rel="alternate"</p><link rel="next" href="a/"><link rel="canonical" href="b/">'
    assert link_languages(page, {}) == page


def test_built_pages_hide_their_alternates(tiny_site):
    """No built page has a link that Material's script would follow to a sitemap."""
    for path in tiny_site.html_files:
        assert 'rel="alternate"' not in (tiny_site.folder / path).read_text(encoding="utf-8")


def test_missing_translation_is_an_error(site_project, run_build):
    """A page that has no translation fails the build with the file that is missing."""
    (site_project / "docs/zh/second.md").unlink()
    errors = run_build(site_project)
    assert "docs/zh/second.md:1: the page is missing. Translate it." in errors


def test_missing_original_is_an_error(site_project, run_build):
    """A page that stands in the second language only fails the build."""
    (site_project / "docs/zh/third.md").write_text("# 第三页\n", encoding="utf-8")
    assert (
        "docs/zh/third.md:1: there is no such page in docs/en. Write it, or remove this one."
        in run_build(site_project)
    )


def test_missing_configuration_is_an_error(site_project, run_build):
    """Without mkdocs.zh.yml the build fails and says what the file is for."""
    (site_project / "mkdocs.zh.yml").unlink()
    expected = "bpdocs: mkdocs.zh.yml is missing. It configures the language 'zh'."
    assert expected in run_build(site_project)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_editors_lock_files_are_no_pages(site_project, run_build, language):
    """A hidden file that an editor keeps beside a page is no page."""
    (site_project / "docs" / language / ".#index.md").write_text("user@host", encoding="utf-8")
    assert run_build(site_project) == ""
