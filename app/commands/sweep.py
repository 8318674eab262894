"""flask sweep: fires timers and cleans up, in small transactions; several at once do no harm."""

import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime

import click
from flask import current_app

from app import clock, idempotency, limits, logs
from app.commands import erasing
from app.commands.sealing import Sealer
from app.db import end_reading, transaction
from app.errors import Conflict, Unavailable
from app.notifications import digest, outbox, pushes
from app.people import console_access, sign_in
from app.photos import storing
from app.work_orders import contacts, leaving, limits_passed, morning

PAUSE_S = 2.0
CLEAN_EVERY_S = 600.0
DIGEST_EVERY_S = 60.0
LEAVE_BROKEN_S = 600.0
SEAL_EVERY_S = 60.0
_log = logs.logger("sweep")


@click.command("sweep")
@click.option("--once", is_flag=True, help="fire what is due now and stop")
def command(once: bool) -> None:
    """Move orders on when limits pass; goes on until it is stopped."""
    stopping = threading.Event()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        _log.info("sweep_started")
    sealer = Sealer(current_app.extensions["settings"].var_dir)
    every = ((tell_digests, DIGEST_EVERY_S), (clean, CLEAN_EVERY_S), (sealer.seal, SEAL_EVERY_S))
    rounds = [_Round(step, seconds) for step, seconds in every]
    while not stopping.is_set():
        more = _survive(fire_due)
        more += sum([each.go() for each in rounds])
        if once and not more:
            return
        if not more:
            stopping.wait(PAUSE_S)


class _Round:
    """A step that is taken now and then, and at once again while it says that there is more."""

    def __init__(self, step: Callable[[], int], every_s: float) -> None:
        self._step, self._every_s, self._at = step, every_s, 0.0

    def go(self) -> int:
        """What the step returned; 0 when it is not its time."""
        if time.monotonic() < self._at:
            return 0
        more: int = _survive(self._step)
        self._at = 0.0 if more else time.monotonic() + self._every_s
        return more


def fire_due() -> int:
    """Fire one batch of due timers, each in a transaction of its own; returns how many took effect."""
    due = limits_passed.due_now(without=_broken())
    end_reading()
    return sum([fire_one(timer_id) for timer_id in due])


# When each timer broke, in this process. As the oldest of all a batch of them would hold up whatever else is due.
_broke_at: dict[int, float] = {}


def _broken() -> set[int]:
    """Timers that broke a moment ago and are left alone for a while."""
    for timer_id, at in list(_broke_at.items()):
        if time.monotonic() - at > LEAVE_BROKEN_S:
            del _broke_at[timer_id]
    return set(_broke_at)


def fire_one(timer_id: int) -> bool:
    """Fire one timer. Overtaken by somebody's action, it stays for the next round."""
    try:
        with transaction():
            kind = limits_passed.fire(timer_id, clock.now())
    except Unavailable:
        raise
    except Conflict:
        _log.info("timer_overtaken", timer=timer_id)
    except Exception:
        # One order that cannot be moved on must not hold up all others; the log tells which.
        _log.exception("timer_broke", timer=timer_id)
        _broke_at[timer_id] = time.monotonic()
    else:
        _log.info("timer_fired", timer=timer_id, kind=kind)
        return True
    return False


def tell_digests() -> int:
    """Owe every manager the digest of this morning, each in a transaction of its own; returns how many have one."""
    now = clock.now()
    managers = morning.to_tell(now)
    end_reading()
    return sum([_tell_digest(account_id, now) for account_id in managers])


def _tell_digest(account_id: int, now: datetime) -> bool:
    try:
        with transaction():
            return morning.tell(account_id, now)
    except Unavailable:
        raise
    except Exception:
        _log.exception("digest_broke", account=account_id)
        return False


def clean() -> int:
    """Take back and delete what people left, a batch of each kind; not 0 when there is more of what they wrote."""
    now = clock.now()
    for forget in (
        idempotency.forget_old,
        sign_in.forget_old,
        outbox.forget_old,
        pushes.forget_old,
        digest.forget_old,
        storing.forget_orphans,
        console_access.forget_old,
        contacts.erase_of_closed,
        contacts.erase_old,
        leaving.recall_strays,
    ):
        with transaction():
            forget(now)
    storing.forget_strays(now)
    limits.forget_old()
    return erasing.erase(now)


def _survive(step):  # type: ignore[no-untyped-def]
    """A database that is away is waited for, as is whatever else breaks: limits pass whether or not cleaning works."""
    try:
        return step()
    except Unavailable:
        _log.warning("database_away")
    except Exception:
        _log.exception("sweep_step_broke", step=step.__name__)
    end_reading()
    time.sleep(PAUSE_S)
    return 0
