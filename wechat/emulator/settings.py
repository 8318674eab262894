"""What the emulator is told through the environment."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

WECHAT_FOLDER = Path(__file__).resolve().parent.parent
DATA_FOLDER = Path(__file__).resolve().parent / "data"


class Refusal(Exception):
    """Why the emulator does not start, as a sentence."""


@dataclass(frozen=True)
class Settings:
    """Where it listens, whose mini-program it plays, and where its files lie."""

    appid: str
    secret: str = field(repr=False)
    port: int = 8001
    service_port: int = 8000
    state: str = ":memory:"
    people: Path | None = None
    seed: str = "xining"
    push_token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    original_id: str = "gh_000000000001"
    pages: Path = WECHAT_FOLDER / "dist"
    app_json: Path = WECHAT_FOLDER / "miniprogram" / "app.json"
    message_templates: Path = DATA_FOLDER / "message_templates.json"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings; Refusal in production and where appid or secret is missing."""
        if environment.get("APP_ENV") == "production":
            raise Refusal("APP_ENV=production：微信模拟器只用于开发和演示，生产环境不启动。请连接真正的微信接口。")
        missing = [name for name in ("WECHAT_APPID", "WECHAT_SECRET") if not environment.get(name)]
        if missing:
            raise Refusal(f"微信模拟器缺少环境变量：{'、'.join(missing)}。请设置后再启动，或使用 make run。")
        people = environment.get("EMULATOR_PEOPLE")
        return cls(
            appid=environment["WECHAT_APPID"],
            secret=environment["WECHAT_SECRET"],
            port=port_in(environment, "EMULATOR_PORT", 8001),
            service_port=port_in(environment, "PORT", 8000),
            state=environment.get("EMULATOR_STATE") or ":memory:",
            people=Path(people) if people else None,
            push_token=environment.get("WECHAT_PUSH_TOKEN", ""),
            aes_key=aes_key_in(environment),
        )


def port_in(environment: Mapping[str, str], name: str, default: int) -> int:
    """Return a port number of the environment, or Refusal with a sentence."""
    text = environment.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refusal(f"{name} 应是 1 到 65535 之间的端口号，现在是“{text}”。")
    return int(text)


def aes_key_in(environment: Mapping[str, str]) -> str:
    """Return the key for pushes or an empty text, or Refusal with a sentence."""
    key = environment.get("WECHAT_AES_KEY", "")
    if key and not is_aes_key(key):
        raise Refusal("WECHAT_AES_KEY 应是微信公众平台给出的 43 位 EncodingAESKey。请改正，或清空以关闭消息推送。")
    return key


def is_aes_key(key: str) -> bool:
    try:
        return len(key) == 43 and len(base64.b64decode(f"{key}=", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
