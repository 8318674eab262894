"""What one person sees of the orders, told once in plain words: every list and every single look-up must agree."""

from collections.abc import Iterable
from typing import Any

from app.db import end_reading
from app.errors import NotFound
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Role
from app.work_orders import board, joining, lists, queries
from app.work_orders.board import BoardFilters
from app.work_orders.models import FollowUp, Recusal, Reporter
from app.work_orders.offices.task_records import Task
from app.work_orders.scope import OFFICE
from app.work_orders.workflow import ENDED, OPEN, Status
from tests.work_orders.state_machine.watch import rows_of

MANY = 50


class Sight:
    """One person before all orders."""

    def __init__(self, actor: Actor, rows: Iterable[Any], held: dict[int, set[int]]) -> None:
        self.actor, self.rows, self.me = actor, list(rows), actor.account_id
        reporters, recused = rows_of(Reporter, Reporter.left_at.is_(None)), rows_of(Recusal)
        self.reported = {row.number for row in self.rows if self._is_among(reporters[row.id])}
        self.concerned = {row.number for row in self.rows if self._is_among(recused[row.id])}
        whole = {row.id: row.number for row in self.rows}
        hidden = self.reported | self.concerned
        self.hidden = hidden | {row.number for row in self.rows if whole.get(row.parent_id) in hidden}
        self.owed = rows_of(FollowUp, FollowUp.ended_at.is_(None))
        had = {row.id for row in self.rows if self.me in held.get(row.id, ())}
        had |= {row.parent_id for row in self.rows if row.id in had}
        self.had = {row.number for row in self.rows if row.id in had}
        self.tasks = rows_of(Task, Task.ended_at.is_(None))
        self.home = people.home_compound(self.me)
        self.by_number = {row.number: row for row in self.rows}

    def _is_among(self, records: list[Any]) -> bool:
        return any(record.account_id == self.me for record in records)

    def _at_work(self, *wanted: Any) -> set[str]:
        """Orders for which one of these holds, without those that concern the person."""
        return {row.number for row in self.rows if row.number not in self.hidden and any(one(row) for one in wanted)}

    def _in_office(self, row: Any) -> bool:
        posts = [post for post in self.actor.posts if post.role in OFFICE]
        return any(row._mapping[post.area.column] == post.territory_id for post in posts)

    def _in_grid(self, row: Any) -> bool:
        posts = [post for post in self.actor.posts if post.role is Role.GRID_WORKER]
        return any(
            row.grid_id == post.territory_id or (row.grid_id is None and row.community_id == post.community_id)
            for post in posts
        )

    def _in_hand(self, row: Any) -> bool:
        return bool(row.assignee_id == self.me)

    def _offered(self, row: Any) -> bool:
        return bool(row.offered_to_id == self.me)

    def _for_organisation(self, row: Any) -> bool:
        """Whether an organisation for which the person works on orders leads this one, or is asked to help with it."""
        concerned = {row.lead_organisation_id, *(task.organisation_id for task in self.tasks[row.id])} - {None}
        return bool(concerned & self.actor.organisations(Role.UNIT_WORKER))

    def check(self) -> None:
        self._check_single()
        self._check_worklists()
        self._check_reported()
        end_reading()

    def _check_single(self) -> None:
        seen = self._at_work(self._in_office, self._in_grid, self._in_hand, self._offered, self._for_organisation)
        assert queries.seen_at_work(self.actor, list(self.by_number)) == seen
        assert {number for number in self.by_number if self._finds(queries.find, number)} == seen

    def _finds(self, look_up: Any, number: str) -> bool:
        try:
            return bool(look_up(number, self.actor).number == number)
        except NotFound:
            return False

    def _among(self, numbers: set[str], *statuses: Status) -> set[str]:
        return {number for number in numbers if self.by_number[number].status in statuses}

    def _check_worklists(self) -> None:
        overseen = self._at_work(self._in_office)
        assert numbers(board.page(self.actor, BoardFilters(), per_page=MANY)) == overseen
        assert sum(board.counts(self.actor).values()) == len(self._among(overseen, *OPEN))
        pool = self._among(self._at_work(self._in_grid), Status.POOLED)
        assert numbers(lists.pool(self.actor, None, MANY)) == pool
        now = self._among(self._at_work(self._in_hand, self._offered), *OPEN)
        assert numbers(lists.mine(self.actor, False, None, MANY)) == now
        then = self._among(self._at_work(self._in_hand), Status.RESOLVED, *ENDED)
        assert numbers(lists.mine(self.actor, True, None, MANY)) == then
        if self.actor.has(Role.FOLLOW_UP_OFFICER):
            owed = {row.number for row in self.rows if self.owed[row.id]} & overseen
            assert numbers(lists.follow_ups(self.actor, 1, MANY)) == owed - self.had

    def _check_reported(self) -> None:
        assert numbers(lists.reported(self.actor, "all", None, MANY)) == self.reported
        found = {number for number in self.by_number if self._finds(queries.find_reported, number)}
        assert found == self.reported
        if self.home is not None:
            around = {row.number for row in self.rows if is_around(row, self.home)}
            near = around - self.reported - self.concerned
            shown = numbers(lists.neighbourhood(self.actor, None, MANY))
            assert shown == self._among(near, *OPEN, Status.RESOLVED)
            joinable = {number for number in self.by_number if self._finds(joining.find, number)}
            assert joinable == near | self.reported


def is_around(row: Any, home: Any) -> bool:
    """Whether neighbours may know of it; nobody reported a part by itself."""
    return bool(row.compound_id == home and not row.confidential and row.parent_id is None)


def numbers(rows: Iterable[Any]) -> set[str]:
    return {row.number for row in rows}
