"""Pieces that input shapes share: text that a database and a screen can hold, choices, points, their sentences."""

import unicodedata
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.errors import Invalid
from app.people import phones

ALLOWED_CONTROLS = "\n\t"
SENTENCES: dict[type[fields.Field[Any]], dict[str, str]] = {
    fields.Field: {"required": "请填写这一项。", "null": "请填写这一项。", "validator_failed": "请检查这一项。"},
    fields.String: {"invalid": "请填写文字。", "invalid_utf8": "有无法识别的字符，请删去后再提交。"},
    fields.Number: {"invalid": "请填写数字。", "too_large": "数字太大了，请更正。", "special": "请填写数字。"},
    fields.Integer: {"invalid": "请填写整数。"},
    fields.Boolean: {"invalid": "请选择是或否。"},
    fields.List: {"invalid": "这一项应为列表，请更正。"},
    fields.Nested: {"type": "请求内容应为一个对象。"},
    fields.Mapping: {"invalid": "这一项应为一组问答，请更正。"},
}
"""What each kind of field says instead of the library's English words."""


class Text(fields.String):
    """Text of a person: NFC, trimmed, no control characters but line breaks and tabs. Lengths in characters."""

    default_error_messages = {"unreadable": SENTENCES[fields.String]["invalid_utf8"]}

    def __init__(self, *, least: int = 1, most: int, **kwargs: Any) -> None:
        sentence = f"请填写{least}到{most}个字。" if least else f"请不要超过{most}个字。"
        super().__init__(validate=validate.Length(least, most, error=sentence), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs))
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if any(unicodedata.category(char) in ("Cc", "Cs") and char not in ALLOWED_CONTROLS for char in text):
            raise self.make_error("unreadable")
        return text


class Phone(Text):
    """A Chinese mobile number in any common writing; gives the national number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return phones.normal(super()._deserialize(value, attr, data, **kwargs))
        except Invalid as error:
            raise ValidationError([sentence for found in error.fields.values() for sentence in found]) from error


def choice(*values: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(values, error="请从给出的选项中选择。"), **kwargs)


def latitude(**kwargs: Any) -> fields.Float:
    """Degrees north."""
    return fields.Float(validate=validate.Range(-90, 90, error="纬度应在 -90 到 90 之间，请重新选点。"), **kwargs)


def longitude(**kwargs: Any) -> fields.Float:
    """Degrees east."""
    return fields.Float(validate=validate.Range(-180, 180, error="经度应在 -180 到 180 之间，请重新选点。"), **kwargs)


def photo_ids() -> fields.List:
    """The photos that go with what is sent."""
    most = validate.Length(max=9, error="照片最多9张，请去掉多余的照片。")
    return fields.List(Text(most=22), load_default=[], validate=most)


class Shape(Schema):
    """Input: unknown fields are refused, so that nothing is taken silently for something else."""

    class Meta:
        unknown = "raise"

    error_messages = {"unknown": "不认识的字段。", "type": "请求内容应为一个对象。"}

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        _speak(field_obj)


def _speak(field: fields.Field[Any]) -> None:
    """Give a field, and those inside it, the house's sentences; the most special kind decides."""
    for kind in reversed(type(field).__mro__):
        field.error_messages |= SENTENCES.get(kind, {})
    for inside in ("inner", "key_field", "value_field"):
        found = getattr(field, inside, None)
        if found is not None:
            _speak(found)


class Nothing(Shape):
    """An empty object."""


class Page(Shape):
    """A list's query."""

    cursor = Text(least=0, most=200, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 50, error="每页1到50条。"))


NOTHING = Nothing()
