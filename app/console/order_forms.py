"""The forms on an order's page: in which order they stand, and what some of them must know besides the order."""

from collections.abc import Callable, Collection
from typing import Any

from app.console import choices, oversight, upwards
from app.people.actor import Actor
from app.work_orders.kin import merge_candidates
from app.work_orders.models import WorkOrder
from app.work_orders.offices import assisting, ledger, ledger_reviews
from app.work_orders.side_records import Kind

FORMS = (
    "report_in",
    "rule",
    "decide_extension",
    "decide_ledger",
    "decide_termination",
    "accept",
    "sign",
    "contact",
    "note",
    "resolve",
    "ask",
    "resume",
    "refuse",
    "take_back_transfer",
    "reply_supervision",
    "report",
    "return_escalation",
    "review_ledger",
    "clear_supervision",
    "decide_category",
    "send_back",
    "reopen",
    "dispatch",
    "transfer",
    "assist",
    "escalate",
    "decline_escalation",
    "dispute",
    "supervise",
    "urge",
    "propose_ledger",
    "propose_termination",
    "merge",
    "unmerge",
    "split",
    "decline",
    "recategorise",
    "relocate",
    "reveal",
    "confide",
    "recuse",
)
"""Actions with a form of their own on the page, `act_….html`, in the order in which they are shown."""

NEEDS: dict[str, Callable[[WorkOrder, Actor], Any]] = {
    "assist": lambda order, _actor: assisting.choices(order),
    "report": assisting.waiting,
    "dispute": oversight.to_dispute,
    "rule": oversight.disputed,
    "supervise": oversight.to_supervise,
    "reply_supervision": oversight.supervised,
    "clear_supervision": oversight.supervised,
    "escalate": upwards.to_call,
    "decline_escalation": upwards.proposal,
    "report_in": upwards.called,
    "return_escalation": upwards.called,
    "propose_termination": upwards.to_end,
    "decide_termination": upwards.ending,
    "merge": merge_candidates.likely,
    "split": lambda _order, _actor: choices.categories(),
    "propose_ledger": ledger.terms,
    "decide_ledger": ledger.asked,
    "review_ledger": ledger_reviews.due_for,
    "resume": ledger_reviews.why_not_resume,
}
"""What the form of an action shows besides the order itself; its template reads `needs.<action>`."""


def shown(order: WorkOrder, actions: Collection[str]) -> list[str]:
    """The forms of these actions; where a worker proposes a call, answering that comes before all else."""
    found = [verb for verb in FORMS if verb in actions]
    if order.has_open(Kind.ESCALATION_PROPOSAL):
        found.sort(key=lambda verb: verb not in ("escalate", "decline_escalation"))
    return found


def needs(order: WorkOrder, actor: Actor, actions: Collection[str]) -> dict[str, Any]:
    """What the forms of these actions must know."""
    return {verb: ask(order, actor) for verb, ask in NEEDS.items() if verb in actions}
