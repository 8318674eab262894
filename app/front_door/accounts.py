"""Who can be played in the demo, from the file that it wrote for this machine."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.people.models import ROLE_NAMES, Role

MOST = 3
Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Accounts:
    """A few people of each kind; managers all have the same password."""

    residents: Rows = ()
    workers: Rows = ()
    partners: Rows = ()
    managers: Rows = ()
    more_managers: Rows = ()
    password: str = ""


def read(path: Path) -> Accounts:
    """The demo's people; nobody while the file is not written or not whole."""
    try:
        return _accounts(json.loads(path.read_text(encoding="utf8")))
    except (OSError, ValueError, LookupError, TypeError):
        return Accounts()


def _accounts(found: dict[str, Any]) -> Accounts:
    workers = tuple(found["workers"][:MOST])
    nearest = {one["community"] for one in workers}
    managers = _by_username(found["managers"])
    shown = tuple(one for one in managers if one["territory_name"] in nearest) or managers[:MOST]
    return Accounts(
        residents=tuple(found["residents"][:MOST]),
        workers=workers,
        partners=tuple(found.get("partners", ())[:MOST]),
        managers=shown,
        more_managers=tuple(one for one in managers if one not in shown),
        password=managers[0]["password"] if managers else "",
    )


def _by_username(rows: list[dict[str, Any]]) -> Rows:
    """One entry for each account, with all that it is posted to at its first place."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        title = ROLE_NAMES[Role(row["role"])]
        known = found.setdefault(row["username"], row | {"titles": []})
        known["titles"] += [title] if title not in known["titles"] else []
    return tuple(found.values())
