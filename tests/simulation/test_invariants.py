"""Each invariant holds after a played month, and finds the order that was broken by hand."""

from datetime import UTC
from types import SimpleNamespace

from sqlalchemy import bindparam, select, text, update

from app.db import UTCDateTime, db, end_reading, transaction
from app.notifications.models import Delivery
from app.simulation import checks
from app.simulation.invariants import INVARIANTS
from app.work_orders.timeline import Event
from tests.simulation.conftest import THREE_DAYS

NOW = THREE_DAYS.month.ends.astimezone(UTC)
IN_PROGRESS, POOLED, RESOLVED, ASSIGNED = (
    f"(SELECT min(id) FROM work_order WHERE status = '{status}' AND beside = '' AND open_tasks + open_parts = 0"
    f" AND parent_id IS NULL AND NOT absorbed AND id NOT IN (SELECT work_order_id FROM follow_up) {more})"
    for status, more in (
        ("in_progress", "AND due_at > '2026-02-15' AND due_at = original_due_at AND contacted_at IS NOT NULL"),
        ("pooled", ""),
        ("resolved", ""),
        ("assigned", "AND step_due_at IS NOT NULL"),
    )
)
LAST_LINE = f"id = (SELECT max(id) FROM event WHERE work_order_id = {IN_PROGRESS})"
HOLDER = f"(SELECT assignee_id FROM work_order WHERE id = {IN_PROGRESS})"
A_QUESTION = f"""
INSERT INTO side_record (work_order_id, kind, round, facts, opened_event_id, opened_at)
SELECT work_order_id, 'question', 1, '{{}}', id, at FROM event WHERE {LAST_LINE}
"""
A_FOLLOW_UP = f"""
INSERT INTO follow_up (work_order_id, round, territory_id, cause, opened_at, due_at, attempts)
SELECT id, 1, community_id, 'drawn', created_at, created_at, 0 FROM work_order WHERE id = {IN_PROGRESS}
"""


def of(order, change):
    return f"UPDATE work_order SET {change} WHERE id = {order}"


def fired(order, kind):
    return f"UPDATE timer SET fired_at = due_at WHERE work_order_id = {order} AND kind = '{kind}'"


BREAKS = {
    "一件工单至多一位承办人，承办记录和工单上写的一致": (
        f"UPDATE assignment SET ended_at = started_at WHERE ended_at IS NULL AND work_order_id = {IN_PROGRESS}",
    ),
    "待签收、办理中、已办结的有承办人，待受理、待认领、不予受理的没有": (of(IN_PROGRESS, "assignee_id = NULL"),),
    "每一步都从上一步停下的地方开始，最后一步停在工单现在的状态": (
        f"UPDATE event SET from_status = 'closed' WHERE {LAST_LINE}",
        of(POOLED, "status = 'submitted'"),
    ),
    "每一步都是流程表里有的一步": (f"UPDATE event SET action = 'rate' WHERE {LAST_LINE}",),
    "办理轮次只随返工和重办加一": (f"UPDATE event SET round = 2 WHERE {LAST_LINE}", of(IN_PROGRESS, "round = 2")),
    "没有记录就没有变化": (of(IN_PROGRESS, "changed_at = created_at"),),
    "工单上写着的待答复事项就是还没有结束的那些": (of(IN_PROGRESS, "beside = 'urge'"), A_QUESTION),
    "待答复事项只在它该在的状态里开着": (A_QUESTION,),
    "转给谁，等答复的就是谁": (of(IN_PROGRESS, "offered_to_id = assignee_id"),),
    "暂停的记着从哪里、什么时候暂停，没有暂停的不记": (
        of(IN_PROGRESS, "paused_at = created_at, paused_from = 'in_progress'"),
        of(IN_PROGRESS, "paused_at = created_at"),
        of(IN_PROGRESS, "status = 'on_ledger'"),
    ),
    "待补充的有一个还没有回答的问题，别的没有": (of(IN_PROGRESS, "status = 'awaiting_resident'"), A_QUESTION),
    "等着人的工单都有不靠人的出路": (
        fired(POOLED, "claim"),
        fired(ASSIGNED, "sign"),
        of(ASSIGNED, "step_due_at = NULL"),
        of(IN_PROGRESS, "status = 'on_ledger'"),
    ),
    "已办结的在等评价期满或者回访": (fired(RESOLVED, "rate"),),
    "回访只对已办结、已归档的工单，并且有期限": (A_FOLLOW_UP, A_FOLLOW_UP.replace(IN_PROGRESS, RESOLVED)),
    "受理了才有时限，受理了就有时限": (
        of(IN_PROGRESS, "due_at = NULL"),
        of(IN_PROGRESS, "accepted_at = NULL"),
        of(IN_PROGRESS, "original_due_at = NULL"),
        of(POOLED, "accepted_at = NULL, due_at = NULL, original_due_at = NULL"),
    ),
    "只有批准的延期、暂停、返工、重办和更正能改变办结时限": (of(IN_PROGRESS, "original_due_at = created_at"),),
    "到期的时限都有人看着": (fired(IN_PROGRESS, "due"),),
    "过了期的都标着超期，没过期的没有标": (
        of(IN_PROGRESS, "overdue_at = due_at"),
        of(IN_PROGRESS, "due_at = created_at"),
    ),
    "到了时间的定时都触发了": ("UPDATE timer SET fired_at = NULL WHERE fired_at IS NOT NULL",),
    "谁也不审核、回访自己承办过的工单": ("UPDATE event SET action = 'follow_up' WHERE action = 'contact'",),
    "反映人和该回避的人不承办，也不被转给": (
        f"UPDATE reporter SET account_id = {HOLDER} WHERE work_order_id = {IN_PROGRESS}",
        f"INSERT INTO recusal (work_order_id, account_id, created_at) SELECT id, assignee_id, created_at"
        f" FROM work_order WHERE id = {IN_PROGRESS}",
    ),
    "每件工单有一位、也只有一位主反映人，并且没有离开；拆分件没有反映人": (
        f"UPDATE reporter SET is_first = (1 = 0) WHERE work_order_id = {IN_PROGRESS}",
        f"UPDATE reporter SET left_at = created_at WHERE work_order_id = {IN_PROGRESS}",
    ),
    "紧急的从不进待认领": (of(POOLED, "class_code = 'P1'"),),
    "离岗的人手里没有工单": (
        f"UPDATE posting SET ended_at = started_at WHERE account_id = {HOLDER}",
        f"UPDATE account SET state = 'deactivated' WHERE id = {HOLDER}",
    ),
    "工单记着的协办件数就是还没有反馈的协办": (of(IN_PROGRESS, "open_tasks = 1"),),
    "工单记着的分件数就是还没有结束的分件": (
        of(IN_PROGRESS, "open_parts = 1"),
        of(IN_PROGRESS, f"parent_id = {POOLED}"),
    ),
    "并案只有一层，并到谁就记着谁": (
        of(IN_PROGRESS, f"merged_into_id = {POOLED}"),
        of(IN_PROGRESS, "status = 'merged'"),
        of(IN_PROGRESS, "status = 'merged', merged_into_id = id"),
    ),
    "归档的都说明怎样归档的": (of(RESOLVED, "status = 'closed', closed_at = resolved_at"),),
    "没有说不出去的消息": ("UPDATE outbox SET done_at = NULL WHERE id = (SELECT min(id) FROM outbox)",),
}
CASES = [(one, broken) for one in INVARIANTS for broken in BREAKS.get(one.sentence, ())]


