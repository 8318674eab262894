"""What the people who work on an order, or answer for its place, are told of it, by event."""

from app.notifications.message import Message

_ORDER = "工单{number}（{category}，{place}）"


def _to_assignee(title: str, text: str, template: str | None = None, note: str = "", alert: str = "") -> Message:
    return Message("assignee", title, text, template, note, alert)


def _to_managers(title: str, what: str, alert: str, audience: str = "community_managers") -> Message:
    return Message(audience, title, _ORDER + what, "deadline", alert=alert)


CLAIM = Message(
    "pool_workers",
    "有新工单待认领",
    _ORDER + "等待认领{step_by}。请到“待认领”列表查看，方便时请认领。",
    "new_order",
    "请到待认领列表认领",
    only_in="pooled",
)

SIGN = Message(
    "assignee",
    "有工单派给您",
    "{urgent}" + _ORDER + "已派给您办理{step_by}。请您签收，并尽快联系反映人{due_by}。",
    "dispatched",
    "请尽快签收并联系居民",
    only_in="assigned",
)
HANDED_ON = Message(
    "former",
    "工单已改派",
    _ORDER + "已改派给其他同事，您不用再办理。如有办理进展，请与接手的同事交接。",
)
LAPSED = Message(
    "former",
    "工单未及时签收",
    _ORDER + "没有在时限内签收，已退回待认领，您现在不用办理。方便办理时，请到“待认领”列表认领。",
    "deadline",
    alert="未签收",
)
TO_ACCEPT = Message(
    "desk",
    "有新诉求待受理",
    "{urgent}" + _ORDER + "等待受理{step_by}。请您在管理台核实后受理或派单。",
)

TO_ACCEPT_AGAIN = Message(
    "desk",
    "反映人已补充情况",
    _ORDER + "的反映人已补充情况{step_by}。请您在管理台受理或派单。",
    only_in="submitted",
)

TO_GO_ON = Message(
    "desk",
    "诉求恢复受理",
    _ORDER + "不再等待反映人补充{step_by}。请您在管理台受理、派单，或说明不予受理的原因。",
    only_in="submitted",
)

