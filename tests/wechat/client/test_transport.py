"""One exchange on the wire: time, size, statuses, connections, and who hears of it."""

import logging
import socket
import ssl
import time
from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, SSLError

from tests.wechat.client.wire import Wire, hang, raw, refused, sent, stall, trickle
from wechat.client import (
    OFFICIAL_BASE,
    Busy,
    CircuitOpen,
    FieldInvalid,
    Misconfigured,
    NoPermissionLeft,
    Unclear,
    Unreachable,
    WeChatError,
)
from wechat.client.answers import Reply, read_json
from wechat.client.budget import Budget
from wechat.client.transport import LARGEST, Transport, failure_of, received

PATH = "/cgi-bin/anything"


def get(transport: Transport, path: str = PATH, within: float = 5.0) -> Any:
    return transport.get(path, {}, read_json, Budget.of(within))


def post(transport: Transport, body: Any = None, query: dict[str, str] | None = None, within: float = 5.0) -> Any:
    return transport.post(PATH, body or {}, query or {}, read_json, Budget.of(within))


@pytest.fixture
def transport(wire: Wire) -> Transport:
    return Transport(wire.base, 1.0, 1.0)


def test_the_content_type_is_not_trusted(wire: Wire, transport: Transport) -> None:
    wire.says(PATH, sent('{"name": "网格"}'.encode(), Content_Type="text/plain"))
    assert get(transport) == {"name": "网格"}


def test_a_zipped_answer_is_read(wire: Wire, transport: Transport) -> None:
    wire.says(PATH, sent({"name": "网格" * 5000}, zipped=True))
    assert get(transport)["name"] == "网格" * 5000


