"""Going back to the rows as they were, so that every slice meets the same tables."""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.rows import ORDER_TABLES
from bench.store import Store


@dataclass
class Baseline:
    """The rows as they are when this is made; ids from `pooled_from` on wait in the pool."""

    store: Store
    pooled_from: int

    def __post_init__(self) -> None:
        self.last = {table: self.store.run(f"SELECT max(id) FROM {table}")[0][0] for table in ORDER_TABLES}

    def restore(self) -> None:
        """Forget what was submitted, and put what was claimed back into the pool."""
        with self.store.writing():
            self.store.run("DELETE FROM idempotency_key")
            for table in _leaves_first():
                self.store.run(f"DELETE FROM {table} WHERE id > %s", self.last[table] or 0)
            self.store.run(
                "UPDATE work_order SET status = 'pooled', assignee_id = NULL, claimed_at = NULL, responded_at = NULL,"
                " step_due_at = sign_due_at, changed_at = created_at WHERE id > %s AND status = 'in_progress'",
                self.pooled_from,
            )


def _leaves_first() -> Iterable[str]:
    return reversed(ORDER_TABLES)
