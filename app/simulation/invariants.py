"""What must be true of every order at any moment, each as a sentence and one statement that finds what breaks it."""

from app.simulation.invariant import Invariant, named
from app.simulation.invariants_of_people import OF_PEOPLE
from app.work_orders.due_dates import WATCHED
from app.work_orders.side_records import LIVES_IN
from app.work_orders.workflow import ACTIVE, OPEN, PAUSED, TRANSITIONS, Action, Status


def _ways() -> list[str]:
    """Every way there is, as action:from:to."""
    found = []
    for action, way in TRANSITIONS.items():
        for start in way.sources:
            stays = (start,) if start is not None and (not way.targets or way.may_stay) else ()
            found += [f"{action}:{start or ''}:{end}" for end in (*way.targets, *stays)]
    return found


IN_HAND = (Status.ASSIGNED, Status.IN_PROGRESS)
ACCEPTED = (Status.POOLED, *IN_HAND, Status.RESOLVED)
STEPS = ("submitted:accept", "submitted:appeal", "pooled:claim", "awaiting_resident:answer")
WAITS = (Status.SUBMITTED, Status.POOLED, *PAUSED)
MOVERS = (
    Action.ANSWER, Action.RESUME, Action.REWORK, Action.REOPEN, Action.RECATEGORISE, Action.DECIDE_CATEGORY,
    Action.ABSORB, Action.UNMERGE, Action.RULE,
)  # fmt: skip
"""Besides an approved extension, what may give an accepted order another due date."""
PLACES = [f"{kind}:{status}" for kind, statuses in LIVES_IN.items() for status in statuses]
_CURRENT = "SELECT 1 FROM assignment a WHERE a.work_order_id = w.id AND a.ended_at IS NULL"
_OPEN_RECORDS = "FROM side_record s WHERE s.work_order_id = w.id AND s.ended_at IS NULL"
_LINES = """
SELECT w.number, w.status, w.round AS round_now, e.id, e.action, e.from_status, e.to_status, e.round,
       lag(e.to_status) OVER t AS former, lag(e.round) OVER t AS former_round,
       lead(e.id) OVER t AS later
FROM event e JOIN work_order w ON w.id = e.work_order_id WINDOW t AS (PARTITION BY e.work_order_id ORDER BY e.id)
"""

