"""What an outbox row tells about an order: ids and words of templates, nothing personal."""

from typing import TYPE_CHECKING, Any

from app import clock
from app.notifications import outbox
from app.work_orders import catalogue, wide_place
from app.work_orders.side_records import KIND_NAMES, Kind, SideRecord
from app.work_orders.workflow import STATUS_NAMES, Action, Status

if TYPE_CHECKING:
    from app.work_orders.models import WorkOrder

RESULT_NAMES = {
    "solved": "已解决",
    "partly_solved": "部分解决",
    "explained_not_solvable": "已解释，暂无法解决",
    "no_answer": "联系不上",
    "answered": "已答复",
}

CHANNEL_NAMES = {
    "phone": "居民手机",
    "desk": "移动办公桌",
    "door": "上门走访",
    "patrol": "巡查",
    "phone_call": "居民来电",
    "visit": "居民来访",
}
"""How an order came in: by a resident's own phone, or through somebody who reported for them."""

TOLD: dict[Action, tuple[str, ...]] = {
    Action.SUBMIT: ("submitted", "accepted"),
    Action.ACCEPT: ("accepted", "assistance_asked"),
    Action.DECLINE: ("declined", "assistance_cancelled"),
    Action.CLAIM: ("claimed",),
    Action.DISPATCH: ("assigned", "ladder", "accepted"),
    Action.ASSIGN: ("assigned", "ladder", "accepted"),
    Action.SIGN: ("signed",),
    Action.LAPSE: ("returned_to_pool",),
    Action.REFUSE: ("refused", "assigned", "ladder"),
    Action.RECALL: ("released", "returned_to_pool", "assigned", "ladder"),
    Action.APPEAL: ("appealed",),
    Action.ASK: ("asked",),
    Action.ANSWER: ("answered", "released", "assigned", "ladder"),
    Action.RESUME: ("resumed", "released", "assigned", "ladder", "ledger_unreviewed"),
    Action.CONTACT: ("contacted",),
    Action.ARRIVE: ("arrived",),
    Action.NOTE: ("noted",),
    Action.RELEASE: ("released", "assigned"),
    Action.TRANSFER: ("transfer_offered",),
    Action.ACCEPT_TRANSFER: ("transferred",),
    Action.DECLINE_TRANSFER: ("transfer_declined",),
    Action.TAKE_BACK_TRANSFER: ("transfer_taken_back",),
    Action.EXTEND: ("extension_asked",),
    Action.DECIDE_EXTENSION: ("extended", "extension_refused"),
    Action.RECATEGORISE: ("recategorised", "category_proposed"),
    Action.DECIDE_CATEGORY: ("recategorised", "category_refused"),
    Action.RELOCATE: ("relocated", "submitted", "accepted", "assistance_cancelled"),
    Action.ASSIST: ("assistance_asked",),
    Action.REPORT: ("assistance_reported",),
    Action.DISPUTE: ("disputed",),
    Action.RULE: ("dispute_upheld", "dispute_rejected", "submitted", "accepted"),
    Action.PROPOSE_ESCALATION: ("escalation_proposed",),
    Action.ESCALATE: ("escalated",),
    Action.DECLINE_ESCALATION: ("escalation_declined",),
    Action.REPORT_IN: ("reported_in", "assistance_asked"),
    Action.RETURN_ESCALATION: ("escalation_returned",),
    Action.PROPOSE_LEDGER: ("ledger_proposed",),
    Action.DECIDE_LEDGER: ("put_on_ledger", "ledger_refused"),
    Action.REVIEW_LEDGER: ("ledger_renewed",),
    Action.SUPERVISE: ("supervised",),
    Action.REPLY_SUPERVISION: ("supervision_answered",),
    Action.CLEAR_SUPERVISION: ("supervision_cleared",),
    Action.PROPOSE_TERMINATION: ("termination_proposed",),
    Action.DECIDE_TERMINATION: ("terminated", "termination_refused"),
    Action.MERGE: ("merged",),
    Action.ABSORB: ("absorbed",),
    Action.UNMERGE: ("unmerged", "ladder"),
    Action.SPLIT: ("split", "submitted", "accepted"),
    Action.PART: ("part_ended",),
    Action.RECUSE: ("recused",),
    Action.CONFIDE: ("made_confidential",),
    Action.REVEAL: (),
    Action.URGE: ("urged", "urged_again"),
    Action.REPLY: ("urge_answered",),
    Action.JOIN: ("joined",),
    Action.LEAVE: ("left",),
    Action.RESOLVE: ("resolved",),
    Action.SETTLE: ("resolved", "assistance_cancelled"),
    Action.AMEND: ("amended",),
    Action.SEND_BACK: ("sent_back",),
    Action.RATE: ("rated",),
    Action.FOLLOW_UP: ("follow_up_owed",),
    Action.CLOSE: ("closed",),
    Action.REWORK: ("rework", "assigned"),
    Action.REOPEN: ("reopened", "assigned", "ladder"),
    Action.WITHDRAW: ("withdrawn", "lapsed", "assistance_cancelled", "unmerged", "ladder"),
    Action.EXPIRE: (
        "lapsed",
        "extension_refused",
        "urge_unanswered",
        "assistance_late",
        "accepted",
        "dispute_rejected",
        "escalation_unanswered",
        "ledger_refused",
        "termination_refused",
        "supervision_risen",
    ),
    Action.WARN: ("warned",),
    Action.OVERDUE: ("overdue", "overdue_subdistrict"),
}
"""Which topics of the outbox each action may owe; its effects and the order's status decide which of them it does."""


def owe(topic: str, order: "WorkOrder", **more: Any) -> None:
    """Owe the people concerned word of this change, in the running transaction."""
    outbox.owe(topic, order.id, facts(order) | more)


def owe_lapsed(order: "WorkOrder", record: SideRecord) -> None:
    """Owe whoever waited for an answer word that there will be none; to a period on the ledger nobody waits for one."""
    if record.kind == Kind.LEDGER:
        return
    owe("lapsed", order, waiting_id=record.by_id, asked_id=record.to_id, kind_name=KIND_NAMES[Kind(record.kind)])


def facts(order: "WorkOrder") -> dict[str, Any]:
    return {
        "number": order.number,
        "category": catalogue.name_of(order.category_code),
        "place": _place(order),
        "public_place": wide_place.to_building(order.place_text, order.unit),
        "class": order.class_code,
        "status": order.status,
        "status_name": STATUS_NAMES[Status(order.status)],
        "round": order.round,
        "due_at": clock.iso(order.due_at),
        "sign_due_at": clock.iso(order.sign_due_at),
        "contact_due_at": clock.iso(order.contact_due_at),
        "step_due_at": clock.iso(order.step_due_at),
        "city_id": order.city_id,
        "district_id": order.district_id,
        "subdistrict_id": order.subdistrict_id,
        "community_id": order.community_id,
        "grid_id": order.grid_id,
        "lead_unit_id": order.lead_unit_id,
        "assignee_id": order.assignee_id,
        "result": order.result,
        "result_name": RESULT_NAMES.get(order.result or ""),
        "emergency": order.emergency,
    }


def _place(order: "WorkOrder") -> str:
    """Messages lie on phones and at WeChat, so of a confidential order they tell no door."""
    if not order.confidential:
        return order.place_text
    return wide_place.to_compound(order.place_text, order.building, order.unit)
