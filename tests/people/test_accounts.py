"""What people keep about themselves, and how a staff account comes to a phone."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.errors import Conflict, Invalid
from app.people import accounts, console_access, phones, staffing
from app.people.models import Account, AccountState, ConsoleLogin, Role
from app.people.staffing import Post
from app.trail import AuditRow
from tests.factories import a_city, a_person, a_resident, act, writing

PHONE = "13900000017"


@pytest.fixture
def city(app):
    return a_city()


@pytest.fixture
def staff(city):
    with writing():
        account, _ = staffing.add_staff("马福全", PHONE, [Post(Role.MANAGER, "xnlx"), Post(Role.GRID_WORKER, "g1")])
        console_access.give_login(account.id, "mafuquan", "a long enough password")
        return account.id


def run(act_, *args):
    with writing():
        return act_(*args)


def row_of(account_id):
    row = db.session.get(Account, account_id)
    end_reading()
    return row


def test_a_name_and_the_agreement_to_the_newest_notice_are_kept(city):
    resident = a_resident()
    run(accounts.rename, resident, "索南才让")
    run(accounts.agree, resident, accounts.PRIVACY_VERSION)
    row = row_of(resident.account_id)
    assert (row.name, row.privacy_version) == ("索南才让", accounts.PRIVACY_VERSION)
    assert row.privacy_agreed_at is not None
    with pytest.raises(Invalid):
        run(accounts.agree, resident, "2001-01")


def test_the_home_changes_at_most_twice_in_thirty_days(city):
    resident = a_resident()
    with time_machine.travel("2026-03-10T02:00:00Z", tick=False) as traveller:
        for unit in ("1单元", "2单元"):
            run(accounts.set_home, resident, city.compound, "3号楼", unit)
        with pytest.raises(Conflict, match="最多修改两次"):
            run(accounts.set_home, resident, city.compound, "3号楼", "1单元")
        traveller.shift(timedelta(days=30, seconds=1))
        run(accounts.set_home, resident, city.far_compound, "3号楼", "1单元")
    row = row_of(resident.account_id)
    home = accounts.home_of(row)
    end_reading()
    assert (home.name, row.home_unit) == ("湟岸巷30号院", "1单元")


def test_a_home_that_does_not_exist_is_refused(city):
    with pytest.raises(Invalid):
        run(accounts.set_home, a_resident(), city.compound, "99号楼", "1单元")


def test_a_residents_phone_is_kept_and_links_nothing(city):
    resident = a_resident()
    _, linked = run(accounts.bind_phone, resident, "+86 13800000000")
    row = row_of(resident.account_id)
    assert (row.phone, linked, row.is_staff) == ("13800000000", False, False)
    assert row.phone_hash == phones.index("13800000000")


def test_a_staff_members_phone_brings_postings_and_login_to_the_account_on_the_phone(city, staff):
    resident = a_resident(name="小马")
    _, linked = run(accounts.bind_phone, resident, PHONE)
    assert linked
    person = act(resident.account_id)
    assert person.roles == {Role.MANAGER, Role.GRID_WORKER}
    row, old = row_of(resident.account_id), row_of(staff)
    assert (row.name, row.is_staff, row.linked_at is not None) == ("马福全", True, True)
    assert (old.state, old.phone, old.phone_hash, old.is_staff) == (AccountState.CLOSED, None, None, False)
    assert db.session.get(ConsoleLogin, resident.account_id).username == "mafuquan"
    audited = db.session.scalars(select(AuditRow).where(AuditRow.action == "staff.linked")).one()
    end_reading()
    assert audited.actor_id == resident.account_id


def test_a_second_phone_is_refused_until_the_first_is_unlinked(city, staff):
    first, second = a_resident(), a_resident()
    run(accounts.bind_phone, first, PHONE)
    with pytest.raises(Conflict, match="已绑定另一个微信"):
        run(accounts.bind_phone, second, PHONE)
    assert row_of(second.account_id).phone is None
    _, linked_again = run(accounts.bind_phone, first, PHONE)
    assert not linked_again


def test_of_two_who_prove_one_staff_number_at_once_one_becomes_the_staff_member(house, city, staff):
    outcomes, start = {}, threading.Barrier(2)

    def prove(resident):
        with house.app_context():
            start.wait()
            try:
                outcomes[resident.account_id] = run(accounts.bind_phone, resident, PHONE)[1]
            except Conflict:
                outcomes[resident.account_id] = False
            finally:
                db.session.remove()

    threads = [threading.Thread(target=prove, args=(a_resident(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes.values()) == [False, True]
    with_number = db.session.scalars(select(Account).where(Account.phone_hash == phones.index(PHONE))).all()
    end_reading()
    assert [(account.is_staff, outcomes[account.id]) for account in with_number] == [(True, True)]


def test_somebody_who_is_staff_already_does_not_become_another(city, staff):
    colleague = a_person((Role.MANAGER, city["hyx"]))
    with pytest.raises(Conflict):
        run(accounts.bind_phone, colleague, PHONE)
    assert act(colleague.account_id).roles == {Role.MANAGER}


@pytest.mark.parametrize("given", ["", "12345", "010-12345678", "1390000001a", "+1 2025550123"])
def test_what_is_no_mobile_number_is_refused_with_a_sentence(given):
    with pytest.raises(Invalid) as refusal:
        phones.normal(given)
    assert refusal.value.fields == {"phone": ["请填写11位手机号码。"]}


def test_a_number_has_one_form_inside_and_is_masked_outside(app):
    assert phones.normal(" +86-139 0000 0017 ") == PHONE
    assert phones.masked(PHONE) == "139****0017"
    assert phones.masked(None) is None
    assert clock.today() is not None
