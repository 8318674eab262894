"""Links that open a page from outside WeChat."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import time_machine

from tests.wechat.client.wire import Wire, refused
from wechat.client import FieldInvalid, LimitReached, Misconfigured, Unclear, WeChat, WeChatError

URL_LINK, SCHEME, LEFT = "/wxa/generate_urllink", "/wxa/generatescheme", "/wxa/query_urllink"
PAGE = "pages/order/order"
NOW = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
GOOD = {
    URL_LINK: {"errcode": 0, "url_link": "https://wxaurl.cn/AbCdEf"},
    SCHEME: {"errcode": 0, "openlink": "weixin://dl/business/?t=AbCdEf"},
}
Make = Callable[..., str]


def maker(wechat: WeChat, call: str) -> Make:
    return wechat.url_link if call == URL_LINK else wechat.scheme_link


def test_a_link_for_days_is_asked_for_as_wechat_wants_it(wire: Wire) -> None:
    wire.says(URL_LINK, GOOD[URL_LINK])
    assert wire.wechat().url_link(PAGE, "number=XN1", days=30) == "https://wxaurl.cn/AbCdEf"
    assert wire.calls(URL_LINK)[0].body == {
        "path": PAGE,
        "query": "number=XN1",
        "env_version": "release",
        "expire_type": 1,
        "expire_interval": 30,
    }


def test_a_scheme_until_a_moment_names_its_page_inside(wire: Wire) -> None:
    wire.says(SCHEME, GOOD[SCHEME])
    until = datetime.now(timezone(timedelta(hours=8))) + timedelta(hours=1)
    assert wire.wechat().scheme_link(PAGE, expires_at=until, env_version="trial") == "weixin://dl/business/?t=AbCdEf"
    assert wire.calls(SCHEME)[0].body == {
        "jump_wxa": {"path": PAGE, "query": "", "env_version": "trial"},
        "is_expire": True,
        "expire_type": 0,
        "expire_time": int(until.timestamp()),
    }


WRONG: list[dict[str, Any]] = [
    {"days": None},
    {"expires_at": NOW + timedelta(days=1)},
    {"days": 0},
    {"days": 31},
    {"days": -1},
    {"path": "/pages/a"},
    {"path": "pages/a?x=1"},
    {"path": ""},
    {"query": "x" * 1025},
    {"query": "名=1"},
    {"query": "a b"},
    {"query": "a\n"},
    {"env_version": "formal"},
]
AGES = [timedelta(0), timedelta(seconds=59), timedelta(days=30, seconds=1), -timedelta(days=1)]


@pytest.mark.parametrize("call", [URL_LINK, SCHEME])
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong)[:40])
def test_what_breaks_a_rule_is_refused_before_anything_is_sent(wire: Wire, call: str, wrong: dict[str, Any]) -> None:
    with time_machine.travel(NOW, tick=False), pytest.raises(FieldInvalid):
        maker(wire.wechat(), call)(**{"path": PAGE, "query": "", "days": 1, **wrong})
    assert wire.asked == []


@pytest.mark.parametrize("call", [URL_LINK, SCHEME])
@pytest.mark.parametrize("age", AGES, ids=str)
def test_a_moment_outside_one_minute_to_thirty_days_is_refused(wire: Wire, call: str, age: timedelta) -> None:
    with time_machine.travel(NOW, tick=False), pytest.raises(FieldInvalid):
        maker(wire.wechat(), call)(PAGE, expires_at=NOW + age)
    assert wire.asked == []


@pytest.mark.parametrize("age", [timedelta(minutes=1), timedelta(days=30)], ids=str)
def test_the_ends_of_that_time_are_sent(wire: Wire, age: timedelta) -> None:
    wire.says(URL_LINK, GOOD[URL_LINK])
    with time_machine.travel(NOW, tick=False):
        wire.wechat().url_link(PAGE, expires_at=NOW + age)
    assert wire.calls(URL_LINK)[0].body["expire_time"] == int((NOW + age).timestamp())


def test_a_moment_without_a_time_zone_is_nobodys_moment(wire: Wire) -> None:
    with pytest.raises(FieldInvalid):
        wire.wechat().url_link(PAGE, expires_at=datetime.now() + timedelta(hours=1))
    assert wire.asked == []


@pytest.mark.parametrize("call", [URL_LINK, SCHEME])
@pytest.mark.parametrize("link", [None, "", "javascript:alert(1)", "https://a b", "https://a\n", 7, "https://网"])
def test_an_answer_that_is_no_link_is_unclear(wire: Wire, call: str, link: Any) -> None:
    wire.says(call, {"errcode": 0, "url_link": link, "openlink": link})
    with pytest.raises(Unclear):
        maker(wire.wechat(), call)(PAGE, days=1)


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (40165, Misconfigured),
        (40212, FieldInvalid),
        (44990, LimitReached),
        (44993, LimitReached),
        (85079, Misconfigured),
        (85401, FieldInvalid),
        (-1, WeChatError),
    ],
)
@pytest.mark.parametrize("call", [URL_LINK, SCHEME])
def test_each_refusal_has_its_class_and_a_link_is_not_asked_for_twice(
    wire: Wire, call: str, errcode: int, expected: type[WeChatError]
) -> None:
    wire.says(call, refused(errcode))
    with pytest.raises(expected) as problem:
        maker(wire.wechat(), call)(PAGE, days=1)
    assert (problem.value.errcode, problem.value.rid) == (errcode, wire.rid)
    assert len(wire.calls(call)) == 1


def test_the_visits_left_are_read(wire: Wire) -> None:
    wire.says(LEFT, refused(-1), {"errcode": 0, "quota_info": {"remain_visit_quota": 2999000}, "url_link_info": None})
    assert wire.wechat().link_visits_left() == 2999000
    assert [asked.body for asked in wire.calls(LEFT)] == [{"query_type": 1}] * 2


@pytest.mark.parametrize("answer", [{}, {"quota_info": None}, {"quota_info": {}}])
def test_visits_that_are_not_named_are_unclear(wire: Wire, answer: dict[str, Any]) -> None:
    wire.says(LEFT, {"errcode": 0, **answer})
    with pytest.raises(Unclear):
        wire.wechat().link_visits_left()
