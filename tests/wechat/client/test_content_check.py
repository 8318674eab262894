"""The text check, and pictures handed in."""

import json
import time
from typing import Any

import pytest
import responses

from tests.wechat.client.wire import Wire, hang, refused
from wechat.client import (
    OFFICIAL_BASE,
    AlreadyAsked,
    Busy,
    FieldInvalid,
    LimitReached,
    MemoryTokenStore,
    Unclear,
    UserInactive,
    UserUnknown,
    WeChat,
    WeChatError,
)
from wechat.client.content_check import pieces

CHECK, IMAGE = "/wxa/msg_sec_check", "/wxa/media_check_async"
PASS = {"errcode": 0, "result": {"suggest": "pass", "label": 100}, "trace_id": "t"}
PHOTO = "https://photos.example.org/p/1.jpg?permit=abc&until=1"


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [
        ("三号楼楼道灯不亮，请派人看看。", "pass", 100),
        ("他妈的路灯三个月没修！", "review", 20003),
        ("办证刻章，电话联系", "risky", 10001),
    ],
)
def test_the_verdict_comes_with_label_and_trace(emulator: Any, content: str, suggest: str, label: int) -> None:
    verdict = emulator.wechat().check_text(content, emulator.person())
    assert (verdict.suggest, verdict.label) == (suggest, label)
    assert len(verdict.trace_id) == 26


def test_chinese_is_sent_readable_so_that_the_check_sees_it(emulator: Any) -> None:
    emulator.wechat().check_text("办证刻章", emulator.person())
    assert [call["warning"] for call in emulator.calls(CHECK)] == [""]


@pytest.mark.parametrize(("length", "count"), [(0, 1), (1, 1), (2500, 1), (2501, 2), (4980, 2), (4981, 3), (5000, 3)])
def test_a_long_text_is_split_into_pieces_that_are_accepted(length: int, count: int) -> None:
    parts = pieces("x" * length)
    assert len(parts) == count
    assert all(len(part) <= 2500 for part in parts)


def test_the_pieces_overlap_and_nothing_is_left_out() -> None:
    text = "".join(chr(0x4E00 + i) for i in range(5000))
    parts = pieces(text)
    rebuilt = parts[0] + "".join(part[20:] for part in parts[1:])
    assert rebuilt == text
    assert all(earlier[-20:] == later[:20] for earlier, later in zip(parts, parts[1:], strict=False))


@pytest.mark.parametrize("place", [0, 2498, 4996])
def test_the_worst_verdict_counts_wherever_the_words_stand(emulator: Any, place: int) -> None:
    text = ("灯" * place + "办证刻章" + "灯" * 5000)[:5000]
    assert emulator.wechat().check_text(text, emulator.person()).suggest == "risky"


