"""Find Chromium, Firefox and WebKit, or install them: `python tests/browser/browsers.py`."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

# Debian keeps WebKitGTK's browser beside its library, in a folder per architecture.
MINI_BROWSERS = ("lib/*/webkit2gtk-4.1/MiniBrowser", "libexec/webkit2gtk-4.1/MiniBrowser")


@dataclass(frozen=True)
class Choice:
    """A browser that was found: of the system, or the one that Playwright has downloaded."""

    path: str
    is_own: bool = False  # of Playwright


@dataclass(frozen=True)
class Engine:
    """A browser that the tests need, and where it comes from."""

    name: str  # as Playwright calls it
    programs: tuple[str, ...]
    packages: tuple[str, ...]  # of Debian

    @property
    def variable(self) -> str:
        """The environment variable with the path of another one."""
        return f"BPDOCS_{self.name.upper()}"

    @property
    def missing(self) -> str:
        """What to do where it cannot be found or installed."""
        return (
            f"No {self.name} was found. Install it with your system's package manager (Debian: "
            f"apt-get install {' '.join(self.packages)}) or with "
            f"`.venv/bin/python -m playwright install --with-deps {self.name}`, or set "
            f"{self.variable} to its path, and run the tests again."
        )

    def find(self, playwright: Playwright) -> Choice | None:
        """Return the browser of the environment variable, of the system, or Playwright's own."""
        if chosen := os.environ.get(self.variable):
            return Choice(chosen) if Path(chosen).is_file() else None
        if path := self.find_installed():
            return Choice(path)
        own: str = getattr(playwright, self.name).executable_path
        return Choice(own, is_own=True) if Path(own).is_file() else None

    def find_installed(self) -> str | None:
        """Return the path of the system's browser."""
        return next(filter(is_working, filter(None, map(shutil.which, self.programs))), None)

    def install(self) -> None:
        """Try Debian's packages and Playwright's download, until the browser is there."""
        attempts = [[sys.executable, "-m", "playwright", "install", self.name]]
        if shutil.which("apt-get"):
            is_root = os.geteuid() == 0
            apt = [*([] if is_root else ["sudo", "--non-interactive"]), "apt-get", "--quiet"]
            packages = [[*apt, "update"], [*apt, "install", "--yes", *self.packages]]
            # Root is a container, where the libraries that a download needs are missing too.
            attempts = packages + attempts if is_root else attempts + packages
        for command in attempts:
            print("Trying:", " ".join(command), flush=True)
            try:
                subprocess.run(command, check=False, timeout=900)
            except (OSError, subprocess.TimeoutExpired) as error:
                print(error)
            with sync_playwright() as playwright:
                if self.find(playwright):
                    return


def is_working(path: str) -> bool:
    """Whether a program starts: Ubuntu has names of browsers that only tell of another package."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class WebKit(Engine):
    """WebKit, Safari's engine: WebKitGTK's small browser, its driver, and a screen for it."""

    def find_installed(self) -> str | None:
        """Return the path of the small browser, if all that it needs is there."""
        if not all(map(shutil.which, self.programs)):
            return None
        found = (path for pattern in MINI_BROWSERS for path in Path("/usr").glob(pattern))
        return next(map(str, found), None)


CHROMIUM = Engine(
    "chromium",
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    ("chromium",),
)
FIREFOX = Engine("firefox", ("firefox-esr", "firefox"), ("firefox-esr",))
WEBKIT = WebKit("webkit", ("WebKitWebDriver", "Xvfb"), ("webkit2gtk-driver", "xvfb"))
ENGINES = (CHROMIUM, FIREFOX, WEBKIT)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name but this machine's can be looked up, so a request elsewhere cannot succeed.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def find_missing() -> list[Engine]:
    """Return the browsers that are not there."""
    with sync_playwright() as playwright:
        return [engine for engine in ENGINES if not engine.find(playwright)]


if __name__ == "__main__":
    for engine in find_missing():
        engine.install()
    sys.exit("\n".join(engine.missing for engine in find_missing()) or None)
