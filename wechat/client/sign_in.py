"""Signing in: a code of wx.login becomes the person's openid. The session key is dropped unread."""

from dataclasses import dataclass, field

from marshmallow import EXCLUDE, Schema, fields, validate

from .answers import shaped
from .budget import Budget, patiently
from .transport import Transport

PATH = "/sns/jscode2session"
BUSY_PAUSE_S = 1.0
NAME = validate.Regexp(r"^[!-~]{1,64}\Z")


@dataclass(frozen=True)
class SignIn:
    """Who signed in; `unionid` only where the mini-program is bound to an Open Platform account."""

    openid: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)


class Session(Schema):
    """The answer of jscode2session, without session_key."""

    class Meta:
        unknown = EXCLUDE

    openid = fields.String(required=True, validate=NAME)
    unionid = fields.String(load_default=None, allow_none=True, validate=NAME)


SESSION = shaped(Session())


def code2session(transport: Transport, appid: str, secret: str, code: str, budget: Budget) -> SignIn:
    """Exchange a single-use code; tried once more when WeChat is busy, as it asks for."""
    query = {"appid": appid, "secret": secret, "js_code": code, "grant_type": "authorization_code"}
    return SignIn(**patiently(lambda: transport.get(PATH, query, SESSION, budget), budget, BUSY_PAUSE_S))
