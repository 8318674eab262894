"""The command line: relay · sweep · demo · simulate · staff · import · routing · wechat · trail · backup · restore."""

from flask import Flask

from app.commands import backups, demo, importing, relay, restoring, routing, simulate, staff, sweep, trails, wechat


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(relay.command)
    app.cli.add_command(sweep.command)
    app.cli.add_command(importing.command)
    app.cli.add_command(routing.command)
    app.cli.add_command(staff.command)
    app.cli.add_command(demo.command)
    app.cli.add_command(simulate.command)
    app.cli.add_command(wechat.command)
    app.cli.add_command(trails.command)
    app.cli.add_command(backups.command)
    app.cli.add_command(restoring.command)
