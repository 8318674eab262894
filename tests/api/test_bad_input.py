"""What bad input gets: a problem document with the right status and a sentence that says what to do; nothing stored."""

import io
import json

import pytest

from app.api import account, inbox, photos, public
from app.api.resident import work_orders as resident_orders
from app.api.shapes import Shape
from app.api.worker import duty
from app.api.worker import work_orders as worker_orders
from tests.api.asking import is_chinese, is_problem, pointers, report, rows, without
from tests.factories import a_manager, a_resident, key, signed_in

ORDERS = "/api/resident/work-orders"
POINT = {"lat": 36.6, "lng": 101.7, "coordinate_system": "gcj02", "address": "南门口"}
DEEP = 100_000


@pytest.fixture
def submit(client, city, resident):
    """Send a report that must be refused, and see that nothing is stored."""

    def send(status=422, body=None, **more):
        before = rows()
        sent = {"data": body} if isinstance(body, bytes | str) else {"json": body}
        answer = client.post(ORDERS, headers=resident | key(), **({"content_type": "application/json"} | sent | more))
        told = is_problem(answer, status)
        assert rows() == before
        return told

    return send


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"description": ""}, "#/description"),
        ({"description": " \n\t "}, "#/description"),
        ({"description": "长" * 5001}, "#/description"),
        ({"description": "😀" * 5001}, "#/description"),
        ({"description": "空\x00字"}, "#/description"),
        ({"description": "响\x07铃"}, "#/description"),
        ({"description": "退\x9b格"}, "#/description"),
        ({"description": None}, "#/description"),
        ({"description": 5}, "#/description"),
        ({"description": ["列表"]}, "#/description"),
        ({"category": "UNKNOWN"}, "#/category"),
        ({"category": "FACILITY"}, "#/category"),
        ({"category": "LIGHT\x00"}, "#/category"),
        ({"compound_id": "0" * 22}, "#/compound_id"),
        ({"compound_id": "x" * 23}, "#/compound_id"),
        ({"building": "9号楼"}, "#/building"),
        ({"unit": "9单元"}, "#/unit"),
        ({"building": "3号楼\x00"}, "#/building"),
        ({"photo_ids": ["0" * 22]}, "#/photo_ids"),
        ({"photo_ids": ["\x00"]}, "#/photo_ids/0"),
        ({"photo_ids": "one"}, "#/photo_ids"),
        ({"photo_ids": [1]}, "#/photo_ids/0"),
        ({"photo_ids": [f"photo{n}" for n in range(10)]}, "#/photo_ids"),
        ({"answers": ["floors"]}, "#/answers"),
        ({"answers": {"floors": "三层"}}, "#/answers/floors"),
        ({"answers": {"floors": 3}}, "#/answers/floors"),
        ({"confidential": "perhaps"}, "#/confidential"),
        ({"confidential": {}}, "#/confidential"),
        ({"contact_phone": "12345"}, "#/contact_phone"),
        ({"contact_phone": "+1 202 555 0123"}, "#/contact_phone"),
        ({"status": "closed"}, "#/status"),
        ({"class": "P0"}, "#/class"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
        (POINT, "#/compound_id"),
        ({"lat": 36.6}, "#/compound_id"),
    ],
)
def test_a_report_with_something_wrong_is_422_at_the_field(submit, city, changes, pointer):
    told = submit(body=report(city, **changes))
    assert pointer in pointers(told)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"lat": 91}, "#/lat"),
        ({"lng": -180.5}, "#/lng"),
        ({"lat": "north"}, "#/lat"),
        ({"lat": True}, "#/lat"),
        ({"lat": 10**30}, "#/lat"),
        ({"coordinate_system": "bd09"}, "#/coordinate_system"),
        ({"coordinate_system": 1}, "#/coordinate_system"),
        ({"address": ""}, "#/address"),
        ({"address": "门" * 201}, "#/address"),
        ({"building": "3号楼"}, "#/compound_id"),
    ],
)
def test_a_point_with_something_wrong_is_422_at_the_field(submit, changes, pointer):
    assert pointer in pointers(submit(body={"category": "NOISE", "description": "吵", **POINT, **changes}))


