"""How Python starts: what is asked, what is kept, and what is said when it fails."""

import base64
import hashlib
import re

import pytest
from playwright.sync_api import Browser, expect

KEPT = """async () => {
  const end = Date.now() + 30_000;
  for (; Date.now() < end; await new Promise(requestAnimationFrame)) {
    const registration = await navigator.serviceWorker.ready;
    const names = await caches.keys();
    if (registration.active.state !== 'activated' || names.length !== 1) continue;
    const urls = (await (await caches.open(names[0])).keys()).map(({ url }) => url);
    if (urls.some((url) => url.endsWith("/snapshot"))) return urls;
  }
  return [];
}"""


def python_is_kept(reader) -> list[str]:
    """Wait until all files and Python's memory are kept, and return their addresses."""
    return reader.page.evaluate(KEPT)


def test_metered_connection_is_asked_once(browser: Browser, server) -> None:
    """Where data are to be saved nothing loads before the reader knows how much, and agrees."""
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url + "derivation/forward/")
    cell = page.locator("[data-bp-cell]").first
    cell.locator("[data-bp-action=run]").click()

    expect(cell).to_contain_text("Your device asks to save data.")
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/py/" in url]
    (size,) = re.findall(r"loads up to (\d+\.\d) MB", cell.inner_text())
    cell.locator("[data-bp-action=not-now]").click()
    expect(cell).to_have_attribute("data-bp-state", "idle")
    cell.locator("[data-bp-action=run]").click()
    with page.expect_response("**/manifest.json") as manifest:
        cell.locator("[data-bp-action=load]").click()
    needed = [entry["size"] for entry in manifest.value.json() if not entry["on_import"]]
    assert size == f"{sum(needed) / 1e6:.1f}"
    expect(cell).to_have_attribute("data-bp-state", "same", timeout=60_000)
    context.close()


def test_pointing_at_run_fetches_ahead(reader) -> None:
    """Pointing at Run fetches the runtime, and starts nothing."""
    reader.open("")
    reader.cell().locator("[data-bp-action=run]").hover()
    reader.page.wait_for_timeout(1500)

    assert [url for url in reader.requests if url.endswith("pyodide.asm.wasm")]
    assert reader.starts == 0


def test_second_visit_starts_without_the_network(reader, server) -> None:
    """After the first start its files are kept, and Python starts when they cannot be fetched."""
    reader.open("")
    reader.run()
    kept = python_is_kept(reader)
    names = {url.rpartition("/")[2] for url in kept}
    for name in names:
        server.changes[name] = lambda _: None
    reader.page.close()
    reader.page = reader.page.context.new_page()
    reader.open("derivation/forward/")

    assert reader.run() == "same"


def test_nothing_but_python_is_kept(reader) -> None:
    """The service worker keeps the hashed folder and the worker: no page can grow stale."""
    reader.open("")
    reader.run()
    kept = [url.removeprefix(reader.server.url) for url in python_is_kept(reader)]

    assert all(re.match(r"py/[0-9a-f]{16}/|assets/worker-\w+\.js$", url) for url in kept)
    assert len(kept) >= 8


def test_other_versions_are_dropped(reader) -> None:
    """The files of an older version of Python go when a newer one is kept."""
    reader.open("")
    reader.page.evaluate("caches.open('bpdocs-python-older')")
    reader.run()

    assert python_is_kept(reader)


def test_languages_share_what_is_kept(reader) -> None:
    """The Chinese pages start from the same files."""
    reader.open("")
    reader.run()
    python_is_kept(reader)
    reader.open("zh/")
    reader.run()
    reader.page.wait_for_timeout(500)

    addresses = "all => all.map(one => one.active.scriptURL)"
    workers = reader.page.evaluate(f"navigator.serviceWorker.getRegistrations().then({addresses})")
    assert len(workers) == 1
    assert python_is_kept(reader)


def test_full_storage_is_no_fault(reader) -> None:
    """Where nothing can be kept, Python starts all the same, on this visit and the next."""
    tools = reader.page.context.new_cdp_session(reader.page)
    reader.forgiven = "."  # Chromium notes that the service worker was not installed
    order = {"origin": reader.server.url.rstrip("/"), "quotaSize": 1_000_000}
    tools.send("Storage.overrideQuotaForOrigin", order)
    reader.open("")
    assert reader.run() == "same"
    reader.page.wait_for_timeout(2500)
    reader.page.reload()

    assert reader.run() == "same"


def change_kept(reader, name: str, change: str) -> None:
    """Put something else in the place of a kept file, by JavaScript from answer to answer."""
    python_is_kept(reader)
    reader.page.evaluate(
        """async ([name, change]) => {
          const [cacheName] = await caches.keys();
          const cache = await caches.open(cacheName);
          const { url } = (await cache.keys()).find(({ url }) => url.endsWith(name));
          await cache.put(url, await eval(change)(await cache.match(url)));
        }""",
        [name, change],
    )


def retry_after(reader, sentence: str) -> None:
    """Load the page again, see that Python does not start and why, and let Retry start it."""
    reader.page.reload()
    reader.press("run")
    expect(reader.cell()).to_contain_text(sentence, timeout=30_000)
    reader.cell().locator("[data-bp-action=retry]").click()
    assert reader.wait() == "same"


