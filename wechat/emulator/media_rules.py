"""Rules that stand in for WeChat's look at pictures: by SHA-256, by a word in the address, by one plain colour.

The colour is for demonstrations: a picture keeps it when the service encodes it anew, and loses name and hash.
"""

import hashlib
import io
import json
import sqlite3
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from PIL import Image

from .content_rules import WORST_LAST
from .settings import DATA_FOLDER

KINDS = ("sha256", "keyword", "colour")
# How far each of red, green and blue may be off, in steps of 255.
TOLERANCE = 24


@dataclass(frozen=True)
class MediaRule:
    """A mark by which a picture is known, what WeChat would suggest, and its label."""

    kind: str
    mark: str
    suggest: str
    label: int


PASSED = MediaRule("", "", "pass", 100)


@cache
def standing_rules() -> tuple[MediaRule, ...]:
    """Return the rules that are always there."""
    entries = json.loads((DATA_FOLDER / "media_rules.json").read_text(encoding="utf-8"))
    return tuple(MediaRule(**entry) for entry in entries)


def rules(database: sqlite3.Connection) -> list[MediaRule]:
    """Return the standing rules and those that were added."""
    return [*standing_rules(), *(MediaRule(**dict(row)) for row in database.execute("SELECT * FROM media_rules"))]


def verdict_on(listed: list[MediaRule], url: str, content: bytes) -> MediaRule:
    """Return the worst rule that knows this picture, or the passing one."""
    digest, address, colour = hashlib.sha256(content).hexdigest(), unquote(url), plain_colour(content)
    found = [rule for rule in listed if knows(rule, digest, address, colour)]
    return max(found, key=lambda rule: WORST_LAST.index(rule.suggest), default=PASSED)


def knows(rule: MediaRule, digest: str, address: str, colour: tuple[int, ...] | None) -> bool:
    if rule.kind == "sha256":
        return rule.mark.lower() == digest
    if rule.kind == "keyword":
        return rule.mark in address
    wanted = bytes.fromhex(rule.mark.removeprefix("#"))
    return colour is not None and all(abs(a - b) <= TOLERANCE for a, b in zip(wanted, colour, strict=True))


def plain_colour(content: bytes) -> tuple[int, ...] | None:
    """Return the colour of a picture that is of one colour all over, None for any other and for what is none."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            pixels = picture.convert("RGB").resize((16, 16)).tobytes()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    bands = [pixels[start::3] for start in range(3)]
    if any(max(band) - min(band) > TOLERANCE for band in bands):
        return None
    return tuple((min(band) + max(band)) // 2 for band in bands)
