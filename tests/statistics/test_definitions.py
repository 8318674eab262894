"""Every definition stands in the documentation in the very words of the code, and its numbers lie in its sources."""

import re

import pytest

from app.statistics.definitions import COMPARED, FIGURES, GROUPS
from app.statistics.times import TIMES
from config import ROOT

DOCUMENTED = re.findall(
    r"^\| (\S+) \| `(\w+)` \| (.+?) \| (.+?) \| (\S+) \|", (ROOT / "docs/statistics.md").read_text("utf8"), re.M
)


def test_the_documentation_holds_every_definition_and_no_other():
    told = {code: (name, met, of, unit) for name, code, met, of, unit in DOCUMENTED}
    expected = {one.code: (one.name, one.met_words, one.of_words or "—", one.unit) for one in FIGURES.values()}
    expected |= {one.code: (one.name, "—", one.words, "件") for one in TIMES.values()}
    assert {code: row for code, row in told.items() if code != "overdue"} == expected
    assert "overdue" in told


def test_codes_are_not_used_twice():
    assert len(FIGURES) == sum(map(len, GROUPS.values()))
    assert not FIGURES.keys() & TIMES.keys()


@pytest.mark.parametrize("code", COMPARED)
def test_places_are_compared_by_shares(code):
    assert FIGURES[code].of is not None
