"""Statistics 统计: the definitions with their numbers, for a place and a period, each with the orders behind it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from app.console import doorway, error_pages, guard
from app.console.statistics_tables import Table, tables
from app.db import end_reading, transaction
from app.errors import Invalid, NotAllowed, NotFound
from app.statistics import listing, overdue, overview, periods, places
from app.statistics.definitions import COMPARED, FIGURES, Part
from app.statistics.periods import PRESETS, Period
from app.statistics.sources import Window
from app.statistics.times import TIMES
from app.trail import audit
from app.work_orders import catalogue
from app.work_orders.workflow import STATUS_NAMES, Status

PER_PAGE = 50
PAGES = 400
NOT_FOR_YOU = "统计由管理员和审计员查看。如需开通，请联系系统管理员。"
FORMULA = ("=", "+", "-", "@", "\t")

blueprint = doorway.pages("console_statistics", "/console/statistics")


@dataclass(frozen=True)
class Look:
    """What the address asks for: whose figures, of which days, compared by which."""

    window: Window
    preset: str
    by: str

    def address(self, endpoint: str = "console_statistics.page", **more: Any) -> str:
        days: dict[str, Any] = {"period": self.preset}
        if self.preset == "days":
            days |= {"from": self.window.period.begin.isoformat(), "to": self.window.period.last_day.isoformat()}
        return url_for(endpoint, **{"place": self.window.place.id, **days, "by": self.by, **more})

    def orders(self, **more: Any) -> str:
        return self.address("console_statistics.orders", **more)


@blueprint.get("")
def page() -> Any:
    if not places.may_read(guard.actor()):
        return render_template("console/statistics.html", here="statistics", allowed=False)
    try:
        look, refusal = _look(), None
    except Invalid as error:
        look, refusal = _look(usual=True), error
    found = overview.of(look.window, look.by)
    html = render_template(
        "console/statistics.html",
        here="statistics",
        allowed=True,
        look=look,
        found=found,
        tables=tables(found, look.orders, look.address),
        presets=PRESETS,
        compared=[(code, FIGURES[code].name) for code in COMPARED],
        offered=_offered(look),
        faults=refusal.fields if refusal else {},
        typed=request.args,
    )
    return make_response(html, error_pages.status_of(refusal) if refusal else 200)


@blueprint.get("/orders")
def orders() -> Any:
    """The orders behind one number."""
    _ensure_allowed()
    look = _look()
    title, rows, more = _behind(look, _page())
    return render_template(
        "console/statistics_orders.html",
        here="statistics",
        look=look,
        title=title,
        rows=rows,
        page=_page(),
        more=more and _page() < PAGES,
        again={name: request.args[name] for name in ("figure", "part", "holder") if name in request.args},
    )


@blueprint.get("/tables.csv")
def download() -> Response:
    """The tables as a file, written down in the audit."""
    _ensure_allowed()
    look = _look()
    made = tables(overview.of(look.window, look.by), look.orders, look.address)
    end_reading()
    place, period = look.window.place, look.window.period
    with transaction():
        audit(
            "statistics.exported",
            f"territory:{place.id}",
            actor_id=guard.actor().account_id,
            begin=period.begin.isoformat(),
            last_day=period.last_day.isoformat(),
        )
    response = make_response(_file(f"{place.name} {period.text}", made))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"statistics-{place.id}-{period.begin:%Y%m%d}-{period.last_day:%Y%m%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file(title: str, made: Sequence[Table]) -> bytes:
    """With a mark by which spreadsheets know the encoding, and no cell that they would calculate."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_plain(title)])
    for table in made:
        writer.writerows([[], [_plain(table.title)], [_plain(name) for name in table.head]])
        writer.writerows([_plain(cell.text) for cell in row] for row in table.rows)
        if table.note:
            writer.writerow([_plain(table.note)])
    return text.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _ensure_allowed() -> None:
    if not places.may_read(guard.actor()):
        raise NotAllowed(NOT_FOR_YOU)


def _look(usual: bool = False) -> Look:
    """`usual` leaves the days of the address aside, where they could not be read."""
    given = request.args
    actor = guard.actor()
    place = places.chosen(actor, _place_id())
    preset, period = ("month", periods.preset("month")) if usual else _period()
    by = given.get("by", "")
    return Look(Window(actor, place, period), preset, by if by in COMPARED else COMPARED[0])


def _place_id() -> int | None:
    given = request.args.get("place", "")
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or int(given) >= 2**31:
        raise NotFound(places.NOT_HERE)
    return int(given)


def _period() -> tuple[str, Period]:
    """Presets win over dates, since a form sends both."""
    given = request.args
    preset = given.get("period", "")
    if preset in PRESETS:
        return preset, periods.preset(preset)
    if preset == "days" or given.get("from") or given.get("to"):
        return "days", periods.between(given.get("from", ""), given.get("to", ""))
    return "month", periods.preset("month")


def _offered(look: Look) -> list[tuple[int, str]]:
    """Places to choose: the person's own, the present one and those around it."""
    place = look.window.place
    near = [*places.own(guard.actor()), *place.above, (place.id, place.name)]
    below = [(row.id, row.name) for row in places.below(place)]
    return list(dict.fromkeys([*near, *below]))


def _page() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), PAGES)


def _behind(look: Look, page: int) -> tuple[str, list[dict[str, Any]], bool]:
    """The name of the number, one page of its orders, and whether there are more."""
    code, part = request.args.get("figure", ""), request.args.get("part", "numerator")
    if code == "overdue":
        minutes = overdue.orders(look.window, request.args.get("holder", "")[:40])
        found = listing.by_ids(look.window, minutes, page, PER_PAGE)
        return "超期归属", [_row(row, f"{minutes[row.id]}分钟") for row in found[:PER_PAGE]], len(found) > PER_PAGE
    title, counted = _part(code, part)
    found = listing.orders(look.window, counted, page, PER_PAGE)
    rows = [_row(row, f"计{row.times}次" if row.times > 1 else "") for row in found[:PER_PAGE]]
    return title, rows, len(found) > PER_PAGE


def _part(code: str, name: str) -> tuple[str, Part]:
    if code in TIMES:
        return TIMES[code].name, TIMES[code].part
    figure = FIGURES.get(code)
    part = figure.part(name) if figure else None
    if figure is None or part is None:
        raise NotFound("没有这项统计，请从统计页面进入。")
    words = figure.met_words if name == "numerator" else figure.of_words
    return f"{figure.name}：{words}", part


def _row(row: Any, counted: str) -> dict[str, Any]:
    names = {"category": catalogue.name_of(row.category_code), "status_name": STATUS_NAMES[Status(row.status)]}
    return {**row._mapping, **names, "counted": counted}