def test_review_outweighs_pass_whatever_the_order(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    assert wechat.check_text("王八蛋" + "灯" * 4000, openid).suggest == "review"
    assert wechat.check_text("灯" * 4000 + "王八蛋", openid).suggest == "review"


def test_after_a_risky_piece_the_rest_is_not_asked_about(emulator: Any) -> None:
    emulator.wechat().check_text("办证刻章" + "灯" * 4996, emulator.person())
    assert len(emulator.calls(CHECK)) == 1


def test_the_budget_holds_for_all_pieces_and_the_token_together(emulator: Any) -> None:
    openid = emulator.person()
    emulator.fault("*", latency_s=0.3)
    started = time.monotonic()
    with pytest.raises(WeChatError):
        emulator.wechat().check_text("灯" * 5000, openid, budget_s=0.7)
    assert time.monotonic() - started < 1.2


def test_a_slow_wechat_is_left_within_the_budget(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    wechat.templates()
    emulator.fault(CHECK, hang=True)
    started = time.monotonic()
    with pytest.raises(Unclear):
        wechat.check_text("路灯不亮", openid, budget_s=0.4)
    assert time.monotonic() - started < 0.9
    emulator.control("/faults", method="DELETE")


def test_somebody_not_seen_for_two_hours_is_told_apart(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.control("/options", {"strict_activity": True})
    wechat.sign_in(emulator.login_code(openid))
    assert wechat.check_text("路灯不亮", openid).suggest == "pass"
    emulator.control("/clock", {"advance_s": 7201})
    with pytest.raises(UserInactive):
        wechat.check_text("路灯不亮", openid)


def test_a_used_up_quota_is_a_limit(emulator: Any) -> None:
    emulator.control("/faults", {"preset": "quota exhausted"})
    with pytest.raises(LimitReached):
        emulator.wechat().check_text("路灯不亮", emulator.person())


@pytest.mark.parametrize("result", [None, {}, {"suggest": "perhaps", "label": 1}, {"suggest": "pass", "label": "x"}])
@responses.activate
def test_a_verdict_of_another_shape_is_unclear(result: dict[str, Any] | None) -> None:
    responses.post(f"{OFFICIAL_BASE}/cgi-bin/stable_token", json={"access_token": "T", "expires_in": 7200})
    responses.post(OFFICIAL_BASE + CHECK, json={"errcode": 0, "result": result})
    with pytest.raises(Unclear):
        WeChat("wx1", "s", OFFICIAL_BASE, MemoryTokenStore()).check_text("路灯", "o1")


def test_a_busy_check_is_asked_once_more_and_not_a_third_time(wire: Wire) -> None:
    wire.says(CHECK, refused(-1), PASS)
    assert wire.wechat().check_text("路灯不亮", "o1").suggest == "pass"
    wire.says(CHECK, refused(-1))
    with pytest.raises(Busy):
        wire.wechat().check_text("路灯不亮", "o1")
    assert len(wire.calls(CHECK)) == 4


def test_a_picture_is_handed_in_as_wechat_wants_it(wire: Wire) -> None:
    wire.says(IMAGE, {"errcode": 0, "errmsg": "ok", "trace_id": "684ef1e4-1a2b3c4d-5e6f7a8b"})
    assert wire.wechat().check_image(PHOTO, "o1") == "684ef1e4-1a2b3c4d-5e6f7a8b"
    [asked] = wire.calls(IMAGE)
    assert asked.body == {"media_url": PHOTO, "media_type": 2, "version": 2, "scene": 2, "openid": "o1"}


@pytest.mark.parametrize(
    "media_url",
    [
        "",
        "1.jpg",
        "/p/1.jpg",
        "ftp://h/1",
        "file:///etc/passwd",
        "https://",
        "http://[x",
        "https://h/照片",
        "https://h/ 1",
    ],
)
def test_what_wechat_cannot_fetch_is_not_handed_in(wire: Wire, media_url: str) -> None:
    with pytest.raises(FieldInvalid):
        wire.wechat().check_image(media_url, "o1")
    assert wire.asked == []


@pytest.mark.parametrize("trace_id", [None, "", 7, "x" * 129, "a b", "a\n", "\ud800"])
def test_a_picture_without_a_usable_trace_id_is_unclear(wire: Wire, trace_id: Any) -> None:
    wire.says(IMAGE, json.dumps({"errcode": 0, "trace_id": trace_id}).encode())
    with pytest.raises(Unclear):
        wire.wechat().check_image(PHOTO, "o1")


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (40003, UserUnknown),
        (40004, FieldInvalid),
        (43104, UserUnknown),
        (44991, LimitReached),
        (45009, LimitReached),
        (61010, UserInactive),
        (87020, AlreadyAsked),
    ],
)
def test_each_refusal_of_a_picture_has_its_class(wire: Wire, errcode: int, expected: type[WeChatError]) -> None:
    wire.says(IMAGE, refused(errcode))
    with pytest.raises(expected) as problem:
        wire.wechat().check_image(PHOTO, "o1")
    assert problem.value.rid == wire.rid
    assert len(wire.calls(IMAGE)) == 1


def test_a_busy_wechat_is_handed_the_picture_once_more(wire: Wire) -> None:
    wire.says(IMAGE, refused(-1), {"errcode": 0, "trace_id": "t-1"})
    assert wire.wechat().check_image(PHOTO, "o1") == "t-1"


def test_a_picture_that_nobody_answers_for_is_not_handed_in_again_by_itself(wire: Wire) -> None:
    wire.says(IMAGE, hang)
    started = time.monotonic()
    with pytest.raises(Unclear):
        wire.wechat().check_image(PHOTO, "o1", budget_s=0.3)
    assert time.monotonic() - started < 1.0
    assert len(wire.calls(IMAGE)) == 1
