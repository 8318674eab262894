"""The two commands of the bare version, inside the transaction that the door has begun."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from app.deadlines.calendar import WorkingCalendar
from app.deadlines.holidays_source import known_year
from app.deadlines.hours import Hours
from app.deadlines.limits import Limit, ServiceClass, Step, Unit, default_limits
from bench import shown, statements
from bench.asked import Asked, Kept, Person, Refused
from bench.rows import ALPHABET, CAP
from bench.shown import Order
from bench.store import packed

UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
PHONE = re.compile("1[0-9]{10}")
CLAIM_LIMIT = {"P2": Limit(4, Unit.WORKING_HOURS), "P3": Limit(1, Unit.WORKING_DAYS)}
AFTER_DUE = {"due_subdistrict": Limit(1, Unit.WORKING_DAYS), "due_supervision": Limit(3, Unit.WORKING_DAYS)}


def public_id() -> str:
    """22 characters of 59: one random number, cut into digits."""
    number = secrets.randbits(136)
    digits = []
    for _ in range(22):
        number, digit = divmod(number, 59)
        digits.append(ALPHABET[digit])
    return "".join(digits)


def order_number(now: datetime) -> str:
    """XN, the city's date, six random digits, and Luhn's check digit."""
    body = f"{now.astimezone(shown.CITY):%y%m%d}{secrets.randbelow(1_000_000):06}"
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"XN{body}{-total % 10}"


def clean(text: Any, most: int) -> str:
    """Text of a person, as the service's shapes read it."""
    if not isinstance(text, str):
        raise Refused("422 Unprocessable Content")
    text = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(text) <= most or UNREADABLE.search(text):
        raise Refused("422 Unprocessable Content")
    return text