@pytest.mark.parametrize("missing", ["lat", "lng", "coordinate_system", "address"])
def test_half_a_point_is_422_and_says_what_a_place_needs(submit, missing):
    told = submit(body=without({"category": "NOISE", "description": "吵", **POINT}, missing))
    assert told["errors"] == [{"pointer": "#/address", "detail": "请在地图上选点，并写明具体位置。"}]


def test_several_faults_are_told_together_in_full(submit, city):
    told = submit(body=report(city, category="", description="长" * 5001, colour="red", photo_ids=["x"] * 10))
    assert without(told, "request_id") == {
        "type": "/problems/invalid-input",
        "title": "有内容需要修改，请按提示更正后再提交。",
        "status": 422,
        "errors": [
            {"pointer": "#/category", "detail": "请填写1到40个字。"},
            {"pointer": "#/description", "detail": "请填写1到5000个字。"},
            {"pointer": "#/photo_ids", "detail": "照片最多9张，请去掉多余的照片。"},
            {"pointer": "#/colour", "detail": "不认识的字段。"},
        ],
    }


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 400])
def test_numbers_that_no_computer_holds_are_refused(client, city, resident, word):
    body = json.dumps({"category": "NOISE", "description": "吵", **POINT}).replace("36.6", word)
    before = rows()
    answer = client.post(ORDERS, data=body, headers=resident | key(), content_type="application/json")
    assert answer.status_code in (400, 422)
    is_problem(answer, answer.status_code)
    assert rows() == before


@pytest.mark.parametrize(
    "text", ['"\\ud800"', '"\\udc00\\ud800"', '"好\\udfff"'], ids=["high", "turned round", "after a letter"]
)
def test_a_lone_surrogate_is_422_with_what_to_do(submit, city, text):
    told = submit(body=json.dumps(report(city)).replace('"NOISE"', text))
    assert told["title"] == "内容里有无法识别的字符，请删去表情或特殊符号后再提交。"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"not json",
        b"{'single': 1}",
        b'{"description": "\xff\xfe"}',
        b'{"a": 1}{"b": 2}',
        b"[" * DEEP + b"]" * DEEP,
        b'{"description":' * 300 + b"1" + b"}" * 300,
    ],
    ids=["cut", "words", "quotes", "not utf-8", "two", "very deep", "deep"],
)
def test_what_is_not_json_is_400(submit, body):
    told = submit(400, body)
    assert told["title"] == "请求内容无法识别，请更新到最新版本后再试。"


@pytest.mark.parametrize("body", [b"[]", b"[{}]", b'"words"', b"1", b"null", b"true"])
def test_json_that_is_no_object_is_422(submit, body):
    assert submit(422, body)["title"] == "请求内容应为一个对象。"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_kind_of_content_is_415(submit, kind):
    submit(415, b"{}", content_type=kind)


def test_a_body_far_longer_than_any_report_is_413(submit, city):
    submit(413, json.dumps(report(city, description="长" * 100_000)))


@pytest.mark.parametrize("size", [2**20, 12 * 2**20])
def test_a_body_sent_piece_by_piece_without_a_length_is_413_too(client, city, resident, size):
    environ = {
        "wsgi.input": io.BytesIO(b"x" * size),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    answer = client.post(ORDERS, headers=resident | key(), content_type="application/json", environ_overrides=environ)
    is_problem(answer, 413)


@pytest.mark.parametrize("path", ["/api/photos", ORDERS])
def test_who_is_refused_is_heard_out_so_that_the_answer_arrives(client, path):
    body = io.BytesIO(b"0" * 3_000_000)
    answer = client.post(path, environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True})
    is_problem(answer, 401)
    assert body.read() == b""


def test_who_never_stops_sending_is_not_heard_out(client):
    endless = Endless()
    answer = client.post("/api/photos", environ_overrides={"wsgi.input": endless, "wsgi.input_terminated": True})
    is_problem(answer, 401)
    assert 16 * 2**20 <= endless.given < 17 * 2**20


