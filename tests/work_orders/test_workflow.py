"""The table of the workflow: every pair of status and action is decided, and the graph has no dead ends."""

import pytest

from app.work_orders.policy import MAY_TAKE
from app.work_orders.workflow import (
    ACTION_NAMES,
    ACTIVE,
    ENDED,
    OPEN,
    PAUSED,
    STATUS_NAMES,
    TRANSITIONS,
    Action,
    Status,
    WrongStatus,
    next_status,
)

S, P, A, W, R, C, D, X = (
    Status.SUBMITTED, Status.POOLED, Status.ASSIGNED, Status.IN_PROGRESS,
    Status.RESOLVED, Status.CLOSED, Status.DECLINED, Status.WITHDRAWN,
)  # fmt: skip
WAITING, LEDGER = PAUSED
GOES_BACK = {WAITING: {S, W, P, A}}


def stays(*statuses):
    return {status: {status} for status in statuses}


LEADS = {
    Action.SUBMIT: {None: {S}},
    Action.ACCEPT: {S: {P, A}},
    Action.DECLINE: {S: {D}, P: {D}},
    Action.CLAIM: {P: {W}},
    Action.DISPATCH: {S: {A}, P: {A}, A: {A}, W: {A}},
    Action.ASSIGN: {S: {A}, P: {A}, A: {A}},
    Action.SIGN: {A: {W}},
    Action.LAPSE: {A: {P}},
    Action.REFUSE: {A: {P, A}},
    Action.RECALL: {A: {P, A}, W: {P, A}},
    Action.APPEAL: {D: {S}},
    Action.ASK: {S: {WAITING}, W: {WAITING}},
    Action.ANSWER: GOES_BACK,
    Action.RESUME: GOES_BACK | {LEDGER: {S, W, P, A}},
    Action.CONTACT: {W: {W}},
    Action.ARRIVE: {W: {W}},
    Action.NOTE: {W: {W}},
    Action.RELEASE: {W: {P, A}},
    Action.TRANSFER: stays(W),
    Action.ACCEPT_TRANSFER: stays(W),
    Action.DECLINE_TRANSFER: stays(W),
    Action.TAKE_BACK_TRANSFER: stays(W),
    Action.EXTEND: stays(S, P, A, W),
    Action.DECIDE_EXTENSION: stays(S, P, A, W, WAITING, LEDGER),
    Action.RECATEGORISE: stays(S, P, A, W),
    Action.DECIDE_CATEGORY: stays(S, P, A, W, WAITING, LEDGER),
    Action.RELOCATE: {S: {S}, P: {P, S}, A: {A, S}, W: {W, S}},
    Action.ASSIST: stays(S, P, A, W),
    Action.REPORT: stays(S, P, A, W, WAITING, LEDGER),
    Action.DISPUTE: stays(S, P, A, W),
    Action.RULE: {S: {S}, P: {P, S}, A: {A, S}, W: {W, S}, WAITING: {WAITING, S}},
    Action.PROPOSE_ESCALATION: stays(W),
    Action.ESCALATE: stays(W),
    Action.DECLINE_ESCALATION: stays(W, WAITING),
    Action.REPORT_IN: stays(P, A, W, WAITING),
    Action.RETURN_ESCALATION: stays(P, A, W, WAITING),
    Action.PROPOSE_LEDGER: stays(W),
    Action.DECIDE_LEDGER: {W: {W, LEDGER}},
    Action.REVIEW_LEDGER: stays(LEDGER),
    Action.SUPERVISE: stays(S, P, A, W, WAITING, LEDGER),
    Action.REPLY_SUPERVISION: stays(*Status),
    Action.CLEAR_SUPERVISION: stays(*Status),
    Action.PROPOSE_TERMINATION: stays(S, P, A, W, WAITING, LEDGER),
    Action.DECIDE_TERMINATION: {status: {status, C} for status in (S, P, A, W, WAITING, LEDGER)},
    Action.MERGE: {status: {Status.MERGED} for status in (S, P, A, W)},
    Action.ABSORB: stays(S, P, A, W, WAITING, LEDGER, R),
    Action.UNMERGE: {Status.MERGED: {S, P, A, W}},
    Action.SPLIT: stays(S, P, A, W),
    Action.PART: stays(S, P, A, W, WAITING, LEDGER),
    Action.RECUSE: stays(*Status),
    Action.CONFIDE: stays(*Status),
    Action.REVEAL: stays(*Status),
    Action.URGE: stays(S, P, A, W, WAITING, LEDGER),
    Action.REPLY: stays(S, P, A, W, WAITING, LEDGER),
    Action.JOIN: stays(S, P, A, W, WAITING, LEDGER),
    Action.LEAVE: stays(S, P, A, W, WAITING, LEDGER),
    Action.RESOLVE: {W: {R}},
    Action.SETTLE: {S: {R}, P: {R}, A: {R}},
    Action.AMEND: stays(R),
    Action.SEND_BACK: {R: {W}},
    Action.RATE: {R: {R}, C: {C}},
    Action.FOLLOW_UP: {R: {R}, C: {C}},
    Action.CLOSE: {R: {C}},
    Action.REWORK: {R: {W, P, A}, C: {W, P, A}},
    Action.REOPEN: {C: {W, P, A}, Status.MERGED: {W, P, A}},
    Action.EXPIRE: stays(*Status),
    Action.WITHDRAW: {S: {X}, P: {X}, A: {X}, W: {X}, WAITING: {X}, LEDGER: {X}},
    Action.WARN: {S: {S}, P: {P}, A: {A}, W: {W}},
    Action.OVERDUE: {S: {S}, P: {P}, A: {A}, W: {W}},
}
"""Written down a second time from the table of the domain, on purpose."""

