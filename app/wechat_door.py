"""WeChat's own door: what it pushes is verified, kept, and acknowledged at once; the relay works it off."""

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from app import clock, logs
from app.db import transaction, unavailable
from app.errors import Unavailable
from app.notifications import pushes
from config import Settings
from wechat.push import Mode, PushEvent, PushRefused, PushSettings, open_push, verify_url
from wechat.push.body import MOST_BYTES

# Whoever cannot show that they are WeChat is refused (403); what WeChat could not have meant is a bad request (400).
NOT_WECHAT = ("signature", "timestamp", "mode", "appid")

_log = logs.logger("wechat_door")

blueprint = Blueprint("wechat_door", __name__, url_prefix="/wechat/push")
# A signature of WeChat's is the key to this door.
blueprint.guarded = False  # type: ignore[attr-defined]


def open_door(app: Flask, settings: Settings) -> None:
    """Put the door in the house, unless the secrets that guard it are missing."""
    if not settings.wechat_push_token or not settings.wechat_aes_key:
        return
    app.extensions["wechat_push"] = PushSettings(
        settings.wechat_push_token, settings.wechat_aes_key, settings.wechat_appid, Mode(settings.wechat_push_mode)
    )
    app.register_blueprint(blueprint)


@blueprint.get("")
def prove() -> Response:
    """Show WeChat that this URL is ours."""
    try:
        return _said(verify_url(_settings(), request.args.to_dict()))
    except PushRefused as refusal:
        return _refused(refusal.reason)


@blueprint.post("")
def take() -> Response:
    """Keep what WeChat tells. Only `success` lets it rest; for anything else it may ask again."""
    try:
        event = open_push(_settings(), request.args.to_dict(), _body(), clock.now())
    except PushRefused as refusal:
        return _refused(refusal.reason)
    try:
        return _kept(event)
    except Exception as error:
        if not isinstance(error, Unavailable) and unavailable(error) is None:
            raise
        _log.warning("database_away", kind=type(error).__name__)
        return _said("busy", 503)


def _settings() -> PushSettings:
    settings: PushSettings = current_app.extensions["wechat_push"]
    return settings


def _body() -> bytes:
    # What comes without a length is cut in silence, so one byte more than is allowed must be let in to be seen.
    request.max_content_length = MOST_BYTES + 1
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise PushRefused("too_large") from None


def _kept(event: PushEvent) -> Response:
    with transaction():
        is_new = pushes.keep(event, clock.now())
    _log.info("push_kept" if is_new else "push_known", name=event.name)
    return _said("success")


def _refused(reason: str) -> Response:
    _log.warning("push_refused", reason=reason)
    return _said("refused", 403 if reason in NOT_WECHAT else 400)


def _said(words: str, status: int = 200) -> Response:
    response = Response(words, status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
