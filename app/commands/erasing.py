"""The sweep's work on what people who left for good had written: each order and each person in a transaction alone."""

from collections.abc import Callable, Sequence
from datetime import datetime

from app import logs
from app.db import end_reading, transaction
from app.errors import Unavailable
from app.photos import storing
from app.work_orders import erasing

_log = logs.logger("sweep")


def erase(now: datetime) -> int:
    """Erase a batch of orders and of people; returns how many were dealt with when there may be more, else 0."""
    orders = erasing.orders_due(now)
    end_reading()
    done = _each(orders, lambda one: _on_order(one, now))
    people = erasing.people_due()
    end_reading()
    done += _each(people, lambda one: _person(one, now))
    return done if erasing.BATCH in (len(orders), len(people)) else 0


def _each(ids: Sequence[int], act: Callable[[int], None]) -> int:
    """One that cannot be erased must not hold up all others; the log tells which."""
    done = 0
    for one in ids:
        try:
            act(one)
        except Unavailable:
            raise
        except Exception:
            _log.exception("erasing_broke", row=one)
        else:
            done += 1
    return done


def _on_order(reporter_id: int, now: datetime) -> None:
    with transaction():
        photos = erasing.erase_on_order(reporter_id, now)
    storing.remove_files(photos)
    _log.info("left_words_erased", reporter=reporter_id, photos=len(photos))


def _person(account_id: int, now: datetime) -> None:
    with transaction():
        done = erasing.erase_person(account_id, now)
    if done:
        _log.info("account_erased", account=account_id)
