"""Who sees an order: for every role and everything a person can be to it, lists and single look-ups tell the same."""

from functools import partial
from itertools import product

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.errors import NotFound
from app.people.models import Role
from app.work_orders import board, lists, queries, scope
from app.work_orders.board import BoardFilters
from app.work_orders.detail import detail
from app.work_orders.models import Assignment, Recusal, Reporter, WorkOrder
from app.work_orders.offices import task_records
from app.work_orders.scope import OFFICE
from app.work_orders.timeline import Event
from tests.factories import a_person, a_resident, a_unit_worker, an_order, an_organisation, writing

RELATIONS = ("nothing", "mine", "offered", "reporter", "joined", "left")
NOT_FOR_STAFF = ("reporter", "joined")
CELLS = list(product(RELATIONS, (False, True), (False, True)))
"""What the person is to the order, whether it concerns them, and whether it is confidential."""


@pytest.fixture
def made(city):
    """Gives a person one order for every cell; which number is which cell."""

    def make(person):
        found = {}
        for relation, is_recused, is_confidential in CELLS:
            order = an_order(city, a_resident(), confidential=is_confidential)
            with writing():
                relate(db.session.get(WorkOrder, order.id), person, relation, is_recused)
            found[order.number] = (relation, is_recused, is_confidential)
        return found

    return make


def relate(order, person, relation, is_recused):
    now = clock.now()
    of_person = {"work_order_id": order.id, "account_id": person.account_id}
    if relation == "mine":
        order.assignee_id, order.status = person.account_id, "in_progress"
        db.session.add(Assignment(**of_person, how="claim", started_at=now))
    elif relation == "offered":
        order.offered_to_id, order.status = person.account_id, "in_progress"
    elif relation == "reporter":
        db.session.execute(
            Reporter.__table__.update().where(Reporter.work_order_id == order.id).values(account_id=person.account_id)
        )
    elif relation in ("joined", "left"):
        gone = now if relation == "left" else None
        db.session.add(Reporter(**of_person, is_first=False, created_at=now, left_at=gone))
    if is_recused:
        db.session.add(Recusal(**of_person, created_at=now))


def seen(cells, person, *, as_reporter=False):
    """The orders that single look-ups find, by both ways of looking one up."""
    found = set()
    for number in cells:
        look_up = queries.find_reported if as_reporter else queries.find
        ways = (partial(detail, number, person, as_reporter=as_reporter), partial(look_up, number, person))
        answers = [is_there(way) for way in ways]
        assert answers[0] == answers[1], cells[number]
        if answers[0]:
            found.add(number)
    return found


def is_there(way):
    try:
        way()
    except NotFound:
        return False
    finally:
        end_reading()
    return True


def numbers(rows):
    found = {row.number for row in rows}
    end_reading()
    return found


def where(cells, test):
    return {number for number, cell in cells.items() if test(*cell)}


@pytest.mark.parametrize("is_here", [True, False], ids=["posted here", "posted elsewhere"])
@pytest.mark.parametrize("role", list(Role))
def test_lists_and_look_ups_agree_for_every_role_and_relation(city, made, role, is_here):
    in_grid = role is Role.GRID_WORKER
    person = a_person((role, city[("g1" if in_grid else "xnlx") if is_here else ("h1" if in_grid else "hyx")]))
    cells = made(person)
    through_place = is_here and (in_grid or role in OFFICE)

    def at_work(relation, is_recused, _):
        return relation not in NOT_FOR_STAFF and not is_recused and (through_place or relation in ("mine", "offered"))

    at_hand = where(cells, at_work)
    assert seen(cells, person) == at_hand
    assert numbers(db.session.execute(select(WorkOrder.number).where(scope.handled_by(person)))) == at_hand
    on_board = at_hand if is_here and role in OFFICE else set()
    own = where(cells, lambda relation, is_recused, _: relation == "mine" and not is_recused)
    offered = where(cells, lambda relation, is_recused, _: relation == "offered" and not is_recused)
    # An office sees all of its place; what somebody has from elsewhere is theirs without being on their board.
    assert numbers(board.page(person, BoardFilters(), per_page=100)) == on_board
    assert sum(board.counts(person).values()) == len(on_board)
    end_reading()
    assert numbers(lists.mine(person, False, None, 50)) == own | offered
    pooled = where(cells, lambda relation, *_: relation not in ("mine", "offered"))
    assert numbers(lists.pool(person, None, 50)) == (at_hand & pooled if is_here and in_grid else set())


