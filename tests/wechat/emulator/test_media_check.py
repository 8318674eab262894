"""The look at pictures, which is answered later."""

import hashlib
import io
import threading
from typing import Any

import pytest
from PIL import Image

from tests.wechat.door import Door, Request
from wechat.emulator import media_fetch

CHECK = "/wxa/media_check_async"
PASSED = {"suggest": "pass", "label": 100}


def picture(colour: str = "#336699", form: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, form)
    return made.getvalue()


def two_colours() -> bytes:
    made, image = io.BytesIO(), Image.new("RGB", (40, 40), "#ff0000")
    image.paste((0, 0, 255), (0, 0, 20, 40))
    image.save(made, "PNG")
    return made.getvalue()


def serve(door: Door, content: bytes, status: int = 200) -> None:
    """Answer GETs with a picture and take pushes."""
    door.answer = lambda request: (status, content) if request.method == "GET" else (200, b"success")


def question(hands: Any, url: str, **changes: Any) -> dict[str, Any]:
    openid = changes.pop("openid", None) or hands.person()
    return {"media_url": url, "media_type": 2, "version": 2, "scene": 2, "openid": openid, **changes}


def ask(hands: Any, url: str, **changes: Any) -> str:
    return hands.post(CHECK, question(hands, url, **changes))["trace_id"]


def pushed(door: Door) -> list[Request]:
    return [request for request in door.came if request.method == "POST"]


def verdicts(hands: Any, door: Door) -> list[dict[str, Any]]:
    hands.work()
    return [hands.told(request) for request in pushed(door)]


# the question


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"media_type": 3}, 40004),
        ({"media_type": None}, 40004),
        ({"scene": 5}, 40129),
        ({"openid": "oNobody"}, 40003),
        ({"media_url": ""}, 40097),
    ],
)
def test_wrong_questions(hands: Any, changes: dict[str, Any], errcode: int) -> None:
    assert hands.errcode(CHECK, question(hands, "http://127.0.0.1/a.png", **changes)) == errcode


def test_a_foreign_or_long_absent_person_is_refused(hands: Any) -> None:
    hands.control("/apps", {"appid": "wx-other", "secret": "s"})
    foreign = hands.person(appid="wx-other")
    assert hands.errcode(CHECK, question(hands, "http://127.0.0.1/a.png", openid=foreign)) == 43104
    hands.option(strict_activity=True)
    assert hands.errcode(CHECK, question(hands, "http://127.0.0.1/a.png")) == 61010


def test_the_same_address_twice_in_a_minute_is_a_repeated_request(hands: Any) -> None:
    body = question(hands, "http://127.0.0.1/a.png")
    assert [hands.errcode(CHECK, body) for _ in range(2)] == [0, 87020]
    hands.advance(61)
    assert hands.errcode(CHECK, body) == 0
    hands.option(media_repeat_s=0)
    assert hands.errcode(CHECK, body) == 0


def test_two_thousand_questions_a_minute_are_enough(hands: Any) -> None:
    hands.control("/counters", {"path": CHECK, "minute": 2000})
    assert hands.errcode(CHECK, question(hands, "http://127.0.0.1/a.png")) == 44991
    hands.advance(60)
    hands.control("/counters", {"path": CHECK, "used": 200_000})
    assert hands.errcode(CHECK, question(hands, "http://127.0.0.1/a.png")) == 45009


# the verdict


def test_the_verdict_comes_as_an_event_of_the_platform(telling: Any, door: Door) -> None:
    serve(door, picture())
    openid = telling.person()
    trace = ask(telling, f"{door.url}/a.png?permit=abc", openid=openid)
    [told] = verdicts(telling, door)
    assert door.came[0].query == {"permit": "abc"}
    assert told["Event"] == "wxa_media_check"
    assert (told["appid"], told["trace_id"], told["version"]) == (telling.settings.appid, trace, 2)
    assert (told["errcode"], told["result"]) == (0, PASSED)
    assert told["FromUserName"] != openid
    detail = {"strategy": "content_model", "errcode": 0, "suggest": "pass", "label": 100, "prob": 90}
    assert told["detail"] == [detail]


