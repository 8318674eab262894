"""Who decides upon what was asked 审批 · 裁定: the office above, and never whoever asked."""

from dataclasses import dataclass

from app.db import db
from app.errors import Conflict, NotAllowed
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Role
from app.territory.models import Territory
from app.work_orders.models import WorkOrder
from app.work_orders.offices import units
from app.work_orders.side_records import Kind, SideRecord, find_open
from app.work_orders.workflow import Action


@dataclass(frozen=True)
class Matter:
    """What is decided upon, by which action; what it is called before it is, and to whoever asked."""

    name: str
    kind: Kind
    action: Action
    asked: str
    own: str
    absent: str = "nothing-asked"
    deed: str = "审批"


EXTENSION = Matter("延期", Kind.EXTENSION, Action.DECIDE_EXTENSION, "延期申请", "自己的延期申请")
TERMINATION = Matter(
    "终止", Kind.TERMINATION, Action.DECIDE_TERMINATION, "终止申请", "自己的终止申请", "nothing-proposed"
)
LEDGER = Matter("挂账", Kind.LEDGER_PROPOSAL, Action.DECIDE_LEDGER, "挂账申请", "自己的挂账申请")
DISPUTE = Matter("异议", Kind.DISPUTE, Action.RULE, "派单异议", "自己提出的异议", "nothing-disputed", "裁定")


def nearest_above(order: WorkOrder, asker: Actor) -> int | None:
    """The nearest office above the lead unit for which somebody else than the asker could speak."""
    line = units.superiors(order)
    others = (unit for unit in line if people.holders(Role.MANAGER, unit) != [asker.account_id])
    return next(others, line[-1] if line else None)


def asked(matter: Matter, order: WorkOrder, manager: Actor) -> SideRecord:
    """What waits for a decision, for a manager who may decide; Conflict when nothing does, NotAllowed for others."""
    record = find_open(order, matter.kind)
    if record is None:
        raise Conflict(f"这件工单现在没有等待{matter.deed}的{matter.asked}，请刷新后再看。", reason=matter.absent)
    reason = why_not(matter, record.unit_id, record.by_id, manager)
    if reason:
        raise NotAllowed(reason, action=matter.action)
    return record


def why_not(matter: Matter, unit_id: int | None, asker_id: int | None, manager: Actor) -> str:
    """Why this manager may not decide, in a sentence that says who can; empty when they may."""
    office, name = _office(unit_id), name_of(unit_id)
    if asker_id == manager.account_id:
        return f"不能{matter.deed}{matter.own}，请由{name}或上级的其他管理员{matter.deed}。"
    if office is not None and not manager.scope(Role.MANAGER).covers(office):
        return f"这次{matter.name}由{name}或上级的管理员{matter.deed}，请联系他们。"
    return ""


def name_of(unit_id: int | None) -> str:
    """The office by its name."""
    office = _office(unit_id)
    return office.name if office else "上级"


def _office(unit_id: int | None) -> Territory | None:
    return db.session.get(Territory, unit_id) if unit_id is not None else None
