"""`python -m deploy.supervise`: web, relay, sweep and, outside production, WeChat's stand-in, under one supervisor."""

import argparse
import os
import signal
import sys

from config import ROOT, Settings, SettingsError
from deploy import ports
from deploy.dying import die_with
from deploy.program import Program
from deploy.supervisor import Supervisor


def main() -> int:
    """0 after an orderly stop; 1 with a sentence when it cannot start."""
    if _arguments().with_parent:
        die_with(os.getppid(), signal.SIGTERM)
    try:
        settings = usable_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    Supervisor(programs(settings), environment(settings), ROOT, lambda: doors(settings)).run()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    return parser.parse_args()


def usable_settings() -> Settings:
    """The settings, when they are whole and their ports are free; raises SettingsError with a sentence."""
    settings = Settings.from_environment()
    wanted = {"PORT": settings.port}
    trouble = ports.busy(wanted if settings.production else wanted | {"EMULATOR_PORT": settings.emulator_port})
    if trouble:
        raise SettingsError(trouble)
    return settings


def programs(settings: Settings) -> list[Program]:
    """What runs, in the order of starting."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
    found = [
        Program("web", gunicorn, settings.port, "/healthz/live"),
        Program("relay", [*flask, "relay"]),
        Program("sweep", [*flask, "sweep"]),
    ]
    if not settings.production:
        emulator = [sys.executable, "-m", "wechat.emulator"]
        found.append(Program("emulator", emulator, settings.emulator_port, "/_emu/users"))
    return found


def environment(settings: Settings) -> dict[str, str]:
    """What the programs see: the settings as they were completed, and where the stand-in keeps its phones."""
    given = dict(os.environ)
    given |= {"PORT": str(settings.port), "EMULATOR_PORT": str(settings.emulator_port), "PYTHONUNBUFFERED": "1"}
    if not settings.production:
        given.setdefault("EMULATOR_STATE", str(settings.var_dir / "emulator.sqlite"))
        people = settings.var_dir / "demo-accounts.json"
        if people.is_file():
            given.setdefault("EMULATOR_PEOPLE", str(people))
    return given


def doors(settings: Settings) -> str:
    """What a person reads when everything is up."""
    service, emulator = (f"http://127.0.0.1:{port}" for port in (settings.port, settings.emulator_port))
    lines = [(f"{service}/", "start here: all doors"), (f"{service}/console/", "the managers' console")]
    if not settings.production:
        lines.append((f"{emulator}/_emu/", "the phones of the residents and grid workers"))
    width = max(len(address) for address, _ in lines)
    told = "".join(f"  {address:<{width}}  {what}\n" for address, what in lines)
    return f"\nReady.\n{told}Ctrl-C stops everything.\n\n"


if __name__ == "__main__":
    sys.exit(main())
