"""A thing that people do with an order: who, when it comes up, how likely, how soon, and the command."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.people.actor import Actor
from app.simulation.sight import Sight
from app.simulation.town import Town
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, Status


@dataclass(frozen=True)
class Case:
    """An order before the person who is going to do something with it."""

    sight: Sight
    actor: Actor
    town: Town
    photos: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        return self.sight.number

    def one_of(self, values: tuple[Any, ...]) -> Any:
        """One of several, by lot."""
        return self.town.lots.choice(values)


@dataclass(frozen=True)
class Deed:
    """It comes up when the order gets into one of the statuses, or when the record opens that it answers.

    `hours` are working hours of staff and waking hours of residents; with what is urgent staff take minutes for hours.
    What is `steady` is everybody's duty; the rest depends on how a person leans. `again` is how likely they come back
    to it.
    """

    action: Action
    who: str
    when: tuple[Status, ...] | Kind | str
    chance: float
    hours: tuple[float, float]
    do: Callable[[Case], Any]
    steady: bool = False
    again: float = 0.0
    unless: Kind | None = None
    with_photos: bool = False

    def comes_up(self, sight: Sight) -> bool:
        """Whether the order is such that this can be done."""
        if self.unless is not None and self.unless in sight.kinds:
            return False
        return self.when in sight.kinds if isinstance(self.when, str) else sight.status in self.when
