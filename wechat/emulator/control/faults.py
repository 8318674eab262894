"""Faults on order, one by one or by preset."""

import re
from typing import Any

from flask import Response, jsonify, request
from marshmallow import Schema, ValidationError, fields, post_load, validate

from ..emulator import here
from ..faults import LONGEST_S, Fault, Spread
from ..people import NotKnown
from ..presets import PRESETS
from .door import control


def require_errcode(code: object) -> None:
    """Accept a number, or one written as text, which WeChat has been seen to send."""
    if not isinstance(code, int | str) or re.fullmatch(r"-?\d{1,6}", str(code)) is None:
        raise ValidationError("应是错误码数字。")


class OrderedSpread(Schema):
    """Latency by its median and its 95th percentile."""

    median_s = fields.Float(required=True, validate=validate.Range(0.001, LONGEST_S))
    p95_s = fields.Float(required=True, validate=validate.Range(0.001, LONGEST_S))

    @post_load
    def spread(self, values: dict[str, Any], **_: Any) -> Spread:
        return Spread(**values)


class OrderedFault(Schema):
    """A fault by its parts; `hang` true means before the effect, `match` a text that query or body must hold."""

    path = fields.String(required=True)
    match = fields.String()
    errcode = fields.Raw(validate=require_errcode)
    http = fields.Integer(validate=validate.Range(400, 599))
    latency_s = fields.Float(validate=validate.Range(0, LONGEST_S))
    spread = fields.Nested(OrderedSpread)
    hang = fields.Raw(validate=validate.OneOf([True, "before", "after"]))
    reset = fields.String(validate=validate.OneOf(["before", "after"]))
    truncate = fields.Boolean()
    body = fields.String()
    lost = fields.Boolean()
    copies = fields.Integer(validate=validate.Range(1, 10))
    probability = fields.Float(validate=validate.Range(0, 1))
    count = fields.Integer(allow_none=True, validate=validate.Range(min=1))
    seed = fields.Integer(allow_none=True)

    @post_load
    def fault(self, values: dict[str, Any], **_: Any) -> Fault:
        if values.get("hang") is True:
            values["hang"] = "before"
        return Fault(**values)


@control.get("/faults")
def list_faults() -> Response:
    return jsonify(items=here().faults.listed(), presets=list(PRESETS))


@control.post("/faults")
def order_fault() -> tuple[Response, int]:
    body = request.get_json(force=True)
    if isinstance(body, dict) and "preset" in body:
        ordered = [OrderedFault().load(part) for part in preset(body["preset"])]
    else:
        ordered = [OrderedFault().load(body)]
    for fault in ordered:
        here().faults.add(fault)
    return jsonify(items=[fault.shown() for fault in ordered]), 201


def preset(name: object) -> list[dict[str, Any]]:
    if name not in PRESETS:
        raise NotKnown(f"没有这个故障预设。可选：{'、'.join(PRESETS)}。")
    return PRESETS[str(name)]


@control.delete("/faults")
def lift_faults() -> tuple[str, int]:
    here().faults.clear()
    return "", 204
