"""`/sns/jscode2session`, `/wxa/checksession` and `/wxa/resetusersessionkey`."""

import hashlib
import hmac
import sqlite3
from typing import Any

from flask import Blueprint, request

from . import codes
from .answers import Refuse
from .endpoint import Call, answering
from .token_calls import account

calls = Blueprint("sign_in", __name__)


@calls.route("/sns/jscode2session", methods=["GET", "POST"])
@answering(method="GET", needs_token=False, mimetype="text/plain")
def jscode2session(call: Call) -> dict[str, Any]:
    appid = account(call, request.args.get("appid", ""), request.args.get("secret", ""))
    if request.args.get("grant_type") != "authorization_code":
        raise Refuse(40002)
    if not request.args.get("js_code"):
        raise Refuse(41008)
    user = signing_in(call, appid, request.args["js_code"])
    session = {"session_key": rotated_key(call, user), "openid": user["openid"]}
    return {**session, "unionid": user["unionid"]} if user["unionid"] else session


def signing_in(call: Call, appid: str, js_code: str) -> sqlite3.Row:
    """Return who stands behind a code, which is used up by it."""
    code = codes.find(call.database, "login", js_code)
    if code["appid"] != appid:
        raise Refuse(40029)
    openid = codes.spend(call.database, call.emulator, code, call.now)
    call.emulator.minutes.count(f"sign in {openid}", call.now, 100, 45011)
    user: sqlite3.Row | None = call.database.execute("SELECT * FROM users WHERE openid = ?", (openid,)).fetchone()
    if user is None or user["closed_at"]:
        raise Refuse(40029)
    if user["banned"]:
        raise Refuse(40226)
    return user


def rotated_key(call: Call, user: sqlite3.Row) -> str:
    """Return the session key, a new one where the option `session_key` says so."""
    key, since = user["session_key"], user["session_key_at"]
    if not key or due_for_a_new_key(call, since):
        key, since = call.emulator.chance.session_key(), call.now
    call.database.execute(
        "UPDATE users SET session_key = ?, session_key_at = ?, last_seen = ? WHERE openid = ?",
        (key, since, call.now, user["openid"]),
    )
    return str(key)


def due_for_a_new_key(call: Call, since: float) -> bool:
    options = call.emulator.options
    if options["session_key"] == "interval":
        return call.now - since >= float(options["session_key_interval_s"])
    return bool(options["session_key"] == "always")


@calls.route("/wxa/checksession", methods=["GET", "POST"])
@answering(method="GET")
def checksession(call: Call) -> dict[str, Any]:
    signed_session(call)
    return {"errcode": 0, "errmsg": "ok"}


@calls.route("/wxa/resetusersessionkey", methods=["GET", "POST"])
@answering(method="GET")
def resetusersessionkey(call: Call) -> dict[str, Any]:
    user = signed_session(call)
    key = call.emulator.chance.session_key()
    # The moment is not touched: a new key inherits the end of the old one.
    call.database.execute("UPDATE users SET session_key = ? WHERE openid = ?", (key, user["openid"]))
    return {"errcode": 0, "errmsg": "ok", "openid": user["openid"], "session_key": key}


def signed_session(call: Call) -> sqlite3.Row:
    """Return the person whose session key signed the empty text, the key's base64 form being the secret."""
    user: sqlite3.Row | None = call.database.execute(
        "SELECT * FROM users WHERE openid = ? AND appid = ?", (request.args.get("openid", ""), call.appid)
    ).fetchone()
    if user is None or not request.args.get("signature"):
        raise Refuse(40097)
    if request.args.get("sig_method") != "hmac_sha256":
        raise Refuse(87008)
    if not user["session_key"]:
        raise Refuse(87007)
    right = hmac.new(user["session_key"].encode(), b"", hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.args["signature"].encode(), right.encode()):
        raise Refuse(87009)
    return user
