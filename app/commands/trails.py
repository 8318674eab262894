"""flask trail verify: whether both trails still say what was written, and how far they are sealed."""

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from app import logs
from app.db import walking
from app.seals import outside
from app.seals.verifying import Findings, verify


@click.group("trail")
def command() -> None:
    """The timeline of orders and the audit."""


@command.command("verify")
def check() -> None:
    """Walk both trails and their seals; stops with 1 at the first row that is wrong."""
    folder = current_app.extensions["settings"].var_dir
    known = outside.known(folder)
    try:
        with walking() as connection:
            found = verify(connection, known)
    except DBAPIError as error:
        said = logs.mask(str(error.orig).splitlines()[0])
        raise click.ClickException(f"没有核对完：数据库没有应答（{said}）。") from error
    if found.fault is not None:
        raise click.ClickException(str(found.fault))
    click.echo(told(found))
    if known is None and found.sealed:
        click.echo(f"注意：{folder} 里没有 {outside.NAME}，封存链的末尾有没有被截掉看不出来。", err=True)


def told(found: Findings) -> str:
    """What a walk without faults saw."""
    parts = [f"时间线 {found.rows['event']} 行、审计 {found.rows['audit']} 行，全部相符；已封存 {found.sealed} 行"]
    if found.young:
        parts.append(f"另有 {found.young} 行还没有封存，只按各行自己的摘要核对")
    if found.erased:
        parts.append(f"依规定清除的文字 {found.erased} 段")
    return "；".join(parts) + "。"