class Writing:
    """Submit and claim, over what the process keeps."""

    def __init__(self, kept: Kept) -> None:
        self.kept, self.store = kept, kept.store
        self.run, self.moment = kept.store.run, kept.store.moment
        self.calendar = WorkingCalendar(Hours(), known_year)
        self.limits = default_limits()

    def submit(self, asked: Asked, person: Person, body: dict[str, Any]) -> dict[str, Any]:
        """A new order, accepted into its grid's pool."""
        description, phone = clean(body["description"], 5000), clean(body["contact_phone"], 20)
        building, unit, code = clean(body["building"], 40), clean(body["unit"], 40), body["category"]
        found = self.run(statements.PLACE, building, clean(body["compound_id"], 22))
        if not found or code not in self.kept.categories or not PHONE.fullmatch(phone):
            raise Refused("422 Unprocessable Content")
        place = found[0]
        if unit not in self.store.read_json(place[5]):
            raise Refused("422 Unprocessable Content")
        order, timers = self._new_order(asked.now, code, place, building, unit)
        order_id = self._write_order(order, place, description)
        contact, at = self.kept.fernet.encrypt(phone.encode()), self.moment(asked.now)
        self.run(statements.NEW_REPORTER, order_id, person.id, contact, True, at)
        self._accept(order_id, order, timers, asked, person)
        rule_name = self.kept.rules[code][1]
        self._owe("accepted", order_id, order, (*place[7:], place[6] or place[4], place[10]), asked, rule=rule_name)
        return shown.brief(order, self.kept.categories[code], shown.OWN_ACTIONS["pooled"])

    def _new_order(
        self, now: datetime, code: str, place: Sequence[Any], building: str, unit: str
    ) -> tuple[Order, dict[str, datetime]]:
        class_code = self.kept.categories[code].class_code or ""
        due = self.calendar.due
        sign, contact, resolve = (self.limits[ServiceClass(class_code), step] for step in Step)
        due_at = due(now, resolve)
        timers = {
            "warn_50": due(now, resolve.share(0.5)),
            "warn_80": due(now, resolve.share(0.8)),
            "contact": due(now, contact),
            "due": due_at,
            **{kind: due(due_at, limit) for kind, limit in AFTER_DUE.items()},
            "claim": due(now, CLAIM_LIMIT[class_code]),
        }
        order = Order(
            order_number(now), "pooled", class_code, code, " ".join((place[1], building, unit)), building, unit, None,
            place[2], place[3], False, now, due_at, due(now, sign), timers["contact"], 1, False, False, True, None, 1,
            None, timers["claim"],
        )  # fmt: skip
        return order, timers

    def _write_order(self, order: Order, place: Sequence[Any], description: str) -> int:
        at, due_at = self.moment(order.created_at), self.moment(order.due_at)
        years = {moment.astimezone(shown.CITY).year for moment in (order.created_at, order.due_at)}
        provisional = any(self.calendar.is_provisional(year) for year in years)
        span = self.limits[ServiceClass(order.class_code), Step.RESOLVE].code
        waits_until = self.moment(order.step_due_at) if order.step_due_at else None
        rows = self.run(
            statements.NEW_ORDER, order.number, order.status, 1, 1, order.category_code, order.class_code, "phone",
            *place[7:], place[6] or place[4], place[10], place[0], order.building, order.unit, order.lat, order.lng,
            order.place_text, False, description, "{}", False, False, True, True,
            self.kept.rules[order.category_code][0], 0, at, at, at, self.moment(order.sign_due_at),
            self.moment(order.contact_due_at), due_at, due_at, provisional, at, span, False, waits_until,
        )  # fmt: skip
        return int(rows[0][0])

    def _accept(self, order_id: int, order: Order, timers: dict[str, datetime], asked: Asked, person: Person) -> None:
        rule, name, version = self.kept.rules[order.category_code]
        facts = {"rule": rule, "rule_name": name, "rule_version": version}
        self.run(
            statements.NEW_EVENTS,
            *self._event(order_id, order, asked, "submit", person.id, (None, "submitted"), {}),
            *self._event(order_id, order, asked, "accept", None, ("submitted", "pooled"), facts),
        )
        rows = ((order_id, kind, 1, self.moment(at)) for kind, at in timers.items())
        self.run(statements.NEW_TIMERS, *(value for row in rows for value in row))

    def claim(self, asked: Asked, person: Person, _body: dict[str, Any]) -> dict[str, Any]:
        """An order of the own pool for this worker, unless another was first."""
        number = asked.path.split("/")[4]
        found = self.run(
            statements.TO_CLAIM, person.id, number, person.grid_id, person.community_id, person.id, person.id
        )
        if not found:
            raise Refused("404 Not Found")
        order_id, lead_unit_id, *ids, claimed_at, responded_at, held = found[0][:10]
        order = self.kept.order(found[0][10:])
        if not person.on_duty or held >= CAP or order.status != "pooled":
            raise Refused("409 Conflict")
        at = self.moment(asked.now)
        values = (person.id, at, claimed_at or at, responded_at or at, order_id, order.version)
        if not self.run(statements.CLAIM, *values):
            raise Refused("409 Conflict")
        order.status, order.assignee_id, order.version = "in_progress", person.id, order.version + 1
        event = self._event(order_id, order, asked, "claim", person.id, ("pooled", "in_progress"), {})
        self.run(statements.NEW_EVENT, *event)
        self.run(statements.NEW_ASSIGNMENT, order_id, person.id, lead_unit_id, "claim", at)
        self._owe("claimed", order_id, order, (*ids, lead_unit_id), asked)
        return shown.brief(order, self.kept.categories[order.category_code], shown.WORKERS_ACTIONS)

    def _event(
        self, order_id: int, order: Order, asked: Asked, action: str, actor_id: int | None,
        way: tuple[str | None, str], facts: dict[str, Any],
    ) -> tuple[Any, ...]:  # fmt: skip
        """The values of a line of the timeline, with the digest over its lasting columns."""
        before, after = way
        event_id = public_id()
        lasting = {
            "number": order.number, "public_id": event_id, "at": round(asked.now.timestamp() * 1_000_000),
            "action": action, "actor_id": actor_id, "from_status": before, "to_status": after, "round": order.round,
            "visible": "reporter", "facts": facts, "commitment": None,
        }  # fmt: skip
        digest = hashlib.sha256(orjson.dumps(lasting, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return (
            order_id, event_id, self.moment(asked.now), action, actor_id, before, after, order.round, "reporter",
            packed(facts), digest,
        )  # fmt: skip

    def _owe(
        self, topic: str, order_id: int, order: Order, ids: Sequence[int | None], asked: Asked, **more: Any
    ) -> None:
        city_id, district_id, subdistrict_id, community_id, grid_id, lead_unit_id = ids
        facts = {
            "number": order.number, "category": self.kept.categories[order.category_code].name,
            "place": order.place_text, "public_place": shown.to_building(order.place_text, order.unit),
            "class": order.class_code, "status": order.status,
            "status_name": shown.STATUS_NAMES[order.status], "round": order.round, "due_at": shown.iso(order.due_at),
            "sign_due_at": shown.iso(order.sign_due_at), "contact_due_at": shown.iso(order.contact_due_at),
            "step_due_at": shown.iso(order.step_due_at) if order.step_due_at else None,
            "city_id": city_id, "district_id": district_id, "subdistrict_id": subdistrict_id,
            "community_id": community_id, "grid_id": grid_id, "lead_unit_id": lead_unit_id,
            "assignee_id": order.assignee_id,
            "result": order.result, "result_name": None, "emergency": bool(order.emergency), **more,
        }  # fmt: skip
        at = self.moment(asked.now)
        self.run(statements.NEW_OWED, topic, order_id, packed(facts), asked.request_id, at, at, at, 0)
