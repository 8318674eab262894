"""What people do with the ledger: propose, decide, review; going on is a deed of every pause."""

from datetime import timedelta
from typing import Any

from app import clock
from app.work_orders import resuming
from app.work_orders.offices import ledger, ledger_reviews
from app.work_orders.offices.ledger_terms import CAUSES
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action
from tests.work_orders.state_machine.deeds import Case, Deed


def propose(one: Case) -> Any:
    review_on = clock.today() + timedelta(days=1 + one.pick % 12)
    cause = one.one_of(tuple(CAUSES))
    return ledger.propose(one.number, one.actor, cause, "等条件具备再施工", "马书记", review_on, "一时办不成")


def review(one: Case) -> Any:
    review_on = clock.today() + timedelta(days=1 + one.pick % 12)
    return ledger_reviews.review(one.number, one.actor, review_on, "还要再等")


DEEDS = [
    Deed(Action.PROPOSE_LEDGER, "holder", propose),
    Deed(Action.PROPOSE_LEDGER, "manager", propose),
    Deed(Action.DECIDE_LEDGER, "superior", lambda one: ledger.decide(
        one.number, one.actor, one.pick % 4 > 0, "按此办理"), Kind.LEDGER_PROPOSAL),
    Deed(Action.REVIEW_LEDGER, "superior", review, Kind.LEDGER),
    Deed(Action.RESUME, "manager", lambda one: resuming.resume(one.number, one.actor, "条件具备了"), Kind.LEDGER),
]  # fmt: skip
