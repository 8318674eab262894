"""The command line: importing tables, adding staff, sweeping, the demo."""

import json

import pytest
from sqlalchemy import delete, func, select

from app import clock
from app.commands import demo, demo_orders, sweep
from app.db import db, end_reading, transaction
from app.organisations.models import Organisation
from app.people.models import Account, ConsoleLogin, Posting
from app.photos import storing
from app.territory.models import Territory
from app.work_orders.catalogue import Category, RoutingRule, catalogue
from app.work_orders.models import WorkOrder
from app.work_orders.offices.task_records import Task
from app.work_orders.screening import emergencies
from app.work_orders.screening.models import Danger, Sign
from app.work_orders.side_records import SideRecord
from tests.conftest import settings_for

HIERARCHY = {
    "escalation", "ledger", "ledger_proposal", "dispute", "supervision", "termination",
    "merged", "split", "part", "task of an escalation", "led by an organisation", "led by a subdistrict",
}  # fmt: skip


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def invoke(*words, **options):
        end_reading()
        return runner.invoke(args=list(words), **options)

    return invoke


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return found


def test_the_demo_tables_come_in_once_and_a_second_time_change_nothing(run):
    for kind in ("places", "organisations", "categories", "responsibilities", "rules"):
        first = run("import", kind, str(demo.DATA))
        assert first.exit_code == 0, first.output
        assert "修改 0 条" in first.output
        again = run("import", kind, str(demo.DATA))
        assert "已新增 0 条，修改 0 条" in again.output


def test_a_dry_run_writes_nothing(run):
    told = run("import", "places", str(demo.DATA), "--dry-run")
    assert told.exit_code == 0
    assert "将会新增" in told.output
    assert run("import", "categories", str(demo.DATA), "--dry-run").exit_code == 0
    assert count(Category) == 0


def test_rules_for_categories_nobody_knows_are_refused_with_file_line_and_column(run):
    told = run("import", "rules", str(demo.DATA))
    assert told.exit_code == 1
    assert "rules.csv 第 " in told.output
    assert "category_code：没有编码为" in told.output
    assert count(RoutingRule) == 0


def test_a_changed_rule_gets_a_new_version(run, tmp_path):
    header = "code,name,position,mode\n"
    (tmp_path / "rules.csv").write_text(header + "all,全部进入网格待认领池,1,pool\n", encoding="utf8")
    assert run("import", "rules", str(tmp_path)).exit_code == 0
    (tmp_path / "rules.csv").write_text(header + "all,全部交网格员,1,primary\n", encoding="utf8")
    assert "修改 1 条" in run("import", "rules", str(tmp_path)).output
    rule = catalogue().rules[0]
    assert (rule.mode, rule.version) == ("primary", 2)


def test_people_with_a_wrong_phone_or_place_are_told_row_by_row(run, tmp_path):
    run("import", "places", str(demo.DATA))
    (tmp_path / "people.csv").write_text(
        "name,phone,role,territory_code\n马强,123,grid_worker,zasixiang-1\n李梅,19911112222,grid_worker,nowhere\n"
        "王刚,19911113333,astronaut,zasixiang-1\n",
        encoding="utf8",
    )
    told = run("import", "people", str(tmp_path))
    assert told.exit_code == 1
    for found in ("第 2 行 phone", "第 3 行 territory_code", "第 4 行 role", "共 3 处错误"):
        assert found in told.output
    assert count(Account) == 0


def test_several_lines_with_one_phone_are_one_person(run, tmp_path):
    run("import", "places", str(demo.DATA))
    (tmp_path / "people.csv").write_text(
        "name,phone,role,territory_code\n马强,19911112222,grid_worker,zasixiang-1\n马强,19911112222,clerk,zasixiang\n",
        encoding="utf8",
    )
    assert run("import", "people", str(tmp_path)).exit_code == 0
    assert (count(Account), count(Posting)) == (1, 2)


def test_staff_can_be_added_one_by_one_with_a_console_password(run):
    run("import", "places", str(demo.DATA))
    words = ("--name", "马强", "--phone", "19911112222", "--role", "manager", "--territory", "zasixiang")
    made = run("staff", "add", *words, "--username", "maqiang", input="correct horse\ncorrect horse\n")
    assert made.exit_code == 0, made.output
    assert count(ConsoleLogin) == 1
    assert "没有变化" in run("staff", "add", *words).output
    wrong = run("staff", "add", "--name", "马强", "--phone", "12", "--role", "manager", "--territory", "zasixiang")
    assert wrong.exit_code == 1
    assert "请填写11位手机号码" in wrong.output


def test_the_demo_is_refused_outside_the_demo_and_over_other_peoples_data(app, run, tmp_path, monkeypatch):
    assert run("demo").exit_code == 1
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    monkeypatch.setitem(app.extensions, "settings", settings_for(url, tmp_path, app_env="demo"))
    for kind in ("places", "organisations", "people"):
        run("import", kind, str(demo.DATA))
    told = run("demo")
    assert told.exit_code == 1
    assert "other people's data" in told.output


