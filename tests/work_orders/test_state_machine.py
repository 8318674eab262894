"""Residents, workers, managers and officers doing anything at any time, against a model that fits on two pages."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from app import clock, parameters
from app.db import db, end_reading
from app.deadlines import schedule
from app.deadlines.action_limits import due
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.errors import Refusal
from app.notifications.models import Outbox
from app.parameters import Parameter
from app.people import duty
from app.people.actor import Actor
from app.people.models import Role
from app.territory.placing import Place
from app.work_orders import assignment, follow_up, handling, intake, rating, resolution
from app.work_orders.intake import Request
from app.work_orders.models import Assignment, WorkOrder
from app.work_orders.timeline import Event
from app.work_orders.workflow import ACTIVE, OPEN, TRANSITIONS, Action, Status
from tests.conftest import _empty, _forget
from tests.factories import a_city, a_manager, a_person, a_resident, a_worker, act, an_officer, writing
from tests.work_orders.conftest import TUESDAY_10
from tests.work_orders.record import everything, sweep

CAP = 2
CLASSES = {"NOISE": "P3", "LIFT": "P0", "ODD": "P3"}
SPANS = (timedelta(minutes=5), timedelta(hours=3), timedelta(days=1), timedelta(days=5))
IN_HAND = (Status.ASSIGNED, Status.IN_PROGRESS)
WHOLE = st.integers(0, 30)


@dataclass
class Model:
    """What an order should be by now."""

    number: str
    category: str
    grid: str
    reporter: int
    created: datetime
    status: str = ""
    round: int = 1
    assignee: int | None = None
    claimed: bool = False
    rated: set[int] = field(default_factory=set)
    owed: bool = False
    resolved_at: datetime | None = None
    reworked_at: datetime | None = None
    due_at: datetime | None = None
    due_round: int = 1
    held: set[int] = field(default_factory=set)
    releases: list[int] = field(default_factory=list)
    recused: set[int] = field(default_factory=set)
    events: int = 0

    @property
    def urgent(self) -> bool:
        return self.category == "LIFT"

    @property
    def half(self) -> datetime:
        code = CLASSES[self.category]
        if self.reworked_at is None:
            return calendar().moment_at(self.created, limits()[ServiceClass(code), Step.RESOLVE], 0.5)
        return calendar().moment_at(self.reworked_at, schedule.half_span(code), 0.5)

    def learn(self, event: Any) -> None:
        """Take in one line of the timeline."""
        action = Action(event.action)
        assert (Status(self.status) if self.status else None) in TRANSITIONS[action].sources
        assert event.from_status == (self.status or None)
        assert not TRANSITIONS[action].targets or event.to_status in TRANSITIONS[action].targets
        self.events += 1
        self.status, self.round = event.to_status, event.round
        if TRANSITIONS[action].targets and action not in (Action.RESOLVE, Action.CLOSE):
            self.assignee = event.actor_id if action is Action.CLAIM else self._next_assignee(action, event)
        if self.assignee is not None and self.status in IN_HAND:
            self.held.add(self.assignee)
        {
            Action.FOLLOW_UP: self._followed_up,
            Action.CLAIM: self._taken_up,
            Action.SIGN: self._taken_up,
            Action.RESOLVE: self._resolved,
            Action.REWORK: self._sent_back,
            Action.RELEASE: lambda line: self.releases.append(line.actor_id),
            Action.REFUSE: self._refused,
            Action.RATE: lambda line: self.rated.add(line.actor_id),
        }.get(action, lambda _line: None)(event)

    def _followed_up(self, event: Any) -> None:
        self.owed = event.facts["step"] not in ("concluded", "given_up")

    def _taken_up(self, _event: Any) -> None:
        self.claimed = True

    def _resolved(self, event: Any) -> None:
        self.resolved_at = event.at

    def _sent_back(self, event: Any) -> None:
        self.reworked_at, self.rated, self.resolved_at = event.at, set(), None

    def _refused(self, event: Any) -> None:
        if event.facts["reason"] == "conflict_of_interest":
            self.recused.add(event.actor_id)

    def _next_assignee(self, action: Action, event: Any) -> int | None:
        return self.assignee if action is Action.SIGN else event.facts.get("assignee")


def when(*statuses: Status) -> Any:
    """Only while there is an order in one of these statuses; what comes out of turn has a rule of its own."""
    return precondition(lambda self: any(order.status in statuses for order in self.orders))


class House(RuleBasedStateMachine):
    """The city's people act; after every deed the house must be as the model says."""

    traveller: Any

    @initialize(ways=st.lists(st.sampled_from(range(7)), min_size=3, max_size=4))
    def move_in(self, ways: list[int]) -> None:
        end_reading()
        _empty()
        _forget()
        self.traveller.move_to(TUESDAY_10)
        self.orders: list[Model] = []
        self.city = a_city()
        with writing():
            db.session.add(Parameter(name="open_orders_per_worker", value=str(CAP)))
        parameters.forget()
        first = a_person((Role.GRID_WORKER, self.city["g1"]), (Role.FOLLOW_UP_OFFICER, self.city["xnlx"]))
        self.workers = [first, a_worker(self.city["g1"]), a_worker(self.city["g2"])]
        self.grids = dict(zip((one.account_id for one in self.workers), ("g1", "g1", "g2"), strict=True))
        self.on_duty = {one.account_id: True for one in self.workers}
        self.manager, self.top = a_manager(self.city["xnlx"]), a_manager(self.city["xn"])
        self.officers = [first, an_officer(self.city["xnlx"])]
        self.reporters = [a_resident(), a_resident(), self.workers[1]]
        self.everybody = [*self.workers, self.manager, self.top, *self.reporters[:2]]

        for way in ways:
            self.go_ahead(way)

    def go_ahead(self, steps: int) -> None:
        """Some orders have come a part of the way already: up to a second round that was settled again."""
        worker, reporter = self.workers[2], self.reporters[0]
        category = "LIFT" if steps % 2 else "NOISE"
        number = (order := self.submit_as(reporter, category, "g2")).number
        no = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}
        deeds = [
            (assignment.sign if order.urgent else assignment.claim, (number, worker), {}),
            (resolution.resolve, (number, worker, "solved", "已办", []), {}),
            (rating.rate, (number, reporter), no),
            (follow_up.conclude, (number, self.officers[1], "rework", "又坏了"), {}),
            (resolution.resolve, (number, worker, "solved", "已办", []), {}),
            (rating.rate, (number, reporter), no),
        ]
        for deed, args, values in deeds[:steps]:
            if deed is assignment.claim and self.held(worker.account_id) >= CAP:
                return
            assert self.refusal_of(deed, *args, **values) is None
            self.learn(order)

    # deeds

    def attempt(self, allowed: bool, lines: int, act: Any, *args: Any, order: Model, **values: Any) -> None:
        """Act; a refusal must be expected and change nothing, a deed writes as many lines as it should."""
        end_reading()
        before = everything()
        refusal = self.refusal_of(act, *args, **values)
        assert allowed is (refusal is None), (act.__name__, refusal)
        if refusal is None:
            assert self.learn(order) == lines
        else:
            assert everything() == before

    def refusal_of(self, act: Any, *args: Any, **values: Any) -> Refusal | None:
        try:
            with writing():
                act(*args, **values)
        except Refusal as refusal:
            return refusal
        return None

    def learn(self, order: Model) -> int:
        rows = db.session.scalars(
            select(Event).join(WorkOrder).where(WorkOrder.number == order.number).order_by(Event.id)
        ).all()
        end_reading()
        new = rows[order.events :]
        for event in new:
            order.learn(event)
        return len(new)

    def held(self, account_id: int) -> int:
        return sum(order.assignee == account_id and order.status in IN_HAND for order in self.orders)

    def an_order(self, pick: int, *wanted: Status) -> Model:
        fitting = [order for order in self.orders if order.status in wanted]
        return fitting[pick % len(fitting)]

    def a_worker(self, who: int, order: Model) -> Actor:
        """Mostly one of the order's grid who is not its reporter."""
        near = [one for one in self.workers if self.grids[one.account_id] == order.grid]
        near = [one for one in near if one.account_id != order.reporter] if who % 5 else []
        return (near or self.workers)[who % len(near or self.workers)]

    def a_reporter(self, who: int, order: Model) -> Actor:
        own = [one for one in self.reporters if one.account_id == order.reporter] if who % 5 else []
        return (own or self.reporters)[who % len(own or self.reporters)]

    def next_of_ladder(self, order: Model, step: int, former: int | None) -> int | None:
        """Who is called: a worker on duty of the grid, the community's manager, the city's."""
        barred = {order.reporter, former, *order.recused}
        workers = [one for one, grid in self.grids.items() if grid == order.grid and self.on_duty[one]]
        calls = [(0, workers), (1, [self.manager.account_id]), (4, [self.top.account_id])]
        return next((one for at, people in calls if at >= step for one in people if one not in barred), None)

    def step_of(self, account_id: int | None) -> int:
        return {self.manager.account_id: 1, self.top.account_id: 4}.get(account_id or 0, 0)

    @rule(who=WHOLE, category=st.sampled_from(sorted(CLASSES)), grid=st.sampled_from(["g1", "g2"]))
    def submit(self, who: int, category: str, grid: str) -> None:
        if len(self.orders) >= 8:
            return
        order = self.submit_as(self.reporters[who % 3], category, grid)
        assert order.events == (1 if category == "ODD" else 2)
        assert order.status == {"ODD": "submitted", "NOISE": "pooled", "LIFT": "assigned"}[category]
        if category == "LIFT":
            assert order.assignee == self.next_of_ladder(order, 0, None)

    def submit_as(self, reporter: Actor, category: str, grid: str) -> Model:
        places = (self.city[code] for code in ("xn", "cx", "ht", "xnlx", grid))
        request = Request(category=category, description="楼道很吵", place=Place(*places, text="湟岸巷"))
        with writing():
            number = intake.submit(request, reporter).number
        order = Model(number, category, grid, reporter.account_id, clock.now())
        self.orders.append(order)
        self.learn(order)
        return order

    @when(Status.POOLED)
    @rule(who=WHOLE, pick=WHOLE)
    def claim(self, who: int, pick: int) -> None:
        order = self.an_order(pick, Status.POOLED)
        worker = self.a_worker(who, order)
        me = worker.account_id
        is_mine = order.assignee == me and order.status == Status.IN_PROGRESS
        can = order.status == Status.POOLED and self.grids[me] == order.grid and order.reporter != me
        can = can and self.on_duty[me] and self.held(me) < CAP
        self.attempt(is_mine or can, 0 if is_mine else 1, assignment.claim, order.number, act(me), order=order)
        assert order.assignee == me or not can

    @when(*ACTIVE)
    @rule(who=WHOLE, pick=WHOLE)
    def dispatch(self, who: int, pick: int) -> None:
        order = self.an_order(pick, *ACTIVE)
        worker = self.a_worker(who, order)
        me = worker.account_id
        can = order.status in ACTIVE and self.on_duty[me] and self.held(me) < CAP
        can = can and me not in {order.reporter, *order.recused}
        can = can and not (order.status in IN_HAND and order.assignee == me)
        self.attempt(can, 1, assignment.dispatch, order.number, self.manager, worker.public_id, "请办理", order=order)
        assert not can or (order.status, order.assignee) == (Status.ASSIGNED, me)

    @when(Status.ASSIGNED)
    @rule(who=WHOLE, pick=WHOLE)
    def sign(self, who: int, pick: int) -> None:
        order, person = self.an_order(pick, Status.ASSIGNED), self.everybody[who % len(self.everybody)]
        can = order.status == Status.ASSIGNED and order.assignee == person.account_id
        self.attempt(can, 1, assignment.sign, order.number, person, order=order)

    @when(Status.ASSIGNED)
    @rule(pick=WHOLE)
    def the_assignee_signs(self, pick: int) -> None:
        order = self.an_order(pick, Status.ASSIGNED)
        can = order.status == Status.ASSIGNED
        self.attempt(can, 1, assignment.sign, order.number, self.holder(order), order=order)

    def holder(self, order: Model) -> Actor:
        """Whoever has it, or had it, or a worker of the grid."""
        return act(order.assignee or self.workers[0].account_id)

    @when(Status.ASSIGNED)
    @rule(pick=WHOLE, reason=st.sampled_from(["off_duty", "conflict_of_interest"]))
    def refuse(self, pick: int, reason: str) -> None:
        order = self.an_order(pick, Status.ASSIGNED)
        following = self.next_of_ladder(order, self.step_of(order.assignee) + 1, order.assignee)
        can = order.status == Status.ASSIGNED and (not order.urgent or following is not None)
        self.attempt(can, 1, assignment.refuse, order.number, self.holder(order), reason, "", order=order)
        if can:
            assert (order.status, order.assignee) == (("assigned", following) if order.urgent else ("pooled", None))

    @when(Status.IN_PROGRESS)
    @rule(pick=WHOLE)
    def release(self, pick: int) -> None:
        order = self.an_order(pick, Status.IN_PROGRESS)
        can = order.status == Status.IN_PROGRESS and not order.urgent and clock.now() < order.half
        can = can and order.assignee not in order.releases and len(order.releases) < 2
        self.attempt(can, 1, assignment.release, order.number, self.holder(order), "需要电工", order=order)

    @when(Status.IN_PROGRESS)
    @rule(who=WHOLE, pick=WHOLE)
    def contact(self, who: int, pick: int) -> None:
        order, person = self.an_order(pick, Status.IN_PROGRESS), self.everybody[who % len(self.everybody)]
        can = order.status == Status.IN_PROGRESS and order.assignee == person.account_id
        self.attempt(can, 1, handling.contact, order.number, person, "call", "", order=order)

    @when(Status.IN_PROGRESS)
    @rule(pick=WHOLE)
    def note(self, pick: int) -> None:
        order = self.an_order(pick, Status.IN_PROGRESS)
        can, holder = order.status == Status.IN_PROGRESS, self.holder(order)
        self.attempt(can, 1, handling.note, order.number, holder, "看过", visible_to_resident=True, order=order)

    @when(Status.IN_PROGRESS)
    @rule(pick=WHOLE)
    def resolve(self, pick: int) -> None:
        order = self.an_order(pick, Status.IN_PROGRESS)
        can = order.status == Status.IN_PROGRESS
        self.attempt(can, 1, resolution.resolve, order.number, self.holder(order), "solved", "已办", [], order=order)

    @when(Status.RESOLVED, Status.CLOSED)
    @rule(pick=WHOLE, who=WHOLE, solved=st.sampled_from(["yes", "no"]))
    def rate(self, pick: int, who: int, solved: str) -> None:
        order = self.an_order(pick, Status.RESOLVED, Status.CLOSED)
        person = self.a_reporter(who, order)
        can = order.status in (Status.RESOLVED, Status.CLOSED) and order.reporter == person.account_id
        can = can and not order.rated and clock.now() <= due("rate", order.resolved_at)
        closes = solved == "yes" and order.status == Status.RESOLVED and not order.owed
        owes = solved == "no" and not order.owed
        said = {"answered": True, "solved": solved, "satisfied": "mostly", "comment": None}
        self.attempt(can, 1 + closes + owes, rating.rate, order.number, person, **said, order=order)
        assert not can or (order.owed, order.status == Status.CLOSED) != (False, False)

    @when(*OPEN)
    @rule(pick=WHOLE, who=WHOLE)
    def withdraw(self, pick: int, who: int) -> None:
        order = self.an_order(pick, *OPEN)
        person = self.a_reporter(who, order)
        can = order.status in OPEN and order.reporter == person.account_id and not order.urgent
        self.attempt(can, 1, intake.withdraw, order.number, person, "好了", order=order)

    @when(Status.SUBMITTED)
    @rule(pick=WHOLE)
    def accept(self, pick: int) -> None:
        order = self.an_order(pick, Status.SUBMITTED)
        can = order.status == Status.SUBMITTED
        self.attempt(can, 1, intake.accept, order.number, self.manager, order=order)
        assert not can or order.status == Status.POOLED

    @when(Status.SUBMITTED, Status.POOLED)
    @rule(pick=WHOLE)
    def decline(self, pick: int) -> None:
        order = self.an_order(pick, Status.SUBMITTED, Status.POOLED)
        can = order.status in (Status.SUBMITTED, Status.POOLED) and not order.claimed
        self.attempt(can, 1, intake.decline, order.number, self.manager, "out_of_remit", "请找物业。", order=order)

    @precondition(lambda self: any(order.owed for order in self.orders))
    @rule(pick=WHOLE, who=WHOLE)
    def try_to_reach(self, pick: int, who: int) -> None:
        order, officer, can = self.a_follow_up(pick, who)
        self.attempt(can, 1, follow_up.attempt, order.number, officer, "无人接听", order=order)

    @precondition(lambda self: any(order.owed for order in self.orders))
    @rule(pick=WHOLE, who=WHOLE)
    def follow_up_passes(self, pick: int, who: int) -> None:
        order, officer, can = self.a_follow_up(pick, who)
        lines = 2 if order.status == Status.RESOLVED else 1
        self.attempt(can, lines, follow_up.conclude, order.number, officer, "passed", "好了", order=order)
        assert not can or (order.status, order.owed) == (Status.CLOSED, False)

    @precondition(lambda self: any(order.owed for order in self.orders))
    @rule(pick=WHOLE, who=WHOLE)
    def follow_up_sends_back(self, pick: int, who: int) -> None:
        order, officer, can = self.a_follow_up(pick, who)
        round_, former = order.round, order.assignee
        following = self.next_of_ladder(order, 0, former)
        can = can and (round_ == 1 or not order.urgent or following is not None)
        self.attempt(can, 2, follow_up.conclude, order.number, officer, "rework", "又坏了", order=order)
        if can:
            later = (Status.ASSIGNED, following) if order.urgent else (Status.POOLED, None)
            expected = (Status.IN_PROGRESS, former) if round_ == 1 else later
            assert (order.status, order.assignee, order.round) == (*expected, round_ + 1)

    def a_follow_up(self, pick: int, who: int) -> tuple[Model, Actor, bool]:
        waiting = [order for order in self.orders if order.owed]
        order, officer = waiting[pick % len(waiting)], self.officers[who % 2]
        return order, officer, officer.account_id not in {*order.held, order.reporter}

    @precondition(lambda self: self.orders)
    @rule(pick=WHOLE, deed=st.sampled_from(["accept", "decline", "dispatch", "sign", "resolve", "rate", "withdraw"]))
    def something_out_of_turn(self, pick: int, deed: str) -> None:
        order = self.orders[pick % len(self.orders)]
        if order.status in TRANSITIONS[Action(deed)].sources:
            return
        reporter, holder = act(order.reporter), self.holder(order)
        end_reading()
        deeds = {
            "accept": (intake.accept, self.manager),
            "decline": (intake.decline, self.manager, "out_of_remit", "请找物业。"),
            "dispatch": (assignment.dispatch, self.manager, self.workers[pick % 3].public_id, "请办理"),
            "sign": (assignment.sign, holder),
            "resolve": (resolution.resolve, holder, "solved", "已办", []),
            "rate": (rating.rate, reporter),
            "withdraw": (intake.withdraw, reporter, "好了"),
        }
        said = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None} if deed == "rate" else {}
        command, *values = deeds[deed]
        self.attempt(False, 0, command, order.number, *values, order=order, **said)

    @rule(who=WHOLE, on_duty=st.booleans())
    def say_duty(self, who: int, on_duty: bool) -> None:
        worker = self.workers[who % 3]
        with writing():
            duty.say(worker, on_duty)
        self.on_duty[worker.account_id] = on_duty

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        end_reading()
        self.traveller.shift(span)
        sweep()
        for order in self.orders:
            before = order.events
            self.learn(order)
            of_order = select(Event.actor_id).join(WorkOrder).where(WorkOrder.number == order.number)
            rows = db.session.execute(of_order.order_by(Event.id))
            assert [row.actor_id for row in rows.all()[before:]] == [None] * (order.events - before)
            end_reading()
            assert not (order.urgent and order.status == Status.POOLED)

    # what always holds

    @invariant()
    def the_house_is_as_the_model_says(self) -> None:
        rows = {row.number: row for row in db.session.execute(select(*WorkOrder.__table__.columns)).all()}
        assert rows.keys() == {order.number for order in self.orders}
        for order in self.orders:
            row = rows[order.number]
            assert (row.status, row.round) == (order.status, order.round)
            assert row.assignee_id == order.assignee
            self._check_due(order, row)
        end_reading()

    def _check_due(self, order: Model, row: Any) -> None:
        """The due date is set at the acceptance and moves with a rework alone."""
        if row.due_at != order.due_at and order.due_at is not None:
            assert row.round == order.due_round + 1
            assert row.due_at == calendar().due(order.reworked_at, schedule.half_span(row.class_code))
        order.due_at, order.due_round = row.due_at, row.round
        assert (row.due_at is None) == (row.accepted_at is None)
        assert row.accepted_at is not None or row.status in (Status.SUBMITTED, Status.DECLINED, Status.WITHDRAWN)

    @invariant()
    def at_most_one_person_has_it(self) -> None:
        current = db.session.execute(
            select(WorkOrder.number, Assignment.account_id)
            .join(WorkOrder, WorkOrder.id == Assignment.work_order_id)
            .where(Assignment.ended_at.is_(None))
        ).all()
        end_reading()
        expected = [(order.number, order.assignee) for order in self.orders if order.status in IN_HAND]
        assert sorted((row.number, row.account_id) for row in current) == sorted(expected)
        assert all(order.assignee != order.reporter for order in self.orders)

    @invariant()
    def everything_that_must_be_told_is_owed(self) -> None:
        lines = db.session.execute(
            select(WorkOrder.number, Event.action, Event.to_status, Event.facts).join(
                WorkOrder, WorkOrder.id == Event.work_order_id
            )
        ).all()
        topics = Counter(
            db.session.execute(
                select(WorkOrder.number, Outbox.topic).join(WorkOrder, WorkOrder.id == Outbox.work_order_id)
            ).tuples()
        )
        end_reading()
        expected: Counter[tuple[str, str]] = Counter()
        handed: Counter[str] = Counter()
        for line in lines:
            if line.action in TELLS:
                expected[line.number, TELLS[line.action]] += 1
            if line.action in HANDS and line.to_status in (Status.ASSIGNED, Status.POOLED):
                handed[line.number] += line.action == "accept" or line.to_status == Status.ASSIGNED
            if line.action == "follow_up" and line.facts["step"] in ("owed", "risen"):
                expected[line.number, "follow_up_owed"] += 1
        assert {pair: topics[pair] for pair in expected} == expected
        for order in self.orders:
            told = sum(topics[order.number, topic] for topic in ("accepted", "assigned", "ladder"))
            assert told == handed[order.number]


TELLS = {
    "claim": "claimed", "sign": "signed", "release": "released", "refuse": "refused", "lapse": "returned_to_pool",
    "resolve": "resolved", "rate": "rated", "close": "closed", "rework": "rework", "withdraw": "withdrawn",
    "decline": "declined", "note": "noted",
}  # fmt: skip
HANDS = ("accept", "dispatch", "assign", "refuse", "rework")


def test_whatever_people_do_the_house_stays_as_the_model_says(app, moving):
    house = type("TravellingHouse", (House,), {"traveller": moving})
    run_state_machine_as_test(
        house,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
