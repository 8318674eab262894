"""What a line of the timeline says: the fact in words, then the free text."""

from collections.abc import Callable, Mapping
from typing import Any

from app.work_orders.handling import CONTACT_KINDS
from app.work_orders.side_records import KIND_NAMES, Kind
from app.work_orders.workflow import Action

Facts = Mapping[str, Any]

STEPS = {
    "contact": "联系时限已到",
    "warn_50": "办理时限已过半",
    "warn_80": "办理时限已过八成",
    "ladder_ended": "值班链已全部呼叫，仍无人签收",
    "line_ended": "各级负责人均未签收",
}
FOLLOW_UP_STEPS = {
    "attempt": "未联系上",
    "risen": "未按时回访，转上一级回访",
    "given_up": "逾期未回访",
}
CAUSES = {"rated_no": "居民评价未解决或不满意，需要回访", "drawn": "抽中回访"}
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFIED = {"yes": "满意", "mostly": "基本满意", "no": "不满意"}


def words(action: Action, facts: Facts, text: str | None) -> str:
    """The whole line."""
    fact = FACT_WORDS.get(action, _nothing)(facts)
    return "：".join(part for part in (fact, text or "") if part)


def _nothing(_facts: Facts) -> str:
    return ""


def _rule(facts: Facts) -> str:
    return f"按规则“{facts['rule_name']}”受理" if facts.get("rule_name") else ""


def _rating(facts: Facts) -> str:
    contacted = "有人联系" if facts["answered"] else "无人联系"
    return f"{contacted}，{SOLVED[facts['solved']]}，{SATISFIED[facts['satisfied']]}"


def _follow_up(facts: Facts) -> str:
    if facts["step"] == "owed":
        return CAUSES[facts["cause"]]
    if facts["step"] == "concluded":
        return "回访通过" if facts["outcome"] == "passed" else "回访未通过，转返工"
    return FOLLOW_UP_STEPS[facts["step"]]


def _decision(facts: Facts) -> str:
    if not facts:
        return ""
    return f"{'同意' if facts['approved'] else '不同意'}延期{facts['text']}"


FACT_WORDS: dict[Action, Callable[[Facts], str]] = {
    Action.ACCEPT: _rule,
    Action.DECLINE: lambda facts: facts["reason_name"],
    Action.REFUSE: lambda facts: facts["reason_name"],
    Action.CONTACT: lambda facts: CONTACT_KINDS[facts["kind"]],
    Action.RESOLVE: lambda facts: facts["result_name"],
    Action.RATE: _rating,
    Action.FOLLOW_UP: _follow_up,
    Action.CLOSE: lambda facts: facts["outcome_name"],
    Action.RESUME: lambda facts: "等待补充的时限已到" if facts.get("unanswered") else "",
    Action.EXTEND: lambda facts: f"申请延期{facts['text']}" if facts else "",
    Action.DECIDE_EXTENSION: _decision,
    Action.REPLY: lambda facts: "" if facts.get("in_time", True) else "超过时限后回复",
    Action.EXPIRE: lambda facts: f"{KIND_NAMES[Kind(facts['kind'])]}没有按时答复" if facts.get("kind") else "",
    Action.WARN: lambda facts: STEPS.get(facts.get("step", ""), ""),
}
