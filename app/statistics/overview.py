"""All that is told of a place and a period, beside the period before and the same days a year ago."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.statistics import counting, overdue, places, times
from app.statistics.counting import Numbers
from app.statistics.definitions import COMPARED
from app.statistics.overdue import Minutes
from app.statistics.rates import Share
from app.statistics.sources import Window
from app.statistics.times import TIMES, Spans

NOWHERE = "未能定位到下级"


@dataclass(frozen=True)
class Below:
    """One of the places right below, with the compared figures; `rank` where there are enough cases."""

    id: int | None
    name: str
    numbers: Numbers
    rank: int | None


@dataclass(frozen=True)
class Overview:
    window: Window
    now: Numbers
    before: Numbers
    a_year_before: Numbers
    times: dict[str, Spans]
    times_before: dict[str, Spans]
    late: Sequence[Minutes] | None
    below: Sequence[Below]
    by: str

    @property
    def is_empty(self) -> bool:
        return not any(share.of for share in self.now.values()) and not self.late


def of(window: Window, by: str) -> Overview:
    """Count everything; the places below stand in the order of the figure `by`."""
    before = replace(window, period=window.period.before())
    return Overview(
        window=window,
        now=counting.numbers(window),
        before=counting.numbers(before),
        a_year_before=counting.numbers(replace(window, period=window.period.a_year_before())),
        times={code: times.of(window, time) for code, time in TIMES.items()},
        times_before={code: times.of(before, time) for code, time in TIMES.items()},
        late=overdue.by_holder(window),
        below=_below(window, by),
        by=by,
    )


def _below(window: Window, by: str) -> list[Below]:
    """Ranked from the best; those with too few cases stand behind, by their code and without a rank."""
    known = counting.of_places_below(window)
    names: dict[int | None, str] = {row.id: row.name for row in places.below(window.place)}
    if None in known:
        names[None] = NOWHERE
    numbers = {place: known.get(place) or _nothing() for place in names}
    ranked, few = counting.ranked({place: found[by] for place, found in numbers.items()}, apart=(None,))
    ranks = counting.ranks([numbers[place][by] for place in ranked])
    listed = [Below(place, names[place], numbers[place], rank) for place, rank in zip(ranked, ranks, strict=True)]
    return [*listed, *(Below(place, names[place], numbers[place], None) for place in few)]


def _nothing() -> Numbers:
    return {code: Share.nothing() for code in COMPARED}
