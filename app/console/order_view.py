"""An order as the console shows it: the detail, who had it, its limits explained, and who could take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from app.console import between_offices, chips, choices, order_forms, oversight
from app.db import db
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.notifications import inbox
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Account, Role
from app.territory.queries import names as place_names
from app.work_orders import (
    assignment,
    catalogue,
    custody,
    due_dates,
    due_reasons,
    follow_up,
    lateness,
    moves,
    queries,
    recusal,
)
from app.work_orders import candidates as choice
from app.work_orders.detail import detail
from app.work_orders.facts import RESULT_NAMES
from app.work_orders.handling import CONTACT_KINDS
from app.work_orders.intake import DECLINE_REASONS
from app.work_orders.kin import kinship
from app.work_orders.lateness import To
from app.work_orders.models import Assignment, Rating, WorkOrder
from app.work_orders.offices import deciding, ledger_terms
from app.work_orders.side_records import Kind, find_open
from app.work_orders.workflow import ACTION_NAMES, ACTIVE, OPEN, STATUS_NAMES, Action, Status

LATE_NAMES = {To.PERSON: "", To.UNIT: "（无人承办）", To.APPROVER: "（延期未审批）"}


@dataclass(frozen=True)
class Limit:
    """One of the order's limits: when, since when it is met, and why it falls where it falls."""

    name: str
    due_at: datetime
    met_at: datetime | None
    why: list[str]


CHOICES = {
    "decline_reasons": DECLINE_REASONS,
    "refuse_reasons": assignment.REFUSE_REASONS,
    "contact_kinds": CONTACT_KINDS,
    "results": RESULT_NAMES,
}
"""What forms let people choose from, whatever the order."""


def of(number: str, actor: Actor) -> dict[str, Any]:
    """All that the order's page shows to this person; raises NotFound for foreign and absent alike."""
    shown = detail(number, actor)
    order = shown.order
    return {
        "shown": shown,
        "order": order,
        "status_name": STATUS_NAMES[Status(order.status)],
        "category": catalogue.name_of(order.category_code),
        "questions": catalogue.answered(order.category_code, order.answers),
        "result_name": RESULT_NAMES.get(order.result or ""),
        "is_open": order.status in OPEN,
        "appealed": order.has_open(Kind.APPEAL),
        "is_running": order.status in ACTIVE,
        "limits": _limits(order),
        "holders": _holders(order),
        "late": _late(order),
        "ledger": ledger_terms.standing(order),
        "between_offices": between_offices.matters(order, {line.action for line in shown.lines}),
        "ratings": _ratings(order),
        "told": inbox.told_about(order.number, custody.reporters(order)),
        "offered_name": people.names([order.offered_to_id]).get(order.offered_to_id or 0),
        "colleagues": choice.colleagues(order, actor) if "transfer" in shown.actions else (),
        "candidates": assignment.candidates(order, actor) if "dispatch" in shown.actions else (),
        "staff": recusal.choosable(order) if "recuse" in shown.actions else (),
        "supervised": oversight.supervised(order, actor) if order.has_open(Kind.SUPERVISION) else None,
        "waiting_words": chips.of(order.beside),
        "recused": people.names(queries.recused_accounts(order.id)).values(),
        "categories": choices.categories() if "recategorise" in shown.actions else (),
        "compounds": choices.compounds(actor) if "relocate" in shown.actions else (),
        "proposed": _proposed(order) if "decide_category" in shown.actions else None,
        "forms_shown": order_forms.shown(order, shown.actions),
        "kin": kinship.of(order, actor),
        "needs": order_forms.needs(order, actor, shown.actions),
        **CHOICES,
        "photo_required": catalogue.requires_photo(order.category_code),
        "extension": _extension(order, actor) if "decide_extension" in shown.actions else None,
        "owed": follow_up.find_open(order),
        "may_follow_up": _may_follow_up(order, actor),
    }


def _proposed(order: WorkOrder) -> str | None:
    """The category that is proposed and waits for a decision."""
    record = find_open(order, Kind.CATEGORY)
    return catalogue.name_of(record.facts["category"]) if record else None


@dataclass(frozen=True)
class Asked:
    """More time that somebody asked for: how much, until when it is decided, and why not by this person."""

    amount: str
    would_be: datetime
    until: datetime | None
    why_not: str


def _extension(order: WorkOrder, actor: Actor) -> Asked | None:
    record = find_open(order, Kind.EXTENSION)
    if record is None or order.due_at is None:
        return None
    limit = moves.limit_of(record.facts)
    would_be = calendar().due(order.due_at, limit)
    return Asked(
        limit.text, would_be, record.due_at, deciding.why_not(deciding.EXTENSION, record.unit_id, record.by_id, actor)
    )


def _limits(order: WorkOrder) -> list[Limit]:
    steps = (
        (Step.SIGN, order.sign_due_at, order.responded_at),
        (Step.CONTACT, order.contact_due_at, order.contacted_at),
        (Step.RESOLVE, order.due_at, order.resolved_at),
    )
    return [Limit(step.label, due, met, _why(order, step, due)) for step, due, met in steps if due is not None]


def _why(order: WorkOrder, step: Step, due: datetime) -> list[str]:
    """In words, how the limit was counted and what moved it."""
    if step is Step.RESOLVE:
        return [reason.text for reason in due_reasons.reasons(order)]
    limit = limits()[ServiceClass(order.class_code), step]
    if calendar().due(order.created_at, limit) != due:
        return ["时限在办理中重新确定过。"]
    return [calendar().in_words(order.created_at, limit)]


def _holders(order: WorkOrder) -> list[tuple[Row[Any], str]]:
    """Everyone who had the order, and how it came to them."""
    rows = db.session.execute(
        select(Account.name, Assignment.how, Assignment.started_at, Assignment.ended_at)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.work_order_id == order.id)
        .order_by(Assignment.id)
    )
    return [(row, ACTION_NAMES[Action(row.how)]) for row in rows]


def _late(order: WorkOrder) -> list[tuple[str, int]]:
    """(whose, minutes) of the overdue time; nothing is asked for an order that never was late."""
    if order.due_at is None or (order.round == 1 and not order.overdue_at and not due_dates.is_overdue(order)):
        return []
    shares = lateness.by_holder(order)
    named = people.names(share.holder.id for share in shares if share.holder.to is To.PERSON)
    places = place_names({share.holder.id for share in shares if share.holder.to is not To.PERSON and share.holder.id})
    told: dict[str, int] = {}
    for share in shares:
        name = named.get(share.holder.id or 0, "") or places.get(share.holder.id or 0, "")
        whose = f"{name}{LATE_NAMES[share.holder.to]}"
        told[whose] = told.get(whose, 0) + share.minutes
    # Between a command's two writes lies a moment that nobody needs to read about.
    return [(whose, minutes) for whose, minutes in told.items() if minutes]


def _ratings(order: WorkOrder) -> Sequence[Row[Any]]:
    columns = (Rating.round, Rating.answered, Rating.solved, Rating.satisfied, Rating.comment, Rating.created_at)
    return db.session.execute(select(*columns).where(Rating.work_order_id == order.id).order_by(Rating.id)).all()


def _may_follow_up(order: WorkOrder, actor: Actor) -> bool:
    """Whether to offer it: by role and place, and never to somebody who held or reported the order."""
    if not actor.scope(Role.FOLLOW_UP_OFFICER).covers(order):
        return False
    return not custody.ever_held(order, actor.account_id) and not custody.is_reporter(order, actor.account_id)
