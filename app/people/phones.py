"""Phone numbers: one form inside, masked outside, found again by a keyed hash."""

import phonenumbers

from app import errors, secrets


def normal(given: str) -> str:
    """The national number of a Chinese mobile, `13800000000`; anything else is refused with a sentence."""
    try:
        number = phonenumbers.parse(given, "CN")
    except phonenumbers.NumberParseException as error:
        raise errors.field("phone", "请填写11位手机号码。") from error
    national = str(number.national_number)
    if number.country_code != 86 or len(national) != 11 or not national.startswith("1"):
        raise errors.field("phone", "请填写11位手机号码。")
    return national


def masked(phone: str | None) -> str | None:
    """`138****0000`, as every output shows it."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else None


def index(phone: str) -> str:
    return secrets.blind_index(phone)
