"""WeChat's servers and the phones, for development and tests: `python -m wechat.emulator`. Never in production."""

from .app import create_emulator
from .settings import Settings

__all__ = ["Settings", "create_emulator"]
