"""A played month: its numbers are true to its rows, and it lived through an outage of WeChat."""

import random
from collections import Counter
from datetime import date, timedelta
from statistics import median

from sqlalchemy import select

from app.db import db, end_reading, transaction
from app.deadlines.queries import calendar
from app.simulation import demand
from app.simulation.demand import Month
from app.simulation.month import _at_a_door
from app.territory.placing import place_by_building
from app.work_orders import intake, numbers
from app.work_orders.intake import Request
from app.work_orders.models import WorkOrder
from app.work_orders.timeline import Event
from tests.factories import a_city, a_resident
from tests.simulation.conftest import THREE_DAYS


def lines():
    """The timeline of each order."""
    found = {}
    for row in db.session.execute(select(Event.work_order_id, Event.action, Event.at).order_by(Event.id)):
        found.setdefault(row.work_order_id, []).append(row)
    orders = {row.id: row for row in db.session.execute(select(*WorkOrder.__table__.columns))}
    end_reading()
    return [(orders[order_id], of_order) for order_id, of_order in found.items()]


def resolved_at(of_order):
    """When the order was settled, if it still is: counted from the timeline alone."""
    at = None
    for line in of_order:
        if line.action in ("resolve", "settle"):
            at = line.at
        elif line.action in ("send_back", "rework", "reopen"):
            at = None
    return at


def test_the_numbers_are_those_of_the_timeline(month):
    told, story = month.figures, lines()
    done = Counter(line.action for _, of_order in story for line in of_order)
    settled = [(order, at) for order, of_order in story if (at := resolved_at(of_order))]
    assert told["上报"] == done["submit"] == THREE_DAYS.orders
    assert (told["抢单"], told["催办"], told["评价"]) == (done["claim"], done["urge"], done["rate"])
    assert told["办结"] == len(settled) > 0
    assert told["按期办结"] == sum(at <= order.due_at for order, at in settled)
    spans = [(at - of_order[0].at) / timedelta(hours=1) for _, of_order in story if (at := resolved_at(of_order))]
    assert told["办结用时中位数（小时）"] == round(median(spans), 1)
    accepted = [
        of_order for _, of_order in story if {line.action for line in of_order} & {"accept", "assign", "dispatch"}
    ]
    assert told["受理"] == len(accepted)


def test_wechat_was_away_and_everything_arrived(month):
    assert month.figures["微信中断次数"] >= 1
    assert month.figures["中断中未送达后补送"] > 0
    assert month.figures["微信消息送出"] > 0
    assert month.figures["微信消息未能送出"] == 0


def test_less_is_reported_on_holidays(app):
    with transaction():
        assert not calendar().is_working_day(date(2026, 2, 17))
    found = demand.moments(Month(date(2026, 2, 9), 14), 4000, random.Random(1))
    per_day = Counter(at.date() for at in found)
    assert per_day[date(2026, 2, 17)] < per_day[date(2026, 2, 10)] * 0.75
    assert len(found) == 4000


def test_two_orders_that_draw_one_number_are_two_orders_all_the_same(app):
    city = a_city()
    drawn = iter(["111111", "111111", "222222"])
    with numbers.drawn_by(lambda _count: next(drawn)):
        orders = [_at_a_door(lambda one=one: an_order_within(city, one)) for one in (a_resident(), a_resident())]
    assert [order.number[8:14] for order in orders] == ["111111", "222222"]


def an_order_within(city, resident):
    return intake.submit(Request("NOISE", "楼道里很吵", place_by_building(city.compound, "3号楼", "2单元")), resident)
