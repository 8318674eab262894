"""Keeps some programs running and shows what they say; stops them all together, and leaves none behind."""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, BinaryIO

from deploy.program import Program

TURN_S = 0.2
GRACE_S = 8.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """One thread, one loop: children are forked with a hook of ours, which is unsafe beside other threads."""

    def __init__(
        self,
        programs: Sequence[Program],
        environment: Mapping[str, str],
        folder: Path,
        when_ready: Callable[[], str],
        out: BinaryIO = sys.stdout.buffer,
    ) -> None:
        self.programs = programs
        self.environment = environment
        self.folder = folder
        self.when_ready = when_ready
        self.out = out
        self.width = max(len(program.name) for program in programs)
        self.selector = selectors.DefaultSelector()
        self.rests: dict[int, bytes] = {}
        self.announced = False
        self.asked_to_stop = 0

    def run(self) -> None:
        """Until a signal asks to stop; a second signal stops at once."""
        for number in STOPPING:
            signal.signal(number, self._note_stop)
        try:
            while not self.asked_to_stop:
                self._turn()
        finally:
            self._stop()

    def _note_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def _turn(self) -> None:
        for program in self.programs:
            if program.process is not None and program.has_ended():
                self._listen(0)
                self.say("supervisor", program.plan_restart())
            if program.process is None and time.monotonic() >= program.start_at:
                self._start(program)
            program.look_whether_ready()
        if not self.announced and all(program.ready for program in self.programs):
            self.announced = True
            self._write(self.when_ready())
        self._listen(TURN_S)

    def _start(self, program: Program) -> None:
        said = program.start(self.environment, self.folder)
        self.rests[said.fileno()] = b""
        self.selector.register(said, selectors.EVENT_READ, program.name)

    def _listen(self, seconds: float) -> None:
        """Pass on what the programs say, line by line, with the name in front."""
        for key, _ in self.selector.select(seconds):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
            chunk = os.read(key.fd, 65536)
            *lines, rest = (self.rests[key.fd] + chunk).split(b"\n")
            self.rests[key.fd] = rest
            if not chunk:
                self.selector.unregister(pipe)
                lines += [self.rests.pop(key.fd)] if rest else []
                pipe.close()
            for line in lines:
                self.say(key.data, line.decode(errors="replace"))

    def say(self, name: str, line: str) -> None:
        self._write(f"{name:<{self.width}} | {line}\n")

    def _write(self, text: str) -> None:
        try:
            self.out.write(text.encode())
            self.out.flush()
        except OSError:
            # Whoever read our words is gone; nobody would notice that the programs still run.
            self.asked_to_stop += 1

    def _stop(self) -> None:
        """Ask all to end, wait a little, then insist."""
        for program in self.programs:
            program.ask_to_end()
        until = time.monotonic() + GRACE_S
        while time.monotonic() < until and self.asked_to_stop < 2 and not all(p.has_ended() for p in self.programs):
            self._listen(TURN_S)
        for program in self.programs:
            program.kill()
        self._listen(0)
