"""A reporter can be reached until the order has ended, also when the account is gone; not a day longer."""

import pytest
from sqlalchemy import select, update

from app import clock, parameters
from app.db import db, end_reading
from app.parameters import Parameter
from app.people import authorisations, closing
from app.people.actor import SYSTEM
from app.people.models import Account
from app.territory.placing import place_by_building
from app.work_orders import contacts, intake, on_behalf, rating
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.models import FollowUp, Reporter, WorkOrder
from app.work_orders.on_behalf import Person
from app.work_orders.workflow import Action
from tests.factories import a_resident, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import run, sweep

PHONE, GIVEN = "13900000017", "13700000009"
NO = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}


@pytest.fixture
def reporter(city):
    return a_resident(phone=PHONE, phone_hash="h" * 64)


def close(person):
    with writing():
        closing.close(db.session.get(Account, person.account_id), "own_wish")


def contact_of(order):
    found = db.session.scalars(select(Reporter.contact).where(Reporter.work_order_id == order.id)).one()
    end_reading()
    return found


def erase():
    with writing():
        return contacts.erase_of_closed(clock.now())


def test_open_orders_keep_the_number_that_the_account_loses(city, reporter, worker):
    bare, given = an_order(city, reporter), an_order(city, reporter, contact=GIVEN)
    ended = an_order(city, reporter)
    run(intake.withdraw, ended.number, reporter, "resolved_itself")
    close(reporter)
    assert (contact_of(bare), contact_of(given), contact_of(ended)) == (PHONE, GIVEN, None)
    claimed(bare, worker)
    assert detail(bare.number, worker).reporters[0].phone_masked == "139****0017"
    end_reading()


def test_a_reporter_without_a_number_leaves_none(city, worker):
    person = a_resident()
    order = an_order(city, person)
    close(person)
    assert contact_of(order) is None


def test_the_number_is_erased_once_the_order_has_ended(city, reporter, worker, at):
    with writing():
        db.session.merge(Parameter(name="follow_up_drawn_percent", value="0"))
    parameters.forget()
    order = an_order(city, reporter, contact=GIVEN)
    close(reporter)
    assert (erase(), contact_of(order)) == (0, GIVEN)
    resolved(order, worker)
    assert (erase(), contact_of(order)) == (0, GIVEN)
    at("03-20 12:00")
    sweep()
    assert fresh(order).status == "closed"
    assert (erase(), contact_of(order), erase()) == (1, None, 0)


def test_a_follow_up_that_is_owed_still_needs_the_number(city, reporter, worker, officer, at):
    order = resolved(an_order(city, reporter, contact=GIVEN), worker)
    run(rating.rate, order.number, reporter, **NO)
    with writing():
        db.session.get(WorkOrder, order.id).take(Action.CLOSE, by=SYSTEM)
    close(reporter)
    assert (fresh(order).status, erase(), contact_of(order)) == ("closed", 0, GIVEN)
    with writing():
        db.session.execute(update(FollowUp).values(ended_at=clock.now()))
    assert (erase(), contact_of(order)) == (1, None)


def test_people_who_stay_keep_what_they_gave(city, reporter, worker):
    order = an_order(city, reporter, contact=GIVEN)
    run(intake.withdraw, order.number, reporter, "resolved_itself")
    assert (erase(), contact_of(order)) == (0, GIVEN)


def erase_old():
    with writing():
        return contacts.erase_old(clock.now())


def test_of_people_who_stay_a_number_is_erased_a_year_after_the_end(city, reporter, later):
    order, waiting = an_order(city, reporter, contact=GIVEN), an_order(city, reporter, contact=GIVEN)
    later(days=30)
    run(intake.withdraw, order.number, reporter, "resolved_itself")
    later(days=364)
    assert (erase_old(), contact_of(order)) == (0, GIVEN)
    later(days=2)
    assert (erase_old(), contact_of(order), contact_of(waiting), erase_old()) == (1, None, GIVEN, 0)


def test_the_name_that_somebody_without_a_phone_gave_goes_as_a_number_does(city, worker, manager, later):
    place = place_by_building(city.compound, "3号楼", "2单元")
    request = Request(category="NOISE", description="楼上很吵", place=place, channel="door")
    order = run(on_behalf.take_in, request, Person("马奶奶"), worker, agreed=True)
    name_of = select(Reporter.name).where(Reporter.work_order_id == order.id)
    run(intake.decline, order.number, manager, "out_of_remit", "请找物业")
    later(days=364)
    assert (erase_old(), db.session.scalar(name_of)) == (0, "马奶奶")
    end_reading()
    later(days=2)
    assert (erase_old(), db.session.scalar(name_of)) == (1, None)
    end_reading()


def test_the_city_says_for_how_long_a_number_is_kept(city, reporter, later):
    with writing():
        db.session.merge(Parameter(name="contact_kept_days", value="90"))
    parameters.forget()
    order = an_order(city, reporter, contact=GIVEN)
    run(intake.withdraw, order.number, reporter, "resolved_itself")
    later(days=91)
    assert (erase_old(), contact_of(order)) == (1, None)


def test_no_more_than_a_batch_is_erased_at_once(city, reporter, monkeypatch):
    monkeypatch.setattr(contacts, "BATCH", 2)
    for _ in range(3):
        order = an_order(city, reporter, contact=GIVEN)
        run(intake.withdraw, order.number, reporter, "resolved_itself")
    close(reporter)
    assert [erase() for _ in range(3)] == [2, 1, 0]


def test_a_number_taken_back_at_wechat_stays_only_where_it_is_needed(city, worker):
    person = a_resident(phone=PHONE, openid="oTEST01")
    order = an_order(city, person)
    with writing():
        authorisations.revoked("oTEST01", "8")
    account = db.session.get(Account, person.account_id)
    end_reading()
    assert (account.phone, account.state, contact_of(order)) == (None, "active", PHONE)
