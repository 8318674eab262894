"""Pictures of codes: a QR that a camera can read."""

import io

import segno
from PIL import Image

QUIET_ZONE = 4


def qr(text: str, width: int, see_through: bool = False) -> bytes:
    """Return a square picture about `width` pixels wide: JPEG, or PNG where it is see-through, as WeChat does."""
    code = segno.make(text, error="m", micro=False)
    scale = max(width // code.symbol_size(border=QUIET_ZONE)[0], 1)
    raw, made = io.BytesIO(), io.BytesIO()
    code.save(raw, kind="png", scale=scale, border=QUIET_ZONE, light=None if see_through else "white")
    if see_through:
        return raw.getvalue()
    with Image.open(raw) as picture:
        picture.convert("L").save(made, "JPEG", quality=90)
    return made.getvalue()
