"""Deeds that make one of two orders, two of one, and parts of a whole."""

from app.work_orders.kin import merging, splitting, unmerging
from app.work_orders.kin.splitting import Part
from app.work_orders.workflow import Action
from tests.work_orders.state_machine.deeds import CATEGORIES, Case, Deed


def other(one: Case) -> str:
    """Another order to merge into; while there is none, the order itself, which is refused."""
    return one.one_of([number for number in one.others if number != one.number] or [one.number])


def parts(one: Case) -> list[Part]:
    return [Part(CATEGORIES[(one.pick + step) % len(CATEGORIES)], "请办这一部分") for step in range(1 + one.pick % 2)]


DEEDS = [
    Deed(Action.MERGE, "manager", lambda one: merging.merge(one.number, one.actor, other(one), "同一件事")),
    Deed(Action.UNMERGE, "manager", lambda one: unmerging.unmerge(one.number, one.actor, "不是同一件事")),
    Deed(Action.SPLIT, "manager", lambda one: splitting.split(one.number, one.actor, parts(one), "分开办")),
]
