"""The switches for what WeChat leaves undocumented or what a console of WeChat would set; each has a default."""

import json
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate

from .state import State

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHAPES = ("object", "array", "nested")


def is_loopback(url: str) -> bool:
    """Say whether an address is of this machine; the emulator reaches no other."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK and parts.username is None
    except ValueError:
        return False


def require_loopback(url: str) -> None:
    """Accept an empty text or an address of this machine."""
    if url and not is_loopback(url):
        raise ValidationError("只能是本机地址，例如 http://127.0.0.1:8000/wechat/push。")


def one_of(*values: Any) -> validate.OneOf:
    return validate.OneOf(values)


SECONDS = validate.Range(0, 86400)


class Options(Schema):
    """Names, types and defaults; an empty `push_url` means the service's own push door."""

    used_code = fields.Integer(load_default=40163, validate=one_of(40163, 40029))
    used_code_s = fields.Float(load_default=300.0, validate=SECONDS)
    malformed_token = fields.Integer(load_default=40014, validate=one_of(40014, 40001))
    legacy_grace_s = fields.Float(load_default=300.0, validate=SECONDS)
    force_beyond_limit = fields.Integer(load_default=0, validate=one_of(0, 45009))
    phone_of_another = fields.Integer(load_default=40029)
    session_key = fields.String(load_default="always", validate=one_of("always", "interval", "never"))
    session_key_interval_s = fields.Float(load_default=300.0, validate=SECONDS)
    strict_activity = fields.Boolean(load_default=False)
    send_takes_s = fields.Float(load_default=0.0, validate=validate.Range(0, 60))
    refused_send_costs = fields.Boolean(load_default=False)
    sent_event = fields.String(load_default="success", validate=one_of("success", "failed", "lost"))
    sent_event_s = fields.Float(load_default=0.5, validate=SECONDS)
    media_check = fields.String(
        load_default="once", validate=one_of("once", "twice", "never", "reversed", "before_reply")
    )
    media_check_s = fields.Float(load_default=2.0, validate=SECONDS)
    media_repeat_s = fields.Float(load_default=60.0, validate=SECONDS)
    media_create_time = fields.Integer(load_default=0, validate=validate.Range(0))
    push_url = fields.String(load_default="", validate=require_loopback)
    push_mode = fields.String(load_default="safe", validate=one_of("plain", "compatible", "safe"))
    push_format = fields.String(load_default="json", validate=one_of("json", "xml"))
    push_shape = fields.String(load_default="object", validate=one_of(*SHAPES))
    push_numbers = fields.String(load_default="int", validate=one_of("int", "string"))
    push_timeout_s = fields.Float(load_default=5.0, validate=validate.Range(0.05, 60))
    push_attempts = fields.Integer(load_default=3, validate=validate.Range(1, 10))
    push_pause_s = fields.Float(load_default=0.0, validate=validate.Range(0, 600))
    push_retries_errors = fields.Boolean(load_default=True)


OPTIONS = Options()


def defaults() -> dict[str, Any]:
    """Return every option at its default."""
    return dict(OPTIONS.load({}))


def remembered(state: State) -> dict[str, Any]:
    """Return the options as last set, those of an older version dropped."""
    kept = json.loads(state.kept("options", "{}"))
    return dict(OPTIONS.load({name: value for name, value in kept.items() if name in OPTIONS.fields}))


def remember(state: State, options: dict[str, Any]) -> None:
    """Keep the options for the next start."""
    state.keep("options", json.dumps(options, ensure_ascii=False))
