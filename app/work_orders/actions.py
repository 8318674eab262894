"""What can happen to a work order, by the word that people read."""

from enum import StrEnum


class Action(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    DECLINE = "decline"
    CLAIM = "claim"
    DISPATCH = "dispatch"
    ASSIGN = "assign"
    SIGN = "sign"
    LAPSE = "lapse"
    REFUSE = "refuse"
    RECALL = "recall"
    APPEAL = "appeal"
    ASK = "ask"
    ANSWER = "answer"
    RESUME = "resume"
    CONTACT = "contact"
    ARRIVE = "arrive"
    NOTE = "note"
    RELEASE = "release"
    TRANSFER = "transfer"
    ACCEPT_TRANSFER = "accept_transfer"
    DECLINE_TRANSFER = "decline_transfer"
    TAKE_BACK_TRANSFER = "take_back_transfer"
    EXTEND = "extend"
    DECIDE_EXTENSION = "decide_extension"
    RECATEGORISE = "recategorise"
    DECIDE_CATEGORY = "decide_category"
    RELOCATE = "relocate"
    ASSIST = "assist"
    REPORT = "report"
    DISPUTE = "dispute"
    RULE = "rule"
    PROPOSE_ESCALATION = "propose_escalation"
    ESCALATE = "escalate"
    DECLINE_ESCALATION = "decline_escalation"
    REPORT_IN = "report_in"
    RETURN_ESCALATION = "return_escalation"
    PROPOSE_LEDGER = "propose_ledger"
    DECIDE_LEDGER = "decide_ledger"
    REVIEW_LEDGER = "review_ledger"
    SUPERVISE = "supervise"
    REPLY_SUPERVISION = "reply_supervision"
    CLEAR_SUPERVISION = "clear_supervision"
    PROPOSE_TERMINATION = "propose_termination"
    DECIDE_TERMINATION = "decide_termination"
    MERGE = "merge"
    ABSORB = "absorb"
    UNMERGE = "unmerge"
    SPLIT = "split"
    PART = "part"
    RECUSE = "recuse"
    CONFIDE = "confide"
    REVEAL = "reveal"
    URGE = "urge"
    REPLY = "reply"
    JOIN = "join"
    LEAVE = "leave"
    RESOLVE = "resolve"
    SETTLE = "settle"
    AMEND = "amend"
    SEND_BACK = "send_back"
    RATE = "rate"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"
    REWORK = "rework"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    WARN = "warn"
    OVERDUE = "overdue"


ACTION_NAMES = {
    Action.SUBMIT: "上报",
    Action.ACCEPT: "受理",
    Action.DECLINE: "不予受理",
    Action.CLAIM: "抢单",
    Action.DISPATCH: "派单",
    Action.ASSIGN: "自动指派",
    Action.SIGN: "签收",
    Action.LAPSE: "逾期未签收",
    Action.REFUSE: "拒签",
    Action.RECALL: "收回",
    Action.APPEAL: "申诉",
    Action.ASK: "请补充",
    Action.ANSWER: "补充",
    Action.RESUME: "恢复办理",
    Action.CONTACT: "联系",
    Action.ARRIVE: "到场",
    Action.NOTE: "记录",
    Action.RELEASE: "退回",
    Action.TRANSFER: "转办",
    Action.ACCEPT_TRANSFER: "接受转办",
    Action.DECLINE_TRANSFER: "谢绝转办",
    Action.TAKE_BACK_TRANSFER: "撤销转办",
    Action.EXTEND: "申请延期",
    Action.DECIDE_EXTENSION: "审批延期",
    Action.RECATEGORISE: "改类别",
    Action.DECIDE_CATEGORY: "审批改类别",
    Action.RELOCATE: "改地点",
    Action.ASSIST: "协办",
    Action.REPORT: "协办反馈",
    Action.DISPUTE: "派单异议",
    Action.RULE: "裁定异议",
    Action.PROPOSE_ESCALATION: "提请吹哨",
    Action.ESCALATE: "吹哨",
    Action.DECLINE_ESCALATION: "不予吹哨",
    Action.REPORT_IN: "报到",
    Action.RETURN_ESCALATION: "退回吹哨",
    Action.PROPOSE_LEDGER: "申请挂账",
    Action.DECIDE_LEDGER: "审批挂账",
    Action.REVIEW_LEDGER: "挂账复核",
    Action.SUPERVISE: "督办",
    Action.REPLY_SUPERVISION: "回复督办",
    Action.CLEAR_SUPERVISION: "解除督办",
    Action.PROPOSE_TERMINATION: "申请终止",
    Action.DECIDE_TERMINATION: "审批终止",
    Action.MERGE: "并案",
    Action.ABSORB: "并入",
    Action.UNMERGE: "撤销并案",
    Action.SPLIT: "拆分",
    Action.PART: "分件进展",
    Action.RECUSE: "回避",
    Action.CONFIDE: "设为保密",
    Action.REVEAL: "查看电话",
    Action.URGE: "催办",
    Action.REPLY: "回复催办",
    Action.JOIN: "附议",
    Action.LEAVE: "退出附议",
    Action.RESOLVE: "办结",
    Action.SETTLE: "现场办结",
    Action.AMEND: "更正",
    Action.SEND_BACK: "审核退回",
    Action.RATE: "评价",
    Action.FOLLOW_UP: "回访",
    Action.CLOSE: "归档",
    Action.REWORK: "返工",
    Action.REOPEN: "重办",
    Action.WITHDRAW: "撤回",
    Action.EXPIRE: "逾期未答复",
    Action.WARN: "时限提醒",
    Action.OVERDUE: "超期",
}
