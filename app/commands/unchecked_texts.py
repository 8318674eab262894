"""The relay's job of having WeChat look at texts that were accepted while it was away."""

from typing import Any

from app import clock
from app.commands.looking import Patience
from app.db import end_reading, transaction
from app.notifications.relay_jobs import register_job
from app.work_orders import text_review
from app.work_orders.text_review import Unchecked
from wechat.client import WeChatError

EVERY_S = 60.0
BUDGET_S = 8.0


def register() -> None:
    register_job("unchecked texts", EVERY_S, Job())


class Job:
    """One round a call; what WeChat will not look at any more goes to a person first."""

    def __init__(self) -> None:
        self._patience = Patience()

    def __call__(self, wechat: Any) -> None:
        _hand_over_what_is_late()
        if not self._patience.allows(clock.now()):
            return
        waiting = text_review.waiting()
        end_reading()
        for unchecked in waiting:
            if not self._look(wechat, unchecked):
                return

    def _look(self, wechat: Any, unchecked: Unchecked) -> bool:
        """Have WeChat look at one text; False ends the round."""
        try:
            verdict = wechat.check_text(unchecked.text, unchecked.openid, budget_s=BUDGET_S)
        except WeChatError as error:
            if not self._patience.is_for_a_person(error, clock.now()):
                return False
            with transaction():
                text_review.hand_over(unchecked.order_id, type(error).__name__)
        else:
            with transaction():
                text_review.settle(unchecked.order_id, str(verdict.suggest))
        return True


def _hand_over_what_is_late() -> None:
    late = text_review.overdue()
    end_reading()
    if late:
        with transaction():
            for order_id in late:
                text_review.hand_over(order_id, "not_looked_at_in_time")
