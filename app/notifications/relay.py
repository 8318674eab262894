"""The relay: tells what is owed. Finds the recipients, fills inboxes, sends through WeChat, and outlives what fails.

Leases make several relays at once harmless. WeChat is called by worker threads with no transaction open; this
thread alone writes, so that an answer in hand is kept until the database has it.
"""

import queue
import signal
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from app import clock, logs, secrets
from app.db import end_reading, transaction, unavailable
from app.errors import Unavailable
from app.notifications import deliveries, outbox, recipients, telling
from app.notifications.outbox import Owed
from app.notifications.relay_jobs import House, Jobs, register_job
from app.notifications.relay_rules import Standstill, settle
from app.notifications.wechat_channel import Answer, Parcel, Sender, addressed, send

__all__ = ["Relay", "register_job", "run"]

IDLE_S = 0.5
TROUBLE_S = 1.0
LAST_WORDS_S = 6.0
BATCH = 20
KEEP_EVERY = timedelta(seconds=10)
PULSE_EVERY = timedelta(seconds=30)
LATE_S = 60

_log = logs.logger("notifications.relay")


class Relay:
    """One relay process; `run` goes on until `stop`."""

    def __init__(self, app: House, wechat: Sender, workers: int = 8) -> None:
        recipients.check()
        self._app = app
        self._wechat = wechat
        self._workers = workers
        self._owner = f"relay-{secrets.public_id()}"
        self._to_send: queue.SimpleQueue[Parcel | None] = queue.SimpleQueue()
        self._answered: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._unsettled: list[Answer] = []
        self._on_wire: dict[int, Parcel] = {}
        self._still = Standstill()
        self._jobs = Jobs(app, wechat)
        self._counts: Counter[str] = Counter()
        self._keep_at = self._pulse_at = clock.now()
        self._stopping = self._troubled = False

    def run(self) -> None:
        """Work until `stop`, whatever fails; then wait a few seconds for what is on the wire."""
        with self._app.app_context():
            self._start_workers()
            while not self._stopping:
                self._jobs.start_due(clock.now())
                self._wait(0 if self._turn() else IDLE_S)
            self._finish()

    def run_once(self) -> None:
        """Do all that is due now and return."""
        with self._app.app_context():
            self._jobs.run_all()
            self._start_workers()
            while self._step() or self._on_wire:
                self._wait(IDLE_S if self._on_wire else 0)
            self._end_workers()

    def play(self) -> None:
        """Do all that is due at a played moment in this thread, whose clock the senders' threads would not share."""
        while self._step() or self._on_wire:
            while not self._to_send.empty():
                if (parcel := self._to_send.get()) is not None:
                    self._unsettled.append(send(self._wechat, parcel))

    def stop(self) -> None:
        """Ask the relay to end; safe in a signal handler."""
        self._stopping = True
        self._answered.put(None)

    def _start_workers(self) -> None:
        for number in range(self._workers):
            threading.Thread(target=self._work, name=f"send-{number}", daemon=True).start()

    def _end_workers(self) -> None:
        for _ in range(self._workers):
            self._to_send.put(None)

    def _work(self) -> None:
        while (parcel := self._to_send.get()) is not None:
            with self._app.app_context():
                self._answered.put(send(self._wechat, parcel))

    def _turn(self) -> bool:
        """One step; False when there was nothing to do or something failed."""
        try:
            return self._step()
        except Exception as error:
            self._note_trouble(error)
            return False
        finally:
            end_reading()

    def _note_trouble(self, error: Exception) -> None:
        if isinstance(error, Unavailable) or unavailable(error):
            _log.warning("database_away", kind=type(error).__name__)
        else:
            _log.error("relay_step_broke", kind=type(error).__name__, exc_info=error)
        self._troubled = True
        time.sleep(TROUBLE_S)

    def _step(self) -> bool:
        now = clock.now()
        self._recover(now)
        self._settle_answers(now)
        told = self._tell_owed(now)
        sent = self._send_due(now)
        self._keep_leases(now)
        self._pulse(now)
        return told or sent

    def _recover(self, now: datetime) -> None:
        """After trouble take up again at once what this relay had leased and could not tell."""
        if self._troubled:
            with transaction():
                outbox.give_back(self._owner, now)
            self._troubled = False

    def _settle_answers(self, now: datetime) -> None:
        while self._unsettled:
            self._counts[self._settle(self._unsettled[0], now)] += 1
            self._on_wire.pop(self._unsettled.pop(0).parcel.letter.id, None)

    def _settle(self, answer: Answer, now: datetime) -> str:
        """Write down one answer. While the database is away the answer stays in hand."""
        try:
            with transaction():
                return settle(answer, self._owner, now, self._still)
        except Unavailable:
            raise
        except Exception as error:
            _log.error("answer_not_settled", delivery=answer.parcel.letter.id, exc_info=error)
            return "not_settled"

    def _tell_owed(self, now: datetime) -> bool:
        if not outbox.is_anything_due(now):
            end_reading()
            return False
        end_reading()
        with transaction():
            rows = outbox.lease_due(self._owner, now, BATCH)
        if rows and not self._stopping:
            self._tell(rows, now)
        return bool(rows)

    def _tell(self, rows: list[Owed], now: datetime) -> None:
        """Tell them in one transaction, and where that breaks each in its own.

        One event that cannot be told must not keep the others waiting; it is tried again, ever more seldom.
        """
        try:
            with transaction():
                told = telling.tell(rows, self._owner, now)
        except Unavailable:
            raise
        except Exception as error:
            if len(rows) == 1:
                self._put_off(rows[0], error, now)
            else:
                for owed in rows:
                    self._tell([owed], now)
        else:
            self._counts["told"] += told
        finally:
            logs.request_id.set("")

    def _put_off(self, owed: Owed, error: Exception, now: datetime) -> None:
        logs.request_id.set(owed.request_id)
        _log.error("event_not_told", topic=owed.topic, outbox=owed.id, attempts=owed.attempts + 1, exc_info=error)
        with transaction():
            outbox.later(owed, self._owner, now)

    def _send_due(self, now: datetime) -> bool:
        free = self._workers - len(self._on_wire)
        if self._stopping or free <= 0 or not self._still.sends(now) or not deliveries.is_anything_due(now):
            end_reading()
            return False
        end_reading()
        with transaction():
            letters = deliveries.lease_due(self._owner, now, free)
            parcels = addressed(letters, self._owner, now, self._still.templates)
        for parcel in parcels:
            self._on_wire[parcel.letter.id] = parcel
            self._to_send.put(parcel)
        return bool(letters)

    def _keep_leases(self, now: datetime) -> None:
        if now >= self._keep_at:
            self._keep_at = now + KEEP_EVERY
            if self._on_wire:
                with transaction():
                    deliveries.keep(self._owner, self._on_wire, now)

    def _pulse(self, now: datetime) -> None:
        if now < self._pulse_at:
            return
        self._pulse_at = now + PULSE_EVERY
        lag, owed = outbox.lag(now), deliveries.count_owed()
        end_reading()
        say = _log.warning if lag.oldest_s > LATE_S else _log.info
        say(
            "relay_pulse",
            outbox=lag.count,
            oldest_s=round(lag.oldest_s, 1),
            deliveries=owed,
            on_wire=len(self._on_wire),
            **self._counts,
        )
        self._counts.clear()

    def _wait(self, seconds: float) -> None:
        """Wait for the next answer, at most so long, and take all that are there."""
        try:
            answer = self._answered.get(timeout=seconds) if seconds else self._answered.get_nowait()
            while True:
                if answer is not None:
                    self._unsettled.append(answer)
                answer = self._answered.get_nowait()
        except queue.Empty:
            return

    def _finish(self) -> None:
        """Note the answers that still come in time; the leases of the others end by themselves."""
        self._end_workers()
        give_up = time.monotonic() + LAST_WORDS_S
        while self._on_wire and time.monotonic() < give_up:
            self._wait(IDLE_S)
            self._turn_in_answers()
        try:
            with transaction():
                outbox.give_back(self._owner, clock.now())
        except Unavailable:
            _log.warning("leases_not_returned")

    def _turn_in_answers(self) -> None:
        try:
            self._settle_answers(clock.now())
        except Unavailable as error:
            self._note_trouble(error)


def run(app: House, wechat: Any, *, once: bool = False, workers: int = 8) -> None:
    """Run a relay until SIGTERM or SIGINT; with `once`, until nothing is due."""
    relay = Relay(app, wechat, workers)
    if once:
        relay.run_once()
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: relay.stop())
    _log.info("relay_started", workers=workers)
    relay.run()
    _log.info("relay_stopped")
