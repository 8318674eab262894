"""Works pushes off as a process that tests can kill: `SECONDS FILE`, how long its handler takes and how it says so."""

import sys
import time
from pathlib import Path

from app import create_app, trail
from app.commands import wechat_pushes
from app.db import db
from app.notifications.pushes import Push
from config import Settings


def main() -> None:
    seconds, said = float(sys.argv[1]), Path(sys.argv[2])

    def effect(_push: Push) -> bool:
        trail.audit("push.effect", "test")
        db.session.flush()
        said.touch()
        time.sleep(seconds)
        return True

    wechat_pushes.HANDLERS["debug_demo"] = effect
    with create_app(Settings.from_environment()).app_context():
        wechat_pushes.work_off()


if __name__ == "__main__":
    main()
