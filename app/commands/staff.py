"""flask staff add: one staff member with a posting, and a console login where wanted."""

import click

from app.db import transaction
from app.errors import Invalid, Refusal
from app.people import console_access, staffing
from app.people.models import Role


@click.group("staff")
def command() -> None:
    """Staff accounts."""


@command.command("add")
@click.option("--name", required=True)
@click.option("--phone", required=True, help="an 11-digit mobile number; its owner links WeChat by binding it")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--territory", required=True, help="code of the place")
@click.option("--primary", is_flag=True, help="the grid's own worker")
@click.option("--username", help="for the console; the password is asked for")
def add(name: str, phone: str, role: str, territory: str, primary: bool, username: str | None) -> None:
    """Add a staff member, or give one there is a further posting."""
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if username else None
    try:
        with transaction():
            post = staffing.Post(Role(role), territory, primary)
            account, is_new = staffing.add_staff(name, phone, [post])
            if username and password:
                console_access.give_login(account.id, username, password)
    except Invalid as error:
        raise click.ClickException("；".join(said for found in error.fields.values() for said in found)) from error
    except Refusal as error:
        raise click.ClickException(error.message) from error
    click.echo("已添加。" if is_new else "已有这个岗位，没有变化。")
