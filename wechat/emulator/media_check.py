"""`/wxa/media_check_async`: a question that is answered later, by an event."""

from typing import Any

from flask import Blueprint

from . import media_jobs, people
from .answers import Refuse, rid
from .endpoint import Call, answering

calls = Blueprint("media_check", __name__)


@calls.route("/wxa/media_check_async", methods=["GET", "POST"])
@answering()
def media_check_async(call: Call) -> dict[str, Any]:
    body = call.body()
    url, version = str(body.get("media_url") or ""), 2 if str(body.get("version", "")) == "2" else 1
    if not url:
        raise Refuse(40097)
    if body.get("media_type") not in (1, 2):
        raise Refuse(40004)
    if version == 2:
        require_question(call, body)
    refuse_repeated(call, url)
    trace = rid(call.now, call.emulator.chance)
    media_jobs.add(call, trace, url, str(body.get("openid", "")), body["media_type"], version)
    if call.emulator.options["media_check"] == "before_reply":
        call.afterwards(lambda: media_jobs.tell_at_once(call.emulator, trace))
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace}


def require_question(call: Call, body: dict[str, Any]) -> None:
    """Refuse a scene that there is not, and a person who is not here."""
    if body.get("scene") not in (1, 2, 3, 4):
        raise Refuse(40129)
    people.require_active(call.database, call.emulator, str(body.get("openid", "")), call.appid, call.now)


def refuse_repeated(call: Call, url: str) -> None:
    """Refuse an address that was asked about a moment ago; how long that is, is assumed."""
    since = call.now - call.emulator.options["media_repeat_s"]
    before = call.database.execute(
        "SELECT 1 FROM media_jobs WHERE appid = ? AND url = ? AND asked_at > ?", (call.appid, url, since)
    ).fetchone()
    if before:
        raise Refuse(87020)
