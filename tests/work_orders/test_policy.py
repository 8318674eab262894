"""Who may take which action: the table of roles and relations, written down a second time on purpose."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.errors import NotAllowed
from app.people.actor import Actor, Post
from app.people.models import Role
from app.territory.models import Level
from app.work_orders import policy
from app.work_orders.policy import MAY_TAKE, Relation
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, Status

ME, SOMEBODY = 1, 2
CITY, DISTRICT, SUBDISTRICT, COMMUNITY, GRID, ELSEWHERE = 10, 11, 12, 13, 14, 99
S, P, A, W, R, C, D = (
    Status.SUBMITTED, Status.POOLED, Status.ASSIGNED, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED,
    Status.DECLINED,
)  # fmt: skip
JUST_NOW = datetime(2026, 3, 10, tzinfo=UTC)
WAITING, LEDGER = Status.AWAITING_RESIDENT, Status.ON_LEDGER


def in_each(statuses, *actions):
    return {status: set(actions) for status in statuses}


def both(*tables):
    return {status: set().union(*(table.get(status, set()) for table in tables)) for status in set().union(*tables)}


HANDLING = both(
    in_each((S, P, A, W), "extend", "recategorise", "relocate"),
    in_each(Status, "reveal"),
    {
        A: {"sign", "refuse"},
        W: {
            "contact",
            "arrive",
            "note",
            "release",
            "resolve",
            "ask",
            "transfer",
            "propose_escalation",
            "propose_ledger",
        },
        R: {"amend"},
        WAITING: {"resume"},
        LEDGER: {"resume"},
    },
)
REPORTING = both(
    in_each((S, P, A, W, WAITING, LEDGER), "withdraw", "urge"),
    in_each(Status, "confide"),
    {R: {"rate"}, C: {"rate", "reopen"}, D: {"appeal"}, WAITING: {"answer"}},
)
DESK = {S: {"accept", "decline", "ask"}, P: {"decline"}, WAITING: {"resume"}}
MERGED = Status.MERGED
MANAGING = both(
    DESK,
    in_each((S, P, A, W), "dispatch", "recategorise", "relocate"),
    in_each(Status, "confide", "recuse", "reveal"),
    in_each((S, P, A, W), "assist", "merge", "split"),
    {W: {"transfer", "propose_ledger"}, R: {"send_back"}, C: {"reopen"}, LEDGER: {"resume"}, MERGED: {"unmerge"}},
)
OF_THE_UNIT = both(
    in_each((S, P, A, W), "dispute"),
    in_each((S, P, A, W, WAITING, LEDGER), "propose_termination"),
    {W: {"escalate"}},
)
URGING = both(in_each((S, P, A, W, WAITING, LEDGER), "urge", "supervise"), {LEDGER: {"review_ledger"}})
HERE = {
    Role.GRID_WORKER: {P: {"claim"}},
    Role.CLERK: DESK,
    Role.MANAGER: both(MANAGING, OF_THE_UNIT),
}
MAY_HANDLE = {Role.GRID_WORKER, Role.UNIT_WORKER, Role.CLERK, Role.DUTY_OFFICER, Role.MANAGER}


@pytest.fixture(autouse=True)
def _no_window_is_over(monkeypatch):
    """How long people may rate is data; here the days for it last."""
    monkeypatch.setattr(policy, "due", lambda _name, _start: datetime.max.replace(tzinfo=UTC))


def an_order(status, assignee=SOMEBODY, **values):
    places = {"city_id": CITY, "district_id": DISTRICT, "subdistrict_id": SUBDISTRICT}
    places |= {"community_id": COMMUNITY, "grid_id": GRID}
    lasting = {
        "class_code": "P3",
        "claimed_at": None,
        "resolved_at": JUST_NOW,
        "closed_at": None,
        "due_at": None,
        "emergency": False,
    }
    lasting |= {
        "emergency": False,
        "confidential": False,
        "offered_to_id": None,
        "taken_in_by_id": None,
        "lead_unit_id": COMMUNITY,
        "lead_organisation_id": None,
        "open_tasks": 0,
        "open_parts": 0,
        "parent_id": None,
        "designated": False,
        "has_open": lambda kind: kind in values.get("beside", ()),
    }
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


@pytest.mark.parametrize("role", list(Role))
def test_a_role_at_the_orders_place_may_do_what_the_table_says(role):
    assert offered(posted(role)) == HERE.get(role, {})


@pytest.mark.parametrize("role", list(Role))
def test_the_assignee_may_handle_it_besides_when_the_role_is_a_handling_one(role):
    handling = HANDLING if role in MAY_HANDLE else {}
    found = both(HERE.get(role, {}), handling)
    # Nobody looks a second time at what they settled themselves.
    found.get(R, set()).discard("send_back")
    assert offered(posted(role), Relation.ASSIGNEE) == found


@pytest.mark.parametrize("role", list(Role))
def test_whoever_reported_it_is_a_reporter_and_nothing_else(role):
    assert offered(posted(role), Relation.REPORTER) == REPORTING


JOINED = both(
    in_each((S, P, A, W, WAITING, LEDGER), "urge", "leave"), {R: {"rate"}, C: {"rate", "reopen"}, D: {"appeal"}}
)


@pytest.mark.parametrize("role", list(Role))
def test_a_neighbour_who_joined_decides_for_themselves_alone(role):
    found = {
        status: set(policy.actions(an_order(status), posted(role), reporter=True, joined=True)) for status in Status
    }
    assert {status: actions for status, actions in found.items() if actions} == JOINED


@pytest.mark.parametrize("role", list(Role))
def test_a_role_somewhere_else_may_do_nothing(role):
    level = Level.GRID if role is Role.GRID_WORKER else Level.COMMUNITY
    assert offered(posted(role, level, ELSEWHERE)) == {}


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER])
@pytest.mark.parametrize(
    ("level", "place"), [(Level.CITY, CITY), (Level.DISTRICT, DISTRICT), (Level.SUBDISTRICT, SUBDISTRICT)]
)
def test_an_office_above_may_do_what_the_communitys_office_may(role, level, place):
    above = both(MANAGING, URGING) if role is Role.MANAGER else HERE[role]
    assert offered(posted(role, level, place)) == above


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
    [
        ("release", {"class_code": "P1"}),
        ("propose_ledger", {"class_code": "P1"}),
        ("withdraw", {"emergency": True}),
        ("extend", {"class_code": "P0"}),
        ("extend", {"due_at": datetime(2026, 3, 10, tzinfo=UTC)}),
    ],
    ids=["release", "ledger", "withdraw", "extend-emergency", "extend-late"],
)
def test_what_urgency_rules_out_is_not_offered(action, changes):
    order = an_order(W, ME, **changes)
    found = policy.actions(order, posted(Role.GRID_WORKER), reporter=action == "withdraw")
    assert action not in found


def test_what_has_no_result_is_not_offered_to_be_rated():
    assert policy.actions(an_order(C, None, resolved_at=None), Actor(ME), reporter=True) == ["confide", "reopen"]


def test_what_was_claimed_once_is_not_offered_to_be_declined():
    assert policy.actions(an_order(P, None, claimed_at="then"), posted(Role.CLERK), reporter=False) == []


@pytest.mark.parametrize(
    ("kind", "while_open", "while_not"),
    [
        (Kind.TRANSFER, {"take_back_transfer"}, {"transfer", "escalate"}),
        (Kind.EXTENSION, {"decide_extension"}, set()),
        (Kind.CATEGORY, {"decide_category"}, {"recategorise"}),
        (Kind.ESCALATION_PROPOSAL, {"decline_escalation"}, set()),
        (Kind.ESCALATION, set(), {"escalate", "transfer", "dispute"}),
        (Kind.TERMINATION, set(), {"propose_termination"}),
    ],
)
def test_what_is_open_beside_the_status_decides_what_is_offered(kind, while_open, while_not):
    manager = posted(Role.MANAGER)
    usual = set(policy.actions(an_order(W), manager, reporter=False))
    now = set(policy.actions(an_order(W, beside=(kind,)), manager, reporter=False))
    assert usual - now == while_not
    assert now - usual == while_open


def test_only_whoever_it_is_offered_to_may_accept_or_decline():
    order = an_order(W, beside=(Kind.TRANSFER,), offered_to_id=ME)
    assert set(policy.actions(order, posted(Role.GRID_WORKER), reporter=False)) == {
        "accept_transfer",
        "decline_transfer",
    }
    assert policy.actions(an_order(W, beside=(Kind.TRANSFER,)), posted(Role.GRID_WORKER), reporter=False) == []


@pytest.mark.parametrize("role", sorted(MAY_HANDLE))
def test_whoever_took_it_in_for_somebody_may_settle_it_until_it_is_under_way(role):
    taken_in = {
        status: policy.actions(an_order(status, taken_in_by_id=ME), posted(role), reporter=False) for status in Status
    }
    assert {status for status, actions in taken_in.items() if "settle" in actions} == {S, P, A}


def test_what_is_confidential_already_is_not_made_so_again():
    assert "confide" not in policy.actions(an_order(W, confidential=True), posted(Role.MANAGER), reporter=False)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_that_an_action_does_not_know_is_turned_away_at_once(role, action):
    if any(not permission.roles or role in permission.roles for permission in MAY_TAKE[action]):
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
