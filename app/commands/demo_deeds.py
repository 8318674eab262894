"""What people of the demo do to an order: each deed calls its room, as a door would."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import db
from app.people.actor import Actor
from app.people.models import Account, Role
from app.work_orders import assignment, extensions, follow_up, handling, intake, questions, rating, resolution
from app.work_orders.kin import merging, splitting
from app.work_orders.models import WorkOrder
from app.work_orders.offices import (
    assisting,
    disputes,
    escalations,
    ledger,
    supervision,
    task_records,
    termination,
)

Step = dict[str, Any]


def _in_days(step: Step) -> date:
    """The day that a plan or a review names, counted from the deed itself."""
    return clock.today() + timedelta(days=step["days"])


def _dispatch(number: str, actor: Actor, step: Step) -> None:
    public_id = db.session.scalar(select(Account.public_id).where(Account.openid == step["worker"]))
    assignment.dispatch(number, actor, public_id or "", step["reason"])


def _report(number: str, actor: Actor, step: Step) -> None:
    """An organisation is done with the task that it has of the order."""
    order = db.session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one()
    own = actor.organisations(Role.PARTNER, Role.UNIT_WORKER)
    task = next(one for one in task_records.open_ones(order) if one.organisation_id in own)
    assisting.report_own(task.public_id, actor, step["note"], done=True)


def _split(number: str, actor: Actor, step: Step) -> None:
    parts = [splitting.Part(one["category"], one["description"]) for one in step["parts"]]
    splitting.split(number, actor, parts, step["reason"])


DEEDS: dict[str, Callable[[str, Actor, Step], object]] = {
    "accept": lambda number, actor, _: intake.accept(number, actor),
    "decline": lambda number, actor, step: intake.decline(number, actor, step["reason"], step["note"]),
    "withdraw": lambda number, actor, step: intake.withdraw(number, actor, step["reason"]),
    "claim": lambda number, actor, _: assignment.claim(number, actor),
    "dispatch": _dispatch,
    "sign": lambda number, actor, _: assignment.sign(number, actor),
    "refuse": lambda number, actor, step: assignment.refuse(number, actor, step["reason"], step["note"]),
    "release": lambda number, actor, step: assignment.release(number, actor, step["reason"]),
    "contact": lambda number, actor, step: handling.contact(number, actor, step["kind"], step.get("note", "")),
    "arrive": lambda number, actor, _: handling.arrive(number, actor, None),
    "note": lambda number, actor, step: handling.note(
        number, actor, step["note"], visible_to_resident=step.get("visible_to_resident", False)
    ),
    "ask": lambda number, actor, step: questions.ask(number, actor, step["question"]),
    "report": _report,
    "extend": lambda number, actor, step: extensions.ask(number, actor, step["amount"], step["reason"]),
    "resolve": lambda number, actor, step: resolution.resolve(
        number, actor, step["result"], step["note"], step["photo_ids"]
    ),
    "rate": lambda number, actor, step: rating.rate(
        number,
        actor,
        answered=step["answered"],
        solved=step["solved"],
        satisfied=step["satisfied"],
        comment=step.get("comment"),
    ),
    "attempt": lambda number, actor, step: follow_up.attempt(number, actor, step["note"]),
    "conclude": lambda number, actor, step: follow_up.conclude(number, actor, step["outcome"], step["note"]),
    "assist": lambda number, actor, step: assisting.assist(number, actor, step["unit"], step["what"]),
    "propose_escalation": lambda number, actor, step: escalations.propose(
        number, actor, step["kind"], step["tried"], step["reason"]
    ),
    "escalate": lambda number, actor, step: escalations.escalate(
        number, actor, step["kind"], step["tried"], step["reason"]
    ),
    "report_in": lambda number, actor, step: escalations.report_in(
        number, actor, step["note"], step["person"], _in_days(step)
    ),
    "propose_ledger": lambda number, actor, step: ledger.propose(
        number, actor, step["cause"], step["plan"], step["leader"], _in_days(step), step["reason"]
    ),
    "decide_ledger": lambda number, actor, step: ledger.decide(number, actor, step["approved"], step["note"]),
    "dispute": lambda number, actor, step: disputes.dispute(number, actor, step["reason"], step["suggestion"]),
    "supervise": lambda number, actor, step: supervision.supervise(
        number, actor, step["level"], _in_days(step), step["reason"]
    ),
    "propose_termination": lambda number, actor, step: termination.propose(
        number, actor, step["cause"], step["reason"]
    ),
    "merge": lambda number, actor, step: merging.merge(number, actor, step["into"], step["reason"]),
    "split": _split,
}
