"""What WeChat pushes to a mini-program's server: verified, decrypted, read; knows no Flask."""

from .crypto import PushRefused
from .event import PushEvent
from .receiving import Mode, PushSettings, open_push, sealed_reply, verify_url

__all__ = ["Mode", "PushEvent", "PushRefused", "PushSettings", "open_push", "sealed_reply", "verify_url"]