class Endless(io.RawIOBase):
    """A body without an end."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"0" * size


def test_a_photo_sent_piece_by_piece_without_a_length_is_413_too(client, resident):
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8'
    environ = {
        "wsgi.input": io.BytesIO(head + b"0" * 12 * 2**20 + b"\r\n--b--\r\n"),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    answer = client.post(
        "/api/photos",
        headers=resident | key(),
        content_type="multipart/form-data; boundary=b",
        environ_overrides=environ,
    )
    is_problem(answer, 413)


def test_another_persons_photo_reads_like_an_absent_one(client, city, submit, picture):
    other = signed_in(a_resident())
    theirs = client.post("/api/photos", data={"file": picture()}, headers=other | key()).json["id"]
    told = [submit(body=report(city, photo_ids=[one])) for one in (theirs, "0" * 22)]
    assert without(told[0], "request_id") == without(told[1], "request_id")


def test_a_place_outside_every_outline_is_accepted_marked_and_lies_at_the_districts_desk(client, city, resident):
    desks = [a_manager(city[district]) for district in ("cx", "cz")]
    body = {"category": "NOISE", "description": "吵", **POINT}
    answer = client.post(ORDERS, json=body, headers=resident | key())
    assert (answer.status_code, answer.json["place"]["unplaced"], answer.json["status"]) == (201, True, "assigned")
    path = f"/api/worker/work-orders/{answer.json['number']}"
    assert sorted(client.get(path, headers=signed_in(desk)).status_code for desk in desks) == [200, 404]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=51", "limit=x", "limit=" + "9" * 5000, "cursor=***", "cursor=MTow", "status=none", "page=1"],
)
def test_a_lists_query_that_nobody_gave_out_is_422(client, resident, query):
    answer = client.get(f"{ORDERS}?{query}", headers=resident)
    if query == "cursor=MTow":
        assert answer.status_code == 200
    else:
        is_problem(answer, 422)


@pytest.mark.parametrize(
    "cursor", ["OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6MQ", "LTE6LTE", "MTo5OTk5OTk5OTk5OTk5OTk5OTk5OTk", "%00"]
)
def test_a_cursor_beyond_time_or_numbers_is_422(client, resident, cursor):
    told = is_problem(client.get(f"{ORDERS}?cursor={cursor}", headers=resident), 422)
    assert pointers(told) == ["#/cursor"]


@pytest.mark.parametrize(
    "path", [f"{ORDERS}/%00", "/api/compounds/%00", "/api/worker/work-orders/XN%00", f"{ORDERS}/%ED%A0%80"]
)
def test_an_address_with_characters_that_no_number_has_is_404(client, worker, path):
    is_problem(client.get(path, headers=worker), 404)


@pytest.mark.parametrize("q", ["%00", "x" * 41, "a%1b"])
def test_a_search_with_unreadable_or_endless_words_is_422(client, city, q):
    is_problem(client.get(f"/api/compounds?q={q}"), 422)


@pytest.mark.parametrize("query", ["lat=nan&lng=1", "lat=inf&lng=1", "lat=91&lng=1", "lat=x", "coordinate_system=bd09"])
def test_a_search_around_no_point_is_422(client, city, query):
    is_problem(client.get(f"/api/compounds?{query}"), 422)


def test_percent_signs_in_a_search_are_letters(client, city):
    assert client.get("/api/compounds?q=%25").json == {"items": []}


def test_every_sentence_of_every_shape_is_chinese():
    rooms = (account, inbox, photos, public, resident_orders, duty, worker_orders)
    shapes = [one for room in rooms for one in vars(room).values() if isinstance(one, Shape)]
    assert len(shapes) > 10
    for shape in shapes:
        for field in shape.fields.values():
            inside = [getattr(field, name, None) for name in ("inner", "key_field", "value_field")]
            for one in filter(None, [field, *inside]):
                for sentence in one.error_messages.values():
                    assert is_chinese(sentence), (type(shape).__name__, one.name, sentence)
                for rule in one.validators:
                    assert is_chinese(str(getattr(rule, "error", ""))), (type(shape).__name__, one.name, rule)
