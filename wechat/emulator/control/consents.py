"""What people allow: answers to requests, switches in WeChat's settings, templates that WeChat bans."""

from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from .. import consents, people
from ..emulator import here
from .door import asked, control, require_template


class Answer(Schema):
    """An answer for one template."""

    template_id = fields.String(required=True)
    answer = fields.String(required=True, validate=validate.OneOf(consents.ANSWERS))


class Choice(Schema):
    """The answer to a request for a subscription, or the answers for up to five templates of one request."""

    template_id = fields.String()
    answer = fields.String(validate=validate.OneOf(consents.ANSWERS))
    answers = fields.List(fields.Nested(Answer), validate=validate.Length(1, 5))

    @validates_schema
    def one_or_several(self, data: dict[str, Any], **_: Any) -> None:
        if ("answers" in data) == ("template_id" in data or "answer" in data):
            raise ValidationError("请给出 template_id 和 answer，或者给出 answers。")
        if "answers" not in data and len(data) != 2:
            raise ValidationError("template_id 和 answer 都要给出。")


class Template(Schema):
    """Which template."""

    template_id = fields.String(required=True)


@control.post("/users/<openid>/consents")
def consent(openid: str) -> Response:
    choice = asked(Choice())
    listed = choice.get("answers") or [choice]
    for entry in listed:
        require_template(entry["template_id"])
    with here().state.changing() as database:
        people.touch(database, here(), openid)
        answers = {entry["template_id"]: entry["answer"] for entry in listed}
        left = consents.answer(database, here(), openid, answers)
    return jsonify(items=left) if "answers" in choice else jsonify(left[0])


@control.post("/users/<openid>/block")
def block(openid: str) -> Response:
    """Switch a template off in the settings of WeChat."""
    template_id = asked(Template())["template_id"]
    require_template(template_id)
    with here().state.changing() as database:
        people.find(database, openid)
        return jsonify(consents.block(database, here(), openid, template_id))


@control.post("/templates/<template_id>/ban")
def ban_template(template_id: str) -> Response:
    require_template(template_id)
    with here().state.changing() as database:
        database.execute("INSERT OR IGNORE INTO banned_templates VALUES (?)", (template_id,))
    return jsonify(template_id=template_id, banned=True)


@control.delete("/templates/<template_id>/ban")
def allow_template(template_id: str) -> Response:
    require_template(template_id)
    with here().state.changing() as database:
        database.execute("DELETE FROM banned_templates WHERE template_id = ?", (template_id,))
    return jsonify(template_id=template_id, banned=False)
