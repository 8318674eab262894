"""The comparison is honest: both sides give the same answers, write the same rows and keep the same promises."""

import subprocess
import sys
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
import pytest
import time_machine
from werkzeug.test import Client

from app import trail
from bench import house as houses
from bench import profiling, report, run, servers
from bench.bare import Bare
from bench.doors import DOORS, Door, Request
from bench.load import Tally
from bench.measure import Failed, Result, Slice, Spread, _check

ORDERS = 120
READS = [door for door in DOORS if not door.writes]
WRITES = [door for door in DOORS if door.writes]
TABLES = ("work_order", "reporter", "event", "event_text", "timer", "assignment", "outbox", "idempotency_key", "audit")
# What is drawn anew for each request, encrypted, or counts how often a row was written.
DRAWN = {"number", "public_id", "digest", "request_id", "key", "version", "id", "work_order_id"}


@pytest.fixture(scope="module")
def house(database_kind):
    with houses.houses([database_kind]) as maker:
        yield maker.make(database_kind, ORDERS)


@pytest.fixture(scope="module")
def sides(house):
    """A client of each side, over the same database."""
    settings = house.environment
    bare = Bare(settings["DATABASE_URL"], settings["FIELD_KEYS"], settings["SEAL_KEY"])
    with profiling.application(house) as app:
        yield {"service": Client(app.wsgi_app), "bare": Client(bare)}


def ask(client: Client, request: Request):
    return client.open(request.path, method=request.method, headers=list(request.headers.items()), data=request.body)


def rows(house, table: str) -> list[dict[str, Any]]:
    found = house.store.run(f"SELECT * FROM {table}")
    if house.kind == "sqlite":
        names = [row[1] for row in house.store.run(f"PRAGMA table_info({table})")]
    else:
        statement = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
        names = [row[0] for row in house.store.run(statement, table)]
    return [dict(zip(names, row, strict=True)) for row in found]


def everything(house) -> dict[str, list[dict[str, Any]]]:
    return {table: sorted(rows(house, table), key=repr) for table in TABLES}


def written(before, after) -> dict[str, list[dict[str, Any]]]:
    """Rows that are new or different, without what differs by chance."""
    return {
        table: sorted((comparable(row) for row in after[table] if row not in before[table]), key=repr)
        for table in TABLES
    }


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(name, value) for name, value in row.items() if name not in DRAWN}


def plain(name: str, value: Any) -> Any:
    """Ciphers by their length in hundreds of bytes, JSON by what it says."""
    if isinstance(value, bytes | memoryview):
        return f"{round(len(bytes(value)), -2)} bytes"
    if name == "facts":
        facts = orjson.loads(value) if isinstance(value, str) else value
        return {key: one for key, one in facts.items() if key != "number"}
    return value


