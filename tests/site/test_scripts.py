"""The order of a page's scripts."""

import pytest
from mkdocs.exceptions import PluginError

from bpdocs.site.assets import build_assets
from bpdocs.site.scripts import put_first

THEIRS = '<script src="../assets/javascripts/bundle.1a2b.min.js"></script>'


@pytest.fixture(scope="module")
def assets():
    """Return the bundled front end."""
    return build_assets()


def page_with(*scripts):
    """Return a page with scripts at its end, as the theme writes them."""
    return f"<html><head><title>x</title></head><body>{''.join(scripts)}</body></html>"


def test_ours_runs_before_the_themes(assets):
    """Our script stands in the head with what it imports; the theme's waits for it."""
    ours = f'<script src="../assets/{assets.script}" type="module"></script>'
    head, body = put_first(page_with(THEIRS, ours), assets).split("</head>")
    assert head.endswith(ours)
    assert assets.preloads
    for name in assets.preloads:
        assert f'<link rel="modulepreload" href="../assets/{name}">' in head
    assert '<script defer src="../assets/javascripts/bundle.1a2b.min.js"></script>' in body
    assert assets.script not in body


@pytest.mark.parametrize("scripts", [[], [THEIRS], ['<script src="../assets/x.js"></script>']])
def test_another_theme_is_an_error(assets, scripts):
    """Where the scripts cannot be ordered, the build says where to correct it."""
    with pytest.raises(PluginError, match="put_first"):
        put_first(page_with(*scripts), assets)