def test_without_a_version_the_verdict_is_of_the_old_form(telling: Any, door: Door) -> None:
    serve(door, picture("#ff0000"))
    trace = ask(telling, f"{door.url}/a.png", version=None, openid="nobody")
    [told] = verdicts(telling, door)
    assert (told["isrisky"], told["status_code"], told["trace_id"]) == (1, 0, trace)
    assert "result" not in told


@pytest.mark.parametrize(
    ("name", "content", "suggest"),
    [
        ("a.png", picture(), "pass"),
        ("emulator-risky.png", picture(), "risky"),
        ("emulator-review.png", picture(), "review"),
        ("a.png", picture("#ff0000"), "risky"),
        ("a.jpg", picture("#fb0810", "JPEG"), "risky"),
        ("a.png", picture("#ffff00"), "review"),
        ("a.png", picture("#ff8800"), "pass"),
        ("a.png", two_colours(), "pass"),
    ],
    ids=["plain", "risky name", "review name", "red", "nearly red", "yellow", "orange", "half red"],
)
def test_the_standing_rules_know_a_name_and_a_plain_colour(
    telling: Any, door: Door, name: str, content: bytes, suggest: str
) -> None:
    serve(door, content)
    ask(telling, f"{door.url}/{name}")
    assert verdicts(telling, door)[0]["result"]["suggest"] == suggest


@pytest.mark.parametrize(
    ("kind", "mark"),
    [("sha256", hashlib.sha256(picture()).hexdigest().upper()), ("keyword", "灯杆"), ("colour", "#336699")],
)
def test_a_rule_can_be_added(telling: Any, door: Door, kind: str, mark: str) -> None:
    serve(door, picture())
    telling.control("/media-rules", {"kind": kind, "mark": mark, "suggest": "risky", "label": 20001})
    ask(telling, f"{door.url}/灯杆.png")
    assert verdicts(telling, door)[0]["result"] == {"suggest": "risky", "label": 20001}


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "sha256", "mark": "abc", "suggest": "risky"},
        {"kind": "colour", "mark": "red", "suggest": "risky"},
        {"kind": "smell", "mark": "x", "suggest": "risky"},
        {"kind": "keyword", "mark": "x", "suggest": "burn"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(hands: Any, rule: dict[str, str]) -> None:
    assert hands.client.post("/_emu/media-rules", json=rule).status_code == 400


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP", "GIF"])
def test_each_documented_form_is_looked_at(telling: Any, door: Door, form: str) -> None:
    serve(door, picture(form=form))
    ask(telling, f"{door.url}/a")
    assert verdicts(telling, door)[0]["errcode"] == 0


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<html>sign in first</html>", 200),
        (picture(form="WEBP"), 200),
        (b"", 200),
        (picture(), 403),
        (b"\xff\xd8\xff" + b"0" * media_fetch.LARGEST, 200),
    ],
    ids=["a web page", "a form that WeChat does not take", "nothing", "forbidden", "too large"],
)
def test_what_is_no_picture_ends_with_1008(telling: Any, door: Door, content: bytes, status: int) -> None:
    serve(door, content, status)
    ask(telling, f"{door.url}/a.png")
    [told] = verdicts(telling, door)
    assert told["errcode"] == -1008
    assert "result" not in told


def test_ten_megabytes_are_still_taken(telling: Any, door: Door) -> None:
    serve(door, b"\xff\xd8\xff".ljust(media_fetch.LARGEST, b"0"))
    ask(telling, f"{door.url}/a.jpg")
    assert verdicts(telling, door)[0]["errcode"] == 0


