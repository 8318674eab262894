"""A WeChat for played months: no network, templates as the emulator has them, away for hours at drawn times."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock
from app.simulation.demand import Month
from wechat.client import Field, Template, kind_of
from wechat.client.errors import Unclear, Unreachable
from wechat.emulator.settings import DATA_FOLDER

DAYS_BETWEEN = 9
LASTS_H = (2.0, 9.0)
CUT_PERMILLE = 2


@dataclass(frozen=True)
class Outage:
    """For how long nothing gets through to WeChat."""

    starts: datetime
    ends: datetime


def outages(month: Month, lots: random.Random) -> list[Outage]:
    """About one in nine days, at least one in a month, never reaching beyond the last day's noon."""
    found = []
    for number in range(max(1, month.days // DAYS_BETWEEN)):
        length = month.days / max(1, month.days // DAYS_BETWEEN)
        day = number * length + lots.uniform(0, max(length - 1, 0))
        starts = month.starts + timedelta(days=int(day), hours=lots.uniform(8, 14))
        ends = starts + timedelta(hours=lots.uniform(*LASTS_H))
        found.append(Outage(starts, min(ends, month.ends - timedelta(hours=12))))
    return [one for one in found if one.starts < one.ends]


def account_templates() -> list[Template]:
    """The message templates of the account, as the client reads them."""
    entries = json.loads((DATA_FOLDER / "message_templates.json").read_text(encoding="utf8"))
    return [
        Template(
            entry["id"],
            entry["title"],
            entry["type"],
            tuple(Field(line["key"], kind_of(line["key"]), line["label"]) for line in entry["fields"]),
        )
        for entry in entries
    ]


class PlayedWeChat:
    """Takes every message but while it is away; now and then a call is cut, and nobody knows whether it arrived."""

    def __init__(self, outages: list[Outage], lots: random.Random) -> None:
        self.outages, self._lots = outages, lots
        self.taken: dict[int, str] = {}
        self.missed = self.cut = 0

    def is_away(self, at: datetime) -> bool:
        """Whether nothing gets through at this moment."""
        return any(one.starts <= at < one.ends for one in self.outages)

    def templates(self) -> list[Template]:
        """What the account has."""
        return account_templates()

    def send_subscribe_message(
        self, openid: str, _template_id: str, _data: Mapping[str, str], _page: str = ""
    ) -> int | None:
        """Take one message and name it."""
        if self.is_away(clock.now()):
            self.missed += 1
            raise Unreachable
        if self._lots.randrange(1000) < CUT_PERMILLE:
            self.cut += 1
            raise Unclear
        msgid = 2**53 + len(self.taken)
        self.taken[msgid] = openid
        return msgid