def test_damaged_file_is_fetched_past_the_caches(reader) -> None:
    """A file that is damaged where it is kept is refused, and Retry fetches it anew."""
    reader.open("")
    reader.run()
    change_kept(reader, "library.tar.gz", "() => new Response('x')")
    retry_after(reader, "library.tar.gz arrived damaged")


def test_memory_is_left_to_the_next_start(reader) -> None:
    """The next start takes over what was imported, and every page is as printed then, too."""
    reader.open("")
    reader.run()
    told = """({ headers, body }) => {
      const told = JSON.parse(headers.get("bp-snapshot"));
      told.state.hiwireKeys = [{ serialized: "nobody knows this" }];
      return new Response(body, { headers: { "bp-snapshot": JSON.stringify(told) } });
    }"""
    change_kept(reader, "/snapshot", told)
    retry_after(reader, "_snapshotDeserializer")  # what could not be used was dropped

    for page in ("derivation/forward/", "derivation/gradients/", "zh/derivation/error/"):
        python_is_kept(reader)
        reader.open(page)
        total = reader.page.locator("[data-bp-cell]").count()
        assert reader.run_all() == f"{total}/{total}"


def test_damaged_memory_is_refused(reader) -> None:
    """Memory that is damaged where it is kept is refused by its hash; Retry imports again."""
    reader.open("")
    reader.run()
    flipped = """async (kept) => {
      const bytes = new Uint8Array(await kept.arrayBuffer());
      bytes[bytes.length >> 1] ^= 1;
      return new Response(bytes, kept);
    }"""
    change_kept(reader, "/snapshot", flipped)
    retry_after(reader, "snapshot arrived damaged")


def test_chance_is_not_left_to_the_next_start(reader) -> None:
    """Two starts from the same memory draw different numbers, and open what was not imported."""
    source = """import random, secrets, numpy as np
from numpy.linalg import svd
from numpy.fft import fft
print(svd(np.eye(3))[1].sum(), fft(np.ones(4)).real.sum(), np.random.default_rng(7).integers(100))
print(random.random(), np.random.rand(), secrets.token_hex(8))"""
    drawn = []
    reader.open("")
    reader.run()
    python_is_kept(reader)
    for _ in range(2):
        reader.page.reload()
        assert reader.run_source(source) == "done"
        result, numbers = reader.output().strip().splitlines()
        assert result == "3.0 4.0 94"
        drawn.append(numbers.split())
    assert all(one != other for one, other in zip(*drawn, strict=True))


def test_cut_connection_is_told(reader, server) -> None:
    """A connection that ends in the middle of a file is told with its name, and Retry starts."""
    server.cuts["pyodide.asm.wasm"] = 1_000_000
    reader.forgiven = "pyodide.asm.wasm"
    reader.open("")
    reader.press("run")

    expect(reader.cell()).to_contain_text("could not be fetched", timeout=30_000)
    server.cuts.clear()
    reader.cell().locator("[data-bp-action=retry]").click()
    assert reader.wait() == "same"


def test_the_package_is_not_compiled_in_the_browser(reader) -> None:
    """A start loads the package's bytecode as it was made at build, in this Python's version."""
    reader.open("")
    source = """import importlib.util, pathlib, bpdocs.layers
code = pathlib.Path(bpdocs.layers.__cached__).read_bytes()
code[:8] == importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")"""

    assert reader.run_source(source) == "done"
    assert reader.output().strip() == "True"


def test_start_can_be_cancelled(reader) -> None:
    """Stop while Python starts ends the start; Run starts it again."""
    reader.open("")
    reader.press("run")
    reader.press("stop")

    expect(reader.cell()).to_contain_text("Starting Python was stopped.")
    assert reader.run() == "same"


def policy(html: str) -> str:
    """Return the content security policy that the site needs, with the page's inline scripts."""
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", html, re.DOTALL)
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline)
    scripts = " ".join(f"'sha256-{text}'" for text in hashes)
    return (
        f"default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {scripts}; worker-src 'self'; "
        "connect-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    )


@pytest.mark.parametrize("way", ["header", "meta"])
def test_strict_policy_is_enough(reader, server, site, way) -> None:
    """With a strict content security policy cells run, stop, show pictures and are edited."""
    html = (site / "index.html").read_text("utf-8")
    rule = policy(html)
    if way == "header":
        server.headers["Content-Security-Policy"] = rule
    else:
        meta = f'<head><meta http-equiv="Content-Security-Policy" content="{rule}">'
        server.changes["/"] = lambda body: body.replace(b"<head>", meta.encode(), 1)
    reader.open("")

    assert reader.run() == "same"
    assert (
        reader.run_source("class P:\n    def _repr_html_(self): return '<b>bold</b>'\nP()")
        == "done"
    )
    expect(reader.cell().locator(".bp-rich b")).to_have_text("bold")
    reader.edit("while True: pass")
    reader.press("run")
    reader.wait(states="running")
    reader.press("stop")
    assert reader.wait() == "stopped"
