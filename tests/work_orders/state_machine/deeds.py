"""What people do with an order: each deed with the person who should, and the command that a door would give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.people.actor import Actor
from app.work_orders import (
    appeals,
    assignment,
    confidential,
    corrections,
    extensions,
    follow_up,
    handling,
    intake,
    joining,
    on_behalf,
    questions,
    rating,
    recusal,
    reopening,
    replies,
    resolution,
    resuming,
    second_look,
    transfer,
    urging,
)
from app.work_orders.on_behalf import Settled
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action

RESULTS = ("solved", "partly_solved", "explained_not_solvable")
CATEGORIES = ("NOISE", "LIGHT", "ODD", "LIFT")
REFUSALS = ("off_duty", "conflict_of_interest", "overloaded")
SOLVED = ("yes", "no", "partly")


@dataclass(frozen=True)
class Case:
    """An order in somebody's hands, with a number to choose by, and what the town offers to choose from."""

    number: str
    actor: Actor
    pick: int
    workers: list[str]
    places: list[Any]
    photos: list[str]
    others: list[str] = field(default_factory=list)
    """Numbers of other orders of the town."""

    @property
    def worker(self) -> str:
        return self.workers[self.pick % len(self.workers)]

    def one_of(self, values: tuple[Any, ...] | list[Any]) -> Any:
        return values[self.pick % len(values)]


@dataclass(frozen=True)
class Deed:
    """`who` names what the right person is to the order; `kind` is the open record that the deed answers."""

    action: Action
    who: str
    command: Callable[[Case], Any]
    kind: Kind | None = None

    @property
    def name(self) -> str:
        return f"{self.action} {self.who}"

    @property
    def as_reporter(self) -> bool:
        return self.who in ("first", "joined", "reporter")


def rate(one: Case) -> Any:
    said = one.one_of(SOLVED)
    satisfied = "no" if said == "no" else "mostly"
    return rating.rate(one.number, one.actor, answered=True, solved=said, satisfied=satisfied, comment="谢谢")


IN_HAND = [
    Deed(Action.CLAIM, "worker", lambda one: assignment.claim(one.number, one.actor)),
    Deed(Action.SIGN, "holder", lambda one: assignment.sign(one.number, one.actor)),
    Deed(Action.RESOLVE, "holder", lambda one: resolution.resolve(
        one.number, one.actor, one.one_of(RESULTS), "已办", one.photos)),
    Deed(Action.CONTACT, "holder", lambda one: handling.contact(one.number, one.actor, "call", "")),
    Deed(Action.ARRIVE, "holder", lambda one: handling.arrive(one.number, one.actor, None)),
    Deed(Action.NOTE, "holder", lambda one: handling.note(one.number, one.actor, "看过", visible_to_resident=True)),
    Deed(Action.RELEASE, "holder", lambda one: assignment.release(one.number, one.actor, "需要电工")),
    Deed(Action.REFUSE, "holder", lambda one: assignment.refuse(one.number, one.actor, one.one_of(REFUSALS), "")),
]  # fmt: skip

WAITING = [
    Deed(Action.ASK, "holder", lambda one: questions.ask(one.number, one.actor, "哪一层？")),
    Deed(Action.ASK, "desk", lambda one: questions.ask(one.number, one.actor, "哪一层？")),
    Deed(Action.ANSWER, "first", lambda one: questions.answer(one.number, one.actor, "三层", [])),
    Deed(Action.RESUME, "holder", lambda one: resuming.resume(one.number, one.actor, "电话里说是三层")),
    Deed(Action.RESUME, "desk", lambda one: resuming.resume(one.number, one.actor, "电话里说是三层")),
    Deed(Action.EXTEND, "holder", lambda one: extensions.ask(one.number, one.actor, 1, "等配件")),
    Deed(Action.DECIDE_EXTENSION, "manager", lambda one: extensions.decide(
        one.number, one.actor, one.pick % 3 > 0, "按此办理"), Kind.EXTENSION),
]  # fmt: skip

