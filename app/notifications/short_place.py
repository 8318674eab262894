"""A place in as few characters as a message has, so that nobody goes to a wrong door: no number is ever cut."""

import re
from collections.abc import Iterator

MISSING = "…"
NUMBER = r"[0-9A-Za-z０-９.零〇一二三四五六七八九十百甲乙丙丁东西南北#\-]+"
DOOR = rf"{NUMBER}(?:号楼|号院|单元|[号栋幢座楼层室院排区期])"
ENDS_AT_A_DOOR = re.compile(rf"{DOOR} ?$")
WHOLE = re.compile(rf"{DOOR}|{NUMBER}")
NEEDLESS_SPACE = re.compile(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])")


def shortened(place: str, longest: int) -> str:
    """The place itself where it fits; else its end, if that is a building and unit, or its beginning.

    Empty where not even that can be said without cutting a number.
    """
    place = " ".join(place.split())
    if len(place) > longest:
        place = NEEDLESS_SPACE.sub("", place)
    if len(place) <= longest:
        return place
    room = longest - len(MISSING)
    if ENDS_AT_A_DOOR.search(place):
        # Which building it is depends on what stands right before it; the front says the least.
        end = place[max([len(place) - room, *_ends_beyond(place, len(place) - room)]) :]
        return MISSING + end if end else ""
    beginning = place[: min([room, *_starts_before(place, room)])]
    return beginning + MISSING if beginning else ""


def _ends_beyond(place: str, cut: int) -> Iterator[int]:
    return (whole.end() for whole in WHOLE.finditer(place) if whole.start() < cut < whole.end())


def _starts_before(place: str, cut: int) -> Iterator[int]:
    return (whole.start() for whole in WHOLE.finditer(place) if whole.start() < cut < whole.end())
