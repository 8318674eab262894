"""What offices do with each other, a row for each thing: they quarrel, call, watch, wait, merge, split and help."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import db
from app.simulation.deed import Case, Deed
from app.simulation.sight import TASK
from app.work_orders import queries, resuming
from app.work_orders.kin import merge_candidates, merging, splitting, unmerging
from app.work_orders.kin.splitting import Part
from app.work_orders.models import WorkOrder
from app.work_orders.offices import (
    assisting,
    disputes,
    escalations,
    ledger,
    ledger_reviews,
    supervision,
    task_records,
    termination,
    unit_choices,
)
from app.work_orders.offices.ledger_terms import CAUSES
from app.work_orders.side_records import Kind
from app.work_orders.workflow import ACTIVE, Action, Status

PARTS = (("LIGHT", "先修楼道的灯"), ("WASTE", "再清走堆放的垃圾"), ("PM", "请物业修好门禁"))


def _in(days: tuple[int, int]) -> Callable[[Case], date]:
    return lambda one: clock.today() + timedelta(days=one.town.lots.randint(*days))


SOON, LATER = _in((2, 6)), _in((4, 20))


def _order(one: Case) -> WorkOrder:
    return db.session.scalars(select(WorkOrder).where(WorkOrder.id == one.sight.id)).one()


def _rule(one: Case) -> Any:
    """Two times of three the unit was right, and somebody else of those who can be chosen gets it."""
    units = unit_choices.choices(queries.find(one.number, one.actor), one.actor)
    upheld = bool(units) and one.one_of((True, True, False))
    unit = one.one_of(tuple(units)).value if upheld else ""
    return disputes.rule(one.number, one.actor, upheld, "按职责清单办理。", unit)


def _assist(one: Case) -> Any:
    free = tuple(choice.code for choice in assisting.choices(_order(one)) if not choice.is_asked)
    return assisting.assist(one.number, one.actor, one.one_of(free or ("none",)), "请派人一起到现场。")


def _report(one: Case) -> Any:
    waiting = tuple(task.public_id for task in task_records.open_ones(_order(one)))
    outcome = one.one_of(("done", "done", "done", "progress", "not_done"))
    return assisting.report(one.number, one.actor, one.one_of(waiting or ("none",)), outcome, "已经到现场处理。")


def _merge(one: Case) -> Any:
    likely = merge_candidates.likely(_order(one), one.actor)
    target = one.one_of(tuple(likely)).into if likely else one.number
    return merging.merge(one.number, one.actor, target, "同一件事")


def _split(one: Case) -> Any:
    chosen = one.town.lots.sample(PARTS, one.town.lots.randint(1, 2))
    return splitting.split(one.number, one.actor, [Part(*part) for part in chosen], "要分头办理")


S = Status

QUARRELLING = [
    Deed(Action.DISPUTE, "unit", (S.POOLED, S.IN_PROGRESS), 0.015, (0.5, 6), lambda one: disputes.dispute(
        one.number, one.actor, "不属于本社区的职责", "请上级指定")),
    Deed(Action.RULE, "above", Kind.DISPUTE, 0.8, (0.5, 9), _rule, steady=True),
    Deed(Action.PROPOSE_ESCALATION, "holder", (S.IN_PROGRESS,), 0.02, (1, 12), lambda one: escalations.propose(
        one.number, one.actor, one.one_of(tuple(escalations.KINDS)), "已经上门劝阻三次", "请上级派人")),
    Deed(Action.ESCALATE, "unit", Kind.ESCALATION_PROPOSAL, 0.7, (0.3, 6), lambda one: escalations.escalate(
        one.number, one.actor, "cannot_solve", "社区已协调两次", "请街道协助"), steady=True),
    Deed(Action.DECLINE_ESCALATION, "unit", Kind.ESCALATION_PROPOSAL, 0.2, (0.5, 6), lambda one: escalations.decline(
        one.number, one.actor, "先再约一次住户"), steady=True),
    Deed(Action.ESCALATE, "unit", (S.IN_PROGRESS,), 0.01, (4, 30), lambda one: escalations.escalate(
        one.number, one.actor, one.one_of(tuple(escalations.KINDS)), "社区没有执法权", "请街道派人")),
    Deed(Action.REPORT_IN, "above", Kind.ESCALATION, 0.75, (0.5, 10), lambda one: escalations.report_in(
        one.number, one.actor, "街道派人一起到场。", "街道城管办", SOON(one)), steady=True),
    Deed(Action.RETURN_ESCALATION, "above", Kind.ESCALATION, 0.15, (0.5, 8), lambda one: escalations.give_back(
        one.number, one.actor, "社区可以自己处理")),
]  # fmt: skip

WATCHING = [
    Deed(Action.SUPERVISE, "above", ACTIVE, 0.008, (5, 40), lambda one: supervision.supervise(
        one.number, one.actor, one.one_of(tuple(supervision.LEVELS)), SOON(one), "请抓紧办理")),
    Deed(Action.REPLY_SUPERVISION, "unit", Kind.SUPERVISION, 0.7, (1, 12), lambda one: supervision.reply(
        one.number, one.actor, "已经安排，本周办完。"), steady=True),
    Deed(Action.CLEAR_SUPERVISION, "supervisor", Kind.SUPERVISION, 0.7, (8, 40), lambda one: supervision.clear(
        one.number, one.actor, "已经核实"), steady=True),
]  # fmt: skip

WAITING = [
    Deed(Action.PROPOSE_LEDGER, "holder", (S.IN_PROGRESS,), 0.015, (3, 30), lambda one: ledger.propose(
        one.number, one.actor, one.one_of(tuple(CAUSES)), "等天气转暖后施工", "马书记", LATER(one), "一时办不成")),
    Deed(Action.DECIDE_LEDGER, "above", Kind.LEDGER_PROPOSAL, 0.85, (1, 14), lambda one: ledger.decide(
        one.number, one.actor, one.one_of((True, True, True, False)), "同意按计划推进。"), steady=True),
    Deed(Action.REVIEW_LEDGER, "above", Kind.LEDGER, 0.3, (20, 60), lambda one: ledger_reviews.review(
        one.number, one.actor, LATER(one), "条件还不具备")),
    Deed(Action.RESUME, "holder", Kind.LEDGER, 0.3, (10, 70), lambda one: resuming.resume(
        one.number, one.actor, "材料到了")),
    Deed(Action.PROPOSE_TERMINATION, "unit", (S.IN_PROGRESS,), 0.006, (6, 40), lambda one: termination.propose(
        one.number, one.actor, one.one_of(tuple(termination.CAUSES)), "这件事要到法院解决，请您备好材料。")),
    Deed(Action.DECIDE_TERMINATION, "above", Kind.TERMINATION, 0.8, (1, 14), lambda one: termination.decide(
        one.number, one.actor, one.one_of((True, False)), "经核实"), steady=True),
]  # fmt: skip

TOGETHER = [
    Deed(Action.MERGE, "unit", (S.POOLED, S.IN_PROGRESS), 0.05, (0.5, 10), _merge),
    Deed(Action.UNMERGE, "unit", Kind.MERGE, 0.1, (2, 40), lambda one: unmerging.unmerge(
        one.number, one.actor, "不是同一件事")),
    Deed(Action.SPLIT, "unit", (S.IN_PROGRESS,), 0.008, (1, 12), _split),
    Deed(Action.ASSIST, "unit", (S.IN_PROGRESS,), 0.02, (1, 12), _assist),
    Deed(Action.REPORT, "above", TASK, 0.4, (2, 20), _report, steady=True, again=0.5),
    Deed(Action.REPORT, "unit", TASK, 0.9, (14, 60), _report, steady=True, again=0.9),
]  # fmt: skip

OFFICE_DEEDS: tuple[Deed, ...] = (*QUARRELLING, *WATCHING, *WAITING, *TOGETHER)