def found(connection, invariant):
    statement = text(invariant.finds)
    if ":now" not in invariant.finds:
        return list(connection.scalars(statement))
    return list(connection.scalars(statement.bindparams(bindparam("now", type_=UTCDateTime)), {"now": NOW}))


def test_each_of_them_is_broken_here():
    assert BREAKS.keys() == {one.sentence for one in INVARIANTS}


def test_each_finds_what_breaks_it(month):
    """In one test, for the month that is looked at takes long to play."""
    for invariant, broken in CASES:
        finds_what_breaks_it(invariant, broken)


def finds_what_breaks_it(invariant, broken):
    with db.engine.connect() as connection:
        change = connection.begin()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        assert found(connection, invariant) == [], invariant.sentence
        assert connection.execute(text(broken)).rowcount > 0, broken
        assert found(connection, invariant) != [], broken
        change.rollback()


def wechat(*, away=False, more=None):
    known = db.session.scalars(select(Delivery.msgid).where(Delivery.msgid.is_not(None))).all()
    end_reading()
    return SimpleNamespace(taken=dict.fromkeys(known, "somebody") | (more or {}), is_away=lambda _at: away)


def sentences(wechat):
    return [one.sentence for one in checks.broken(NOW, wechat, 1)]


def test_nothing_is_broken_after_the_month(month):
    assert sentences(wechat()) == []


def test_a_message_that_was_sent_twice_is_noticed(month):
    assert sentences(wechat(more={1: "simulated-resident-1"})) == ["微信收下的每一条都记着一次发送"]


def test_what_waits_although_wechat_is_there_is_noticed(month):
    with transaction():
        letter = db.session.scalars(select(Delivery).order_by(Delivery.id)).first()
        kept, letter.state = letter.state, "owed"
        letter_id = letter.id
    assert sentences(wechat()) == ["微信通着的时候没有积压"]
    assert sentences(wechat(away=True)) == []
    with transaction():
        db.session.get(Delivery, letter_id).state = kept


def test_lines_that_were_changed_are_noticed(month):
    say("another")
    assert sentences(wechat()) == ["办理记录写下以后没有被改过"]
    say("reporter")


def say(visible):
    with transaction():
        db.session.execute(update(Event).where(Event.action == "contact").values(visible=visible))