def test_an_answer_in_chunks_is_read(wire: Wire, transport: Transport) -> None:
    chunks = b'b\r\n{"name": "x\r\n3\r\ny"}\r\n0\r\n\r\n'
    wire.says(PATH, raw(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
    assert get(transport) == {"name": "xy"}


@pytest.mark.parametrize(
    "answer",
    [
        raw(b"HTTP/1.1 200 X\r\nContent-Length: 40\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}"),
        raw(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n{}\r\n0\r\n\r\n"),
        raw(b"HTTP/1.1 200 X\r\nContent-Len"),
        raw(b""),
        raw(b"something else\r\n\r\n"),
        sent(b"not zipped", Content_Encoding="gzip"),
        sent(b" " * (LARGEST + 1) + b"{}"),
        sent(b'"' + b"0" * 60_000_000 + b'"', zipped=True),
    ],
    ids=[
        "short of its length",
        "cut in chunks",
        "spoiled chunk",
        "cut in the head",
        "nothing",
        "no http",
        "false gzip",
        "too large",
        "bomb",
    ],
)
def test_an_answer_that_is_cut_spoiled_or_endless_is_unclear(wire: Wire, transport: Transport, answer: Any) -> None:
    wire.says(PATH, answer)
    with pytest.raises(Unclear):
        post(transport)
    assert len(wire.asked) == 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [(500, Unclear), (502, Unclear), (302, Misconfigured), (404, Misconfigured), (412, Misconfigured)],
)
def test_http_statuses(wire: Wire, transport: Transport, status: int, expected: type[WeChatError]) -> None:
    wire.says(PATH, sent(b"<html>", status=status))
    with pytest.raises(WeChatError) as problem:
        post(transport)
    assert type(problem.value) is expected


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(wire: Wire, transport: Transport, status: int) -> None:
    wire.says(PATH, sent(b"", status=status, Location="/elsewhere"))
    wire.says("/elsewhere", {"errcode": 0})
    with pytest.raises(Misconfigured):
        post(transport, query={"access_token": "T"})
    assert [asked.path for asked in wire.asked] == [PATH]


def test_chinese_leaves_as_it_is_written() -> None:
    with responses.RequestsMock() as mocked:
        mocked.post(OFFICIAL_BASE + PATH, body="{}")
        post(Transport(OFFICIAL_BASE, 1.0, 1.0), {"content": "路灯"})
        request = mocked.calls[0].request
    assert request.body == '{"content": "路灯"}'.encode()
    assert request.headers["Content-Length"] == str(len(request.body))
    assert "charset=utf-8" in request.headers["Content-Type"]


def test_half_a_character_is_refused_before_it_is_sent(wire: Wire, transport: Transport) -> None:
    with pytest.raises(FieldInvalid) as problem:
        post(transport, {"content": "\ud800 of o-openid"})
    assert problem.value.__context__ is None
    with pytest.raises(FieldInvalid) as problem:
        post(transport, query={"js_code": "\ud800"})
    assert problem.value.__context__ is None
    assert wire.asked == []


@pytest.mark.parametrize("answer", [sent(b"x" * 99, status=502), sent(b" " * (LARGEST + 1))], ids=["502", "too large"])
def test_an_answer_that_is_left_unread_leaves_no_connection_open(wire: Wire, answer: Any) -> None:
    wire.says(PATH, answer)
    response = requests.get(wire.base + PATH, stream=True, timeout=2)
    with pytest.raises(Unclear):
        received(response, PATH, Budget.of(2.0))
    assert response.raw.closed


def test_connections_are_used_again(wire: Wire, transport: Transport) -> None:
    wire.says(PATH, {"errcode": 0}, refused(43101), sent({"errcode": 0}, zipped=True), {"errcode": 0})
    get(transport)
    with pytest.raises(NoPermissionLeft):
        get(transport)
    get(transport)
    get(transport)
    assert len({asked.connection for asked in wire.asked}) == 1


def test_a_connection_that_wechat_has_closed_meanwhile_costs_no_call(wire: Wire, transport: Transport) -> None:
    wire.says(PATH, raw(b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n{}"), {"errcode": 0})
    assert post(transport) == {}
    time.sleep(0.05)
    assert post(transport) == {"errcode": 0}
    assert len({asked.connection for asked in wire.asked}) == 2


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (requests.ReadTimeout("late"), Unclear),
        (requests.ConnectTimeout("nobody"), Unreachable),
        (requests.exceptions.ProxyError("proxy"), Unreachable),
        (requests.ConnectionError("aborted"), Unclear),
        (requests.exceptions.ChunkedEncodingError("cut"), Unclear),
    ],
)
@responses.activate
def test_only_what_surely_never_left_is_unreachable(problem: Exception, expected: type[WeChatError]) -> None:
    responses.post(OFFICIAL_BASE + PATH, body=problem)
    with pytest.raises(WeChatError) as raised:
        post(Transport(OFFICIAL_BASE, 1.0, 1.0))
    assert type(raised.value) is expected


def test_a_false_certificate_ends_the_call_before_anything_is_sent() -> None:
    inner = MaxRetryError(None, "/", SSLError(ssl.SSLCertVerificationError("not WeChat")))  # type: ignore[arg-type]
    assert type(failure_of(requests.exceptions.SSLError(inner), PATH)) is Unreachable
    assert type(failure_of(requests.exceptions.SSLError("broken record"), PATH)) is Unclear


def nobody_there() -> Transport:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Transport(f"http://127.0.0.1:{port}", 1.0, 1.0)


def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        get(nobody_there())


def test_repeated_failures_open_the_circuit_and_calls_answer_at_once() -> None:
    transport = nobody_there()
    for _ in range(5):
        with pytest.raises(Unreachable):
            get(transport)
    with pytest.raises(CircuitOpen):
        get(transport)


@pytest.mark.parametrize("answer", [refused(-1), sent(b"", status=502), sent(b"<html>"), raw(b"")])
def test_each_sign_of_trouble_opens_the_circuit(wire: Wire, transport: Transport, answer: Any) -> None:
    wire.says(PATH, answer)
    for _ in range(5):
        with pytest.raises((Busy, Unclear)):
            get(transport)
    with pytest.raises(CircuitOpen):
        get(transport)
    assert len(wire.asked) == 5


def test_answers_of_another_shape_open_it_too(wire: Wire, transport: Transport) -> None:
    def no_use(reply: Reply) -> None:
        raise Unclear(path=reply.path)

    wire.says(PATH, {"errcode": 0})
    for _ in range(5):
        with pytest.raises(Unclear):
            transport.get(PATH, {}, no_use, Budget.of(1.0))
    with pytest.raises(CircuitOpen):
        get(transport)


@pytest.mark.parametrize("errcode", [43101, 45009, 40001, 40164, 99999])
def test_a_refusal_by_wechat_does_not_open_the_circuit(wire: Wire, transport: Transport, errcode: int) -> None:
    wire.says(PATH, refused(errcode))
    for _ in range(8):
        with pytest.raises(WeChatError) as problem:
            get(transport)
        assert problem.value.errcode == errcode


def test_a_slow_path_does_not_stop_the_others(wire: Wire) -> None:
    transport = Transport(wire.base, 1.0, 0.05)
    wire.says("/slow", hang)
    wire.says(PATH, {"errcode": 0})
    for _ in range(5):
        with pytest.raises(Unclear):
            get(transport, "/slow")
    with pytest.raises(CircuitOpen):
        get(transport, "/slow")
    assert get(transport) == {"errcode": 0}


@pytest.mark.parametrize("answer", [hang, trickle, stall], ids=["silent", "drop by drop", "late and unfinished"])
def test_a_budget_ends_every_wait(wire: Wire, answer: Any) -> None:
    wire.says(PATH, answer)
    started = time.monotonic()
    with pytest.raises(Unclear):
        post(Transport(wire.base, 3.0, 8.0), within=0.6)
    assert time.monotonic() - started < 0.9


def test_a_read_timeout_ends_a_silent_call_before_its_budget(wire: Wire) -> None:
    wire.says(PATH, hang)
    started = time.monotonic()
    with pytest.raises(Unclear):
        post(Transport(wire.base, 3.0, 0.2), within=60.0)
    assert time.monotonic() - started < 1.0


def test_a_spent_budget_sends_nothing(wire: Wire, transport: Transport) -> None:
    with pytest.raises(Unreachable):
        post(transport, within=0.0)
    assert wire.asked == []


def test_a_hanging_emulator_is_left_in_time(emulator: Any) -> None:
    emulator.fault("/cgi-bin/*", hang="before")
    started = time.monotonic()
    with pytest.raises(Unclear):
        Transport(emulator.base, 1.0, 0.3).post("/cgi-bin/stable_token", {}, {}, read_json, Budget.of(5.0))
    assert time.monotonic() - started < 1.5
    emulator.control("/faults", method="DELETE")


def test_a_listener_hears_how_every_call_ended(wire: Wire) -> None:
    heard: list[tuple[str, str]] = []
    transport = Transport(wire.base, 1.0, 1.0, lambda path, outcome, ms: heard.append((path, outcome)) or ms >= 0)
    wire.says(PATH, {"errcode": 0}, refused(43101), *[refused(-1)] * 5)
    get(transport)
    for _ in range(7):
        with pytest.raises(WeChatError):
            get(transport)
    assert heard == [(PATH, "ok"), (PATH, "user"), *[(PATH, "busy")] * 5, (PATH, "circuit")]


def test_a_listener_that_breaks_changes_nothing(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    def broken(path: str, outcome: str, ms: int) -> None:
        raise RuntimeError("no room")

    wire.says(PATH, {"errcode": 0}, refused(43101))
    transport = Transport(wire.base, 1.0, 1.0, broken)
    assert get(transport) == {"errcode": 0}
    with pytest.raises(NoPermissionLeft):
        get(transport)
    assert [record.message for record in caplog.records].count("wechat_on_call_broke") == 2


def test_each_failed_call_is_logged_with_path_outcome_number_rid_and_time(
    wire: Wire, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    wire.says(PATH, refused(43101))
    caplog.set_level(logging.INFO, logger="wechat.client")
    with pytest.raises(NoPermissionLeft):
        get(transport)
    [record] = caplog.records
    facts = vars(record)
    assert (record.getMessage(), record.levelname) == ("wechat_call", "WARNING")
    assert (facts["wechat_path"], facts["outcome"], facts["errcode"], facts["rid"]) == (PATH, "user", 43101, wire.rid)
    assert 0 <= facts["ms"] < 5000
