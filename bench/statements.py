"""The SQL of the bare version: one statement for each thing, `%s` for values on both databases."""

PERSON = """
SELECT a.id, d.on_duty, p.role, t.level, t.id, t.community_id, k.fingerprint, k.status, k.answer
FROM access_token x JOIN account a ON a.id = x.account_id
LEFT JOIN idempotency_key k ON k.account_id = a.id AND k.operation = %s AND k.key = %s
LEFT JOIN duty d ON d.account_id = a.id
LEFT JOIN posting p ON p.account_id = a.id AND p.ended_at IS NULL
LEFT JOIN territory t ON t.id = p.territory_id
WHERE x.hash = %s AND x.revoked_at IS NULL AND x.expires_at > %s AND a.state = 'active'
"""
PLACE = """
SELECT c.id, c.name, c.lat, c.lng, c.grid_id, b.units, b.grid_id,
       t.city_id, t.district_id, t.subdistrict_id, t.community_id
FROM compound c JOIN territory t ON t.id = c.community_id
LEFT JOIN building b ON b.compound_id = c.id AND b.name = %s
WHERE c.public_id = %s
"""


def insert(table: str, columns: str, rows: int = 1, returning: str = "") -> str:
    """An INSERT of these columns; with `returning` it gives the rows back."""
    names = [f'"{name}"' for name in columns.split()]
    places = "(" + ", ".join("%s" for _ in names) + ")"
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([places] * rows)}"
    return statement + (f" RETURNING {returning}" if returning else "")


NEW_ORDER = insert(
    "work_order",
    "number status version round category_code class_code channel city_id district_id subdistrict_id community_id"
    " grid_id lead_unit_id compound_id building unit lat lng place_text unplaced description answers confidential"
    " emergency unchecked hidden rule_code misses created_at changed_at accepted_at sign_due_at contact_due_at due_at"
    " original_due_at due_provisional counted_from span moved step_due_at",
    returning="id",
)
NEW_REPORTER = insert("reporter", "work_order_id account_id contact is_first created_at")
EVENT_COLUMNS = "work_order_id public_id at action actor_id from_status to_status round visible facts digest"
NEW_EVENT, NEW_EVENTS = insert("event", EVENT_COLUMNS), insert("event", EVENT_COLUMNS, rows=2)
NEW_TIMERS = insert("timer", "work_order_id kind round due_at", rows=7)
NEW_ASSIGNMENT = insert("assignment", "work_order_id account_id unit_id how started_at")
NEW_OWED = insert("outbox", "topic work_order_id facts request_id created_at due_at lease_until attempts")
NEW_KEY = insert("idempotency_key", "account_id operation key fingerprint status answer created_at")

ORDER_COLUMNS = (
    "number, status, class_code, category_code, place_text, building, unit, address, lat, lng, unplaced, created_at,"
    " due_at, sign_due_at, contact_due_at, round, emergency, confidential, unchecked, result, version, assignee_id"
)
PREFIXED = ", ".join(f"w.{name.strip()}" for name in ORDER_COLUMNS.split(","))
TO_CLAIM = f"""
SELECT w.id, w.lead_unit_id, w.city_id, w.district_id, w.subdistrict_id, w.community_id, w.grid_id,
       w.claimed_at, w.responded_at,
       (SELECT count(*) FROM assignment s WHERE s.account_id = %s AND s.ended_at IS NULL),
       {PREFIXED}
FROM work_order w
WHERE w.number = %s AND (w.grid_id = %s OR w.community_id = %s AND w.grid_id IS NULL OR w.assignee_id = %s)
  AND w.id NOT IN (SELECT work_order_id FROM reporter WHERE account_id = %s AND left_at IS NULL)
"""
CLAIM = """
UPDATE work_order SET status = 'in_progress', version = version + 1, assignee_id = %s, changed_at = %s,
       claimed_at = %s, responded_at = %s, misses = 0, step_due_at = NULL
WHERE id = %s AND version = %s AND status = 'pooled' RETURNING id
"""

SUMMARY = (
    "number, status, category_code, class_code, place_text, substr(description, 1, 80), created_at, due_at,"
    " contacted_at, emergency, id"
)
IN_POOL = "(grid_id = %s OR community_id = %s AND grid_id IS NULL)"
REPORTED = "id IN (SELECT work_order_id FROM reporter WHERE account_id = %s AND left_at IS NULL)"
NOT_RECUSED = "id NOT IN (SELECT work_order_id FROM recusal WHERE account_id = %s)"
POOL = (
    f"SELECT {SUMMARY} FROM work_order WHERE status = 'pooled' AND {IN_POOL} AND NOT {REPORTED} AND {NOT_RECUSED}"
    " ORDER BY created_at, id LIMIT %s"
)
IS_FIRST = "(SELECT r.is_first FROM reporter r WHERE r.work_order_id = work_order.id AND r.account_id = %s)"
OWN = f"SELECT {SUMMARY}, {IS_FIRST} FROM work_order WHERE {REPORTED} ORDER BY created_at DESC, id DESC LIMIT %s"

DETAIL = f"""
SELECT {PREFIXED}, w.description, w.answers, w.id, a.name
FROM work_order w LEFT JOIN account a ON a.id = w.assignee_id
WHERE w.number = %s AND w.{REPORTED}
"""
OWN_RATING = """
SELECT g.answered, g.solved, g.satisfied, g.comment, g.created_at
FROM reporter r LEFT JOIN rating g ON g.work_order_id = r.work_order_id AND g.reporter_id = r.id AND g.round = %s
WHERE r.work_order_id = %s AND r.account_id = %s AND r.left_at IS NULL
"""
PHOTOS = """
SELECT public_id, state, purpose, round FROM photo
WHERE work_order_id = %s AND (state = 'visible' OR owner_id = %s) ORDER BY id
"""
TIMELINE = """
SELECT e.at, e.action, e.actor_id, e.facts, x.text, a.name
FROM event e LEFT JOIN event_text x ON x.event_id = e.id LEFT JOIN account a ON a.id = e.actor_id
WHERE e.work_order_id = %s AND e.visible = 'reporter' ORDER BY e.id
"""
CATEGORIES = "SELECT code, name, class_code, photo_required FROM category WHERE active"
RULES = "SELECT code, name, category_code, version FROM routing_rule WHERE active ORDER BY position, id"
