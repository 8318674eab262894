"""What the month knows of an order after each change, taken from the very row that was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from app.work_orders.models import FollowUp, WorkOrder

FOLLOW_UP = "follow_up"
"""Stands among the kinds while a follow-up is owed, though that has a table of its own."""
TASK = "task"
"""So does this while another unit was asked to help and has not reported."""


@dataclass(frozen=True)
class Sight:
    """An order as it was last written."""

    id: int
    number: str
    status: str
    round: int
    assignee_id: int | None
    offered_to_id: int | None
    kinds: frozenset[str]
    is_urgent: bool
    category_code: str
    grid_id: int | None
    community_id: int | None
    lead_unit_id: int | None
    compound_id: int | None
    merged_into_id: int | None
    is_open_to_neighbours: bool

    @property
    def stage(self) -> tuple[str, int, int | None]:
        """While this stays the same, what people meant to do with the order still makes sense."""
        return self.status, self.round, self.assignee_id

    @classmethod
    def of(cls, order: WorkOrder, *, is_followed_up: bool) -> "Sight":
        """What stands in the row now."""
        kinds = {*filter(None, order.beside.split(",")), *([FOLLOW_UP] if is_followed_up else [])}
        kinds |= {TASK} if order.open_tasks else set()
        return cls(
            id=order.id,
            number=order.number,
            status=order.status,
            round=order.round,
            assignee_id=order.assignee_id,
            offered_to_id=order.offered_to_id,
            kinds=frozenset(kinds),
            is_urgent=order.class_code in ("P0", "P1"),
            category_code=order.category_code,
            grid_id=order.grid_id,
            community_id=order.community_id,
            lead_unit_id=order.lead_unit_id,
            compound_id=order.compound_id,
            merged_into_id=order.merged_into_id,
            is_open_to_neighbours=not (order.confidential or order.hidden or order.unchecked),
        )


class Watch:
    """Orders that were written since somebody last asked, and those that are followed up."""

    def __init__(self) -> None:
        self._written: dict[int, WorkOrder] = {}
        self._owed: dict[int, FollowUp] = {}

    def news(self) -> list[Sight]:
        """What has changed, in the order of the rows."""
        written = sorted(self._written.items())
        self._written.clear()
        return [Sight.of(order, is_followed_up=self._is_owed(order_id)) for order_id, order in written]

    def forget(self) -> None:
        """What was written was given up with its transaction."""
        self._written.clear()

    def _is_owed(self, order_id: int) -> bool:
        owed = self._owed.get(order_id)
        return owed is not None and owed.ended_at is None

    def _note(self, _mapper: Any, _connection: Any, order: WorkOrder) -> None:
        self._written[order.id] = order

    def _note_owed(self, _mapper: Any, _connection: Any, owed: FollowUp) -> None:
        self._owed[owed.work_order_id] = owed


@contextmanager
def watching() -> Iterator[Watch]:
    """See every order and follow-up that is written meanwhile."""
    watch = Watch()
    listened = [
        (model, name, note)
        for model, note in ((WorkOrder, watch._note), (FollowUp, watch._note_owed))
        for name in ("after_insert", "after_update")
    ]
    for one in listened:
        event.listen(*one)
    try:
        yield watch
    finally:
        for one in listened:
            event.remove(*one)
