"""Every figure counted a second time: all rows of the city in plain lists, and loops over them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.deadlines.timers import Timer
from app.statistics.sources import Window
from app.work_orders import lateness
from app.work_orders.models import FollowUp, Rating, Recusal, Reporter, WorkOrder
from app.work_orders.side_records import SideRecord
from app.work_orders.timeline import Event

MODELS = (WorkOrder, Event, Reporter, Rating, FollowUp, SideRecord, Timer, Recusal)


def everything() -> dict[str, list[Any]]:
    """All rows, the oldest first."""
    found = {}
    for model in MODELS:
        columns = [column.key for column in model.__table__.columns if column.key not in ("address", "contact", "name")]
        rows = db.session.execute(select(*(getattr(model, name) for name in columns)).order_by(model.id))
        found[model.__name__] = [SimpleNamespace(**row._mapping) for row in rows]
    end_reading()
    return found


@dataclass
class Recount:
    """One place, one period, one person who looks."""

    rows: dict[str, list[Any]]
    window: Window

    def __post_init__(self) -> None:
        self.actor, place = self.window.actor, self.window.place
        self.start, self.until = self.window.period.start_at, self.window.period.until
        own = {
            r.work_order_id for r in self.rows["Reporter"] if r.account_id == self.actor.account_id and not r.left_at
        }
        own |= {r.work_order_id for r in self.rows["Recusal"] if r.account_id == self.actor.account_id}
        posts = [post for post in self.actor.posts if post.role in ("manager", "auditor")]
        self.orders = {
            order.id: order
            for order in self.rows["WorkOrder"]
            if getattr(order, place.column) == place.id
            and order.id not in own
            and any(getattr(order, post.area.column) == post.territory_id for post in posts)
            and order.parent_id is None
        }
        self.now = clock.now()
        self.by_order: dict[tuple[str, int], list[Any]] = {}
        for name in ("Event", "Reporter", "Rating", "FollowUp", "SideRecord", "Timer"):
            for row in self.rows[name]:
                self.by_order.setdefault((name, row.work_order_id), []).append(row)

    def within(self, moment: Any) -> bool:
        return moment is not None and self.start <= moment < self.until

    def of(self, name: str, order: Any) -> list[Any]:
        return self.by_order.get((name, order.id), [])

    def lines(self, order: Any, *actions: str, round: int | None = None) -> list[Any]:
        return [line for line in self.of("Event", order) if line.action in actions and round in (None, line.round)]

    def finishes(self, order: Any) -> list[Any]:
        """The last line of each round, if it is one of settling."""
        last = {}
        for line in self.lines(order, "resolve", "settle", "send_back"):
            last[line.round] = line
        return [line for line in last.values() if line.action != "send_back"]

    def first_finish(self, order: Any) -> Any:
        return next((line for line in self.finishes(order) if line.round == 1), None)

    def is_spot(self, order: Any) -> bool:
        return bool(self.lines(order, "settle"))

    def stood(self, order: Any, moment: Any) -> bool:
        if order.status in ("awaiting_resident", "on_ledger"):
            return order.paused_at > moment
        if order.status in ("declined", "withdrawn", "merged"):
            return (order.closed_at or order.changed_at) >= moment
        return True

    def due_orders(self) -> list[Any]:
        return [
            order
            for order in self.orders.values()
            if self.within(order.original_due_at)
            and not self.is_spot(order)
            and self.stood(order, order.original_due_at)
        ]

    def counts(self) -> dict[str, tuple[Counter, Counter, Fraction | None]]:
        """Of each figure: orders behind the numerator, behind the denominator, and a weighted numerator."""
        parts: dict[str, Any] = {}
        for counted in (self._rates, self._due, self._finished, self._intake, self._offices, self._ledger):
            parts |= counted()
        return {code: (*value, None)[:3] for code, value in parts.items()}

    def _rates(self) -> dict[str, Any]:
        asked, answered, solved, satisfied = Counter(), Counter(), Counter(), Counter()
        points = {"solved": Fraction(0), "satisfied": Fraction(0)}
        for order in self.orders.values():
            for line in self.finishes(order):
                for reporter in self.of("Reporter", order):
                    is_asked = reporter.created_at <= line.at and not (reporter.left_at and reporter.left_at <= line.at)
                    if not self.within(line.at) or not is_asked:
                        continue
                    asked[order.id] += 1
                    for word in self.of("Rating", order):
                        if (word.round, word.reporter_id) != (line.round, reporter.id):
                            continue
                        answered[order.id] += 1
                        solved[order.id] += word.solved == "yes"
                        points["solved"] += word.solved == "yes"
                        gave_up = any(
                            f.outcome == "not_followed_up" and f.round == line.round for f in self.of("FollowUp", order)
                        )
                        worth = {"yes": Fraction(1), "mostly": Fraction(6, 10), "no": Fraction(0)}[word.satisfied]
                        points["satisfied"] += 0 if gave_up else worth
                        satisfied[order.id] += not gave_up and worth > 0
        return {
            "response": self._response(),
            "answered": (answered, asked),
            "solved": (+solved, answered, points["solved"]),
            "satisfied": (+satisfied, answered, points["satisfied"]),
        }

    def _response(self) -> tuple[Counter, Counter]:
        met, of = Counter(), Counter()
        for order in self.orders.values():
            if not self.within(order.created_at) or order.accepted_at is None or self.is_spot(order):
                continue
            first = self.lines(order, "contact", round=1)
            timers = [one.due_at for one in self.of("Timer", order) if one.kind == "contact" and one.round == 1]
            due = order.contact_due_at if order.round == 1 else timers[-1]
            if first or (due < self.now and self.stood(order, due)):
                of[order.id] += 1
                met[order.id] += bool(first) and first[0].at <= due
        return +met, of

    def _due(self) -> dict[str, Any]:
        due = self.due_orders()
        of = Counter(order.id for order in due)
        in_time, finished, extended, reworked = [], [], [], []
        for order in due:
            end = self.first_finish(order)
            if end is not None:
                finished.append(order.id)
                if end.at <= order.original_due_at:
                    in_time.append(order.id)
            if any(r.kind == "extension" and r.outcome == "approved" for r in self.of("SideRecord", order)):
                extended.append(order.id)
            if self.lines(order, "rework"):
                reworked.append(order.id)
        now_due = [
            order
            for order in self.orders.values()
            if self.within(order.due_at) and not self.is_spot(order) and self.stood(order, order.due_at)
        ]
        kept = Counter(
            order.id
            for order in now_due
            if [line for line in self.finishes(order) if line.round == order.round and line.at <= order.due_at]
        )
        return {
            "on_time": (Counter(in_time), of),
            "finished": (Counter(finished), of),
            "extension": (Counter(extended), of),
            "rework": (Counter(reworked), of),
            "on_time_extended": (kept, Counter(order.id for order in now_due)),
        }

    def _finished(self) -> dict[str, Any]:
        ended = [
            order
            for order in self.orders.values()
            if not self.is_spot(order) and (end := self.first_finish(order)) and self.within(end.at)
        ]
        of = Counter(order.id for order in ended)
        return {
            "first_time": (
                Counter(o.id for o in ended if not self.lines(o, "send_back", "rework", "reopen")),
                of,
            ),
            "reopen": (Counter(o.id for o in ended if self.lines(o, "reopen")), of),
            "repeat": (Counter(o.id for o in self._reported() if self._is_repeated(o)), self._ids(self._reported())),
        }

    def _ids(self, orders: list[Any]) -> Counter:
        return Counter(order.id for order in orders)

    def _reported(self) -> list[Any]:
        return [order for order in self.orders.values() if self.within(order.created_at)]

    def _is_repeated(self, order: Any) -> bool:
        def who(one: Any) -> set[int]:
            return {r.account_id for r in self.of("Reporter", one) if r.is_first and r.account_id is not None}

        return any(
            timedelta() < order.created_at - other.created_at <= timedelta(days=90)
            and (other.compound_id, other.category_code) == (order.compound_id, order.category_code)
            and who(order) & who(other)
            for other in self.rows["WorkOrder"]
        )

    def _intake(self) -> dict[str, Any]:
        reported = self._reported()
        accepted = [order for order in self.orders.values() if self.within(order.accepted_at)]
        spot, ends, back, out, upheld = Counter(), Counter(), Counter(), Counter(), Counter()
        for order in self.orders.values():
            for line in self.finishes(order):
                ends[order.id] += self.within(line.at)
                spot[order.id] += self.within(line.at) and line.action == "settle"
            for line in self.of("Event", order):
                is_out = line.action in ("claim", "dispatch", "assign")
                is_out |= (line.action, line.to_status) == ("accept", "assigned")
                out[order.id] += self.within(line.at) and is_out
                back[order.id] += self.within(line.at) and line.action in ("refuse", "release", "dispute")
            upheld[order.id] += sum(
                r.kind == "dispute" and r.outcome == "upheld" and self.within(r.opened_at)
                for r in self.of("SideRecord", order)
            )
        return {
            "accepted": (self._ids([o for o in reported if o.accepted_at is not None]), self._ids(reported)),
            "spot": (+spot, +ends),
            "given_back": (+back, +out),
            "misroute": (+upheld, self._ids(accepted)),
        }

    def _records(self, kind: str, *, begun: bool = True) -> list[Any]:
        """Those that somebody opened in the period; with `begun=False` those too that the house handed on."""
        risen = {line.id for line in self.rows["Event"] if line.action == "expire"} if begun else set()
        return [
            record
            for order in self.orders.values()
            for record in self.of("SideRecord", order)
            if record.kind == kind and self.within(record.opened_at) and record.opened_event_id not in risen
        ]

    def _too_late(self, record: Any) -> bool:
        """By its first date, which the line of the timeline that moved it on leaves no doubt about."""
        end = record.ended_event_id or 10**9
        moved = [
            line
            for line in self.by_order["Event", record.work_order_id]
            if line.action == "expire"
            and line.facts.get("kind") == record.kind
            and record.opened_event_id < line.id < end
        ]
        return bool(moved) or record.due_at < (record.ended_at or self.now)

    def _answered(self, kind: str, outcome: str) -> tuple[Counter, Counter]:
        records = self._records(kind)
        of = Counter(r.work_order_id for r in records if r.outcome == outcome or self._too_late(r))
        met = Counter(r.work_order_id for r in records if r.outcome == outcome and not self._too_late(r))
        return met, of

    def _offices(self) -> dict[str, Any]:
        of = Counter(r.work_order_id for r in self._records("escalation"))
        sent = self._records("escalation", begun=False)
        return {
            "urge_answered": self._answered("urge", "answered"),
            "supervision_on_time": self._answered("supervision", "cleared"),
            "reported_in": self._answered("escalation", "reported_in"),
            "escalation_returned": (Counter(r.work_order_id for r in sent if r.outcome == "returned"), of),
            "solved_below": (Counter(r.work_order_id for r in sent if r.outcome == "solved_below"), of),
        }

    def _ledger(self) -> dict[str, Any]:
        """A stay lasts from the first record to the last, however often it was renewed in between."""
        found: dict[str, Counter] = {name: Counter() for name in ("opening", "added", "cleared", "closing", "renewed")}
        for order in self.orders.values():
            stays: list[list[Any]] = []
            for record in (one for one in self.of("SideRecord", order) if one.kind == "ledger"):
                if stays and stays[-1][-1].outcome == "renewed":
                    stays[-1].append(record)
                else:
                    stays.append([record])
            for stay in stays:
                begin, end = stay[0].opened_at, stay[-1].ended_at
                found["opening"][order.id] += begin < self.start and (end is None or end >= self.start)
                found["added"][order.id] += self.within(begin)
                found["cleared"][order.id] += self.within(end)
                found["closing"][order.id] += begin < self.until and (end is None or end >= self.until)
                found["renewed"][order.id] += sum(self.within(one.ended_at) for one in stay[:-1])
        return {f"ledger_{name}": (+counter, None) for name, counter in found.items()}

    def spans(self) -> dict[str, list[timedelta]]:
        spans: dict[str, list[timedelta]] = {"claim_time": [], "contact_time": [], "resolve_time": []}
        for order in self.orders.values():
            if self.is_spot(order):
                continue
            ends = {
                "claim_time": order.claimed_at,
                "contact_time": next((line.at for line in self.lines(order, "contact")), None),
                "resolve_time": getattr(self.first_finish(order), "at", None),
            }
            for name, end in ends.items():
                if self.within(end):
                    spans[name].append(end - order.created_at)
        return {name: sorted(found) for name, found in spans.items()}


def minutes_at(order_id: int, moment: Any) -> Counter:
    """Whose the overdue minutes of an order were until a moment, by a clock that stands there."""
    order = db.session.get(WorkOrder, order_id)
    with clock.at(moment):
        found = Counter({share.holder: share.minutes for share in lateness.by_holder(order)})
    end_reading()
    return found
