"""`/cgi-bin/stable_token` and the legacy `/cgi-bin/token`."""

from typing import Any

from flask import Blueprint, request

from . import apps, limits, tokens
from .answers import Refuse
from .endpoint import Call, answering

calls = Blueprint("token_calls", __name__)


def account(call: Call, appid: str, secret: str, wrong_secret: int = 40125) -> str:
    """Return the appid whose secret was sent, the call counted for it."""
    app = apps.require(call.database, appid, secret, request.remote_addr or "", wrong_secret)
    limits.count_call(call.database, call.emulator.minutes, app["appid"], request.path, call.now)
    return str(app["appid"])


@calls.route("/cgi-bin/stable_token", methods=["GET", "POST"])
@answering(needs_token=False)
def stable_token(call: Call) -> dict[str, Any]:
    body = call.body()
    if body.get("grant_type") != "client_credential":
        raise Refuse(40002)
    appid = account(call, str(body.get("appid", "")), str(body.get("secret", "")))
    force = body.get("force_refresh") is True
    value, left = tokens.stable(call.database, call.emulator, appid, call.now, force)
    return {"access_token": value, "expires_in": left}


@calls.route("/cgi-bin/token", methods=["GET", "POST"])
@answering(method="GET", needs_token=False)
def token(call: Call) -> dict[str, Any]:
    if request.args.get("grant_type") != "client_credential":
        raise Refuse(40002)
    appid = account(call, request.args.get("appid", ""), request.args.get("secret", ""), wrong_secret=40001)
    value, left = tokens.legacy(call.database, call.emulator, appid, call.now)
    return {"access_token": value, "expires_in": left}
