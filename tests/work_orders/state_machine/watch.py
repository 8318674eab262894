"""The model: what every order was like last, and what must be true of any change and at any moment."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.deadlines.timers import Timer
from app.work_orders.limits_passed import HANDLERS
from app.work_orders.models import Assignment, FollowUp, Recusal, Reporter, WorkOrder
from app.work_orders.offices.termination import TERMINATED
from app.work_orders.side_records import LIVES_IN, Kind, SideRecord
from app.work_orders.timeline import Event
from app.work_orders.workflow import ACTIVE, ENDED, OPEN, PAUSED, TRANSITIONS, Action, Status

IN_HAND = (Status.ASSIGNED, Status.IN_PROGRESS)
STEPS = {Status.SUBMITTED: ("accept", "appeal"), Status.POOLED: ("claim",), Status.ASSIGNED: ("sign",)}
BY_ITSELF = {"step_due_at", "version"}
"""What the sweep may change without a line: it looks again later when there is nobody to give the order to."""


def moves_due(line: Any) -> bool:
    """Whether this line of the timeline may give an accepted order another due date."""
    return {
        Action.ANSWER: True,
        Action.RESUME: True,
        Action.REWORK: True,
        Action.REOPEN: True,
        Action.ABSORB: True,
        Action.SPLIT: True,
        Action.DECIDE_EXTENSION: line.facts.get("approved") is True,
        Action.RULE: line.facts.get("upheld") is True,  # What waits for the resident waits no more.
        Action.RECATEGORISE: line.facts.get("step") == "applied",
        Action.DECIDE_CATEGORY: line.facts.get("step") == "approved",
    }.get(Action(line.action), False)


def rows_of(model: Any, *conditions: Any) -> dict[int, list[Any]]:
    """Rows of a table by the order they belong to."""
    found: dict[int, list[Any]] = defaultdict(list)
    statement = select(*model.__table__.columns).where(*conditions).order_by(model.id)
    for row in db.session.execute(statement):
        found[row.work_order_id].append(row)
    return found


class Watch:
    """All orders as they were when they were last looked at."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        self.lines: dict[int, list[Any]] = {}
        self.held: dict[int, set[int]] = {}
        self._last_line = 0

    def look(self, *, swept: bool = False) -> dict[str, list[Any]]:
        """Look again; returns the new lines of each order. Whatever changed must have changed as it may."""
        before, rows = self.rows, db.session.execute(select(*WorkOrder.__table__.columns)).all()
        new = rows_of(Event, Event.id > self._last_line)
        self._last_line = max([self._last_line, *(line.id for lines in new.values() for line in lines)])
        self.rows = {row.number: row for row in rows}
        assert before.keys() <= self.rows.keys()
        for row in rows:
            self._check_change(before.get(row.number), row, new[row.id], BY_ITSELF if swept else set())
        self._check_now(swept)
        end_reading()
        return {row.number: new[row.id] for row in rows}

    def _check_change(self, before: Any, row: Any, new: list[Any], allowed: set[str]) -> None:
        lines = self.lines.setdefault(row.id, [])
        for line in new:
            self._check_line(lines[-1] if lines else None, line)
            lines.append(line)
        assert (lines[-1].to_status, lines[-1].round) == (row.status, row.round)
        if before is None:
            return
        assert new or {name for name in row._fields if row._mapping[name] != before._mapping[name]} <= allowed
        if row.due_at != before.due_at and before.due_at is not None:
            movers = [Action(line.action) for line in new if moves_due(line)]
            assert movers
            only_later = {*movers} <= {Action.ANSWER, Action.RESUME, Action.RULE, Action.DECIDE_EXTENSION}
            # What was merged into it during a pause may be due earlier once the pause is over.
            only_later = only_later and not any(line.action == Action.ABSORB for line in lines)
            assert row.due_at > before.due_at or not only_later
        if before.original_due_at is not None and row.original_due_at != before.original_due_at:
            assert any(line.facts.get("step") in ("applied", "approved") for line in new)
        self._check_own_work(row, new)

    def _check_line(self, former: Any, line: Any) -> None:
        """Each line begins where the one before ended, and goes one of the ways that there are."""
        way, start = TRANSITIONS[Action(line.action)], former and former.to_status
        assert line.from_status == start
        assert (Status(start) if start else None) in way.sources
        stays = not way.targets or way.may_stay
        assert line.to_status in way.targets or (stays and line.to_status == start)
        is_new_round = Action(line.action) in (Action.REWORK, Action.REOPEN)
        assert line.round == (former.round if former else 1) + is_new_round

    def _check_own_work(self, row: Any, new: list[Any]) -> None:
        """Nobody verifies what they once had in their own hands."""
        verifiers = {line.actor_id for line in new if line.action in (Action.FOLLOW_UP, Action.SEND_BACK)}
        assert verifiers.isdisjoint(self.held.get(row.id, set()))

    def _check_now(self, swept: bool) -> None:
        """What is true of every order at any moment."""
        assignments, records, reporters = rows_of(Assignment), rows_of(SideRecord), rows_of(Reporter)
        recused, follow_ups = rows_of(Recusal), rows_of(FollowUp, FollowUp.ended_at.is_(None))
        timers = rows_of(Timer, Timer.fired_at.is_(None))
        assert {timer.kind for of_order in timers.values() for timer in of_order} <= HANDLERS.keys()
        check_kin(list(self.rows.values()))
        for row in self.rows.values():
            self.held[row.id] = {one.account_id for one in assignments[row.id]}
            check_hands(row, [one for one in assignments[row.id] if one.ended_at is None])
            check_beside(row, [one for one in records[row.id] if one.ended_at is None])
            check_people(row, reporters[row.id], {one.account_id for one in recused[row.id]})
            waiting = [one for one in timers[row.id] if one.round == row.round]
            check_steps(row, waiting, follow_ups[row.id], self.lines[row.id])
            check_limits(row, waiting, swept)
        if swept:
            now = clock.now()
            assert [one for of_order in timers.values() for one in of_order if one.due_at <= now] == []


