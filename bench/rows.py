"""A city with its history, made from a seed: what is open hardly grows with the years, what has ended does."""

import base64
import hashlib
import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.work_orders import numbers
from bench.store import Store, packed

GRIDS_OF_COMMUNITY = 5
COMMUNITIES = 10
WORKERS_OF_GRID = 4
ORDERS_OF_RESIDENT = 10
SIGNED_IN = 200
CHUNK = 5_000
POOLED, OPEN_PERMILLE = 3_000, 20
CAP = 100_000
BUILDING, UNIT = "3号楼", "2单元"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DESCRIPTION = "楼道三层到四层之间的照明灯已经坏了一个多星期，晚上老人上下楼看不清台阶，请尽快安排人来更换，谢谢。"
SERIAL = ("territory", "compound", "building", "account", "posting", "access_token", "routing_rule")
ORDER_TABLES = ("work_order", "event", "timer", "reporter", "assignment", "rating", "outbox")

Row = dict[str, Any]


@dataclass(frozen=True)
class Ciphers:
    """One encrypted name, phone and sentence: bulk rows need the size of a cipher, not a new one each."""

    name: bytes
    phone: bytes
    words: bytes


@dataclass
class City:
    """What the load needs to know of the rows: who is signed in, what lies where."""

    residents: list[tuple[int, str]]  # account, token
    workers: dict[int, list[tuple[int, str]]]  # by grid
    compounds: list[str]
    pooled: list[tuple[str, int]]  # number, grid
    reported: list[tuple[str, int]]  # number, account


