"""The service and the bare version under gunicorn, and the CPU time that each of them has used."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.house import ROOT, House
from deploy.dying import die_with

APPLICATIONS = {"service": "wsgi:app", "bare": "bench.bare:from_environment()"}
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
START_S = 30


@dataclass(frozen=True)
class Server:
    """One gunicorn with its workers; its connections to PostgreSQL carry its name."""

    name: str
    house: House
    port: int
    process: "subprocess.Popen[bytes]"

    def pids(self) -> list[int]:
        """The gunicorn processes, and the PostgreSQL backends that work for them."""
        own = [self.process.pid, *_children(self.process.pid)]
        if self.house.kind == "sqlite":
            return own
        backends = self.house.store.run("SELECT pid FROM pg_stat_activity WHERE application_name = %s", self.name)
        return own + [row[0] for row in backends]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_s(pids: list[int]) -> float:
    """User and system time of these processes and of their children that have ended, in seconds."""
    return sum(map(_cpu_ticks, pids)) * TICK_S


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15]))


@contextmanager
def serving(name: str, house: House) -> Iterator[Server]:
    """Start gunicorn with the repository's own settings on a free port; stop it at the end."""
    port = _free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py",
        # A worker that is replaced in the middle of a slice would be measured with its start.
        "--max-requests", "0", APPLICATIONS[name],
    ]  # fmt: skip
    settings = house.environment | {"PORT": str(port), "DATABASE_URL": _named(house.url, name)}
    process = subprocess.Popen(command, cwd=ROOT, env=settings, preexec_fn=partial(die_with, os.getpid()))
    try:
        _wait(process, port)
        yield Server(name, house, port, process)
    finally:
        process.terminate()
        process.wait(timeout=START_S)


def _named(url: str, name: str) -> str:
    return url if url.startswith("sqlite") else f"{url}{'&' if '?' in url else '?'}application_name={name}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_S)
            connection.request("GET", "/healthz/live")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("a server did not start; its messages stand above")
