"""The GET by which WeChat asks whether a push address is ours."""

import time
from typing import Any

import requests

from wechat.push import crypto

from ..emulator import Emulator
from ..options import is_loopback
from .sender import LONGEST_REPLY, address, quiet_session


def tried(emulator: Emulator) -> dict[str, Any]:
    """Ask once; return whether the address proved itself, with a sentence for people."""
    echo = emulator.chance.digits(19)
    try:
        status, reply = asked(emulator, echo)
    except requests.RequestException:
        return {"ok": False, "status": None, "sentence": "连接不上推送地址，请确认服务已启动。"}
    ok = status == 200 and reply == echo.encode()
    sentence = "握手成功，推送地址可用。" if ok else "握手失败：对方没有原样返回 echostr，请核对 Token 和地址。"
    return {"ok": ok, "status": status, "sentence": sentence}


def asked(emulator: Emulator, echo: str) -> tuple[int, bytes]:
    """Send the signed question; return status and body."""
    url, timestamp, nonce = address(emulator), str(int(time.time())), emulator.chance.digits(10)
    if not is_loopback(url):
        raise requests.exceptions.InvalidURL
    query = {
        "signature": crypto.signature(emulator.settings.push_token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": echo,
    }
    timeout = emulator.options["push_timeout_s"]
    with quiet_session() as session:
        response = session.get(url, params=query, timeout=timeout, allow_redirects=False)
        return response.status_code, response.content[:LONGEST_REPLY]
