"""How long to wait before the next try."""

import random
from datetime import timedelta

SHORTEST_S = 5.0
LONGEST_S = 1800.0
JITTER = 0.25


def pause(attempts: int) -> timedelta:
    """The wait after this many failed tries: doubling from 5 seconds to 30 minutes, a quarter more or less."""
    plain_s = min(SHORTEST_S * 2 ** min(max(attempts - 1, 0), 20), LONGEST_S)
    # Without the spread everything that failed together would come back together.
    spread_s = plain_s * random.uniform(1 - JITTER, 1 + JITTER)
    return timedelta(seconds=min(max(spread_s, SHORTEST_S), LONGEST_S))
