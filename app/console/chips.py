"""What waits beside an order's status, in a few characters for a chip."""

from app.work_orders.side_records import Kind

WORDS = {
    Kind.ESCALATION_PROPOSAL: "提请吹哨",
    Kind.ESCALATION: "吹哨待报到",
    Kind.DISPUTE: "异议待裁定",
    Kind.EXTENSION: "延期待审批",
    Kind.CATEGORY: "改类别待审批",
    Kind.LEDGER_PROPOSAL: "挂账待审批",
    Kind.TERMINATION: "终止待审批",
    Kind.TRANSFER: "转办待接手",
}
"""Supervision and appeals have chips of their own; what is left out here is not waited for by an office."""


def of(beside: str) -> list[str]:
    """The words for the kinds of open records that an order names."""
    kinds = beside.split(",")
    return [word for kind, word in WORDS.items() if kind in kinds]
