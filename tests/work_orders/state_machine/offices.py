"""The same town, in which the offices deal with each other too: they quarrel, call, watch, wait, merge and split."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from app.work_orders.workflow import Action
from tests.work_orders.state_machine import (
    assisting_deeds,
    disputes_deeds,
    escalation_deeds,
    ledger_deeds,
    merging_deeds,
)
from tests.work_orders.state_machine.deeds import BY_ACTION, IN_HAND, OFFICE, SAYING, WAITING, Deed
from tests.work_orders.state_machine.town import LUCK, WHOLE, Town

UPWARDS: list[Deed] = [*escalation_deeds.DEEDS, *disputes_deeds.DEEDS]
STANDING: list[Deed] = [*ledger_deeds.DEEDS, *assisting_deeds.DEEDS]
ALL = [*UPWARDS, *STANDING, *merging_deeds.DEEDS]
OF_OFFICES = {deed.action: deed for deed in reversed(ALL)}

WAYS: list[tuple[str, list[Action]]] = [
    ("NOISE", [Action.CLAIM, Action.ESCALATE]),
    ("NOISE", [Action.CLAIM, Action.PROPOSE_LEDGER, Action.DECIDE_LEDGER]),
    ("NOISE", [Action.CLAIM, Action.DISPUTE]),
    ("NOISE", [Action.CLAIM, Action.SUPERVISE]),
    ("NOISE", [Action.JOIN, Action.CLAIM, Action.PROPOSE_TERMINATION]),
    ("NOISE", [Action.CLAIM, Action.ASSIST]),
    ("NOISE", [Action.CLAIM, Action.SPLIT]),
    ("NOISE", []),
    ("NOISE", [Action.MERGE]),
    ("NOISE", [Action.CLAIM, Action.ASK]),
    ("LIFT", [Action.SIGN]),
    ("ODD", []),
]
"""How far an order has come already; what is merged goes into one that came before it."""


class TownWithOffices(Town):
    """All that people do, and what offices do with each other."""

    @initialize(ways=st.lists(st.sampled_from(WAYS), min_size=3, max_size=4), pick=WHOLE)
    def move_in(self, ways: list[tuple[str, list[Action]]], pick: int) -> None:
        self._move_in(ways, pick, BY_ACTION | OF_OFFICES)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def deals_upwards(self, first: int, pick: int, luck: int) -> None:
        self._somebody(UPWARDS + IN_HAND, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def lets_it_stand(self, first: int, pick: int, luck: int) -> None:
        self._somebody(STANDING + WAITING, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def answers_between_offices(self, first: int, pick: int, luck: int) -> None:
        self._somebody([deed for deed in ALL if deed.kind is not None] + OFFICE, first, pick, luck)

    @rule(first=WHOLE, pick=WHOLE, luck=LUCK)
    def merges_and_splits(self, first: int, pick: int, luck: int) -> None:
        self._somebody(merging_deeds.DEEDS + SAYING, first, pick, luck)
