"""Every door under generated requests: never a 5xx, only statuses and shapes that the description names."""

import traceback
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.asking import Verdicts
from tests.factories import City, a_resident, a_worker, an_order, claimed, key, resolved, signed_in
from wechat.client.sign_in import SignIn

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {"sqlite": 50, "postgresql": 12}
"""How many requests each door gets: the first database in earnest, the other one to be sure."""


class WeChatAtHand:
    """Vouches for everybody."""

    def sign_in(self, code: str, *, budget_s: float) -> SignIn:
        return SignIn(f"o-{len(code)}")

    def phone_number(self, code: str, openid: str, *, budget_s: float) -> str:
        return "13800000000"


@pytest.fixture
def prepared(app: Flask, city: City, verdicts: Verdicts, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Any]:
    """Puts a token, a fresh key and, every other time, words of this city into a generated request."""
    monkeypatch.setitem(app.extensions, "wechat", WeChatAtHand())
    resident, worker = a_resident(), a_worker(city["g1"])
    phones = {"resident": signed_in(resident), "worker": signed_in(worker)}
    pooled, held, settled = (an_order(city, resident) for _ in range(3))
    claimed(held, worker)
    resolved(settled, worker)
    numbers, meaningful = cycle([pooled.number, held.number, settled.number]), cycle([True, False])

    def prepare(case: Any) -> Any:
        side = "worker" if "/worker/" in case.path else "resident"
        # Whoever signs out or closes their account must not end what the others go on with.
        phone = signed_in(a_resident()) if case.method == "DELETE" else phones[side]
        case.headers = {**(case.headers or {}), **phone, **key()}
        if next(meaningful):
            _make_sense(case, next(numbers), city)
        return case

    return prepare


def _make_sense(case: Any, number: str, city: City) -> None:
    if "number" in (case.path_parameters or {}):
        case.path_parameters["number"] = number
    if isinstance(case.body, dict) and "category" in case.body:
        case.body["category"] = "NOISE"
    if isinstance(case.body, dict) and "compound_id" in case.body:
        case.body |= {"compound_id": city.compound, "building": "3号楼", "unit": "2单元"}


def operations(app: Flask) -> list[Any]:
    """Every door; residents' come last, since a request taken back is of no use to a worker."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    found = [operation.ok() for operation in schema.get_all_operations()]
    return sorted(found, key=lambda operation: operation.path.startswith("/api/resident"))


def probe(operation: Any, prepared: Callable[[Any], Any], examples: int) -> set[int]:
    """Send generated requests to one door; returns the statuses it answered with. Raises when one breaks its word."""
    answered: set[int] = set()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        answered.add(prepared(case).call_and_validate(checks=CHECKS).status_code)

    send()
    return answered


@pytest.mark.slow
def test_no_generated_request_breaks_a_door_or_its_word(app, database_kind, prepared):
    broken, answered = {}, {}
    for operation in operations(app):
        try:
            answered[operation.label] = probe(operation, prepared, EXAMPLES[database_kind])
        except (Exception, BaseExceptionGroup) as error:
            broken[operation.label] = "\n".join(traceback.format_exception_only(error))
    assert not broken, "\n\n".join(f"{door}: {told}" for door, told in broken.items())
    assert not [door for door, statuses in answered.items() if statuses <= {400, 401, 415}]
