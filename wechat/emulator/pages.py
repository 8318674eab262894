"""Which pages the mini-program has."""

import json
import re
import sqlite3
from pathlib import Path

WELL_FORMED = re.compile(r"[A-Za-z0-9_\-/]+")


def listed(app_json: Path) -> list[str]:
    """Return the pages of an app.json, those of its packages included."""
    app = json.loads(app_json.read_text(encoding="utf-8"))
    packages = app.get("subPackages") or app.get("subpackages") or []
    inner = [f"{package['root'].strip('/')}/{name}" for package in packages for name in package["pages"]]
    return [*app["pages"], *inner]


def page_exists(page: str, app_json: Path) -> bool:
    """Say whether the mini-program has this page; without its app.json any well-formed path will do."""
    path = page.partition("?")[0]
    if not app_json.is_file():
        return is_well_formed(path)
    return path in listed(app_json)


def is_well_formed(path: str) -> bool:
    """Say whether this could be a page's path: no leading slash, no query."""
    return WELL_FORMED.fullmatch(path) is not None and not path.startswith("/")


def is_released(app: sqlite3.Row, path: str, app_json: Path) -> bool:
    """Say whether the released version has this page: as told for the app, else as its app.json says."""
    if not app["released"]:
        return False
    if app["pages"] is not None:
        return path in json.loads(app["pages"])
    return page_exists(path, app_json)


def home(app_json: Path) -> str:
    """Return the first page, which opens where no page is named."""
    return listed(app_json)[0] if app_json.is_file() else "pages/index/index"
