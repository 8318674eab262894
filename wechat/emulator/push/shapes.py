"""How a message is written: JSON or XML, `List` in each of the forms seen, numbers as numbers or texts."""

import json
import re
from typing import Any

from .events import Message

NESTED_IN = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def written(message: Message, form: str, shape: str, numbers: str) -> bytes:
    """Return the bytes of a message, `form` json or xml, `shape` of its List, `numbers` int or string."""
    shaped = with_numbers(with_list(message, "nested" if form == "xml" else shape), numbers)
    if form == "xml":
        return as_xml(shaped).encode()
    return json.dumps(shaped, ensure_ascii=False).encode()


def with_list(message: Message, shape: str) -> Message:
    """Put the List where and how it is wanted; but for `array`, a single entry stands alone."""
    if "List" not in message:
        return message
    entries = message["List"]
    listed = entries[0] if len(entries) == 1 and shape != "array" else entries
    rest = {name: value for name, value in message.items() if name != "List"}
    if shape == "nested":
        return {**rest, NESTED_IN[message["Event"]]: {"List": listed}}
    return {**rest, "List": listed}


def with_numbers(value: Any, numbers: str) -> Any:
    """Write numbers as texts where wanted so, at any depth."""
    if isinstance(value, dict):
        return {name: with_numbers(inner, numbers) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_numbers(inner, numbers) for inner in value]
    return str(value) if numbers == "string" and isinstance(value, int) else value


def as_xml(message: Message) -> str:
    """Write the XML twin of a message."""
    return f"<xml>{elements(message)}</xml>"


def elements(message: Message) -> str:
    return "".join(
        f"<{name}>{element(entry)}</{name}>"
        for name, value in message.items()
        for entry in (value if isinstance(value, list) else [value])
    )


def element(value: Any) -> str:
    if isinstance(value, dict):
        return elements(value)
    if isinstance(value, int):
        return str(value)
    clean = NOT_IN_XML.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{clean}]]>"
