"""The people of a city and what any of them may try at any time, right or wrong."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from app import parameters
from app.db import db, end_reading
from app.errors import NotFound, Refusal
from app.parameters import Parameter
from app.people import closing, duty, sign_in
from app.people.actor import Actor
from app.people.models import Account, Role
from app.territory.models import Compound
from app.territory.placing import Place, place_by_building
from app.work_orders import intake, on_behalf, policy
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.models import Reporter
from app.work_orders.offices import units
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.workflow import TRANSITIONS, Action, Status, WrongStatus
from tests.conftest import _empty, _forget
from tests.factories import (
    a_city,
    a_clerk,
    a_manager,
    a_person,
    a_photo,
    a_resident,
    a_worker,
    act,
    an_officer,
    writing,
)
from tests.work_orders.conftest import TUESDAY_10
from tests.work_orders.record import everything, sweep
from tests.work_orders.state_machine import deeds
from tests.work_orders.state_machine.deeds import BY_ACTION, Case, Deed
from tests.work_orders.state_machine.sight import Sight
from tests.work_orders.state_machine.watch import IN_HAND, Watch, rows_of

MOST = 8
SPANS = (timedelta(minutes=5), timedelta(hours=3), timedelta(hours=3), timedelta(days=1), timedelta(days=5))
WHOLE = st.integers(0, 30)
LUCK = st.integers(0, 7)
"""0: any person and any order; 1: any person and an order that is ready for it; else the right person too."""
WAYS: list[tuple[str, list[Action]]] = [
    ("NOISE", [Action.JOIN, Action.CLAIM, Action.ASK]),
    ("LIGHT", [Action.CLAIM, Action.RECATEGORISE]),
    ("LIFT", [Action.SIGN, Action.CONTACT]),
    ("DOOR", []),
    ("NOISE", [Action.CLAIM, Action.TRANSFER]),
    ("NOISE", [Action.CLAIM, Action.EXTEND]),
    ("NOISE", [Action.JOIN, Action.CLAIM, Action.URGE]),
    ("NOISE", [Action.JOIN, Action.CLAIM, Action.RESOLVE]),
    ("NOISE", [Action.CLAIM, Action.RESOLVE, Action.RATE]),
    ("NOISE", [Action.CLAIM, Action.RESOLVE, Action.RATE, Action.REOPEN]),
    ("ODD", [Action.DECLINE]),
    ("NOISE", [Action.DECLINE, Action.APPEAL]),
]
"""How far an order has come already when the town is looked at first; from the door it was told to a worker."""


REACHES_OTHERS = frozenset(
    {
        Action.MERGE, Action.UNMERGE, Action.SPLIT, Action.WITHDRAW, Action.DECLINE, Action.RESOLVE, Action.SETTLE,
        Action.DECIDE_TERMINATION, Action.DECIDE_LEDGER, Action.RESUME, Action.REVIEW_LEDGER, Action.REOPEN,
        Action.CONFIDE, Action.RECUSE,
    }
)  # fmt: skip
"""What is done to an order and may reach those that belong to it: what was merged, parts, a whole."""
ON_OTHERS = frozenset(
    {
        Action.SUBMIT, Action.ACCEPT, Action.ABSORB, Action.UNMERGE, Action.PART, Action.WITHDRAW, Action.DECIDE_LEDGER,
        Action.RESUME, Action.REVIEW_LEDGER, Action.ASSIGN, Action.CONFIDE, Action.RECUSE, Action.RECALL,
    }
)  # fmt: skip
MAY_STAY = (Action.RELOCATE, Action.DECIDE_LEDGER, Action.DECIDE_TERMINATION)


class Town(RuleBasedStateMachine):
    """Everybody acts; after every deed all must be true that is always true."""

    traveller: Any
    done: Counter[Action]

    @initialize(ways=st.lists(st.sampled_from(WAYS), min_size=3, max_size=4), pick=WHOLE)
    def move_in(self, ways: list[tuple[str, list[Action]]], pick: int) -> None:
        self._move_in(ways, pick, BY_ACTION)

    def _move_in(self, ways: list[tuple[str, list[Action]]], pick: int, known: dict[Action, Deed]) -> None:
        end_reading()
        _empty()
        _forget()
        self.traveller.move_to(TUESDAY_10)
        self.watch, self.city, self.steps, self.gone = Watch(), a_city(), 0, set()
        self.tried: Counter[str] = Counter()
        with writing():
            db.session.add(Parameter(name="open_orders_per_worker", value="3"))
        parameters.forget()
        self._settle_people()
        self.places = self._places()
        for category, way in ways:
            if category == "DOOR":
                self.take_in(pick, "NOISE", False)
            else:
                self.submit(0, category, pick % 2)
            for action in way:
                self._try(known[action], list(self.watch.rows.values())[-1], pick, luck=7)

    def _settle_people(self) -> None:
        city = self.city
        home = db.session.scalar(select(Compound.id).where(Compound.public_id == city.compound))
        end_reading()
        self.workers = [
            a_person((Role.GRID_WORKER, city["g1"]), (Role.FOLLOW_UP_OFFICER, city["xnlx"])),
            a_worker(city["g1"], home_compound_id=home),
            a_worker(city["g2"]),
            a_worker(city["h1"]),
        ]
        self.residents = [a_resident(home_compound_id=home) for _ in range(3)]
        self.managers = [a_manager(city[code]) for code in ("xnlx", "xnlx", "ht", "xn", "hyx")]
        self.clerks, self.officers = [a_clerk(city["xnlx"])], [self.workers[0], an_officer(city["xnlx"])]

    @property
    def people(self) -> list[Actor]:
        return [*self.workers, *self.residents, *self.managers, *self.clerks, self.officers[-1]]

    def _places(self) -> list[Place]:
        city = self.city
        above = (city["xn"], city["cx"], city["ht"], city["xnlx"])
        with writing():
            houses = [place_by_building(city.compound, "3号楼", unit) for unit in ("1单元", "2单元")]
            far = place_by_building(city.far_compound, "3号楼", "1单元")
        second = Place(*above, city["g2"], text="湟岸巷", lat=36.6, lng=101.7)
        everywhere = Place(*above, None, text="新宁路西社区", lat=36.61, lng=101.71)
        return [*houses, second, everywhere, far]

    # who

    def _right(self, who: str, row: Any) -> list[int]:
        """Accounts of those who are this to the order."""
        present = rows_of(Reporter, Reporter.left_at.is_(None))[row.id]
        here = {row.city_id, row.district_id, row.subdistrict_id, row.community_id, row.grid_id}
        posted = {
            "worker": self.workers,
            "manager": self.managers,
            "desk": [*self.clerks, *self.managers],
            "superior": [one for one in self.managers if one.posts[0].territory_id in units.superiors(row)],
            "officer": self.officers,
            "unit": [one for one in self.managers if one.posts[0].territory_id == row.lead_unit_id],
        }
        found = {
            "holder": [row.assignee_id],
            "offered": [row.offered_to_id],
            "taker": [row.taken_in_by_id],
            "first": [one.account_id for one in present if one.is_first],
            "joined": [one.account_id for one in present if not one.is_first],
            "reporter": [one.account_id for one in present],
            "neighbour": [one.account_id for one in [*self.residents, self.workers[1]]],
        }
        near = [one.account_id for one in posted.get(who, []) if here & {post.territory_id for post in one.posts}]
        return [one for one in found.get(who, near) if one is not None and one not in self.gone]

    def _ready(self, deed: Deed) -> list[Any]:
        """Orders that are where the deed can be done, with somebody who could."""
        return [
            row
            for row in self.watch.rows.values()
            if row.status in TRANSITIONS[deed.action].sources
            and (deed.kind is None or deed.kind in row.beside.split(","))
            and self._right(deed.who, row)
        ]

    def _somebody(self, theme: list[Deed], first: int, pick: int, luck: int) -> None:
        """A deed of the theme for which some order is ready: what was tried least here, and rather an answer."""
        turned = theme[first % len(theme) :] + theme[: first % len(theme)]
        turned.sort(key=lambda deed: (self.tried[deed.name], deed.kind is None))
        deed, ready = next(((one, rows) for one in turned if (rows := self._ready(one))), (turned[0], []))
        rows = ready if ready and luck else list(self.watch.rows.values())
        if rows:
            self.tried[deed.name] += luck > 1
            self._try(deed, rows[pick % len(rows)], pick, luck)

    def _try(self, deed: Deed, row: Any, pick: int, luck: int) -> None:
        right = self._right(deed.who, row) if luck > 1 else []
        chosen = right[pick % len(right)] if right else self.people[pick % len(self.people)].account_id
        actor = act(chosen)
        workers = [one.public_id for one in [*self.workers[:3], self.managers[0]]]
        needs_photo = row.category_code == "LIGHT" and deed.action in (Action.RESOLVE, Action.SETTLE)
        photos = [a_photo(actor)] if needs_photo else []
        case = Case(row.number, actor, pick + luck, workers, self.places, photos, list(self.watch.rows))
        if self._attempt(deed, row, case) and deed.action is not Action.CLAIM:
            self._repeat(deed, case)

    # acting

    def _attempt(self, deed: Deed, row: Any, case: Case) -> bool:
        """Act once: a refusal changes nothing; a deed was offered, is written first, and changes this order alone."""
        offered, before = self._is_offered(deed, case), everything()
        refusal = self._refusal_of(deed, case)
        new = self.watch.look()
        lines = new.pop(row.number)
        reached = {Action(line.action) for others in new.values() for line in others}
        assert not reached or deed.action in REACHES_OTHERS, (deed.action, reached)
        assert reached <= ON_OTHERS, (deed.action, reached)
        if refusal is not None:
            assert (everything(), lines, reached) == (before, [], set())
            assert not offered or not isinstance(refusal, NotFound | WrongStatus), (deed.action, refusal)
            return False
        if not lines:
            assert (deed.action, row.assignee_id) == (Action.CLAIM, case.actor.account_id)
            return False
        is_handed_on = deed.action is Action.WITHDRAW and lines[0].facts.get("handed_on")
        assert lines[0].action == (Action.LEAVE if is_handed_on else deed.action)
        assert lines[0].actor_id == case.actor.account_id
        assert offered is not False, deed.action
        self.done[deed.action] += 1
        return True

    def _repeat(self, deed: Deed, case: Case) -> None:
        """What moved an order moves it once, however often the command comes."""
        refusal = self._refusal_of(deed, case)
        lines = self.watch.look()[case.number]
        assert not lines or not TRANSITIONS[deed.action].targets or deed.action in MAY_STAY
        assert not (lines and refusal)

    def _is_offered(self, deed: Deed, case: Case) -> bool | None:
        """Whether the person reads that they may do it; None where that is never said."""
        if deed.action in policy.NOT_OFFERED:
            return None
        try:
            shown = detail(case.number, case.actor, as_reporter=deed.as_reporter)
        except NotFound:
            return False
        finally:
            end_reading()
        return deed.action.value in shown.actions

    def _refusal_of(self, deed: Deed, case: Case) -> Refusal | None:
        try:
            with writing():
                deed.command(case)
        except Refusal as refusal:
            return refusal
        return None

    # Of the rules some are left out of a run by chance, so each deed is in two of them.

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def handles(self, first: int, pick: int, luck: int) -> None:
        self._somebody(deeds.IN_HAND + deeds.CHANGING_HANDS, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def waits(self, first: int, pick: int, luck: int) -> None:
        self._somebody(deeds.WAITING + deeds.SAYING, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def hands_over(self, first: int, pick: int, luck: int) -> None:
        self._somebody(deeds.CHANGING_HANDS + deeds.WAITING, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def puts_right(self, first: int, pick: int, luck: int) -> None:
        self._somebody(deeds.PUTTING_RIGHT + deeds.IN_HAND, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def speaks_up(self, first: int, pick: int, luck: int) -> None:
        self._somebody(deeds.SAYING + deeds.ASKING_AFTER, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def decides(self, first: int, pick: int, luck: int) -> None:
        self._somebody(deeds.OFFICE + deeds.PUTTING_RIGHT, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def asks_after(self, first: int, pick: int, luck: int) -> None:
        self._somebody(deeds.ASKING_AFTER + deeds.OFFICE, first, pick, luck)

    # coming in, leaving, time

    @precondition(lambda self: len(self.watch.rows) < MOST)
    @rule(who=WHOLE, category=st.sampled_from(deeds.CATEGORIES), pick=WHOLE)
    def submit(self, who: int, category: str, pick: int) -> None:
        reporters = [*self.residents[:2], self.workers[1]]
        place = self.places[pick % len(self.places)]
        with writing():
            intake.submit(Request(category, "楼道很吵", place), reporters[who % 3])
        self.watch.look()

    @precondition(lambda self: len(self.watch.rows) < MOST)
    @rule(who=WHOLE, category=st.sampled_from(("NOISE", "ODD")), at_once=st.booleans())
    def take_in(self, who: int, category: str, at_once: bool) -> None:
        settled = Settled("solved", "当场办了") if at_once else None
        request = Request(category, "楼上拖椅子", self.places[0], channel="door")
        with writing():
            on_behalf.take_in(request, Person("马奶奶"), self.workers[who % 3], agreed=True, settled=settled)
        self.watch.look()

    @precondition(lambda self: len(self.gone) < 2)
    @rule(who=WHOLE, for_good=st.booleans())
    def leaves(self, who: int, for_good: bool) -> None:
        """A worker goes, rather one who is offered something, and another one comes; what they had goes to others."""
        offered = {row.offered_to_id for row in self.watch.rows.values()}
        wanted = [place for place, one in enumerate(self.workers) if one.account_id in offered]
        place = (wanted or range(len(self.workers)))[who % len(wanted or self.workers)]
        person = self.workers[place]
        with writing():
            account = db.session.get(Account, person.account_id)
            if for_good:
                closing.close(account, "asked")
            else:
                sign_in.deactivate(account, self.managers[0])
        self.gone.add(person.account_id)
        self.workers[place] = a_person(*((post.role, post.territory_id) for post in person.posts))
        self.officers[0] = self.workers[0]
        self.watch.look()
        for row in self.watch.rows.values():
            assert row.offered_to_id != person.account_id
            is_urgent = row.class_code in ("P0", "P1")
            assert row.assignee_id != person.account_id or row.status not in IN_HAND or is_urgent

    @rule(who=WHOLE, on_duty=st.booleans())
    def say_duty(self, who: int, on_duty: bool) -> None:
        with writing():
            duty.say(self.workers[who % len(self.workers)], on_duty)

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        end_reading()
        self.traveller.shift(span)
        sweep()
        new = self.watch.look(swept=True)
        assert {line.actor_id for lines in new.values() for line in lines} <= {None}

    @invariant()
    def lists_and_look_ups_agree(self) -> None:
        """One person looks at everything after every second deed, everybody in turn."""
        self.steps += 1
        if self.steps % 2:
            return
        person = act(self.people[self.steps // 2 % len(self.people)].account_id)
        Sight(person, self.watch.rows.values(), self.watch.held).check()

    @invariant()
    def urgent_orders_never_wait_in_a_pool(self) -> None:
        assert not [row for row in self.watch.rows.values() if row.class_code == "P0" and row.status == Status.POOLED]
