"""Signing in with WeChat, and what people keep about themselves."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from sqlalchemy.exc import IntegrityError

from app import clock, limits
from app.api import guard, openapi
from app.api.shapes import Shape, Text
from app.db import end_reading, transaction
from app.errors import NotAllowed, Unavailable, field
from app.people import accounts, closing, phones, queries, sign_in
from app.people.models import Account
from wechat.client.errors import ForeignPhone, InvalidCode, UserBlocked, WeChatError
from wechat.client.sign_in import SignIn

sessions = Blueprint("sessions", __name__, url_prefix="/api/sessions")
guard.open_to_all(sessions)
bp = Blueprint("account", __name__, url_prefix="/api/account")
guard.protect(bp)
notice = Blueprint("privacy_notice", __name__, url_prefix="/api/privacy-notice")
guard.open_to_all(notice)

WECHAT_S = 3.0


class Code(Shape):
    code = Text(most=128, required=True, metadata={"description": "From `wx.login` or the phone-number button."})


class Name(Shape):
    name = Text(most=20, required=True)


class Home(Shape):
    compound_id = Text(most=22, required=True)
    building = Text(most=40, load_default=None, metadata={"description": "As the compound lists it."})
    unit = Text(most=40, load_default=None)


class Version(Shape):
    version = Text(most=20, required=True)


class HomeAnswer(Schema):
    compound_id = fields.String(required=True)
    compound = fields.String(required=True)
    building = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)


class PostAnswer(Schema):
    role = fields.String(required=True)
    role_name = fields.String(required=True)
    place = fields.String(required=True)
    level = fields.String(required=True)


class AccountAnswer(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    roles = fields.List(fields.String(), required=True)
    phone_masked = fields.String(required=True, allow_none=True)
    home = fields.Nested(HomeAnswer, required=True, allow_none=True)
    privacy_version = fields.String(required=True, allow_none=True)
    posts = fields.List(fields.Nested(PostAnswer), required=True)


class SessionAnswer(Schema):
    token = fields.String(required=True)
    expires_at = fields.String(required=True)
    account = fields.Nested(AccountAnswer, required=True)


class NoticeAnswer(Schema):
    version = fields.String(required=True)
    text = fields.String(required=True)


CODE, NAME, HOME, VERSION = Code(), Name(), Home(), Version()


def show(account: Account, roles_of: Any = None) -> dict[str, Any]:
    """An account as its owner sees it."""
    actor = roles_of or guard.actor()
    return {
        "id": account.public_id,
        "name": account.name,
        "roles": ["resident", *sorted(role.value for role in actor.roles)],
        "phone_masked": phones.masked(account.phone),
        "home": _home(account),
        "privacy_version": account.privacy_version,
        "posts": queries.posts_of(actor),
    }


def _home(account: Account) -> dict[str, Any] | None:
    compound = accounts.home_of(account)
    if compound is None:
        return None
    return {
        "compound_id": compound.public_id,
        "compound": compound.name,
        "building": account.home_building,
        "unit": account.home_unit,
    }


def _ask_wechat(ask: Callable[[Any], Any], when_void: str) -> Any:
    """Ask WeChat with no transaction open; its faults become sentences for people."""
    try:
        return ask(current_app.extensions["wechat"])
    except InvalidCode as error:
        raise field("code", when_void) from error
    except UserBlocked as error:
        raise NotAllowed("微信限制了这个账号登录小程序，请在微信里查看账号状态后再试。") from error
    except ForeignPhone as error:
        raise field("code", "目前只支持中国大陆的手机号，请换一个手机号。") from error
    except WeChatError as error:
        raise Unavailable("微信服务暂时连不上，请稍后再试。", retry_after=5) from error


@sessions.route("", methods=["POST"])
@openapi.described(answer=SessionAnswer, status=201, body=CODE, also=("FORBIDDEN", "TOO_MANY_REQUESTS"))
def begin_session() -> Response:
    """Sign in: WeChat's login code becomes an opaque token for seven days."""
    limits.count("sign-in", request.remote_addr or "", limits.SIGN_IN)
    values = CODE.load(guard.json_body())
    person: SignIn = _ask_wechat(
        lambda wechat: wechat.sign_in(values["code"], budget_s=WECHAT_S), "登录凭证已失效，请重新打开小程序再试。"
    )
    account, token, expires_at = _signed_in(person.openid)
    shown = show(account, sign_in.actor_of(account.id))
    end_reading()
    return guard.shown({"token": token, "expires_at": clock.iso(expires_at), "account": shown}, 201)


def _signed_in(openid: str) -> tuple[Account, str, datetime]:
    try:
        with transaction():
            return sign_in.sign_in(openid)
    except IntegrityError:
        # On a first visit from two phones at once the other one made the account.
        with transaction():
            return sign_in.sign_in(openid)


@bp.route("", methods=["GET"])
@guard.reading(answer=AccountAnswer)
def read_account() -> dict[str, Any]:
    """One's own account."""
    return show(accounts.own(guard.actor()))


@bp.route("", methods=["PATCH"])
@guard.change(NAME, show, answer=AccountAnswer)
def rename(values: dict[str, str]) -> Account:
    """Say how one wants to be called."""
    return accounts.rename(guard.actor(), values["name"])


@bp.route("/phone", methods=["POST"])
@guard.command(CODE, show, answer=AccountAnswer, before=lambda values: _verified_phone(values), also=("FORBIDDEN",))
def bind_phone(values: dict[str, str]) -> Account:
    """Keep the phone number that WeChat verified; a staff member's number links the staff account."""
    account, linked = accounts.bind_phone(guard.actor(), values["phone"])
    if linked:
        g.actor = sign_in.actor_of(account.id)
    return account


def _verified_phone(values: dict[str, str]) -> None:
    if g.openid is None:
        raise NotAllowed("请先用微信登录。")
    values["phone"] = _ask_wechat(
        lambda wechat: wechat.phone_number(values.pop("code"), g.openid, budget_s=WECHAT_S),
        "手机号授权已失效，请重新点击“获取手机号”。",
    )


@bp.route("", methods=["DELETE"])
@openapi.described(answer=None, status=204, also=("CONFLICT",))
def close_account() -> tuple[str, int]:
    """Close the account at once and for good. Contact and words stay on open requests until they end."""
    actor = guard.actor()
    with transaction():
        closing.close(accounts.own(actor), "own_wish", by=actor.account_id)
    return "", 204


@bp.route("/home", methods=["PUT"])
@guard.change(HOME, show, answer=AccountAnswer)
def set_home(values: dict[str, str]) -> Account:
    """Say where one lives."""
    return accounts.set_home(guard.actor(), **values)


@bp.route("/privacy-consent", methods=["POST"])
@guard.command(VERSION, show, answer=AccountAnswer)
def agree(values: dict[str, str]) -> Account:
    """Agree to the privacy notice."""
    return accounts.agree(guard.actor(), values["version"])


@notice.route("", methods=["GET"])
@guard.reading(answer=NoticeAnswer)
def read_notice() -> dict[str, str]:
    """What is collected, why, for how long, and what people may ask for."""
    return {"version": accounts.PRIVACY_VERSION, "text": accounts.PRIVACY_NOTICE}


@sessions.route("/current", methods=["DELETE"])
@openapi.described(answer=None, status=204, also=("UNAUTHORIZED",))
def end_session() -> tuple[str, int]:
    """Sign out: this token ends at once."""
    token = guard.bearer_token()
    with transaction():
        sign_in.sign_out(token)
    return "", 204
