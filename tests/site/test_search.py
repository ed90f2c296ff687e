"""The search index of each language: its own pages, prose and code without formulas."""

import json
import re

import pytest

LANGUAGES = pytest.mark.parametrize("folder", ["", "zh/"], ids=["en", "zh"])
MARKS_OF_KATEX = ["\\bm", "\\htmlClass", "\\mathsf", "katex", "<math", "<annotation"]


def entries(built, folder):
    """Return the entries of a language's index."""
    text = (built.folder / folder / "search/search_index.json").read_text("utf-8")
    return json.loads(text)["docs"]


@LANGUAGES
def test_index_holds_its_pages_only(built, folder):
    """Each language's index has the pages of that language, and no other."""
    pages = {entry["location"].partition("#")[0] for entry in entries(built, folder)}
    assert pages == {
        path.removeprefix(folder).removesuffix("index.html")
        for path in built.sources
        if path.startswith("zh/") == bool(folder)
    }


@LANGUAGES
def test_index_speaks_its_language_only(built, folder):
    """The Chinese index has Chinese titles, and the English one has none."""
    titles = "".join(entry["title"] for entry in entries(built, folder))
    assert bool(re.search("[一-鿿]", titles)) == (folder == "zh/")


@LANGUAGES
def test_index_has_no_formulas(built, folder):
    """What a reader finds holds, but for code, no LaTeX and no markup of KaTeX."""
    code = re.compile("<pre>.*?</pre>|<code>.*?</code>", re.DOTALL)
    texts = [code.sub("", entry["title"] + entry["text"]) for entry in entries(built, folder)]
    assert [text for text in texts if any(mark in text for mark in MARKS_OF_KATEX)] == []


@pytest.mark.parametrize(
    ("folder", "prose"),
    [("", "Here is and , see the other page."), ("zh/", "这里是 and , see the other page.")],
    ids=["en", "zh"],
)
def test_index_has_no_letters_of_formulas(tiny_site, folder, prose):
    """Of a paragraph with formulas the index has the prose, and not their letters."""
    text = entries(tiny_site, folder)[0]["text"].replace("\u200b", "")
    paragraph = re.search("<p>(.*?)</p>", text)[1]
    assert re.sub(r"\s+", " ", paragraph).replace(" ,", ",") == prose.replace(" ,", ",")


@LANGUAGES
def test_index_has_the_code_of_cells(tiny_site, folder):
    """The source of a cell and what it prints can be found."""
    text = entries(tiny_site, folder)[0]["text"]
    assert "import bpdocs" in text
    assert "&lt;/div&gt;&lt;b&gt; &amp;" in text
