"""What people do with an order, a row for each thing: who, when it comes up, how likely, how soon, and the command."""

from typing import Any

from app.simulation.deed import Case, Deed
from app.simulation.office_deeds import OFFICE_DEEDS
from app.simulation.sight import FOLLOW_UP
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
from app.work_orders.side_records import Kind
from app.work_orders.workflow import ACTIVE, OPEN, Action, Status

CATEGORIES = ("PM", "ROAD", "OTHER", "WASTE", "PARK.space", "GREEN.trim")
RESULTS = ("solved", "solved", "solved", "solved", "partly_solved", "explained_not_solvable", "answered")
REFUSALS = ("off_duty", "overloaded", "wrong_skill", "conflict_of_interest")
SOLVED = (("yes", "yes"), ("yes", "mostly"), ("yes", "yes"), ("yes", "yes"), ("partly", "mostly"), ("no", "no"))


S = Status

TAKING_IN = [
    Deed(Action.ACCEPT, "desk", (S.SUBMITTED,), 0.8, (0.1, 2.5), lambda one: intake.accept(
        one.number, one.actor), steady=True, unless=Kind.APPEAL),
    Deed(Action.DECLINE, "desk", (S.SUBMITTED,), 0.2, (0.2, 2), lambda one: intake.decline(
        one.number, one.actor, "out_of_remit", "请向物业服务企业或者主管部门反映。"), unless=Kind.APPEAL),
    Deed(Action.DECLINE, "desk", (S.POOLED,), 0.01, (0.5, 3), lambda one: intake.decline(
        one.number, one.actor, "repeat_without_new_facts", "同一事项已有答复。")),
    Deed(Action.ASK, "desk", (S.SUBMITTED,), 0.1, (0.2, 1.5), lambda one: questions.ask(
        one.number, one.actor, "具体在什么位置？"), unless=Kind.APPEAL),
    Deed(Action.APPEAL, "first", (S.DECLINED,), 0.35, (1, 90), lambda one: appeals.appeal(
        one.number, one.actor, "这件事就该社区管。")),
    Deed(Action.ACCEPT, "above", Kind.APPEAL, 0.5, (2, 15), lambda one: intake.accept(
        one.number, one.actor), steady=True),
    Deed(Action.DECLINE, "above", Kind.APPEAL, 0.3, (2, 15), lambda one: intake.decline(
        one.number, one.actor, "out_of_remit", "经复核，不属于社区职责。"), steady=True),
]  # fmt: skip

GETTING_IT = [
    Deed(Action.CLAIM, "worker", (S.POOLED,), 0.95, (0.1, 7), lambda one: assignment.claim(
        one.number, one.actor), steady=True, again=0.5),
    Deed(Action.DISPATCH, "manager", (S.POOLED,), 0.06, (1, 6), lambda one: assignment.dispatch(
        one.number, one.actor, one.town.colleague(one.sight), "请尽快办理")),
    Deed(Action.DISPATCH, "manager", (S.IN_PROGRESS,), 0.015, (8, 40), lambda one: assignment.dispatch(
        one.number, one.actor, one.town.colleague(one.sight), "换人办理")),
    Deed(Action.SIGN, "holder", (S.ASSIGNED,), 0.88, (0.05, 3), lambda one: assignment.sign(
        one.number, one.actor), steady=True),
    Deed(Action.REFUSE, "holder", (S.ASSIGNED,), 0.06, (0.05, 2), lambda one: assignment.refuse(
        one.number, one.actor, one.one_of(REFUSALS), "")),
    Deed(Action.RELEASE, "holder", (S.IN_PROGRESS,), 0.02, (1, 8), lambda one: assignment.release(
        one.number, one.actor, "需要专业队伍")),
    Deed(Action.TRANSFER, "holder", (S.IN_PROGRESS,), 0.04, (1, 12), lambda one: transfer.offer(
        one.number, one.actor, one.town.colleague(one.sight), "已联系居民，约好明天上门")),
    Deed(Action.ACCEPT_TRANSFER, "offered", Kind.TRANSFER, 0.65, (0.1, 1.7), lambda one: transfer.accept(
        one.number, one.actor), steady=True),
    Deed(Action.DECLINE_TRANSFER, "offered", Kind.TRANSFER, 0.2, (0.1, 1.7), lambda one: transfer.decline(
        one.number, one.actor, "手上事多"), steady=True),
    Deed(Action.TAKE_BACK_TRANSFER, "holder", Kind.TRANSFER, 0.05, (0.3, 1.5), lambda one: transfer.take_back(
        one.number, one.actor)),
]  # fmt: skip

