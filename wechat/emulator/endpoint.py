"""What all of WeChat's calls have in common: method, token, one change at a time, the form of the answer."""

import functools
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response, abort, g, request

from . import limits, tokens
from .answers import Refuse, answer
from .emulator import Emulator, here

ESCAPED_CHINESE = re.compile(rb"\\u[4-9][0-9a-fA-F]{3}")


@dataclass(frozen=True)
class Call:
    """One call to WeChat, inside its change of the state; `appid` is the token's, empty without one."""

    database: sqlite3.Connection
    now: float
    emulator: Emulator
    appid: str = ""
    deeds: list[Callable[[], None]] = field(default_factory=list)

    def afterwards(self, deed: Callable[[], None]) -> None:
        """Do something after the change is made and before the answer is given."""
        self.deeds.append(deed)

    def body(self) -> dict[str, Any]:
        """Return the JSON object sent, or refuse with 44002 or 47001."""
        raw = request.get_data()
        if not raw:
            raise Refuse(44002)
        try:
            body = json.loads(raw)
            # Halves of characters cannot be kept.
            json.dumps(body, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Refuse(47001) from None
        if not isinstance(body, dict):
            raise Refuse(47001)
        return body

    def escaped_chinese(self) -> bool:
        """Say whether the body hides Chinese behind backslash-u, which WeChat's text check overlooks."""
        return bool(ESCAPED_CHINESE.search(request.get_data()))

    def warn(self, text: str) -> None:
        """Leave a warning in the call log."""
        g.warning = text


View = Callable[[Call], dict[str, Any] | Response]


def answering(
    method: str = "POST", needs_token: bool = True, mimetype: str = "application/json", other_method: int = 43002
) -> Callable[[View], Callable[[], Response]]:
    """Make a Flask view of a function from call to answer; `other_method` 404 hides the path instead."""

    def decorate(view: View) -> Callable[[], Response]:
        @functools.wraps(view)
        def handled() -> Response:
            g.mimetype = mimetype
            if request.method != method:
                refuse_method(other_method)
            body = carried_out(view, here(), needs_token)
            return body if isinstance(body, Response) else answer(body, mimetype)

        return handled

    return decorate


def carried_out(view: View, emulator: Emulator, needs_token: bool) -> dict[str, Any] | Response:
    """Return the view's answer, its change made whole or, where it refused, undone."""
    now = emulator.clock.now()
    appid = admitted(emulator, now) if needs_token else ""
    kept: Refuse | None = None
    with emulator.state.changing() as database:
        call = Call(database, now, emulator, appid)
        try:
            body = view(call)
        except Refuse as refusal:
            if not refusal.keep:
                raise
            kept = refusal
    if kept:
        raise kept
    for deed in call.deeds:
        deed()
    return body


def admitted(emulator: Emulator, now: float) -> str:
    """Return whose token this is, the call counted for that mini-program."""
    with emulator.state.changing() as database:
        appid = tokens.require(database, emulator, request.args.get("access_token", ""), now)
        limits.count_call(database, emulator.minutes, appid, request.path, now)
    return appid


def refuse_method(other_method: int) -> None:
    if other_method == 404:
        abort(404)
    raise Refuse(other_method)
