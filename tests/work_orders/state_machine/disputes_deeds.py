"""Disputing an order, ruling on that, and supervising it."""

from datetime import timedelta
from typing import Any

from app import clock
from app.work_orders import queries
from app.work_orders.offices import disputes, supervision, unit_choices
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action
from tests.work_orders.state_machine.deeds import Case, Deed

WITHIN_DAYS = (0, 1, 3, 10)


def rule(one: Case) -> Any:
    """Upheld two times of three, to any unit that the ruler may choose."""
    units = unit_choices.choices(queries.find(one.number, one.actor), one.actor)
    upheld = one.pick % 3 > 0 and bool(units)
    return disputes.rule(one.number, one.actor, upheld, "按此办理", one.one_of(units).value if upheld else "")


def supervise(one: Case) -> Any:
    level, days = one.one_of(tuple(supervision.LEVELS)), one.one_of(WITHIN_DAYS)
    return supervision.supervise(one.number, one.actor, level, clock.today() + timedelta(days=days), "请抓紧")


DEEDS = [
    Deed(Action.DISPUTE, "unit", lambda one: disputes.dispute(one.number, one.actor, "不属于本社区", "别的社区")),
    Deed(Action.RULE, "superior", rule, Kind.DISPUTE),
    Deed(Action.SUPERVISE, "superior", supervise),
    Deed(
        Action.REPLY_SUPERVISION,
        "holder",
        lambda one: supervision.reply(one.number, one.actor, "正在办理"),
        Kind.SUPERVISION,
    ),
    Deed(
        Action.REPLY_SUPERVISION,
        "unit",
        lambda one: supervision.reply(one.number, one.actor, "正在办理"),
        Kind.SUPERVISION,
    ),
    Deed(
        Action.CLEAR_SUPERVISION,
        "superior",
        lambda one: supervision.clear(one.number, one.actor, "已核实"),
        Kind.SUPERVISION,
    ),
]
