"""`/wxaapi/newtmpl/gettemplate` and `/cgi-bin/message/subscribe/send`."""

import json
import time
from typing import Any

from flask import Blueprint

from .answers import Refuse
from .content_rules import verdict_on
from .endpoint import Call, answering
from .pages import page_exists
from .push import events
from .push.queue import owe
from .value_rules import fault_of

calls = Blueprint("subscribe_message", __name__)

LONG_TERM = 3


def described(template: dict[str, Any]) -> dict[str, Any]:
    """Return a template as gettemplate shows it."""
    lines = template["fields"]
    return {
        "priTmplId": template["id"],
        "title": template["title"],
        "content": "".join(f"{line['label']}:{{{{{line['key']}.DATA}}}}\n" for line in lines),
        "example": "".join(f"{line['label']}:{line['example']}\n" for line in lines),
        "type": template["type"],
        "keywordEnumValueList": [
            {"keywordCode": line["key"], "enumValueList": line["values"]} for line in lines if line.get("values")
        ],
    }


@calls.route("/wxaapi/newtmpl/gettemplate", methods=["GET", "POST"])
@answering(method="GET", other_method=404)
def gettemplate(call: Call) -> dict[str, Any]:
    data = [described(template) for template in call.emulator.message_templates.values()]
    return {"errcode": 0, "errmsg": "ok", "data": data}


@calls.route("/cgi-bin/message/subscribe/send", methods=["GET", "POST"])
@answering()
def send(call: Call) -> dict[str, Any]:
    body = call.body()
    openid, page = str(body.get("touser", "")), str(body.get("page") or "")
    require_person(call, openid)
    template = call.emulator.message_templates.get(str(body.get("template_id", "")))
    if template is None:
        raise Refuse(40037)
    if page and not page_exists(page, call.emulator.settings.app_json):
        raise Refuse(41030)
    values = permitted_values(call, openid, template, body.get("data"))
    begin_sending(call, openid)
    take_unit(call, openid, template)
    return {"errcode": 0, "errmsg": "ok", "msgid": deliver(call, openid, template["id"], values, page)}


def require_person(call: Call, openid: str) -> None:
    """Refuse an openid that is unknown, closed or of another mini-program."""
    person = call.database.execute(
        "SELECT 1 FROM users WHERE openid = ? AND appid = ? AND closed_at IS NULL", (openid, call.appid)
    ).fetchone()
    if person is None:
        raise Refuse(40003)


def permitted_values(call: Call, openid: str, template: dict[str, Any], data: Any) -> dict[str, str]:
    """Return the values, if they are well-formed, permitted and decent; a refused one may cost a unit all the same."""
    try:
        values = checked_values(template, data)
        require_permission(call, openid, template)
        if verdict_on(call.database, " ".join(values.values())).suggest == "risky":
            raise Refuse(45168)
    except Refuse as problem:
        if problem.errcode in (47003, 45168) and call.emulator.options["refused_send_costs"]:
            take_unit(call, openid, template)
            problem.keep = True
        raise
    return values


def checked_values(template: dict[str, Any], data: Any) -> dict[str, str]:
    """Return the values by key, or refuse with 47003 naming the first wrong one."""
    if not isinstance(data, dict):
        raise Refuse(47003, "argument invalid! data is invalid")
    values: dict[str, str] = {}
    for line in template["fields"]:
        entry = data.get(line["key"])
        value = entry.get("value") if isinstance(entry, dict) else None
        wrong = fault_of(line["key"], value, line.get("values", ()))
        if wrong:
            tail = "value is empty" if wrong == "empty" else "value invalid"
            raise Refuse(47003, f"argument invalid! data.{line['key']}.{tail}")
        values[line["key"]] = str(value)
    return values


def require_permission(call: Call, openid: str, template: dict[str, Any]) -> None:
    """Refuse a banned template with 43107, a missing or withdrawn consent with 43101."""
    if call.database.execute("SELECT 1 FROM banned_templates WHERE template_id = ?", (template["id"],)).fetchone():
        raise Refuse(43107)
    grant = call.database.execute(
        "SELECT * FROM grants WHERE openid = ? AND template_id = ? AND NOT blocked", (openid, template["id"])
    ).fetchone()
    if grant is None or not (grant["accepted"] if template["type"] == LONG_TERM else grant["units"] > 0):
        raise Refuse(43101)


def begin_sending(call: Call, openid: str) -> None:
    """Refuse a second message to a person while one to them is still being sent."""
    sending, takes_s = call.emulator.sending_to, call.emulator.options["send_takes_s"]
    if openid in sending:
        raise Refuse(43108)
    if takes_s:
        sending.add(openid)
        call.afterwards(lambda: end_sending(sending, openid, takes_s))


def end_sending(sending: set[str], openid: str, takes_s: float) -> None:
    time.sleep(takes_s)
    sending.discard(openid)


def take_unit(call: Call, openid: str, template: dict[str, Any]) -> None:
    if template["type"] == LONG_TERM:
        return
    call.database.execute(
        "UPDATE grants SET units = units - 1 WHERE openid = ? AND template_id = ? AND units > 0",
        (openid, template["id"]),
    )


def deliver(call: Call, openid: str, template_id: str, values: dict[str, str], page: str) -> int:
    """Put the message on the phone, tell the service a little later, and return the message's id."""
    msgid, options = call.emulator.chance.msgid(), call.emulator.options
    ended_well = options["sent_event"] == "success"
    if ended_well or options["sent_event"] == "lost":
        call.database.execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
            (msgid, openid, template_id, json.dumps(values, ensure_ascii=False), page, call.now),
        )
    if options["sent_event"] != "lost":
        told = events.sent(call.emulator, openid, template_id, msgid, ended_well)
        owe(call.database, call.emulator, told, options["sent_event_s"])
    return msgid
