"""Worklists 待办: what waits for this person's offices, by kind, due first."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for

from app import clock
from app.console import doorway, guard
from app.work_orders import catalogue
from app.work_orders.kin import merge_candidates
from app.work_orders.line_words import words
from app.work_orders.offices import waiting_lists
from app.work_orders.side_records import KIND_NAMES, Kind
from app.work_orders.workflow import ACTION_NAMES, STATUS_NAMES, Action, Status

PER_PAGE = 30
PAGES = 200
LEADS = "leads"
NAMES = {
    "approvals": "审批",
    "disputes": "异议",
    "escalations": "吹哨待报到",
    "supervisions": "督办",
    "ledger": "挂账复核",
    "tasks": "协办任务",
    LEADS: "并案线索",
}
EMPTY = {
    "approvals": "延期、改类别、挂账、终止和吹哨的申请，提交到您单位后会出现在这里。",
    "disputes": "下级单位对派单有异议、由您单位裁定的，会出现在这里。",
    "escalations": "下级单位吹哨、等您单位报到的，会出现在这里。",
    "supervisions": "您单位督办、还没有解除的，会出现在这里；本单位被上级督办的，在“所辖”里。",
    "ledger": "您单位批准挂账、到期要复核的，会出现在这里。",
    "tasks": "请您单位或驻在单位协助、还没有反馈的，会出现在这里。",
    LEADS: "同一小区、同一类别，楼栋相同或说法相近的在办工单，会成对出现在这里；是不是同一件事由您判断。",
}

blueprint = doorway.pages("console_worklists", "/console/worklists")


@blueprint.get("")
def page() -> Any:
    actor = guard.actor()
    if not waiting_lists.may_read(actor):
        return render_template("console/worklists.html", here="worklists", allowed=False)
    tab, everywhere, number = _place()
    found = _found(tab, everywhere, number)
    return render_template(
        "console/worklists.html",
        here="worklists",
        allowed=True,
        tab=tab,
        everywhere=everywhere,
        page=number,
        rows=[(_lead if tab == LEADS else _row)(row) for row in found[:PER_PAGE]],
        more=len(found) > PER_PAGE and number < PAGES,
        tabs=[(code, name, _counted(count)) for (code, name), count in zip(NAMES.items(), _counts(), strict=True)],
        empty=EMPTY[tab],
        address=_address,
    )


def _found(tab: str, everywhere: bool, number: int) -> Sequence[Any]:
    if tab == LEADS:
        return merge_candidates.candidates(guard.actor(), number, PER_PAGE)
    return waiting_lists.waiting(guard.actor(), tab, everywhere, number, PER_PAGE)


def _lead(pair: merge_candidates.Pair) -> dict[str, Any]:
    return {**vars(pair), "category": catalogue.name_of(pair.category_code)}


def _counts() -> list[int]:
    found = waiting_lists.counts(guard.actor())
    # Leads are hints and nothing that waits: they are not counted.
    return [found.get(code, 0) for code in NAMES]


def _counted(count: int) -> str:
    most = waiting_lists.COUNTED_TO
    return "" if not count else str(count) if count < most else f"{most - 1}+"


def _place() -> tuple[str, bool, int]:
    given = request.args
    tab = given.get("tab", "approvals")
    number = min(max(given.get("page", 1, type=int), 1), PAGES)
    return (tab if tab in NAMES else "approvals"), given.get("area") == "all", number


def _address(tab: str, everywhere: bool = False, page: int = 1) -> str:
    where: dict[str, Any] = {"tab": tab, "area": "all" if everywhere else None, "page": page if page > 1 else None}
    return url_for("console_worklists.page", **{name: value for name, value in where.items() if value})


def _row(row: Any) -> dict[str, Any]:
    kind = KIND_NAMES[Kind(row.kind)] if row.kind in list(Kind) else "协办任务"
    return {
        **row._mapping,
        "category": catalogue.name_of(row.category_code),
        "status_name": STATUS_NAMES[Status(row.status)],
        "kind_name": kind,
        # The line that opened it says what is asked, in the words of the timeline.
        "asked": words(Action(row.action), row.facts, None) or ACTION_NAMES[Action(row.action)],
        "late": row.waits_until is not None and row.waits_until < clock.now(),
    }
