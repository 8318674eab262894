"""What must be true of whoever has, reported or verifies an order, and of orders that belong together."""

from app.simulation.invariant import Invariant, named
from app.work_orders.workflow import ENDED, OPEN, Action, Status

IN_HAND = (Status.ASSIGNED, Status.IN_PROGRESS)
VERIFIES = (Action.FOLLOW_UP, Action.SEND_BACK)

OF_PEOPLE = (
    Invariant(
        "谁也不审核、回访自己承办过的工单",
        f"""SELECT w.number FROM event e JOIN work_order w ON w.id = e.work_order_id
        WHERE e.action IN ({named(VERIFIES)}) AND EXISTS (SELECT 1 FROM assignment a
            WHERE a.work_order_id = e.work_order_id AND a.account_id = e.actor_id AND a.started_at < e.at)""",
    ),
    Invariant(
        "反映人和该回避的人不承办，也不被转给",
        f"""SELECT number FROM work_order w WHERE status IN ({named(OPEN)}) AND EXISTS (
            SELECT 1 FROM reporter r WHERE r.work_order_id IN (w.id, w.parent_id) AND r.left_at IS NULL
                AND (r.account_id = w.assignee_id OR r.account_id = w.offered_to_id)
            UNION ALL SELECT 1 FROM recusal c WHERE c.work_order_id = w.id
                AND (c.account_id = w.assignee_id OR c.account_id = w.offered_to_id))""",
    ),
    Invariant(
        "每件工单有一位、也只有一位主反映人，并且没有离开；拆分件没有反映人",
        """SELECT number FROM work_order w WHERE (SELECT coalesce(sum(CASE WHEN r.is_first THEN 1 ELSE 0 END), 0)
            FROM reporter r WHERE r.work_order_id = w.id) <> CASE WHEN w.parent_id IS NULL THEN 1 ELSE 0 END
        OR w.parent_id IS NULL AND NOT EXISTS (SELECT 1 FROM reporter r WHERE r.work_order_id = w.id
            AND r.is_first AND r.left_at IS NULL)""",
    ),
    Invariant(
        "紧急的从不进待认领",
        """SELECT number FROM work_order WHERE status = 'pooled' AND class_code IN ('P0', 'P1')""",
    ),
    Invariant(
        "离岗的人手里没有工单",
        f"""SELECT number FROM work_order w WHERE status IN ({named(IN_HAND)}) AND NOT EXISTS (SELECT 1 FROM posting p
            JOIN account a ON a.id = p.account_id WHERE p.account_id = w.assignee_id AND p.ended_at IS NULL
            AND a.state = 'active')""",
    ),
    Invariant(
        "工单记着的协办件数就是还没有反馈的协办",
        """SELECT number FROM work_order w WHERE open_tasks <>
        (SELECT count(*) FROM task t WHERE t.work_order_id = w.id AND t.ended_at IS NULL)""",
    ),
    Invariant(
        "工单记着的分件数就是还没有结束的分件",
        f"""SELECT number FROM work_order w WHERE open_parts <> (SELECT count(*) FROM work_order p
            WHERE p.parent_id = w.id AND p.status NOT IN ({named((*ENDED, "resolved"))}))""",
    ),
    Invariant(
        "并案只有一层，并到谁就记着谁",
        """SELECT w.number FROM work_order w LEFT JOIN work_order t ON t.id = w.merged_into_id
        WHERE (w.status = 'merged') <> (w.merged_into_id IS NOT NULL) OR t.status = 'merged' OR t.id = w.id""",
    ),
    Invariant(
        "归档的都说明怎样归档的",
        """SELECT number FROM work_order WHERE status = 'closed' AND (outcome IS NULL OR closed_at IS NULL)""",
    ),
    Invariant(
        "没有说不出去的消息",
        """SELECT coalesce(w.number, o.topic) FROM outbox o LEFT JOIN work_order w ON w.id = o.work_order_id
        WHERE o.done_at IS NULL""",
    ),
)
