"""What a message is, and which of the account's templates at WeChat may carry one."""

from dataclasses import dataclass
from enum import StrEnum

REPORTERS = "reporters"
JOINED = "joined"
HEIR = "heir"
RESIDENTS = (REPORTERS, JOINED, HEIR)


class Side(StrEnum):
    """On whose pages of the mini-program a message opens."""

    RESIDENT = "resident"
    STAFF = "staff"


@dataclass(frozen=True)
class TemplateUse:
    """The exact title of one of the account's templates, who is asked for it, and for which events."""

    title: str
    side: Side
    events: tuple[str, ...]


TEMPLATES = {
    "accepted": TemplateUse("工单受理通知", Side.RESIDENT, ("诉求已受理",)),
    "progress": TemplateUse("办理进度通知", Side.RESIDENT, ("网格员已接单", "有新的进展", "不予受理")),
    "rate": TemplateUse("办结评价提醒", Side.RESIDENT, ("诉求已办结，请您评价",)),
    "rework": TemplateUse("回访返工通知", Side.RESIDENT, ("诉求重新办理",)),
    "new_order": TemplateUse("新工单提醒", Side.STAFF, ("待认领列表有新工单",)),
    "dispatched": TemplateUse("派单通知", Side.STAFF, ("工单派给您办理",)),
    "deadline": TemplateUse("工单时限提醒", Side.STAFF, ("时限过半", "即将超期", "已经超期")),
}


@dataclass(frozen=True)
class Message:
    """What one audience is told. `text` takes the words of `wording.words`.

    `template` names an entry of TEMPLATES; without one the message is in the inbox only. `note` (20 characters at
    most) and `alert` (5) go into the template. `only_in` is the status without which nothing is told.
    """

    audience: str
    title: str
    text: str
    template: str | None = None
    note: str = ""
    alert: str = ""
    only_in: str | None = None

    @property
    def side(self) -> Side:
        return Side.RESIDENT if self.audience in RESIDENTS else Side.STAFF
