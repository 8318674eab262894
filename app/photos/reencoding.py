"""From whatever bytes a phone sends to two clean pictures. Pure: no database, no files, no network."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.errors import Invalid, Unavailable

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SCANS = 100
MAIN_EDGE = 1600
THUMB_EDGE = 400
QUALITY = 85
WAIT_S = 10
FORMATS = ("JPEG", "PNG", "WEBP")
READY_MODES = ("RGB", "L", "RGBA", "LA", "CMYK")

# One picture at a time in each process: a large one takes up to 200 MB and a whole core.
_turn = threading.BoundedSemaphore(1)


class TooLarge(Invalid):
    """More bytes than are taken."""

    code = "payload-too-large"


class NotAPhoto(Invalid):
    """Not one of the kinds that are taken, whatever its name says."""

    code = "unsupported-photo"


@dataclass(frozen=True)
class Pictures:
    """A photo as it is kept: two JPEGs without metadata, and the size of the larger in pixels."""

    main: bytes
    thumb: bytes
    width: int
    height: int


def reencode(data: bytes) -> Pictures:
    """Decode, turn upright, shrink, and write anew. Raises TooLarge, NotAPhoto, Invalid or Unavailable."""
    _check_bytes(data)
    with _a_turn():
        try:
            return _pictures(data)
        except Invalid:
            raise
        except Exception as error:
            # A damaged or hostile file makes decoders raise almost anything; all of it means the same to a person.
            raise _refusal("照片文件不完整或已损坏，请重新拍摄或另选一张。") from error


def _refusal(sentence: str, kind: type[Invalid] = Invalid) -> Invalid:
    return kind(sentence, fields={"file": [sentence]})


def _check_bytes(data: bytes) -> None:
    if not data:
        raise _refusal("没有收到照片，请重新选择后再上传。")
    if len(data) > MAX_BYTES:
        raise _refusal("照片超过 10 MB，请压缩或截图后再上传。", TooLarge)
    # Each scan of a progressive JPEG costs a pass over all pixels; a small file can hold a hundred thousand of them.
    if data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > MAX_SCANS:
        raise _refusal("这张照片的编码过于复杂，请截图后再上传。")


@contextmanager
def _a_turn() -> Iterator[None]:
    if not _turn.acquire(timeout=WAIT_S):
        raise Unavailable("上传照片的人较多，请稍后再试。")
    try:
        yield
    finally:
        _turn.release()


def _pictures(data: bytes) -> Pictures:
    image = _opened(data)
    # For JPEG the decoder itself can halve the picture, which is several times faster than shrinking afterwards.
    image.draft("RGB", _fitting(image.size))
    image = _plain(image)
    # The box is square, so shrinking first and turning upright after gives the same picture for less memory.
    image.thumbnail((MAIN_EDGE, MAIN_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    main = _on_white(ImageOps.exif_transpose(image))
    thumb = main.copy()
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
    return Pictures(_jpeg(main), _jpeg(thumb), main.width, main.height)


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        sentence = "只能上传 JPEG、PNG 或 WebP 格式的照片，请换一张或截图后再上传。"
        raise _refusal(sentence, NotAPhoto) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()
    # Phones write several pictures into one JPEG (the first is the photo); in the other kinds it is an animation.
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise _refusal("不能上传动图，请换一张静态照片。", NotAPhoto)
    return image


def _too_many_pixels() -> Invalid:
    return _refusal("照片超过 4000 万像素，请缩小或截图后再上传。")


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, MAIN_EDGE / max(size))
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def _plain(image: Image.Image) -> Image.Image:
    """In a mode that shrinks smoothly; orientation is kept beside the pixels."""
    if image.mode in READY_MODES and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    """A new image that holds the pixels alone, so that nothing else of the upload can travel on."""
    fresh = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA"):
        fresh.paste(image.convert("RGB"), mask=image.getchannel("A"))
    else:
        fresh.paste(image.convert("RGB"))
    return fresh


def _jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
