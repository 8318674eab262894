"""Which room lets which of WeChat's events take effect. Events that are not named here are ignored."""

import orjson

from app import logs, trail
from app.notifications import consents, deliveries
from app.notifications.pushes import Handler, Push
from app.people import authorisations
from app.photos import review

_log = logs.logger("notifications.push_handlers")


def _authorisation_revoked(push: Push) -> bool:
    authorisations.revoked(push.openid, push.facts.get("RevokeInfo", ""))
    return True


def _account_cancelled(push: Push) -> bool:
    authorisations.cancelled(push.openid)
    return True


def _profile_modified(push: Push) -> bool:
    authorisations.modified(push.openid)
    return True


def _punished(push: Push) -> bool:
    """WeChat restricts the mini-program; its words lie apart in the trail, since they may name somebody."""
    _log.error("wechat_punished")
    trail.audit("wechat.punished", "wechat:mini-program", text=orjson.dumps(push.facts).decode())
    return True


def _picture_checked(push: Push) -> bool:
    """WeChat's verdict on a photo; it may come before the photo's row knows under which name WeChat took it."""
    looked = push.facts.get("errcode", "0") == "0"
    return review.settle(push.facts.get("trace_id", ""), push.facts.get("result.suggest") if looked else None)


def _asked(push: Push) -> bool:
    consents.popup(push.openid, push.entries, push.created_at)
    return True


def _withdrawn(push: Push) -> bool:
    consents.withdrawn(push.openid, push.entries, push.created_at)
    return True


def _message_ended(push: Push) -> bool:
    """How messages ended; a row of which we know nothing yet has all of them looked at again a little later."""
    return all([_confirmed(push, row) for row in push.entries])


def _confirmed(push: Push, row: dict[str, str]) -> bool:
    msgid, template_id = row.get("MsgID", ""), row.get("TemplateId", "")
    if not (msgid.isascii() and msgid.isdecimal()):
        return True
    reason = row.get("ErrorStatus", "") or "not_delivered"
    return deliveries.confirmed(
        int(msgid), push.openid, template_id, row.get("ErrorCode") == "0", push.created_at, reason
    )


HANDLERS: dict[str, Handler] = {
    "user_authorization_revoke": _authorisation_revoked,
    "user_authorization_cancellation": _account_cancelled,
    "user_info_modified": _profile_modified,
    "subscribe_msg_popup_event": _asked,
    "subscribe_msg_change_event": _withdrawn,
    "subscribe_msg_sent_event": _message_ended,
    "wxa_media_check": _picture_checked,
    "wxa_punish_event": _punished,
}
