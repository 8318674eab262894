"""What WeChat answered: JSON whatever the content type claims, pictures by their first bytes, errors as classes."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from .errors import Unclear, from_errcode

Answer = dict[str, Any]

RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
RID_IN_ERRMSG = re.compile(rf"rid: ({RID.pattern})")
PNG, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
JPEG, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


@dataclass(frozen=True)
class Reply:
    """The bytes of an answer with status 200, and its headers."""

    path: str
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


T = TypeVar("T")
Reader = Callable[[Reply], T]


class Envelope(Schema):
    """What every answer may carry; a missing errcode means success."""

    class Meta:
        unknown = EXCLUDE

    errcode = fields.Integer(load_default=0)
    errmsg = fields.Raw(load_default="", allow_none=True)


ENVELOPE = Envelope()


def read_json(reply: Reply) -> Answer:
    """Return the JSON object of a success, or raise the error that the answer stands for."""
    answer = _parsed(reply)
    envelope = _loaded(ENVELOPE, answer, reply.path)
    if envelope["errcode"]:
        raise from_errcode(envelope["errcode"], rid_of(envelope["errmsg"]), reply.path)
    return answer


def shaped(schema: Schema) -> Reader[Any]:
    """Make a reader that returns what the schema loads; an answer of another shape is Unclear."""
    return lambda reply: _loaded(schema, read_json(reply), reply.path)


def read_picture(reply: Reply) -> bytes:
    """Return a whole PNG or JPEG; what is neither must be the JSON of an error."""
    content = reply.content
    if content.startswith(PNG) and PNG_END in content[-16:]:
        return content
    if content.startswith(JPEG) and JPEG_END in content[-16:]:
        return content
    read_json(reply)
    raise Unclear(path=reply.path)


def rid_of(errmsg: object) -> str:
    """Return the trace id in an errmsg, or an empty text; nothing else in it is ever read."""
    found = RID_IN_ERRMSG.search(errmsg) if isinstance(errmsg, str) else None
    return found.group(1) if found else ""


def _parsed(reply: Reply) -> Answer:
    try:
        answer = json.loads(reply.content, strict=False)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Unclear(path=reply.path)
    return answer


def _loaded(schema: Schema, answer: Answer, path: str) -> Any:
    try:
        return schema.load(answer)
    except ValidationError:
        failure = Unclear(path=path)
    # Raised out here so that no chained exception carries words of the answer.
    raise failure
