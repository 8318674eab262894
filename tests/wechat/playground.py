"""The hands that play a running emulator's phones, and clients that call it."""

from typing import Any

import requests

from wechat.client import MemoryTokenStore, TokenStore, WeChat

APPID = "wx0000000000000001"
SECRET = "a-secret-that-must-never-be-seen"
PROGRESS = {"character_string1": "XN2603101234567", "phrase2": "办理中", "thing3": "已到现场", "time4": "15:01"}


class Playground:
    """The running emulator, the hands that play its phones, and clients that call it."""

    appid, secret, progress = APPID, SECRET, PROGRESS

    def __init__(self, base: str) -> None:
        self.base = base

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        response = requests.request(method, f"{self.base}/_emu{path}", json=body or {}, timeout=5)
        assert response.ok, response.text
        return response.json() if response.content else None

    def token(self) -> str:
        body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        return requests.post(f"{self.base}/cgi-bin/stable_token", json=body, timeout=5).json()["access_token"]

    def person(self, **facts: Any) -> str:
        return self.control("/users", facts)["openid"]

    def login_code(self, openid: str) -> str:
        return self.control(f"/users/{openid}/login")["code"]

    def phone_code(self, openid: str) -> str:
        return self.control(f"/users/{openid}/phone-code")["code"]

    def consent(self, openid: str, template_id: str = "tpl-progress", answer: str = "accept") -> dict[str, Any]:
        return self.control(f"/users/{openid}/consents", {"template_id": template_id, "answer": answer})

    def messages(self, openid: str) -> list[dict[str, Any]]:
        return self.control(f"/users/{openid}/messages", method="GET")["items"]

    def fault(self, path: str, **fault: Any) -> None:
        self.control("/faults", {"path": path, **fault})

    def calls(self, path: str) -> list[dict[str, Any]]:
        return self.control(f"/calls?path={path}", method="GET")["items"]

    def tokens(self) -> TokenStore:
        """A store whose lease is waited for long, so that a machine that stands still for a moment breaks no race."""
        return MemoryTokenStore(wait_s=30.0)

    def wechat(self, tokens: TokenStore | None = None, **options: Any) -> WeChat:
        settings = {"appid": APPID, "secret": SECRET, "api_base": self.base, **options}
        return WeChat(tokens=tokens or self.tokens(), **settings)

    def send(self, wechat: WeChat, openid: str, page: str = "") -> int | None:
        return wechat.send_subscribe_message(openid, "tpl-progress", PROGRESS, page)
