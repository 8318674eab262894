"""flask relay: tells what is owed."""

import click
from flask import current_app

from app.commands import unchecked_photos, unchecked_texts, wechat_pushes
from app.notifications import relay
from app.wechat_access import wechat_for


@click.command("relay")
@click.option("--once", is_flag=True, help="tell what is due now and stop")
def command(once: bool) -> None:
    """Tell people what they are owed: inbox, WeChat; goes on until it is stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = app.extensions["settings"]
    unchecked_texts.register()
    unchecked_photos.register(settings.public_url)
    wechat_pushes.register()
    relay.run(app, wechat_for(settings), once=once)
