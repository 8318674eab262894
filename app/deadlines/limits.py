"""How long each step may take, by class of the order."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a limit is counted in."""

    CLOCK_MINUTES = "clock_minutes"
    CLOCK_HOURS = "clock_hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    NATURAL_DAYS = "natural_days"

    @property
    def is_clock(self) -> bool:
        """Whether it runs day and night, without looking at the calendar."""
        return self in (Unit.CLOCK_MINUTES, Unit.CLOCK_HOURS)

    @property
    def label(self) -> str:
        """The unit as people read it behind a number."""
        return UNIT_LABELS[self]


class ServiceClass(StrEnum):
    """The urgency of an order."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"

    @property
    def label(self) -> str:
        """The class as people read it."""
        return CLASS_LABELS[self]

    @property
    def is_urgent(self) -> bool:
        """Whether it is counted by the clock, never goes to the pool and has half a day for rework."""
        return self in (ServiceClass.P0, ServiceClass.P1)


class Step(StrEnum):
    """What has to happen within a limit."""

    SIGN = "sign"
    CONTACT = "contact"
    RESOLVE = "resolve"

    @property
    def label(self) -> str:
        """The step as people read it."""
        return STEP_LABELS[self]


UNIT_LABELS = {
    Unit.CLOCK_MINUTES: "分钟",
    Unit.CLOCK_HOURS: "小时",
    Unit.WORKING_HOURS: "个工作小时",
    Unit.WORKING_DAYS: "个工作日",
    Unit.NATURAL_DAYS: "个自然日",
}
CLASS_LABELS = {
    ServiceClass.P0: "紧急",
    ServiceClass.P1: "民生急事",
    ServiceClass.P2: "简单",
    ServiceClass.P3: "一般",
    ServiceClass.P4: "复杂",
    ServiceClass.P5: "联动",
}
STEP_LABELS = {Step.SIGN: "签收", Step.CONTACT: "联系", Step.RESOLVE: "办结"}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time in its own unit. The amount is a whole number, except for shares such as a half."""

    amount: float
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("a limit of no time")

    def share(self, fraction: float) -> "Limit":
        """A part of this limit in the same unit."""
        return Limit(self.amount * fraction, self.unit)

    @property
    def text(self) -> str:
        """The limit as people read it, such as `4个工作小时`."""
        return f"{self.amount:g}{self.unit.label}"

    @property
    def code(self) -> str:
        """The limit as it is stored and set, such as `4 working_hours`."""
        return f"{self.amount:.10g} {self.unit.value}"

    @staticmethod
    def read(code: str) -> "Limit":
        """The limit that `code` tells."""
        amount, unit = code.split()
        return Limit(float(amount), Unit(unit))


Limits = dict[tuple[ServiceClass, Step], Limit]

_MINUTES, _HOURS = Unit.CLOCK_MINUTES, Unit.CLOCK_HOURS
_WORKING_HOURS, _WORKING_DAYS = Unit.WORKING_HOURS, Unit.WORKING_DAYS

# Sign, contact and resolve of each class. These are where a city starts from; its own stand in the database.
_DEFAULTS = {
    ServiceClass.P0: ((5, _MINUTES), (30, _MINUTES), (24, _HOURS)),
    ServiceClass.P1: ((5, _MINUTES), (2, _HOURS), (24, _HOURS)),
    ServiceClass.P2: ((4, _WORKING_HOURS), (1, _WORKING_DAYS), (3, _WORKING_DAYS)),
    ServiceClass.P3: ((4, _WORKING_HOURS), (1, _WORKING_DAYS), (7, _WORKING_DAYS)),
    ServiceClass.P4: ((1, _WORKING_DAYS), (2, _WORKING_DAYS), (11, _WORKING_DAYS)),
    ServiceClass.P5: ((1, _WORKING_DAYS), (2, _WORKING_DAYS), (15, _WORKING_DAYS)),
}


def default_limits() -> Limits:
    """The limits a new city starts with."""
    return {
        (service_class, step): Limit(*limit)
        for service_class, limits in _DEFAULTS.items()
        for step, limit in zip(Step, limits, strict=True)
    }
