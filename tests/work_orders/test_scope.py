"""Who sees an order: for every role the lists and the single look-up tell the same."""

import pytest
from sqlalchemy import select

from app.db import db, end_reading
from app.errors import NotFound
from app.people.actor import Actor
from app.people.models import Role
from app.territory.placing import Place
from app.work_orders import board, follow_up, lists, queries, rating, scope
from app.work_orders.board import BoardFilters
from app.work_orders.detail import detail
from app.work_orders.models import Reporter, WorkOrder
from tests.factories import (
    a_person,
    a_resident,
    a_worker,
    act,
    an_officer,
    an_order,
    an_unplaced_order,
    claimed,
    resolved,
    writing,
)
from tests.work_orders.record import refused, run


@pytest.fixture
def orders(city, resident, worker):
    """Orders in two communities, at a community without a grid, without a place, in the pool, in hand, resolved."""
    at_community = Place(city["xn"], city["cx"], city["ht"], city["xnlx"], None, text="新宁路西社区附近")
    second_grid = Place(city["xn"], city["cx"], city["ht"], city["xnlx"], city["g2"], text="第二网格")
    made = {
        "pooled": an_order(city, resident),
        "in hand": an_order(city, resident),
        "resolved": an_order(city, resident),
        "second grid": an_order(city, resident, place=second_grid),
        "no grid": an_order(city, resident, place=at_community),
        "other community": an_order(city, resident, compound=city.far_compound),
        "no place": an_unplaced_order(city, resident, category="ODD"),
    }
    claimed(made["in hand"], worker)
    resolved(made["resolved"], worker)
    return {order.number: name for name, order in made.items()}


def listed(orders, condition):
    numbers = db.session.scalars(select(WorkOrder.number).where(condition))
    found = {orders[number] for number in numbers}
    end_reading()
    return found


def looked_up(orders, actor, *, as_reporter=False):
    found = set()
    for number, name in orders.items():
        try:
            detail(number, actor, as_reporter=as_reporter)
        except NotFound:
            continue
        finally:
            end_reading()
        found.add(name)
    return found


OFFICES = [Role.CLERK, Role.FOLLOW_UP_OFFICER, Role.DUTY_OFFICER, Role.MANAGER, Role.AUDITOR]
NO_SIGHT = sorted(set(Role) - {*OFFICES, Role.GRID_WORKER})
OF_COMMUNITY = {"pooled", "in hand", "resolved", "second grid", "no grid"}
EVERYTHING = OF_COMMUNITY | {"other community", "no place"}


PARTS = {
    "xnlx": OF_COMMUNITY,
    "hyx": {"other community"},
    "ht": OF_COMMUNITY | {"other community"},
    "cx": EVERYTHING,
    "cz": set(),
    "xn": EVERYTHING,
}


@pytest.mark.parametrize("role", OFFICES)
def test_an_office_sees_its_own_part_of_the_city_in_lists_and_look_ups_alike(city, orders, role):
    for place, expected in PARTS.items():
        actor = a_person((role, city[place]))
        assert listed(orders, scope.handled_by(actor)) == expected, place
        assert listed(orders, scope.overseen_by(actor)) == expected, place
        assert looked_up(orders, actor) == expected, place
        assert {orders[row.number] for row in board.page(actor, BoardFilters(), per_page=100)} == expected, place


def test_other_roles_see_no_orders_by_their_postings(city, orders):
    for role in NO_SIGHT:
        actor = a_person((role, city["xnlx"]))
        assert listed(orders, scope.handled_by(actor)) == set(), role
        assert looked_up(orders, actor) == set(), role


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        ("g1", {"pooled", "in hand", "resolved", "no grid"}),
        ("g2", {"second grid", "no grid"}),
        ("h1", {"other community"}),
    ],
)
def test_a_grid_worker_sees_the_own_grid_and_what_lies_at_the_community_itself(city, orders, grid, expected):
    actor = a_worker(city[grid])
    assert listed(orders, scope.handled_by(actor)) == expected
    assert looked_up(orders, actor) == expected
    waiting = {orders[row.number] for row in lists.pool(actor, None, 50)}
    assert waiting == expected - {"in hand", "resolved"}


