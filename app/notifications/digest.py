"""今日待办: who has had today's digest. One row for each person and day decides, however many processes ask."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.db import db
from app.notifications.models import Digest

KEPT = timedelta(days=30)


def decided(day: date) -> set[int]:
    """The people for whom the day's digest was told, or left out because there was nothing to tell."""
    return set(db.session.scalars(select(Digest.account_id).where(Digest.day == day)))


def take(account_id: int, day: date, now: datetime) -> bool:
    """Decide it in the running transaction; False when somebody else has."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(Digest).values(account_id=account_id, day=day, decided_at=now).on_conflict_do_nothing()
    # What the row count of such an insert says depends on the database; what it returns does not.
    return db.session.scalar(row.returning(Digest.account_id)) is not None


def forget_old(now: datetime) -> None:
    """Delete the rows of past months, in the running transaction."""
    old = delete(Digest).where(Digest.day < clock.local(now - KEPT).date())
    db.session.execute(old, execution_options={"synchronize_session": False})
