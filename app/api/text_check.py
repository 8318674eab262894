"""WeChat's look at what a person wrote, before it is stored. A report is never lost because WeChat was away."""

import threading
from collections.abc import Iterable, Iterator
from typing import Any

from flask import current_app

from app import logs
from app.errors import Invalid
from wechat.client.errors import WeChatError

BUDGET_S = 2.0
NEUTRAL = "内容里有不适合提交的文字，请修改后再提交。您写的内容还在，没有丢失。"

_log = logs.logger("api")


class TextCheck:
    """Asks WeChat within two seconds and with at most a quarter of the threads; otherwise says unchecked."""

    def __init__(self, wechat: Any, seats: int) -> None:
        self.wechat = wechat
        self.seats = threading.BoundedSemaphore(seats)

    def verdict(self, text: str, openid: str | None) -> str:
        """pass, review, risky or unchecked."""
        if openid is None or not self.seats.acquire(blocking=False):
            return "unchecked"
        try:
            return str(self.wechat.check_text(text, openid, budget_s=BUDGET_S).suggest)
        except WeChatError as error:
            _log.warning("text_unchecked", kind=type(error).__name__)
            return "unchecked"
        finally:
            self.seats.release()


def look_at(texts: Iterable[str | dict[str, str] | None], openid: str | None) -> str:
    """The verdict on several fields together; risky text is refused with a neutral sentence."""
    text = "\n".join(_words(texts))
    if not text:
        return "pass"
    check: TextCheck = current_app.extensions["text_check"]
    verdict = check.verdict(text, openid)
    if verdict == "risky":
        raise Invalid(NEUTRAL, reason="risky-text")
    return verdict


def _words(texts: Iterable[str | dict[str, str] | None]) -> Iterator[str]:
    """Every text that is not empty; of a set of answers each one."""
    for text in texts:
        yield from filter(None, text.values() if isinstance(text, dict) else (text,))
