"""Round codes that open a page of the mini-program, as PNG or JPEG."""

import re
from dataclasses import dataclass, field

from .answers import Answer, Reply, read_picture
from .authorised import AuthorisedCalls
from .budget import Budget
from .pages import require, require_page, require_query, require_version

SCENE_PATH = "/wxa/getwxacodeunlimit"
PAGE_PATH = "/wxa/getwxacode"
SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@._~-]{1,32}")
NARROWEST, WIDEST = 280, 1280
LONGEST_PATH = 1024


@dataclass(frozen=True)
class PageCode:
    """A code, and how many of the account's 100 000 are used where WeChat said so."""

    image: bytes = field(repr=False)
    used: int | None = None


def scene_code(
    calls: AuthorisedCalls, scene: str, page: str, width: int, env_version: str, check_path: bool, budget: Budget
) -> bytes:
    """Return a code with a scene of at most 32 characters; there may be any number of these."""
    require(SCENE.fullmatch(scene) is not None, SCENE_PATH, "scene")
    require_page(page, SCENE_PATH)
    _require_look(width, env_version, SCENE_PATH)
    body: Answer = {
        "scene": scene,
        "page": page,
        "check_path": check_path,
        "width": width,
        "env_version": env_version,
    }
    return calls.post(SCENE_PATH, body, read_picture, budget)


def page_code(calls: AuthorisedCalls, path: str, width: int, env_version: str, budget: Budget) -> PageCode:
    """Return a code for a page with its query; UsedUp when the account's 100 000 are gone."""
    page, _, query = path.partition("?")
    require(len(path) <= LONGEST_PATH, PAGE_PATH, "path")
    require_page(page, PAGE_PATH)
    require_query(query, PAGE_PATH)
    _require_look(width, env_version, PAGE_PATH)
    body: Answer = {"path": path, "width": width, "env_version": env_version}
    return calls.post(PAGE_PATH, body, _counted, budget)


def _require_look(width: int, env_version: str, path: str) -> None:
    require(NARROWEST <= width <= WIDEST, path, "width")
    require_version(env_version, path)


def _counted(reply: Reply) -> PageCode:
    used = reply.headers.get("Num-Used", "")
    return PageCode(read_picture(reply), int(used) if re.fullmatch("[0-9]{1,9}", used) else None)
