"""The body of a push as plain values: JSON or XML, told by its first byte. Anybody may have written it."""

import json
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from .crypto import PushRefused

MOST_BYTES = 64 * 1024
DEEPEST = 8

Message = dict[str, Any]


def read(body: bytes) -> Message:
    """Return the message by its names; XML gives what the same message would be in JSON."""
    if len(body) > MOST_BYTES:
        raise PushRefused("too_large")
    try:
        text = body.decode("utf8")
    except UnicodeDecodeError:
        raise PushRefused("encoding") from None
    if text.startswith("{"):
        return _of_json(text)
    if text.startswith("<"):
        return _of_xml(text)
    raise PushRefused("format")


def _of_json(text: str) -> Message:
    try:
        message: Message = json.loads(text)
    except (ValueError, RecursionError):
        raise PushRefused("format") from None
    return message


def _of_xml(text: str) -> Message:
    try:
        # Without a document type there are no entities to expand and none to fetch.
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, ValueError):
        raise PushRefused("format") from None
    message = _value(root, 0)
    if not isinstance(message, dict):
        raise PushRefused("format")
    return message


def _value(element: Element, depth: int) -> Any:
    if len(element) == 0:
        return element.text or ""
    if depth == DEEPEST:
        raise PushRefused("format")
    found: dict[str, list[Any]] = {}
    for child in element:
        found.setdefault(child.tag, []).append(_value(child, depth + 1))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
