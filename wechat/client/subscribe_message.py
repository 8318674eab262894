"""Subscription messages: which templates the account has, and sending one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from .answers import Answer, shaped
from .authorised import AuthorisedCalls
from .budget import Budget, patiently

TEMPLATES_PATH = "/wxaapi/newtmpl/gettemplate"
SEND_PATH = "/cgi-bin/message/subscribe/send"
ONE_TIME, LONG_TERM = 2, 3
LINE = re.compile(r"^\s*(?P<label>.*?)\s*[:：]?\s*\{\{(?P<key>\w+)\.DATA\}\}", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """One line of a template: its key such as thing3, its kind such as thing, its label, an enum's values."""

    key: str
    kind: str
    label: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """A template of the account; kind 2 is one-time (one consent, one message), 3 long-term."""

    id: str
    title: str
    kind: int
    fields: tuple[Field, ...]


class EnumValues(Schema):
    """The values that an enum line may take."""

    class Meta:
        unknown = EXCLUDE

    key = fields.String(required=True, data_key="keywordCode")
    values = fields.List(fields.String(), required=True, data_key="enumValueList")


class TemplateEntry(Schema):
    """One entry of gettemplate."""

    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True, data_key="priTmplId")
    title = fields.String(required=True)
    content = fields.String(required=True)
    kind = fields.Integer(required=True, data_key="type", validate=validate.OneOf([ONE_TIME, LONG_TERM]))
    enums = fields.List(fields.Nested(EnumValues), load_default=list, allow_none=True, data_key="keywordEnumValueList")


class TemplatesAnswer(Schema):
    """The answer of gettemplate."""

    class Meta:
        unknown = EXCLUDE

    data = fields.List(fields.Nested(TemplateEntry), required=True)


class SendAnswer(Schema):
    """The answer of send; the msgid is above 2^53, not always there, and maybe written as text."""

    class Meta:
        unknown = EXCLUDE

    errcode = fields.Integer()
    msgid = fields.Raw(load_default=None, allow_none=True)

    @validates_schema
    def says_something(self, data: Answer, **_: object) -> None:
        """Refuse an object with neither number: whoever wrote it, it is no word of a message that went out."""
        if "errcode" not in data and data["msgid"] is None:
            raise ValidationError("neither errcode nor msgid")


TEMPLATES_ANSWER = shaped(TemplatesAnswer())
SEND_ANSWER = shaped(SendAnswer())


def kind_of(key: str) -> str:
    """Return the kind of a field key: thing3 gives thing."""
    return key.rstrip("0123456789")


def templates(calls: AuthorisedCalls, budget: Budget) -> list[Template]:
    """Read the account's templates."""
    loaded = patiently(lambda: calls.get(TEMPLATES_PATH, TEMPLATES_ANSWER, budget), budget)
    return [_template(entry) for entry in loaded["data"]]


def _template(entry: Answer) -> Template:
    enums = {item["key"]: tuple(item["values"]) for item in entry["enums"] or ()}
    lines = tuple(
        Field(found["key"], kind_of(found["key"]), found["label"], enums.get(found["key"], ()))
        for found in LINE.finditer(entry["content"])
    )
    return Template(entry["id"], entry["title"], entry["kind"], lines)


def send(
    calls: AuthorisedCalls, openid: str, template_id: str, data: Mapping[str, str], page: str, budget: Budget
) -> int | None:
    """Send one message and return its msgid; one that ends Unclear must not be sent again by itself."""
    body: Answer = {
        "touser": openid,
        "template_id": template_id,
        "data": {key: {"value": value} for key, value in data.items()},
        "miniprogram_state": "formal",
        "lang": "zh_CN",
    }
    if page:
        body["page"] = page
    return msgid_of(calls.post(SEND_PATH, body, SEND_ANSWER, budget)["msgid"])


def msgid_of(value: object) -> int | None:
    """Return a msgid that 63 bits can hold; the message is sent all the same when it has none that we can keep."""
    written = str(value)
    msgid = int(written) if written.isascii() and written.isdigit() and len(written) <= 20 else 0
    return msgid if 0 < msgid < 2**63 else None
