"""The relay's job of having WeChat look at photos. Its verdict comes later, as a push."""

from typing import Any

from sqlalchemy import Row

from app import clock
from app.commands.looking import Patience
from app.db import end_reading, transaction
from app.notifications.relay_jobs import register_job
from app.photos import review
from wechat.client import WeChatError

EVERY_S = 10.0


def register(public_url: str) -> None:
    register_job("unchecked photos", EVERY_S, Job(public_url))


class Job:
    """One round a call. Without an address under which WeChat reaches this service, people look at all photos."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._patience = Patience()

    def __call__(self, wechat: Any) -> None:
        self._hand_over_what_is_late()
        if not self._public_url or not self._patience.allows(clock.now()):
            return
        waiting = review.waiting(clock.now())
        end_reading()
        for photo in waiting:
            if not self._ask(wechat, photo):
                return

    def _hand_over_what_is_late(self) -> None:
        late = review.overdue(clock.now(), asked=bool(self._public_url))
        end_reading()
        if late:
            cause = "not_looked_at_in_time" if self._public_url else "wechat_cannot_reach_us"
            with transaction():
                for photo_id in late:
                    review.hand_over(photo_id, cause)

    def _ask(self, wechat: Any, photo: Row[Any]) -> bool:
        """Ask about one photo; False ends the round. Marked before and named after, for WeChat may be faster."""
        with transaction():
            if not review.begin(photo.id, clock.now()):
                return True
        try:
            trace_id = wechat.check_image(self._public_url + review.address(photo.public_id), photo.openid)
        except WeChatError as error:
            if not self._patience.is_for_a_person(error, clock.now()):
                return False
            with transaction():
                review.hand_over(photo.id, type(error).__name__)
        else:
            with transaction():
                review.took(photo.id, trace_id)
        return True
