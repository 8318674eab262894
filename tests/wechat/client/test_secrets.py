"""Nothing secret in any log line or error text, whatever happens: every method against every kind of failure."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.wechat.client.test_answers import PNG
from tests.wechat.client.wire import RID, SECRET, TOKEN_PATH, Handler, Wire, hang, raw, refused, sent
from wechat.client import MemoryTokenStore, WeChat, WeChatError, sign_in

TOKEN, SECOND_TOKEN = "token-that-nobody-may-see", "second-token-that-nobody-may-see"
OPENID, CODE, PHONE_CODE = "o-openid-nobody-may-see", "code-nobody-may-see", "phone-code-nobody-may-see"
PHONE, WORDS, PERMIT = "13800000000", "words-nobody-may-see", "permit-nobody-may-see"
HIDDEN = (SECRET, TOKEN, SECOND_TOKEN, OPENID, CODE, PHONE_CODE, PHONE, WORDS, PERMIT)
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

METHODS: dict[str, Callable[[WeChat], object]] = {
    "sign_in": lambda wechat: wechat.sign_in(CODE),
    "phone_number": lambda wechat: wechat.phone_number(PHONE_CODE, OPENID),
    "templates": lambda wechat: wechat.templates(),
    "send": lambda wechat: wechat.send_subscribe_message(OPENID, "tpl", {"thing1": WORDS}, f"p/p?x={WORDS}"),
    "check_text": lambda wechat: wechat.check_text(WORDS, OPENID),
    "check_image": lambda wechat: wechat.check_image(f"https://photos.example.org/1?permit={PERMIT}", OPENID),
    "qr_code": lambda wechat: wechat.qr_code("g=1", "pages/a"),
    "page_code": lambda wechat: wechat.page_code(f"pages/a?x={WORDS}"),
    "url_link": lambda wechat: wechat.url_link("pages/a", f"x={WORDS}", days=1),
    "scheme_link": lambda wechat: wechat.scheme_link("pages/a", f"x={WORDS}", days=1),
    "link_visits_left": lambda wechat: wechat.link_visits_left(),
    "quota": lambda wechat: wechat.quota("/wxa/msg_sec_check"),
    "clear_quota": lambda wechat: wechat.clear_quota(),
    "explain": lambda wechat: wechat.explain(RID),
}


def echoed(errcode: Any) -> Callable[[Handler], None]:
    """Refuse with an errmsg that repeats everything that was sent."""

    def answer(handler: Handler) -> None:
        everything = " ".join([*HIDDEN, json.dumps(handler.asked.query), json.dumps(handler.asked.body)])
        sent(refused(errcode, everything))(handler)

    return answer


FAILURES: dict[str, Any] = {
    "busy": echoed(-1),
    "token refused": echoed(40001),
    "user": echoed(43101),
    "limit": echoed(45009),
    "number as text": echoed("47003"),
    "unknown number": echoed(99999),
    "zipped": sent(refused(40013, " ".join(HIDDEN)), zipped=True),
    "502": sent(f"<html>{OPENID}</html>".encode(), status=502),
    "412": sent(b"", status=412),
    "redirect": sent(b"", status=302, Location=f"/elsewhere?secret={SECRET}"),
    "html": sent(f"<html>{TOKEN}</html>".encode()),
    "empty object": {},
    "other shape": {"errcode": 0, "openid": 7, "phone_info": PHONE, "data": OPENID, "result": WORDS, "trace_id": []},
    "truncated": raw(b'HTTP/1.1 200 X\r\nContent-Length: 90\r\n\r\n{"openid": "' + OPENID.encode()),
    "spoiled head": raw(b"HTTP/1.1 500 X\r\nno header at all\r\nContent-Length: 0\r\n\r\n"),
    "no http": raw(b"something " + TOKEN.encode()),
    "hung up": raw(b""),
    "silent": hang,
    "false gzip": sent(TOKEN.encode(), Content_Encoding="gzip"),
    "too deep": sent(b"[" * 100_000),
}
# An errcode of 0 is all that these two need to hear.
ALSO_FINE = {"other shape": {"send", "clear_quota"}}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "BUSY_PAUSE_S", 0.01)


@pytest.fixture
def watched(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every logger at its most talkative, urllib3's among them."""
    caplog.set_level(logging.DEBUG)
    names = [name for name in logging.root.manager.loggerDict if name.startswith(("urllib3", "requests", "wechat"))]
    for name in names:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def written_in(caplog: pytest.LogCaptureFixture, problems: list[BaseException]) -> str:
    """Everything that a log file or an error report could hold."""
    assert {"urllib3.connectionpool", "wechat.client"} <= {record.name for record in caplog.records}
    formatter = logging.Formatter("%(message)s")
    lines = [formatter.format(record) + str(vars(record)) for record in caplog.records]
    errors = [str(problem) + repr(problem) + str(vars(problem)) for problem in problems]
    return "\n".join([*lines, *errors, *("".join(traceback.format_exception(problem)) for problem in problems)])


def problem_of(call: Callable[[WeChat], object], wechat: WeChat) -> WeChatError | None:
    try:
        call(wechat)
    except WeChatError as problem:
        return problem
    return None


