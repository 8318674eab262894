"""The emulator as a process of its own, and other processes beside it."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]


def start(*command: str, written: int = subprocess.PIPE, **named: str) -> subprocess.Popen[str]:
    """Start Python with these arguments, the settings of WeChat and the emulator being those named and no others."""
    prefixes = ("WECHAT_", "EMULATOR_", "APP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**kept, **named},
        stdout=written,
        stderr=written,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process and close what it wrote to."""
    process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def wait_for(port: int, seconds: float = 20.0) -> str:
    """Return the address of an emulator once it answers."""
    base, until = f"http://127.0.0.1:{port}", time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(requests.ConnectionError):
            assert requests.get(f"{base}/healthz", timeout=5).json() == {"ok": True}
            return base
        time.sleep(0.05)
    raise AssertionError("the emulator did not start")


@contextlib.contextmanager
def running_emulator(port: int, **named: str) -> Iterator[str]:
    """An emulator process until the end of the block; its address."""
    # Nobody reads its log, which would stop it once the pipe is full.
    process = start("-m", "wechat.emulator", written=subprocess.DEVNULL, EMULATOR_PORT=str(port), **named)
    try:
        yield wait_for(port)
    finally:
        end(process)
