"""Texts that came in while WeChat was away are looked at later."""

import pytest
from sqlalchemy import select

from app.db import db, end_reading
from app.trail import AuditRow
from app.work_orders import text_review
from tests.factories import a_resident, an_order, fresh
from tests.work_orders.record import run


def waiting():
    found = [(one.order_id, one.text, one.openid) for one in text_review.waiting()]
    end_reading()
    return found


def test_only_unchecked_texts_of_the_last_two_hours_wait(city, later):
    resident = a_resident(openid="openid-1")
    order = an_order(city, resident, verdict="unchecked", description="楼下太吵")
    an_order(city, resident, verdict="pass")
    an_order(city, resident, verdict="review")
    assert waiting() == [(order.id, "楼下太吵", "openid-1")]
    later(hours=2)
    assert waiting() == []


@pytest.mark.parametrize(("verdict", "hidden"), [("pass", False), ("review", True), ("risky", True)])
def test_only_a_pass_shows_it_to_neighbours(city, verdict, hidden):
    order = an_order(city, verdict="unchecked")
    run(text_review.settle, order.id, verdict)
    row = fresh(order)
    assert (row.unchecked, row.hidden) == (False, hidden)
    assert waiting() == []
    audited = db.session.scalars(select(AuditRow).where(AuditRow.action == "text.checked")).one()
    end_reading()
    assert (audited.subject, audited.facts) == (f"work_order:{order.number}", {"verdict": verdict})
