"""The working hours of one day."""

from collections.abc import Sequence
from datetime import datetime, time

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

Span = tuple[time, time]

DEFAULT_HOURS: tuple[Span, ...] = ((time(9), time(12)), (time(14), time(18)))


class Hours:
    """Working hours as spans of the day. Numbers are microseconds: `at` since midnight, `worked` since opening."""

    def __init__(self, spans: Sequence[Span] = DEFAULT_HOURS) -> None:
        """Raises ValueError when there is no span, one ends before it begins, or two overlap."""
        self.spans = tuple(sorted((microseconds(start), microseconds(end)) for start, end in spans))
        ends = [0, *(end for _, end in self.spans)]
        if not self.spans or any(start >= end for start, end in self.spans):
            raise ValueError("working hours need spans that end after they begin")
        if any(start < earlier_end for (start, _), earlier_end in zip(self.spans, ends, strict=False)):
            raise ValueError("working hours overlap")
        self.total = sum(end - start for start, end in self.spans)
        self.closes = self.spans[-1][1]

    def worked(self, at: int) -> int:
        """How much of the day's work lies before a moment."""
        return sum(min(at, end) - start for start, end in self.spans if at > start)

    def at(self, worked: int) -> int:
        """The first moment by which so much is worked; `0 < worked <= total`."""
        for start, end in self.spans:
            if worked <= end - start:
                return start + worked
            worked -= end - start
        raise ValueError("more work than a day has")


def microseconds(moment: time | datetime) -> int:
    """Since midnight, by the wall clock."""
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * SECOND + moment.microsecond
