"""One order in full: what a resident reads of it, what staff read, and what each may do."""

import pytest

from app.errors import NotFound
from app.people.models import Role
from app.work_orders import assignment, follow_up, handling, rating, resolution
from app.work_orders.detail import detail
from tests.factories import a_person, a_resident, an_order, claimed
from tests.work_orders.record import public_id, run

NO = {"answered": False, "solved": "no", "satisfied": "no", "comment": "没人来"}


@pytest.fixture
def order(city, manager, worker, colleague):
    resident = a_resident(name="马秀英", phone="13900000017")
    order = an_order(city, resident)
    run(assignment.dispatch, order.number, manager, public_id(colleague), "请尽快")
    run(assignment.refuse, order.number, colleague, "overloaded", "太忙")
    claimed(order, worker)
    run(handling.contact, order.number, worker, "call", "住户说晚上才在家")
    order.resident = resident
    return order


def test_a_resident_reads_every_step_but_nothing_internal(order):
    lines = detail(order.number, order.resident, as_reporter=True).lines
    assert [line.action_name for line in lines] == ["上报", "受理", "派单", "抢单", "联系"]
    assert [line.by for line in lines] == ["您", "系统", "管理员 王静", "承办人 李建国", "承办人 李建国"]
    assert [line.text for line in lines] == ["", "按规则“规则noise”受理", "", "", "电话联系"]
    assert detail(order.number, order.resident, as_reporter=True).reporters == []


def test_staff_read_all_of_it_with_the_reasons(order, manager):
    lines = detail(order.number, manager).lines
    assert [line.action for line in lines] == ["submit", "accept", "dispatch", "refuse", "claim", "contact"]
    assert [line.by for line in lines][:4] == ["反映人", "系统", "管理员 王静", "承办人 韩玉兰"]
    assert [lines[at].text for at in (2, 3, 5)] == ["请尽快", "手上工单过多：太忙", "电话联系：住户说晚上才在家"]
    assert [line.visible for line in lines] == ["reporter", "reporter", "act", "internal", "reporter", "act"]


def test_only_who_has_it_reads_the_name_and_nobody_the_number(city, order, manager, worker):
    own, other = detail(order.number, worker).reporters[0], detail(order.number, manager).reporters[0]
    assert (own.name, other.name) == ("马秀英", "马**")
    assert own.phone_masked == other.phone_masked == "139****0017"
    secret = an_order(city, order.resident, confidential=True)
    claimed(secret, worker)
    assert detail(secret.number, worker).reporters[0].name == "马**"


def test_each_is_offered_what_they_may_do_now(order, manager, worker, officer):
    handling = {
        "contact",
        "arrive",
        "note",
        "release",
        "resolve",
        "ask",
        "transfer",
        "propose_escalation",
        "propose_ledger",
    }
    in_charge = {"extend", "recategorise", "relocate", "reveal"}
    managing = {"dispatch", "transfer", "recategorise", "relocate", "reveal", "recuse", "confide"}
    managing |= {"assist", "dispute", "escalate", "propose_ledger", "propose_termination", "merge", "split"}
    assert set(detail(order.number, worker).actions) == handling | in_charge
    assert set(detail(order.number, manager).actions) == managing
    reporting = {"withdraw", "urge", "confide"}
    assert set(detail(order.number, order.resident, as_reporter=True).actions) == reporting
    assert detail(order.number, officer).actions == []


def test_after_rating_the_rating_is_shown_and_no_longer_offered(order, worker, officer):
    run(resolution.resolve, order.number, worker, "solved", "已经沟通", [])
    assert detail(order.number, order.resident, as_reporter=True).actions == ["confide", "rate"]
    run(rating.rate, order.number, order.resident, **NO)
    seen = detail(order.number, order.resident, as_reporter=True)
    assert (seen.actions, seen.rating.solved) == (["confide"], "no")
    assert seen.lines[-1].text == "无人联系，未解决，不满意：没人来"
    run(follow_up.conclude, order.number, officer, "rework", "请重新办理")
    again = detail(order.number, order.resident, as_reporter=True)
    assert again.rating is None
    assert (again.lines[-1].by, again.lines[-1].text) == ("回访员 赵敏", "请重新办理")


def test_who_closes_after_a_follow_up_is_the_officer_and_not_the_assignee(order, worker, officer):
    run(resolution.resolve, order.number, worker, "solved", "已经沟通", [])
    run(rating.rate, order.number, order.resident, **NO)
    run(follow_up.conclude, order.number, officer, "passed", "居民认可")
    assert detail(order.number, order.resident, as_reporter=True).lines[-1].by == "回访员 赵敏"


def test_foreign_is_absent(city, order):
    with pytest.raises(NotFound):
        detail(order.number, a_person((Role.MANAGER, city["hyx"])))
    with pytest.raises(NotFound):
        detail(order.number, a_resident(), as_reporter=True)
