"""Staff and their postings, one by one and as tables."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db import db, end_reading
from app.errors import Invalid
from app.people import staffing
from app.people.models import Account, ConsoleLogin, Posting, Role
from app.people.staffing import Post
from app.trail import AuditRow
from tests.factories import a_city, act, writing

HEAD = "name,phone,role,territory_code,primary,username,openid\n"
TWO_LINES = (
    "马秀英,19900000001,grid_worker,g1,是,,openid-ma\n"
    "马丽娟,19900000025,回访员,xnlx,否,mlj,\n"
    "马丽娟,19900000025,clerk,xnlx,否,mlj,\n"
)


@pytest.fixture
def city(app):
    return a_city()


@pytest.fixture
def table(tmp_path: Path):
    def write(lines: str):
        (tmp_path / "people.csv").write_text(HEAD + lines, encoding="utf8")
        return staffing.read_people(tmp_path)

    return write


def bring(table, **values):
    with writing():
        return staffing.import_people(table, **values)


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return found


def add(*posts, name="马福全", phone="13900000017", **values):
    with writing():
        account, is_new = staffing.add_staff(name, phone, posts, **values)
        return account.id, is_new


def test_the_same_phone_is_the_same_person_with_more_postings(city):
    first, is_new = add(Post(Role.GRID_WORKER, "g1", primary=True))
    assert is_new
    again, is_new = add(Post(Role.GRID_WORKER, "g1"), phone="+86 139-0000-0017")
    assert (again, is_new) == (first, False)
    third, is_new = add(Post(Role.MANAGER, "xnlx"))
    assert (third, is_new) == (first, True)
    assert act(first).roles == {Role.GRID_WORKER, Role.MANAGER}
    assert count(Account) == 1


def test_every_posting_is_audited_without_the_name(city):
    add(Post(Role.GRID_WORKER, "g1"))
    rows = db.session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    end_reading()
    assert [row.action for row in rows] == ["staff.added", "posting.given"]
    assert rows[1].facts == {"role": "grid_worker", "territory": "g1"}
    assert "马福全" not in str([row.facts for row in rows])


def test_an_unknown_place_or_phone_leaves_nothing_behind(city):
    with pytest.raises(Invalid):
        add(Post(Role.GRID_WORKER, "nowhere"))
    with pytest.raises(Invalid):
        add(Post(Role.GRID_WORKER, "g1"), phone="12")
    assert count(Account) == 0


def test_a_table_brings_people_and_a_second_time_changes_nothing(city, table):
    report = bring(table(TWO_LINES))
    assert (report.added, report.unchanged, report.errors) == (3, 0, [])
    assert (count(Account), count(Posting), count(ConsoleLogin)) == (2, 3, 0)
    again = bring(table(TWO_LINES))
    assert (again.added, again.unchanged) == (0, 3)
    primary = db.session.scalar(select(Posting.primary).where(Posting.role == "grid_worker"))
    end_reading()
    assert primary


def test_a_password_for_demos_opens_the_console_to_who_has_a_username(city, table):
    bring(table(TWO_LINES), password="a long enough password")
    assert db.session.scalars(select(ConsoleLogin.username)).all() == ["mlj"]
    end_reading()


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(city, table):
    dry = bring(table(TWO_LINES), dry_run=True)
    assert (dry.added, dry.unchanged, count(Account)) == (3, 0, 0)
    bring(table(TWO_LINES))
    dry = bring(table(TWO_LINES), dry_run=True)
    assert (dry.added, dry.unchanged, dry.changed) == (0, 3, 0)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("马,19900000001,grid_worker,nowhere,是,,", "territory_code"),
        ("马,123,grid_worker,g1,是,,", "phone"),
        ("马,19900000001,king,g1,是,,", "role"),
        (",19900000001,grid_worker,g1,是,,", "name"),
        ("马,19900000001,grid_worker,g1,perhaps,,", "primary"),
    ],
)
def test_one_wrong_row_is_named_and_nothing_is_written(city, table, line, column):
    report = bring(table(TWO_LINES + line + "\n"))
    assert len(report.errors) == 1
    assert "5" in str(report.errors[0])
    assert column in str(report.errors[0])
    assert count(Account) == 0
