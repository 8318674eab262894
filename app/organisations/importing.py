"""Bringing in organisations and the compounds they answer for as a table; all of the file or nothing of it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from app import secrets
from app.db import db
from app.organisations import directory
from app.organisations.models import KIND_NAMES, Coverage, Organisation, OrganisationKind
from app.tables import CellError, Report, Row, Table, no_repeats, noting, read_csv
from app.territory.models import Compound, Level, Territory
from app.trail import audit

COLUMNS = ("code", "name", "kind", "territory_code"), ("compounds",)
OFFICES = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)


@dataclass(frozen=True)
class _Places:
    """The places that the table may name: offices by code, compounds with the places above them."""

    offices: dict[str, Territory]
    compounds: dict[str, tuple[int, set[int | None]]]


@dataclass(frozen=True)
class _Wanted:
    values: dict[str, Any]
    compounds: frozenset[int]


def read_organisations(folder: Path) -> Table:
    return read_csv(folder / "organisations.csv", *COLUMNS)


def import_organisations(table: Table, dry_run: bool = False) -> Report:
    """Add and change organisations by code. One that moves or covers other compounds answers there from then on."""
    report = Report(errors=[*table.errors, *no_repeats(table.rows, "code")])
    places = _places()
    wanted: list[_Wanted] = []
    for row in table.rows:
        with noting(report.errors, row):
            wanted.append(_read(row, places))
    if report.errors:
        return report
    for one in wanted:
        _bring(one, report, dry_run)
    if not dry_run and (report.added or report.changed):
        audit("organisations.imported", "organisations", added=report.added, changed=report.changed)
        directory.forget()
    return report


def _places() -> _Places:
    offices = db.session.scalars(select(Territory).where(Territory.level.in_([level.value for level in OFFICES])))
    of_compounds = db.session.execute(
        select(Compound.code, Compound.id, Territory).join(Territory, Territory.id == Compound.community_id)
    )
    compounds = {code: (compound_id, {*_line(community)}) for code, compound_id, community in of_compounds}
    return _Places({row.code: row for row in offices}, compounds)


def _line(place: Territory) -> list[int | None]:
    return [getattr(place, f"{level}_id") for level in OFFICES]


def _read(row: Row, places: _Places) -> _Wanted:
    code = row.filled("territory_code")
    place = places.offices.get(code)
    if place is None:
        raise CellError("territory_code", f"没有编码为“{code}”的社区、街道、区或市，请先导入辖区。")
    values = {
        "code": row.filled("code", 40),
        "name": row.filled("name", 60),
        "kind": row.word("kind", OrganisationKind, KIND_NAMES).value,
        "territory_id": place.id,
    }
    return _Wanted(values, frozenset(_compounds(row, place, places)))


def _compounds(row: Row, place: Territory, places: _Places) -> Collection[int]:
    """Whoever works for it must hold a posting on the way up from each of them, so they lie at its place."""
    found = []
    for code in row.several("compounds"):
        if code not in places.compounds:
            raise CellError("compounds", f"没有编码为“{code}”的小区，请先导入小区。")
        compound_id, line = places.compounds[code]
        if place.id not in line:
            raise CellError("compounds", f"小区“{code}”不在{place.name}，请填写同时包含这些小区的辖区。")
        found.append(compound_id)
    return found


def _bring(wanted: _Wanted, report: Report, dry_run: bool) -> None:
    before = db.session.scalar(select(Organisation).where(Organisation.code == wanted.values["code"]))
    covered = _covered(before)
    was = ({name: getattr(before, name) for name in wanted.values}, covered) if before else None
    if not report.count(was, (wanted.values, wanted.compounds)) or dry_run:
        return
    organisation = before or Organisation(public_id=secrets.public_id())
    for name, value in wanted.values.items():
        setattr(organisation, name, value)
    db.session.add(organisation)
    db.session.flush()
    _cover(organisation.id, wanted.compounds, covered)


def _covered(organisation: Organisation | None) -> frozenset[int]:
    if organisation is None:
        return frozenset()
    covered = select(Coverage.compound_id).where(Coverage.organisation_id == organisation.id)
    return frozenset(db.session.scalars(covered))


def _cover(organisation_id: int, wanted: frozenset[int], covered: frozenset[int]) -> None:
    gone = Coverage.compound_id.in_(covered - wanted)
    db.session.execute(delete(Coverage).where(Coverage.organisation_id == organisation_id, gone))
    db.session.add_all(
        Coverage(organisation_id=organisation_id, compound_id=compound_id) for compound_id in sorted(wanted - covered)
    )