DOING_IT = [
    Deed(Action.CONTACT, "holder", (S.IN_PROGRESS,), 0.94, (0.2, 6), lambda one: handling.contact(
        one.number, one.actor, one.one_of(("call", "visit", "message")), ""), steady=True),
    Deed(Action.ARRIVE, "holder", (S.IN_PROGRESS,), 0.3, (1, 10), lambda one: handling.arrive(
        one.number, one.actor, None)),
    Deed(Action.NOTE, "holder", (S.IN_PROGRESS,), 0.15, (1, 12), lambda one: handling.note(
        one.number, one.actor, "配件已经订了，明天到。", visible_to_resident=one.one_of((True, False)))),
    Deed(Action.ASK, "holder", (S.IN_PROGRESS,), 0.05, (1, 8), lambda one: questions.ask(
        one.number, one.actor, "是几层几户？什么时候在家？")),
    Deed(Action.ANSWER, "first", Kind.QUESTION, 0.75, (0.3, 50), lambda one: questions.answer(
        one.number, one.actor, "三层，晚上在家。", [])),
    Deed(Action.RESUME, "holder", Kind.QUESTION, 0.1, (3, 16), lambda one: resuming.resume(
        one.number, one.actor, "电话里说是三层。")),
    Deed(Action.EXTEND, "holder", (S.IN_PROGRESS,), 0.05, (4, 18), lambda one: extensions.ask(
        one.number, one.actor, 1, "等配件")),
    Deed(Action.DECIDE_EXTENSION, "manager", Kind.EXTENSION, 0.85, (0.5, 8), lambda one: extensions.decide(
        one.number, one.actor, one.one_of((True, True, False)), "按此办理"), steady=True),
    Deed(Action.RECATEGORISE, "holder", (S.IN_PROGRESS,), 0.02, (0.5, 6), lambda one: corrections.recategorise(
        one.number, one.actor, one.one_of(CATEGORIES), "类别报错了")),
    Deed(Action.DECIDE_CATEGORY, "manager", Kind.CATEGORY, 0.9, (0.5, 8), lambda one: corrections.decide_category(
        one.number, one.actor, one.one_of((True, True, False)), "按此办理"), steady=True),
    Deed(Action.RELOCATE, "manager", ACTIVE, 0.008, (0.5, 10), lambda one: corrections.relocate(
        one.number, one.actor, one.town.place(one.sight.community_id), "地点报错了")),
    Deed(Action.RECUSE, "manager", (S.IN_PROGRESS,), 0.003, (1, 10), lambda one: recusal.recuse(
        one.number, one.actor, one.town.city.public_ids[one.sight.assignee_id or 0], "是当事人的亲属")),
    Deed(Action.RESOLVE, "holder", (S.IN_PROGRESS,), 0.96, (2, 44), lambda one: resolution.resolve(
        one.number, one.actor, one.one_of(RESULTS), "已经上门处理。", one.photos), steady=True, again=0.7,
        with_photos=True),
    Deed(Action.AMEND, "holder", (S.RESOLVED,), 0.02, (0.2, 4), lambda one: resolution.amend(
        one.number, one.actor, "partly_solved", "还差一个配件，下周补上。", [])),
    Deed(Action.SEND_BACK, "manager", (S.RESOLVED,), 0.03, (0.5, 12), lambda one: second_look.send_back(
        one.number, one.actor, "缺少办理后的照片")),
]  # fmt: skip

SAYING = [
    Deed(Action.URGE, "first", OPEN, 0.09, (20, 110), lambda one: urging.urge(
        one.number, one.actor, "怎么还没有人来？"), again=0.4),
    Deed(Action.URGE, "above", ACTIVE, 0.006, (10, 40), lambda one: urging.urge_from_above(
        one.number, one.actor, "请抓紧。")),
    Deed(Action.REPLY, "holder", Kind.URGE, 0.8, (0.5, 10), lambda one: replies.reply(
        one.number, one.actor, "明天上午到。"), steady=True),
    Deed(Action.JOIN, "neighbour", (S.POOLED, S.IN_PROGRESS), 0.05, (1, 70), lambda one: joining.join(
        one.number, one.actor)),
    Deed(Action.LEAVE, "joined", (S.IN_PROGRESS,), 0.05, (10, 80), lambda one: joining.leave(
        one.number, one.actor)),
    Deed(Action.WITHDRAW, "first", OPEN, 0.012, (1, 80), lambda one: intake.withdraw(
        one.number, one.actor, "自己修好了")),
    Deed(Action.CONFIDE, "first", ACTIVE, 0.005, (0.2, 10), lambda one: confidential.confide(
        one.number, one.actor, as_reporter=True)),
    Deed(Action.RATE, "first", (S.RESOLVED,), 0.55, (0.3, 130), lambda one: _rate(one)),
    Deed(Action.RATE, "joined", (S.RESOLVED,), 0.4, (0.3, 130), lambda one: _rate(one)),
    Deed(Action.REOPEN, "first", (S.CLOSED,), 0.03, (5, 240), lambda one: reopening.reopen(
        one.number, one.actor, "又坏了", [])),
    Deed(Action.REOPEN, "manager", (S.CLOSED,), 0.003, (5, 60), lambda one: reopening.reopen_by_office(
        one.number, one.actor, "没有办好")),
]  # fmt: skip

ASKING_AFTER = [
    Deed(Action.FOLLOW_UP, "officer", FOLLOW_UP, 0.3, (1, 8), lambda one: follow_up.attempt(
        one.number, one.actor, "无人接听")),
    Deed(Action.FOLLOW_UP, "officer", FOLLOW_UP, 0.65, (3, 20), lambda one: follow_up.conclude(
        one.number, one.actor, "passed", "居民认可"), steady=True),
    Deed(Action.FOLLOW_UP, "officer", FOLLOW_UP, 0.25, (3, 20), lambda one: follow_up.conclude(
        one.number, one.actor, "rework", "问题还在")),
]  # fmt: skip

DEEDS: tuple[Deed, ...] = (*TAKING_IN, *GETTING_IT, *DOING_IT, *SAYING, *ASKING_AFTER, *OFFICE_DEEDS)


def _rate(one: Case) -> Any:
    solved, satisfied = one.one_of(SOLVED)
    return rating.rate(one.number, one.actor, answered=True, solved=solved, satisfied=satisfied, comment="")
