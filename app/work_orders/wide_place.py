"""A place told less exactly than it is known: to the building for neighbours, to the compound in confidence."""


def to_building(text: str, unit: str | None) -> str:
    """Without the unit; the text of a place ends with it where one is known."""
    return text.removesuffix(f" {unit}") if unit else text


def to_compound(text: str, building: str | None, unit: str | None) -> str:
    """Without building and unit."""
    text = to_building(text, unit)
    return text.removesuffix(f" {building}") if building else text
