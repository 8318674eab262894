"""More time: asked for before it is due, decided by somebody else, kept apart from the first due date."""

import pytest

from app.db import db, end_reading
from app.deadlines.models import TimeLimit
from app.deadlines.queries import forget
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.work_orders import assignment, catalogue, corrections, extensions, follow_up, intake, rating, resolution
from app.work_orders.catalogue import Category
from app.work_orders.detail import detail
from app.work_orders.workflow import WrongStatus
from tests.factories import a_manager, a_worker, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import events, last, refused, run, sweep, timers, told, topics
from tests.work_orders.waiting import answered, asked, extended, records, spoken


@pytest.fixture
def order(city, resident, worker):
    """Seven working days: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


def ask(order, worker, amount=3):
    return run(extensions.ask, order.number, worker, amount, "等配件到货")


def decide(order, manager, approved=True):
    return run(extensions.decide, order.number, manager, approved, "同意" if approved else "配件已到")


def test_asking_puts_it_to_the_units_manager_and_moves_nothing(city, order, worker, at):
    at("03-12 10:00")
    ask(order, worker)
    row = fresh(order)
    assert (spoken(row.due_at), row.beside) == ("03-19 18:00", "extension")
    assert (last(order).action, last(order).words, last(order).visible) == ("extend", "等配件到货", "internal")
    assert told(order, "extension_asked")["unit_id"] == city["xnlx"]
    assert spoken(timers(order)["extension"]) == "03-13 18:00"


def test_approved_it_is_due_later_and_the_first_due_date_is_kept(order, worker, manager, at):
    at("03-12 10:00")
    ask(order, worker)
    decide(order, manager)
    row = fresh(order)
    assert (spoken(row.due_at), spoken(row.original_due_at), row.beside) == ("03-24 18:00", "03-19 18:00", "")
    assert (last(order).action, last(order).visible, topics(order)[-1]) == ("decide_extension", "act", "extended")
    running = {kind: spoken(moment) for kind, moment in timers(order).items()}
    assert (running["due"], running["due_subdistrict"], running["warn_80"]) == (
        "03-24 18:00",
        "03-25 18:00",
        "03-20 18:00",
    )
    assert records(order) == [("extension", "approved")]
    at("03-19 18:00")
    sweep()
    assert "overdue" not in topics(order)
    at("03-24 18:00")
    sweep()
    assert topics(order).count("overdue") == 1


def test_refused_it_stays_as_it_was_and_the_reporter_reads_nothing_of_it(order, worker, manager):
    ask(order, worker)
    decide(order, manager, approved=False)
    assert spoken(fresh(order).due_at) == "03-19 18:00"
    assert (last(order).visible, topics(order)[-1]) == ("internal", "extension_refused")
    assert records(order) == [("extension", "refused")]


def test_unanswered_it_is_refused(order, worker, manager, at):
    ask(order, worker)
    at("03-11 18:00")
    sweep()
    assert [event.action for event in events(order) if event.action == "expire"] == ["expire"]
    assert records(order) == [("extension", "unanswered")]
    assert "extension_refused" in topics(order)
    assert spoken(fresh(order).due_at) == "03-19 18:00"
    assert "没有等待审批" in refused(Conflict, extensions.decide, order.number, manager, True, "同意").message


def test_approved_just_after_the_due_date_it_is_late_no_more(order, worker, manager, at):
    at("03-19 17:00")
    ask(order, worker)
    at("03-20 10:00")
    sweep()
    assert fresh(order).overdue_at is not None
    decide(order, manager)
    row = fresh(order)
    assert (spoken(row.due_at), row.overdue_at) == ("03-24 18:00", None)
    at("03-24 18:00")
    sweep()
    assert spoken(fresh(order).overdue_at) == "03-24 18:00"


# how much


@pytest.mark.parametrize(("category", "most"), [("NOISE", 3), ("LIGHT", 1)])
def test_half_of_the_span_is_the_most_in_whole_units(city, resident, worker, category, most):
    order = claimed(an_order(city, resident, category), worker)
    fault = refused(Invalid, extensions.ask, order.number, worker, most + 1, "等配件")
    assert f"最多还能延期{most}个工作日" in fault.fields["amount"][0]
    assert ask(order, worker, most).beside == "extension"


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_no_extension(order, worker, amount):
    assert "amount" in refused(Invalid, extensions.ask, order.number, worker, amount, "等配件").fields


def test_all_extensions_of_a_round_together_stay_within_half(order, worker, manager):
    extended(order, worker, manager, 2)
    fault = refused(Invalid, extensions.ask, order.number, worker, 2, "还要等")
    assert "最多还能延期1个工作日" in fault.fields["amount"][0]


def test_a_later_round_has_its_own_span(city, resident, worker, manager, officer, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    run(follow_up.conclude, order.number, officer, "rework", "没有解决")
    fault = refused(Invalid, extensions.ask, order.number, worker, 2, "等配件")
    assert "最多还能延期1个工作日" in fault.fields["amount"][0]
    extended(order, worker, manager, 1)
    assert spoken(fresh(order).due_at) == "03-16 18:00"


def test_a_city_whose_limit_changes_meanwhile_extends_by_the_one_that_was_promised(order, worker, manager):
    with writing():
        db.session.add(TimeLimit(class_code="P3", step="resolve", amount=1, unit="working_hours"))
    forget()
    ask(order, worker, 3)
    assert spoken(decide(order, manager).due_at) == "03-24 18:00"


def test_none_for_p0_and_by_the_clock_for_p1(city, resident, worker, manager):
    lift = an_order(city, resident, "LIFT")
    run(assignment.sign, lift.number, worker)
    assert "紧急工单不能延期" in refused(Conflict, extensions.ask, lift.number, worker, 1, "等配件").message
    with writing():
        Category.query.filter_by(code="LIFT").one().class_code = "P1"
    catalogue.forget()
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    extended(order, worker, manager, 12)
    assert spoken(fresh(order).due_at) == "03-11 22:00"


# who and when


def test_after_the_due_date_it_is_too_late(order, worker, at):
    at("03-19 18:00")
    assert "办结时限已过" in refused(Conflict, extensions.ask, order.number, worker, 1, "等配件").message


def test_a_second_while_one_waits_is_refused(order, worker):
    ask(order, worker, 1)
    error = refused(Conflict, extensions.ask, order.number, worker, 1, "再加")
    assert error.context["reason"] == "asked-already"


def test_only_the_assignee_asks_and_only_at_work(city, order, resident, worker, colleague, manager):
    for stranger in (colleague, manager):
        refused(NotAllowed, extensions.ask, order.number, stranger, 1, "等配件")
    refused(NotFound, extensions.ask, order.number, a_worker(city["h1"]), 1, "等配件")
    assert list(refused(Invalid, extensions.ask, order.number, worker, 1, " ").fields) == ["reason"]
    done = resolved(an_order(city, resident), worker)
    refused(WrongStatus, extensions.ask, done.number, worker, 1, "等配件")
    asked(order, worker)
    refused(WrongStatus, extensions.ask, order.number, worker, 1, "等配件")


def test_the_second_is_decided_a_level_higher(city, order, worker, manager):
    above = a_manager(city["ht"], name="铁占林")
    extended(order, worker, manager, 1)
    ask(order, worker, 1)
    assert told(order, "extension_asked")["unit_id"] == city["ht"]
    error = refused(NotAllowed, extensions.decide, order.number, manager, True, "同意")
    assert "由虎台街道或上级的管理员审批" in error.message
    assert spoken(decide(order, above).due_at) == "03-23 18:00"


def test_nobody_decides_what_they_asked_for(city, resident, manager, at):
    """A manager who has the order asks like anybody else, and the level above decides."""
    order = an_order(city, resident, "ODD")
    at("03-10 12:00")
    sweep()
    run(assignment.sign, order.number, manager)
    ask(order, manager, 1)
    assert told(order, "extension_asked")["unit_id"] == city["ht"]
    assert "不能审批自己的" in refused(NotAllowed, extensions.decide, order.number, manager, True, "同意").message
    decide(order, a_manager(city["cx"]))
    assert spoken(fresh(order).due_at) == "03-20 18:00"


def test_a_manager_of_elsewhere_a_worker_and_the_reporter_decide_nothing(city, order, resident, worker):
    ask(order, worker)
    refused(NotFound, extensions.decide, order.number, a_manager(city["hyx"]), True, "同意")
    for stranger in (worker, resident):
        refused(NotAllowed, extensions.decide, order.number, stranger, True, "同意")
    assert list(refused(Invalid, extensions.decide, order.number, a_manager(city["ht"]), True, " ").fields) == ["note"]


# beside other things


def test_it_may_be_decided_while_the_order_is_paused_and_counts_when_that_goes_on(order, resident, worker, manager, at):
    ask(order, worker)
    asked(order, worker)
    at("03-11 10:00")  # seven working hours later
    decide(order, manager)
    assert "due" not in timers(order)
    answered(order, resident)
    row = fresh(order)
    assert (spoken(row.due_at), spoken(timers(order)["due"])) == ("03-25 18:00", "03-25 18:00")
    assert spoken(timers(order)["warn_80"]) == "03-23 18:00"


def test_it_ends_with_the_order_and_the_asker_is_told(city, order, resident, worker):
    ask(order, worker)
    run(resolution.resolve, order.number, worker, "solved", "配件提前到了", [])
    assert records(order) == [("extension", "lapsed")]
    assert told(order, "lapsed")["waiting_id"] == worker.account_id
    other = claimed(an_order(city, resident), worker)
    ask(other, worker)
    run(intake.withdraw, other.number, resident, "不用了")
    assert records(other) == [("extension", "lapsed")]


def test_releasing_early_counts_by_the_longer_time(order, worker, manager, at):
    extended(order, worker, manager, 3)
    at("03-17 10:00")  # past half of seven days, not of ten
    run(assignment.release, order.number, worker, "需要电工")
    assert fresh(order).status == "pooled"


def test_the_story_is_told_in_words(order, worker, manager):
    extended(order, worker, manager, 2)
    lines = {line.action: line.text for line in detail(order.number, manager).lines}
    assert lines["extend"] == "申请延期2个工作日：等配件"
    assert lines["decide_extension"] == "同意延期2个工作日：同意"
    end_reading()


@pytest.mark.parametrize("category", ["LIFT", "LIGHT"], ids=["to P0, which has no more time", "to half of three days"])
def test_what_was_asked_for_in_another_class_cannot_be_given_any_more(order, worker, manager, category):
    ask(order, worker)
    run(corrections.recategorise, order.number, worker, category, "看过现场")
    before = fresh(order).due_at
    error = refused(Conflict, extensions.decide, order.number, manager, True, "同意")
    assert error.context["reason"] == "class-changed"
    decide(order, manager, approved=False)
    assert (fresh(order).due_at, fresh(order).beside, topics(order)[-1]) == (before, "", "extension_refused")
