"""The board: what waits in the person's part of the city, asked for again every few seconds."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from app.console import chips, choices, doorway, guard
from app.db import end_reading
from app.errors import NotFound
from app.work_orders import board as rooms
from app.work_orders import catalogue, due_dates
from app.work_orders.board import BoardFilters
from app.work_orders.scope import OFFICE
from app.work_orders.side_records import Kind
from app.work_orders.workflow import ACTIVE, STATUS_NAMES, Status

PER_PAGE = 30
PAGES = 200
POLL_S = 4

blueprint = doorway.pages("console_board", "/console")


@dataclass(frozen=True)
class Look:
    """What the person chose to see, as the address says it."""

    filters: BoardFilters
    page: int

    def address(self, endpoint: str = "console_board.board", **changes: Any) -> str:
        """The address of this look with some of it changed; changing a filter goes back to the first page."""
        values = {**vars(self.filters), "page": 1 if changes and "page" not in changes else self.page, **changes}
        values["overdue"] = 1 if values["overdue"] else None
        values["page"] = values["page"] if values["page"] > 1 else None
        return url_for(endpoint, **{name: value for name, value in values.items() if value is not None})

    @property
    def narrowed(self) -> bool:
        return self.filters != BoardFilters(status=self.filters.status)


@blueprint.get("/")
def board() -> Any:
    look = _look()
    community_id = look.filters.community_id
    communities = choices.communities(guard.actor())
    if len(communities) == 1:
        community_id = communities[0].id
    return render_template(
        "console/board.html",
        here="board",
        communities=communities,
        grids=choices.grids(guard.actor(), community_id),
        categories=choices.categories(),
        classes=choices.classes(),
        poll_s=POLL_S,
        **_state(look, _mark(look)),
    )


@blueprint.get("/live")
def live() -> Response:
    """The part of the board that changes; 304 when the browser shows this state already."""
    look = _look()
    mark = _mark(look)
    if mark in request.if_none_match:
        response = Response(status=304)
    else:
        response = make_response(render_template("console/live.html", **_state(look, mark)))
    response.set_etag(mark)
    response.headers["Cache-Control"] = "private, no-cache"
    end_reading()
    return response


@blueprint.get("/<path:anything>")
def nowhere(anything: str) -> Any:
    """Addresses that lead nowhere get a page of the console too."""
    raise NotFound("没有找到您要的页面，请从上方导航进入。")


def _look() -> Look:
    given = request.args
    status = given.get("status", "")
    filters = BoardFilters(
        status=status if status in list(Status) else None,
        category_code=given.get("category_code", "")[:40] or None,
        class_code=given.get("class_code", "")[:2] or None,
        community_id=given.get("community_id", type=_id),
        grid_id=given.get("grid_id", type=_id),
        overdue=given.get("overdue") == "1",
        number=given.get("number", "").strip().upper()[:20] or None,
    )
    return Look(filters, min(max(given.get("page", 1, type=int), 1), PAGES))


def _id(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError("not an id")
    return number


def _mark(look: Look) -> str:
    """Taken before the rows are read: a change in between costs one more answer and is never missed."""
    actor = guard.actor()
    told = f"{rooms.mark(actor, look.filters)}|{look.page}|{actor.account_id}|{sorted(map(str, actor.posts))}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _state(look: Look, mark: str) -> dict[str, Any]:
    urgent = rooms.urgent(guard.actor(), look.filters)
    found = rooms.page(guard.actor(), look.filters, look.page, PER_PAGE, without=[row.id for row in urgent])
    # What is dangerous leads, however much has come in since.
    rows = [_row(row) for row in (*(urgent if look.page == 1 else ()), *found[:PER_PAGE])]
    counts = rooms.counts(guard.actor())
    return {
        "look": look,
        "etag": mark,
        "rows": rows,
        "more": len(found) > PER_PAGE and look.page < PAGES,
        "tabs": choices.tabs(counts),
        "open_total": sum(counts.values()),
        "oversees": guard.actor().has(*OFFICE),
    }


def _row(row: Any) -> dict[str, Any]:
    status_name = STATUS_NAMES[Status(row.status)]
    category = catalogue.name_of(row.category_code)
    return {
        **row._mapping,
        "status_name": status_name,
        "category": category,
        "waits": row.status in ACTIVE and row.due_at is not None,
        "supervised": Kind.SUPERVISION in row.beside.split(","),
        "waiting_words": chips.of(row.beside),
        "late": due_dates.is_overdue(row),
        "appealed": Kind.APPEAL in row.beside.split(","),
        "mark": f"{row.changed_at.timestamp()}",
        "says": f"{category}，{row.place_text}，{status_name}",
    }
