"""The channel to people's WeChat: what may go now, how a message fills its template, one send."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from app import clock
from app.notifications import consents, deliveries, templates
from app.notifications.deliveries import Letter
from app.notifications.models import DeliveryState
from app.notifications.templates import AccountTemplate, Known
from app.notifications.wording import LABELS
from app.people import queries
from wechat.client import fit
from wechat.client.errors import FieldInvalid, Misconfigured

HOLD = timedelta(minutes=5)
MOST_UNCLEAR = 3


class Sender(Protocol):
    """The part of WeChat's client that the relay needs."""

    def send_subscribe_message(
        self, openid: str, template_id: str, data: Mapping[str, str], page: str = ""
    ) -> int | None: ...

    def templates(self) -> list[Any]: ...


@dataclass(frozen=True)
class Parcel:
    """A message that may go now."""

    letter: Letter
    openid: str = field(repr=False)
    template: Known


@dataclass(frozen=True)
class Answer:
    """How one send that began at a moment ended: a msgid (None where WeChat gave none), or an error."""

    parcel: Parcel
    began: datetime
    msgid: int | None = None
    error: Exception | None = None


def send(wechat: Sender, parcel: Parcel) -> Answer:
    """Send one message; never raises."""
    template, letter, began = parcel.template, parcel.letter, clock.now()
    try:
        data = fill(template, letter.data)
        msgid = wechat.send_subscribe_message(parcel.openid, template.template_id, data, letter.page)
        return Answer(parcel, began, msgid)
    except Exception as error:
        return Answer(parcel, began, error=error)


def fill(template: Known, values: Mapping[str, str]) -> dict[str, str]:
    """The template's fields with our values, fitted to WeChat's rules; FieldInvalid where one cannot be had."""
    return {line["key"]: _value(line, values) for line in template.fields}


def _value(line: Mapping[str, Any], values: Mapping[str, str]) -> str:
    name = LABELS.get(line["label"])
    if name is None:
        # The account's template has a line that we know nothing about: no message can fill it.
        raise Misconfigured(path=f"template line {line['label']}")
    text = values.get(name, "")
    if not text or (line["values"] and text not in line["values"]):
        raise FieldInvalid(path=f"template line {line['label']}")
    return fit(line["kind"], text)


def misfits(found: Iterable[AccountTemplate]) -> list[str]:
    """Lines of our templates that no value of ours belongs to."""
    ours = [template for template in found if template.title in templates.TITLES]
    return [
        f"{template.title}: {line.label}" for template in ours for line in template.fields if line.label not in LABELS
    ]


def addressed(letters: list[Letter], owner: str, now: datetime, held: Mapping[str, datetime]) -> list[Parcel]:
    """The letters that may go now; the others are ended or put off, in the running transaction."""
    if not letters:
        return []
    known, people = templates.known(), [letter.account_id for letter in letters]
    openids, ledger = queries.openids(people), consents.of_all(people)
    parcels = []
    for letter in letters:
        template, openid = known.get(letter.template_key), openids.get(letter.account_id)
        if template is None or held.get(template.key, now) > now:
            deliveries.later(letter, owner, now + HOLD, deliveries.HELD, counted=False)
        elif openid is None:
            deliveries.end(letter, owner, DeliveryState.FAILED, "no_wechat")
        elif letter.unclear >= MOST_UNCLEAR:
            deliveries.end(letter, owner, DeliveryState.UNCLEAR, "interrupted")
        elif not ledger.get((letter.account_id, template.template_id), consents.NONE).allows:
            deliveries.end(letter, owner, DeliveryState.NO_PERMISSION_LEFT, "no_units")
        else:
            parcels.append(Parcel(letter, openid, template))
    return parcels
