"""今日待办: what waits in a manager's area, told once each working morning."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import case, func, select, text

from app import clock, parameters
from app.db import db
from app.deadlines.hours import microseconds
from app.deadlines.queries import calendar
from app.notifications import digest, outbox
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Role
from app.work_orders import board, due_dates, scope
from app.work_orders.indexes import OPEN_CONDITION
from app.work_orders.models import FollowUp, WorkOrder
from app.work_orders.workflow import OPEN, STATUS_NAMES

AT = ("digest_at", "08:30")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """What waits in one area: open orders by status, how many of them are late or due today, follow-ups owed."""

    by_status: dict[str, int]
    overdue: int
    due_today: int
    follow_ups: int

    def __bool__(self) -> bool:
        return bool(self.by_status or self.follow_ups)

    def in_words(self) -> str:
        """One sentence; what there is none of is left out."""
        open_ones = [f"{STATUS_NAMES[one]}{self.by_status[one]}件" for one in OPEN if self.by_status.get(one)]
        pressing = [f"{name}{number}件" for name, number in self._pressing() if number]
        return "您辖区现有：" + "；".join(filter(None, ("、".join(open_ones), "、".join(pressing)))) + "。"

    def _pressing(self) -> tuple[tuple[str, int], ...]:
        return (("已超期", self.overdue), ("今天到期", self.due_today), ("待回访", self.follow_ups))


def to_tell(now: datetime) -> list[int]:
    """The managers who should have today's digest and have it not; nobody outside of a working day's hours.

    Whoever took up the post later than this morning begins tomorrow.
    """
    begins = _begins(now)
    if begins is None:
        return []
    decided = digest.decided(clock.local(now).date())
    return [account_id for account_id in people.holders_anywhere(Role.MANAGER, begins) if account_id not in decided]


def _begins(now: datetime) -> datetime | None:
    """Since when today's digest may be told; None when it may not."""
    local = clock.local(now)
    begins = datetime.combine(local.date(), _at(), local.tzinfo)
    is_time = begins <= local and microseconds(local) < calendar().hours.closes
    return begins if is_time and calendar().is_working_day(local.date()) else None


def _at() -> time:
    try:
        return time.fromisoformat(parameters.value(*AT))
    except ValueError:
        return time.fromisoformat(AT[1])


def tell(account_id: int, now: datetime) -> bool:
    """Owe one manager the digest of today in the running transaction; False when it was decided, or nothing waits."""
    if not digest.take(account_id, clock.local(now).date(), now):
        return False
    actor = people.actor_of(account_id)
    manager = replace(actor, posts=tuple(post for post in actor.posts if post.role is Role.MANAGER))
    found = waiting(manager, now)
    if found:
        outbox.owe("digest", None, {"manager_id": account_id, "summary": found.in_words()})
    return bool(found)


def waiting(manager: Actor, now: datetime) -> Waiting:
    """Count it in three statements, each of which an index answers."""
    late, soon = _due(manager, now)
    return Waiting(board.counts(manager), late, soon, _follow_ups(manager))


def _due(manager: Actor, now: datetime) -> tuple[int, int]:
    """How many open orders are overdue, and how many are due in what is left of the day."""
    midnight = datetime.combine(clock.local(now).date() + ONE_DAY, time.min, clock.LOCAL)
    late = func.coalesce(func.sum(case((WorkOrder.due_at < now, 1), else_=0)), 0)
    # Written out, since a database takes an index of a part of the rows only for a condition that it can read.
    are_open = text(f"work_order.{OPEN_CONDITION}")
    near = WorkOrder.due_at < midnight
    statement = select(func.count(), late).where(scope.overseen_by(manager), are_open, near, due_dates.counts())
    all_of_them, overdue = db.session.execute(statement).one()
    return overdue, all_of_them - overdue


def _follow_ups(manager: Actor) -> int:
    owed = select(func.count()).select_from(FollowUp).join(WorkOrder, WorkOrder.id == FollowUp.work_order_id)
    return db.session.scalar(owed.where(FollowUp.ended_at.is_(None), scope.overseen_by(manager))) or 0
