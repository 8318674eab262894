"""What stands beside the phones: pushes with our replies, codes and links, the push settings."""

import json
import sqlite3
from typing import Any

from . import tickets
from .clock import written
from .emulator import Emulator
from .push import queue, sender

SHOWN_PUSHES, SHOWN_TICKETS = 12, 6

STATES = {
    queue.WAITING: ("待推送", "wait"),
    queue.DELIVERED: ("已收到", "good"),
    queue.FAILED: ("推送失败", "bad"),
    queue.LOST: ("故意丢失", "bad"),
    queue.MISUNDERSTOOD: ("答复不对", "bad"),
}
EVENTS = {
    "subscribe_msg_popup_event": "订阅弹窗的选择",
    "subscribe_msg_change_event": "在设置里关闭订阅",
    "subscribe_msg_sent_event": "订阅消息送达",
    "wxa_media_check": "图片审核结果",
    "user_authorization_revoke": "撤回授权",
    "user_authorization_cancellation": "账号注销",
    "user_info_modified": "资料变更",
    "user_enter_tempsession": "进入客服会话",
    "wxa_punish_event": "小程序处罚",
    "text": "客服消息",
}
WORDS = {
    "accept": "同意",
    "reject": "拒绝",
    "success": "成功",
    "failed": "失败",
    "pass": "通过",
    "review": "待人工审核",
    "risky": "违规",
}


def pushes(database: sqlite3.Connection, names: dict[str, str]) -> list[dict[str, Any]]:
    """Return the newest pushes as a person reads them; `names` are people by openid."""
    return [push(row, names) for row in queue.newest_first(database, SHOWN_PUSHES)]


def push(row: sqlite3.Row, names: dict[str, str]) -> dict[str, Any]:
    message, attempts = json.loads(row["message"]), queue.attempts_of(row)
    state, look = STATES[row["state"]]
    return {
        "title": EVENTS.get(queue.named(message), queue.named(message)),
        "event": queue.named(message),
        "who": names.get(message.get("OpenID") or message["FromUserName"], ""),
        "what": "、".join(outcomes(message)),
        "state": state,
        "look": look,
        "at": written(row["due_at"])[11:19],
        "attempts": attempts,
    }


def outcomes(message: dict[str, Any]) -> list[str]:
    """Return what a message says, in words."""
    entries = [entry for entry in message.get("List", []) if isinstance(entry, dict)]
    found = [entry.get("SubscribeStatusString") or entry.get("ErrorStatus") for entry in entries]
    if message.get("errcode"):
        return [f"下载失败 {message['errcode']}"]
    if isinstance(message.get("result"), dict):
        found.append(message["result"].get("suggest"))
    return [WORDS.get(word, str(word)) for word in found if word] or (
        [message["Content"]] if "Content" in message else []
    )


def codes(database: sqlite3.Connection, emulator: Emulator) -> list[dict[str, Any]]:
    """Return the newest codes and links."""
    return [tickets.shown(emulator, row) for row in tickets.newest_first(database, SHOWN_TICKETS)]


def push_settings(emulator: Emulator) -> dict[str, Any]:
    """Return where pushes go and in which form."""
    options = emulator.options
    mode = {"plain": "明文", "compatible": "兼容", "safe": "安全"}[options["push_mode"]]
    return {
        "on": queue.is_configured(emulator),
        "address": sender.address(emulator),
        "form": f"{mode}模式 · {options['push_format'].upper()}",
    }
