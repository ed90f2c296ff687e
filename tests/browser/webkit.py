"""Debian's WebKit, Safari's engine: a screen, a way out that refuses, and WebKitGTK's driver."""

import contextlib
import os
import select
import socketserver
import subprocess
import threading
from collections.abc import Iterator

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote, WebKitGTKOptions, WebKitGTKService
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from urllib3.exceptions import HTTPError

STARTING = 20  # seconds, for a screen or a driver
ANSWERING = 60  # seconds, for one command on a busy machine
ATTEMPTS = 3  # the driver has been seen to hang while it starts its browser


@contextlib.contextmanager
def webkit(path: str) -> Iterator[tuple[Remote, list[str]]]:
    """Start the browser on a screen of its own; the list grows by all that it asks elsewhere."""
    with (
        screen() as display,
        refusing_proxy() as (proxy, outside),
        webkit_driver(path, display, proxy) as driver,
    ):
        yield driver, outside


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """Start a screen that nobody sees; it chooses its number."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24"]
    process = subprocess.Popen([*command, "-nolisten", "tcp"], pass_fds=[writing])
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], STARTING)
        number = os.read(reading, 20).decode().strip() if ready else ""
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        os.close(reading)
        end(process)


@contextlib.contextmanager
def refusing_proxy() -> Iterator[tuple[str, list[str]]]:
    """Serve as the way to everywhere but this machine: note each request, and refuse it."""
    requests: list[str] = []

    class Refusal(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            requests.append(self.rfile.readline(2000).decode(errors="replace").strip())
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", requests
        server.shutdown()


@contextlib.contextmanager
def webkit_driver(path: str, display: str, proxy: str) -> Iterator[Remote]:
    """Start WebKitGTK's driver and its browser, again if they hang, and end both."""
    environment = {
        "DISPLAY": display,
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # containers allow no sandbox within
        "JSC_useOMGJIT": "0",  # this compiler takes both cores of a small machine for seconds
    }
    options = WebKitGTKOptions()
    options.binary_location = path
    options.add_argument("--automation")
    ways = {"httpProxy": proxy, "sslProxy": proxy, "noProxy": ["127.0.0.1"]}
    options.set_capability("proxy", {"proxyType": "manual"} | ways)
    problems = []
    for _ in range(ATTEMPTS):
        service = WebKitGTKService(env=os.environ | environment)
        service.start()
        try:
            config = ClientConfig(service.service_url, timeout=STARTING)
            driver = Remote(RemoteConnection(client_config=config), options=options)
        except (WebDriverException, HTTPError) as error:
            problems.append(str(error))
            end(service.process)
            continue
        try:
            config.timeout = ANSWERING
            yield driver
        finally:
            with contextlib.suppress(WebDriverException, HTTPError):  # a page that hangs
                driver.quit()
            end(service.process)
        return
    raise AssertionError(f"WebKit did not start: {problems}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here; what it has started ends with it."""
    process.terminate()
    try:
        process.wait(STARTING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