def test_what_somebody_has_they_see_wherever_it_lies(city, orders, worker):
    moved = Actor(worker.account_id)
    assert listed(orders, scope.handled_by(moved)) == {"in hand", "resolved"}
    assert looked_up(orders, moved) == {"in hand", "resolved"}
    assert {orders[row.number] for row in lists.mine(moved, False, None, 50)} == {"in hand"}
    assert {orders[row.number] for row in lists.mine(moved, True, None, 50)} == {"resolved"}


def test_a_resident_sees_the_own_reports_and_nothing_else(city, orders, resident):
    assert looked_up(orders, resident, as_reporter=True) == EVERYTHING
    assert looked_up(orders, resident) == set()
    assert {orders[row.number] for row in lists.reported(resident, "all", None, 50)} == EVERYTHING
    stranger = a_resident()
    assert looked_up(orders, stranger, as_reporter=True) == set()
    assert listed(orders, scope.visible(stranger)) == set()


@pytest.mark.parametrize("role", [*OFFICES, Role.GRID_WORKER])
def test_at_work_nobody_finds_what_they_reported_themselves(city, role):
    actor = a_person((role, city["g1" if role is Role.GRID_WORKER else "xnlx"]))
    own, other = an_order(city, actor), an_order(city)
    orders = {own.number: "own", other.number: "other"}
    assert listed(orders, scope.handled_by(actor)) == {"other"}
    assert looked_up(orders, actor) == {"other"}
    assert looked_up(orders, actor, as_reporter=True) == {"own"}
    assert listed(orders, scope.visible(actor)) == {"own", "other"}
    assert sum(board.counts(actor).values()) == (0 if role is Role.GRID_WORKER else 1)
    assert [row.number for row in lists.pool(actor, None, 50)] == ([other.number] if role is Role.GRID_WORKER else [])


def test_whoever_left_an_order_no_longer_sees_it_as_a_reporter(city, resident):
    order = an_order(city, resident)
    with writing():
        db.session.scalars(select(Reporter)).one().left_at = order.created_at
    assert looked_up({order.number: "left"}, resident, as_reporter=True) == set()


def test_foreign_and_absent_read_the_same(city, orders):
    stranger = a_worker(city["h1"])
    theirs = next(number for number, name in orders.items() if name == "pooled")
    foreign = refused(NotFound, queries.find, theirs, stranger)
    absent = refused(NotFound, queries.find, "XN2603100000000", stranger)
    assert foreign.message == absent.message == "没有找到这件工单，请核对编号。"


def test_two_postings_see_both_parts(city, orders):
    actor = a_person((Role.GRID_WORKER, city["g2"]), (Role.MANAGER, city["hyx"]))
    assert listed(orders, scope.handled_by(actor)) == {"second grid", "no grid", "other community"}
    assert looked_up(orders, actor) == {"second grid", "no grid", "other community"}
    # Only what the grid posting brings can be claimed, only what the office sees is on the board.
    assert {orders[row.number] for row in lists.pool(actor, None, 50)} == {"second grid", "no grid"}
    assert listed(orders, scope.overseen_by(actor)) == {"other community"}


def test_a_follow_up_officer_is_never_shown_what_they_held_or_reported(city, worker, officer):
    both = a_person((Role.FOLLOW_UP_OFFICER, city["xnlx"]), (Role.GRID_WORKER, city["g1"]))
    held, own, plain = an_order(city), an_order(city, both), an_order(city)
    for order, handler in ((held, both), (own, worker), (plain, worker)):
        resolved(order, handler)
        run(rating.rate, order.number, reporter_of(order), answered=True, solved="no", satisfied="no", comment=None)
    assert {row.number for row in follow_up.worklist(both)} == {plain.number}
    assert {row.number for row in follow_up.worklist(officer)} == {held.number, own.number, plain.number}
    assert list(follow_up.worklist(an_officer(city["hyx"]))) == []
    assert {row.number for row in follow_up.worklist(an_officer(city["cx"]))} == {
        held.number, own.number, plain.number,
    }  # fmt: skip


def reporter_of(order):
    return act(db.session.scalar(select(Reporter.account_id).where(Reporter.work_order_id == order.id)))
