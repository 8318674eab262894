"""The text check."""

from typing import Any

import pytest

CHECK = "/wxa/msg_sec_check"


def question(openid: str, content: str, **changes: Any) -> dict[str, Any]:
    return {"content": content, "version": 2, "scene": 2, "openid": openid, **changes}


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [("路灯不亮", "pass", 100), ("王八蛋把路灯砸了", "review", 20003), ("代开发票", "risky", 10001)],
)
def test_a_risky_text_is_no_error_in_version_two(hands: Any, content: str, suggest: str, label: int) -> None:
    answer = hands.post(CHECK, question(hands.person(), content))
    assert answer["errcode"] == 0
    assert answer["result"] == {"suggest": suggest, "label": label}
    assert answer["detail"][0]["errcode"] == 0
    assert len(answer["trace_id"]) == 26


def test_the_worst_of_several_words_counts(hands: Any) -> None:
    answer = hands.post(CHECK, question(hands.person(), "王八蛋，代开发票"))
    assert answer["result"]["suggest"] == "risky"
    assert answer["detail"][0]["keyword"] == "代开发票"


@pytest.mark.parametrize("part", ["title", "nickname", "signature"])
def test_what_comes_with_a_text_is_looked_at_too(hands: Any, part: str) -> None:
    answer = hands.post(CHECK, question(hands.person(), "路灯不亮", scene=1, **{part: "代开发票"}))
    assert answer["result"]["suggest"] == "risky"


def test_escaped_chinese_passes_unseen_and_leaves_a_warning(hands: Any) -> None:
    openid = hands.person()
    raw = b'{"content": "\\u4ee3\\u5f00\\u53d1\\u7968", "version": 2, "scene": 2, "openid": "%s"}' % openid.encode()
    assert hands.post(CHECK, raw)["result"]["suggest"] == "pass"
    [call] = hands.control(f"/calls?path={CHECK}", method="GET")["items"]
    assert "escaped Chinese" in call["warning"]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"scene": 5}, 40129),
        ({"scene": None}, 40129),
        ({"openid": "oNobody"}, 40003),
        ({"content": ""}, 44002),
        ({"content": "长" * 2501}, 45002),
        ({"content": "长" * 2500}, 0),
    ],
)
def test_wrong_questions(hands: Any, changes: dict[str, Any], errcode: int) -> None:
    assert hands.errcode(CHECK, {**question(hands.person(), "灯"), **changes}) == errcode


def test_without_a_version_it_is_the_old_check(hands: Any) -> None:
    assert hands.errcode(CHECK, {"content": "代开发票"}) == 87014
    assert hands.post(CHECK, {"content": "灯"}) == {"errcode": 0, "errmsg": "ok"}


def test_activity_is_checked_only_where_strict(hands: Any) -> None:
    openid = hands.person()
    hands.code("login", openid)
    hands.advance(7201)
    assert hands.errcode(CHECK, question(openid, "灯")) == 0
    hands.control("/options", {"strict_activity": True})
    assert hands.errcode(CHECK, question(openid, "灯")) == 61010
    hands.code("login", openid)
    assert hands.errcode(CHECK, question(openid, "灯")) == 0


def test_a_rule_can_be_added(hands: Any) -> None:
    openid = hands.person()
    hands.control("/content-rules", {"word": "黑话", "suggest": "risky", "label": 20006})
    assert hands.post(CHECK, question(openid, "一句黑话"))["result"] == {"suggest": "risky", "label": 20006}


def test_four_thousand_checks_a_minute_are_enough(hands: Any) -> None:
    openid = hands.person()
    hands.control("/counters", {"path": CHECK, "minute": 3999})
    assert [hands.errcode(CHECK, question(openid, "灯")) for _ in range(2)] == [0, 44991]
    hands.advance(60)
    assert hands.errcode(CHECK, question(openid, "灯")) == 0


def test_the_day_has_its_limit_too(hands: Any) -> None:
    openid = hands.person()
    hands.control("/counters", {"path": CHECK, "used": 2_000_000})
    assert hands.errcode(CHECK, question(openid, "灯")) == 45009
    hands.advance(86400)
    assert hands.errcode(CHECK, question(openid, "灯")) == 0


def test_a_person_of_another_mini_program_is_not_ours(hands: Any) -> None:
    hands.control("/apps", {"appid": "wx-other", "secret": "s"})
    assert hands.errcode(CHECK, question(hands.person(appid="wx-other"), "灯")) == 43104
