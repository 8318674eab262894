"""What tests of the doors ask again and again."""

import contextvars
import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.api.text_check import TextCheck
from app.db import Base, db, end_reading
from tests.factories import City
from wechat.client.errors import WeChatError


def report(city: City, **changes: Any) -> dict[str, Any]:
    """The body of a report from building 3 that can be submitted as it is."""
    place = {"compound_id": city.compound, "building": "3号楼", "unit": "2单元"}
    return {"category": "NOISE", "description": "楼道里很吵", **place, **changes}


def is_problem(answer: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """A problem document with this status, a sentence in Chinese, and the request id of the answer."""
    told: dict[str, Any] = answer.get_json()
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert told["status"] == status
    assert code is None or told["type"] == f"/problems/{code}"
    for sentence in (told["title"], *(fault["detail"] for fault in told.get("errors", []))):
        assert is_chinese(sentence), sentence
    assert told["request_id"] == answer.headers["X-Request-Id"]
    return told


def is_chinese(sentence: str) -> bool:
    return any("一" <= char <= "鿿" for char in sentence) and sentence.endswith("。")


def pointers(told: dict[str, Any]) -> list[str]:
    """The fields that a problem is about."""
    return [fault["pointer"] for fault in told.get("errors", [])]


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def rows() -> dict[str, int]:
    """How many rows each table holds."""
    counted = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }
    end_reading()
    return counted


def at_once(*requests: Callable[[], TestResponse]) -> list[TestResponse]:
    """The answers of requests that begin together, each in a thread and a context of its own."""
    start = threading.Barrier(len(requests))
    answers: dict[int, TestResponse] = {}

    def run(number: int, request: Callable[[], TestResponse]) -> None:
        start.wait()
        answers[number] = contextvars.Context().run(request)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(requests))]


class Verdicts:
    """A WeChat that judges texts as it is told to: a verdict, or an error of the client."""

    def __init__(self, verdict: str | WeChatError, seats: int = 1) -> None:
        self.verdict = verdict
        self.asked: list[str] = []
        self.seats = seats

    def check_text(self, text: str, openid: str, *, budget_s: float) -> Any:
        assert openid
        assert budget_s <= 2.0
        self.asked.append(text)
        if isinstance(self.verdict, WeChatError):
            raise self.verdict
        return type("Verdict", (), {"suggest": self.verdict})

    def checking(self) -> TextCheck:
        return TextCheck(self, self.seats)


def numbers(answer: TestResponse) -> Sequence[str]:
    """The numbers of a list of orders."""
    return [one["number"] for one in answer.get_json()["items"]]
