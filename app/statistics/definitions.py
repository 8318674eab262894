"""The figures: of each its name, what is counted of what, and the rows behind both numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_

from app import parameters
from app.statistics import conditions as is_
from app.statistics import sources
from app.statistics.conditions import Condition
from app.statistics.sources import Source, Window
from app.work_orders.models import Rating, WorkOrder
from app.work_orders.side_records import Kind, SideRecord
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action

MOSTLY_PERCENT = ("satisfied_mostly_percent", 60)
PARTLY_PERCENT = ("solved_partly_percent", 0)
WHOLE = 100
Worth = Callable[[], ColumnElement[int]]


@dataclass(frozen=True)
class Part:
    """The rows behind one number: those of a source that fulfil a condition; `worth` says how much each counts."""

    source: Source
    condition: Condition
    worth: Worth | None = None  # in hundredths


@dataclass(frozen=True)
class Figure:
    """One definition. Without `of` it is a plain count."""

    code: str
    name: str
    met_words: str
    of_words: str
    met: Part
    of: Part | None = None
    unit: str = "件"

    def part(self, name: str) -> Part | None:
        return {"numerator": self.met, "denominator": self.of}.get(name)


def _always(condition: ColumnElement[bool]) -> Condition:
    return lambda _window: condition


def _any(_window: Window) -> ColumnElement[bool]:
    return WorkOrder.id.is_not(None)


def _answers(column: Any, part_of_it: str, weight: tuple[str, int]) -> Worth:
    """How much each answer counts, by the city's own weights."""

    def worth() -> ColumnElement[int]:
        given = case((is_.GAVE_UP, "no"), else_=column) if column is Rating.satisfied else column
        return case((given == "yes", WHOLE), (given == part_of_it, parameters.number(*weight)), else_=0)

    return worth


def _line(*actions: Action, also: ColumnElement[bool] | None = None) -> Part:
    condition = is_.line_of(*actions)
    return Part(sources.LINES, _always(condition if also is None else and_(condition, also)))


_REPORTED = Part(sources.REPORTED, _any)
_ANSWERED = Part(sources.ASKED, _always(Rating.id.is_not(None)))
_DUE = Part(sources.DUE, is_.should_have_finished)
_FINISHED = Part(sources.LINES, _always(and_(sources.IS_LAST_FINISH, Event.round == 1, is_.IS_NOT_SPOT)))
_FINISHED_ANYHOW = Part(sources.LINES, _always(sources.IS_LAST_FINISH))
_DUE_WORDS = "原办结时限落在期内的工单（含以前上报、结转到期的；到期前已不予受理、撤回、并案或暂停的除外）"
_FINISHED_WORDS = "首轮在期内办结的工单"


def _of_finished(also: ColumnElement[bool]) -> Part:
    return Part(sources.LINES, lambda window: and_(_FINISHED.condition(window), also))


def _due(also: ColumnElement[bool]) -> Part:
    return Part(sources.DUE, is_.of_those_due(also))


RATES = (
    Figure(
        "response", "响应率", "首轮在联系时限内联系了反映人的", "期内上报、已受理、联系时限已到或已联系的工单",
        Part(sources.REPORTED, is_.contacted_in_time), Part(sources.REPORTED, is_.had_to_be_contacted),
    ),
    Figure(
        "solved", "解决率", "居民答“已解决”的；“部分解决”按设置的权重计", "期内办结、居民已评价的",
        Part(sources.ASKED, _ANSWERED.condition, _answers(Rating.solved, "partly", PARTLY_PERCENT)), _ANSWERED, "人次",
    ),
    Figure(
        "satisfied", "满意率", "居民答“满意”的；“基本满意”按设置的权重计；逾期未回访的算不满意",
        "期内办结、居民已评价的",
        Part(sources.ASKED, _ANSWERED.condition, _answers(Rating.satisfied, "mostly", MOSTLY_PERCENT)), _ANSWERED,
        "人次",
    ),
    Figure(
        "answered", "评价率", "已评价的", "期内办结后请其评价的反映人和附议人",
        _ANSWERED, Part(sources.ASKED, _any), "人次",
    ),
)  # fmt: skip

TIMELINESS = (
    Figure(
        "on_time", "按期办结率（原时限）", "首轮在原时限内办结的", _DUE_WORDS,
        Part(sources.DUE, is_.finished_in_time), _DUE,
    ),
    Figure(
        "on_time_extended", "按期办结率（延期后）", "本轮在延期、顺延后的时限内办结的",
        "本轮办结时限落在期内的工单，除外同上",
        Part(sources.DUE_EXTENDED, is_.finished_in_extended_time),
        Part(sources.DUE_EXTENDED, is_.should_have_finished_extended),
    ),
    Figure("finished", "办结率", "首轮已经办结的，不论是否按期", _DUE_WORDS, _due(is_.FINISHED_AT.is_not(None)), _DUE),
    Figure("extension", "延期率", "批准过延期的", _DUE_WORDS, _due(is_.IS_EXTENDED), _DUE),
)  # fmt: skip

QUALITY = (
    Figure("rework", "返工率", "回访后返工过的", _DUE_WORDS, _due(is_.IS_REWORKED), _DUE),
    Figure(
        "first_time", "一次办成率", "此后没有审核退回、返工或重办的", _FINISHED_WORDS,
        _of_finished(and_(WorkOrder.round == 1, ~is_.IS_SENT_BACK)), _FINISHED,
    ),
    Figure("reopen", "重办率", "此后重办过的", _FINISHED_WORDS, _of_finished(is_.IS_REOPENED), _FINISHED),
    Figure(
        "repeat", "重复诉求率", "同一反映人90天内在同一小区反映过同一类别的", "期内上报的工单",
        Part(sources.REPORTED, is_.repeated), _REPORTED,
    ),
)  # fmt: skip

