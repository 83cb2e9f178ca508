"""Find a Chromium to drive; `python -m tests.browser.chromium --install` also installs one where apt can.

$CHROMIUM, where it is set, is the only browser considered.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
PACKAGES = ("chromium", "fonts-dejavu-core")
MISSING = (
    "The browser tests need Chromium: install it (on Debian: apt-get install chromium), "
    "or name a Chromium or Chrome with CHROMIUM=/path/to/it."
)


class NoBrowser(Exception):
    """There is no browser to test in: a failure, never a reason to skip."""


def find() -> str:
    """Return the browser's path, or raise NoBrowser with a sentence that says what to do."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise NoBrowser(f"CHROMIUM names {named}, which is not a program on this machine.")
        return found
    candidates = [*map(shutil.which, NAMES), *(path for path in MAC if Path(path).exists())]
    for candidate in candidates:
        if candidate:
            return candidate
    raise NoBrowser(MISSING)


def install() -> None:
    """Install Chromium with apt, where there is apt and the right to use it."""
    if shutil.which("apt-get") is None:
        raise NoBrowser(MISSING)
    sudo: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise NoBrowser(MISSING)
        sudo = ["sudo", "--non-interactive"] if not sys.stdin.isatty() else ["sudo"]
    wait = ("--option", "DPkg::Lock::Timeout=300")  # another apt may be at work
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet", *wait]
    try:
        subprocess.run([*apt, "update"], check=True)
        subprocess.run([*apt, "install", "--yes", "--no-install-recommends", *PACKAGES], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        raise NoBrowser(f"{MISSING} (apt-get could not: {error})") from error


def main(arguments: list[str]) -> int:
    try:
        try:
            path = find()
        except NoBrowser:
            if "--install" not in arguments or os.environ.get("CHROMIUM"):
                raise
            print("Installing Chromium")
            install()
            path = find()
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Browser tests run in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