# Whoever gets an order hears of it by `accepted`, `assigned` or `ladder`, so that the limits that were missed
# before (`not_accepted`, `not_claimed`) tell the managers alone.
TO_STAFF = {
    "submitted": (TO_ACCEPT,),
    "resolved": (Message("former", "工单已现场办结", _ORDER + "已由受理它的同事现场办结，您不用再办理。"),),
    "accepted": (CLAIM, SIGN),
    "assigned": (SIGN, HANDED_ON),
    "withdrawn": (
        _to_assignee(
            "工单已撤回",
            "反映人已撤回" + _ORDER + "，您不用再办理，也请不要再上门。",
            "progress",
            "反映人已撤回，不用再办",
        ),
    ),
    "released": (CLAIM,),
    "refused": (
        CLAIM,
        Message(
            "managers",
            "工单被拒签",
            _ORDER + "被拒签，原因：{reason}，现在是“{status}”{step_by}。请留意是否需要您派单。",
        ),
    ),
    "returned_to_pool": (LAPSED, CLAIM),
    "not_accepted": (
        _to_managers("诉求未按时受理", "没有按时受理，现在是“{status}”{due_by}。请您尽快处理。", "未受理"),
    ),
    "not_claimed": (
        _to_managers("工单无人认领", "没有按时认领，现在是“{status}”{due_by}。请您留意，必要时派单。", "无人认领"),
    ),
    "not_signed": (
        _to_managers("工单未按时签收", "没有按时签收，现在是“{status}”{due_by}。请您督促，必要时改派。", "未签收"),
    ),
    "ladder": (
        _to_assignee(
            "紧急工单派给您",
            "紧急：" + _ORDER + "已转给您处理{step_by}。请您立即签收并联系反映人。",
            "dispatched",
            "紧急工单，请立即签收",
        ),
        HANDED_ON,
    ),
    "follow_up_owed": (
        Message(
            "follow_up_officers",
            "有工单需要回访",
            _ORDER + "需要回访。请您联系反映人，核实是否解决，并在管理端记录结果。",
        ),
    ),
    "rework": (
        _to_assignee(
            "工单返工，请重新办理",
            _ORDER + "经回访需要重新办理（第{round}轮）{due_by}。请您先联系反映人。",
            "rework",
            "请您联系居民重新办理",
        ),
        CLAIM,
    ),
    "appealed": (
        Message(
            "unit_managers",
            "有申诉需要复核",
            _ORDER + "的反映人对不予受理提出申诉{step_by}。请您复核后受理，或再次说明不予受理的理由。",
        ),
    ),
    "answered": (
        _to_assignee(
            "反映人已补充情况", _ORDER + "的反映人已补充情况{due_by}。请您继续办理。", "progress", "已补充，请继续办理"
        ),
        TO_ACCEPT_AGAIN,
    ),
    "resumed": (_to_assignee("工单恢复办理", _ORDER + "已恢复办理{due_by}。请您继续办理。"), TO_GO_ON),
    "transfer_offered": (
        Message(
            "offered",
            "有同事请您接手工单",
            "{urgent}" + _ORDER + "的承办人请您接手办理。请您打开工单，接受或谢绝；逾期不答复，转办自动取消。",
            "dispatched",
            "同事请您接手，请答复",
        ),
    ),
    "transferred": (
        Message("former", "转办已被接受", _ORDER + "已由接手的同事办理，您不用再办理。"),
        _to_assignee("工单已转给您", _ORDER + "已由您承办{due_by}。请您尽快联系反映人。"),
    ),
    "transfer_declined": (
        _to_assignee("转办被谢绝", _ORDER + "的转办被谢绝，仍由您承办{due_by}。"),
        Message("waiting", "转办被谢绝", _ORDER + "的转办被谢绝，仍由原承办人办理{due_by}。"),
    ),
    "transfer_taken_back": (Message("offered", "转办已撤销", _ORDER + "不再需要您接手。"),),
    "lapsed": (
        Message("waiting", "请求已失效", _ORDER + "的{kind}没有得到答复，现在是“{status}”，已自动失效。"),
        Message("asked", "请求已失效", _ORDER + "的{kind}已失效，您不用再答复。"),
    ),
    "extension_asked": (
        Message(
            "unit_managers", "有延期申请待审批", _ORDER + "的承办人申请延期{due_by}。请您在管理台审批，逾期视为不同意。"
        ),
    ),
    "extended": (_to_assignee("延期已批准", _ORDER + "的延期已批准{due_by}。"),),
    "extension_refused": (_to_assignee("延期未获批准", _ORDER + "的延期没有获得批准{due_by}。请您抓紧办理。"),),
    "recounted": (_to_assignee("工单时限顺延", _ORDER + "因放假安排调整，时限顺延{due_by}。"),),
    "category_proposed": (
        Message("unit_managers", "有改类别申请待审批", _ORDER + "的承办人申请改类别，时限会变长。请您在管理台审批。"),
    ),
    "recategorised": (_to_assignee("工单类别已调整", _ORDER + "的类别已调整{due_by}。"),),
    "category_refused": (_to_assignee("改类别未获批准", _ORDER + "的类别没有调整{due_by}。请您继续办理。"),),
    "relocated": (
        Message("former", "工单地点已更正", _ORDER + "已转由负责新地点的同事办理，您不用再办理。"),
        _to_assignee("工单地点已更正", _ORDER + "的地点已更正{due_by}，仍由您承办。请您按新的地点办理。"),
        CLAIM,
    ),
    "recused": (Message("recused", "工单已改由他人办理", _ORDER + "已改由其他同事办理，您不用再办理。"),),
    "made_confidential": (
        _to_assignee("工单已设为保密", _ORDER + "已设为保密。请您不要向无关人员透露反映人的任何信息。"),
    ),
    "urged": (_to_assignee("有人催办", _ORDER + "被催办{due_by}。请您尽快回复并办理。", "deadline", alert="有人催办"),),
    "urged_again": (
        _to_assignee("再次催办", _ORDER + "再次被催办{due_by}。请您尽快回复并办理。", "deadline", alert="再次催办"),
        _to_managers("工单被催办", "被催办，现在是“{status}”{due_by}。请您督促办理并回复。", "再次催办"),
    ),
    "urge_unanswered": (
        _to_managers("催办未回复", "的催办一个工作日内没有回复，已计入办理单位。请您督促。", "催办未回"),
    ),
    "joined": (_to_assignee("有居民附议", _ORDER + "有同小区的居民附议。"),),
    "left": (_to_assignee("有居民退出附议", _ORDER + "有居民退出附议，其他反映人仍在等待办理。"),),
    "sent_back": (
        _to_assignee(
            "办结被退回",
            _ORDER + "的办结经审核被退回{due_by}。请您按要求补充后再办结。",
            "rework",
            "办结被退回，请补充",
        ),
    ),
    "reopened": (
        _to_assignee(
            "工单重新办理",
            _ORDER + "需要重新办理（第{round}轮）{due_by}。请您先联系反映人。",
            "rework",
            "请您联系居民重新办理",
        ),
        CLAIM,
    ),
    "warned": (
        _to_assignee(
            "工单时限提醒",
            _ORDER + "{warning}{due_by}。请您抓紧办理，确有困难请尽早与社区沟通。",
            "deadline",
            alert="{alert}",
        ),
    ),
    "overdue": (
        _to_assignee(
            "工单已超期",
            _ORDER + "已经超期{was_due}。请您立即办理，并向反映人说明情况。",
            "deadline",
            alert="已经超期",
        ),
        _to_managers("辖区工单已超期", "已经超期{was_due}，现在是“{status}”。请您督促办理。", "已经超期"),
    ),
    "overdue_subdistrict": (
        _to_managers(
            "社区工单超期未办结",
            "超期后仍未办结{was_due}。请街道督促社区办理。",
            "已经超期",
            "subdistrict_managers",
        ),
    ),
    "rated": (_to_assignee("收到居民评价", _ORDER + "收到了反映人的评价。请打开工单查看。"),),
    "digest": (Message("named_manager", "今日待办", "{summary}请到管理台“工单看板”处理。"),),
    "staff_linked": (
        Message(
            "community_managers",
            "工作人员已关联微信",
            "本辖区有一名工作人员的微信已关联到工作账号。如不是本人操作，请联系系统管理员解除关联。",
        ),
    ),
}
