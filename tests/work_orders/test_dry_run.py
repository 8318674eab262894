"""The dry run is what really happens, said beforehand and with nothing written; and no category is pushed down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db import end_reading
from app.errors import Invalid
from app.organisations.directory import Directory, Known
from app.territory.placing import place_by_building
from app.work_orders import routing
from app.work_orders.catalogue import OF_THE_GRID, Catalogue, Charge, Kind, Mode, Rule
from app.work_orders.dry_run import NO_RULE, NOBODY, try_out
from app.work_orders.routing import decide
from tests.factories import (
    a_charge,
    a_clerk,
    a_manager,
    a_partner,
    a_rule,
    a_unit_worker,
    a_worker,
    an_order,
    an_organisation,
    fresh,
)
from tests.work_orders.record import everything, last, tasks

COMPANY = {"unit_kind": "property_company", "mode": "unit"}
STREET = {"level": "subdistrict", "mode": "desk"}


def tried(city, category="NOISE", text="", compound=None):
    """The trial of an address and all that it says; it leaves everything as it was."""
    before = everything()
    found = try_out(place_by_building(compound or city.compound, "3号楼", None), text, category)
    names = ("by", "charge", "mode", "lead_unit", "organisation", "helpers", "outcome")
    said = {name: getattr(found, name) for name in names}
    end_reading()
    assert everything() == before
    return found, said


# a table of cases: what the city has, and what category is reported


def nothing(_city):
    return "ODD"


def a_pool(_city):
    return "NOISE"


def a_primary(city):
    a_rule("ODD", "primary")
    a_worker(city["g2"])
    return "ODD"


def a_balanced(city):
    a_charge("ODD", "balanced")
    a_worker(city["g1"])
    a_worker(city["g1"])
    return "ODD"


def a_company(city):
    a_charge("ODD", **COMPANY)
    a_unit_worker(an_organisation(city))
    return "ODD"


def a_company_without_workers(city):
    a_charge("ODD", **COMPANY)
    a_partner(an_organisation(city))
    a_worker(city["g1"])
    return "ODD"


def an_office_above(city):
    a_charge("NOISE", **STREET)
    a_charge("NOISE", **COMPANY, leads=False)
    an_organisation(city)
    a_clerk(city["ht"])
    return "NOISE"


def an_office_above_without_a_desk(city):
    a_charge("NOISE", **STREET)
    a_manager(city["xnlx"])
    return "NOISE"


def an_emergency(city):
    a_manager(city["cx"])
    return "LIFT"


CASES = (
    nothing, a_pool, a_primary, a_balanced, a_company, a_company_without_workers, an_office_above,
    an_office_above_without_a_desk, an_emergency,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_what_is_tried_is_what_happens(city, case):
    category = case(city)
    found, _ = tried(city, category)
    order = fresh(an_order(city, category=category))
    assert (order.lead_unit_id, order.assignee_id) == (found.order.lead_unit_id, found.account_id)
    assert order.lead_organisation_id == found.way.organisation_id
    assert order.status == ("pooled" if found.way.pooled else "assigned" if found.way.is_open else "submitted")
    asked = [(one.unit_id, one.organisation_id) for one in found.way.helpers] if found.way.is_open else []
    assert [(unit, organisation) for _, unit, organisation, _ in tasks(order)] == asked
    named = {key: value for key, value in last(order).facts.items() if key.startswith(("rule", "responsibility"))}
    assert named == (found.decision.facts if found.way.is_open else {})


def test_it_says_which_rules_were_looked_at_and_why_they_do_not_fit(city):
    a_rule("NOISE", "pool", "class", class_code="P4", position=-3)
    a_rule("NOISE", "pool", "far", territory_id=city["hyx"], position=-2)
    found, _ = tried(city)
    assert [(one.rule.code, one.misfit) for one in found.looked] == [
        ("class", "等级不符"), ("far", "不在规则的辖区内"), ("light", "类别不符"), ("noise", ""),
    ]  # fmt: skip


def test_it_says_that_a_rule_would_push_down_what_is_not_the_communitys(city):
    a_charge("NOISE", **STREET)
    found, said = tried(city)
    assert ("noise", "不在社区职责清单内，不下派社区") in [(one.rule.code, one.misfit) for one in found.looked]
    assert (said["by"], said["charge"]) == ("权责清单“噪声由街道负责”（第1版）", "噪声由街道负责（第1版）")
    assert (said["mode"], said["lead_unit"], said["outcome"]) == (
        "交受理台研判", "城西区·虎台街道（街道）", NOBODY,
    )  # fmt: skip


def test_it_tells_step_by_step_whom_it_looked_for(city):
    a_company_without_workers(city)
    found, said = tried(city, "ODD")
    assert found.way.steps == [
        "“湟水物业”没有可以接手的经办人，请它协办",
        "网格责任人：现在没有可以接手的人",
        "交在岗且工单最少的网格员",
    ]
    assert (said["helpers"], said["outcome"]) == (["湟水物业"], "派给一位工作人员签收")


def test_where_nothing_decides_it_says_that_an_office_must(city):
    assert tried(city, "ODD")[1]["outcome"] == NO_RULE


def test_without_a_category_and_without_words_that_speak_of_one_it_asks_for_it(city):
    with pytest.raises(Invalid):
        try_out(place_by_building(city.compound, None, None), "你好")
    end_reading()


# any list, any rules, any order: pure, so that many can be tried

CODES = ("A", "A1", "A2", "B")
KINDS = {
    code: Kind(code, "A" if code in ("A1", "A2") else None, code, None if code == "A" else "P3", False, [])
    for code in CODES
}
PLACES = {"city_id": 1, "district_id": 2, "subdistrict_id": 3, "community_id": 4, "grid_id": 5}
ORGANISATION = Known(7, "o", "物业", "property_company", 4)


def is_possible(line):
    """What an import takes: unit workers at organisations alone, the grid's modes at the community alone."""
    fits_the_unit = (line.unit_kind == "office") != (line.mode == "unit")
    return fits_the_unit and (line.level == "community" or line.mode not in OF_THE_GRID)


