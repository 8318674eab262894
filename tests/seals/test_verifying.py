"""Whatever is done to the trails past the house is found, by kind and place; whatever the house does is not."""

import json

import pytest

from app import secrets, trail
from app.db import walking
from app.seals import chain, reading
from app.seals.chain import Head
from app.work_orders import timeline
from tests.factories import an_order, writing
from tests.seals.hands import by_hand, fault, look, make_room, rows_of, seal

OTHER = {
    "at": "2026-03-09 00:00:00.000000+00:00", "actor_id": None, "round": 9, "facts": '{"a": 1}', "commitment": "0" * 64,
    "from_status": "withdrawn", "to_status": "withdrawn", "public_id": "A" * 22, "action": "recall",
    "visible": "nobody", "subject": "account:z",
}  # fmt: skip
COLUMNS = [
    *(("event", column) for column in timeline.LASTING),
    *(("audit", column) for column in trail.LASTING),
]


def place(table, row):
    return f"审计第 {row.id} 行（{row.action}）" if table == "audit" else row.public_id


def test_trails_that_nobody_touched_are_whole(sealed):
    found = look()
    assert found.fault is None
    assert found.rows == {"event": len(rows_of("event")), "audit": len(rows_of("audit"))}
    assert (found.sealed, found.young, found.erased) == (sum(found.rows.values()), 0, 0)
    assert found.rows["event"] >= 7
    assert found.rows["audit"] >= 3


def test_an_empty_house_is_whole(app):
    assert (look().fault, look().sealed) == (None, 0)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda one: one)
@pytest.mark.parametrize("when", ["sealed", "young"])
def test_every_column_that_lasts_is_watched(story, tmp_path, table, column, when):
    at, row = [(at, row) for at, row in enumerate(rows_of(table)) if row._mapping[column] is not None][-1]
    if when == "sealed":
        seal(tmp_path)
    by_hand(f"UPDATE {table} SET {column} = :value WHERE id = :id", value=OTHER[column], id=row.id)
    kind, where = fault()
    assert kind == "changed"
    assert place(table, rows_of(table)[at]) in where


@pytest.mark.parametrize("table", ["event", "audit"])
def test_a_row_written_anew_with_its_digest_is_not_the_row_that_was_sealed(sealed, table):
    row = rows_of(table)[1]
    forge(table, row, facts={"forged": True})
    kind, where = fault()
    assert kind == "replaced"
    assert place(table, row) in where


def forge(table, row, **changes):
    """Change a row together with its digest, which needs no key."""
    lasting = timeline.LASTING if table == "event" else trail.LASTING
    stored = next(one for one in typed(table) if one["id"] == row.id)
    told = {column: stored[column] for column in lasting} | changes
    if table == "event":
        told["number"] = stored["number"]
    values = {"facts": json.dumps(told["facts"]), "digest": trail.digest(told), "id": row.id}
    by_hand(f"UPDATE {table} SET facts = :facts, digest = :digest WHERE id = :id", **values)


def typed(table):
    """The rows as the house reads them."""
    with walking() as connection:
        return [dict(row._mapping) for row in connection.execute(reading.ROWS[table])]


@pytest.mark.parametrize("table", ["event", "audit"])
def test_a_row_that_is_gone_is_missed(sealed, table):
    row = rows_of(table)[1]
    by_hand(f"DELETE FROM {table} WHERE id = :id", id=row.id)
    kind, where = fault()
    assert kind == "missing"
    assert f"内部编号 {row.id}（" in where


@pytest.mark.parametrize("table", ["event", "audit"])
def test_two_rows_that_changed_places_are_found(sealed, table):
    one, other = rows_of(table)[:2]
    by_hand(f"UPDATE {table} SET id = 0 WHERE id = :id", id=one.id)
    by_hand(f"UPDATE {table} SET id = :new WHERE id = :id", new=one.id, id=other.id)
    by_hand(f"UPDATE {table} SET id = :new WHERE id = 0", new=other.id)
    kind, where = fault()
    assert kind in ("swapped", "text_changed")
    assert place(table, rows_of(table)[0]) in where


