"""What the people who reported an order or joined it are told of it, by event."""

from dataclasses import replace

from app.notifications.message import HEIR, JOINED, REPORTERS, Message

_ABOUT = "您反映的“{category}”（{place}，工单{number}）"
_ABOUT_JOINED = "您附议的“{category}”（{public_place}，工单{number}）"


def _tell(title: str, what: str, template: str | None = None, note: str = "") -> Message:
    return Message(REPORTERS, title, _ABOUT + what, template, note)


TO_REPORTERS = {
    "submitted": _tell(
        "诉求已提交",
        "已经收到，工作人员会尽快受理。办理进展会在这里告诉您；如遇生命危险，请直接拨打110、119或120。",
    ),
    "accepted": _tell(
        "诉求已受理",
        "已经受理{due_by}。接下来会有工作人员与您联系，您可以随时查看进展。",
        "accepted",
    ),
    "claimed": _tell(
        "网格员已接单",
        "已由网格员接单办理{contact_by}{due_by}。请您保持电话畅通。",
        "progress",
        "网格员已接单，将与您联系",
    ),
    "signed": _tell(
        "工作人员已签收",
        "已由工作人员签收办理{contact_by}{due_by}。请您保持电话畅通。",
        "progress",
        "工作人员已签收，将与您联系",
    ),
    "contacted": _tell(
        "工作人员已联系您",
        "，工作人员已与您联系{due_by}。如您没有接到联系，请告诉所在社区。",
    ),
    "arrived": _tell("工作人员已到现场", "，工作人员已到现场查看{due_by}。处理结果会在这里告诉您。"),
    "noted": _tell(
        "办理有新进展", "有新的办理进展{due_by}。请打开工单查看详情。", "progress", "有新的办理进展，请查看"
    ),
    "resolved": _tell(
        "诉求已办结，请您评价",
        "已经办结，结果：{result}。请您在7天内评价；如没有解决，请在评价中告诉我们，会有专人回访。",
        "rate",
        "请您在7天内评价办理结果",
    ),
    "closed": _tell("诉求已归档", "已经归档，感谢您的反映。如问题再次出现，请您重新提交诉求。"),
    "declined": _tell(
        "诉求不予受理",
        "未能受理，原因：{reason}。应当找哪个部门办理，请打开工单查看；如有疑问，请联系所在社区。",
        "progress",
        "未能受理，请查看原因",
    ),
    "released": _tell(
        "诉求转由其他人员办理",
        "将由其他工作人员接手办理{due_by}。接手后会马上告诉您，您不用重新提交。",
        "progress",
        "将由其他工作人员接手",
    ),
    "appealed": _tell("申诉已提交", "的申诉已经收到，会由上一级单位复核。结果会在这里告诉您。"),
    "asked": _tell(
        "请您补充情况",
        "需要您补充情况后才能继续办理{step_by}。请打开工单回答；等您补充期间，办理时限暂停计算。",
        "progress",
        "请您补充情况后继续办理",
    ),
    "resumed": _tell("诉求恢复办理", "已恢复办理{due_by}。有新的进展会在这里告诉您。", "progress", "已恢复办理"),
    "transferred": _tell(
        "诉求换人办理", "已由另一位工作人员接手办理{due_by}。您不用重新说明情况。", "progress", "已换人接手办理"
    ),
    "extended": _tell("办理时限有变化", "因情况复杂，经批准延长了办理时限{due_by}。", "progress", "办理时限已延长"),
    "recounted": _tell("办理时限顺延", "因放假安排调整，办理时限顺延{due_by}。您不用重新提交。"),
    "recategorised": _tell("诉求类别已调整", "的类别已调整{due_by}。您不用重新提交。", "progress", "诉求类别已调整"),
    "relocated": _tell("诉求地点已更正", "的地点已更正，会由负责那里的工作人员办理{due_by}。"),
    "urge_answered": _tell("催办有回复", "，承办人已回复您的催办。请打开工单查看。", "progress", "承办人已回复催办"),
    "amended": _tell("办理结果有更正", "的办理结果已更正。请打开工单查看后评价。", "rate", "办理结果有更正，请查看"),
    "sent_back": _tell(
        "诉求继续办理", "经审核还需继续办理{due_by}。办好后会再请您评价。", "progress", "经审核还需继续办理"
    ),
    "escalated": _tell("已请上级协助", "已请上级单位协助办理{due_by}。首接单位仍然负责到底，您不用重新反映。"),
    "reported_in": _tell("上级单位已来协助", "，上级单位已报到协助办理{due_by}。计划请打开工单查看。"),
    "put_on_ledger": _tell(
        "诉求挂账办理",
        "因客观原因一时无法办结，经批准挂账，按计划推进{review_by}。原因和计划请打开工单查看；挂账不算办结。",
        "progress",
        "经批准挂账，请查看计划",
    ),
    "ledger_renewed": _tell(
        "挂账继续", "的挂账经复核继续{review_by}。进展请打开工单查看。", "progress", "挂账经复核继续"
    ),
    "dispute_upheld": _tell("诉求转由其他单位办理", "已转由负责的单位办理{due_by}。您不用重新提交。"),
    "terminated": _tell(
        "诉求终止办理",
        "经上级批准终止办理，理由请打开工单查看。您可以在30天内要求重办。",
        "progress",
        "终止办理，请查看理由",
    ),
    "merged": _tell(
        "诉求已并案",
        "已与另一件同类诉求一并办理，您不用重新提交。进展和结果会继续告诉您，办结后您可以单独评价。",
        "progress",
        "与同类诉求一并办理",
    ),
    "unmerged": _tell("诉求恢复单独办理", "已恢复单独办理{due_by}。您不用重新提交。"),
    "reopened": _tell(
        "诉求重新办理", "已重新办理（第{round}轮）{due_by}。会有工作人员再次与您联系。", "rework", "已重新办理"
    ),
    "rework": _tell(
        "诉求重新办理",
        "经回访已重新办理（第{round}轮）{due_by}。会有工作人员再次与您联系。",
        "rework",
        "回访后已重新办理",
    ),
}

FOR_THE_FIRST_ALONE = ("submitted", "asked", "noted", "relocated")
"""What only whoever reported it can answer or read, or what tells of the place."""

TO_JOINED = {
    topic: replace(message, audience=JOINED, text=message.text.replace(_ABOUT, _ABOUT_JOINED))
    for topic, message in TO_REPORTERS.items()
    if topic not in FOR_THE_FIRST_ALONE
}

TO_HEIR = {
    "left": Message(
        HEIR,
        "由您继续跟进诉求",
        _ABOUT_JOINED + "原来的反映人已经退出，办理没有停止{due_by}。以后由您回答补充、撤回和评价。",
    )
}
