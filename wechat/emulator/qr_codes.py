"""`/wxa/getwxacodeunlimit`, `/wxa/getwxacode` and `/cgi-bin/wxaapp/createwxaqrcode`: pictures that open a page."""

import re
from typing import Any

from flask import Blueprint, Response

from . import apps, limits, pictures, tickets
from .answers import Refuse
from .endpoint import Call, answering
from .pages import home, is_released, is_well_formed

calls = Blueprint("qr_codes", __name__)

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
LONGEST_SCENE, LONGEST_PATH = 32, 1024
MOST_LIMITED = 100_000
LIMITED = "limited codes"
NARROWEST, WIDEST, WIDTH = 280, 1280, 430
ENV_VERSIONS = ("release", "trial", "develop")
# WeChat's errors of these calls name their type in these very words.
ERROR_TYPE = "application/json; encoding=utf-8"


@calls.route("/wxa/getwxacodeunlimit", methods=["GET", "POST"])
@answering(mimetype=ERROR_TYPE)
def getwxacodeunlimit(call: Call) -> Response:
    body = call.body()
    scene = required_scene(body.get("scene"))
    page = required_page(call, body)
    return picture(call, "unlimited", (page, scene), body)


def required_scene(scene: object) -> str:
    """Return the scene: up to 32 visible characters, none of them a percent sign or Chinese."""
    if not isinstance(scene, str) or not 0 < len(scene) <= LONGEST_SCENE:
        raise Refuse(40169)
    if SCENE.fullmatch(scene) is None or "scancode_time" in scene:
        raise Refuse(85096 if "scancode_time" in scene else 40129)
    return scene


def required_page(call: Call, body: dict[str, Any]) -> str:
    """Return the page, the first one where none is named; a released one unless `check_path` is false."""
    app_json, app = call.emulator.settings.app_json, apps.find(call.database, call.appid)
    page = str(body.get("page") or home(app_json))
    if not is_well_formed(page):
        raise Refuse(41030)
    if body.get("check_path", True) is not False and not (app and is_released(app, page, app_json)):
        raise Refuse(41030)
    return page


@calls.route("/wxa/getwxacode", methods=["GET", "POST"])
@answering(mimetype=ERROR_TYPE)
def getwxacode(call: Call) -> Response:
    return limited(call, "limited")


@calls.route("/cgi-bin/wxaapp/createwxaqrcode", methods=["GET", "POST"])
@answering(mimetype=ERROR_TYPE)
def createwxaqrcode(call: Call) -> Response:
    return limited(call, "square")


def limited(call: Call, kind: str) -> Response:
    """Answer with one of the hundred thousand codes that there are in all."""
    body = call.body()
    path, _, query = str(body.get("path") or "").partition("?")
    if not path or len(str(body["path"])) > LONGEST_PATH or not is_well_formed(path):
        raise Refuse(40159)
    if "scancode_time" in query:
        raise Refuse(85096)
    made = picture(call, kind, (path, query), body)
    number = limits.count(call.database, call.appid, LIMITED, limits.EVER, MOST_LIMITED, 45029)
    made.headers["Num-Used"] = str(number)
    return made


def picture(call: Call, kind: str, page: tuple[str, str], body: dict[str, Any]) -> Response:
    """Return the picture; WeChat calls it a JPEG even where `is_hyaline` makes it a PNG."""
    width, env_version = body.get("width", WIDTH), body.get("env_version", "release")
    if not isinstance(width, int) or not NARROWEST <= width <= WIDEST or env_version not in ENV_VERSIONS:
        raise Refuse(40097)
    ticket = tickets.add(call.database, call.emulator, call.appid, kind, page, env_version)
    content = pictures.qr(tickets.address(call.emulator, ticket), width, body.get("is_hyaline") is True)
    return Response(content, content_type="image/jpeg")