def shape(value: Any) -> Any:
    """Keys and kinds of a JSON value."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


def assert_alike(one, other) -> None:
    """The same keys, kinds and orders; sentences may be worded differently as long as they are about as long."""
    assert shape(one.json) == shape(other.json)
    assert len(other.data) == pytest.approx(len(one.data), rel=0.05)
    assert bool(one.headers.get("ETag")) == bool(other.headers.get("ETag"))


def numbers_in(answer) -> list[str]:
    return [item["number"] for item in answer.json.get("items", [answer.json])]


@pytest.mark.parametrize("door", READS, ids=lambda door: door.name)
def test_both_sides_show_the_same_orders_in_the_same_shape(house, sides, door: Door):
    with time_machine.travel(datetime.now(UTC), tick=False):
        for request in islice(door.requests(house), 30):
            one, other = (ask(client, request) for client in sides.values())
            assert one.status_code == other.status_code == door.expected
            assert_alike(one, other)
            assert numbers_in(one) == numbers_in(other)


@pytest.mark.parametrize("door", WRITES, ids=lambda door: door.name)
def test_both_sides_write_the_same_rows_and_answer_alike(house, sides, door: Door):
    request, found = next(door.requests(house)), {}
    with time_machine.travel(datetime.now(UTC), tick=False):
        for name, client in sides.items():
            before = everything(house)
            answer = ask(client, request)
            assert answer.status_code == door.expected, answer.get_data(as_text=True)
            found[name] = (written(before, everything(house)), answer)
            house.baseline.restore()
    (service_rows, service_answer), (bare_rows, bare_answer) = found["service"], found["bare"]
    assert service_rows == bare_rows
    assert service_rows["event"]
    assert service_rows["outbox"]
    assert_alike(service_answer, bare_answer)
    assert service_answer.json["status"] == bare_answer.json["status"]


@pytest.mark.parametrize("door", WRITES, ids=lambda door: door.name)
def test_both_sides_give_a_repeated_command_its_first_answer(house, sides, door: Door):
    for client, request in zip(sides.values(), islice(door.requests(house), 2), strict=True):
        first = ask(client, request)
        before = everything(house)
        assert ask(client, request).json == first.json
        other = Request("POST", request.path, request.token, request.key, b'{"category":"NOISE"}')
        assert ask(client, other).status_code == 422
        assert everything(house) == before
    house.baseline.restore()


def test_both_sides_seal_their_events_with_a_digest_that_can_be_checked(house, sides):
    with time_machine.travel(datetime.now(UTC), tick=False):
        for client in sides.values():
            known = {row["id"] for row in rows(house, "event")}
            number = ask(client, next(WRITES[1].requests(house))).json["number"]
            made = [row for row in rows(house, "event") if row["id"] not in known]
            assert {row["action"] for row in made} == {"submit", "accept"}
            for row in made:
                sealed = {key: value for key, value in row.items() if key not in ("id", "work_order_id", "digest")}
                sealed |= {
                    "number": number,
                    "at": house.store.read_moment(row["at"]),
                    "facts": house.store.read_json(row["facts"]),
                }
                assert row["digest"] == trail.digest(sealed)
    house.baseline.restore()


def test_both_sides_let_one_claim_win_and_hide_what_is_foreign(house, sides):
    claims = list(WRITES[0].requests(house))
    for client, claim in zip(sides.values(), claims, strict=False):
        grid = next(grid for number, grid in house.city.pooled if number in claim.path)
        colleagues = [token for _, token in house.city.workers[grid] if token != claim.token]
        stranger = next(workers[0][1] for other, workers in house.city.workers.items() if other != grid)
        again = [
            Request("POST", claim.path, token, f"again-{index}-key", b"{}") for index, token in enumerate(colleagues)
        ]
        assert ask(client, Request("POST", claim.path, stranger, "stranger-key", b"{}")).status_code == 404
        assert ask(client, claim).status_code == 200
        assert {ask(client, one).status_code for one in again} == {409}
        assert ask(client, Request("GET", claim.path.rsplit("/", 1)[0], "nobody")).status_code in (401, 404)
        assert ask(client, Request("GET", "/api/worker/pool", "nobody")).status_code == 401
    house.baseline.restore()


def test_an_unchanged_list_is_told_by_304_on_both_sides(house, sides):
    request = next(READS[1].requests(house))
    for client in sides.values():
        etag = ask(client, request).headers["ETag"]
        again = client.get(request.path, headers=[*request.headers.items(), ("If-None-Match", etag)])
        assert (again.status_code, again.get_data()) == (304, b"")


def test_a_slice_that_wrote_leaves_no_trace(house, sides):
    before = everything(house)
    for door in WRITES:
        for request in islice(door.requests(house), 5):
            assert ask(sides["bare"], request).status_code == door.expected
    assert everything(house) != before
    house.baseline.restore()
    after = everything(house)
    for row in (*before["work_order"], *after["work_order"]):
        row.pop("version")
    assert after == before


def test_the_bench_runs_and_tells_every_door(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "OUT", tmp_path / "some" / "where" / "out")
    report.OUT.parent.mkdir(parents=True)
    options = ["--databases", "sqlite", "--orders", "80", "--pairs", "2", "--seconds", "0.1", "--profiled", "20"]
    assert run.main(options) == 0
    told = capsys.readouterr().out
    assert all(told.count(f"\n{door.name} ") == 1 for door in DOORS)
    assert "most expensive" in told
    (path,) = report.OUT.iterdir()
    kept = orjson.loads(path.read_bytes())
    assert {one["door"] for one in kept["results"]} == {door.name for door in DOORS}
    for one in kept["results"]:
        assert len(one["service"]) == len(one["bare"]) == 2
        assert one["share_of_limit"]["least"] <= one["share_of_limit"]["middle"] <= one["share_of_limit"]["most"]
        assert one["share_of_limit"]["least"] > 0
    assert all(one["ours"] and one["libraries"] for one in kept["most_expensive"])


def test_a_share_is_the_limit_s_cpu_over_the_service_s_pair_by_pair():
    service = [Slice(cpu, rate, 1, 0) for cpu, rate in ((2000, 500), (4000, 250), (1000, 900))]
    bare = [Slice(cpu, rate, 1, 0) for cpu, rate in ((1000, 1000), (1000, 1000), (1000, 1000))]
    result = Result("sqlite", 10, "claim", service, bare)
    assert result.share_of_limit() == Spread(0.25, 0.5, 1.0)
    assert result.share_of_throughput() == Spread(0.25, 0.5, 0.9)
    assert "0.25" in report.table([result])


def test_answers_that_are_not_what_the_door_gives_stop_the_bench():
    class Named:
        name = "service"

    _check(Named(), Tally(1.0, 1000, 2, b""))  # type: ignore[arg-type]
    with pytest.raises(Failed, match="service: 40 of 1000 refused"):
        _check(Named(), Tally(1.0, 1000, 40, b"HTTP/1.1 503"))  # type: ignore[arg-type]


def test_the_cpu_of_a_process_counts_its_ended_children():
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    parent = (
        "import subprocess, sys\n"
        f"subprocess.run([sys.executable, '-c', {burn!r}])\n"
        "print('done', flush=True)\nsys.stdin.read()"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        assert servers.cpu_s([process.pid]) >= 0.3
    finally:
        process.communicate(timeout=10)


def test_a_server_that_is_not_durable_is_not_measured(monkeypatch):
    monkeypatch.setattr(houses, "DURABLE", ("fsync", "wal_log_hints"))
    with pytest.raises(houses.NotDurable, match="wal_log_hints"), houses.houses(["postgresql"]):
        pass
