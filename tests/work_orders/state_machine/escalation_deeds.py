"""Calling the office above, and ending what cannot be carried on, as people in the town do it."""

from datetime import timedelta

from app import clock
from app.work_orders.offices import escalations, termination
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action
from tests.work_orders.state_machine.deeds import Case, Deed

KINDS, CAUSES = tuple(escalations.KINDS), tuple(termination.CAUSES)
SAID = ("已上门劝阻", "请派人来")


def report_in(one: Case) -> object:
    until = clock.today() + timedelta(days=1 + one.pick % 5)
    return escalations.report_in(one.number, one.actor, "派人协助", "中队长", until)


DEEDS = [
    Deed(Action.PROPOSE_ESCALATION, "holder", lambda one: escalations.propose(
        one.number, one.actor, one.one_of(KINDS), *SAID)),
    Deed(Action.ESCALATE, "unit", lambda one: escalations.escalate(
        one.number, one.actor, one.one_of(KINDS), *SAID)),
    Deed(Action.DECLINE_ESCALATION, "unit", lambda one: escalations.decline(
        one.number, one.actor, "再约一次"), Kind.ESCALATION_PROPOSAL),
    Deed(Action.REPORT_IN, "superior", report_in, Kind.ESCALATION),
    Deed(Action.RETURN_ESCALATION, "superior", lambda one: escalations.give_back(
        one.number, one.actor, "社区有权处理"), Kind.ESCALATION),
    Deed(Action.PROPOSE_TERMINATION, "unit", lambda one: termination.propose(
        one.number, one.actor, one.one_of(CAUSES), "请走法定途径")),
    Deed(Action.DECIDE_TERMINATION, "superior", lambda one: termination.decide(
        one.number, one.actor, one.pick % 3 > 0, "情况属实"), Kind.TERMINATION),
]  # fmt: skip
