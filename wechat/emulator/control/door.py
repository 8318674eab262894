"""The blueprint of the control calls, how they read what was sent, and how they refuse."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema, ValidationError

from ..emulator import here
from ..people import NotKnown
from ..tickets import NotOpened

control = Blueprint("control", __name__, url_prefix="/_emu")


class NotNow(Exception):
    """Why something cannot be done as things stand, as a sentence."""


def asked(schema: Schema) -> Any:
    """Return the JSON body read by a schema; a missing body counts as empty."""
    return schema.load(request.get_json(force=True) if request.get_data() else {})


def require_template(template_id: str) -> None:
    """Raise NotKnown for a template that the account has not."""
    if template_id not in here().message_templates:
        raise NotKnown(f"没有编号为“{template_id}”的消息模板。")


@control.errorhandler(ValidationError)
def wrong_input(problem: ValidationError) -> tuple[Response, int]:
    return jsonify(error="请求内容有误，请按提示修改后重试。", fields=problem.messages), 400


@control.errorhandler(NotKnown)
def not_known(problem: NotKnown) -> tuple[Response, int]:
    return jsonify(error=str(problem)), 404


@control.errorhandler(NotNow)
def not_now(problem: NotNow) -> tuple[Response, int]:
    return jsonify(error=str(problem)), 409


@control.errorhandler(NotOpened)
def not_opened(problem: NotOpened) -> tuple[Response, int]:
    return jsonify(error=str(problem)), 410
