"""协办: a manager asks another unit to help with an order, and 协办反馈: what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from app import clock, errors
from app.db import db
from app.deadlines.limits import Limit, Unit
from app.deadlines.queries import calendar
from app.errors import Conflict, NotAllowed
from app.organisations import directory
from app.organisations.models import KIND_NAMES, OrganisationKind
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Role
from app.territory.models import LEVEL_NAMES, Level, Territory
from app.work_orders import policy, queries, wide_place
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping, task_records, units
from app.work_orders.offices.task_records import Task
from app.work_orders.routing import Helper
from app.work_orders.workflow import Action

OUTCOMES = {"done": "已办好", "progress": "有进展", "not_done": "没有办成"}
MOST_DAYS = 30


@dataclass(frozen=True)
class Choice:
    """A unit that can be asked: how the form names it, and whether it is asked already or has nobody here."""

    code: str
    name: str
    kind: str
    helper: Helper
    is_asked: bool
    has_people: bool = True


def choices(order: WorkOrder) -> list[Choice]:
    """Whom a manager can ask: the organisations of the place, and the other offices on its way to the city."""
    asked = {helping.of(task) for task in task_records.open_ones(order)}
    return [*_organisations(order, asked), *_offices(order, asked)]


def _organisations(order: WorkOrder, asked: set[Helper]) -> list[Choice]:
    line = {getattr(order, f"{level}_id") for level in units.OFFICES}
    here = [
        one
        for one in directory.directory().by_id.values()
        if one.territory_id in line and (not one.compounds or order.compound_id in one.compounds)
    ]
    staffed = people.staffed([one.id for one in here])
    return [
        Choice(
            f"organisation:{one.code}",
            one.name,
            KIND_NAMES[OrganisationKind(one.kind)],
            helper := Helper(one.territory_id, one.id),
            helper in asked,
            one.id in staffed,
        )
        for one in here
    ]


def _offices(order: WorkOrder, asked: set[Helper]) -> list[Choice]:
    line = [getattr(order, f"{level}_id") for level in units.OFFICES]
    others = Territory.id.in_([place for place in line if place is not None and place != order.lead_unit_id])
    rows = db.session.execute(select(Territory.id, Territory.code, Territory.name, Territory.level).where(others))
    known = {row.id: row for row in rows}
    return [
        Choice(f"office:{row.code}", row.name, LEVEL_NAMES[Level(row.level)], helper := Helper(row.id), helper in asked)
        for place in line
        if (row := known.get(place)) is not None
    ]


def assist(number: str, manager: Actor, unit: str, what: str, days: int | None = None) -> WorkOrder:
    """协办: another unit gets a task of the order; whoever has the order keeps it."""
    policy.ensure_may(manager, Action.ASSIST)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.ASSIST)
    if not what.strip():
        raise errors.field("what", "请写明需要对方做什么，对方会看到。")
    chosen = next((one for one in choices(order) if one.code == unit), None)
    if chosen is None:
        raise errors.field("unit", "请从名单中选择协办的单位。")
    if chosen.is_asked:
        raise Conflict(f"已经请{chosen.name}协办，正在等反馈。", reason="asked-already")
    due_at = _due(days)
    event = order.take(Action.ASSIST, by=manager, words=what, visible="act", helpers=[chosen.name])
    tasks = helping.ask(order, event, [chosen.helper], cause="asked", what=what, due_at=due_at)
    helping.start(order, tasks)
    helping.tell(order, tasks)
    return order


def _due(days: int | None) -> datetime | None:
    """So many working days from now; None for the setting's limit."""
    if days is None:
        return None
    if not 1 <= days <= MOST_DAYS:
        raise errors.field("days", f"请填写1到{MOST_DAYS}个工作日，或者不填。")
    return calendar().due(clock.now(), Limit(days, Unit.WORKING_DAYS))


@dataclass(frozen=True)
class Progress:
    """What a unit was asked to do and whether it has reported, as whoever works on the order reads it."""

    unit: str
    what: str
    due_at: datetime | None
    done: bool


def progress(order: WorkOrder) -> list[Progress]:
    """All that the order asked of others, in one statement, as long as any of it is open; else nothing is asked for."""
    if order.open_tasks == 0:
        return []
    asked = select(Task, Territory.name).join(Territory, Territory.id == Task.unit_id)
    wanted = asked.where(Task.work_order_id == order.id, or_(Task.outcome.is_(None), Task.outcome != "cancelled"))
    return [
        Progress(_unit(task, office), what(task), task.due_at, task.ended_at is not None)
        for task, office in db.session.execute(wanted.order_by(Task.id))
    ]