PAIRS = [(status, action) for status in (None, *Status) for action in Action]


@pytest.mark.parametrize(("status", "action"), PAIRS)
def test_every_pair_of_status_and_action_is_decided(status, action):
    allowed = LEADS[action].get(status)
    if allowed is None:
        with pytest.raises(WrongStatus):
            next_status(status, action)
        return
    if len(allowed) == 1:
        assert {next_status(status, action)} == allowed
    for target in allowed:
        assert next_status(status, action, target) == target
    for target in set(Status) - allowed:
        with pytest.raises(ValueError, match="does not lead"):
            next_status(status, action, target)


def edges(actions=tuple(Action)):
    return {
        (source, target)
        for action in actions
        for source, targets in LEADS[action].items()
        for target in targets
        if source != target
    }


def reachable(start, actions=tuple(Action)):
    found, ahead = set(), {start}
    while ahead:
        found |= ahead
        ahead = {target for source, target in edges(actions) if source in ahead} - found
    return found


def test_every_status__is_reached_from_nothing():
    assert reachable(None) - {None} == set(Status)


def test_every_status_that_has_not_ended_has_a_way_out_that_needs_nobody():
    by_the_house = [action for action, permissions in MAY_TAKE.items() if not permissions] + [Action.RESUME]
    # A pause whose limit has passed ends by itself, though people may end it too.
    # A resident's silence closes what is resolved, and an office's own rule accepts what is submitted.
    leaves = {source for source, _ in edges(by_the_house)}
    assert leaves >= set(Status) - set(ENDED) - {None}


def test_from_every_status_that_has_not_ended_the_end_can_be_reached():
    for status in set(Status) - set(ENDED):
        assert reachable(status) & set(ENDED), status


def test_the_classes_of_statuses_share_nothing_and_leave_out_only_what_awaits_a_verdict():
    assert set(OPEN) == {*ACTIVE, *PAUSED}
    assert len({*OPEN, *ENDED}) == len(OPEN) + len(ENDED)
    assert set(Status) - {*OPEN, *ENDED} == {Status.RESOLVED}


def test_every_status_and_action_has_its_own_chinese_name():
    for names, kind in ((STATUS_NAMES, Status), (ACTION_NAMES, Action)):
        assert set(names) == set(kind)
        assert len(set(names.values())) == len(names)


def test_no_urgent_order_needs_the_pool_where_others_go_there():
    to_pool = {action for action, way in TRANSITIONS.items() if P in way.targets}
    assert {action for action in to_pool if A not in TRANSITIONS[action].targets} == {Action.LAPSE}


@pytest.mark.parametrize("status", [A, W, R, C])
def test_a_claim_that_comes_too_late_hears_that_it_is_taken(status):
    with pytest.raises(WrongStatus) as refusal:
        next_status(status, Action.CLAIM)
    assert refusal.value.message == "这件工单已被认领，请看看别的工单。"


@pytest.mark.parametrize(("status", "name"), [(S, "待受理"), (X, "已撤回"), (D, "不予受理")])
def test_a_claim_of_what_nobody_has_hears_what_it_is(status, name):
    with pytest.raises(WrongStatus) as refusal:
        next_status(status, Action.CLAIM)
    assert refusal.value.message == f"工单现在是“{name}”，不能抢单，请刷新后再看。"
    assert refusal.value.context == {"current_status": status, "action": Action.CLAIM}