@pytest.mark.parametrize("table", ["event", "audit"])
def test_a_line_that_another_order_or_number_took_over_is_found(sealed, city, table):
    other = an_order(city)
    row = rows_of(table)[0]
    if table == "event":
        by_hand("UPDATE event SET work_order_id = :order WHERE id = :id", order=other.id, id=row.id)
        assert fault()[0] == "changed"
    else:
        by_hand("UPDATE audit SET id = 900000 WHERE id = :id", id=row.id)
        assert fault()[0] == "missing"


def insert_copy(table, row, new_id, digest=None):
    columns = [column for column in row._mapping if column not in ("id", "digest", "public_id")]
    names, public_id = ", ".join(columns), secrets.public_id()
    if table == "event":
        stored = next(one for one in typed(table) if one["id"] == row.id)
        told = {column: stored[column] for column in timeline.LASTING} | {"commitment": None, "public_id": public_id}
        digest = trail.digest({"number": stored["number"], **told})
        values = {"id": new_id, "from_id": row.id, "digest": digest, "public_id": public_id}
        source = names.replace("commitment", "NULL")
        by_hand(
            f"INSERT INTO event (id, public_id, digest, {names}) SELECT :id, :public_id, :digest, {source} FROM event"
            " WHERE id = :from_id",
            **values,
        )
    else:
        by_hand(
            f"INSERT INTO audit (id, digest, {names}) SELECT :id, digest, {names} FROM audit WHERE id = :from_id",
            id=new_id, from_id=row.id,
        )  # fmt: skip


@pytest.mark.parametrize("table", ["event", "audit"])
def test_a_row_put_in_between_old_ones_is_found_and_never_sealed(app, city, later, tmp_path, table):
    with writing():
        trail.audit("places.imported", "places", added=1)
    order = an_order(city)
    gap = rows_of(table)[0]
    make_room(table)
    seal(tmp_path)
    later(hours=2)
    an_order(city)
    with writing():
        trail.audit("places.imported", "places", added=2)
    seal(tmp_path)
    assert fault() is None
    insert_copy(table, rows_of(table)[0], gap.id)
    kind, where = fault()
    assert kind == "inserted"
    assert (order.number if table == "event" else f"审计第 {gap.id} 行") in where
    before = look().sealed
    seal(tmp_path)
    assert (fault()[0], look().sealed) == ("inserted", before)


@pytest.mark.parametrize("table", ["event", "audit"])
def test_a_row_committed_late_is_sealed_without_alarm(city, later, tmp_path, table):
    with writing():
        trail.audit("places.imported", "places", added=1)
    an_order(city)
    early = rows_of(table)[0].id
    make_room(table)
    seal(tmp_path)
    later(minutes=40)
    insert_copy(table, rows_of(table)[0], early)
    assert (fault(), look().young) == (None, 1)
    seal(tmp_path)
    later(hours=30)
    an_order(city)
    with writing():
        trail.audit("places.imported", "places", added=2)
    seal(tmp_path)
    assert (fault(), look().young) == (None, 0)


def test_a_sweep_that_stood_still_for_hours_makes_no_false_alarm(city, later, tmp_path):
    an_order(city)
    early = rows_of("event")[0].id
    make_room("event")
    seal(tmp_path)
    later(minutes=1)
    insert_copy("event", rows_of("event")[0], early)
    later(hours=9)
    an_order(city)
    assert fault() is None
    seal(tmp_path)
    assert (fault(), look().young) == (None, 0)


# texts


def test_words_that_were_changed_are_found(sealed):
    row = rows_of("event_text")[0]
    by_hand("UPDATE event_text SET text = :text WHERE event_id = :id", text=secrets.encrypt("别的话"), id=row.event_id)
    assert fault()[0] == "text_changed"


