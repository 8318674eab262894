"""Working on an order: contact 联系 · arrive 到场 · note 记录."""

from typing import Any

from app import clock, errors
from app.people.actor import Actor
from app.territory.coordinates import CoordinateSystem, to_wgs84
from app.work_orders import policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Action

CONTACT_KINDS = {"call": "电话联系", "visit": "上门联系", "message": "消息联系"}


def contact(number: str, worker: Actor, kind: str, note: str) -> WorkOrder:
    """联系: the reporter was spoken to; the first one meets the contact limit."""
    order = _mine(number, worker, Action.CONTACT)
    if kind not in CONTACT_KINDS:
        raise errors.field("kind", "请选择联系的方式。")
    first = order.contacted_at is None
    order.take(Action.CONTACT, by=worker, words=note, visible="act" if note else "reporter", kind=kind)
    if first:
        order.contacted_at = clock.now()
        owe("contacted", order)
    return order


def arrive(number: str, worker: Actor, point: tuple[float, float, str] | None) -> WorkOrder:
    """到场: the worker is there; one point, when they agreed to give it, and never a track."""
    order = _mine(number, worker, Action.ARRIVE)
    facts: dict[str, Any] = {}
    if point is not None:
        lat, lng, system = point
        stored = to_wgs84(lat, lng) if system == CoordinateSystem.GCJ02 else (lat, lng)
        facts = {"lat": round(stored[0], 5), "lng": round(stored[1], 5)}
    order.take(Action.ARRIVE, by=worker, **facts)
    if order.arrived_at is None:
        order.arrived_at = clock.now()
        owe("arrived", order)
    return order


def note(number: str, worker: Actor, text: str, *, visible_to_resident: bool) -> WorkOrder:
    """记录: internal unless the worker marks it for the resident."""
    order = _mine(number, worker, Action.NOTE)
    if not text.strip():
        raise errors.field("note", "请写下要记录的内容。")
    order.take(Action.NOTE, by=worker, words=text, visible="reporter" if visible_to_resident else "internal")
    if visible_to_resident:
        owe("noted", order)
    return order


def _mine(number: str, worker: Actor, action: Action) -> WorkOrder:
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, action)
    return order
