"""派单试算 at the console and at the command line."""

import pytest

from app.people.models import Role
from tests.factories import (
    a_charge,
    a_clerk,
    a_manager,
    a_person,
    a_rule,
    a_worker,
    an_organisation,
)
from tests.work_orders.record import everything

PATH = "/console/routing"


def tried(desk, city, **typed):
    desk.get(PATH)
    return desk.submit(PATH, **({"compound_id": city.compound, "building": "3号楼", "category": "NOISE"} | typed))


def test_a_manager_reads_which_rule_decides_and_nothing_is_written(city, desk):
    before = everything()
    assert tried(desk, city).status_code == 200
    for words in ("规则“规则noise”（第1版）", "类别不符", "适用", "进入网格待认领池", "新宁路西社区"):
        assert words in desk.page
    assert everything() == before


def test_the_name_is_for_whoever_answers_for_that_person(city, desk):
    a_rule("NOISE", "primary")
    a_worker(city["g1"], name="冶海燕")
    tried(desk, city)
    assert "派给一位工作人员签收：冶海燕" in desk.page
    a_worker(city["h1"], name="邻区的人")
    tried(desk, city, compound_id=city.far_compound)
    assert "您辖区以外的工作人员" in desk.page
    assert "邻区的人" not in desk.page


def test_what_is_not_the_communitys_is_shown_with_its_office_and_its_helpers(city, desk):
    a_charge("NOISE", "desk", level="subdistrict")
    a_charge("NOISE", "unit", unit_kind="property_company", leads=False)
    an_organisation(city)
    tried(desk, city)
    for words in ("虎台街道（街道）", "不下派社区", "同时请协办", "湟水物业", "现在没有可以接手的人"):
        assert words in desk.page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"compound_id": ""}, "请选择小区，或者填写经纬度"),
        ({"building": "99号楼"}, "99号楼"),
        ({"lat": "here", "lng": "1"}, "请填写数字"),
        ({"category": "", "text": "你好"}, "请选择一个类别"),
    ],
    ids=["place", "building", "point", "category"],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(city, desk, typed, sentence):
    assert tried(desk, city, **typed).status_code == 422
    assert sentence in desk.page


def test_only_managers_and_administrators_try_it_out(city, at_desk):
    administrator = at_desk(a_person((Role.ADMINISTRATOR, city["xn"]), name="金生辉"))
    assert "派单试算" in administrator.get("/console/routing").text
    clerk = at_desk(a_clerk(city["xnlx"]))
    assert clerk.get(PATH).status_code == 403
    assert "派单试算" not in clerk.get("/console/").text
    assert "派单试算" in at_desk(a_manager(city["ht"])).get("/console/").text


def test_the_command_says_the_same_without_a_name(city, app):
    a_rule("NOISE", "primary")
    a_worker(city["g1"], name="冶海燕")
    run = app.test_cli_runner()
    told = run.invoke(args=["routing", "湟岸巷28号院 3号楼", "很吵", "--category", "NOISE"]).output
    for words in (
        "依据：规则“规则own”（第1版）",
        "负责单位：城西区·虎台街道·新宁路西社区（社区）",
        "派给一位工作人员签收",
    ):
        assert words in told
    assert "冶海燕" not in told
    wrong = run.invoke(args=["routing", "湟岸巷", "很吵", "--category", "NOISE"])
    assert (wrong.exit_code, "有多个小区符合" in wrong.output) == (1, True)
    assert "没有找到小区" in run.invoke(args=["routing", "无名小区", "很吵"]).output
    assert "经纬度请写成" in run.invoke(args=["routing", "这里,那里", "很吵"]).output
