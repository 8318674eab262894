"""One pushed message in one form, whatever shape it came in."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .crypto import PushRefused

Texts = dict[str, str]

# Of these FromUserName is the platform; the person, if the event is about one, stands in OpenID.
FROM_PLATFORM = frozenset(
    {
        "wxa_media_check",
        "wxa_punish_event",
        "user_info_modified",
        "user_authorization_revoke",
        "user_authorization_cancellation",
    }
)
ENVELOPE = ("ToUserName", "FromUserName", "OpenID", "CreateTime", "MsgType", "Event")
SENT = "subscribe_msg_sent_event"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
SECONDS = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True)
class PushEvent:
    """What happened. Numbers are texts too, since WeChat sends them either way.

    `name` is the event, or the kind of message. `openid` is the person's, empty where there is none. `created_at`
    is in Unix seconds. `facts` are the single values, inner ones by names like `result.suggest`. `entries` are the
    rows of a subscription event.
    """

    name: str
    openid: str = field(repr=False)
    created_at: int
    dedup_key: str = field(repr=False)
    facts: Texts = field(repr=False)
    entries: tuple[Texts, ...] = field(repr=False)


def event_of(message: Mapping[str, Any]) -> PushEvent:
    """Return the event that a message tells; PushRefused when it tells none."""
    sender = _single(message, "FromUserName")
    name = _single(message, "MsgType")
    if name == "event":
        name = _single(message, "Event")
    if not NAME.fullmatch(name):
        raise PushRefused("name")
    created = _single(message, "CreateTime")
    if not SECONDS.fullmatch(created):
        raise PushRefused("created")
    openid = _single(message, "OpenID") or ("" if name in FROM_PLATFORM else sender)
    facts, entries = _facts(message), _entries(message)
    key = _given_key(name, facts, entries) or _made_key(name, sender, openid, created, facts, entries)
    return PushEvent(name, openid, int(created), key, facts, entries)


def _single(message: Mapping[str, Any], name: str) -> str:
    return _texts({name: message.get(name)}).get(name, "")


def _texts(values: Mapping[str, Any], prefix: str = "") -> Texts:
    """The values that are neither lists nor objects, as texts."""
    return {_sound(prefix + name): _text(value) for name, value in values.items() if not isinstance(value, list | dict)}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else _sound(str(value))


def _sound(text: str) -> str:
    """Refuse what no database keeps: NUL, and halves of characters."""
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        raise PushRefused("text") from None
    if "\0" in text:
        raise PushRefused("text")
    return text


def _facts(message: Mapping[str, Any]) -> Texts:
    facts = _texts({name: value for name, value in message.items() if name not in ENVELOPE})
    for name, value in message.items():
        if isinstance(value, dict) and name != "List":
            facts |= _texts(value, f"{name}.")
    return facts


def _entries(message: Mapping[str, Any]) -> tuple[Texts, ...]:
    """The rows, which come as `List` or one level deeper, one as an object and several as a list."""
    holders = [message, *(value for value in message.values() if isinstance(value, dict))]
    found: Any = next((holder["List"] for holder in holders if "List" in holder), [])
    rows = found if isinstance(found, list) else [found]
    return tuple(_texts(row) for row in rows if isinstance(row, dict))


def _given_key(name: str, facts: Texts, entries: tuple[Texts, ...]) -> str:
    """What WeChat itself names the message by, if it does."""
    given = facts.get("MsgId") or facts.get("trace_id")
    if given is None and name == SENT and all(row.get("MsgID") for row in entries):
        given = ",".join(sorted(f"{row['MsgID']}/{row.get('TemplateId', '')}" for row in entries))
    return f"{name}:{given}" if given else ""


def _made_key(name: str, sender: str, openid: str, created: str, facts: Texts, entries: tuple[Texts, ...]) -> str:
    # The platform sends for many people within one second, so the second and the sender are not enough.
    rows = sorted(sorted(row.items()) for row in entries)
    digest = hashlib.sha1(json.dumps([rows, sorted(facts.items())]).encode()).hexdigest()
    return f"{name}:{sender}:{openid}:{created}:{digest}"
