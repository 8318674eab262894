"""One repeat for a busy WeChat, within the caller's time."""

import time

import pytest

from wechat.client import Busy, LimitReached, Unclear, WeChatError, budget
from wechat.client.budget import Budget, patiently


class Moody:
    """Raises the errors that it was given, then answers."""

    def __init__(self, *problems: WeChatError) -> None:
        self.problems, self.asked = list(problems), 0

    def __call__(self) -> str:
        self.asked += 1
        if self.problems:
            raise self.problems.pop(0)
        return "answer"


def test_a_busy_wechat_is_asked_once_more() -> None:
    moody = Moody(Busy())
    assert patiently(moody, Budget.of(5.0)) == "answer"
    assert moody.asked == 2


def test_there_is_no_third_time() -> None:
    moody = Moody(Busy(), Busy())
    with pytest.raises(Busy):
        patiently(moody, Budget.of(5.0))
    assert moody.asked == 2


@pytest.mark.parametrize("problem", [Unclear(), LimitReached()], ids=lambda problem: problem.kind)
def test_nothing_but_busy_is_asked_again(problem: WeChatError) -> None:
    moody = Moody(problem)
    with pytest.raises(type(problem)):
        patiently(moody, Budget.of(5.0))
    assert moody.asked == 1


def test_a_pause_that_the_caller_has_no_time_for_is_not_begun() -> None:
    moody, started = Moody(Busy()), time.monotonic()
    with pytest.raises(Busy):
        patiently(moody, Budget.of(0.5), pause_s=1.0)
    assert moody.asked == 1
    assert time.monotonic() - started < 0.4


def test_callers_who_met_the_same_trouble_come_back_at_different_times(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(budget.time, "sleep", pauses.append)
    for _ in range(20):
        patiently(Moody(Busy()), Budget.of(60.0), pause_s=1.0)
    assert len(set(pauses)) > 10
    assert all(1.0 <= pause <= 1.5 for pause in pauses)