def token_of(seed: int, account_id: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{seed}:{account_id}".encode()).digest()).decode().rstrip("=")


class Builder:
    """Makes the rows table by table, in chunks, and keeps what the load needs."""

    def __init__(self, store: Store, orders: int, seed: int, ciphers: Ciphers, now: datetime | None = None) -> None:
        self.store, self.orders, self.seed, self.ciphers = store, orders, seed, ciphers
        self.now = (now or datetime.now(UTC)).replace(microsecond=0)
        self.random = random.Random(seed)
        self.rows: defaultdict[str, list[Row]] = defaultdict(list)
        self.ids: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self.pooled_from = orders - min(POOLED + orders // 50, orders // 2)
        self.city = City([], defaultdict(list), [], [], [])
        self.places: list[Row] = []

    def build(self) -> City:
        """Fill the empty tables; returns what the load needs."""
        self._territories()
        self._catalogue()
        self._people()
        self._flush()
        for number in range(self.orders):
            self._order(number)
            if number % CHUNK == CHUNK - 1:
                self._flush()
        self._flush()
        self.store.settle((*SERIAL, *ORDER_TABLES))
        return self.city

    def _add(self, table: str, **values: Any) -> int:
        row_id = next(self.ids[table])
        self.rows[table].append({"id": row_id, **values})
        return row_id

    def _flush(self) -> None:
        for table, rows in self.rows.items():
            self.store.fill(table, [f'"{name}"' for name in rows[0]], (tuple(row.values()) for row in rows))
        self.rows.clear()

    def _public_id(self) -> str:
        return "".join(self.random.choices(ALPHABET, k=22))

    def _territories(self) -> None:
        city = self._territory("city", None, {})
        for district in (self._territory("district", city, city) for _ in range(2)):
            for subdistrict in (self._territory("subdistrict", district, district) for _ in range(2)):
                self.places.append(subdistrict)
        subdistricts = itertools.cycle(self.places)
        self.places = []
        for _ in range(COMMUNITIES):
            above = next(subdistricts)
            community = self._territory("community", above, above)
            for _ in range(GRIDS_OF_COMMUNITY):
                grid = self._territory("grid", community, community)
                self.places.append(grid | {"compound_id": self._compound(community, grid)})

    def _territory(self, level: str, parent: Row | None, above: Row) -> Row:
        levels = ("city", "district", "subdistrict", "community", "grid")
        row_id = len(self.rows["territory"]) + 1
        ids = {f"{one}_id": above.get(f"{one}_id") for one in levels} | {f"{level}_id": row_id}
        self._add(
            "territory", code=f"{level}-{row_id}", level=level, name=f"第{row_id}辖区",
            parent_id=parent[f"{levels[levels.index(level) - 1]}_id"] if parent else None, **ids, changed_at=self.now,
        )  # fmt: skip
        return ids

    def _compound(self, community: Row, grid: Row) -> int:
        public_id = self._public_id()
        row_id = self._add(
            "compound", public_id=public_id, code=f"c{grid['grid_id']}", name="湟岸巷28号院", kind="courtyard",
            community_id=community["community_id"], grid_id=grid["grid_id"], lat=36.6232, lng=101.7641,
        )  # fmt: skip
        units = packed(["1单元", UNIT])
        self._add("building", compound_id=row_id, name=BUILDING, units=units, grid_id=grid["grid_id"])
        self.city.compounds.append(public_id)
        return row_id

    def _catalogue(self) -> None:
        for position, (code, parent, name, class_code) in enumerate(
            (
                ("FACILITY", None, "公共设施", None),
                ("LIGHT", "FACILITY", "照明", "P2"),
                ("NOISE", "FACILITY", "噪声", "P3"),
            )
        ):
            self.rows["category"].append(
                {
                    "code": code, "parent_code": parent, "name": name, "class_code": class_code,
                    "photo_required": code == "LIGHT", "questions": "[]", "position": position, "active": True,
                }
            )  # fmt: skip
        for position, code in enumerate(("LIGHT", "NOISE")):
            self._add(
                "routing_rule", code=code.lower(), name="社区网格员认领", position=position, category_code=code,
                mode="pool", version=1, active=True,
            )  # fmt: skip
        # Workers claim far more in a second here than a person may have at a time.
        self.rows["parameter"].append({"name": "open_orders_per_worker", "value": str(CAP)})

    def _people(self) -> None:
        self.residents = max(self.orders // ORDERS_OF_RESIDENT, 20)
        self.city.residents = [self._account(signed_in=number < SIGNED_IN) for number in range(self.residents)]
        self.city.residents = self.city.residents[:SIGNED_IN]
        for place in self.places:
            for number in range(WORKERS_OF_GRID):
                account_id, token = self._account(signed_in=True)
                self._add(
                    "posting", account_id=account_id, role="grid_worker", territory_id=place["grid_id"],
                    primary=number == 0, started_at=self.now,
                )  # fmt: skip
                self.rows["duty"].append({"account_id": account_id, "on_duty": True, "since": self.now})
                self.city.workers[place["grid_id"]].append((account_id, token))

    def _account(self, *, signed_in: bool) -> tuple[int, str]:
        # Without an openid nobody's text is looked at by WeChat; see the docstring of run.py.
        account_id = self._add(
            "account", public_id=self._public_id(), name=self.ciphers.name, phone=self.ciphers.phone, home_changes="[]",
            is_staff=False, state="active", created_at=self.now,
        )  # fmt: skip
        token = token_of(self.seed, account_id)
        if signed_in:
            self._add(
                "access_token", account_id=account_id, hash=hashlib.sha256(token.encode()).hexdigest(),
                created_at=self.now, expires_at=self.now + timedelta(days=7),
            )  # fmt: skip
        return account_id, token

    def _order(self, number: int) -> None:
        """The oldest have ended, the newest wait in the pool; all of them lie before today, whose numbers stay free."""
        pooled = number >= self.pooled_from
        closed = not pooled and number < self.pooled_from - self.orders * OPEN_PERMILLE // 1000
        hours = 26 + (self.orders - number) * (0.001 if pooled else 0.15)
        at = self.now - timedelta(hours=hours)
        place = self.places[self.random.randrange(len(self.places))]
        resident = self.random.randrange(self.residents) + 1
        worker = None if pooled else self.city.workers[place["grid_id"]][number % WORKERS_OF_GRID][0]
        status = "pooled" if pooled else "closed" if closed else "in_progress"
        row = self._order_row(number + 1, at, place, status, worker)
        order_id = self._add("work_order", **row)
        self._story(order_id, row["number"], at, resident, worker, closed)
        if pooled:
            self.city.pooled.append((row["number"], place["grid_id"]))
        if resident <= SIGNED_IN:
            self.city.reported.append((row["number"], resident))

    def _order_row(self, serial: int, at: datetime, place: Row, status: str, worker: int | None) -> Row:
        body = f"{at.astimezone(numbers.clock.LOCAL):%y%m%d}{serial * 7919 % 1_000_000:06}"
        closed, due_at = status == "closed", at + timedelta(days=3)
        taken = at + timedelta(hours=1) if worker else None
        return {
            "number": f"{numbers.PREFIX}{body}{numbers.check_digit(body)}", "status": status, "version": 1, "round": 1,
            "category_code": "LIGHT", "class_code": "P2", "channel": "phone",
            **{name: place[name] for name in ("city_id", "district_id", "subdistrict_id", "community_id", "grid_id")},
            "lead_unit_id": place["community_id"], "compound_id": place["compound_id"], "building": BUILDING,
            "unit": UNIT, "lat": 36.6232, "lng": 101.7641, "place_text": f"湟岸巷28号院 {BUILDING} {UNIT}",
            "unplaced": False, "description": DESCRIPTION, "answers": "{}", "confidential": False, "emergency": False,
            "unchecked": True, "hidden": True, "assignee_id": worker, "rule_code": "light", "misses": 0,
            "result": "solved" if closed else None, "outcome": "rated" if closed else None,
            "created_at": at, "changed_at": at + timedelta(days=2) if closed else taken or at, "accepted_at": at,
            "claimed_at": taken, "responded_at": taken, "contacted_at": taken if closed else None,
            "resolved_at": at + timedelta(days=1) if closed else None,
            "closed_at": at + timedelta(days=2) if closed else None, "sign_due_at": at + timedelta(hours=6),
            "contact_due_at": at + timedelta(days=1), "due_at": due_at, "original_due_at": due_at,
            "due_provisional": False, "step_due_at": None if worker else at + timedelta(hours=6),
        }  # fmt: skip

    def _story(self, order_id: int, number: str, at: datetime, resident: int, worker: int | None, closed: bool) -> None:
        reporter = self._add(
            "reporter", work_order_id=order_id, account_id=resident, contact=self.ciphers.phone, is_first=True,
            created_at=at,
        )  # fmt: skip
        steps = [step for step in STORY if step[0] in ("submit", "accept") or worker and (closed or step[0] == "claim")]
        for hours, (action, before, after, visible, facts) in enumerate(steps):
            actor = {"submit": resident, "rate": resident, "accept": None, "close": None}.get(action, worker)
            event_id = self._add(
                "event", work_order_id=order_id, public_id=self._public_id(), at=at + timedelta(hours=hours),
                action=action, actor_id=actor, from_status=before, to_status=after, round=1, visible=visible,
                facts=packed(facts), digest=hashlib.sha256(f"{number}{action}".encode()).hexdigest(),
            )  # fmt: skip
            if action in ("contact", "resolve"):
                salt = f"{event_id:032x}"
                self.rows["event_text"].append({"event_id": event_id, "salt": salt, "text": self.ciphers.words})
        self._beside(order_id, at, worker, closed, reporter)

    def _beside(self, order_id: int, at: datetime, worker: int | None, closed: bool, reporter: int) -> None:
        ended = at + timedelta(days=1) if closed else None
        for kind in ("warn_50", "warn_80", "contact", "due", "due_subdistrict", "due_supervision", "claim"):
            # Nothing falls due while the bench runs: no sweep runs beside it.
            due_at = at + timedelta(days=3) if closed else self.now + timedelta(days=30)
            self._add("timer", work_order_id=order_id, kind=kind, round=1, due_at=due_at, fired_at=ended)
        if worker:
            self._add(
                "assignment", work_order_id=order_id, account_id=worker, how="claim", started_at=at, ended_at=ended
            )
        if closed:
            self._add(
                "rating", work_order_id=order_id, round=1, reporter_id=reporter, answered=True, solved="yes",
                satisfied="yes", comment="谢谢", created_at=at + timedelta(days=2),
            )  # fmt: skip
        else:
            self._add(
                "outbox", topic="accepted", work_order_id=order_id, facts="{}", request_id="", created_at=at,
                due_at=at, lease_until=at, attempts=0, done_at=at,
            )  # fmt: skip


STORY: tuple[tuple[str, str | None, str, str, Row], ...] = (
    ("submit", None, "submitted", "reporter", {}),
    ("accept", "submitted", "pooled", "reporter", {"rule": "light", "rule_name": "社区网格员认领", "rule_version": 1}),
    ("claim", "pooled", "in_progress", "reporter", {}),
    ("contact", "in_progress", "in_progress", "internal", {"kind": "call"}),
    ("resolve", "in_progress", "resolved", "reporter", {"result": "solved", "result_name": "已解决"}),
    ("rate", "resolved", "resolved", "reporter", {"answered": True, "solved": "yes", "satisfied": "yes"}),
    ("close", "resolved", "closed", "reporter", {"outcome": "rated", "outcome_name": "已评价"}),
)
