"""Find a Chromium, or install one: `python tests/browser/chromium.py`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "No Chromium was found. Install one with your system's package manager (Debian: "
    "apt-get install chromium), or set BPDOCS_CHROMIUM to its path, and run the tests again."
)


def find_chromium() -> str | None:
    """Return the path of BPDOCS_CHROMIUM, an installed Chromium, or Playwright's own."""
    chosen = os.environ.get("BPDOCS_CHROMIUM")
    if chosen:
        return chosen if Path(chosen).is_file() else None
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def install_chromium() -> None:
    """Try Playwright's download, then Debian's package."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        elevate = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        attempts.append([*elevate, "apt-get", "update", "--quiet"])
        attempts.append([*elevate, "apt-get", "install", "--yes", "--quiet", "chromium"])
    for command in attempts:
        print("Trying:", " ".join(command), flush=True)
        try:
            subprocess.run(command, check=False, timeout=900)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error)
        if find_chromium():
            return


if __name__ == "__main__":
    if not find_chromium():
        install_chromium()
    sys.exit(None if find_chromium() else MISSING)
