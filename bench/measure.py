"""Two servers side by side, in slices A B A B: what each spends on a request, as a share of the limit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from bench.doors import Door, Request
from bench.house import House
from bench.load import Tally, slice_of
from bench.servers import Server, cpu_s

WARM_UP_REQUESTS = 300
WARM_UP_SLICES = 5


@dataclass(frozen=True)
class Slice:
    """One server for about a second: CPU in microseconds for each request, requests per second."""

    cpu_us: float
    per_second: float
    requests: int
    refused: int


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the most of a series."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        return cls(min(values), median(values), max(values))


@dataclass
class Result:
    """One door over one house."""

    kind: str
    orders: int
    door: str
    service: list[Slice] = field(default_factory=list)
    bare: list[Slice] = field(default_factory=list)

    def share_of_limit(self) -> Spread:
        """CPU of the bare version over CPU of the service, pair by pair: 1 would be the limit itself."""
        pairs = zip(self.bare, self.service, strict=True)
        return Spread.of([bare.cpu_us / service.cpu_us for bare, service in pairs])

    def share_of_throughput(self) -> Spread:
        pairs = zip(self.bare, self.service, strict=True)
        return Spread.of([service.per_second / bare.per_second for bare, service in pairs])

    def refused(self) -> int:
        return sum(one.refused for one in (*self.service, *self.bare))


class Failed(Exception):
    """A server answered something else than the door should; its ratios would say nothing."""


Turn = Callable[[Server, float], Slice]
MOST_REFUSED = 0.01
"""Two orders may draw the same number; the second is refused on both sides."""


def compare(house: House, door: Door, service: Server, bare: Server, pairs: int, seconds: float) -> Result:
    """Warm both up, then measure them in turns."""
    result = Result(house.kind, house.orders, door.name)
    turn = _turns(house, door)
    for server in (service, bare):
        _warm_up(server, turn, seconds)
    for _ in range(pairs):
        result.service.append(turn(service, seconds))
        result.bare.append(turn(bare, seconds))
    return result


def _warm_up(server: Server, turn: Turn, seconds: float) -> None:
    """Every thread has its connection and every statement has been seen a few times before anything counts."""
    answered = 0
    for _ in range(WARM_UP_SLICES):
        answered += turn(server, seconds).requests
        if answered >= WARM_UP_REQUESTS:
            return


def _turns(house: House, door: Door) -> Turn:
    """A function that gives one server one slice and then puts the rows back."""
    stream = door.requests(house)

    def turn(server: Server, seconds: float) -> Slice:
        requests = door.requests(house) if door.writes else stream
        found = _measured(server, requests, seconds, door.expected)
        if door.writes:
            house.baseline.restore()
        return found

    return turn


def _measured(server: Server, requests: Iterator[Request], seconds: float, expected: int) -> Slice:
    pids = server.pids()
    before = cpu_s(pids)
    tally = slice_of(server.port, (request.raw for request in requests), seconds, expected)
    spent = cpu_s(pids) - before
    _check(server, tally)
    return Slice(spent / tally.answered * 1e6, tally.answered / tally.seconds, tally.answered, tally.refused)


def _check(server: Server, tally: Tally) -> None:
    if tally.refused > max(2, tally.answered * MOST_REFUSED):
        raise Failed(f"{server.name}: {tally.refused} of {tally.answered} refused; the last: {tally.sample!r}")