OF_STATES = (
    Invariant(
        "一件工单至多一位承办人，承办记录和工单上写的一致",
        f"""SELECT number FROM work_order w WHERE CASE WHEN w.status IN ({named(OPEN)}) AND w.assignee_id IS NOT NULL
        THEN (SELECT count(*) FROM assignment a WHERE a.work_order_id = w.id AND a.ended_at IS NULL
              AND a.account_id = w.assignee_id) <> 1
             OR (SELECT count(*) FROM assignment a WHERE a.work_order_id = w.id AND a.ended_at IS NULL) <> 1
        ELSE EXISTS ({_CURRENT}) END""",
    ),
    Invariant(
        "待签收、办理中、已办结的有承办人，待受理、待认领、不予受理的没有",
        f"""SELECT number FROM work_order WHERE assignee_id IS NULL AND status IN ({named((*IN_HAND, "resolved"))})
        OR assignee_id IS NOT NULL AND status IN ('submitted', 'pooled', 'declined')""",
    ),
    Invariant(
        "每一步都从上一步停下的地方开始，最后一步停在工单现在的状态",
        f"""SELECT number FROM ({_LINES}) l WHERE coalesce(from_status, '') <> coalesce(former, '')
        OR later IS NULL AND to_status <> status""",
    ),
    Invariant(
        "每一步都是流程表里有的一步",
        f"""SELECT number FROM ({_LINES}) l
        WHERE action || ':' || coalesce(from_status, '') || ':' || to_status NOT IN ({named(_ways())})""",
    ),
    Invariant(
        "办理轮次只随返工和重办加一",
        f"""SELECT number FROM ({_LINES}) l WHERE later IS NULL AND round <> round_now
        OR round - coalesce(former_round, 1) <> CASE WHEN action IN ('rework', 'reopen') THEN 1 ELSE 0 END""",
    ),
    Invariant(
        "没有记录就没有变化",
        """SELECT number FROM work_order w WHERE changed_at <>
        (SELECT e.at FROM event e WHERE e.work_order_id = w.id ORDER BY e.id DESC LIMIT 1)
        OR NOT EXISTS (SELECT 1 FROM event e WHERE e.work_order_id = w.id)""",
    ),
    Invariant(
        "工单上写着的待答复事项就是还没有结束的那些",
        f"""SELECT number FROM work_order w WHERE EXISTS (SELECT 1 {_OPEN_RECORDS}
            AND ',' || w.beside || ',' NOT LIKE '%,' || s.kind || ',%')
        OR (SELECT count(*) {_OPEN_RECORDS}) <> CASE WHEN w.beside = '' THEN 0
            ELSE length(w.beside) - length(replace(w.beside, ',', '')) + 1 END""",
    ),
    Invariant(
        "待答复事项只在它该在的状态里开着",
        f"""SELECT w.number FROM work_order w JOIN side_record s ON s.work_order_id = w.id AND s.ended_at IS NULL
        WHERE s.kind || ':' || w.status NOT IN ({named(PLACES)})""",
    ),
    Invariant(
        "转给谁，等答复的就是谁",
        """SELECT w.number FROM work_order w LEFT JOIN side_record s ON s.work_order_id = w.id
        AND s.ended_at IS NULL AND s.kind = 'transfer' WHERE coalesce(w.offered_to_id, 0) <> coalesce(s.to_id, 0)""",
    ),
    Invariant(
        "暂停的记着从哪里、什么时候暂停，没有暂停的不记",
        f"""SELECT number FROM work_order WHERE (status IN ({named(PAUSED)}))
        <> (paused_at IS NOT NULL AND paused_from IS NOT NULL) OR (paused_at IS NULL) <> (paused_from IS NULL)""",
    ),
    Invariant(
        "待补充的有一个还没有回答的问题，别的没有",
        f"""SELECT number FROM work_order w WHERE (w.status = 'awaiting_resident')
        <> EXISTS (SELECT 1 {_OPEN_RECORDS} AND s.kind = 'question')""",
    ),
    Invariant(
        "等着人的工单都有不靠人的出路",
        f"""SELECT number FROM work_order w WHERE w.status IN ({named(WAITS)}) AND NOT EXISTS (SELECT 1 FROM timer t
            WHERE t.work_order_id = w.id AND t.round = w.round AND t.fired_at IS NULL AND t.due_at = w.step_due_at
                AND (w.status || ':' || t.kind IN ({named(STEPS)})
                    OR w.status = 'on_ledger' AND t.kind NOT IN ({named(WATCHED)})))
        OR w.status = 'assigned' AND CASE WHEN w.step_due_at IS NULL
            THEN NOT EXISTS (SELECT 1 FROM event e WHERE e.work_order_id = w.id AND e.action = 'warn'
                AND CAST(e.facts AS TEXT) LIKE '%_ended"%')
            ELSE NOT EXISTS (SELECT 1 FROM timer t WHERE t.work_order_id = w.id AND t.kind = 'sign'
                AND t.fired_at IS NULL AND t.due_at = w.step_due_at) END""",
    ),
    Invariant(
        "已办结的在等评价期满或者回访",
        """SELECT number FROM work_order w WHERE w.status = 'resolved' AND NOT EXISTS (SELECT 1 FROM timer t
            WHERE t.work_order_id = w.id AND t.kind = 'rate' AND t.round = w.round AND t.fired_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM follow_up f WHERE f.work_order_id = w.id AND f.ended_at IS NULL)""",
    ),
    Invariant(
        "回访只对已办结、已归档的工单，并且有期限",
        """SELECT w.number FROM work_order w JOIN follow_up f ON f.work_order_id = w.id AND f.ended_at IS NULL
        WHERE w.status NOT IN ('resolved', 'closed') OR NOT EXISTS (SELECT 1 FROM timer t
            WHERE t.work_order_id = w.id AND t.kind = 'follow_up_end' AND t.fired_at IS NULL)""",
    ),
    Invariant(
        "受理了才有时限，受理了就有时限",
        f"""SELECT number FROM work_order WHERE (due_at IS NULL) <> (accepted_at IS NULL)
        OR (due_at IS NULL) <> (original_due_at IS NULL)
        OR due_at IS NULL AND status IN ({named(ACCEPTED)})""",
    ),
    Invariant(
        "只有批准的延期、暂停、返工、重办和更正能改变办结时限",
        f"""SELECT number FROM work_order w WHERE due_at <> original_due_at AND parent_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.work_order_id = w.id AND e.action IN ({named(MOVERS)}))
        AND NOT EXISTS (SELECT 1 FROM side_record s WHERE s.work_order_id = w.id AND s.kind = 'extension'
            AND s.outcome = 'approved')""",
    ),
    Invariant(
        "到期的时限都有人看着",
        f"""SELECT number FROM work_order w WHERE status IN ({named(ACTIVE)}) AND due_at > :now
        AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.work_order_id = w.id AND t.kind = 'due'
            AND t.round = w.round AND t.fired_at IS NULL AND t.due_at = w.due_at)""",
    ),
    Invariant(
        "过了期的都标着超期，没过期的没有标",
        f"""SELECT number FROM work_order WHERE status IN ({named(ACTIVE)})
        AND CASE WHEN due_at <= :now THEN overdue_at IS NULL OR overdue_at <> due_at ELSE overdue_at IS NOT NULL END""",
    ),
    Invariant(
        "到了时间的定时都触发了",
        """SELECT w.number FROM timer t JOIN work_order w ON w.id = t.work_order_id
        WHERE t.fired_at IS NULL AND t.due_at <= :now""",
    ),
)
INVARIANTS = (*OF_STATES, *OF_PEOPLE)
