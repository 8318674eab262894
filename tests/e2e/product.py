"""The whole product as `make run` starts it: on free ports, in a folder of its own, ended without a trace."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import ROOT

READY_WITHIN_S = 60
GONE_WITHIN_S = 20
# What a developer may have set for another run must not leak into this one.
SETTINGS = (
    "APP_ENV",
    "DATABASE_URL",
    "PHOTO_STORE",
    "SECRET_KEY",
    "FIELD_KEYS",
    "SEAL_KEY",
    "EMULATOR_STATE",
    "EMULATOR_PEOPLE",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def temporary_folder() -> Path:
    """In memory where the machine has that, because every commit waits for its disk."""
    shm = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="mobile-desk-e2e-", dir=shm if os.access(shm, os.W_OK) else None))


@dataclass
class Product:
    """One run of everything: web, relay, sweep and emulator under their supervisor."""

    folder: Path = field(default_factory=temporary_folder)
    database_url: str = ""
    port: int = field(default_factory=free_port)
    emulator_port: int = field(default_factory=free_port)
    supervisor: "subprocess.Popen[bytes] | None" = None

    @property
    def service(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def emulator(self) -> str:
        return f"http://127.0.0.1:{self.emulator_port}"

    @property
    def sqlite(self) -> Path:
        return self.folder / "mobile-desk.sqlite"

    @property
    def accounts(self) -> dict[str, Any]:
        """The demo's people, as the demo itself wrote them down."""
        return dict(json.loads((self.folder / "demo-accounts.json").read_text(encoding="utf8")))

    @property
    def said(self) -> str:
        """What the programs wrote so far."""
        return (self.folder / "log").read_text(encoding="utf8", errors="replace")

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WECHAT_")}
        kept = {name: value for name, value in kept.items() if name not in SETTINGS}
        kept |= {"VAR_DIR": str(self.folder), "PORT": str(self.port), "EMULATOR_PORT": str(self.emulator_port)}
        return kept | ({"DATABASE_URL": self.database_url} if self.database_url else {})

    def prepare(self) -> None:
        """Migrate and bring in the demo."""
        command = [sys.executable, "-m", "deploy.prepare"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"the demo could not be prepared:\n{done.stdout}{done.stderr}"

    def start(self) -> None:
        """Start the supervisor and wait until it says that everything is up."""
        assert (ROOT / "wechat/dist/index.html").is_file(), "Build the phone pages first: python -m deploy.pages"
        with (self.folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "deploy.supervise", "--with-parent"]
            self.supervisor = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + READY_WITHIN_S
        while "\nReady.\n" not in self.said:
            if self.supervisor.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the product did not start:\n{self.said[-4000:]}")
            time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> list[str]:
        """End the supervisor; returns the command lines of what lives on after the time it is given."""
        if self.supervisor is not None:
            self.supervisor.send_signal(how)
            self.supervisor.wait(GONE_WITHIN_S)
        until = time.monotonic() + GONE_WITHIN_S
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.1)
        return list(left.values())

    def processes(self) -> dict[int, str]:
        """Every process of this run, however it was started: they all carry its folder in their environment."""
        mark = f"VAR_DIR={self.folder}".encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ").strip()
            except OSError:
                continue
        return found

    def listens(self) -> bool:
        """Whether somebody still answers on one of its ports."""
        for port in (self.port, self.emulator_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return True
        return False

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
