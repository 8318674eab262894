"""The follow-up officer's worklist, due first. Following up itself happens on the order's page."""

from typing import Any

from flask import render_template, request

from app.console import doorway, guard
from app.people.models import Role
from app.work_orders import catalogue, follow_up
from app.work_orders.workflow import STATUS_NAMES, Status

PER_PAGE = 30
PAGES = 200

blueprint = doorway.pages("console_follow_ups", "/console/follow-ups")


@blueprint.get("")
def worklist() -> Any:
    page = min(max(request.args.get("page", 1, type=int), 1), PAGES)
    if not guard.actor().has(Role.FOLLOW_UP_OFFICER):
        return render_template("console/follow_ups.html", here="follow_ups", officer=False)
    found = follow_up.worklist(guard.actor(), page, PER_PAGE)
    return render_template(
        "console/follow_ups.html",
        here="follow_ups",
        officer=True,
        owed=_by_order(found[:PER_PAGE]),
        page=page,
        more=len(found) > PER_PAGE and page < PAGES,
    )


def _by_order(rows: Any) -> list[dict[str, Any]]:
    """One line for an order, however many of its reporters rated the round."""
    owed: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = owed.setdefault(row.number, {**row._mapping, "ratings": [], **_names(row)})
        if row.solved is not None:
            line["ratings"].append(row)
    return list(owed.values())


def _names(row: Any) -> dict[str, str]:
    return {"category": catalogue.name_of(row.category_code), "status_name": STATUS_NAMES[Status(row.status)]}
