"""flask demo: a Xining to try the product in, brought in by the same importers a city would use."""

import json
import os
import secrets as random
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import func, select

from app import clock
from app.commands import demo_orders
from app.commands.importing import KINDS, OF_A_CITY, tell
from app.db import db, end_reading, transaction
from app.organisations.models import Organisation
from app.people import staffing
from app.people.models import ROLE_NAMES, Account, ConsoleLogin, Duty, Posting, Role
from app.secrets import public_id
from app.tables import read_csv
from app.territory.models import Compound, Level, Territory
from app.work_orders.models import WorkOrder
from app.work_orders.screening.models import Danger
from config import Settings

DATA = Path(__file__).resolve().parent.parent / "demo" / "xining"
OFF_DUTY = ("demo-worker-xinninglu-6",)


@click.command("demo")
def command() -> None:
    """Fill an empty database with the demo; a second call adds nothing."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.demo:
        raise click.ClickException("APP_ENV must be demo: the demo is never mixed with a city's own data.")
    marker = settings.var_dir / "demo-accounts.json"
    if not marker.is_file() and _somebody_is_here():
        raise click.ClickException("This database holds other people's data; the demo was not added to it.")
    if _is_whole() and marker.is_file():
        click.echo("The demo is here already.")
        return
    password = _password(marker)
    _bring_tables(password)
    _bring_residents()
    _go_on_duty()
    if _orders() == 0:
        demo_orders.play(DATA / "orders.json")
    _write(marker, _accounts(settings, password))
    click.echo(f"The demo is ready: {_orders()} work orders. Accounts are in {marker}.")


def _somebody_is_here() -> bool:
    found = db.session.scalar(select(func.count()).select_from(Account)) or 0
    end_reading()
    return found > 0


def _orders() -> int:
    found = db.session.scalar(select(func.count()).select_from(WorkOrder)) or 0
    end_reading()
    return found


def _is_whole() -> bool:
    """Whether all of it is there; a demo from before there were words for dangers, or organisations, gets them now."""
    has_later = [db.session.scalar(select(func.count()).select_from(kind)) for kind in (Danger, Organisation)]
    end_reading()
    return _orders() > 0 and all(has_later)


def _password(marker: Path) -> str:
    """The password of every demo manager: made at the first run, kept in var/ alone."""
    if marker.is_file():
        return str(json.loads(marker.read_text(encoding="utf8"))["managers"][0]["password"])
    return "xining-" + random.token_hex(5)


def _bring_tables(password: str) -> None:
    for kind in OF_A_CITY:
        with transaction():
            if kind == "people":
                report = staffing.import_people(staffing.read_people(DATA), password=password)
            else:
                report = KINDS[kind](DATA, False)
        if report.errors:
            tell(report, False)
            raise click.ClickException(f"the demo's {kind} could not be brought in")


def _bring_residents() -> None:
    table = read_csv(DATA / "residents.csv", ("openid", "name"), ("compound_code", "building", "unit"))
    with transaction():
        known = set(db.session.scalars(select(Account.openid)))
        compounds = {row.code: row.id for row in db.session.execute(select(Compound.code, Compound.id))}
        for row in table.rows:
            if row.text("openid") in known:
                continue
            db.session.add(
                Account(
                    public_id=public_id(),
                    openid=row.text("openid"),
                    name=row.text("name"),
                    home_compound_id=compounds.get(row.text("compound_code")),
                    home_building=row.text("building") or None,
                    home_unit=row.text("unit") or None,
                    home_changes=[],
                    created_at=clock.now(),
                )
            )


def _go_on_duty() -> None:
    """Everybody is on duty but a few, so that a newcomer meets both."""
    with transaction():
        said = set(db.session.scalars(select(Duty.account_id)))
        staff = db.session.execute(
            select(Account.id, Account.openid).where(Account.id.in_(select(Posting.account_id)))
        ).all()
        for row in staff:
            if row.id not in said:
                on_duty = row.openid not in OFF_DUTY
                db.session.add(Duty(account_id=row.id, on_duty=on_duty, since=clock.now()))


def _accounts(settings: Settings, password: str) -> dict[str, Any]:
    try:
        return {
            "service": f"http://127.0.0.1:{settings.port}",
            "emulator": f"http://127.0.0.1:{settings.emulator_port}",
            "category": "LIGHT",
            "residents": _residents(),
            "workers": _workers(),
            "managers": _managers(password),
            "partners": _partners(),
        }
    finally:
        end_reading()


def _residents() -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Account, Compound)
        .join(Compound, Compound.id == Account.home_compound_id)
        .where(Account.openid.is_not(None), ~Account.is_staff)
        .order_by(Account.id)
    )
    return [
        {
            "openid": account.openid,
            "name": account.name,
            "compound_id": home.public_id,
            "compound": home.name,
            "building": account.home_building,
            "unit": account.home_unit,
            "location": _location(home),
        }
        for account, home in rows
    ]


def _location(compound: Compound | None) -> dict[str, float | None] | None:
    """Where the phone of somebody there is, for the emulator, which has no satellites."""
    return {"lat": compound.lat, "lng": compound.lng} if compound and compound.lat is not None else None


def _workers() -> list[dict[str, Any]]:
    community = Territory.__table__.alias()
    rows = db.session.execute(
        select(
            Account.openid, Account.name, Account.phone, Territory.id, Territory.code, Territory.name, community.c.name
        )
        .join(Posting, Posting.account_id == Account.id)
        .join(Territory, Territory.id == Posting.territory_id)
        .join(community, community.c.id == Territory.community_id)
        .where(Posting.role == Role.GRID_WORKER.value, Territory.level == Level.GRID.value)
        .order_by(Account.id)
    )
    beats = {one.grid_id: one for one in db.session.scalars(select(Compound).order_by(Compound.code.desc()))}
    return [
        {
            "openid": openid,
            "name": name,
            "phone": phone,
            "grid": code,
            "grid_name": grid,
            "community": community_name,
            "location": _location(beats.get(grid_id)),
        }
        for openid, name, phone, grid_id, code, grid, community_name in rows
        if openid
    ]


def _partners() -> list[dict[str, Any]]:
    """Whoever works for an organisation and has a phone."""
    rows = db.session.execute(
        select(Account.openid, Account.name, Account.phone, Posting.role, Organisation.name)
        .join(Posting, Posting.account_id == Account.id)
        .join(Organisation, Organisation.id == Posting.organisation_id)
        .where(Account.openid.is_not(None))
        .order_by(Account.id)
    )
    return [
        {"openid": openid, "name": name, "phone": phone, "role": ROLE_NAMES[Role(role)], "organisation": organisation}
        for openid, name, phone, role, organisation in rows
    ]


def _managers(password: str) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(ConsoleLogin.username, Posting.role, Territory.code, Territory.name)
        .join(Posting, Posting.account_id == ConsoleLogin.account_id)
        .join(Territory, Territory.id == Posting.territory_id)
        .order_by(Posting.role != Role.MANAGER.value, Territory.level, ConsoleLogin.username)
    )
    return [
        {"username": username, "password": password, "role": role, "territory": code, "territory_name": name}
        for username, role, code, name in rows
    ]


def _write(path: Path, accounts: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(accounts, ensure_ascii=False, indent=1), encoding="utf8")
    os.replace(part, path)
