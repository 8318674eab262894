"""`/cgi-bin/openapi/quota/get`, `/cgi-bin/clear_quota` (and v2), `/cgi-bin/openapi/rid/get`."""

import re
from typing import Any

from flask import Blueprint, request

from . import apps, limits
from .answers import Refuse
from .endpoint import Call, answering

calls = Blueprint("quota_calls", __name__)

CLEARS_A_MONTH = 10
USED_UP = 45009
RID = re.compile(r"([0-9a-f]{8})-[0-9a-f]{8}-[0-9a-f]{8}")


@calls.route("/cgi-bin/openapi/quota/get", methods=["GET", "POST"])
@answering()
def quota_get(call: Call) -> dict[str, Any]:
    path = "/" + str(call.body().get("cgi_path", "")).lstrip("/")
    if path.startswith("/sns/"):
        raise Refuse(76022)
    limit = limits.LIMITS.get(path)
    if limit is None:
        raise Refuse(76021)
    used = limits.used(call.database, call.appid, limit.together or path, limits.day_of(call.now))
    if call.emulator.faults.exhausted(path, USED_UP):
        used = limit.day
    quota = {"daily_limit": limit.day, "used": used, "remain": max(limit.day - used, 0)}
    return {"errcode": 0, "errmsg": "ok", "quota": quota, **rate(limit)}


def rate(limit: limits.Limit) -> dict[str, Any]:
    """Return the limit by second or minute, if there is one."""
    if limit.second:
        return {"rate_limit": {"call_count": limit.second, "refresh_second": 1}}
    return {"rate_limit": {"call_count": limit.minute, "refresh_second": 60}} if limit.minute else {}


@calls.route("/cgi-bin/clear_quota", methods=["GET", "POST"])
@answering()
def clear_quota(call: Call) -> dict[str, Any]:
    if call.body().get("appid") != call.appid:
        raise Refuse(40013)
    return cleared(call, call.appid)


@calls.route("/cgi-bin/clear_quota/v2", methods=["GET", "POST"])
@answering(needs_token=False)
def clear_quota_v2(call: Call) -> dict[str, Any]:
    body = call.body()
    address = request.remote_addr or ""
    app = apps.require(call.database, str(body.get("appid", "")), str(body.get("appsecret", "")), address)
    return cleared(call, app["appid"])


def cleared(call: Call, appid: str) -> dict[str, Any]:
    """Begin the day's counters anew, at most ten times a month by both calls together."""
    month = limits.day_of(call.now)[:7]
    limits.count(call.database, appid, "clear_quota", month, CLEARS_A_MONTH, 48006)
    call.database.execute("DELETE FROM counters WHERE appid = ? AND period = ?", (appid, limits.day_of(call.now)))
    call.emulator.faults.lift(USED_UP)
    return {"errcode": 0, "errmsg": "ok"}


@calls.route("/cgi-bin/openapi/rid/get", methods=["GET", "POST"])
@answering()
def rid_get(call: Call) -> dict[str, Any]:
    rid = str(call.body().get("rid", ""))
    found = RID.fullmatch(rid)
    if found is None:
        raise Refuse(76002)
    logged = call.emulator.calls.traced(rid)
    if logged is None or logged.path.startswith("/sns/"):
        raise Refuse(76001)
    told = {
        "invoke_time": int(found[1], 16),
        "cost_in_ms": logged.ms,
        "request_url": logged.path,
        # What was asked and answered is about people, so the log does not keep it.
        "request_body": "",
        "response_body": f'{{"errcode":{logged.errcode}}}',
        "client_ip": "127.0.0.1",
    }
    return {"errcode": 0, "errmsg": "ok", "request": told}