def test_words_that_nobody_can_open_are_found(sealed):
    row = rows_of("audit_text")[0]
    by_hand("UPDATE audit_text SET text = :text WHERE audit_id = :id", text=b"gAAAA", id=row.audit_id)
    assert fault()[0] == "text_unreadable"


def test_words_put_beside_a_row_that_had_none_are_found(sealed):
    bare = next(row for row in rows_of("event") if row.commitment is None)
    values = {"id": bare.id, "salt": "0" * 32, "text": secrets.encrypt("新的话")}
    by_hand("INSERT INTO event_text (event_id, salt, text) VALUES (:id, :salt, :text)", **values)
    kind, where = fault()
    assert (kind, bare.public_id in where) == ("text_added", True)


@pytest.mark.parametrize("table", ["event_text", "audit_text"])
def test_words_that_vanished_without_a_record_of_their_erasure_are_missed(sealed, table):
    by_hand(f"DELETE FROM {table}")
    assert fault()[0] == "texts_lost"


def test_words_erased_by_the_rule_leave_whole_trails(sealed, tmp_path):
    with writing():
        erased = trail.erase_texts(["account:x"])
        trail.audit(trail.ERASED, "account:x", texts=erased)
    assert erased == 1
    assert (fault(), look().erased) == (None, 1)
    seal(tmp_path)
    assert fault() is None
    by_hand("DELETE FROM event_text")
    assert fault()[0] == "texts_lost"


# seals


@pytest.mark.parametrize("column", ["trail", "row_id", "digest", "at", "head"])
@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_changed_seal_breaks_the_chain_there(sealed, column, which):
    seals = rows_of("seal")
    row = seals[{"first": 0, "middle": len(seals) // 2, "last": -1}[which]]
    other = {"trail": "other", "row_id": 99999, "digest": "0" * 64, "at": OTHER["at"], "head": "0" * 64}[column]
    by_hand(f"UPDATE seal SET {column} = :value WHERE no = :no", value=other, no=row.no)
    assert fault() == ("seal_changed", f"第 {row.no} 号封存")


@pytest.mark.parametrize("no", [1, 4])
def test_a_missing_seal_is_missed(sealed, no):
    by_hand("DELETE FROM seal WHERE no = :no", no=no)
    assert fault() == ("seal_missing", f"第 {no} 号封存")


def test_two_seals_that_changed_places_break_the_chain(sealed):
    by_hand("UPDATE seal SET no = 0 WHERE no = 3")
    by_hand("UPDATE seal SET no = 3 WHERE no = 4")
    by_hand("UPDATE seal SET no = 4 WHERE no = 0")
    assert fault() == ("seal_changed", "第 3 号封存")


def test_another_key_is_told_from_a_changed_seal(sealed, monkeypatch):
    ours = secrets.keys()
    with monkeypatch.context() as patched:
        patched.setattr(secrets, "_keys", secrets.Keys(ours.fields, ours.index, b"another key of thirty-two bytes ."))
        assert fault() == ("wrong_key", "第 1 号封存")
    assert fault() is None


def test_an_end_that_was_cut_off_is_found_by_the_head_kept_outside(sealed):
    end = look().end
    last = rows_of("seal")[-1]
    by_hand("DELETE FROM seal WHERE no = :no", no=last.no)
    by_hand(f"DELETE FROM {last.trail} WHERE id = :id", id=last.row_id)
    assert look().fault is None
    found = look(known=end).fault
    assert (found.kind, found.where) == ("cut", f"第 {end.no} 号封存")


def test_a_head_that_the_chain_does_not_run_through_is_found(sealed):
    assert look(known=Head(3, "0" * 64)).fault.kind == "cut"
    assert look(known=Head(3, rows_of("seal")[2].head)).fault is None


def test_a_walk_goes_on_from_batch_to_batch(sealed, monkeypatch):
    whole = look()
    monkeypatch.setattr(chain, "BATCH", 2)
    assert look() == whole
    row = rows_of("event")[-1]
    by_hand("UPDATE event SET round = 9 WHERE id = :id", id=row.id)
    assert fault()[0] == "changed"
