"""The verified phone number behind a code of the phone-number button."""

from marshmallow import EXCLUDE, Schema, fields, validate

from .answers import shaped
from .authorised import AuthorisedCalls
from .budget import Budget
from .errors import ForeignPhone, Misconfigured

PATH = "/wxa/business/getuserphonenumber"
CHINA = "86"


class Watermark(Schema):
    """Says for which mini-program the number was given out."""

    class Meta:
        unknown = EXCLUDE

    appid = fields.String(required=True)


class PhoneInfo(Schema):
    """A number with its country."""

    class Meta:
        unknown = EXCLUDE

    pure_phone_number = fields.String(
        required=True, data_key="purePhoneNumber", validate=validate.Regexp(r"^[0-9]{4,20}\Z")
    )
    country_code = fields.String(required=True, data_key="countryCode")
    watermark = fields.Nested(Watermark, required=True)


class PhoneAnswer(Schema):
    """The answer of getuserphonenumber."""

    class Meta:
        unknown = EXCLUDE

    phone_info = fields.Nested(PhoneInfo, required=True)


PHONE_ANSWER = shaped(PhoneAnswer())


def phone_number(calls: AuthorisedCalls, appid: str, code: str, openid: str, budget: Budget) -> str:
    """Return the number without country code; the openid lets WeChat refuse a code of another person."""
    info = calls.post(PATH, {"code": code, "openid": openid}, PHONE_ANSWER, budget)["phone_info"]
    if info["watermark"]["appid"] != appid:
        raise Misconfigured(path=PATH)
    if info["country_code"] != CHINA:
        raise ForeignPhone(path=PATH)
    return info["pure_phone_number"]
