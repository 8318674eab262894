"""Options, counters, the call log, snapshots, and the way back to the first moment."""

from flask import Response, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate

from .. import limits
from ..emulator import here
from ..options import OPTIONS
from ..people import NotKnown
from ..qr_codes import LIMITED
from .door import asked, control

MOST_SNAPSHOTS = 20


class Counter(Schema):
    """Calls already counted today for a path, and perhaps in this minute or second; `path` "codes" counts for good."""

    path = fields.String(required=True)
    used = fields.Integer(validate=validate.Range(0))
    minute = fields.Integer(validate=validate.Range(0))
    second = fields.Integer(validate=validate.Range(0))


class Snapshot(Schema):
    """Under which name."""

    name = fields.String(load_default="default", validate=validate.Length(1, 40))


@control.get("/options")
def list_options() -> Response:
    return jsonify(here().options)


@control.post("/options")
def set_options() -> Response:
    wanted = request.get_json(force=True)
    if not isinstance(wanted, dict):
        raise ValidationError("应是选项名到值的对象。")
    unknown = set(wanted) - set(OPTIONS.fields)
    if unknown:
        raise NotKnown(f"没有这些选项：{'、'.join(sorted(unknown))}。可选：{'、'.join(OPTIONS.fields)}。")
    here().set_options(OPTIONS.load(wanted, partial=True))
    return jsonify(here().options)


@control.post("/counters")
def set_counter() -> Response:
    """Pretend that calls were made before."""
    wanted, now, appid = asked(Counter()), here().clock.now(), here().settings.appid
    name, period = counted_as(wanted["path"], now)
    with here().state.changing() as database:
        if "used" in wanted:
            limits.put(database, appid, name, period, wanted["used"])
    for unit, period_s in (("minute", 60), ("second", 1)):
        if unit in wanted:
            here().minutes.put(f"{appid}{name}", now, wanted[unit], period_s)
    return jsonify(wanted)


def counted_as(path: str, now: float) -> tuple[str, str]:
    """Return the counter's name and running period."""
    if path == "codes":
        return LIMITED, limits.EVER
    if path not in limits.LIMITS:
        raise NotKnown(f"没有这个接口：{path}。")
    return limits.LIMITS[path].together or path, limits.day_of(now)


@control.get("/calls")
def list_calls() -> Response:
    return jsonify(items=here().calls.newest_last(request.args.get("path", "")))


@control.get("/snapshots")
def list_snapshots() -> Response:
    return jsonify(items=list(here().snapshots))


@control.post("/snapshots")
def take_snapshot() -> tuple[Response, int]:
    """Remember everything under a name, until the emulator stops."""
    name, kept = asked(Snapshot())["name"], here().snapshots
    if name not in kept and len(kept) >= MOST_SNAPSHOTS:
        raise ValidationError(f"最多保留 {MOST_SNAPSHOTS} 份快照，请用已有的名字覆盖。", "name")
    kept[name] = here().state.copy()
    return jsonify(name=name), 201


@control.post("/snapshots/<name>/restore")
def restore_snapshot(name: str) -> Response:
    if name not in here().snapshots:
        raise NotKnown(f"没有名为“{name}”的快照。")
    here().restore(name)
    return jsonify(name=name)


@control.post("/reset")
def reset() -> tuple[str, int]:
    here().reset()
    return "", 204
