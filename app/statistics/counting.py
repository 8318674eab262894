"""The numbers of a place and a period, for one person: one statement for each source of rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, null, select

from app.db import db
from app.statistics.definitions import COMPARED, FIGURES, WHOLE, Figure, Part
from app.statistics.rates import Share
from app.statistics.sources import Source, Window
from app.work_orders.models import WorkOrder

Numbers = dict[str, Share]


def numbers(window: Window, codes: Iterable[str] = FIGURES) -> Numbers:
    """Numerator and denominator of each figure, by its code; a plain count is so many of as many."""
    found = _counted(window, codes, None)
    return found.get(None) or _shares(codes, {})


def of_places_below(window: Window) -> dict[int | None, Numbers]:
    """The compared figures of each place right below; None stands for what is known no more precisely."""
    level = window.place.level_below
    if level is None:
        return {}
    return _counted(window, COMPARED, getattr(WorkOrder, f"{level}_id"))


def _counted(window: Window, codes: Iterable[str], by: Any) -> dict[int | None, Numbers]:
    codes = tuple(codes)
    sums: dict[int | None, dict[str, int]] = {}
    for source, parts in _by_source(codes).items():
        for row in db.session.execute(_statement(window, source, parts, by)):
            values = dict(zip(parts, row[1:], strict=True))
            sums.setdefault(row[0], {}).update({name: int(value or 0) for name, value in values.items()})
    return {place: _shares(codes, found) for place, found in sums.items()}


def _by_source(codes: Iterable[str]) -> dict[Source, dict[str, Part]]:
    found: dict[Source, dict[str, Part]] = {}
    for figure in (FIGURES[code] for code in codes):
        for name in ("numerator", "denominator"):
            part = figure.part(name)
            if part is not None:
                found.setdefault(part.source, {})[f"{figure.code}.{name}"] = part
    return found


def _statement(window: Window, source: Source, parts: dict[str, Part], by: Any) -> Select[Any]:
    key = null() if by is None else by
    columns = [func.sum(worth_of(part, part.condition(window))) for part in parts.values()]
    statement = select(key, *columns).select_from(source.joined).where(source.within(window))
    return statement if by is None else statement.group_by(by)


def worth_of(part: Part, condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How much each row of the source counts in this part, in hundredths; `condition` is the part's own."""
    each: Any = WHOLE if part.worth is None else part.worth()
    return case((condition, each), else_=0)


def _shares(codes: Iterable[str], sums: dict[str, int]) -> Numbers:
    return {code: _share(FIGURES[code], sums) for code in codes}


def _share(figure: Figure, sums: dict[str, int]) -> Share:
    met = Fraction(sums.get(f"{figure.code}.numerator", 0), WHOLE)
    if figure.of is None:
        return Share(met, int(met))
    return Share(met, sums.get(f"{figure.code}.denominator", 0) // WHOLE)


Where = TypeVar("Where")


def ranked(found: Mapping[Where, Share], apart: Collection[Where] = ()) -> tuple[list[Where], list[Where]]:
    """The places from the best share down, and apart from them those with too few cases to be compared."""
    enough = [place for place, share in found.items() if share.is_ranked and place not in apart]
    rest = [place for place in found if place not in enough]
    return sorted(enough, key=lambda place: -(found[place].met / found[place].of)), rest


def ranks(shares: Sequence[Share]) -> list[int]:
    """The rank of each, the best first; the same share has the same rank."""
    exact = [share.met / share.of for share in shares]
    return [exact.index(one) + 1 for one in exact]
