"""Organisations as a table: whole or not at all, and what people and responsibilities may then say of them."""

import pytest

from app.db import db, end_reading
from app.organisations.directory import directory
from app.organisations.importing import import_organisations, read_organisations
from app.organisations.models import Coverage, Organisation
from app.people import staffing
from app.people.models import Posting
from app.territory.models import Compound
from app.work_orders import importing, responsibilities
from app.work_orders.catalogue import Responsibility, RoutingRule, catalogue
from tests.factories import a_charge, a_city, an_organisation, writing

HEADS = {
    "organisations": "code,name,kind,territory_code,compounds\n",
    "people": "name,phone,role,territory_code,organisation_code\n",
    "responsibilities": "code,position,category_code,level,unit_kind,mode,leads,organisation_code\n",
    "rules": "code,name,position,mode,category_code,class_code\n",
}


@pytest.fixture
def city(app):
    return a_city()


@pytest.fixture
def bring(city, tmp_path):
    """Bring in a table of this name with these lines."""
    ways = {
        "organisations": (read_organisations, import_organisations),
        "people": (staffing.read_people, staffing.import_people),
        "responsibilities": (responsibilities.read_responsibilities, responsibilities.import_responsibilities),
        "rules": (importing.read_rules, importing.import_rules),
    }

    def come(name, *lines, **values):
        (tmp_path / f"{name}.csv").write_text(HEADS[name] + "\n".join(lines) + "\n", encoding="utf8")
        read, write = ways[name]
        with writing():
            return write(read(tmp_path), **values)

    return come


def counts(report):
    assert report.errors == []
    return report.added, report.changed, report.unchanged


def wrong(report):
    return [(error.line, error.column) for error in report.errors]


def test_they_come_in_once_and_a_second_time_change_nothing(bring, city):
    lines = ("wy,湟水物业,物业企业,xnlx,ha28", "gr,供热,utility,xn,")
    assert counts(bring("organisations", *lines)) == (2, 0, 0)
    assert counts(bring("organisations", *lines)) == (0, 0, 2)
    known = {one.code: one for one in directory().by_id.values()}
    assert (known["wy"].kind, len(known["wy"].compounds), known["gr"].territory_id) == (
        "property_company", 1, city["xn"],
    )  # fmt: skip
    end_reading()


def test_a_dry_run_writes_nothing(bring):
    assert counts(bring("organisations", "wy,湟水物业,物业企业,xnlx,", dry_run=True)) == (1, 0, 0)
    assert Organisation.query.count() == 0
    end_reading()


def test_other_compounds_are_covered_from_then_on(bring):
    bring("organisations", "wy,湟水物业,物业企业,ht,ha28")
    assert counts(bring("organisations", "wy,湟水物业,物业企业,ht,ha30")) == (0, 1, 0)
    covered = db.session.scalars(db.select(Compound.code).join(Coverage, Coverage.compound_id == Compound.id)).all()
    end_reading()
    assert covered == ["ha30"]
    bring("organisations", "wy,湟水物业,物业企业,ht,")
    assert Coverage.query.count() == 0
    end_reading()


def test_wrong_lines_are_told_and_nothing_is_written(bring):
    report = bring(
        "organisations",
        "a,甲,bakery,xnlx,",
        "b,乙,utility,nowhere,",
        "c,丙,utility,g1,",
        "d,丁,utility,xnlx,none",
        "e,戊,utility,xnlx,ha30",
        "f,己,utility,xnlx,",
        "f,己,utility,xnlx,",
    )
    assert wrong(report) == [
        (8, "code"), (2, "kind"), (3, "territory_code"), (4, "territory_code"), (5, "compounds"), (6, "compounds"),
    ]  # fmt: skip
    assert "不在新宁路西社区" in report.errors[-1].message
    assert Organisation.query.count() == 0
    end_reading()