INTAKE = (
    Figure("accepted", "受理率", "已受理的", "期内上报的工单",
           Part(sources.REPORTED, _always(WorkOrder.accepted_at.is_not(None))), _REPORTED),
    Figure("spot", "现场办结占比", "现场办结的", "期内办结的轮次，现场办结单独统计，不进响应率、按期办结率和用时",
           _line(Action.SETTLE, also=sources.IS_LAST_FINISH), _FINISHED_ANYHOW, "件次"),
    Figure("given_back", "退回率", "期内拒签、退回和提出派单异议的", "期内认领、派单和自动指派",
           Part(sources.LINES, _always(is_.line_of(*is_.GIVEN_BACK))),
           Part(sources.LINES, _always(or_(is_.line_of(*is_.HANDED_OUT), is_.WAS_ACCEPTED_FOR_SOMEBODY))), "件次"),
    Figure("misroute", "派错率", "期内提出并得到支持的派单异议", "期内受理的工单",
           Part(sources.RECORDS, _always(is_.ended_as(Kind.DISPUTE, "upheld"))), Part(sources.ACCEPTED, _any)),
)  # fmt: skip

_SENT = Part(sources.RECORDS, _always(is_.opened(Kind.ESCALATION)))


def _escalations(*outcomes: str) -> Part:
    return Part(sources.RECORDS, _always(is_.ended_as(Kind.ESCALATION, *outcomes)))


OFFICES = (
    Figure("urge_answered", "催办按时回复率", "按时回复的", "期内催办、已回复或已逾期的",
           Part(sources.RECORDS, is_.answered_in_time(Kind.URGE, "answered")),
           Part(sources.RECORDS, is_.had_to_be_answered(Kind.URGE, "answered")), "件次"),
    Figure("supervision_on_time", "督办按期解除率", "在最初的督办期限内解除的", "期内开始的督办，已解除或已逾期",
           Part(sources.RECORDS, is_.answered_in_time(Kind.SUPERVISION, "cleared")),
           Part(sources.RECORDS, is_.had_to_be_answered(Kind.SUPERVISION, "cleared")), "件次"),
    Figure("reported_in", "吹哨按时报到率", "在最初的报到时限内报到的", "期内吹哨，已报到或已逾期",
           Part(sources.RECORDS, is_.answered_in_time(Kind.ESCALATION, "reported_in")),
           Part(sources.RECORDS, is_.had_to_be_answered(Kind.ESCALATION, "reported_in")), "件次"),
    Figure("escalation_returned", "吹哨退回率", "被上级退回的", "期内吹哨", _escalations("returned"), _SENT, "件次"),
    Figure("solved_below", "吹哨后自行解决率", "上级报到前本级已办结的", "期内吹哨",
           _escalations("solved_below"), _SENT, "件次"),
)  # fmt: skip

RENEWED = "renewed"


def _ledger(condition: Callable[[Window], ColumnElement[bool]]) -> Part:
    return Part(sources.LEDGER, condition)


def _open_at_start(window: Window) -> ColumnElement[bool]:
    start = window.period.start_at
    return and_(SideRecord.opened_at < start, or_(SideRecord.ended_at.is_(None), SideRecord.ended_at >= start))


def _open_at_end(window: Window) -> ColumnElement[bool]:
    return or_(SideRecord.ended_at.is_(None), SideRecord.ended_at >= window.period.until)


def _added(window: Window) -> ColumnElement[bool]:
    return and_(SideRecord.opened_at >= window.period.start_at, ~is_.RENEWS)


def _ended(window: Window) -> ColumnElement[bool]:
    return and_(SideRecord.ended_at >= window.period.start_at, SideRecord.ended_at < window.period.until)


def _cleared(window: Window) -> ColumnElement[bool]:
    return and_(_ended(window), SideRecord.outcome != RENEWED)


def _renewed(window: Window) -> ColumnElement[bool]:
    return and_(_ended(window), SideRecord.outcome == RENEWED)


LEDGER = (
    Figure("ledger_opening", "期初挂账", "期初在挂账的", "", _ledger(_open_at_start)),
    Figure("ledger_added", "新增挂账", "期内新批准挂账的，续挂不算", "", _ledger(_added)),
    Figure("ledger_cleared", "销账", "期内结束挂账的，续挂不算", "", _ledger(_cleared)),
    Figure("ledger_closing", "期末挂账", "期末仍在挂账的（期初＋新增－销账）", "", _ledger(_open_at_end)),
    Figure("ledger_renewed", "续挂", "期内复核后续挂的，不计入新增和销账", "", _ledger(_renewed), unit="件次"),
)

GROUPS: dict[str, tuple[Figure, ...]] = {
    "三率": RATES,
    "时效": TIMELINESS,
    "质量": QUALITY,
    "受理和派单": INTAKE,
    "单位之间": OFFICES,
    "挂账": LEDGER,
}

FIGURES: dict[str, Figure] = {figure.code: figure for group in GROUPS.values() for figure in group}

COMPARED = ("response", "solved", "satisfied", "on_time")
"""The figures by which the places below are compared."""
