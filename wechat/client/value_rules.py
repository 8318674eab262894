"""Makes words fit the value rules of subscription messages; what cannot be made to fit raises FieldInvalid."""

import re
import unicodedata
from collections.abc import Callable

from .errors import FieldInvalid

NOTHING = "无"
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d"
DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|([-/.])\d{1,2}\1\d{1,2})"
MOMENT = re.compile(rf"(?:{DAY} ?)?{CLOCK}", re.ASCII)
DATE = re.compile(rf"{DAY}(?: ?{CLOCK})?", re.ASCII)
SECONDS = re.compile(rf"({CLOCK}):[0-5]\d(?!\d)", re.ASCII)
NUMBER = re.compile(r"-?\d{1,32}(\.\d{1,32})?", re.ASCII)
AMOUNT = re.compile(r"[¥￥$€£]?\d{1,10}(\.\d{1,2})?元?", re.ASCII)
CHINESE = r"\u4e00-\u9fff"
PLATE = re.compile(f"[A-Za-z0-9{CHINESE}][A-Za-z0-9]{{0,6}}[A-Za-z0-9{CHINESE}]")
INVISIBLE = ("Cc", "Cs", "Zl", "Zp")


def fit(kind: str, text: str) -> str:
    """Return the text as a field of this kind takes it, shortened where it is too long."""
    rule = RULES.get(kind, _as_it_is)
    fitted = rule(_one_line(text))
    if not fitted:
        raise FieldInvalid(path=f"fit/{kind}")
    return fitted


def _one_line(text: str) -> str:
    visible = "".join(" " if unicodedata.category(c) in INVISIBLE else c for c in text)
    return _squeezed(visible)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _as_it_is(text: str) -> str:
    return text


def _thing(text: str) -> str:
    if not text:
        return NOTHING
    return text if len(text) <= 20 else text[:19] + "…"


def _name(text: str) -> str:
    kept = _squeezed("".join(c for c in text if not c.isdigit()))
    return kept[: 20 if kept.isascii() else 10].strip()


def _car_number(text: str) -> str:
    kept = re.sub(f"[^A-Za-z0-9{CHINESE}]", "", text)[:8]
    return kept if PLATE.fullmatch(kept) else ""


def _only(allowed: str, longest: int) -> Callable[[str], str]:
    others = re.compile(f"[^{allowed}]")
    return lambda text: _squeezed(others.sub("", text))[:longest].strip()


def _whole(pattern: re.Pattern[str], longest: int = 66) -> Callable[[str], str]:
    return lambda text: text if len(text) <= longest and pattern.fullmatch(text) else ""


def _range_of(pattern: re.Pattern[str]) -> Callable[[str], str]:
    """A moment or two of them; WeChat refuses the full-width tilde between them."""

    def rule(text: str) -> str:
        points = [SECONDS.sub(r"\1", point.strip()) for point in re.split("[~～]", text)]
        right = len(points) <= 2 and all(pattern.fullmatch(point) for point in points)
        return "~".join(points) if right else ""

    return rule


RULES: dict[str, Callable[[str], str]] = {
    "thing": _thing,
    "name": _name,
    "phrase": _only(CHINESE, 5),
    "letter": _only("A-Za-z", 32),
    "symbol": _only(r"!-/:-@\[-`{-~", 5),
    "character_string": _only("!-~", 32),
    "phone_number": _only(r"0-9+() \-", 17),
    "car_number": _car_number,
    "number": _whole(NUMBER, 32),
    "amount": _whole(AMOUNT),
    "time": _range_of(MOMENT),
    "date": _range_of(DATE),
}