def test_a_redirect_is_not_followed(telling: Any, door: Door) -> None:
    door.headers["Location"] = f"{door.url}/elsewhere.png"
    door.answer = lambda request: (302, b"") if request.method == "GET" else (200, b"success")
    ask(telling, f"{door.url}/a.png")
    assert verdicts(telling, door)[0]["errcode"] == -1008
    assert [request.path for request in door.came] == ["/a.png", "/wechat/push"]


@pytest.mark.parametrize("url", ["https://example.com/a.png", "http://10.0.0.1/a.png", "file:///etc/passwd", "nowhere"])
def test_other_machines_are_not_reached(telling: Any, door: Door, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_fetch, "downloaded", lambda url: pytest.fail("something was fetched"))
    ask(telling, url)
    assert verdicts(telling, door)[0]["errcode"] == -1008


# when it comes


def test_the_verdict_waits_for_its_delay(telling: Any, door: Door) -> None:
    serve(door, picture())
    telling.option(media_check_s=1800)
    ask(telling, f"{door.url}/a.png")
    assert verdicts(telling, door) == []
    telling.advance(1801)
    assert len(verdicts(telling, door)) == 1


def test_never_is_never(telling: Any, door: Door) -> None:
    serve(door, picture())
    telling.option(media_check="never")
    ask(telling, f"{door.url}/a.png")
    telling.advance(86400)
    assert verdicts(telling, door) == []


def test_twice_is_the_same_verdict_twice(telling: Any, door: Door) -> None:
    serve(door, picture())
    telling.option(media_check="twice")
    ask(telling, f"{door.url}/a.png")
    first, second = verdicts(telling, door)
    assert first == second
    assert [request.method for request in door.came].count("GET") == 1


def test_reversed_answers_the_last_question_first(telling: Any, door: Door) -> None:
    serve(door, picture())
    telling.option(media_check="reversed", media_check_s=60)
    traces = [ask(telling, f"{door.url}/{number}.png") for number in range(4)]
    telling.advance(61)
    assert [told["trace_id"] for told in verdicts(telling, door)] == traces[::-1]


def test_before_the_reply_is_before_the_reply(telling: Any, door: Door) -> None:
    telling.option(media_check="before_reply")
    told, replied = threading.Event(), threading.Event()

    def answer(request: Request) -> tuple[int, bytes]:
        if request.method == "GET":
            return 200, picture()
        assert not replied.is_set()
        told.set()
        return 200, b"success"

    door.answer = answer
    trace = ask(telling, f"{door.url}/a.png")
    replied.set()
    assert told.is_set()
    assert [event["trace_id"] for event in verdicts(telling, door)] == [trace]


def test_several_verdicts_can_share_their_second(telling: Any, door: Door) -> None:
    serve(door, picture())
    telling.option(media_create_time=1_750_000_000)
    traces = {ask(telling, f"{door.url}/{number}.png") for number in range(9)}
    told = verdicts(telling, door)
    assert {event["CreateTime"] for event in told} == {1_750_000_000}
    assert {event["trace_id"] for event in told} == traces


def test_the_jobs_are_listed_without_the_permission_in_their_address(telling: Any, door: Door) -> None:
    serve(door, picture("#ff0000"))
    trace = ask(telling, f"{door.url}/a.png?permit=secret")
    telling.work()
    [job] = telling.control("/media-jobs", method="GET")["items"]
    assert (job["trace_id"], job["url"], job["suggest"], job["errcode"]) == (trace, f"{door.url}/a.png", "risky", 0)


def test_a_picture_of_another_mini_program_is_not_told_to_ours(telling: Any, door: Door) -> None:
    serve(door, picture())
    telling.control("/apps", {"appid": "wx-other", "secret": "s"})
    token = telling.stable(appid="wx-other", secret="s")["access_token"]
    body = question(telling, f"{door.url}/a.png", openid=telling.person(appid="wx-other"))
    assert telling.errcode(CHECK, body, token) == 0
    assert verdicts(telling, door) == []
