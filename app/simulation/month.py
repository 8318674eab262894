"""Playing the month: the next deed, the next limit, the next round of the relay, whichever comes first."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.db import UTCDateTime, end_reading, transaction
from app.deadlines.queries import calendar
from app.deadlines.timers import Timer
from app.errors import Refusal
from app.notifications import consents, templates
from app.notifications.relay import Relay
from app.notifications.relay_jobs import read_templates
from app.people import duty
from app.simulation import checks, demand, people
from app.simulation import city as cities
from app.simulation.agenda import Agenda
from app.simulation.deed import Case, Deed
from app.simulation.deeds import DEEDS
from app.simulation.demand import Month
from app.simulation.people import Shift
from app.simulation.sight import Sight, Watch
from app.simulation.town import ON_SHIFT, RESIDENTS, WHO, Town
from app.simulation.wechat import PlayedWeChat
from app.work_orders import intake, limits_passed
from app.work_orders.intake import Request

T = TypeVar("T")
RELAY_EVERY = timedelta(minutes=15)
CLEAN_AT, DIGEST_AT = time(3, 0), time(8, 35)
MINUTES_FOR_AN_HOUR = 5
WAIT_FOR_SHIFT_H = 2.5
ALLOWS, ALLOWS_AT_WORK = 0.2, 0.3
FOR_RESIDENTS, FOR_STAFF = ("accepted", "rate"), ("dispatched",)
TIMERS_AT_ONCE = 20
_DUE = (
    select(Timer.id, Timer.due_at)
    .where(Timer.fired_at.is_(None), Timer.due_at <= bindparam("now", type_=UTCDateTime))
    .order_by(Timer.due_at, Timer.id)
    .limit(TIMERS_AT_ONCE)
)


class Broken(Exception):
    """Something that must always be true is not: on this day, of these orders."""

    def __init__(self, day: date, found: checks.Found) -> None:
        super().__init__(f"{day}：{found.sentence}（{'、'.join(found.numbers[:5])}）")
        self.day, self.found = day, found


@dataclass(frozen=True)
class Rounds:
    """What the sweep does besides firing timers, as the command line has it: once a night, once a morning."""

    clean: Callable[[], object]
    tell_digests: Callable[[], object]


def _at_a_door(command: Callable[[], T]) -> T:
    """Give the command in a transaction; a second time when two orders drew one number, as every door does."""
    try:
        with transaction():
            return command()
    except IntegrityError:
        with transaction():
            return command()


@dataclass
class Player:
    """Plays one month in one town."""

    month: Month
    town: Town
    wechat: PlayedWeChat
    watch: Watch
    relay: Relay
    rounds: Rounds
    clockwork: Connection  # by which timers are looked for, outside of every transaction
    agenda: Agenda = field(default_factory=Agenda)
    sights: dict[int, Sight] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    texts: dict[str, list[str]] = field(default_factory=dict)
    template_ids: dict[str, str] = field(default_factory=dict)
    now: datetime = datetime.min.replace(tzinfo=UTC)

    def prepare(self, orders: int) -> None:
        """Plan what does not depend on anything: reports, shifts, and what the house does by the clock."""
        lots = self.town.lots
        for entry in json.loads((cities.DATA / "orders.json").read_text(encoding="utf8")):
            self.texts.setdefault(entry["category"], []).append(entry["description"])
        with clock.at(self.month.starts):
            read_templates(self.wechat)
            self.template_ids = {key: one.template_id for key, one in templates.known().items()}
            end_reading()
            for at in demand.moments(self.month, orders, lots):
                self.agenda.put(at, self._submit)
            workers = [one for of_grid in self.town.city.workers.values() for one in of_grid]
            for shift in people.shifts(workers, self.month, lots):
                self.agenda.put(shift.begins, partial(self._begin, shift))
            for day in self.month.each():
                self._plan_day(day)

    def _plan_day(self, day: date) -> None:
        midnight = datetime.combine(day, time.min, clock.LOCAL)
        self.agenda.put(datetime.combine(day, CLEAN_AT, clock.LOCAL), self._clean)
        if calendar().is_working_day(day):
            self.agenda.put(datetime.combine(day, DIGEST_AT, clock.LOCAL), self._tell_digests)
        for number in range(int(timedelta(days=1) / RELAY_EVERY)):
            self.agenda.put(midnight + number * RELAY_EVERY, self.relay.play)

    def play_day(self, day: date) -> None:
        """Everything until midnight; then all that must be true is looked at."""
        until = datetime.combine(day + timedelta(days=1), time.min, clock.LOCAL)
        while (entry := self.agenda.next(until)) is not None:
            self._let_time_pass(entry.at)
            self.now = max(self.now, entry.at)
            with clock.at(self.now):
                entry.do()
        self._let_time_pass(until)
        with clock.at(until):
            self.relay.play()
            for found in checks.broken(until, self.wechat, self.town.lots.getrandbits(30)):
                raise Broken(day, found)

    def _let_time_pass(self, until: datetime) -> None:
        """Fire every timer that fell due until then, each at its own moment."""
        while due := self.clockwork.execute(_DUE, {"now": until}).all():
            for timer_id, due_at in due:
                # What was set for a moment that is over fires at once, as it would in life.
                self.now = max(self.now, due_at)
                with clock.at(self.now):
                    with transaction():
                        kind = limits_passed.fire(timer_id, self.now)
                    self.done[f"timer {kind}"] += 1
                    if self._look():
                        break  # What it changed may fall due before the next one.

    def _look(self) -> bool:
        """See what has changed, and let people plan what they will do about it."""
        news = self.watch.news()
        for sight in news:
            before, self.sights[sight.id] = self.sights.get(sight.id), sight
            if sight.merged_into_id is not None and (before is None or before.merged_into_id is None):
                self.town.come_along(sight.id, sight.merged_into_id)
            self._plan(before, sight)
        return bool(news)

    def _plan(self, before: Sight | None, sight: Sight) -> None:
        moved = before is None or before.stage != sight.stage
        opened = sight.kinds - (before.kinds if before and not moved else frozenset())
        if not moved and not opened:
            return
        for deed in DEEDS:
            is_new = deed.when in opened if isinstance(deed.when, str) else moved
            if is_new and deed.comes_up(sight):
                self._intend(deed, sight)

    def _intend(self, deed: Deed, sight: Sight, chance: float | None = None) -> None:
        account_id = WHO[deed.who](self.town, sight)
        if account_id is None and deed.who != "worker":
            return
        likely = deed.chance if chance is None else chance
        if not deed.steady and account_id is not None:
            likely *= self.town.temperaments.leaning(account_id, deed.action)
        if self.town.lots.random() < likely:
            self.agenda.put(self._when(deed, sight, account_id), partial(self._do, deed, sight, account_id))

    def _when(self, deed: Deed, sight: Sight, account_id: int | None) -> datetime:
        hours, now = self.town.lots.uniform(*deed.hours), clock.now()
        if deed.who in RESIDENTS:
            return people.at_home(now, hours, self.town.lots)
        if account_id is not None:
            hours *= self.town.temperaments.pace(account_id)
        if sight.is_urgent:
            return now + timedelta(minutes=hours * MINUTES_FOR_AN_HOUR)
        return people.at_work(now, hours)

    def _do(self, deed: Deed, planned: Sight, account_id: int | None) -> None:
        """Do it if it still makes sense and the person is there."""
        sight = self.sights[planned.id]
        if not deed.comes_up(sight) or (not isinstance(deed.when, str) and sight.stage != planned.stage):
            return
        if deed.who == "worker":
            account_id = WHO[deed.who](self.town, sight)
        if deed.who in ON_SHIFT and not self._is_there(account_id):
            self.agenda.put(people.at_work(clock.now(), WAIT_FOR_SHIFT_H), partial(self._do, deed, sight, account_id))
        elif account_id is not None:
            succeeded = self._done(deed, sight, account_id)
            # What was refused is tried again, and who leans to a thing does it again.
            if deed.again and not (succeeded and deed.steady):
                self._intend(deed, self.sights[sight.id], deed.again)

    def _is_there(self, account_id: int | None) -> bool:
        if account_id is None:
            return False
        return account_id in self.town.on_duty or account_id not in self.town.city.grid_workers

    def _done(self, deed: Deed, sight: Sight, account_id: int) -> bool:
        """One deed in one transaction, as a door does it; False when the house said no."""
        actor = self.town.actor(account_id)
        photos = self.town.photos(actor, sight.category_code) if deed.with_photos else []
        try:
            _at_a_door(lambda: deed.do(Case(sight, actor, self.town, tuple(photos))))
        except Refusal as refusal:
            self.refused[f"{deed.action}：{refusal.message}"] += 1
            self.watch.forget()
            return False
        self.done[deed.action] += 1
        self._note_people(deed, sight, account_id)
        self._look()
        return True

    def _note_people(self, deed: Deed, sight: Sight, account_id: int) -> None:
        """Who stands behind an order changes with those who join, leave, and hand it on."""
        reporters = self.town.reporters[sight.id]
        if deed.who == "neighbour":
            reporters.append(account_id)
        elif deed.action in ("leave", "withdraw") and account_id in reporters:
            reporters.remove(account_id)

    def _submit(self) -> None:
        lots = self.town.lots
        resident = lots.choice(self.town.city.residents)
        category = demand.category(lots)
        request = Request(
            category=category,
            description=lots.choice(self.texts[category]),
            place=cities.place_of(self.town.city, resident, lots),
            confidential=lots.random() < 0.02,
        )
        actor = self.town.actor(resident)
        order = _at_a_door(lambda: intake.submit(request, actor))
        self.done["submit"] += 1
        self.town.reporters[order.id].append(resident)
        self._look()
        if lots.random() < ALLOWS:
            self._allow(resident, FOR_RESIDENTS)

    def _allow(self, account_id: int, keys: tuple[str, ...]) -> None:
        with transaction():
            for key in keys:
                consents.report(account_id, self.template_ids[key], consents.Answer.ACCEPT)

    def _begin(self, shift: Shift) -> None:
        self._say(shift.account_id, True)
        self.agenda.put(shift.ends, partial(self._say, shift.account_id, False))
        if self.town.lots.random() < ALLOWS_AT_WORK:
            self._allow(shift.account_id, FOR_STAFF)

    def _say(self, account_id: int, on_duty: bool) -> None:
        with transaction():
            duty.say(self.town.actor(account_id), on_duty)
        self.town.changed(account_id)
        (self.town.on_duty.add if on_duty else self.town.on_duty.discard)(account_id)

    def _clean(self) -> None:
        while self.rounds.clean():
            pass
        self._look()

    def _tell_digests(self) -> None:
        self.rounds.tell_digests()
