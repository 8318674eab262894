"""Signed permission to see one photo for some minutes, carried by its address: an image tag sends no token."""

from datetime import datetime

from app import clock, secrets
from app.errors import NotAllowed

LASTS_S = 600
STEP_S = 120  # addresses made within the same two minutes are equal, so that browsers keep what they loaded
SIZES = ("main", "thumb")


def url_for(public_id: str, size: str, lasts_s: int = LASTS_S) -> str:
    """The path that shows the photo in this size; good for so many seconds or up to two minutes less."""
    ends = int(clock.now().timestamp()) // STEP_S * STEP_S + lasts_s
    return f"/api/photos/{public_id}?size={size}&permit={ends}.{_signature(public_id, size, ends)}"


def check(public_id: str, size: str, permit: str, now: datetime) -> None:
    """Refuse a permit that is forged, for another photo or size, or over. All of them read the same."""
    ends, _, signature = permit.partition(".")
    known = ends.isdecimal() and ends.isascii() and len(ends) <= 12
    until = int(ends) if known else 0
    if not secrets.same(signature, _signature(public_id, size, until)) or now.timestamp() >= until:
        raise NotAllowed("照片链接已过期，请刷新页面后再看。")


def _signature(public_id: str, size: str, ends: int) -> str:
    return secrets.seal(f"photo\0{public_id}\0{size}\0{ends}".encode())[:32]
