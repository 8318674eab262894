"""Which class stands for which number."""

import pytest

from wechat import client
from wechat.client.errors import BY_ERRCODE, NUMBERS, from_errcode

RID = "6b0461b4-ad458e8e-6fb53802"

# Every number that WeChat's calls are known to answer with, in the order of the numbers.
TABLE: dict[int, type[client.WeChatError]] = {
    -1: client.Busy,
    40001: client.TokenRejected,
    40002: client.Misconfigured,
    40003: client.UserUnknown,
    40004: client.FieldInvalid,
    40013: client.Misconfigured,
    40014: client.TokenRejected,
    40029: client.InvalidCode,
    40037: client.Misconfigured,
    40097: client.FieldInvalid,
    40125: client.Misconfigured,
    40129: client.FieldInvalid,
    40159: client.FieldInvalid,
    40163: client.InvalidCode,
    40164: client.Misconfigured,
    40165: client.Misconfigured,
    40169: client.FieldInvalid,
    40212: client.FieldInvalid,
    40226: client.UserBlocked,
    40230: client.Misconfigured,
    40231: client.Misconfigured,
    40232: client.Misconfigured,
    40233: client.Misconfigured,
    40234: client.Misconfigured,
    40235: client.Misconfigured,
    40236: client.Misconfigured,
    40237: client.Misconfigured,
    40238: client.Misconfigured,
    40239: client.Misconfigured,
    40240: client.Misconfigured,
    40243: client.Misconfigured,
    41001: client.TokenRejected,
    41002: client.Misconfigured,
    41004: client.Misconfigured,
    41008: client.Misconfigured,
    41030: client.Misconfigured,
    42001: client.TokenRejected,
    43002: client.Misconfigured,
    43101: client.NoPermissionLeft,
    43104: client.UserUnknown,
    43107: client.Misconfigured,
    43108: client.LimitReached,
    44002: client.Misconfigured,
    44990: client.LimitReached,
    44991: client.LimitReached,
    44993: client.LimitReached,
    45002: client.Misconfigured,
    45009: client.LimitReached,
    45011: client.LimitReached,
    45015: client.NoPermissionLeft,
    45029: client.UsedUp,
    45047: client.NoPermissionLeft,
    45109: client.Misconfigured,
    45168: client.ContentRefused,
    47001: client.Misconfigured,
    47003: client.FieldInvalid,
    48001: client.Misconfigured,
    48006: client.UsedUp,
    50004: client.Misconfigured,
    50007: client.Misconfigured,
    61010: client.UserInactive,
    76001: client.NotFound,
    76002: client.NotFound,
    76003: client.NotFound,
    76004: client.NotFound,
    76021: client.NotFound,
    76022: client.Misconfigured,
    85079: client.Misconfigured,
    85096: client.FieldInvalid,
    85401: client.FieldInvalid,
    85402: client.FieldInvalid,
    85403: client.NotFound,
    85406: client.LimitReached,
    85407: client.Misconfigured,
    85408: client.Misconfigured,
    87007: client.InvalidCode,
    87008: client.Misconfigured,
    87009: client.Misconfigured,
    87014: client.ContentRefused,
    87020: client.AlreadyAsked,
    89503: client.Misconfigured,
    89506: client.Misconfigured,
    89507: client.Misconfigured,
    200012: client.UsedUp,
    200014: client.FieldInvalid,
    200020: client.FieldInvalid,
    200021: client.FieldInvalid,
    200022: client.FieldInvalid,
}
# Their meaning stands nowhere, so they are told apart from what we know.
MEANING_UNKNOWN = (61080, 61081, 99999)

KINDS = {
    client.Busy: "busy",
    client.TokenRejected: "token",
    client.LimitReached: "limit",
    client.UsedUp: "limit",
    client.InvalidCode: "user",
    client.UserBlocked: "user",
    client.UserInactive: "user",
    client.UserUnknown: "user",
    client.NoPermissionLeft: "user",
    client.ContentRefused: "content",
    client.FieldInvalid: "config",
    client.Misconfigured: "config",
    client.AlreadyAsked: "repeat",
    client.NotFound: "unknown",
}


@pytest.mark.parametrize(("errcode", "expected"), TABLE.items())
def test_callers_decide_by_class(errcode: int, expected: type[client.WeChatError]) -> None:
    problem = from_errcode(errcode, RID, "/path")
    assert type(problem) is expected
    assert (problem.errcode, problem.rid, problem.path) == (errcode, RID, "/path")
    assert problem.kind == KINDS[expected]


def test_no_number_is_left_out_of_the_table_and_none_has_two_classes() -> None:
    assert BY_ERRCODE == TABLE
    assert sum(len(numbers) for numbers in NUMBERS.values()) == len(TABLE)


@pytest.mark.parametrize("errcode", MEANING_UNKNOWN)
def test_an_unknown_number_gives_the_base_class(errcode: int) -> None:
    problem = from_errcode(errcode, "", "/path")
    assert type(problem) is client.WeChatError
    assert problem.kind == "other"


@pytest.mark.parametrize(
    ("errcode", "wait_s"),
    [(43108, 2.0), (44990, 1.0), (44991, 60.0), (45011, 60.0), (44993, 3600.0), (45009, 3600.0), (85406, 3600.0)],
)
def test_a_limit_says_when_a_try_makes_sense(errcode: int, wait_s: float) -> None:
    problem = from_errcode(errcode, "", "/path")
    assert isinstance(problem, client.LimitReached)
    assert problem.wait_s == wait_s


@pytest.mark.parametrize("errcode", [45029, 48006, 200012])
def test_what_waiting_does_not_bring_back_is_no_limit_to_wait_for(errcode: int) -> None:
    assert not isinstance(from_errcode(errcode, "", "/path"), client.LimitReached)


def test_a_wrong_value_is_among_the_things_that_a_person_must_mend() -> None:
    assert issubclass(client.FieldInvalid, client.Misconfigured)
    assert issubclass(client.CircuitOpen, client.Unreachable)


def test_the_text_names_path_number_and_rid() -> None:
    assert str(from_errcode(43101, RID, "/send")) == f"user: /send errcode 43101 rid {RID}"
    assert str(client.Unclear(path="/send")) == "unclear: /send"