charges = st.builds(
    Charge,
    code=st.just("c"),
    category_code=st.sampled_from(CODES),
    level=st.sampled_from(("community", "subdistrict", "district", "city")),
    unit_kind=st.sampled_from(("office", "property_company")),
    mode=st.sampled_from(("pool", "primary", "balanced", "unit", "desk")),
    leads=st.booleans(),
    version=st.just(1),
    organisation_code=st.none(),
).filter(is_possible)
rules = st.builds(
    Rule,
    code=st.just("r"),
    name=st.just("r"),
    category_code=st.sampled_from((*CODES, None)),
    class_code=st.sampled_from(("P2", "P3", None)),
    territory_id=st.sampled_from((4, 99, None)),
    mode=st.sampled_from([mode.value for mode in Mode]),
    version=st.just(1),
)


class Asked:
    unplaced, lead_unit_id, lead_organisation_id, compound_id = False, None, None, None

    def __init__(self, category_code, class_code):
        self.category_code, self.class_code = category_code, class_code
        self.__dict__ |= PLACES


@given(st.lists(charges, max_size=5), st.lists(rules, max_size=5), st.sampled_from(("A1", "A2", "B")), st.booleans())
def test_no_list_and_no_rule_pushes_down_what_an_office_above_answers_for(lines, ordered, category, is_there):
    known = Catalogue(KINDS, tuple(ordered), frozenset({"A"}), tuple(lines))
    directory = Directory({7: ORGANISATION}, {("property_company", 4): [ORGANISATION]} if is_there else {})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(routing, "catalogue", lambda: known)
        patched.setattr(routing, "directory", lambda: directory)
        decision = decide(Asked(category, "P3"))
    leading = known.leading(category)
    if leading and all(line.level != "community" for line in leading):
        assert decision.mode not in OF_THE_GRID
        assert decision.is_above
        assert decision.lead_unit_id in (1, 2, 3)
    if decision.mode in OF_THE_GRID:
        assert decision.lead_unit_id == 4
        assert not decision.is_above
    if decision.rule is None and decision.charge is None:
        assert decision.mode is None
    assert all(helper.organisation_id or helper.unit_id != decision.lead_unit_id for helper in decision.helpers)
