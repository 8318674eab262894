"""The relay's job of letting take effect what WeChat pushed."""

from typing import Any

from app import clock, logs
from app.db import end_reading, transaction, unavailable
from app.errors import Unavailable
from app.notifications import pushes
from app.notifications.push_handlers import HANDLERS
from app.notifications.pushes import Outcome
from app.notifications.relay_jobs import register_job

EVERY_S = 1.0

_log = logs.logger("wechat_pushes")


def register() -> None:
    register_job("wechat pushes", EVERY_S, work_off)


def work_off(_wechat: Any = None) -> None:
    """One round over all that is due; while the database is away nothing is done."""
    try:
        while waiting := _due():
            for push_id in waiting:
                _work_off_one(push_id)
    except Exception as error:
        if not _is_away(error):
            raise
        _log.warning("database_away", kind=type(error).__name__)


def _due() -> list[int]:
    try:
        return pushes.due(clock.now())
    finally:
        end_reading()


def _work_off_one(push_id: int) -> None:
    """Handler and mark commit together, so that a push whose relay was killed takes effect once."""
    try:
        with transaction():
            outcome = pushes.work_off(push_id, HANDLERS, clock.now())
    except Exception as error:
        # One push that cannot be handled must not hold up the others. When the database is away, this fails too.
        outcome = _put_off(push_id, error)
    if outcome is Outcome.GIVEN_UP:
        _log.error("push_given_up", push=push_id)
    elif outcome is not None:
        _log.info("push_worked_off", push=push_id, outcome=outcome.value)


def _put_off(push_id: int, error: Exception) -> Outcome | None:
    trace = None if _is_away(error) else error
    _log.error("push_not_handled", push=push_id, kind=type(error).__name__, exc_info=trace)
    with transaction():
        return pushes.put_off(push_id, clock.now())


def _is_away(error: Exception) -> bool:
    return isinstance(error, Unavailable) or unavailable(error) is not None
