"""Which address may be called: WeChat's own, or an emulator on this machine outside production."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

OFFICIAL_BASE = "https://api.weixin.qq.com"


def ensure_allowed_base(api_base: str, production: bool) -> None:
    """Raise ValueError with a sentence unless the secret may travel to this address."""
    if api_base.rstrip("/") == OFFICIAL_BASE:
        return
    if production:
        raise ValueError(f"WECHAT_API_BASE 在生产环境只能是 {OFFICIAL_BASE}。")
    if not is_loopback(api_base):
        raise ValueError(f"WECHAT_API_BASE 只能是 {OFFICIAL_BASE} 或本机地址（如 http://127.0.0.1:8001）。")


def is_loopback(api_base: str) -> bool:
    """Say whether the address is plain HTTP(S) on this machine, without user name or path."""
    parts = urlsplit(api_base)
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.path.strip("/"):
        return False
    return _names_this_machine(parts)


def _names_this_machine(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
