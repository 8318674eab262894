"""What is told, before it is written down: figures are numbers and `List` is a list, whatever the wire makes of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..emulator import Emulator

# The sender of events that are about a person but do not come from them.
PLATFORM = "oPLATFORM00000000000000000001"

Message = dict[str, Any]


def event(emulator: Emulator, name: str, sender: str = PLATFORM, **facts: Any) -> Message:
    """Return an event of this moment."""
    return {**head(emulator, sender), "MsgType": "event", "Event": name, **facts}


def head(emulator: Emulator, sender: str) -> Message:
    return {
        "ToUserName": emulator.settings.original_id,
        "FromUserName": sender,
        "CreateTime": int(emulator.clock.now()),
    }


def popup(emulator: Emulator, openid: str, answers: Mapping[str, str]) -> Message:
    """The person answered a request for subscriptions, all its templates in one event."""
    entries = [
        {"TemplateId": template_id, "SubscribeStatusString": answer, "PopupScene": "0"}
        for template_id, answer in answers.items()
    ]
    return event(emulator, "subscribe_msg_popup_event", openid, List=entries)


def switched_off(emulator: Emulator, openid: str, template_id: str) -> Message:
    """The person refused a template in the settings; WeChat reports only refusals."""
    entry = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
    return event(emulator, "subscribe_msg_change_event", openid, List=[entry])


def sent(emulator: Emulator, openid: str, template_id: str, msgid: int, success: bool) -> Message:
    """How a subscription message ended; the words of a failure are assumed."""
    end = {"ErrorCode": "0", "ErrorStatus": "success"} if success else {"ErrorCode": "1", "ErrorStatus": "failed"}
    entry = {"TemplateId": template_id, "MsgID": str(msgid), **end}
    return event(emulator, "subscribe_msg_sent_event", openid, List=[entry])


def revoked(emulator: Emulator, openid: str, appid: str, info: Sequence[str]) -> Message:
    """The person took back permissions, such as 8 phone, 13 location, 14 photo, 18 chosen location."""
    facts = {"OpenID": openid, "AppID": appid, "RevokeInfo": ",".join(info)}
    return event(emulator, "user_authorization_revoke", **facts)


def closed(emulator: Emulator, openid: str, appid: str) -> Message:
    """The person closed their account: their data must go."""
    return event(emulator, "user_authorization_cancellation", OpenID=openid, AppID=appid)


def changed(emulator: Emulator, openid: str, appid: str) -> Message:
    """The person changed what they had given."""
    return event(emulator, "user_info_modified", OpenID=openid, AppID=appid, RevokeInfo="")


def punished(emulator: Emulator, reason: str) -> Message:
    """WeChat restricts the mini-program; all fields but the event's name are assumed."""
    return event(emulator, "wxa_punish_event", appid=emulator.settings.appid, punish_reason=reason)


def entered(emulator: Emulator, openid: str) -> Message:
    """The person opened the conversation with customer service."""
    return event(emulator, "user_enter_tempsession", openid, SessionFrom="wxapp")


def customer_text(emulator: Emulator, openid: str, text: str) -> Message:
    """The person wrote to customer service."""
    return {**head(emulator, openid), "MsgType": "text", "Content": text, "MsgId": emulator.chance.msgid()}
