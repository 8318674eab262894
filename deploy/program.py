"""One program under the supervisor: started, watched, started again, stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from deploy.dying import die_with
from deploy.ports import answers

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
SETTLED_S = 30.0


@dataclass
class Program:
    """What to run under which name. With `port` it counts as ready when it answers there, else when started."""

    name: str
    command: list[str]
    port: int | None = None
    path: str = "/"
    ready: bool = False
    start_at: float = 0.0
    delay: float = FIRST_DELAY_S
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = field(default=0.0, repr=False)

    def start(self, environment: Mapping[str, str], folder: Path) -> IO[bytes]:
        """Start it in a process group of its own; gives what it says."""
        mother = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: die_with(mother),
        )
        self.started_at = time.monotonic()
        self.ready = self.port is None
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        return self.process.stdout

    def look_whether_ready(self) -> None:
        if not self.ready and self.port is not None:
            self.ready = answers(self.port, self.path)

    def has_ended(self) -> bool:
        """Whether it ended; whatever it had started ends with it."""
        if self.process is None or self.process.returncode is not None:
            return True
        if not _is_over(self.process.pid):
            return False
        self.kill()
        return True

    def plan_restart(self) -> str:
        """Note when to start again, later each time until it stays up; gives a sentence about it."""
        assert self.process is not None
        code, lived = self.process.wait(), time.monotonic() - self.started_at
        if lived >= SETTLED_S:
            self.delay = FIRST_DELAY_S
        self.process, self.ready, self.start_at = None, False, time.monotonic() + self.delay
        sentence = f"{self.name} {_how(code)}; starting it again in {self.delay:g} s"
        self.delay = min(self.delay * 2, LONGEST_DELAY_S)
        return sentence

    def ask_to_end(self) -> None:
        if self.process is not None:
            _send(os.kill, self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything in its group at once."""
        if self.process is not None:
            _send(os.killpg, self.process.pid, signal.SIGKILL)
            self.process.wait()


def _is_over(pid: int) -> bool:
    # It stays unreaped, so that its number cannot belong to another group before ours is killed.
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _how(code: int) -> str:
    return f"ended with status {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"


def _send(how: Callable[[int, int], None], pid: int, number: signal.Signals) -> None:
    try:
        how(pid, number)
    except ProcessLookupError:
        return
