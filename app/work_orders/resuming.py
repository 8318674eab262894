"""恢复办理: what waited goes on before its time, for the reporter's answer as for what it was on the ledger for."""

from app.people.actor import Actor
from app.work_orders import policy, queries, questions
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger_reviews
from app.work_orders.workflow import Action, Status, next_status

GO_ON = {Status.AWAITING_RESIDENT: questions.go_on, Status.ON_LEDGER: ledger_reviews.go_on}


def resume(number: str, actor: Actor, note: str) -> WorkOrder:
    """Whoever has the order, or the office that may, writes down why it need not wait any more."""
    policy.ensure_may(actor, Action.RESUME)
    order = queries.find(number, actor)
    next_status(Status(order.status), Action.RESUME, Status.IN_PROGRESS)
    policy.ensure_in_charge(actor, order, Action.RESUME)
    GO_ON[Status(order.status)](order, actor, note)
    return order
