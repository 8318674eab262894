"""Fetches what is to be looked at, from this machine only."""

import requests
import urllib3

from .options import is_loopback
from .push.sender import quiet_session

LARGEST = 10 * 1024 * 1024
TIMEOUT_S = 10.0
IMAGE, AUDIO = 2, 1

MARKS = {
    IMAGE: (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF87a", b"GIF89a"),
    AUDIO: (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"RIFF", b"OggS", b"fLaC", b"\x0b\x77"),
}


class NotFetched(Exception):
    """Why there is nothing to look at, as a sentence."""


def fetched(url: str, kind: int) -> bytes:
    """Return the picture or sound behind an address, or NotFetched."""
    if not is_loopback(url):
        raise NotFetched("模拟器只下载本机地址的文件。")
    try:
        content = downloaded(url)
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError):
        raise NotFetched("下载失败：连接不上或连接中断。") from None
    if not content.startswith(MARKS[kind]):
        raise NotFetched("下载到的不是支持的图片或音频格式。")
    return content


def downloaded(url: str) -> bytes:
    """Return the body behind an address, followed nowhere else and no longer than allowed."""
    with (
        quiet_session() as session,
        session.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as response,
    ):
        if response.status_code != 200:
            raise NotFetched(f"下载失败：对方答复 {response.status_code}。")
        content = b""
        for part in response.iter_content(64 * 1024):
            content += part
            if len(content) > LARGEST:
                raise NotFetched("文件超过 10 MB。")
        return content
