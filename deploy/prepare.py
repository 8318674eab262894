"""`python -m deploy.prepare`: bring the database up to this release and fill an empty one with the demo.

The same as `flask db upgrade` and `flask demo`, in one process: starting the application costs a second or two.
"""

import logging
import sys

import click
from flask.cli import ScriptInfo

from app import create_app
from config import SettingsError
from deploy.supervise import usable_settings

STEPS = (["db", "upgrade"], ["demo"])


def main() -> int:
    """0 when all is ready; else 1 and a sentence."""
    try:
        settings = usable_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    app = create_app(settings)
    # What is owed and due while the demo's weeks are played back is of no interest to who waits for it.
    logging.getLogger().setLevel(logging.WARNING)
    try:
        for step in STEPS:
            with app.app_context():
                app.cli.main(step, "flask", standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))
    except click.ClickException as error:
        error.show()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
