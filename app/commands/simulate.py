"""flask simulate: a month of a city, played through the rooms in its own time, with every invariant checked daily."""

import io
import json
import logging
import random
from datetime import date, datetime
from pathlib import Path
from time import monotonic

import click
from flask import current_app
from PIL import Image

from app.commands import sweep
from app.photos.reencoding import Pictures, reencode
from app.simulation import bulk as bulk_copies
from app.simulation import figures, playing
from app.simulation.demand import Month
from app.simulation.ground import Foreign
from app.simulation.month import Broken, Player, Rounds
from app.simulation.playing import Plan, Played

FROM = "2026-01-20"
ORDERS, BULK_MONTH = 5000, 1500
TELL_EVERY_S = 10
FOREIGN = "这个数据库里有别的数据。模拟只在空数据库里进行，请换一个 DATABASE_URL。"
PRODUCTION = "APP_ENV=production 时不能模拟：模拟的数据从不进入正式系统。"


@click.command("simulate")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366), help="how many days")
@click.option("--orders", type=click.IntRange(1), help="how many orders in all; 5000, with --bulk 1500")
@click.option("--seed", default=1, show_default=True, help="the same seed plays the same month")
@click.option("--from", "first", default=FROM, show_default=True, type=click.DateTime(["%Y-%m-%d"]), help="first day")
@click.option("--bulk", type=click.IntRange(1), help="then copy what has ended back in time, up to so many orders")
@click.option("--durable", is_flag=True, help="keep what is acknowledged, as the service does; slower")
@click.option("--password", default="", help="let everybody with a username sign in at the console with it")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="also write the numbers here")
def command(
    days: int,
    orders: int | None,
    seed: int,
    first: datetime,
    bulk: int | None,
    durable: bool,
    password: str,
    file: Path | None,
) -> None:
    """Play a month; the database must be empty, or filled by an earlier simulation, whose orders are removed."""
    if current_app.extensions["settings"].production:
        raise click.ClickException(PRODUCTION)
    plan = Plan(Month(first.date(), days), orders or (BULK_MONTH if bulk else ORDERS), seed, durable, password)
    played = _played(plan)
    click.echo(figures.table(played.figures))
    click.echo(f"记号 {played.mark[:16]}（同一个 --seed 总得到同一个记号）")
    if file is not None:
        told = {"plan": plan.about, "figures": played.figures, "mark": played.mark, "refused": played.refused}
        file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf8")
    if bulk is not None:
        _multiply(bulk, durable)


def _multiply(wanted: int, durable: bool) -> None:
    begun = monotonic()
    with playing.hurrying(durable, unchecked=True):
        copied = bulk_copies.multiply(wanted, _Copying())
    click.echo(
        f"共 {copied.orders} 件工单（复制 {copied.copies} 遍），数据库 {copied.bytes / 1e9:.2f} GB，"
        f"用时 {monotonic() - begun:.0f} 秒。复制的工单没有消息和照片，其办理记录的摘要不作校验。"
    )


class _Copying:
    """Now and then how far it is."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, there: int, wanted: int) -> None:
        if monotonic() - self._told > TELL_EVERY_S:
            self._told = monotonic()
            click.echo(f"已复制到 {there} / {wanted} 件", err=True)


def _played(plan: Plan) -> Played:
    # A line for every timer would say nothing that the figures do not.
    logging.getLogger().setLevel(logging.WARNING)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    rounds = Rounds(sweep.clean, sweep.tell_digests)
    try:
        return playing.play(plan, app, rounds, a_picture(), _Progress())
    except Foreign as error:
        raise click.ClickException(FOREIGN) from error
    except Broken as error:
        raise click.ClickException(str(error)) from error


class _Progress:
    """A line for each day, on standard error."""

    def __init__(self) -> None:
        self._begun = monotonic()

    def __call__(self, day: date, player: Player) -> None:
        deeds = sum(player.done.values())
        click.echo(
            f"{day}  上报 {player.done['submit']}  操作和到时 {deeds}  未通过 {sum(player.refused.values())}"
            f"  {monotonic() - self._begun:.0f} 秒",
            err=True,
        )


def a_picture() -> Pictures:
    """A drawn picture for all photos; the house ships no photographs of real places."""
    lots = random.Random("picture")
    image = Image.new("RGB", (320, 240), (lots.randrange(90, 150), 140, 150))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=60)
    return reencode(file.getvalue())
