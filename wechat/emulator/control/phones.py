"""People and their phones: made, moved, signed in, and what they received."""

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields, validate

from .. import apps, codes, people
from ..emulator import here
from .door import asked, control


class Location(Schema):
    """A place in WGS-84 degrees."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lng = fields.Float(required=True, validate=validate.Range(-180, 180))


class NewPerson(Schema):
    """Who gets a phone; all of it may be left out."""

    openid = fields.String(validate=validate.Regexp(r"^[A-Za-z0-9_\-]{1,64}$"))
    appid = fields.String()
    unionid = fields.String(validate=validate.Length(max=64))
    nickname = fields.String(validate=validate.Length(max=32))
    role = fields.String(validate=validate.Length(max=16))
    phone = fields.String(validate=validate.Regexp(r"^\d{5,20}$"))
    country = fields.String(validate=validate.Regexp(r"^\d{1,4}$"))
    location = fields.Nested(Location)


@control.get("/users")
def list_people() -> Response:
    with here().state.changing() as database:
        users = database.execute("SELECT * FROM users ORDER BY created_at, rowid").fetchall()
        return jsonify(items=[people.shown(database, user) for user in users])


@control.post("/users")
def add_person() -> tuple[Response, int]:
    wanted = asked(NewPerson())
    with here().state.changing() as database:
        if "appid" in wanted and apps.find(database, wanted["appid"]) is None:
            raise ValidationError("没有这个小程序，请先用 POST /_emu/apps 新建。", "appid")
        return jsonify(openid=people.add(database, here(), wanted)), 201


@control.get("/users/<openid>")
def show_person(openid: str) -> Response:
    with here().state.changing() as database:
        return jsonify(people.shown(database, people.find(database, openid)))


@control.post("/users/<openid>/login")
def login(openid: str) -> Response:
    return issue_code("login", openid)


@control.post("/users/<openid>/phone-code")
def phone_code(openid: str) -> Response:
    return issue_code("phone", openid)


def issue_code(kind: str, openid: str) -> Response:
    with here().state.changing() as database:
        user = people.touch(database, here(), openid)
        return jsonify(code=codes.issue(database, here(), kind, user, here().clock.now()))


@control.post("/users/<openid>/location")
def move(openid: str) -> Response:
    place = asked(Location())
    with here().state.changing() as database:
        people.touch(database, here(), openid)
        people.move(database, openid, place)
        return jsonify(people.shown(database, people.find(database, openid)))


@control.post("/users/<openid>/ban")
def ban(openid: str) -> Response:
    with here().state.changing() as database:
        people.find(database, openid)
        database.execute("UPDATE users SET banned = 1 WHERE openid = ?", (openid,))
    return jsonify(openid=openid, banned=True)


@control.get("/users/<openid>/messages")
def messages(openid: str) -> Response:
    with here().state.changing() as database:
        people.find(database, openid)
        return jsonify(items=people.messages_of(database, here(), openid))


@control.get("/outbox")
def outbox() -> Response:
    """Show the messages on all phones, newest first."""
    with here().state.changing() as database:
        rows = database.execute("SELECT * FROM messages ORDER BY at DESC, rowid DESC LIMIT 1000").fetchall()
        return jsonify(items=[{"openid": row["openid"], **people.message(here(), row)} for row in rows])
