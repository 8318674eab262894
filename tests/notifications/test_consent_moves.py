"""Reports, events, sends and withdrawals add up to WeChat's own count, in whatever order they arrive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notifications.consent_moves import NONE, Held, History, Kind, Move, Rules
from tests.notifications.consent_story import Story, deeds

R, E, S = Kind.REPORTED, Kind.TOLD, Kind.SPENT
EMPTY, WITHDRAWN, BANNED = Kind.EMPTY, Kind.WITHDRAWN, Kind.BANNED
ONCE, LASTING = Rules(one_time=True, within_s=600), Rules(one_time=False, within_s=600)


class Sum:
    """A ledger that keeps nothing but the moves."""

    def __init__(self, rules=ONCE):
        self.rules, self.history = rules, History()

    def add(self, kind, at):
        self.history = History(self.history.before, (*self.history.moves, Move(kind, at)))

    def reported(self, now):
        self.add(R, now)

    def told(self, now, at):
        self.add(E, at)

    def withdrawn(self, now, at):
        self.add(WITHDRAWN, at)

    def spent(self, now, at):
        self.add(S, at)

    def refused(self, now, at):
        self.add(EMPTY, at)

    @property
    def held(self):
        return self.history.held(self.rules)

    @property
    def units(self):
        return self.held.units

    @property
    def blocked(self):
        return self.held.blocked


def units(*moves, rules=ONCE):
    return History(NONE, tuple(Move(kind, at) for kind, at in moves)).held(rules).units


@settings(max_examples=400, deadline=None)
@given(deeds, st.lists(st.integers(0, 5)))
def test_never_more_than_was_agreed_and_in_the_end_what_wechat_counts(played, order):
    story = Story(Sum())
    story.play(played)
    story.all_events_arrive(order)
    assert (story.ledger.units, story.ledger.blocked) == (story.units, story.blocked)


@pytest.mark.parametrize(
    ("moves", "left"),
    [
        ([(R, 10)], 1),
        ([(E, 10)], 1),
        ([(R, 11), (E, 10)], 1),
        ([(E, 10), (R, 11)], 1),
        ([(R, 11), (R, 12), (E, 10), (E, 11)], 2),
        ([(E, 11), (R, 11), (R, 12), (E, 10)], 2),
        ([(R, 10), (E, 611)], 2),
        ([(R, 10), (E, 610)], 1),
        ([(R, 10), (S, 20)], 0),
        ([(R, 10), (S, 20), (E, 9)], 0),
        ([(R, 10), (EMPTY, 20)], 0),
        ([(R, 10), (EMPTY, 20), (E, 9)], 0),
        ([(R, 10), (R, 21), (EMPTY, 20)], 1),
        ([(E, 30), (WITHDRAWN, 20)], 1),
        ([(E, 10), (S, 15), (E, 30), (WITHDRAWN, 20)], 1),
        ([(E, 10), (WITHDRAWN, 20), (R, 25)], 0),
        ([(E, 10), (WITHDRAWN, 20), (R, 25), (E, 24)], 1),
        ([(E, 10), (WITHDRAWN, 20), (R, 621)], 1),
        ([(R, 10), (BANNED, 10), (R, 10)], 1),
        ([(R, 10), (E, 10), (WITHDRAWN, 20), (R, 25)], 0),
        ([(R, 10), (E, 10), (WITHDRAWN, 20), (R, 25), (E, 24)], 1),
        ([(S, 10), (E, 20)], 0),
        ([(S, 10)], 0),
        ([(S, 10), (EMPTY, 15), (E, 20)], 1),
        ([(E, 0), (S, 5), (S, 10), (R, 20)], 0),
    ],
)
def test_moves_add_up_in_the_order_in_which_they_happened(moves, left):
    assert units(*moves) == left


@pytest.mark.parametrize(
    ("moves", "held"),
    [
        ([(E, 10), (WITHDRAWN, 20)], Held(0, True)),
        ([(WITHDRAWN, 20), (E, 10)], Held(0, True)),
        ([(WITHDRAWN, 20), (E, 30)], Held(1, False)),
        ([(BANNED, 20), (R, 21)], Held(1, False)),
        ([(WITHDRAWN, 20), (EMPTY, 30)], Held(0, True)),
    ],
)
def test_what_was_taken_back_stays_so_until_the_next_yes(moves, held):
    assert History(NONE, tuple(Move(kind, at) for kind, at in moves)).held(ONCE) == held


def test_a_lasting_permission_is_there_or_not():
    assert units((R, 1), (E, 1), (E, 2000), rules=LASTING) == 1
    assert units((E, 1), (EMPTY, 2), rules=LASTING) == 0
    assert units((E, 1), (WITHDRAWN, 2), (E, 3), rules=LASTING) == 1


kinds = st.sampled_from([*Kind, R, E, E, S])
moments = st.integers(0, 3000)
moves = st.lists(st.builds(Move, kinds, moments), max_size=25)
rules = st.builds(Rules, st.booleans(), st.sampled_from([60, 600]))


@settings(max_examples=200, deadline=None)
@given(moves, st.integers(0, 4000), st.data(), rules)
def test_adding_up_the_old_moves_changes_nothing_now_or_later(before, cutoff, data, rules):
    whole = History(NONE, tuple(before))
    short = whole.since(cutoff, rules)
    assert short.held(rules) == whole.held(rules)
    assert len(short.moves) <= len(whole.moves)
    newer = st.builds(Move, kinds, st.integers(cutoff + rules.within_s + 1, 9000))
    later = tuple(data.draw(st.lists(newer, max_size=10)))
    assert History(short.before, short.moves + later).held(rules) == History(NONE, whole.moves + later).held(rules)


def test_old_moves_do_not_pile_up():
    history = History()
    for day in range(100):
        history = History(history.before, (*history.moves, Move(R, day * 86_400), Move(E, day * 86_400 - 1)))
        history = history.since((day - 1) * 86_400, ONCE)
        assert len(history.moves) <= 4
    assert history.held(ONCE).units == 100


def test_a_withdrawal_is_remembered_while_a_report_from_before_it_may_come():
    moves = (Move(R, 10), Move(E, 10), Move(WITHDRAWN, 20), Move(R, 25))
    assert History(NONE, moves).since(22, ONCE).held(ONCE) == Held(0, True)


def test_a_message_for_a_yes_of_which_no_word_came_waits_for_that_word():
    short = History(NONE, (Move(S, 10),)).since(20, ONCE)
    assert short.before.units == -1
    assert short.held(ONCE).units == 0
