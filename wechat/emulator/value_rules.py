"""The strict rules for the values of subscription messages, written apart from the client's so that they judge it."""

import re
import unicodedata
from collections.abc import Callable, Sequence

CLOCK = r"([01]?\d|2[0-3]):[0-5]\d"
DAY = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2})"
TIME = rf"({DAY} ?)?{CLOCK}"
DATE = rf"{DAY}( ?{CLOCK})?"
CHINESE = "[\u4e00-\u9fff]"


def fault_of(key: str, value: object, enum_values: Sequence[str] = ()) -> str:
    """Return an empty text for a good value, else WeChat's word for what is wrong: empty or invalid."""
    if value is None or value == "":
        return "empty"
    if not isinstance(value, str) or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in value):
        return "invalid"
    if not value.strip():
        return "empty"
    kind = key.rstrip("0123456789")
    good = value in enum_values if kind == "enum_string" else RULES.get(kind, _never)(value)
    return "" if good else "invalid"


def _never(value: str) -> bool:
    return False


def _like(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def _number(value: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) is not None and len(re.sub("[^0-9]", "", value)) <= 32


def _symbol(value: str) -> bool:
    return len(value) <= 5 and all(unicodedata.category(c)[0] in "PS" for c in value)


def _name(value: str) -> bool:
    if any(c.isdigit() for c in value):
        return False
    return len(value) <= (20 if value.isascii() else 10)


RULES: dict[str, Callable[[str], bool]] = {
    "thing": lambda value: len(value) <= 20,
    "number": _number,
    "letter": _like("[A-Za-z]{1,32}"),
    "symbol": _symbol,
    "character_string": _like("[!-~]{1,32}"),
    "time": _like(f"{TIME}(~{TIME})?"),
    "date": _like(f"{DATE}(~{DATE})?"),
    "amount": _like(r"[¥￥$€£]?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": _like(r"[0-9+() \-]{1,17}"),
    "car_number": _like(f"({CHINESE}|[A-Za-z0-9])[A-Za-z0-9]{{0,6}}({CHINESE}|[A-Za-z0-9])"),
    "name": _name,
    "phrase": _like(f"{CHINESE}{{1,5}}"),
}
