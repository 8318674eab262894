"""A month from an empty database to its numbers."""

import gc
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import kept
from app.db import walking
from app.notifications.relay import Relay
from app.photos.reencoding import Pictures
from app.simulation import city, figures, ground, wechat
from app.simulation.demand import Month
from app.simulation.figures import Figures
from app.simulation.month import Player, Rounds
from app.simulation.people import Temperaments
from app.simulation.sight import watching
from app.simulation.town import Town
from app.simulation.wechat import PlayedWeChat
from app.work_orders import numbers

AT_ONCE = 30


@dataclass(frozen=True)
class Plan:
    """What to play."""

    month: Month
    orders: int
    seed: int
    durable: bool = False
    password: str = ""

    @property
    def about(self) -> str:
        return f"--from {self.month.first} --days {self.month.days} --orders {self.orders} --seed {self.seed}"


@dataclass(frozen=True)
class Played:
    """What the month came to."""

    figures: Figures
    mark: str
    refused: dict[str, int]


def play(
    plan: Plan, app: Any, rounds: Rounds, pictures: Pictures, tell: Callable[[date, Player], None] = lambda *_: None
) -> Played:
    """Play it; raises Foreign for other people's database, and Broken when something is not as it must be."""
    ground.take(plan.about)
    with hurrying(plan.durable), kept.alone(), watching() as watch:
        lots = random.Random(plan.seed)
        random.seed(plan.seed)  # How long the relay waits between tries is drawn from the common lots.
        digits = random.Random(lots.getrandbits(64))
        with numbers.drawn_by(lambda count: f"{digits.randrange(10**count):0{count}}"):
            town = Town(city.fill(plan.month, plan.orders, lots, plan.password), lots, Temperaments(lots), pictures)
            scripted = PlayedWeChat(wechat.outages(plan.month, lots), random.Random(lots.getrandbits(64)))
            relay = Relay(app, scripted, AT_ONCE)
            with walking() as clockwork:
                player = Player(plan.month, town, scripted, watch, relay, rounds, clockwork)
                player.prepare(plan.orders)
                for day in plan.month.each():
                    player.play_day(day)
                    tell(day, player)
    survived = {"微信中断次数": len(scripted.outages), "中断中未送达后补送": scripted.missed}
    return Played(figures.figures() | survived, figures.mark(), dict(player.refused.most_common()))


@contextmanager
def hurrying(durable: bool, *, unchecked: bool = False) -> Iterator[None]:
    """Without waiting for the disk, and without looking for cycles among rows that are thrown away as they come."""
    if not durable:
        ground.hurry(unchecked)
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if not durable:
            ground.last()