def the_hierarchy():
    """What offices have going on in the demo, and whatever of it is late already."""
    now = clock.now()
    records = db.session.scalars(select(SideRecord).where(SideRecord.ended_at.is_(None))).all()
    tasks = db.session.scalars(select(Task).where(Task.ended_at.is_(None), Task.cause == "escalation")).all()
    found = {one.kind for one in records} | {"task of an escalation" for _ in tasks}
    shows = {
        "merged": WorkOrder.merged_into_id.is_not(None),
        "split": WorkOrder.open_parts == 2,
        "part": WorkOrder.parent_id.is_not(None),
        "led by an organisation": WorkOrder.lead_organisation_id.is_not(None),
        "led by a subdistrict": WorkOrder.lead_unit_id.in_(
            select(Territory.id).where(Territory.level == "subdistrict")
        ),
    }
    found |= {name for name, shown in shows.items() if db.session.scalar(select(WorkOrder.id).where(shown).limit(1))}
    late = [one.kind for one in (*records, *tasks) if one.due_at is not None and one.due_at <= now]
    end_reading()
    return found & HIERARCHY, late


def test_the_demo_fills_a_board_in_all_states_and_a_second_call_adds_nothing(app, run, tmp_path, monkeypatch):
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    monkeypatch.setitem(app.extensions, "settings", settings_for(url, tmp_path, app_env="demo"))
    made = run("demo")
    assert made.exit_code == 0, made.output
    states = set(db.session.scalars(select(WorkOrder.status)))
    end_reading()
    assert states >= {"submitted", "pooled", "assigned", "in_progress", "resolved", "closed", "declined", "withdrawn"}
    orders = count(WorkOrder)
    assert orders >= 40
    assert the_hierarchy() == (HIERARCHY, [])
    danger = emergencies.found("楼道里一股煤气味，有人头晕。")
    assert danger is not None
    assert danger.code == "gas"
    end_reading()
    accounts = json.loads((tmp_path / "demo-accounts.json").read_text(encoding="utf8"))
    assert accounts.keys() == {"service", "emulator", "category", "residents", "workers", "managers", "partners"}
    assert {"openid", "name", "compound_id", "building", "unit"} <= accounts["residents"][0].keys()
    for person in (*accounts["residents"], *accounts["workers"]):
        assert person["location"]["lat"] == pytest.approx(36.6, abs=0.5)
        assert person["location"]["lng"] == pytest.approx(101.8, abs=0.5)
    assert accounts["managers"][0]["role"] == "manager"
    partners = {one["openid"]: (one["role"], one["organisation"]) for one in accounts["partners"]}
    assert partners["demo-unit-fenghuang"] == ("单位经办人", "凤栖物业服务公司")
    assert {"demo-partner-heat", "demo-partner-xinghai", "demo-partner-chengxi"} < partners.keys()
    managed = {one["territory"] for one in accounts["managers"] if one["role"] == "manager"}
    assert {"zasixiang", "xinghailu", "chengxi", "xining"} <= managed
    assert (tmp_path / "demo-accounts.json").stat().st_mode & 0o777 == 0o600
    assert "already" in run("demo").output
    assert count(WorkOrder) == orders
    checked = run("trail", "verify")
    assert checked.exit_code == 0, checked.output
    dangers = count(Danger)
    with transaction():
        for table in (Sign, Danger):
            db.session.execute(delete(table))
    # A demo from before there were words for dangers gets them at its next start.
    assert run("demo").exit_code == 0
    assert (count(WorkOrder), count(Danger)) == (orders, dangers)


def test_a_demo_from_before_there_were_organisations_gets_them_at_its_next_start(app, run, tmp_path, monkeypatch):
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    monkeypatch.setitem(app.extensions, "settings", settings_for(url, tmp_path, app_env="demo"))
    monkeypatch.setattr(demo, "_orders", lambda: 1)
    for kind in ("places", "categories", "words"):
        assert run("import", kind, str(demo.DATA)).exit_code == 0
    (tmp_path / "demo-accounts.json").write_text(
        json.dumps({"managers": [{"password": "xining-of-then"}]}), encoding="utf8"
    )
    told = run("demo")
    assert (told.exit_code, "ready" in told.output) == (0, True), told.output
    assert count(Organisation) > 0
    accounts = json.loads((tmp_path / "demo-accounts.json").read_text(encoding="utf8"))
    assert {one["password"] for one in accounts["managers"]} == {"xining-of-then"}
    assert accounts["partners"]
    assert "already" in run("demo").output


def test_one_sweep_fires_what_is_due_and_stops(run):
    done = run("sweep", "--once")
    assert done.exit_code == 0, done.output


def test_a_cleaning_that_breaks_does_not_end_the_sweep(run, monkeypatch):
    def full(_now):
        raise OSError("no space left on device")

    monkeypatch.setattr(storing, "forget_strays", full)
    monkeypatch.setattr(sweep, "PAUSE_S", 0)
    assert run("sweep", "--once").exit_code == 0


def test_every_deed_of_the_demo_is_known():
    orders = json.loads((demo.DATA / "orders.json").read_text(encoding="utf8"))
    assert {step["do"] for order in orders for step in order["steps"]} <= demo_orders.DEEDS.keys()
