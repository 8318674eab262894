"""A place told less exactly than it is known: to the building for neighbours, to the compound in confidence."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.work_orders.models import WorkOrder


def to_building(text: str, unit: str | None) -> str:
    """Without the unit; the text of a place ends with it where one is known."""
    return text.removesuffix(f" {unit}") if unit else text


def for_strangers(order: "WorkOrder") -> str:
    """What whoever does not work on the order may know of its place: the building, in confidence the compound."""
    if order.confidential:
        return to_compound(order.place_text, order.building, order.unit)
    return to_building(order.place_text, order.unit)


def to_compound(text: str, building: str | None, unit: str | None) -> str:
    """Without building and unit."""
    text = to_building(text, unit)
    return text.removesuffix(f" {building}") if building else text
