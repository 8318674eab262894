"""The parts of a running emulator, and how a view finds them."""

import json
import sqlite3
import threading
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app

from . import options as switches
from .background import Background
from .call_log import CallLog
from .chance import Chance
from .clock import Clock
from .faults import Faults
from .limits import MinuteCounters
from .settings import Settings
from .state import State


@dataclass
class Emulator:
    """State, clock and switches; `options` holds what WeChat leaves undocumented."""

    settings: Settings
    state: State
    clock: Clock
    chance: Chance
    faults: Faults
    message_templates: dict[str, dict[str, Any]]
    options: dict[str, Any]
    calls: CallLog = field(default_factory=CallLog)
    minutes: MinuteCounters = field(default_factory=MinuteCounters)
    sending_to: set[str] = field(default_factory=set)
    snapshots: dict[str, sqlite3.Connection] = field(default_factory=dict)
    workers: list[Background] = field(default_factory=list)
    pushing: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def start(cls, settings: Settings) -> "Emulator":
        """Open the state and read the message templates."""
        state = State(settings.state)
        start_no = int(state.kept("starts", "0")) + 1
        state.keep("starts", str(start_no))
        # Each start takes another row of numbers, or codes already in the state would come again.
        chance = Chance(f"{settings.seed}/{start_no}")
        listed = json.loads(settings.message_templates.read_text(encoding="utf-8"))
        templates = {item["id"]: item for item in listed}
        emulator = cls(settings, state, Clock(state), chance, Faults(chance), templates, switches.remembered(state))
        emulator.open_account()
        return emulator

    def open_account(self) -> None:
        """Let the mini-program of the settings be known under its secret of today."""
        with self.state.changing() as database:
            database.execute(
                "INSERT INTO apps (appid, secret) VALUES (?, ?)"
                " ON CONFLICT (appid) DO UPDATE SET secret = excluded.secret",
                (self.settings.appid, self.settings.secret),
            )
            database.execute("UPDATE users SET appid = ? WHERE appid IS NULL", (self.settings.appid,))

    def wake(self) -> None:
        """Let the background look for work: something was added, or the time was moved."""
        for worker in self.workers:
            worker.wake()

    def set_options(self, wanted: dict[str, Any]) -> None:
        """Change some options for good."""
        self.options = {**self.options, **wanted}
        switches.remember(self.state, self.options)

    def restore(self, name: str) -> None:
        """Go back to a snapshot, but for the row of random numbers."""
        starts = self.state.kept("starts", "1")
        self.state.become(self.snapshots[name])
        self.state.keep("starts", starts)
        self.options = switches.remembered(self.state)
        self.wake()

    def reset(self) -> None:
        """Return to the first moment, but for the row of random numbers."""
        starts = self.state.kept("starts", "1")
        self.faults.clear()
        self.calls.clear()
        self.state.clear()
        self.state.keep("starts", starts)
        self.options = switches.defaults()
        self.minutes.clear()
        self.open_account()


def here() -> Emulator:
    """Return the emulator of the running app."""
    return cast(Emulator, current_app.extensions["emulator"])
