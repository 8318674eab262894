"""WeChat's own count of one person's permissions for one template, and what of it reaches a ledger, early or late."""

from dataclasses import dataclass, field
from typing import Protocol

from hypothesis import strategies as st

REPORT_ARRIVES_WITHIN_S = 600

DEEDS = (
    "agree",
    "agree_unreported",
    "withdraw",
    "report",
    "report",
    "event",
    "event",
    "send",
    "send",
    "send_unanswered",
)

deeds = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.sampled_from((1, 2, 30, 400, 650, 1200)), st.integers(0, 5)),
    min_size=1,
    max_size=30,
)
"""What happens, after how many seconds, and to which of those that wait."""


class Ledger(Protocol):
    """What a ledger hears, each with the moment at which it hears it and the one it is told of."""

    def reported(self, now: int) -> None: ...

    def told(self, now: int, at: int) -> None: ...

    def withdrawn(self, now: int, at: int) -> None: ...

    def spent(self, now: int, at: int) -> None: ...

    def refused(self, now: int, at: int) -> None: ...

    @property
    def units(self) -> int: ...

    @property
    def blocked(self) -> bool: ...


@dataclass
class Story:
    """Plays deeds; WeChat does not tell its count, so the ledger must find it out."""

    ledger: Ledger
    now: int = 0
    units: int = 0
    blocked: bool = False
    agreed: int = 0
    known_sent: int = 0
    reports: list[int] = field(default_factory=list)
    events: list[tuple[str, int]] = field(default_factory=list)

    def play(self, played: list[tuple[str, int, int]]) -> None:
        for deed, after_s, which in played:
            self.now += after_s
            getattr(self, deed)(which)
            self.check()

    def check(self) -> None:
        assert 0 <= self.ledger.units <= self.agreed - self.known_sent
        if all(name == "told" for name, _ in self.events):
            assert self.ledger.units <= self.units

    def all_events_arrive(self, order: list[int]) -> None:
        """Whatever waits comes, in some order; the reports that are still on their way never come."""
        for which in [*order, *[0] * len(self.events)]:
            self.now += 1
            self.event(which)
            self.check()

    def agree(self, _which: int) -> None:
        self.agree_unreported(_which)
        self.reports.append(self.now)

    def agree_unreported(self, _which: int) -> None:
        self.units, self.blocked = self.units + 1, False
        self.agreed += 1
        self.events.append(("told", self.now))

    def withdraw(self, _which: int) -> None:
        self.units, self.blocked = 0, True
        self.events.append(("withdrawn", self.now))

    def report(self, which: int) -> None:
        self.reports = [at for at in self.reports if at >= self.now - REPORT_ARRIVES_WITHIN_S]
        if self.reports:
            self.reports.pop(which % len(self.reports))
            self.ledger.reported(self.now)

    def event(self, which: int) -> None:
        if self.events:
            name, at = self.events.pop(which % len(self.events))
            getattr(self.ledger, name)(self.now, at)
            self.known_sent += name == "spent"

    def send(self, _which: int) -> None:
        """A message goes if the ledger allows it; WeChat takes it or says that there is no permission."""
        if not self.ledger.units or self.ledger.blocked:
            return
        if self.units:
            self.units -= 1
            self.known_sent += 1
            self.ledger.spent(self.now, self.now)
        else:
            self.ledger.refused(self.now, self.now)

    def send_unanswered(self, _which: int) -> None:
        """WeChat takes it and the answer is lost; the event of the message tells it in the end."""
        if self.ledger.units and not self.ledger.blocked and self.units:
            self.units -= 1
            self.events.append(("spent", self.now))
