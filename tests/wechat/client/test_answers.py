"""What counts as an answer, and what each odd answer means."""

import base64
from typing import Any

import pytest
from marshmallow import EXCLUDE, Schema, fields

from wechat.client import Busy, FieldInvalid, NoPermissionLeft, Unclear
from wechat.client.answers import Reply, read_json, read_picture, rid_of, shaped

PATH = "/cgi-bin/anything"
RID = "6b0461b4-ad458e8e-6fb53802"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40) + b"\xff\xd9"


def reply(content: bytes | str) -> Reply:
    return Reply(PATH, content.encode() if isinstance(content, str) else content)


class Named(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.String(required=True)
    number = fields.Integer(load_default=0)


NAMED = shaped(Named())


def test_a_missing_errcode_means_success() -> None:
    assert read_json(reply('{"access_token": "T"}')) == {"access_token": "T"}


def test_what_the_schema_does_not_name_is_left_out() -> None:
    assert NAMED(reply('{"errcode": 0, "name": "网格", "else": 1}')) == {"name": "网格", "number": 0}


def test_a_number_of_64_bits_keeps_every_digit() -> None:
    assert NAMED(reply('{"name": "x", "number": 3248682510344192009}'))["number"] == 3248682510344192009
    assert NAMED(reply('{"name": "x", "number": "9007199254740993"}'))["number"] == 9007199254740993


@pytest.mark.parametrize("errcode", ["43101", '"43101"'])
@pytest.mark.parametrize("errmsg", ['"user refuse to accept the msg"', "null", "7", '["x"]'])
def test_an_errcode_counts_however_it_is_written_and_whatever_stands_beside_it(errcode: str, errmsg: str) -> None:
    with pytest.raises(NoPermissionLeft):
        NAMED(reply(f'{{"errcode": {errcode}, "errmsg": {errmsg}, "name": "x"}}'))


def test_the_rid_comes_along_and_nothing_else_of_the_errmsg() -> None:
    with pytest.raises(Busy) as problem:
        read_json(reply(f'{{"errcode": -1, "errmsg": "system error o-openid rid: {RID}"}}'))
    assert (problem.value.rid, problem.value.path) == (RID, PATH)
    assert "openid" not in str(problem.value) + repr(problem.value)


@pytest.mark.parametrize(
    ("errmsg", "rid"),
    [
        (f"invalid code, rid: {RID}", RID),
        (f"system error rid: {RID}", RID),
        ("system error hint: [abc]", ""),
        ("rid: 12345", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_the_rid_is_found_in_both_forms_and_only_in_its_own(errmsg: Any, rid: str) -> None:
    assert rid_of(errmsg) == rid


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>502</body></html>",
        b'{"errcode": 0, "name": "x", "number": 12',
        b"[]",
        b"null",
        b"7",
        b'{"errcode": "many", "name": "x"}',
        b'{"errcode": null, "name": "x"}',
        b'{"errcode": true, "name": "x"}',
        b'{"errcode": 1e999, "name": "x"}',
        b'{"errcode": {}, "name": "x"}',
        b"\xff\xfe{",
        b'{"name": "\xff"}',
        b"[" * 100_000,
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": 7}',
        b'{"number": 1}',
        b'{"name": "x", "number": "many"}',
    ],
    ids=lambda body: body[:30],
)
def test_a_body_nobody_can_read_is_unclear_and_drags_no_other_error_along(body: bytes) -> None:
    with pytest.raises(Unclear) as problem:
        NAMED(reply(body))
    assert problem.value.__context__ is None


@pytest.mark.parametrize("picture", [PNG, JPEG, JPEG + b"\r\n"], ids=["png", "jpeg", "jpeg with a tail"])
def test_a_whole_picture_is_known_by_its_bytes(picture: bytes) -> None:
    assert read_picture(reply(picture)) == picture


@pytest.mark.parametrize(
    "content",
    [PNG[:-20], JPEG[:-20], b"GIF89a" + bytes(20), b"\x89PNG", b"", b'{"errcode": 0, "errmsg": "ok"}', b"<html>"],
    ids=["cut png", "cut jpeg", "gif", "magic alone", "nothing", "success without picture", "html"],
)
def test_what_is_no_whole_picture_is_unclear(content: bytes) -> None:
    with pytest.raises(Unclear):
        read_picture(reply(content))


def test_json_in_place_of_a_picture_is_the_error_that_it_says() -> None:
    with pytest.raises(FieldInvalid) as problem:
        read_picture(reply(f'{{"errcode": 40169, "errmsg": "invalid length for scene rid: {RID}"}}'))
    assert (problem.value.errcode, problem.value.rid) == (40169, RID)