def chain_of(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__


@pytest.mark.parametrize("failure", FAILURES)
def test_every_method_fails_with_one_of_our_errors_and_tells_nothing(
    wire: Wire, watched: pytest.LogCaptureFixture, failure: str
) -> None:
    tokens = ({"access_token": value, "expires_in": 7200} for value in (TOKEN, SECOND_TOKEN))
    wire.says(TOKEN_PATH, *tokens)
    wire.says("*", FAILURES[failure])
    wechat = wire.wechat(read_s=0.1)
    problems = {name: problem_of(call, wechat) for name, call in METHODS.items()}
    wire.let_go.set()
    assert {name for name, problem in problems.items() if problem is None} == ALSO_FINE.get(failure, set())
    raised = [problem for problem in problems.values() if problem]
    assert all(isinstance(one, WeChatError) for problem in raised for one in chain_of(problem))
    written = written_in(watched, raised)
    assert [secret for secret in HIDDEN if secret in written] == []


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_token_call_fails_every_method_but_signing_in_and_tells_nothing(
    wire: Wire, watched: pytest.LogCaptureFixture, failure: str
) -> None:
    wire.says(TOKEN_PATH, FAILURES[failure])
    wire.says("*", {"errcode": 0, "openid": OPENID})
    wechat = wire.wechat(read_s=0.1)
    problems = {name: problem_of(call, wechat) for name, call in METHODS.items()}
    wire.let_go.set()
    assert {name for name, problem in problems.items() if problem is None} == {"sign_in"}
    assert {asked.path for asked in wire.asked} == {TOKEN_PATH, "/sns/jscode2session"}
    raised = [problem for problem in problems.values() if problem]
    assert all(isinstance(one, WeChatError) for problem in raised for one in chain_of(problem))
    written = written_in(watched, raised)
    assert [secret for secret in HIDDEN if secret in written] == []


def test_nobody_at_the_other_end_tells_nothing_either(watched: pytest.LogCaptureFixture) -> None:
    wire = Wire()
    wire.close()
    store = MemoryTokenStore()
    raised = [problem_of(call, wire.wechat(tokens=store)) for call in METHODS.values()]
    assert {problem.kind for problem in raised if problem} == {"unreachable"}
    assert len([problem for problem in raised if problem]) == len(METHODS)
    written = written_in(watched, [problem for problem in raised if problem])
    assert [secret for secret in HIDDEN if secret in written] == []


def test_success_tells_nothing_either(wire: Wire, watched: pytest.LogCaptureFixture) -> None:
    number = {"purePhoneNumber": PHONE, "countryCode": "86", "watermark": {"appid": wire.appid}}
    quota = {"daily_limit": 1, "used": 1, "remain": 0}
    noted = {"invoke_time": 1, "cost_in_ms": 1, "request_url": f"access_token={TOKEN}", "request_body": OPENID}
    good = {"openid": OPENID, "phone_info": number, "quota": quota, "quota_info": {"remain_visit_quota": 1}}
    links = {"url_link": "https://wxaurl.cn/x", "openlink": "weixin://dl/business/?t=x", "trace_id": "trace"}
    verdict = {"result": {"suggest": "pass", "label": 100}, "request": noted}
    wire.says(TOKEN_PATH, {"access_token": TOKEN, "expires_in": 7200})
    wire.says("*", {"errcode": 0, "msgid": 1, "data": [], **good, **links, **verdict})
    for path in ("/wxa/getwxacodeunlimit", "/wxa/getwxacode"):
        wire.says(path, sent(PNG))
    wechat = wire.wechat()
    results = {name: call(wechat) for name, call in METHODS.items()}
    written = written_in(watched, []) + repr({**results, "phone_number": None})
    assert [secret for secret in HIDDEN if secret in written] == []


def test_what_is_refused_before_it_is_sent_names_the_field_and_not_its_value(wire: Wire) -> None:
    wechat = wire.wechat()
    calls: list[Callable[[], object]] = [
        lambda: wechat.qr_code(f"{WORDS} ", "pages/a"),
        lambda: wechat.page_code(f"/{WORDS}"),
        lambda: wechat.url_link("pages/a", f"{WORDS} ", days=1),
        lambda: wechat.url_link("pages/a", expires_at=MOMENT - timedelta(days=1)),
        lambda: wechat.check_image(f"ftp://{PERMIT}", OPENID),
        lambda: wechat.check_image(f"http://[{PERMIT}", OPENID),
        lambda: wechat.check_text(f"{WORDS}\ud800", OPENID),
        lambda: wechat.sign_in(f"{CODE}\ud800"),
        lambda: wechat.quota(f"{TOKEN} "),
        lambda: wechat.explain(TOKEN),
    ]
    for call in calls:
        with pytest.raises(WeChatError) as raised:
            call()
        chain = list(chain_of(raised.value))
        text = "".join(traceback.format_exception(raised.value)) + repr([vars(one) for one in chain])
        assert all(isinstance(one, WeChatError) for one in chain)
        assert [secret for secret in HIDDEN if secret in text] == []
    assert {asked.path for asked in wire.asked} <= {TOKEN_PATH}


@pytest.mark.parametrize("errcode", [-1, 40001, 43101, 45009, 47003, 99999])
def test_every_failed_call_that_wechat_answered_is_logged_with_its_rid(
    wire: Wire, caplog: pytest.LogCaptureFixture, errcode: int
) -> None:
    caplog.set_level(logging.INFO, logger="wechat.client")
    wire.says("*", refused(errcode))
    wechat = wire.wechat()
    raised = [problem_of(call, wechat) for call in METHODS.values()]
    failed = [vars(record) for record in caplog.records if vars(record).get("outcome") not in ("ok", None)]
    assert len(failed) >= len(METHODS)
    assert {(facts["errcode"], facts["rid"], facts["levelname"]) for facts in failed} == {(errcode, RID, "WARNING")}
    assert all(facts["wechat_path"].startswith("/") and facts["ms"] >= 0 for facts in failed)
    assert {problem.rid for problem in raised if problem} == {RID}
