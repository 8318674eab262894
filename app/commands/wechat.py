"""flask wechat: codes for posters, links for text messages, and what is left of WeChat's quotas."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app

from app.db import end_reading
from app.territory.queries import compound_by_code
from app.wechat_access import wechat_for
from wechat.client import WeChat, WeChatError

REPORT_PAGE = "pages/report/report"
PATHS = {
    "/cgi-bin/message/subscribe/send": "订阅消息",
    "/wxa/msg_sec_check": "文字审核",
    "/wxa/media_check_async": "图片审核",
    "/wxa/business/getuserphonenumber": "手机号",
}
VERSIONS = click.Choice(["release", "trial", "develop"])

T = TypeVar("T")


@click.group("wechat")
def command() -> None:
    """What the account at WeChat can make and still has."""


@command.command("poster")
@click.argument("compound")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--version", type=VERSIONS, default="release", show_default=True)
def poster(compound: str, file: Path, version: str) -> None:
    """Write the code of a compound's poster to FILE: whoever scans it reports from that place."""
    place = compound_by_code(compound)
    end_reading()
    if place is None:
        raise click.ClickException(f"没有编码为“{compound}”的小区，请核对 compounds.csv。")
    scene = f"c={place.public_id}"
    picture = _ask(lambda wechat: wechat.qr_code(scene, REPORT_PAGE, env_version=version))
    file.write_bytes(picture)
    click.echo(f"已写入 {file}：{place.name}。")


@command.command("link")
@click.option("--days", type=click.IntRange(1, 30), default=30, show_default=True)
def link(days: int) -> None:
    """Print a link for text messages that opens the report page."""
    click.echo(_ask(lambda wechat: wechat.url_link(REPORT_PAGE, days=days)))


@command.command("quota")
def quota() -> None:
    """Print what is left of today's quotas."""
    for path, name in PATHS.items():
        left = _ask(lambda wechat, path=path: wechat.quota(path))  # type: ignore[misc]
        click.echo(f"{name}：今天还剩 {left.remain} 次，共 {left.daily_limit} 次")


def _ask(ask: Callable[[WeChat], T]) -> T:
    settings: Any = current_app.extensions["settings"]
    try:
        return ask(wechat_for(settings))
    except WeChatError as error:
        raise click.ClickException(f"微信没有办成：{error}") from error