@pytest.mark.parametrize("role", [None, Role.GRID_WORKER, Role.MANAGER], ids=str)
def test_as_a_reporter_everybody_sees_what_they_reported_or_joined_whatever_else_they_are(city, made, role):
    person = a_person((role, city["g1" if role is Role.GRID_WORKER else "xnlx"])) if role else a_resident()
    cells = made(person)
    reported = where(cells, lambda relation, *_: relation in NOT_FOR_STAFF)
    assert seen(cells, person, as_reporter=True) == reported
    assert numbers(lists.reported(person, "all", None, 50)) == reported
    everything = reported | seen(cells, person)
    assert numbers(db.session.execute(select(WorkOrder.number).where(scope.visible(person)))) == everything


def test_a_resident_sees_nothing_at_work_and_neighbours_only_the_projection(city, made):
    person = a_resident()
    cells = made(person)
    # Whoever has an order keeps it in sight even when the posting is gone, until it is recalled.
    assert seen(cells, person) == where(
        cells, lambda relation, is_recused, _: relation in ("mine", "offered") and not is_recused
    )
    assert numbers(lists.neighbourhood(person, None, 50)) == set()
    assert numbers(lists.pool(person, None, 50)) == set()
    assert numbers(board.page(person, BoardFilters(), per_page=100)) == set()


THROUGH_ORGANISATION = list(product(("nothing", "led", "tasked", "was tasked"), (False, True)))
"""What the person's organisation is to the order, and whether it concerns the person."""


@pytest.fixture
def made_for(city):
    """Gives a person of an organisation one order for every cell; which number is which cell."""

    def make(company, person):
        found = {}
        for relation, is_recused in THROUGH_ORGANISATION:
            order = an_order(city, a_resident())
            with writing():
                relate_organisation(db.session.get(WorkOrder, order.id), company, relation)
                relate(order, person, "nothing", is_recused)
            found[order.number] = (relation, is_recused)
        return found

    return make


def relate_organisation(order, company, relation):
    if relation == "led":
        order.lead_organisation_id = company.id
    elif relation != "nothing":
        event = db.session.scalars(select(Event).where(Event.work_order_id == order.id).limit(1)).one()
        where = {"unit_id": company.territory_id, "organisation_id": company.id}
        task = task_records.put(order, event, cause="asked", what="请派人", **where)
        if relation == "was tasked":
            task_records.end(order, task, event, "done")


@pytest.mark.parametrize("role", [Role.UNIT_WORKER, Role.PARTNER])
def test_through_an_organisation_its_workers_see_what_it_leads_or_helps_with_and_partners_their_task_alone(
    city, made_for, role
):
    company = an_organisation(city)
    person, stranger = a_unit_worker(company, role), a_unit_worker(an_organisation(city, name="别家物业"), role)
    cells = made_for(company, person)
    works = role is Role.UNIT_WORKER

    def at_work(relation, is_recused):
        return works and relation in ("led", "tasked") and not is_recused

    at_hand = where(cells, at_work)
    assert seen(cells, person) == queries.seen_at_work(person, list(cells)) == at_hand
    assert numbers(db.session.execute(select(WorkOrder.number).where(scope.handled_by(person)))) == at_hand
    # What the organisation has is in nobody's own hands yet, and on no board or pool of theirs.
    for rows in (
        lists.mine(person, False, None, 50),
        board.page(person, BoardFilters()),
        lists.pool(person, None, 50),
    ):
        assert numbers(rows) == set()
    for ended, state in ((False, "tasked"), (True, "was tasked")):
        asked = where(cells, lambda relation, is_recused, state=state: relation == state and not is_recused)
        rows = lists.tasks(person, ended, None, 50)
        assert {order.number for _, order in rows} == asked
        assert {found(task.public_id, person) for task, _ in rows} <= {True}
        assert {found(task.public_id, stranger) for task, _ in rows} <= {False}
    assert seen(cells, stranger) == set()
    assert lists.tasks(stranger, False, None, 50) == []


def found(task_id, person):
    return is_there(partial(queries.find_task, task_id, person))
