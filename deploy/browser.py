"""`python -m deploy.browser`: the browser and the Chinese font that the tests need, by apt where that is possible."""

import os
import shutil
import subprocess
import sys

# The first shows pages without a window of its own around them, at two thirds of the cost.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PACKAGES = {"browser": "chromium-headless-shell", "font": "fonts-wqy-zenhei"}


def missing() -> list[str]:
    """The Debian packages of what is not there."""
    absent = [] if any(map(shutil.which, BROWSERS)) else [PACKAGES["browser"]]
    return absent if _has_chinese_font() else [*absent, PACKAGES["font"]]


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, check=False).stdout.strip())


def main() -> int:
    """0 when all is there or could be installed; else 1 and a sentence."""
    absent = missing()
    if absent and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(absent)
        absent = missing()
    if absent:
        print(f"The tests need Chromium and a Chinese font: please install {' '.join(absent)}.", file=sys.stderr)
    return 1 if absent else 0


def _install(packages: list[str]) -> None:
    print(f"Installing {' '.join(packages)} …", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", "update"], env=quiet, check=False)
    options = ["-qq", "-y", "--no-install-recommends", "-o=Dpkg::Use-Pty=0"]
    subprocess.run(["apt-get", "install", *options, *packages], env=quiet, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main())
