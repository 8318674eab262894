"""Who may take which action: the table of roles and relations, written down a second time on purpose."""

from types import SimpleNamespace

import pytest

from app.errors import NotAllowed
from app.people.actor import Actor, Post
from app.people.models import Role
from app.territory.models import Level
from app.work_orders import policy
from app.work_orders.policy import MAY_TAKE, Relation
from app.work_orders.workflow import Action, Status

ME, SOMEBODY = 1, 2
CITY, DISTRICT, SUBDISTRICT, COMMUNITY, GRID, ELSEWHERE = 10, 11, 12, 13, 14, 99
S, P, A, W, R, C = (
    Status.SUBMITTED, Status.POOLED, Status.ASSIGNED, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED,
)  # fmt: skip

HANDLING = {A: {"sign", "refuse"}, W: {"contact", "arrive", "note", "release", "resolve"}}
REPORTING = {
    status: {"withdraw"} for status in (S, P, A, W, Status.AWAITING_RESIDENT, Status.ON_LEDGER)
} | {R: {"rate"}, C: {"rate"}}  # fmt: skip
DESK = {S: {"accept", "decline"}, P: {"decline"}}
HERE = {
    Role.GRID_WORKER: {P: {"claim"}},
    Role.CLERK: DESK,
    Role.MANAGER: {S: DESK[S] | {"dispatch"}, P: DESK[P] | {"dispatch"}, A: {"dispatch"}, W: {"dispatch"}},
}
MAY_HANDLE = {Role.GRID_WORKER, Role.UNIT_WORKER, Role.CLERK, Role.DUTY_OFFICER, Role.MANAGER}


def an_order(status, assignee=SOMEBODY, **values):
    places = {"city_id": CITY, "district_id": DISTRICT, "subdistrict_id": SUBDISTRICT}
    places |= {"community_id": COMMUNITY, "grid_id": GRID}
    lasting = {"class_code": "P3", "claimed_at": None, "resolved_at": None, "emergency": False}
    return SimpleNamespace(**({"status": status, "assignee_id": assignee} | places | lasting | values))


def posted(role, level=None, place=None):
    level = level or (Level.GRID if role is Role.GRID_WORKER else Level.COMMUNITY)
    place = place or (GRID if level is Level.GRID else COMMUNITY)
    community = COMMUNITY if place in (GRID, COMMUNITY) else None
    return Actor(ME, posts=(Post(role, level, place, community),), on_duty=True)


def offered(actor, relation=None):
    """The actions offered in each status, without the statuses in which there are none."""
    assignee = ME if relation is Relation.ASSIGNEE else SOMEBODY
    found = {
        status: set(policy.actions(an_order(status, assignee), actor, reporter=relation is Relation.REPORTER))
        for status in Status
    }
    return {status: actions for status, actions in found.items() if actions}


def both(*tables):
    return {status: set().union(*(table.get(status, set()) for table in tables)) for status in set().union(*tables)}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_at_the_orders_place_may_do_what_the_table_says(role):
    assert offered(posted(role)) == HERE.get(role, {})


@pytest.mark.parametrize("role", list(Role))
def test_the_assignee_may_handle_it_besides_when_the_role_is_a_handling_one(role):
    handling = HANDLING if role in MAY_HANDLE else {}
    assert offered(posted(role), Relation.ASSIGNEE) == both(HERE.get(role, {}), handling)


@pytest.mark.parametrize("role", list(Role))
def test_whoever_reported_it_is_a_reporter_and_nothing_else(role):
    assert offered(posted(role), Relation.REPORTER) == REPORTING


@pytest.mark.parametrize("role", list(Role))
def test_a_role_somewhere_else_may_do_nothing(role):
    level = Level.GRID if role is Role.GRID_WORKER else Level.COMMUNITY
    assert offered(posted(role, level, ELSEWHERE)) == {}


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER])
@pytest.mark.parametrize(
    ("level", "place"), [(Level.CITY, CITY), (Level.DISTRICT, DISTRICT), (Level.SUBDISTRICT, SUBDISTRICT)]
)
def test_an_office_above_may_do_what_the_communitys_office_may(role, level, place):
    assert offered(posted(role, level, place)) == HERE[role]


def test_two_postings_at_two_places_are_not_mixed():
    """A manager of elsewhere who is a clerk here accepts here, and dispatches elsewhere only."""
    here, away = Post(Role.CLERK, Level.COMMUNITY, COMMUNITY), Post(Role.MANAGER, Level.COMMUNITY, ELSEWHERE)
    assert offered(Actor(ME, posts=(here, away))) == DESK


def test_an_order_without_a_grid_is_in_the_pool_of_all_the_communitys_workers():
    order = an_order(P, None, grid_id=None)
    neighbour = Actor(ME, posts=(Post(Role.GRID_WORKER, Level.GRID, ELSEWHERE, COMMUNITY),))
    assert policy.actions(order, neighbour, reporter=False) == ["claim"]
    assert policy.actions(an_order(P, None), neighbour, reporter=False) == []


def test_a_resident_who_has_nothing_to_do_with_it_may_do_nothing():
    assert offered(Actor(ME)) == {}
    assert offered(Actor(ME), Relation.ASSIGNEE) == {}


@pytest.mark.parametrize(
    ("action", "changes"),
    [("release", {"class_code": "P1"}), ("withdraw", {"emergency": True})],
)
def test_what_urgency_rules_out_is_not_offered(action, changes):
    order = an_order(W, ME, **changes)
    found = policy.actions(order, posted(Role.GRID_WORKER), reporter=action == "withdraw")
    assert action not in found


def test_what_was_claimed_once_is_not_offered_to_be_declined():
    assert policy.actions(an_order(P, None, claimed_at="then"), posted(Role.CLERK), reporter=False) == []


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_that_an_action_does_not_know_is_turned_away_at_once(role, action):
    permission = MAY_TAKE[action]
    if permission is not None and (not permission.roles or role in permission.roles):
        policy.ensure_may(posted(role), action)
        return
    with pytest.raises(NotAllowed) as refusal:
        policy.ensure_may(posted(role), action)
    assert refusal.value.message.startswith("您的岗位不能")


def test_only_the_assignee_handles_whatever_the_role():
    for role in MAY_HANDLE:
        policy.ensure_has(posted(role), an_order(W, ME), Action.RESOLVE)
        with pytest.raises(NotAllowed, match="现在不在您手上"):
            policy.ensure_has(posted(role), an_order(W), Action.RESOLVE)


def test_a_follow_up_officer_of_a_grid_is_below_the_community_and_may_not():
    officer = posted(Role.FOLLOW_UP_OFFICER, Level.GRID, GRID)
    with pytest.raises(NotAllowed):
        policy.ensure_here(officer, an_order(R), Action.FOLLOW_UP)
    policy.ensure_here(posted(Role.FOLLOW_UP_OFFICER), an_order(R), Action.FOLLOW_UP)
