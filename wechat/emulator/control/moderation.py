"""Rules that stand in for WeChat's moderation of texts and pictures, and the pictures looked at."""

import re
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from .. import media_rules
from ..clock import written
from ..content_rules import WORST_LAST
from ..emulator import here
from .door import asked, control

FORMS = {"sha256": r"[0-9A-Fa-f]{64}", "keyword": r".{1,100}", "colour": r"#[0-9A-Fa-f]{6}"}


class ContentRule(Schema):
    """A further keyword rule."""

    word = fields.String(required=True, validate=validate.Length(1, 50))
    suggest = fields.String(required=True, validate=validate.OneOf(WORST_LAST))
    label = fields.Integer(load_default=21000)


class MediaRule(Schema):
    """A further rule for pictures: their SHA-256, a word in their address, or their one plain colour."""

    kind = fields.String(required=True, validate=validate.OneOf(media_rules.KINDS))
    mark = fields.String(required=True)
    suggest = fields.String(required=True, validate=validate.OneOf(WORST_LAST))
    label = fields.Integer(load_default=21000)

    @validates_schema
    def fits(self, data: dict[str, Any], **_: Any) -> None:
        if re.fullmatch(FORMS[data["kind"]], data["mark"]) is None:
            raise ValidationError(
                "sha256 应是 64 位十六进制，colour 应是 #rrggbb，keyword 应是 1 到 100 个字。", "mark"
            )


@control.post("/content-rules")
def add_content_rule() -> tuple[Response, int]:
    rule = asked(ContentRule())
    with here().state.changing() as database:
        database.execute("INSERT OR REPLACE INTO content_rules VALUES (:word, :suggest, :label)", rule)
    return jsonify(rule), 201


@control.post("/media-rules")
def add_media_rule() -> tuple[Response, int]:
    rule = asked(MediaRule())
    with here().state.changing() as database:
        database.execute("INSERT OR REPLACE INTO media_rules VALUES (:kind, :mark, :suggest, :label)", rule)
    return jsonify(rule), 201


@control.get("/media-jobs")
def list_media_jobs() -> Response:
    """Show which pictures were asked about and what was found; addresses without their query, which may permit."""
    with here().state.changing() as database:
        rows = database.execute("SELECT * FROM media_jobs ORDER BY asked_at DESC, rowid DESC LIMIT 200").fetchall()
    items = [
        {
            "trace_id": row["trace_id"],
            "url": row["url"].partition("?")[0],
            "asked_at": written(row["asked_at"]),
            "done_at": written(row["done_at"]) if row["done_at"] is not None else None,
            "errcode": row["errcode"],
            "suggest": row["suggest"],
            "label": row["label"],
        }
        for row in rows
    ]
    return jsonify(items=items)
