"""Somebody's phone without its screen: what a test needs done or known, but is not about."""

import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.e2e.product import Product

PLACE = ("compound_id", "building", "unit")


@dataclass
class Caller:
    """Calls the service as one person, signed in through the emulator as the phone does."""

    product: Product
    openid: str
    lives_with: str = ""
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        code = self.post_to(f"{self.product.emulator}/_emu/users/{self.openid}/login").json()["code"]
        answer = self.post_to(f"{self.product.service}/api/sessions", {"code": code})
        assert answer.status_code == 201, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    @classmethod
    def neighbour_of(cls, product: Product, openid: str) -> "Caller":
        """Somebody new at the home of a demo resident: nobody may report more than five things in ten minutes."""
        made = requests.post(f"{product.emulator}/_emu/users", json={"nickname": "新邻居"}, timeout=20)
        return cls(product, made.json()["openid"], lives_with=openid)

    def post_to(self, url: str, body: dict[str, Any] | None = None) -> requests.Response:
        return self.http.post(url, json=body or {}, timeout=20)

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.http.get(self.product.service + path, timeout=20)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        answer = self.http.post(self.product.service + path, json=body or {}, headers=key, timeout=20)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def photo(self, file: Path) -> str:
        """Upload a picture; returns its id."""
        sent = {"file": (file.name, file.read_bytes(), "image/jpeg")}
        key = {"Idempotency-Key": uuid.uuid4().hex}
        answer = self.http.post(f"{self.product.service}/api/photos", files=sent, headers=key, timeout=20)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def home(self) -> dict[str, str]:
        """Where the demo lets this resident live, in the words of a report."""
        people, openid = self.product.accounts["residents"], self.lives_with or self.openid
        person = next(one for one in people if one["openid"] == openid)
        return {name: person[name] for name in PLACE}

    def report(self, description: str, category: str = "LIGHT", **more: Any) -> str:
        """Report something at home; returns the order's number."""
        body = {"category": category, "description": description, **self.home(), **more}
        return str(self.post("/api/resident/work-orders", body, status=201)["number"])

    def agree(self) -> None:
        """Agree to the privacy notice, as the popup before the first photo does."""
        version = self.get("/api/privacy-notice")["version"]
        self.post("/api/account/privacy-consent", {"version": version})

    def do(self, number: str, verb: str, **body: Any) -> Any:
        """One deed of a worker."""
        return self.post(f"/api/worker/work-orders/{number}/{verb}", body)

    def inbox(self, number: str) -> list[dict[str, Any]]:
        """What this person was told of an order, the newest first."""
        return [item for item in self.get("/api/inbox?limit=50")["items"] if item["number"] == number]

    def hears(self, number: str, title: str, within_s: float = 20) -> list[dict[str, Any]]:
        """What this person was told of an order as soon as that holds the title."""
        until = time.monotonic() + within_s
        while True:
            told = self.inbox(number)
            if any(entry["title"] == title for entry in told):
                return told
            assert time.monotonic() < until, f"{title} was never told: {told}"
            time.sleep(0.2)

    def messages(self) -> list[dict[str, Any]]:
        """What WeChat brought to this phone."""
        answer = self.http.get(f"{self.product.emulator}/_emu/users/{self.openid}/messages", timeout=20)
        return list(answer.json()["items"])
