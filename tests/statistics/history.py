"""Weeks in the life of a small city, played through the rooms by chance; what a room refuses simply does not happen."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app import clock, secrets
from app.db import db, end_reading
from app.errors import Refusal
from app.people.actor import SYSTEM, Actor
from app.photos.models import Photo, PhotoState
from app.territory.placing import place_by_building
from app.work_orders import (
    assignment,
    custody,
    extensions,
    follow_up,
    handling,
    intake,
    on_behalf,
    queries,
    questions,
    rating,
    recusal,
    reopening,
    replies,
    resolution,
    second_look,
    urging,
)
from app.work_orders.intake import Request
from app.work_orders.models import WorkOrder
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.side_records import Kind, SideRecord, find_open, put
from app.work_orders.workflow import Action, Status
from tests.factories import (
    City,
    a_manager,
    a_resident,
    a_worker,
    an_officer,
    writing,
)
from tests.work_orders.record import sweep


@dataclass
class Town:
    """Who lives and works in it, and what was reported so far."""

    city: City
    chance: random.Random
    pass_time: Callable[..., Any]
    orders: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        city = self.city
        self.residents = [a_resident(name=f"居民{number}") for number in range(5)]
        self.workers = {
            city["xnlx"]: [a_worker(city["g1"]), a_worker(city["g1"], name="韩玉兰")],
            city["hyx"]: [a_worker(city["h1"], name="马德")],
        }
        self.officers = {code: an_officer(city[code]) for code in ("xnlx", "hyx")}
        self.community = {code: a_manager(city[code]) for code in ("xnlx", "hyx")}
        self.street = a_manager(city["ht"], name="铁占林")
        self.district = a_manager(city["cx"], name="祁连")

    def one(self, things: Any) -> Any:
        return self.chance.choice(list(things))

    def find(self, number: str) -> WorkOrder:
        return queries.find(number, self.district)

    def worker_of(self, number: str) -> Actor:
        order = self.find(number)
        everybody = [worker for workers in self.workers.values() for worker in workers]
        mine = [worker for worker in everybody if worker.account_id == order.assignee_id]
        return mine[0] if mine else self.one(self.workers[order.community_id])

    def code_of(self, number: str) -> str:
        return "xnlx" if self.find(number).community_id == self.city["xnlx"] else "hyx"

    def reporter_of(self, number: str) -> Actor:
        order = self.find(number)
        return next((one for one in self.residents if custody.is_reporter(order, one.account_id)), self.residents[0])


def begin(town: Town) -> Town:
    """What must have happened for every figure to have something to count, each to an order of its own."""
    for lived in (_reworked, _reopened, _extended, _left_on_ledger, *map(_ended, OUTCOMES)):
        with writing():
            _report(town, "")
        lived(town, town.orders[-1])
        town.pass_time(hours=5)
    return town


def _done(town: Town, number: str, *deeds: Callable[[Town, str], None]) -> None:
    for deed in deeds:
        order = town.find(number)
        if deed is _claim and order.status == "submitted":
            _done(town, number, _accept)
        with writing():
            deed(town, number)
        town.pass_time(minutes=10)


def _reworked(town: Town, number: str) -> None:
    _done(town, number, _claim, _contact, _resolve, _rated("no"), _concluded("rework"), _contact, _resolve)


def _reopened(town: Town, number: str) -> None:
    _done(town, number, _claim, _resolve, _rated("yes"), _reopen)


def _extended(town: Town, number: str) -> None:
    _done(town, number, _claim, _extend)
    with writing():
        extensions.decide(number, town.street, True, "说明")


def _left_on_ledger(town: Town, number: str) -> None:
    _done(town, number, _claim, _ledger)


def _ended(case: tuple[Kind, Action, Action, str]) -> Callable[[Town, str], None]:
    kind, open_by, end_by, outcome = case

    def lived(town: Town, number: str) -> None:
        deed = _beside(kind, open_by, end_by, outcome)
        _done(town, number, _claim, deed, deed)

    return lived


def play(town: Town, steps: int) -> Town:
    """Let something happen, and some time pass, so many times."""
    for _ in range(steps):
        number = town.one(town.orders[-9:]) if town.orders else ""
        with suppress(Refusal), writing():
            _next(town, number)(town, number)
        town.pass_time(hours=town.chance.choice((0, 0, 0, 1, 3, 7)), minutes=town.chance.randrange(60))
        if town.chance.random() < 0.3:
            sweep()
    end_reading()
    return town


def _next(town: Town, number: str) -> Callable[[Town, str], None]:
    if not number or town.chance.random() < 0.12:
        return _on_the_spot if town.chance.random() < 0.15 else _report
    order = town.find(number)
    waiting = [ANSWERS[kind] for kind in order.beside.split(",") if kind in ANSWERS]
    if waiting and town.chance.random() < 0.5:
        return town.one(waiting)
    return town.one(DEEDS.get(order.status, [_report]))


def _report(town: Town, _number: str) -> None:
    compound = town.one((town.city.compound, town.city.compound, town.city.far_compound))
    place = place_by_building(compound, "3号楼", "1单元")
    category = town.one(("NOISE", "NOISE", "LIGHT", "ODD"))
    request = Request(category=category, description="说明", place=place)
    town.orders.append(intake.submit(request, town.one(town.residents)).number)


def _on_the_spot(town: Town, _number: str) -> None:
    worker = town.workers[town.city["xnlx"]][0]
    request = Request(
        category="NOISE",
        description="说明",
        place=place_by_building(town.city.compound, "3号楼", "1单元"),
        channel="door",
    )
    settled = Settled("solved", "当场处理") if town.chance.random() < 0.7 else None
    taken = on_behalf.take_in(request, Person("老马"), worker, agreed=True, settled=settled)
    town.orders.append(taken.number)


def _claim(town: Town, number: str) -> None:
    assignment.claim(number, town.worker_of(number))


def _contact(town: Town, number: str) -> None:
    handling.contact(number, town.worker_of(number), "call", "")


def _resolve(town: Town, number: str) -> None:
    worker = town.worker_of(number)
    photos = [_a_photo(worker)] if town.find(number).category_code == "LIGHT" else []
    resolution.resolve(number, worker, town.one(("solved", "explained_not_solvable")), "办好了", photos)


def _a_photo(worker: Actor) -> str:
    public_id = secrets.public_id()
    db.session.add(
        Photo(
            public_id=public_id, owner_id=worker.account_id, state=PhotoState.PENDING, sha256="0" * 64, width=64,
            height=48, created_at=clock.now(),
        )
    )  # fmt: skip
    return public_id


def _rate(town: Town, number: str) -> None:
    solved, satisfied = town.one(("yes", "yes", "partly", "no")), town.one(("yes", "yes", "mostly", "no"))
    rating.rate(number, town.reporter_of(number), answered=True, solved=solved, satisfied=satisfied, comment=None)


def _rated(word: str) -> Callable[[Town, str], None]:
    def deed(town: Town, number: str) -> None:
        rating.rate(number, town.reporter_of(number), answered=True, solved=word, satisfied=word, comment=None)

    return deed


def _concluded(outcome: str) -> Callable[[Town, str], None]:
    return lambda town, number: follow_up.conclude(number, town.officers[town.code_of(number)], outcome, "说明")


def _follow_up(town: Town, number: str) -> None:
    officer = town.officers[town.code_of(number)]
    follow_up.conclude(number, officer, town.one(("passed", "rework", "rework")), "说明")


def _reopen(town: Town, number: str) -> None:
    reopening.reopen(number, town.reporter_of(number), "又坏了", [])


def _send_back(town: Town, number: str) -> None:
    second_look.send_back(number, town.community[town.code_of(number)], "缺照片")


def _withdraw(town: Town, number: str) -> None:
    intake.withdraw(number, town.reporter_of(number), "不需要了")


def _accept(town: Town, number: str) -> None:
    intake.accept(number, town.street)


def _decline(town: Town, number: str) -> None:
    intake.decline(number, town.street, "out_of_remit", "请找物业")


def _ask(town: Town, number: str) -> None:
    questions.ask(number, town.worker_of(number), "哪一层")


def _answer(town: Town, number: str) -> None:
    questions.answer(number, town.reporter_of(number), "三层", [])


def _extend(town: Town, number: str) -> None:
    extensions.ask(number, town.worker_of(number), 1, "等配件")


def _decide(town: Town, number: str) -> None:
    extensions.decide(number, town.street, town.chance.random() < 0.7, "说明")


def _dispatch(town: Town, number: str) -> None:
    worker = town.one(town.workers[town.find(number).community_id])
    assignment.dispatch(number, town.street, worker.public_id, "熟悉")


def _sign(town: Town, number: str) -> None:
    assignment.sign(number, town.worker_of(number))


def _refuse(town: Town, number: str) -> None:
    assignment.refuse(number, town.worker_of(number), "overloaded", "")


def _release(town: Town, number: str) -> None:
    assignment.release(number, town.worker_of(number), "不熟悉")


def _urge(town: Town, number: str) -> None:
    urging.urge(number, town.reporter_of(number), "")


def _reply(town: Town, number: str) -> None:
    replies.reply(number, town.worker_of(number), "在办")


def _recuse(town: Town, number: str) -> None:
    if town.chance.random() < 0.3:
        recusal.recuse(number, town.district, town.one((town.street, *town.community.values())).public_id, "亲属")


def _beside(kind: Kind, open_by: Action, end_by: Action, *outcomes: str, days: int = 1) -> Callable[[Town, str], None]:
    """Open a record of this kind, or end the one that is open; or let its limit pass and move it on."""

    def deed(town: Town, number: str) -> None:
        order = town.find(number)
        record = find_open(order, kind)
        if record is None:
            event = order.take(open_by, by=town.street, visible="internal", to=Status(order.status))
            facts = {"level": "general", "causes": []} if kind is Kind.SUPERVISION else {}
            put(order, kind, event, unit_id=town.city["ht"], due_at=clock.now() + timedelta(days=days), **facts)
        elif record.due_at < clock.now() and town.chance.random() < 0.5:
            _rise(town, order, record, kind, clock.now() + timedelta(days=days))
        else:
            outcome = town.one(outcomes)
            order.take(end_by, by=town.street, visible="internal", to=Status(order.status), answers={kind: outcome})

    return deed


def _rise(town: Town, order: WorkOrder, record: SideRecord, kind: Kind, until: Any) -> None:
    """To the next office: an escalation by a record of its own, as the house does it, anything else by moving it."""
    if kind is not Kind.ESCALATION:
        order.take(Action.EXPIRE, by=SYSTEM, visible="internal", kind=kind.value)
        record.unit_id, record.due_at = town.city["cx"], until
        return
    answers = {kind: "unanswered"}
    event = order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers=answers, kind=kind.value)
    db.session.flush()
    put(order, kind, event, unit_id=town.city["cx"], due_at=until)


def _ledger(town: Town, number: str) -> None:
    """Put on the ledger, look again and renew, or go on."""
    order = town.find(number)
    record = find_open(order, Kind.LEDGER)
    until = clock.now() + timedelta(days=10)
    if record is None:
        before = Status(order.status)
        event = order.take(Action.DECIDE_LEDGER, by=town.street, to=Status.ON_LEDGER, visible="internal")
        order.paused_from, order.paused_at = before.value, clock.now()
        put(order, Kind.LEDGER, event, unit_id=town.city["ht"], due_at=until)
    elif town.chance.random() < 0.5:
        event = order.take(Action.REVIEW_LEDGER, by=town.street, answers={Kind.LEDGER: "renewed"}, visible="internal")
        put(order, Kind.LEDGER, event, unit_id=town.city["ht"], due_at=until)
    else:
        order.take(Action.RESUME, by=town.street, to=Status.IN_PROGRESS, answers={Kind.LEDGER: "resumed"})


OUTCOMES = (
    (Kind.SUPERVISION, Action.SUPERVISE, Action.CLEAR_SUPERVISION, "cleared"),
    (Kind.ESCALATION, Action.ESCALATE, Action.REPORT_IN, "reported_in"),
    (Kind.ESCALATION, Action.ESCALATE, Action.RETURN_ESCALATION, "returned"),
    (Kind.ESCALATION, Action.ESCALATE, Action.REPORT_IN, "solved_below"),
    (Kind.DISPUTE, Action.DISPUTE, Action.RULE, "upheld"),
    (Kind.URGE, Action.URGE, Action.REPLY, "answered"),
)
_SUPERVISION = _beside(Kind.SUPERVISION, Action.SUPERVISE, Action.CLEAR_SUPERVISION, "cleared")
_ESCALATION = _beside(Kind.ESCALATION, Action.ESCALATE, Action.REPORT_IN, "reported_in", "returned", "solved_below")
_DISPUTE = _beside(Kind.DISPUTE, Action.DISPUTE, Action.RULE, "upheld", "rejected")

DEEDS = {
    "submitted": [*[_accept] * 4, _decline, _ask, _withdraw, _dispatch, _DISPUTE],
    "pooled": [*[_claim] * 6, _dispatch, _withdraw, _urge, _SUPERVISION],
    "assigned": [*[_sign] * 4, _refuse, _urge, _DISPUTE],
    "in_progress": [
        *[_contact] * 4, *[_resolve] * 6, *[_ask] * 2, *[_extend] * 4, _dispatch, _release,
        *[_urge] * 4, *[_SUPERVISION] * 2, *[_ESCALATION] * 4, *[_DISPUTE] * 2, *[_ledger] * 2, _recuse,
    ],
    "awaiting_resident": [*[_answer] * 3, _ESCALATION],
    "on_ledger": [_ledger],
    "resolved": [*[_rate] * 6, *[_follow_up] * 3, _send_back],
    "closed": [*[_reopen] * 2, _rate, _follow_up, _SUPERVISION],
}  # fmt: skip
"""What may come next in each status; the rooms decide whether it does."""

ANSWERS = {
    "urge": _reply,
    "extension": _decide,
    "dispute": _DISPUTE,
    "escalation": _ESCALATION,
    "supervision": _SUPERVISION,
}
"""What is waited for comes about half of the time, before anything else."""
