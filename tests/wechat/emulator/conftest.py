"""WeChat's calls made by hand, without the client."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.wechat.door import Door, Request
from wechat.emulator import Settings, create_emulator, media_jobs
from wechat.emulator.emulator import Emulator
from wechat.emulator.push import sender
from wechat.push import crypto

PUSH_TOKEN = "gridDevToken01"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


class Hands:
    """Plays WeChat's caller and the phones on a test client of Flask."""

    def __init__(self, client: FlaskClient, settings: Settings) -> None:
        self.client = client
        self.settings = settings

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        response = self.client.open(f"/_emu{path}", method=method, json=body or {})
        assert response.status_code < 300, response.text
        return response.get_json() if response.data else None

    def person(self, **facts: Any) -> str:
        return self.control("/users", facts)["openid"]

    def code(self, kind: str, openid: str) -> str:
        return self.control(f"/users/{openid}/{kind}")["code"]

    def advance(self, seconds: float) -> None:
        self.control("/clock", {"advance_s": seconds})

    def stable(self, force: bool = False, **changes: Any) -> dict[str, Any]:
        account = {"appid": self.settings.appid, "secret": self.settings.secret}
        body = {"grant_type": "client_credential", **account, "force_refresh": force, **changes}
        return self.post("/cgi-bin/stable_token", body, token=None)

    def legacy(self) -> dict[str, Any]:
        query = {"grant_type": "client_credential", "appid": self.settings.appid, "secret": self.settings.secret}
        return self.client.get("/cgi-bin/token", query_string=query).get_json()

    def post(self, path: str, body: Any, token: str | None = "") -> dict[str, Any]:
        if token == "":
            token = self.stable()["access_token"]
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        query = {} if token is None else {"access_token": token}
        response = self.client.post(path, query_string=query, data=raw)
        assert response.status_code == 200
        return json.loads(response.data)

    def errcode(self, path: str, body: Any, token: str | None = "") -> int:
        return self.post(path, body, token).get("errcode", 0)

    def clear_quota_v2(self) -> dict[str, Any]:
        account = {"appid": self.settings.appid, "appsecret": self.settings.secret}
        return self.post("/cgi-bin/clear_quota/v2", account, token=None)

    def option(self, **wanted: Any) -> None:
        self.control("/options", wanted)

    def work(self) -> None:
        """Do what the background would do by now: look at pictures, then send what is due."""
        for step in (media_jobs.step, sender.step):
            while step(self.emulator) == 0:
                pass

    def told(self, request: Request) -> dict[str, Any]:
        """Open a JSON push in safe mode."""
        sealed = json.loads(request.body)["Encrypt"]
        return json.loads(crypto.decrypt(AES_KEY, self.settings.appid, sealed))

    def pushes(self) -> list[dict[str, Any]]:
        """What was told so far, oldest first."""
        return self.control("/pushes", method="GET")["items"][::-1]

    @property
    def emulator(self) -> Emulator:
        return self.client.application.extensions["emulator"]

    def sign_in(self, code: str, **changes: str) -> dict[str, Any]:
        account = {"appid": self.settings.appid, "secret": self.settings.secret}
        query = {**account, "js_code": code, "grant_type": "authorization_code", **changes}
        return json.loads(self.client.get("/sns/jscode2session", query_string=query).data)

    def consent(self, openid: str, template_id: str = "tpl-progress", answer: str = "accept") -> dict[str, Any]:
        return self.control(f"/users/{openid}/consents", {"template_id": template_id, "answer": answer})


@pytest.fixture
def hands(settings: Settings) -> Hands:
    return Hands(create_emulator(settings).test_client(), settings)


@pytest.fixture
def telling(settings: Settings, door: Door) -> Hands:
    """Hands on an emulator that pushes to the door, when it is told to work."""
    pushing = replace(settings, push_token=PUSH_TOKEN, aes_key=AES_KEY)
    hands = Hands(create_emulator(pushing).test_client(), pushing)
    hands.option(push_url=f"{door.url}/wechat/push", sent_event_s=0, media_check_s=0)
    return hands
