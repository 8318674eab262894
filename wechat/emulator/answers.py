"""How WeChat words its answers."""

import json
from typing import Any

from flask import Response

from .chance import Chance

ERRMSG = {
    -1: "system error",
    0: "ok",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, "
    "more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code,",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40159: "invalid length for path, or the data is not json string",
    40163: "code been used,",
    40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40212: "invalid query",
    40226: "code blocked,",
    40243: "AppSecret is frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code,",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43104: "The openid does not match the appid",
    43107: "subscribe message capacity banned",
    43108: "concurrent sending to the same user",
    44002: "empty post data",
    44990: "reach max api second frequence limit",
    44991: "reach max api minute frequence",
    44993: "reach max api daily link limit",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45029: "qrcode count out of limit",
    45109: "This API has been unsupported",
    45168: "keyword in blacklist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    50007: "account is frozen",
    61010: "code is expired",
    76001: "rid not found",
    76002: "invalid rid",
    76021: "cgi_path not found, please check",
    76022: "could not use this cgi_path, no permission",
    85079: "miniprogram has no online release",
    85096: "not allow include scancode_time field",
    85401: "time limit between 1min and 30days",
    85402: "invalid env_version",
    85403: "link not found",
    85406: "reach max daily visit limit",
    87007: "session_key is not existed or expired",
    87008: "invalid sig_method",
    87009: "invalid signature",
    87014: "risky content",
    87020: "repeated request",
}


class Refuse(Exception):
    """Ends a call with one of WeChat's error numbers; what the call changed is undone unless `keep`."""

    def __init__(self, errcode: int, text: str = "", *, keep: bool = False) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.keep = keep
        self.text = text or ERRMSG.get(errcode, "system error")


def rid(now: float, chance: Chance) -> str:
    """Return a trace id; its first group is the time."""
    return f"{int(now):08x}-{chance.hexadecimal(8)}-{chance.hexadecimal(8)}"


def error(errcode: int | str, text: str, trace: str) -> dict[str, Any]:
    """Return the body of an error."""
    return {"errcode": errcode, "errmsg": f"{text} rid: {trace}"}


def answer(body: dict[str, Any], mimetype: str = "application/json") -> Response:
    """Return a body as WeChat sends it: status 200, raw UTF-8."""
    return Response(json.dumps(body, ensure_ascii=False), mimetype=mimetype)
