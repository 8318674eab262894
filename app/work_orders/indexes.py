"""The indexes of an order's own table that are made by a rule."""

from sqlalchemy import Index, text

from app.territory.models import Level
from app.work_orders.workflow import OPEN

OPEN_CONDITION = "status IN ({})".format(", ".join(f"'{status}'" for status in OPEN))

HAS_CONTACT = text("contact IS NOT NULL OR name IS NOT NULL")


def of_levels() -> tuple[Index, ...]:
    """Lists filter by equality on the level of a posting, so each level has the same three indexes."""
    made = []
    for level in Level:
        column = f"{level}_id"
        made += [
            Index(f"ix_work_order_{level}_status", column, "status", "created_at", "id"),
            Index(f"ix_work_order_{level}_changed", column, "changed_at", "id"),
            Index(
                f"ix_work_order_{level}_due",
                column,
                "due_at",
                "id",
                postgresql_where=text(OPEN_CONDITION),
                sqlite_where=text(OPEN_CONDITION),
            ),
        ]
    return tuple(made)


def where_set(column: str) -> Index:
    """An index of the few orders in which the column says something."""
    is_set = text(f"{column} IS NOT NULL")
    return Index(None, column, postgresql_where=is_set, sqlite_where=is_set)
