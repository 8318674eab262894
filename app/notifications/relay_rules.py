"""What each of WeChat's answers means for a message: sent, later, or never. One rule for each class of error."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import logs
from app.db import unavailable
from app.errors import Unavailable
from app.notifications import consents, deliveries
from app.notifications.backoff import SHORTEST_S, pause
from app.notifications.models import DeliveryState
from app.notifications.wechat_channel import HOLD, Answer
from app.notifications.wording import without_text_of_people
from wechat.client.errors import (
    Busy,
    CircuitOpen,
    ContentRefused,
    FieldInvalid,
    LimitReached,
    Misconfigured,
    NoPermissionLeft,
    Unclear,
    Unreachable,
    UserUnknown,
    WeChatError,
)

SAME_PERSON = 43108  # two sends to one person at once: that person's turn only
GENERIC_WORDS = "generic_words"

_log = logs.logger("notifications.relay")


@dataclass
class Standstill:
    """What the relay leaves alone for a while: all sending until a moment, and single templates."""

    sending_until: datetime | None = None
    templates: dict[str, datetime] = field(default_factory=dict)
    wechat_away: bool = False

    def sends(self, now: datetime) -> bool:
        return self.sending_until is None or now >= self.sending_until


@dataclass(frozen=True)
class Case:
    """One answer to be settled by this owner at this moment."""

    answer: Answer
    owner: str
    now: datetime
    still: Standstill

    def later(self, wait: timedelta, *, counted: bool = True) -> str:
        deliveries.later(self.answer.parcel.letter, self.owner, self.now + wait, self.kind, counted=counted)
        return "later"

    def end(self, state: DeliveryState, reason: str) -> str:
        deliveries.end(self.answer.parcel.letter, self.owner, state, reason)
        return state.value

    @property
    def kind(self) -> str:
        return type(self.answer.error).__name__

    def alarm(self) -> None:
        error, parcel = self.answer.error, self.answer.parcel
        _log.error(
            "message_not_sent",
            kind=self.kind,
            errcode=getattr(error, "errcode", None),
            rid=getattr(error, "rid", ""),
            about=getattr(error, "path", ""),
            template=parcel.template.key,
            delivery=parcel.letter.id,
        )


def settle(answer: Answer, owner: str, now: datetime, still: Standstill) -> str:
    """Write down what the answer means, in the running transaction; returns a word for the counts of the log."""
    case = Case(answer, owner, now, still)
    if answer.error is None:
        return _sent(case)
    return next(rule for kind, rule in RULES if isinstance(answer.error, kind))(case)


def _sent(case: Case) -> str:
    answer, template = case.answer, case.answer.parcel.template
    if case.still.wechat_away:
        case.still.wechat_away = False
        deliveries.wechat_is_back(case.now)
    if deliveries.sent(answer.parcel.letter, answer.msgid, answer.began) and template.one_time:
        consents.spend(answer.parcel.letter.account_id, template.template_id, answer.began)
    return DeliveryState.SENT.value


def _circuit_open(case: Case) -> str:
    case.still.wechat_away = True
    return _stand_still(case, case.answer.error.wait_s)  # type: ignore[union-attr]


def _limit_reached(case: Case) -> str:
    error = case.answer.error
    assert isinstance(error, LimitReached)
    if error.errcode == SAME_PERSON:
        return case.later(timedelta(seconds=error.wait_s), counted=False)
    _log.warning("wechat_limit_reached", errcode=error.errcode, wait_s=error.wait_s)
    return _stand_still(case, error.wait_s)


def _stand_still(case: Case, wait_s: float) -> str:
    """Nobody's message would pass now, so none is tried and no try is counted."""
    case.still.sending_until = case.now + timedelta(seconds=wait_s)
    return case.later(timedelta(seconds=wait_s), counted=False)


def _not_done(case: Case) -> str:
    return case.later(pause(case.answer.parcel.letter.attempts + 1))


def _not_understood(case: Case) -> str:
    case.alarm()
    return _not_done(case)


def _unclear(case: Case) -> str:
    # The message may well have arrived: sending it again by ourselves could tell people twice.
    letter, began = case.answer.parcel.letter, case.answer.began
    deliveries.end(letter, case.owner, DeliveryState.UNCLEAR, "no_answer", began)
    return DeliveryState.UNCLEAR.value


def _no_permission(case: Case) -> str:
    parcel = case.answer.parcel
    consents.empty(parcel.letter.account_id, parcel.template.template_id, case.answer.began)
    if parcel.letter.unclear:
        # An interrupted try before this one probably took the last permission and was delivered.
        return case.end(DeliveryState.UNCLEAR, "probably_delivered")
    return case.end(DeliveryState.NO_PERMISSION_LEFT, "43101")


def _content_refused(case: Case) -> str:
    """Once more with general words in place of what people wrote; then never."""
    letter = case.answer.parcel.letter
    if letter.reason == GENERIC_WORDS:
        return _refused(case)
    general = without_text_of_people(letter.data)
    wait = case.now + timedelta(seconds=SHORTEST_S)
    deliveries.later(letter, case.owner, wait, GENERIC_WORDS, data=general)
    return "later"


def _refused(case: Case) -> str:
    case.alarm()
    return case.end(DeliveryState.REFUSED, case.kind)


def _misconfigured(case: Case) -> str:
    case.alarm()
    letter = case.answer.parcel.letter
    case.still.templates[letter.template_key] = case.now + HOLD
    deliveries.later(letter, case.owner, case.now + HOLD, deliveries.HELD, counted=False)
    return "held"


def _own_fault(case: Case) -> str:
    """Something broke on our side: surely not sent when it was the database, else nobody knows."""
    error = case.answer.error
    if isinstance(error, Unavailable) or (error and unavailable(error)):
        return case.later(timedelta(seconds=SHORTEST_S), counted=False)
    _log.error("send_broke", kind=case.kind, delivery=case.answer.parcel.letter.id, exc_info=error)
    return _unclear(case)


# The first class that fits decides, so the narrower ones come first.
RULES: tuple[tuple[type[Exception], Callable[[Case], str]], ...] = (
    (CircuitOpen, _circuit_open),
    (Unreachable, _not_done),
    (Busy, _not_done),
    (LimitReached, _limit_reached),
    (Unclear, _unclear),
    (NoPermissionLeft, _no_permission),
    (ContentRefused, _content_refused),
    (UserUnknown, _refused),
    (FieldInvalid, _refused),
    (Misconfigured, _misconfigured),
    (WeChatError, _not_understood),
    (Exception, _own_fault),
)
