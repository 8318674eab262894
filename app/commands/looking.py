"""What the jobs that have WeChat look at texts and photos do when it gives no answer."""

from datetime import datetime, timedelta

from app import logs
from wechat.client import LimitReached, WeChatError

ONCE_AND_FOR_ALL = ("user", "content", "repeat", "other")
"""Kinds of errors that lie in one text or photo alone: WeChat no longer knows its sender, will not have it, or took it
before under a name that was lost."""

_log = logs.logger("looking")


class Patience:
    """Whether WeChat may be asked now: not while a quota of it is used up."""

    def __init__(self) -> None:
        self._not_before: datetime | None = None

    def allows(self, now: datetime) -> bool:
        return self._not_before is None or now >= self._not_before

    def is_for_a_person(self, error: WeChatError, now: datetime) -> bool:
        """Whether asking again would never help. Otherwise the round ends here, and the next one goes on."""
        if error.kind in ONCE_AND_FOR_ALL:
            return True
        if isinstance(error, LimitReached):
            self._not_before = now + timedelta(seconds=error.wait_s)
        _log.warning("wechat_did_not_look", kind=type(error).__name__, errcode=error.errcode)
        return False
