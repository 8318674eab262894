"""A phone on a bad line: whatever gets no answer is sent again under the same key until there is one."""

import time
import uuid
from typing import Any

import requests

from tests.deploy.watching import wait_for
from tests.e2e.caller import Caller

NO_ANSWER_YET = (409, 502, 503)


class StubbornCaller(Caller):
    """Calls as one person while the service may be killed at any moment."""

    def insist(self, path: str, body: dict[str, Any], seconds: float = 60) -> requests.Response:
        """The first real answer; a lost connection, "still running" and "away for the moment" are none."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                answer = self.http.post(self.product.service + path, json=body, headers=key, timeout=10)
            except requests.RequestException:
                time.sleep(0.2)
                continue
            if answer.status_code not in NO_ANSWER_YET:
                return answer
            time.sleep(0.5)
        raise AssertionError(f"no answer to {path} within {seconds} s")

    def all_of(self, path: str) -> list[Any]:
        """Every item of a list, page by page."""
        items, after = [], ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit=50{after}")
            items += page["items"]
            if not page["next_cursor"]:
                return items
            after = f"&cursor={page['next_cursor']}"

    def allow(self, title: str, times: int) -> None:
        """Allow so many messages of the template with this title, at WeChat and here."""
        choice = {"template_id": wait_for(lambda: self._template(title), 30), "answer": "accept"}
        for _ in range(times):
            self.post_to(f"{self.product.emulator}/_emu/users/{self.openid}/consents", choice)
            self.post("/api/subscriptions", choice)

    def _template(self, title: str) -> str | None:
        # Right after the first start the relay may not have read yet which templates the account has.
        known = {one["title"]: one["template_id"] for one in self.get("/api/subscriptions")["items"]}
        return known.get(title)
