"""What a line of the timeline says: the fact in words, then the free text."""

from collections.abc import Callable, Mapping
from typing import Any

from app.work_orders import calls
from app.work_orders.facts import CHANNEL_NAMES
from app.work_orders.handling import CONTACT_KINDS
from app.work_orders.offices import office_words
from app.work_orders.workflow import Action

Facts = Mapping[str, Any]

STEPS = {
    "contact": "联系时限已到",
    "warn_50": "办理时限已过半",
    "warn_80": "办理时限已过八成",
    "warn_80_ledger": "办理时限已过八成，一时确实办不成的，可以申请挂账",
    "ladder_ended": "值班链已全部呼叫，仍无人签收",
    "line_ended": "各级负责人均未签收",
    "begun_again_often": "多次返工或重办，列为问题工单",
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
    told = "，".join(filter(None, (fact, calls.words(facts))))
    return "：".join(part for part in (told, text or "") if part)


def _nothing(_facts: Facts) -> str:
    return ""


def _on_behalf(facts: Facts) -> str:
    return f"{CHANNEL_NAMES.get(facts.get('channel', ''), '')}，代居民上报" if facts.get("on_behalf") else ""


def _acceptance(facts: Facts) -> str:
    by = {"rule": "规则", "responsibility": "权责清单"}
    named = [
        f"按{word}“{facts[f'{kind}_name']}”{_version(facts[f'{kind}_version'])}受理"
        for kind, word in by.items()
        if facts.get(f"{kind}_name")
    ]
    return "，".join([*named, *office_words.asked_too(facts)])


def _version(number: int) -> str:
    """A first version needs no mention."""
    return f"（第{number}版）" if number > 1 else ""


def _urge(facts: Facts) -> str:
    if facts.get("paused"):
        return "暂停办理期间的催办，已记录"
    return f"第{facts['times']}次催办" if facts.get("times") else ""


def _rating(facts: Facts) -> str:
    contacted = "有人联系" if facts["answered"] else "无人联系"
    return f"{contacted}，{SOLVED[facts['solved']]}，{SATISFIED[facts['satisfied']]}"


def _follow_up(facts: Facts) -> str:
    if facts["step"] == "owed":
        return CAUSES[facts["cause"]]
    if facts["step"] == "concluded":
        return "回访通过" if facts["outcome"] == "passed" else "回访未通过，转返工"
    return FOLLOW_UP_STEPS[facts["step"]]


def _submission(facts: Facts) -> str:
    danger = f"涉及“{facts['danger_name']}”，按紧急事项办理" if facts.get("danger") else ""
    part = f"由工单{facts['part_of']}拆分" if facts.get("part_of") else ""
    return "，".join(filter(None, (_on_behalf(facts), part, danger)))


CATEGORY_STEPS = {
    "proposed": "申请由“{former_name}”改为“{category_name}”",
    "applied": "由“{former_name}”改为“{category_name}”",
    "approved": "同意由“{former_name}”改为“{category_name}”",
    "refused": "不同意由“{former_name}”改为“{category_name}”",
}


def _category(facts: Facts) -> str:
    return CATEGORY_STEPS.get(facts.get("step", ""), "").format_map(facts)


def _decision(facts: Facts) -> str:
    if not facts:
        return ""
    return f"{'同意' if facts['approved'] else '不同意'}延期{facts['text']}"


def _withdrawal(facts: Facts) -> str:
    return f"随原工单{facts['with_order']}一起撤回" if facts.get("with_order") else ""


def _reopening(facts: Facts) -> str:
    return f"一并办理的工单{facts['target']}已归档，单独重办" if facts.get("target") else ""


def _resumption(facts: Facts) -> str:
    if facts.get("unanswered"):
        return "等待补充的时限已到"
    if facts.get("unreviewed"):
        return "挂账到期没有复核，自动恢复办理"
    if facts.get("part_resumed"):
        return "拆分的部分不再挂账，一并恢复办理"
    return "挂账结束" if facts.get("on_ledger") else ""


FACT_WORDS: dict[Action, Callable[[Facts], str]] = {
    Action.SUBMIT: _submission,
    Action.ACCEPT: _acceptance,
    Action.DECLINE: lambda facts: facts["reason_name"],
    Action.REFUSE: lambda facts: facts["reason_name"],
    Action.CONTACT: lambda facts: CONTACT_KINDS[facts["kind"]],
    Action.LEAVE: lambda facts: "反映人退出，由附议的邻居继续跟进" if facts.get("handed_on") else "",
    Action.RESOLVE: lambda facts: facts["result_name"],
    Action.WITHDRAW: _withdrawal,
    Action.REOPEN: _reopening,
    Action.URGE: _urge,
    Action.SETTLE: lambda facts: facts.get("result_name", ""),
    Action.AMEND: lambda facts: facts.get("result_name", ""),
    Action.RATE: _rating,
    Action.FOLLOW_UP: _follow_up,
    Action.CLOSE: lambda facts: facts["outcome_name"],
    Action.RECATEGORISE: _category,
    Action.DECIDE_CATEGORY: _category,
    Action.RESUME: _resumption,
    Action.EXTEND: lambda facts: f"申请延期{facts['text']}" if facts else "",
    Action.DECIDE_EXTENSION: _decision,
    Action.REPLY: lambda facts: "" if facts.get("in_time", True) else "超过时限后回复",
    **office_words.OFFICE_WORDS,
    Action.WARN: lambda facts: STEPS.get(facts.get("step", ""), ""),
}
