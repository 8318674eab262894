"""The table of messages: every event told, every template filled to WeChat's own rules, every sentence readable."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import app.work_orders as room
from app import clock
from app.notifications import wording
from app.notifications.message import TEMPLATES, Message, Side
from app.notifications.messages import MESSAGES, audiences
from app.notifications.templates import from_account
from app.notifications.wechat_channel import fill, misfits
from app.work_orders.facts import RESULT_NAMES
from app.work_orders.workflow import STATUS_NAMES, Status
from tests.notifications.scripted import NUMBER, account_templates, facts
from wechat.emulator.settings import DATA_FOLDER
from wechat.emulator.value_rules import fault_of

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
ALL = [(topic, message) for topic, told in MESSAGES.items() for message in told]
IN_WECHAT = [(topic, message) for topic, message in ALL if message.template]
AS_IDS = [f"{topic}-{message.audience}" for topic, message in ALL]
WECHAT_IDS = [f"{topic}-{message.audience}" for topic, message in IN_WECHAT]

TOPICS = [
    "submitted",
    "accepted",
    "assigned",
    "claimed",
    "signed",
    "contacted",
    "arrived",
    "noted",
    "resolved",
    "closed",
    "declined",
    "withdrawn",
    "released",
    "refused",
    "returned_to_pool",
    "not_accepted",
    "not_claimed",
    "not_signed",
    "ladder",
    "follow_up_owed",
    "rework",
    "warned",
    "overdue",
    "overdue_subdistrict",
    "rated",
    "digest",
    "staff_linked",
    "amended",
    "answered",
    "appealed",
    "asked",
    "category_proposed",
    "category_refused",
    "extended",
    "extension_asked",
    "extension_refused",
    "joined",
    "lapsed",
    "left",
    "made_confidential",
    "recategorised",
    "recounted",
    "recused",
    "relocated",
    "reopened",
    "resumed",
    "sent_back",
    "transfer_declined",
    "transfer_offered",
    "transfer_taken_back",
    "transferred",
    "urge_answered",
    "urge_unanswered",
    "urged",
    "urged_again",
    "assistance_asked",
    "assistance_cancelled",
    "assistance_late",
    "assistance_reported",
    "disputed",
    "dispute_upheld",
    "dispute_rejected",
    "escalation_proposed",
    "escalated",
    "escalation_declined",
    "escalation_unanswered",
    "reported_in",
    "escalation_returned",
    "supervised",
    "supervision_answered",
    "supervision_cleared",
    "supervision_risen",
    "ledger_proposed",
    "ledger_refused",
    "put_on_ledger",
    "ledger_renewed",
    "ledger_unreviewed",
    "termination_proposed",
    "terminated",
    "termination_refused",
    "merged",
    "absorbed",
    "unmerged",
    "split",
    "part_ended",
]


def some_facts(**changes):
    moments = {
        "due_at": AT + timedelta(days=3),
        "sign_due_at": AT + timedelta(hours=4),
        "contact_due_at": AT + timedelta(days=1),
        "step_due_at": AT + timedelta(hours=2),
    }
    spoken = {name: clock.iso(moment) for name, moment in moments.items()}
    return facts(**spoken, result="solved", result_name="已解决", status_name="办理中", reason="不在岗") | changes


BARE = {name: None for name in some_facts()} | {"number": NUMBER, "category": "照明", "place": "湟岸巷"}
LONG = some_facts(
    place="湟岸巷二十八号院" * 20, category="供热供暖设施损坏" * 5, status_name="已办结待评价", status="resolved"
)


def template(key):
    by_title = {one.title: one for one in account_templates()}
    return from_account(key, by_title[TEMPLATES[key].title])


def test_every_event_of_an_order_is_told():
    assert sorted(MESSAGES) == sorted(TOPICS)
    assert all(MESSAGES.values())


def test_the_events_of_the_work_orders_all_have_messages():
    source = "".join(path.read_text(encoding="utf8") for path in Path(room.__path__[0]).glob("*.py"))
    owed = set(re.findall(r'owe\(\s*"(\w+)"', source))
    assert owed
    assert owed <= set(MESSAGES)


def test_every_template_we_name_is_in_the_emulators_account_with_lines_we_can_fill():
    titles = {one.title for one in account_templates()}
    assert {use.title for use in TEMPLATES.values()} <= titles
    assert misfits(account_templates()) == []
    assert {message.template for _, message in IN_WECHAT} == set(TEMPLATES)


@pytest.mark.parametrize(("topic", "message"), ALL, ids=AS_IDS)
@pytest.mark.parametrize("given", [some_facts(), BARE, LONG, some_facts(emergency=True, step="contact")])
def test_every_sentence_is_whole(topic, message, given):
    text = wording.sentence(message, given, AT)
    assert text.endswith("。")
    for wrong in ("{", "}", "None", "，，", "。。", "，。", "“”", "（）", "：。", "T0"):
        assert wrong not in text
    assert len(message.title) <= 20


@pytest.mark.parametrize(("topic", "message"), ALL, ids=AS_IDS)
def test_every_message_about_an_order_names_it(topic, message):
    if topic not in ("staff_linked", "digest"):
        assert NUMBER in wording.sentence(message, some_facts(), AT)


@pytest.mark.parametrize(("topic", "message"), IN_WECHAT, ids=WECHAT_IDS)
@pytest.mark.parametrize("given", [some_facts(), LONG, some_facts(step="warn_50"), some_facts(due_at=clock.iso(AT))])
def test_every_template_is_filled_to_wechats_rules(topic, message, given):
    filled = fill(template(message.template), wording.values(message, given, AT))
    assert filled.keys() == {line["key"] for line in template(message.template).fields}
    assert {key: fault_of(key, value) for key, value in filled.items() if fault_of(key, value)} == {}


@pytest.mark.parametrize(("topic", "message"), IN_WECHAT, ids=WECHAT_IDS)
def test_what_we_write_ourselves_is_never_cut(topic, message):
    filled = fill(template(message.template), wording.values(message, some_facts(), AT))
    assert not any(value.endswith("…") for value in filled.values())
    assert len(message.note) <= 20


@pytest.mark.parametrize("status", ["待受理", "待认领", "待签收", "办理中", "待补充", "挂账", "不予受理", "已撤回"])
def test_every_status_fits_wechats_status_field(status):
    (message,) = MESSAGES["noted"]
    assert fill(template("progress"), wording.values(message, some_facts(status_name=status), AT))["phrase2"] == status


words_of_people = st.text(max_size=60) | st.text("湟岸巷家属院号楼0123456789 ，。单元\n", min_size=1, max_size=160)


@settings(max_examples=60, deadline=None)
@given(
    category=words_of_people.filter(bool),
    place=words_of_people.filter(bool),
    status=st.sampled_from(list(Status)),
    result=st.sampled_from(list(RESULT_NAMES)),
    step=st.sampled_from([None, "contact", "warn_50", "warn_80"]),
    reason=words_of_people,
)
def test_whatever_people_wrote_every_template_takes_it(category, place, status, result, step, reason):
    given = some_facts(category=category, place=place, step=step, reason=reason, result_name=RESULT_NAMES[result])
    given |= {"status": status.value, "status_name": STATUS_NAMES[status]}
    for _, message in IN_WECHAT:
        about = template(message.template)
        filled = fill(about, wording.values(message, given, AT))
        assert filled.keys() == {line["key"] for line in about.fields}
        assert {key: value for key, value in filled.items() if fault_of(key, value)} == {}


def test_a_long_place_keeps_its_building_in_the_message():
    message = MESSAGES["assigned"][0]
    given = some_facts(place="西宁市城西区虎台街道新宁路西社区湟岸巷28号院 13号楼 2单元")
    filled = fill(template("dispatched"), wording.values(message, given, AT))
    assert filled["thing3"] == "…宁路西社区湟岸巷28号院13号楼2单元"
    nowhere = wording.values(message, some_facts(place="1" * 30), AT)
    assert nowhere["place"] == "详情请在小程序内查看"


def test_a_deadline_that_is_not_set_yet_shows_the_next_limit():
    message = MESSAGES["returned_to_pool"][0]
    assert wording.values(message, some_facts(due_at=None), AT)["due"] == "2026年3月10日 12:00"


def test_a_resolved_order_shows_a_status_that_fits():
    (message,) = MESSAGES["noted"]
    assert fill(template("progress"), wording.values(message, LONG, AT))["phrase2"] == "待评价"


def test_times_are_spoken_as_people_read_them():
    (to_reporters, *_) = MESSAGES["claimed"]
    text = wording.sentence(to_reporters, some_facts(), AT)
    assert "会在3月11日（周三）10:00前与您联系" in text
    assert "应在3月13日（周五）10:00前办结" in text


def test_nobody_is_asked_to_act_by_a_moment_that_has_passed():
    message = MESSAGES["assigned"][0]
    late = some_facts(step_due_at=clock.iso(AT - timedelta(hours=1)), due_at=clock.iso(AT - timedelta(minutes=1)))
    text = wording.sentence(message, late, AT)
    assert "响应" not in text
    assert "办结时限3月10日（周二）09:59已过" in text


def test_the_template_shows_the_next_limit_that_has_not_passed():
    message = MESSAGES["assigned"][0]
    given = some_facts(step_due_at=None, sign_due_at=clock.iso(AT - timedelta(hours=1)))
    assert wording.values(message, given, AT)["step_due"] == "2026年3月11日 10:00"


def test_a_missed_contact_is_told_with_its_own_limit():
    (message,) = MESSAGES["warned"]
    given = some_facts(step="contact")
    assert "没有联系反映人" in wording.sentence(message, given, AT)
    shown = wording.values(message, given, AT)
    assert (shown["alert"], shown["due"]) == ("尚未联系", "2026年3月11日 10:00")


def test_an_urgent_order_says_so_to_whoever_gets_it():
    message = next(one for one in MESSAGES["accepted"] if one.audience == "assignee")
    assert wording.sentence(message, some_facts(**{"class": "P0"}), AT).startswith("紧急：")
    assert not wording.sentence(message, some_facts(), AT).startswith("紧急")


def test_text_of_people_can_be_replaced_by_general_words():
    message = MESSAGES["assigned"][0]
    general = wording.without_text_of_people(wording.values(message, some_facts(), AT))
    filled = fill(template("dispatched"), general)
    assert filled["thing2"] == filled["thing3"] == "详情请在小程序内查看"
    assert filled["character_string1"] == NUMBER


def test_messages_open_pages_that_the_mini_program_has():
    app = json.loads((DATA_FOLDER.parent.parent / "miniprogram" / "app.json").read_text(encoding="utf8"))
    inner = [f"{package['root']}/{name}" for package in app["subPackages"] for name in package["pages"]]
    for _, message in IN_WECHAT:
        path, _, query = wording.page(message, some_facts()).partition("?")
        assert path in [*app["pages"], *inner]
        assert query in ("", f"number={NUMBER}")


def test_residents_are_sent_to_their_own_pages_and_staff_to_theirs():
    assert wording.page(MESSAGES["resolved"][0], some_facts()) == f"pages/order/order?number={NUMBER}"
    assert wording.page(MESSAGES["overdue"][0], some_facts()) == f"worker/pages/order/order?number={NUMBER}"
    assert wording.page(MESSAGES["staff_linked"][0], {}) == ""


def test_each_side_is_asked_only_for_templates_it_can_get():
    sides = {(message.template, message.side) for _, message in IN_WECHAT}
    assert all((key, use.side) in sides for key, use in TEMPLATES.items())


def test_audiences_are_those_the_table_names():
    assert audiences() == {message.audience for _, message in ALL}
    assert Message("reporters", "", "").side is Side.RESIDENT
    assert Message("assignee", "", "").side is Side.STAFF
