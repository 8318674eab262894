"""What has happened to one person's permission for one template, and what it adds up to. Plain values, no database.

Of one yes two words may reach us, in either order: the phone reports it, and WeChat tells it by an event. Each move
bears the moment it happened, so the sum does not depend on the order in which the moves arrive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    REPORTED = "reported"  # a yes, as the phone tells it: provisional
    TOLD = "told"  # a yes, as WeChat tells it
    SPENT = "spent"  # WeChat took a message
    EMPTY = "empty"  # WeChat refused a message for want of permission
    WITHDRAWN = "withdrawn"  # taken back in WeChat's settings, as WeChat tells it
    BANNED = "banned"  # the phone tells that the template may not be used


@dataclass(frozen=True)
class Move:
    """`at` is in seconds since 1970: for a report when it reached us, for an event when WeChat says it happened."""

    kind: Kind
    at: float


@dataclass(frozen=True)
class Held:
    """What a person allows: how many more messages, and whether they took the template back.

    In between `units` may be below nothing: WeChat took a message for a yes of which no word has reached us yet.
    """

    units: int
    blocked: bool

    @property
    def allows(self) -> bool:
        return self.units > 0 and not self.blocked


NONE = Held(0, False)


@dataclass(frozen=True)
class Rules:
    """`within_s` is how far apart report and event of one yes may lie; a one-time yes allows one message."""

    one_time: bool
    within_s: float


@dataclass(frozen=True)
class History:
    """What was held before, and the moves since, in the order of their arrival."""

    before: Held = NONE
    moves: tuple[Move, ...] = ()

    def held(self, rules: Rules) -> Held:
        """What the person allows now."""
        sum_of_all = _sum(self.before, _steps(self.moves, rules), rules)
        return Held(max(0, sum_of_all.units), sum_of_all.blocked)

    def since(self, cutoff: float, rules: Rules) -> "History":
        """The same history with what happened before the cutoff added up."""
        # A withdrawal is needed for as long as a report of a yes before it may still arrive.
        late = [move.at for move in self.moves if move.kind is Kind.WITHDRAWN and move.at >= cutoff - rules.within_s]
        cutoff = min([cutoff, *late])
        steps = _steps(self.moves, rules)
        old = [step for step in steps if step.at < cutoff]
        through = {index for step in old for index in step.moves}
        kept = tuple(move for index, move in enumerate(self.moves) if index not in through)
        return History(_sum(self.before, old, rules), kept)


@dataclass(frozen=True)
class _Step:
    """One thing that happened, made of a move or of a pair of them; None where it has no effect of its own."""

    at: float
    moves: tuple[int, ...]
    effect: Kind | None


def _sum(before: Held, steps: Iterable[_Step], rules: Rules) -> Held:
    held = before
    for step in steps:
        held = _after(held, step.effect, rules)
    return held


def _after(held: Held, effect: Kind | None, rules: Rules) -> Held:
    match effect:
        case Kind.REPORTED | Kind.TOLD:
            return Held(held.units + 1 if rules.one_time else 1, False)
        case Kind.SPENT:
            return Held(held.units - 1, held.blocked)
        case Kind.EMPTY:
            return Held(0, held.blocked)
        case Kind.WITHDRAWN | Kind.BANNED:
            return Held(0, True)
        case _:
            return held


def _steps(moves: Sequence[Move], rules: Rules) -> list[_Step]:
    """The moves as they happened, each yes once however many words of it came."""
    pairs = _pairs(moves, rules.within_s)
    paired = {*pairs, *pairs.values()}
    single = [
        _Step(move.at, (index,), _effect(move, moves, rules)) for index, move in enumerate(moves) if index not in paired
    ]
    # The phone's word comes after the yes, unless our clock and WeChat's differ: the earlier one is nearer to it.
    both = [_Step(min(moves[a].at, moves[b].at), (a, b), Kind.TOLD) for a, b in pairs.items()]
    return sorted(single + both, key=lambda step: (step.at, min(step.moves)))


def _effect(move: Move, moves: Sequence[Move], rules: Rules) -> Kind | None:
    """Of a yes reported soon after a withdrawal nobody knows which came first: WeChat's event will tell."""
    if move.kind is Kind.REPORTED and any(
        other.kind is Kind.WITHDRAWN and 0 <= move.at - other.at <= rules.within_s for other in moves
    ):
        return None
    return move.kind


def _pairs(moves: Sequence[Move], within_s: float) -> dict[int, int]:
    """Which report and which event speak of one yes, as many as fit together, by index.

    Taking the earliest that fit gives the most pairs, so whatever is still missing, no yes is counted twice.
    """
    reports, events = (_in_time(moves, kind) for kind in (Kind.REPORTED, Kind.TOLD))
    pairs: dict[int, int] = {}
    while reports and events:
        gap = moves[events[0]].at - moves[reports[0]].at
        if abs(gap) <= within_s:
            pairs[reports.pop(0)] = events.pop(0)
        elif gap > 0:
            reports.pop(0)
        else:
            events.pop(0)
    return pairs


def _in_time(moves: Sequence[Move], kind: Kind) -> list[int]:
    return sorted((index for index, move in enumerate(moves) if move.kind is kind), key=lambda index: moves[index].at)
