"""Codes that open a page."""

from typing import Any

import pytest

from tests.wechat.client.test_answers import JPEG, PNG
from tests.wechat.client.wire import Wire, refused, sent
from wechat.client import FieldInvalid, LimitReached, Misconfigured, Unclear, UsedUp, WeChatError

SCENE_PATH, PAGE_PATH = "/wxa/getwxacodeunlimit", "/wxa/getwxacode"
PAGE = "pages/report/report"


def test_a_code_with_a_scene_is_asked_for_as_wechat_wants_it(wire: Wire) -> None:
    wire.says(SCENE_PATH, sent(JPEG, Content_Type="image/jpeg"))
    assert wire.wechat().qr_code("g=1a2b", PAGE) == JPEG
    [asked] = wire.calls(SCENE_PATH)
    assert asked.query == {"access_token": "T-1"}
    assert asked.body == {
        "scene": "g=1a2b",
        "page": PAGE,
        "check_path": True,
        "width": 430,
        "env_version": "release",
    }


def test_width_version_and_check_can_be_chosen(wire: Wire) -> None:
    wire.says(SCENE_PATH, sent(PNG))
    wire.wechat().qr_code("g=1", PAGE, width=1280, env_version="trial", check_path=False)
    body = wire.calls(SCENE_PATH)[0].body
    assert (body["width"], body["env_version"], body["check_path"]) == (1280, "trial", False)


@pytest.mark.parametrize("picture", [PNG, JPEG], ids=["png", "jpeg"])
@pytest.mark.parametrize("content_type", ["image/jpeg", "application/json; encoding=utf-8", "text/html"])
def test_the_picture_is_known_by_its_bytes_whatever_the_content_type(
    wire: Wire, picture: bytes, content_type: str
) -> None:
    wire.says(SCENE_PATH, sent(picture, Content_Type=content_type))
    assert wire.wechat().qr_code("g=1", PAGE) == picture


@pytest.mark.parametrize("scene", ["g=1", "x" * 32, "!#$&'()*+,/:;=?@-._~", "A1"])
def test_every_allowed_scene_is_sent(wire: Wire, scene: str) -> None:
    wire.says(SCENE_PATH, sent(PNG))
    wire.wechat().qr_code(scene, PAGE)
    assert wire.calls(SCENE_PATH)[0].body["scene"] == scene


NOT_ALLOWED: list[dict[str, Any]] = [
    *({"scene": scene} for scene in ("", "x" * 33, "网格", "a b", "a%20", 'a"', "a\\", "a\n", "g=1\n", "g=１", "é")),
    *({"page": page} for page in ("", "/pages/a", "pages/a?x=1", "pages/a#x", "pages//a", "pages/a/", "页面/a", "a\n")),
    *({"page": page} for page in ("../a", "pages/a b", "http://x")),
    *({"width": width} for width in (279, 1281, 0, -1)),
    *({"env_version": version} for version in ("", "Release", "formal")),
]


@pytest.mark.parametrize("wrong", NOT_ALLOWED, ids=str)
def test_what_breaks_a_rule_is_refused_before_anything_is_sent(wire: Wire, wrong: dict[str, Any]) -> None:
    with pytest.raises(FieldInvalid) as problem:
        wire.wechat().qr_code(**{"scene": "g=1", "page": PAGE, **wrong})
    assert wire.asked == []
    assert problem.value.path == f"{SCENE_PATH} {next(iter(wrong))}"


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (40097, FieldInvalid),
        (40129, FieldInvalid),
        (40169, FieldInvalid),
        (41030, Misconfigured),
        (44991, LimitReached),
    ],
)
def test_json_in_place_of_the_picture_is_an_error_with_its_rid(
    wire: Wire, errcode: int, expected: type[WeChatError]
) -> None:
    wire.says(SCENE_PATH, sent(refused(errcode), Content_Type="image/jpeg"))
    with pytest.raises(expected) as problem:
        wire.wechat().qr_code("g=1", PAGE)
    assert (problem.value.errcode, problem.value.rid) == (errcode, wire.rid)


@pytest.mark.parametrize("content", [PNG[:-8], b"<html>", b"", b'{"errcode": 0}'], ids=["cut", "html", "empty", "json"])
def test_what_is_no_picture_is_never_handed_on(wire: Wire, content: bytes) -> None:
    wire.says(SCENE_PATH, sent(content, Content_Type="image/jpeg"))
    with pytest.raises(Unclear):
        wire.wechat().qr_code("g=1", PAGE)


def test_a_refused_token_is_replaced_here_too(wire: Wire) -> None:
    wire.says("/cgi-bin/stable_token", *({"access_token": f"T-{n}", "expires_in": 7200} for n in (1, 2)))
    wire.says(SCENE_PATH, sent(refused(42001)), sent(PNG))
    assert wire.wechat().qr_code("g=1", PAGE) == PNG
    assert [asked.query["access_token"] for asked in wire.calls(SCENE_PATH)] == ["T-1", "T-2"]


def test_a_code_of_a_page_tells_how_many_are_used(wire: Wire) -> None:
    wire.says(PAGE_PATH, sent(PNG, Num_Used="4711"))
    code = wire.wechat().page_code(f"{PAGE}?number=XN1", width=280)
    assert (code.image, code.used) == (PNG, 4711)
    assert wire.calls(PAGE_PATH)[0].body == {"path": f"{PAGE}?number=XN1", "width": 280, "env_version": "release"}


@pytest.mark.parametrize("headers", [{}, {"Num_Used": "many"}, {"Num_Used": ""}, {"Num_Used": "-1"}], ids=str)
def test_a_count_that_is_missing_or_odd_does_not_cost_the_picture(wire: Wire, headers: dict[str, str]) -> None:
    wire.says(PAGE_PATH, sent(PNG, **headers))
    code = wire.wechat().page_code(PAGE)
    assert (code.image, code.used) == (PNG, None)


@pytest.mark.parametrize("path", ["", "/pages/a", "pages/a?名=1", "pages/a?x y", "pages/a?" + "x" * 1017])
def test_a_path_that_cannot_be_one_takes_no_code_from_the_total(wire: Wire, path: str) -> None:
    with pytest.raises(FieldInvalid):
        wire.wechat().page_code(path)
    assert wire.asked == []


def test_the_longest_path_is_sent(wire: Wire) -> None:
    wire.says(PAGE_PATH, sent(PNG))
    path = "pages/a?" + "x" * 1016
    assert len(path) == 1024
    wire.wechat().page_code(path)
    assert wire.calls(PAGE_PATH)[0].body["path"] == path


@pytest.mark.parametrize("answer", [refused(-1), sent(b"", status=502)])
def test_a_limited_code_is_never_asked_for_twice_by_itself(wire: Wire, answer: Any) -> None:
    wire.says(PAGE_PATH, answer)
    with pytest.raises(WeChatError):
        wire.wechat().page_code(PAGE)
    assert len(wire.calls(PAGE_PATH)) == 1


def test_a_used_up_total_has_a_class_of_its_own(wire: Wire) -> None:
    wire.says(PAGE_PATH, refused(45029))
    with pytest.raises(UsedUp):
        wire.wechat().page_code(PAGE)
