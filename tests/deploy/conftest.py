"""A supervisor of its own for each test, over small programs, watched through /proc."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.watching import alive, wait_for

ROOT = Path(__file__).resolve().parents[2]


class Group:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder
        self.log = folder / "said.txt"
        script = folder / "group.py"
        script.write_text(source, encoding="utf8")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, script], cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": str(ROOT)}
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf8")

    def pids(self, name: str) -> list[int]:
        """The process numbers a program wrote down, one for each of its starts."""
        path = self.folder / f"{name}.pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def first(self, name: str) -> int:
        return self.nth(name, 1)

    def nth(self, name: str, count: int) -> int:
        wait_for(lambda: len(self.pids(name)) >= count)
        return self.pids(name)[count - 1]

    def everyone(self) -> list[int]:
        return [pid for path in self.folder.glob("*.pids") for pid in self.pids(path.stem)]

    def nobody_left(self) -> bool:
        return not any(alive(pid) for pid in self.everyone())


PREFACE = """
import os, signal, subprocess, sys, time
from pathlib import Path
from deploy.program import Program
from deploy.supervisor import Supervisor

FOLDER = Path({folder!r})
NOTE = "import os; open({folder!r} + '/NAME.pids', 'a').write(str(os.getpid()) + '\\\\n');"

def program(name, source, **more):
    return Program(name, [sys.executable, "-c", NOTE.replace("NAME", name) + source], **more)

def sleeper(name="sleeper"):
    return program(name, "import time; time.sleep(300)")

def deaf():
    listen = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf now'); time.sleep(300)"
    return program("deaf", listen)

def mother():
    child = NOTE.replace("NAME", "child") + "import time; time.sleep(300)"
    return program("mother", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {{child!r}}])")

def run(*programs):
    environment = os.environ | {{"PYTHONUNBUFFERED": "1"}}
    Supervisor(programs, environment, FOLDER, lambda: "ALL READY\\n").run()
"""


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Callable[[str], Group]]:
    """Start a supervisor over the programs that the given lines describe."""
    started: list[Group] = []

    def start(lines: str) -> Group:
        started.append(Group(tmp_path, PREFACE.format(folder=str(tmp_path)) + lines))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGKILL)
        one.process.wait()
        for pid in one.everyone():
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