def _unit(task: Task, office: str) -> str:
    return office if task.organisation_id is None else helping.name_of(helping.of(task))


@dataclass(frozen=True)
class Waiting:
    """A task that waits for its report, as the order's page shows it to one person."""

    id: str
    unit: str
    what: str
    due_at: datetime | None
    why_not: str  # why this person does not report on it, with who does; empty when they may


def waiting(order: WorkOrder, actor: Actor) -> list[Waiting]:
    """What other units were asked to do and have not reported."""
    return [
        Waiting(
            task.public_id, helping.name_of(helping.of(task)), what(task), task.due_at, _why_not(order, task, actor)
        )
        for task in task_records.open_ones(order)
    ]


def what(task: Task) -> str:
    """What the unit is asked to do; routing asks without words of its own."""
    return task.what or "请按职责协助办理，并反馈结果。"


def _why_not(order: WorkOrder, task: Task, actor: Actor) -> str:
    """An organisation's own people report, an office's managers; whoever works on the order for one with nobody here.

    A unit that is late must not hold the order up for ever, so then a manager of the place may write down what is so.
    """
    is_manager = actor.scope(Role.MANAGER).covers(order)
    if is_manager and task.due_at is not None and clock.now() >= task.due_at:
        return ""
    name = helping.name_of(helping.of(task))
    if task.organisation_id is None:
        manages = any(post.role is Role.MANAGER and post.territory_id == task.unit_id for post in actor.posts)
        return "" if manages else f"请由{name}的管理员反馈。"
    if task.organisation_id in actor.organisations(Role.PARTNER, Role.UNIT_WORKER):
        return ""
    if people.working_for(task.organisation_id):
        return f"请由{name}的人员在手机上反馈；逾期没有反馈，管理员可以代为登记。"
    works_on_it = is_manager or order.assignee_id == actor.account_id
    return "" if works_on_it else f"{name}没有开通账号，请由承办人或管理员代为登记。"


def report(number: str, actor: Actor, task_id: str, outcome: str, note: str) -> WorkOrder:
    """协办反馈: at the console, by the asked office, or on behalf of an organisation that has nobody here."""
    policy.ensure_may(actor, Action.REPORT)
    order = queries.find(number, actor)
    policy.ensure_in_charge(actor, order, Action.REPORT)
    open_ones = task_records.open_ones(order)
    if not open_ones:
        raise Conflict("这件工单现在没有等反馈的协办，请刷新后再看。", reason="nothing-asked")
    task = next((one for one in open_ones if one.public_id == task_id), None)
    if task is None:
        raise errors.field("task", "请选择要反馈的协办；已经反馈过的不用再反馈。")
    why_not = _why_not(order, task, actor)
    if why_not:
        raise NotAllowed(why_not, action=Action.REPORT)
    _report(order, task, actor, outcome, note)
    return order


def report_own(task_id: str, actor: Actor, note: str, *, done: bool) -> tuple[Task, WorkOrder]:
    """协办反馈: by somebody of the organisation that was asked, who sees the task and not the order."""
    policy.ensure_may(actor, Action.REPORT)
    task, order = queries.find_task(task_id, actor)
    if task.ended_at is not None:
        raise Conflict("这项协办已经结束，不用再反馈。", reason="ended")
    _report(order, task, actor, "done" if done else "progress", note)
    return task, order


def _report(order: WorkOrder, task: Task, actor: Actor, outcome: str, note: str) -> None:
    if outcome not in OUTCOMES:
        raise errors.field("outcome", "请选择协办的结果。")
    if not note.strip():
        raise errors.field("note", "请写明做了什么；没有办成的，请写明原因。")
    unit = helping.name_of(helping.of(task))
    event = order.take(Action.REPORT, by=actor, words=note, visible="act", helper=unit, outcome_name=OUTCOMES[outcome])
    if outcome != "progress":
        task_records.end(order, task, event, outcome)
    owe("assistance_reported", order)


STATES = {"done": "已办好", "not_done": "没有办成", "cancelled": "已取消"}


@dataclass(frozen=True)
class OwnTask:
    """A task as the people of its organisation see it: no reporter, no words of one, no door."""

    id: str
    number: str
    category_code: str
    place: str
    what: str
    opened_at: datetime
    due_at: datetime | None
    state: str
    state_name: str


def own_task(task: Task, order: WorkOrder) -> OwnTask:
    state = task.outcome or "open"
    is_late = task.ended_at is None and task.due_at is not None and clock.now() >= task.due_at
    name = STATES.get(state, "已逾期" if is_late else "待反馈")
    place = wide_place.for_strangers(order)
    return OwnTask(
        task.public_id, order.number, order.category_code, place, what(task), task.opened_at, task.due_at, state, name
    )
