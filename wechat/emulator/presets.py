"""Faults that belong together under a name."""

from typing import Any

BUSINESS_PATHS = ("/cgi-bin/message/*", "/wxa/*", "/wxaapi/*")
SECRET_PATHS = ("/cgi-bin/stable_token", "/cgi-bin/token", "/cgi-bin/clear_quota/v2", "/sns/jscode2session")

PRESETS: dict[str, list[dict[str, Any]]] = {
    "token storm": [{"path": path, "errcode": 40001} for path in BUSINESS_PATHS],
    "WeChat slow 3 s": [{"path": "*", "latency_s": 3.0}],
    "away": [{"path": "*", "reset": "before"}],
    "push lost": [{"path": "push:*", "lost": True}],
    "push tripled": [{"path": "push:*", "copies": 3}],
    "quota exhausted": [{"path": path, "errcode": 45009} for path in BUSINESS_PATHS],
    "IP removed": [{"path": path, "errcode": 40164} for path in SECRET_PATHS],
}

PRESET_NAMES = {
    "token storm": "令牌失效",
    "WeChat slow 3 s": "微信慢 3 秒",
    "away": "断开连接",
    "push lost": "推送丢失",
    "push tripled": "推送重复三次",
    "quota exhausted": "配额用尽",
    "IP removed": "IP 不在白名单",
}
