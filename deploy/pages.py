"""`python -m deploy.pages`: build the phone pages, fetch the console's scripts and styles.

A failure stops nothing else: the phone page then says which command failed, and the console works unadorned.
"""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

from config import ROOT
from deploy.node import Failed, Node, find

PHONE = ROOT / "wechat"
CONSOLE = ROOT / "app" / "console"
REPORT = PHONE / "dist" / "build-error.txt"
STAMP = ".installed"


def main(node: Callable[[], Node] = find) -> int:
    """Always 0: whatever fails is told, and written where the phone page finds it."""
    try:
        build_phone(PHONE, node())
        REPORT.unlink(missing_ok=True)
    except Failed as failed:
        _report(failed, REPORT)
    try:
        install(CONSOLE, node())
    except Failed as failed:
        _tell("The console's scripts could not be fetched", failed)
    return 0


def build_phone(folder: Path, node: Node) -> None:
    """Install what the build needs, and build; raises Failed."""
    install(folder, node)
    node.run_npm(folder, "run", "build")


def install(folder: Path, node: Node) -> None:
    """`npm ci` unless it has been done for this very lock file; raises Failed."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / STAMP
    mark = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == mark:
        return
    node.run_npm(folder, "ci", "--no-audit", "--no-fund", "--fetch-retries=1")
    stamp.write_text(mark)


def _report(failed: Failed, report: Path) -> None:
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(f"$ {failed.command}\n{failed.output}", encoding="utf8")
    _tell("The phone pages were not built; everything else starts", failed)


def _tell(sentence: str, failed: Failed) -> None:
    print(f"{sentence}. This failed: {failed.command}\n{failed.output}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