CHANGING_HANDS = [
    Deed(Action.DISPATCH, "manager", lambda one: assignment.dispatch(one.number, one.actor, one.worker, "请办理")),
    Deed(Action.TRANSFER, "holder", lambda one: transfer.offer(one.number, one.actor, one.worker, "已约好时间")),
    Deed(Action.ACCEPT_TRANSFER, "offered", lambda one: transfer.accept(one.number, one.actor), Kind.TRANSFER),
    Deed(
        Action.DECLINE_TRANSFER, "offered", lambda one: transfer.decline(one.number, one.actor, "没空"), Kind.TRANSFER
    ),
    Deed(Action.TAKE_BACK_TRANSFER, "holder", lambda one: transfer.take_back(one.number, one.actor), Kind.TRANSFER),
    Deed(Action.RECUSE, "manager", lambda one: recusal.recuse(one.number, one.actor, one.worker, "是当事人")),
]

PUTTING_RIGHT = [
    Deed(Action.RECATEGORISE, "holder", lambda one: corrections.recategorise(
        one.number, one.actor, one.one_of(CATEGORIES), "类别不对")),
    Deed(Action.RECATEGORISE, "manager", lambda one: corrections.recategorise(
        one.number, one.actor, one.one_of(CATEGORIES), "类别不对")),
    Deed(Action.DECIDE_CATEGORY, "manager", lambda one: corrections.decide_category(
        one.number, one.actor, one.pick % 3 > 0, "按此办理"), Kind.CATEGORY),
    Deed(Action.RELOCATE, "manager", lambda one: corrections.relocate(
        one.number, one.actor, one.one_of(one.places), "地点不对")),
    Deed(Action.AMEND, "holder", lambda one: resolution.amend(
        one.number, one.actor, one.one_of(RESULTS), "补充说明", [])),
    Deed(Action.SEND_BACK, "manager", lambda one: second_look.send_back(one.number, one.actor, "缺少照片")),
    Deed(Action.SETTLE, "taker", lambda one: on_behalf.settle(
        one.number, one.actor, Settled("solved", "当场办了", one.photos))),
]  # fmt: skip

SAYING = [
    Deed(Action.RATE, "reporter", rate),
    Deed(Action.URGE, "reporter", lambda one: urging.urge(one.number, one.actor, "快一点")),
    Deed(Action.JOIN, "neighbour", lambda one: joining.join(one.number, one.actor)),
    Deed(Action.LEAVE, "joined", lambda one: joining.leave(one.number, one.actor)),
    Deed(Action.WITHDRAW, "first", lambda one: intake.withdraw(one.number, one.actor, "好了")),
    Deed(Action.APPEAL, "first", lambda one: appeals.appeal(one.number, one.actor, "应当受理")),
    Deed(Action.REOPEN, "reporter", lambda one: reopening.reopen(one.number, one.actor, "又坏了", [])),
    Deed(Action.CONFIDE, "first", lambda one: confidential.confide(one.number, one.actor, as_reporter=True)),
]

OFFICE = [
    Deed(Action.ACCEPT, "desk", lambda one: intake.accept(one.number, one.actor)),
    Deed(Action.DECLINE, "desk", lambda one: intake.decline(one.number, one.actor, "out_of_remit", "请找物业。")),
    Deed(Action.URGE, "superior", lambda one: urging.urge_from_above(one.number, one.actor, "请抓紧")),
    Deed(Action.REPLY, "holder", lambda one: replies.reply(one.number, one.actor, "明天到"), Kind.URGE),
    Deed(Action.CONFIDE, "manager", lambda one: confidential.confide(one.number, one.actor, as_reporter=False)),
    Deed(Action.REOPEN, "manager", lambda one: reopening.reopen_by_office(one.number, one.actor, "没有办好")),
]

ASKING_AFTER = [
    Deed(Action.FOLLOW_UP, "officer", lambda one: follow_up.conclude(one.number, one.actor, "passed", "好了")),
    Deed(Action.FOLLOW_UP, "officer", lambda one: follow_up.conclude(one.number, one.actor, "rework", "又坏了")),
    Deed(Action.FOLLOW_UP, "officer", lambda one: follow_up.attempt(one.number, one.actor, "无人接听")),
]

ALL = [*IN_HAND, *WAITING, *CHANGING_HANDS, *PUTTING_RIGHT, *SAYING, *OFFICE, *ASKING_AFTER]
BY_ACTION = {deed.action: deed for deed in reversed(ALL)}
