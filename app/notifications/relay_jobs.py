"""What the relay does by the clock beside sending: each job in a thread of its own, never twice at once."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from app import clock, logs
from app.db import end_reading, transaction
from app.notifications import deliveries, templates
from app.notifications.wechat_channel import misfits

AGAIN_AFTER_FAILURE_S = 10.0

_log = logs.logger("notifications.relay")


class House(Protocol):
    """The application, as far as the relay needs it."""

    def app_context(self) -> AbstractContextManager[Any]: ...


@dataclass(frozen=True)
class Job:
    """`function` gets WeChat's client, opens its own transactions, and may run in several relays at once."""

    name: str
    every_s: float
    function: Callable[[Any], None]


_jobs: dict[str, Job] = {}


def register_job(name: str, every_s: float, function: Callable[[Any], None]) -> None:
    """Have the relay call `function(wechat)` at its start and then every so many seconds."""
    _jobs[name] = Job(name, every_s, function)


def read_templates(wechat: Any) -> None:
    """Keep the account's templates, and raise the alarm where they are not what our messages need."""
    found = wechat.templates()
    with transaction():
        before = templates.known()
        missing = templates.keep(found, clock.now())
        if templates.known() != before:
            deliveries.let_go(clock.now())
    if missing or misfits(found):
        _log.error("message_templates_do_not_fit", missing=sorted(missing), unknown_lines=misfits(found))


register_job("templates", 600, read_templates)


class Jobs:
    """The registered jobs of one relay and when each is due."""

    def __init__(self, app: House, wechat: Any) -> None:
        self._app = app
        self._wechat = wechat
        self._due: dict[str, datetime] = {}
        self._running: set[str] = set()

    def start_due(self, now: datetime) -> None:
        """Start every job whose time has come and that is not running."""
        for job in list(_jobs.values()):
            if job.name not in self._running and self._due.get(job.name, now) <= now:
                self._running.add(job.name)
                threading.Thread(target=self._run, args=(job,), name=job.name, daemon=True).start()

    def run_all(self) -> None:
        """Run every job once, one after the other."""
        for job in list(_jobs.values()):
            self._run(job)

    def _run(self, job: Job) -> None:
        wait_s = job.every_s
        try:
            with self._app.app_context():
                job.function(self._wechat)
                end_reading()
        except Exception as error:
            wait_s = min(job.every_s, AGAIN_AFTER_FAILURE_S)
            _log.warning("job_failed", job=job.name, kind=type(error).__name__, exc_info=error)
        self._due[job.name] = clock.now() + timedelta(seconds=wait_s)
        self._running.discard(job.name)