def check_hands(row: Any, current: list[Any]) -> None:
    """At most one person has an order, and both places where that is written say the same."""
    assert len(current) <= 1
    if row.status in OPEN:
        assert [one.account_id for one in current] == [one for one in [row.assignee_id] if one is not None]
    else:
        assert current == []
    # What was ended without a result is in nobody's hands any more.
    answers_for_it = (*IN_HAND, Status.RESOLVED, *([] if row.outcome == TERMINATED else [Status.CLOSED]))
    assert (row.assignee_id is not None) or row.status not in answers_for_it
    assert row.assignee_id is None or row.status not in (Status.SUBMITTED, Status.POOLED, Status.DECLINED)


def check_beside(row: Any, records: list[Any]) -> None:
    """What waits for an answer is written on the order too, and waits only where it has a place."""
    kinds = [Kind(record.kind) for record in records]
    assert row.beside == ",".join(sorted(kinds))
    assert all(row.status in LIVES_IN[kind] for kind in kinds)
    offered = [record.to_id for record in records if record.kind == Kind.TRANSFER]
    assert row.offered_to_id == (offered[0] if offered else None)
    is_paused = row.status in PAUSED
    assert ((row.paused_at is not None), (row.paused_from is not None)) == (is_paused, is_paused)
    assert (row.status == Status.AWAITING_RESIDENT) == (Kind.QUESTION in kinds)


def check_kin(rows: list[Any]) -> None:
    """An order waits for exactly its parts that go on, and what is merged is so into one that may still settle it."""
    by_id = {row.id: row for row in rows}
    for row in rows:
        going_on = [one for one in rows if one.parent_id == row.id and one.status not in ENDED]
        assert row.open_parts == len(going_on)
        assert not going_on or row.status in OPEN
        assert (row.status == Status.MERGED) == (row.merged_into_id is not None)
        if row.merged_into_id is not None:
            target = by_id[row.merged_into_id]
            assert target.absorbed
            assert target.merged_into_id is None
            assert target.status not in (Status.WITHDRAWN, Status.DECLINED)
        if row.parent_id is not None:
            whole = by_id[row.parent_id]
            assert whole.parent_id is None
            assert row.confidential or not whole.confidential or row.status in ENDED


def check_people(row: Any, reporters: list[Any], recused: set[int]) -> None:
    """Whoever reported an order or is concerned by it has it not; one answers for it as its reporter."""
    present = [one for one in reporters if one.left_at is None]
    firsts = 0 if row.parent_id is not None else 1
    assert sum(one.is_first for one in present) == firsts
    assert sum(one.is_first for one in reporters) == firsts
    assert not any(one.is_first and one.came_from_id for one in reporters)
    barred = {*recused, *(one.account_id for one in present)}
    assert row.offered_to_id is None or row.offered_to_id not in barred
    assert row.assignee_id is None or row.assignee_id not in barred or row.status not in OPEN


def check_steps(row: Any, waiting: list[Any], follow_ups: list[Any], lines: list[Any]) -> None:
    """Whatever waits for somebody has a way out that needs nobody."""
    due = {(timer.kind, timer.due_at) for timer in waiting}
    if row.status in STEPS:
        has_ended = any(line.facts.get("step") in ("ladder_ended", "line_ended") for line in lines)
        ends = any((kind, row.step_due_at) in due for kind in STEPS[Status(row.status)])
        assert ends or (row.step_due_at is None and row.status == Status.ASSIGNED and has_ended)
    elif row.status == Status.AWAITING_RESIDENT:
        assert ("answer", row.step_due_at) in due
    kinds = {kind for kind, _ in due}
    assert len(follow_ups) <= 1
    assert not follow_ups or (row.status in (Status.RESOLVED, Status.CLOSED) and "follow_up_end" in kinds)
    assert row.status != Status.RESOLVED or follow_ups or "rate" in kinds


def check_limits(row: Any, waiting: list[Any], swept: bool) -> None:
    """The due date is set once the order is accepted; what runs is watched, and what is late is said to be."""
    assert (row.due_at is None) == (row.accepted_at is None) == (row.original_due_at is None)
    assert row.accepted_at is not None or row.status not in (Status.POOLED, *IN_HAND, Status.RESOLVED, Status.CLOSED)
    if row.status not in ACTIVE or row.due_at is None:
        return
    if row.due_at > clock.now():
        assert ("due", row.due_at) in {(timer.kind, timer.due_at) for timer in waiting}
        assert row.overdue_at is None
    elif swept:
        assert row.overdue_at == row.due_at
