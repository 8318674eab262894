"""A person's browser at the console: cookies, hidden fields of forms, and requests that share nothing else."""

import contextvars
import re
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
_FIELD = re.compile(r"<input\b[^>]*type=\"hidden\"[^>]*>", re.S)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def path(order: Any) -> str:
    """Where the order's page is."""
    return f"/console/work-orders/{order.number}"


class Browser:
    """Every request runs in an empty context, as on a server, though the test holds the application's context."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.page = ""

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self._keep(contextvars.Context().run(lambda: self.client.get(path, **kwargs)))

    def post(self, path: str, data: dict[str, Any], **kwargs: Any) -> TestResponse:
        return self._keep(contextvars.Context().run(lambda: self.client.post(path, data=data, **kwargs)))

    def submit(self, action: str, **typed: Any) -> TestResponse:
        """Send the form of the present page whose action ends like this, with what the person typed."""
        address, hidden = self.form(action)
        return self.post(address, hidden | typed)

    def form(self, action: str) -> tuple[str, dict[str, str]]:
        """The address and the hidden fields of a form on the present page."""
        for head, body in _FORM.findall(self.page):
            attributes = dict(_ATTRIBUTE.findall(head))
            if attributes.get("method") == "post" and attributes["action"].endswith(action):
                fields = [dict(_ATTRIBUTE.findall(field)) for field in _FIELD.findall(body)]
                hidden = {field["name"]: unescape(field.get("value", "")) for field in fields}
                return unescape(attributes["action"]), hidden
        raise AssertionError(f"no form for {action} on the page")

    def sign_in(self, username: str, password: str, **more: str) -> TestResponse:
        self.get("/console/sign-in")
        return self.submit("/console/sign-in", username=username, password=password, **more)

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name)
        return found.value if found else None

    def _keep(self, response: TestResponse) -> TestResponse:
        self.page = response.get_data(as_text=True)
        return response
