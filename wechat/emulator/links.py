"""`/wxa/generate_urllink`, `/wxa/generatescheme` and what tells about them: links for SMS and web pages."""

import sqlite3
from typing import Any

from flask import Blueprint

from . import apps, tickets
from .answers import Refuse
from .endpoint import Call, answering
from .pages import home, is_released
from .qr_codes import ENV_VERSIONS

calls = Blueprint("links", __name__)

LONGEST_QUERY = 1024
# The last second of the year 9999.
LATEST = 253_402_300_799
SHORTEST_S, LONGEST_S, DAY_S = 60, 30 * 86400, 86400


@calls.route("/wxa/generate_urllink", methods=["GET", "POST"])
@answering()
def generate_urllink(call: Call) -> dict[str, Any]:
    body = call.body()
    link = made(call, "url_link", body, ends_at(call, body))
    return {"errcode": 0, "errmsg": "ok", "url_link": link}


@calls.route("/wxa/generatescheme", methods=["GET", "POST"])
@answering()
def generatescheme(call: Call) -> dict[str, Any]:
    body = call.body()
    target = body.get("jump_wxa") or {}
    if not isinstance(target, dict):
        raise Refuse(47001)
    return {"errcode": 0, "errmsg": "ok", "openlink": made(call, "scheme", target, ends_at(call, body))}


def made(call: Call, kind: str, target: dict[str, Any], expires_at: float) -> str:
    """Make a link to the page of `path` and `query`."""
    app, app_json = apps.find(call.database, call.appid), call.emulator.settings.app_json
    path, query = str(target.get("path") or "").lstrip("/"), str(target.get("query") or "")
    env_version = target.get("env_version", "release")
    if app is None or not app["released"]:
        raise Refuse(85079)
    if path and not is_released(app, path, app_json):
        raise Refuse(40165)
    if len(query) > LONGEST_QUERY or "#" in query:
        raise Refuse(40212)
    if env_version not in ENV_VERSIONS:
        raise Refuse(85402)
    page = (path or home(app_json), query)
    ticket = tickets.add(call.database, call.emulator, call.appid, kind, page, env_version, expires_at)
    return (tickets.URL_LINK if kind == "url_link" else tickets.SCHEME) + ticket


def ends_at(call: Call, body: dict[str, Any]) -> float:
    """Return when a link ends: at a moment, after some days, or after the thirty that are the most."""
    if body.get("expire_type", 0) == 1:
        left = float(whole(body.get("expire_interval", 30)) * DAY_S)
    elif body.get("expire_time"):
        left = whole(body["expire_time"]) - call.now
    else:
        left = LONGEST_S
    if not SHORTEST_S <= left <= LONGEST_S:
        raise Refuse(85401)
    return call.now + left


def whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LATEST:
        raise Refuse(85401)
    return value


@calls.route("/wxa/query_urllink", methods=["GET", "POST"])
@answering()
def query_urllink(call: Call) -> dict[str, Any]:
    return told(call, "url_link", "url_link", "url_link_info")


@calls.route("/wxa/queryscheme", methods=["GET", "POST"])
@answering()
def queryscheme(call: Call) -> dict[str, Any]:
    return told(call, "scheme", "scheme", "scheme_info")


def told(call: Call, kind: str, field: str, part: str) -> dict[str, Any]:
    """Return what is known of a link, or with `query_type` 1 how many openings are left today."""
    body = call.body()
    if body.get("query_type") == 1:
        left = tickets.VISITS_A_DAY - tickets.visits(call.database, call.appid, call.now)
        return {"errcode": 0, "errmsg": "ok", "quota_info": {"remain_visit_quota": left}}
    row = tickets.find(call.database, tickets.read(str(body.get(field, "")))[0])
    if row is None or row["kind"] != kind or row["appid"] != call.appid:
        raise Refuse(85403)
    return {"errcode": 0, "errmsg": "ok", part: info(row)}


def info(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "appid": row["appid"],
        "path": row["path"],
        "query": row["query"],
        "create_time": int(row["created_at"]),
        "expire_time": int(row["expires_at"]),
        "env_version": row["env_version"],
    }
