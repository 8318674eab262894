"""Which event tells whom what: the whole table. A person in several audiences is told the first that fits."""

from app.notifications.message import Message
from app.notifications.to_offices import TO_OFFICES
from app.notifications.to_reporters import TO_HEIR, TO_JOINED, TO_REPORTERS
from app.notifications.to_staff import TO_STAFF


def _of(topic: str) -> tuple[Message, ...]:
    to_residents = [table[topic] for table in (TO_REPORTERS, TO_JOINED, TO_HEIR) if topic in table]
    return (*to_residents, *TO_OFFICES.get(topic, ()), *TO_STAFF.get(topic, ()))


MESSAGES = {topic: _of(topic) for topic in sorted(TO_REPORTERS.keys() | TO_OFFICES.keys() | TO_STAFF.keys())}


def audiences() -> set[str]:
    """Every audience that some event speaks to."""
    return {message.audience for told in MESSAGES.values() for message in told}
