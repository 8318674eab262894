"""Cursors: where a page ended, as an opaque text. Pages are cut by (time, id), never by counting rows."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from app.errors import field


def pack(at: datetime, row_id: int) -> str:
    micros = round(at.timestamp() * 1_000_000)
    return base64.urlsafe_b64encode(f"{micros}:{row_id}".encode()).decode().rstrip("=")


def unpack(cursor: str | None) -> tuple[datetime, int] | None:
    """The time and id after which the next page begins; a cursor nobody gave out is refused."""
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        micros, row_id = (int(part) for part in raw.split(":"))
        if not 0 <= row_id < 2**63:
            raise ValueError
        return datetime.fromtimestamp(micros / 1_000_000, UTC), row_id
    except (ValueError, binascii.Error, OverflowError, OSError) as error:
        raise field("cursor", "翻页标记无效，请从头刷新列表。") from error


def page(rows: list[Any], limit: int, show: Any, at: str = "created_at") -> dict[str, Any]:
    """Rows were asked for with `limit + 1`; the extra one tells that there is more."""
    shown = rows[:limit]
    more = len(rows) > limit
    cursor = pack(getattr(shown[-1], at), shown[-1].id) if more else None
    return {"items": [show(row) for row in shown], "next_cursor": cursor}
