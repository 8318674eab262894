"""What offices tell each other about an order: disputes, escalations, supervision, the ledger, its parts."""

from dataclasses import replace

from app.notifications.message import Message
from app.notifications.to_staff import CLAIM, TO_ACCEPT

_ORDER = "工单{number}（{category}，{place}）"


def _to(audience: str, title: str, what: str, alert: str = "") -> Message:
    """With `alert` WeChat may carry it besides the inbox."""
    return Message(audience, title, _ORDER + what, "deadline" if alert else None, alert=alert)


TO_OFFICES = {
    "assistance_asked": (
        _to("helpers", "请您协助办理", "需要您单位协助{task_by}。请打开任务查看，办好后反馈。"),
        _to("unit_managers", "请您单位协助办理", "需要您单位协助{task_by}。请安排人员办理，办好后反馈。"),
    ),
    "assistance_reported": (_to("assignee", "协办单位有反馈", "的协办单位已反馈{due_by}。请您查看后继续办理。"),),
    "assistance_cancelled": (
        _to("helpers", "不用再协办", "不用您单位再协助办理了。感谢您的配合。"),
        _to("unit_managers", "不用再协办", "不用您单位再协助办理了。感谢您的配合。"),
    ),
    "assistance_late": (
        _to("assignee", "协办单位没有按时反馈", "的协办单位没有按时反馈{due_by}。请您联系他们。"),
        _to("lead_managers", "协办单位没有按时反馈", "的协办单位没有按时反馈{due_by}。请您督促，或者结束这项协办。"),
    ),
    "disputed": (
        _to(
            "unit_managers",
            "有派单异议待裁定",
            "的承办单位提出异议，认为不属于其职责。请您在管理台裁定，逾期视为不成立。",
        ),
    ),
    "dispute_upheld": (
        _to("former", "工单已转其他单位", "经裁定由其他单位办理，您不用再办理。"),
        _to("waiting", "派单异议成立", "的派单异议成立，已转由负责的单位办理。"),
    ),
    "dispute_rejected": (
        _to("waiting", "派单异议不成立", "的派单异议不成立，仍由您单位办理{due_by}，不能再提异议。"),
        _to("assignee", "派单异议不成立", "的派单异议不成立，仍由您承办{due_by}。请您继续办理。"),
    ),
    "escalation_proposed": (
        _to("unit_managers", "承办人提请吹哨", "的承办人提请向上级吹哨。请您在管理台决定是否吹哨。"),
    ),
    "escalated": (
        _to(
            "unit_managers",
            "下级吹哨，请报到",
            "需要您单位报到{report_by}。请您在管理台报到，说明由谁、何时办理。",
            "吹哨待报到",
        ),
        _to("assignee", "已向上级吹哨", "已向上级吹哨，等待报到{due_by}。请您继续跟进，首接责任不变。"),
    ),
    "escalation_declined": (_to("waiting", "没有吹哨", "的吹哨申请没有获得同意{due_by}。请您继续办理。"),),
    "escalation_unanswered": (
        _to(
            "unit_managers",
            "下级吹哨无人报到",
            "吹哨后没有按时报到，现由您单位负责报到{report_by}。请您在管理台报到并督促。",
            "吹哨未报到",
        ),
        _to("waiting", "吹哨没有按时报到", "吹哨后没有按时报到，已报告上级并列入督办{due_by}。请您继续跟进。"),
    ),
    "reported_in": (
        _to("waiting", "上级已报到", "的吹哨已有上级报到{due_by}。请配合办理。"),
        _to("assignee", "上级已报到", "的吹哨已有上级报到{due_by}。请您配合办理，首接责任不变。"),
    ),
    "escalation_returned": (
        _to("waiting", "吹哨被退回", "的吹哨被上级退回{due_by}。请打开工单查看理由。"),
        _to("assignee", "吹哨被退回", "的吹哨被上级退回{due_by}。请您继续办理。"),
    ),
    "supervised": (
        _to("assignee", "工单被督办", "被上级督办{answer_by}。请您回复督办，并尽快办理。", "上级督办"),
        _to("lead_managers", "工单被督办", "被上级督办{answer_by}。请您督促办理并回复。", "上级督办"),
        _to(
            "unit_managers", "工单进入督办", "已由系统列入您单位督办{answer_by}。请您督促，办好后解除督办。", "需要督办"
        ),
    ),
    "supervision_answered": (_to("unit_managers", "督办有回复", "的督办已有回复。请您核实，办好后解除督办。"),),
    "supervision_cleared": (
        _to("assignee", "督办已解除", "的督办已解除{due_by}。"),
        _to("lead_managers", "督办已解除", "的督办已解除{due_by}。"),
    ),
    "supervision_risen": (
        _to("unit_managers", "督办升级", "的督办到期没有解除，已升级到您单位{answer_by}。请您督促。", "督办升级"),
    ),
    "ledger_proposed": (_to("unit_managers", "有挂账申请待审批", "申请挂账。请您在管理台审批，逾期视为不同意。"),),
    "ledger_refused": (
        _to("waiting", "挂账未获批准", "的挂账申请没有获得批准{due_by}。请您继续办理。"),
        _to("assignee", "挂账未获批准", "的挂账申请没有获得批准{due_by}。请您继续办理。"),
    ),
    "put_on_ledger": (
        _to("assignee", "工单已挂账", "已批准挂账，办理时限暂停计算{review_by}。请您按计划推进。"),
        _to("waiting", "挂账已批准", "的挂账申请已批准，办理时限暂停计算{review_by}。请您督促按计划推进。"),
    ),
    "ledger_renewed": (
        _to("assignee", "挂账继续", "的挂账经复核继续{review_by}。请您按计划推进。"),
        _to("lead_managers", "挂账继续", "的挂账经复核继续{review_by}。请您督促按计划推进。"),
    ),
    "ledger_unreviewed": (
        _to("unit_managers", "挂账到期没有复核", "的挂账到期没有复核，已自动恢复办理{due_by}。请您督促办理。"),
        _to("lead_managers", "挂账到期没有复核", "的挂账到期没有复核，已自动恢复办理{due_by}。请您督促办理。"),
    ),
    "termination_proposed": (
        _to("unit_managers", "有终止申请待审批", "申请终止办理。请您在管理台审批，逾期视为不同意。"),
    ),
    "terminated": (
        _to("former", "工单已终止", "已批准终止办理，您不用再办理。"),
        _to("waiting", "终止已批准", "的终止申请已批准。"),
    ),
    "termination_refused": (_to("waiting", "终止未获批准", "的终止申请没有获得批准{due_by}。请继续办理。"),),
    "merged": (_to("former", "工单已并案", "已并入另一件工单办理，您不用再办理。"),),
    "absorbed": (_to("assignee", "有工单并入", "并入了另一件同类诉求{due_by}。请您查看时限，一并办理并答复。"),),
    "unmerged": (
        _to("assignee", "工单恢复单独办理", "已撤销并案，由您继续承办{due_by}。请您接着办理，尚未签收的请先签收。"),
        CLAIM,
        replace(TO_ACCEPT, only_in="submitted"),
    ),
    "split": (_to("assignee", "工单已拆分", "已拆分出需要其他人办理的部分{due_by}。各部分办完后，由您统一办结。"),),
    "part_ended": (_to("assignee", "拆分的部分有进展", "拆分出去的一部分已有结果{due_by}。请您查看。"),),
}
