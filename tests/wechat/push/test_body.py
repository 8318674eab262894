"""Reading bodies: two formats that give the same, and nothing that a stranger writes does harm."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wechat.push.body import MOST_BYTES, read
from wechat.push.crypto import PushRefused


def refused(body: bytes) -> str:
    with pytest.raises(PushRefused) as caught:
        read(body)
    return caught.value.reason


def test_json_and_xml_of_one_message_read_the_same():
    as_xml = b"<xml><A><![CDATA[1 < 2]]></A><Inner><List><T>a</T></List><List><T>b</T></List></Inner><Empty/></xml>"
    as_json = b'{"A": "1 < 2", "Inner": {"List": [{"T": "a"}, {"T": "b"}]}, "Empty": ""}'
    assert read(as_xml) == read(as_json)


def test_xml_may_say_its_encoding_and_hold_comments():
    body = '<?xml version="1.0" encoding="nonsense"?><xml><!-- a note --><A>网格</A></xml>'.encode()
    assert read(body) == {"A": "网格"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" {}",
        b"[]",
        b"[{}]",
        b'"text"',
        b"null",
        b"{",
        b'{"A": 1} more',
        b'{"A": "\x00"}',
        b'{"A": ' + b"9" * 5000 + b"}",
        b'{"A":' * 5000,
        b"<",
        b"<xml>",
        b"<xml/>",
        b"<xml>only words</xml>",
        b"<xml><A>\x00</A></xml>",
        b"<xml><A>&#0;</A></xml>",
        b"<xml><A>&#xD800;</A></xml>",
        b"<xml>" + b"<A>" * 9 + b"1" + b"</A>" * 9 + b"</xml>",
        b"<A>" * 9000 + b"</A>" * 7000,
    ],
    ids=lambda body: body[:24],
)
def test_what_is_no_message_is_refused(body: bytes):
    assert refused(body) == "format"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><A>&e;</A></xml>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml><A>1</A></xml>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]><xml><A>1</A></xml>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><A>&b;</A></xml>',
        b'<!DOCTYPE x [<!ATTLIST xml v CDATA "1">]><xml><A>1</A></xml>',
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
    ],
)
def test_entities_are_neither_fetched_nor_expanded(body: bytes):
    assert refused(body) == "format"


@pytest.mark.parametrize(
    "body", [b'{"A": "\xff"}', b"<xml>\xd6\xd0</xml>", b"\xff\xfe<\x00", '{"A":"网"}'.encode("gbk")]
)
def test_what_is_not_utf8_is_refused(body: bytes):
    assert refused(body) == "encoding"


def test_64_kilobytes_are_read_and_one_byte_more_is_not():
    body = b'{"A": "' + b"x" * (MOST_BYTES - 9) + b'"}'
    assert len(read(body)["A"]) == MOST_BYTES - 9
    assert refused(body[:-2] + b'x"}') == "too_large"


@pytest.mark.parametrize(
    "body", [b"<xml>" + b"<A/>" * 16_000 + b"</xml>", b'{"A":[' + b"{}," * 21_000 + b"{}]}"], ids=["xml", "json"]
)
def test_the_most_that_fits_is_read_in_no_time(body: bytes):
    began = time.perf_counter()
    assert len(read(body)["A"]) > 10_000
    assert time.perf_counter() - began < 1


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text().map(str.encode), st.from_regex(r"[{<].*").map(lambda t: t.encode())))
def test_whatever_comes_is_read_or_refused(body: bytes):
    with contextlib.suppress(PushRefused):
        assert isinstance(read(body), dict)
