"""What lines of the timeline say of what offices do with each other: help, disputes, calls, supervision, the ledger."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app import clock
from app.work_orders.side_records import KIND_NAMES, Kind
from app.work_orders.workflow import Action

Facts = Mapping[str, Any]

SUPERVISION_CAUSES = {
    "urged": "多次催办",
    "overdue": "超期后仍未办结",
    "not_signed": "多次没有按时签收",
    "ladder_ended": "紧急工单无人签收",
    "begun_again_often": "多次返工或重办",
    "escalation_unanswered": "吹哨后没有按时报到",
}


BECAUSE = {"withdrawn": "已撤回", "declined": "不予受理"}


def spoken(moment: str) -> str:
    """A moment that a fact tells, as people read it."""
    return clock.spoken(datetime.fromisoformat(moment))


def asked_too(facts: Facts) -> list[str]:
    """Who else was asked to help by the same line."""
    return [f"请{'、'.join(facts['helpers'])}协助办理"] if facts.get("helpers") else []


def _assistance(facts: Facts) -> str:
    return "，".join(asked_too(facts))


def _report(facts: Facts) -> str:
    return f"{facts['helper']}反馈{facts['outcome_name']}" if facts else ""


def _ruling(facts: Facts) -> str:
    return f"转由{facts['unit_name']}办理" if facts.get("upheld") else "异议不成立，仍由本单位办理"


def _supervision(facts: Facts) -> str:
    cause = SUPERVISION_CAUSES.get(facts.get("cause", ""), "没有按时办理")
    if facts.get("again"):
        return f"督办期间又有新情况：{cause}"
    how = facts.get("level_name") or f"系统督办，因为{cause}"
    return f"{how}，期限{spoken(facts['until'])}" if facts.get("until") else how


def _supervision_risen(facts: Facts) -> str:
    if not facts["unit_name"]:
        return "督办到期没有解除，已报告市级"
    return f"督办到期没有解除，升级由{facts['unit_name']}督办，期限{spoken(facts['until'])}"


def _call(facts: Facts) -> str:
    return f"请{facts['unit_name']}协助，原因：{facts['kind_name']}" if facts else ""


def _call_risen(facts: Facts) -> str:
    return f"升级请{facts['unit_name']}报到" if facts["unit_name"] else "已到市级，列入督办"


def _reported_in(facts: Facts) -> str:
    return f"{facts['unit_name']}已报到，计划{spoken(facts['planned'])}前办理" if facts else ""


def _waiting(facts: Facts) -> str:
    """For what an order waits on the ledger, and until when; a whole waits with its part."""
    period = f"第{facts['period']}期，" if facts.get("period") and not facts.get("child") else ""
    part = "拆分的部分挂账，一并等待，" if facts.get("child") else ""
    review_at = spoken(facts["review_at"])
    return f"{part}原因：{facts['cause_name']}，{period}{review_at}前复核"


def _ledger_decision(facts: Facts) -> str:
    if not facts:
        return ""
    return f"同意挂账，{_waiting(facts)}" if facts["approved"] else "不同意挂账"


def _termination(facts: Facts) -> str:
    if not facts:
        return ""
    return f"批准终止办理，原因：{facts['cause_name']}" if facts["approved"] else "不同意终止办理"


def _merge(facts: Facts) -> str:
    return f"已并入工单{facts['target']}，一并办理" if facts.get("target") else ""


def _absorption(facts: Facts) -> str:
    if not facts.get("source"):
        return ""
    return f"工单{facts['source']}" + ("不再一并办理" if facts.get("step") == "undone" else "并入，一并办理")


def _unmerge(facts: Facts) -> str:
    if not facts.get("target"):
        return ""
    because = BECAUSE.get(facts.get("because", ""), "")
    return (
        f"并入的工单{facts['target']}{because}，恢复单独办理" if because else f"不再并入工单{facts['target']}，单独办理"
    )


def _split(facts: Facts) -> str:
    return f"拆分为{facts['count']}个部分分别办理，由承办人统一办结" if facts.get("count") else ""


def _part(facts: Facts) -> str:
    return f"拆分件{facts['part']}现在是“{facts['status_name']}”" if facts.get("part") else ""


def _expiry(facts: Facts) -> str:
    if facts.get("helpers"):
        return f"{'、'.join(facts['helpers'])}没有按时反馈协办情况"
    if not facts.get("kind"):
        return ""
    kind = Kind(facts["kind"])
    if kind is Kind.SUPERVISION:
        return _supervision_risen(facts)
    if kind is Kind.DISPUTE:
        return "派单异议没有按时裁定，按不成立办理"
    if kind is Kind.ESCALATION:
        return f"没有按时报到，{_call_risen(facts)}"
    return "转办逾期未答复，仍由原承办人办理" if kind is Kind.TRANSFER else f"{KIND_NAMES[kind]}没有按时答复"


OFFICE_WORDS: dict[Action, Callable[[Facts], str]] = {
    Action.ASSIST: _assistance,
    Action.REPORT: _report,
    Action.RULE: _ruling,
    Action.SUPERVISE: _supervision,
    Action.REPLY_SUPERVISION: lambda facts: "" if facts.get("in_time", True) else "超过督办期限后回复",
    Action.PROPOSE_ESCALATION: lambda facts: facts.get("kind_name", ""),
    Action.ESCALATE: _call,
    Action.REPORT_IN: _reported_in,
    Action.RETURN_ESCALATION: lambda facts: f"{facts['unit_name']}退回" if facts else "",
    Action.PROPOSE_LEDGER: lambda facts: f"申请挂账，{_waiting(facts)}" if facts else "",
    Action.DECIDE_LEDGER: _ledger_decision,
    Action.REVIEW_LEDGER: lambda facts: f"继续挂账，{_waiting(facts)}" if facts else "",
    Action.PROPOSE_TERMINATION: lambda facts: facts.get("cause_name", ""),
    Action.DECIDE_TERMINATION: _termination,
    Action.MERGE: _merge,
    Action.ABSORB: _absorption,
    Action.UNMERGE: _unmerge,
    Action.SPLIT: _split,
    Action.PART: _part,
    Action.EXPIRE: _expiry,
}
