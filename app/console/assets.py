"""Style sheets and scripts: a whitelist of files, ours and those `npm ci` fetched."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Response, request, send_file, url_for

from app.console import doorway
from app.errors import NotFound

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "node_modules"
FILES = {
    "bootstrap.css": PACKAGES / "bootstrap/dist/css/bootstrap.min.css",
    "htmx.js": PACKAGES / "htmx.org/dist/htmx.min.js",
    "console.css": HERE / "static/console.css",
    "console.js": HERE / "static/console.js",
}
A_YEAR = 365 * 24 * 3600
INSTALL = "cd app/console && npm ci"

blueprint = doorway.open_pages("console_assets", "/console/assets")


@blueprint.get("/<name>")
def asset(name: str) -> Response:
    """A file of the whitelist; kept for a year when its address carries the mark of its content."""
    mark = _mark(name)
    if mark is None:
        raise NotFound
    response = send_file(FILES[name], conditional=True)
    if request.args.get("v") == mark:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


def address(name: str) -> str | None:
    """Where a page finds the file; None while it is not installed."""
    mark = _mark(name)
    return url_for("console_assets.asset", name=name, v=mark) if mark else None


def missing() -> bool:
    """Whether the packages are not installed; pages then work unstyled and say so."""
    return any(_mark(name) is None for name in FILES)


def _mark(name: str) -> str | None:
    path = FILES.get(name)
    if path is None or not path.is_file():
        return None
    return _digest(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