def test_the_nearest_that_answers_is_found_from_the_level_upwards(city):
    street, town = an_organisation(city, "ht"), an_organisation(city, "xn", name="市里")
    here = Place(city)
    known = directory()
    assert known.answering("property_company", "community", here) == street
    assert known.answering("property_company", "district", here) == town
    assert known.answering("utility", "community", here) is None
    assert known.named(street.code, Place(city, subdistrict_id=None)) is None


class Place:
    compound_id = None

    def __init__(self, city, **changes):
        levels = {"city_id": "xn", "district_id": "cx", "subdistrict_id": "ht", "community_id": "xnlx"}
        self.__dict__ |= {name: city[code] for name, code in levels.items()} | changes


# people


def test_people_hold_a_posting_for_an_organisation_at_its_place(bring):
    bring("organisations", "wy,湟水物业,物业企业,xnlx,")
    assert counts(bring("people", "关志远,19900000001,unit_worker,xnlx,wy", "雪玉珍,19900000002,partner,xnlx,wy")) == (
        2, 0, 0,
    )  # fmt: skip
    assert counts(bring("people", "关志远,19900000001,unit_worker,xnlx,wy")) == (0, 0, 1)
    (organisation_id,) = {row.organisation_id for row in Posting.query}
    assert directory().by_id[organisation_id].code == "wy"
    end_reading()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("关志远,19900000001,unit_worker,xnlx,none", "没有编码为“none”的单位"),
        ("关志远,19900000001,unit_worker,ht,wy", "这个单位设在“xnlx”"),
        ("关志远,19900000001,grid_worker,g1,wy", "其他岗位请留空"),
    ],
    ids=["unknown", "elsewhere", "role"],
)
def test_a_posting_that_cannot_be_for_an_organisation_is_refused(bring, line, sentence):
    bring("organisations", "wy,湟水物业,物业企业,xnlx,")
    (error,) = bring("people", line).errors
    assert (error.column, sentence in error.message) == ("organisation_code", True)


# responsibilities and rules


def test_responsibilities_come_in_and_a_changed_line_is_a_new_version(bring):
    lines = ("a,1,NOISE,社区,office,pool,,", "b,2,NOISE,district,department,unit,否,")
    assert counts(bring("responsibilities", *lines)) == (2, 0, 0)
    assert counts(bring("responsibilities", "a,1,NOISE,community,office,primary,是,", lines[1])) == (0, 1, 1)
    assert {row.code: row.version for row in Responsibility.query} == {"a": 2, "b": 1}
    assert [charge.leads for charge in catalogue().charges] == [True, False]
    end_reading()


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("a,1,NONE,community,office,pool,,", "category_code"),
        ("a,1,NOISE,grid,office,pool,,", "level"),
        ("a,1,NOISE,community,bakery,pool,,", "unit_kind"),
        ("a,1,NOISE,community,office,unit,,", "mode"),
        ("a,1,NOISE,community,utility,pool,,", "mode"),
        ("a,1,NOISE,community,office,duty,,", "mode"),
        ("a,1,NOISE,subdistrict,office,pool,,", "mode"),
        ("a,1,NOISE,city,utility,unit,,none", "organisation_code"),
        ("a,1,NOISE,community,office,pool,perhaps,", "leads"),
    ],
)
def test_a_line_that_asks_for_what_cannot_be_is_refused(bring, line, column):
    assert wrong(bring("responsibilities", line)) == [(2, column)]
    assert Responsibility.query.count() == 0
    end_reading()


def test_a_rule_that_would_push_down_is_refused_and_one_for_the_desk_or_the_urgent_is_not(bring):
    a_charge("NOISE", "desk", level="subdistrict")
    (error,) = bring("rules", "r,规则,1,pool,NOISE,").errors
    assert (error.column, "由街道负责，不能下派社区" in error.message) == ("mode", True)
    before = RoutingRule.query.count()
    end_reading()
    assert counts(bring("rules", "r,规则,1,desk,NOISE,", "s,规则,2,duty,NOISE,P1", "t,规则,3,pool,FACILITY,")) == (
        3,
        0,
        0,
    )
    assert RoutingRule.query.count() == before + 3
    end_reading()
