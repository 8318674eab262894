"""Whatever a phone sends becomes two clean JPEGs, or a sentence."""

import contextlib
import threading
import zlib
from io import BytesIO

import pytest
from PIL import Image

from app.errors import Invalid, Unavailable
from app.photos import reencoding
from app.photos.reencoding import MAX_BYTES, NotAPhoto, TooLarge, reencode
from tests.photos.makers import picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def refused(data: bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        reencode(data)
    assert caught.value.fields == {"file": [caught.value.message]}
    return caught.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_of_every_kind_becomes_a_jpeg_of_1600_and_one_of_400_pixels(kind):
    made = reencode(picture((3000, 2000), kind=kind))
    assert (made.width, made.height) == (1600, 1067)
    assert opened(made.main).size == (1600, 1067)
    assert opened(made.thumb).size == (400, 267)
    assert {opened(made.main).format, opened(made.thumb).format} == {"JPEG"}


def test_a_small_photo_is_not_blown_up():
    made = reencode(picture((64, 48)))
    assert (made.width, made.height) == (64, 48)
    assert opened(made.thumb).size == (64, 48)


def test_an_extremely_long_photo_keeps_at_least_one_pixel_of_width():
    assert (made := reencode(picture((1, 20_000), kind="PNG"))).height == 1600
    assert made.width == 1


def test_a_photo_taken_sideways_is_turned_upright():
    image = Image.new("RGB", (2400, 1200), "white")
    image.paste((255, 0, 0), (0, 0, 1200, 1200))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    made = reencode(buffer.getvalue())
    assert (made.width, made.height) == (800, 1600)
    assert opened(made.main).getpixel((400, 100))[1] < 60  # red is now above
    assert opened(made.main).getpixel((400, 1500))[1] > 200


def test_nothing_but_the_pixels_travels_on():
    exif = Image.Exif()
    exif[0x010F] = "SECRET-MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture(exif=exif, comment=b"SECRET-COMMENT", icc_profile=b"SECRET-PROFILE") + b"SECRET-TAIL"
    made = reencode(sent)
    for data in (made.main, made.thumb):
        assert b"SECRET" not in data
        assert not opened(data).getexif()
        assert set(opened(data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def test_what_is_transparent_becomes_white():
    made = reencode(picture((32, 32), "RGBA", "PNG", (0, 0, 0, 0)))
    assert opened(made.main).getpixel((16, 16)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
def test_every_mode_of_png_is_taken(mode):
    assert reencode(picture((50, 50), mode, "PNG", 0)).width == 50


def test_a_palette_with_a_transparent_colour_is_taken():
    made = reencode(picture((50, 50), "P", "PNG", 0, transparency=0))
    assert opened(made.main).getpixel((5, 5)) == (255, 255, 255)


def test_printers_colours_are_taken():
    assert reencode(picture((50, 50), "CMYK", "JPEG", 0)).width == 50


def test_of_a_jpeg_with_several_pictures_the_first_counts():
    buffer = BytesIO()
    Image.new("RGB", (80, 60), "red").save(buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))])
    made = reencode(buffer.getvalue())
    assert (made.width, made.height) == (80, 60)


@pytest.mark.parametrize(
    "data", [SVG, b"<html></html>", b"%PDF-1.7", b"\x00" * 100, picture(kind="GIF"), picture(kind="BMP")]
)
def test_other_kinds_are_refused_whatever_they_are_called(data):
    error = refused(data)
    assert isinstance(error, NotAPhoto)
    assert "JPEG、PNG 或 WebP" in error.message


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_refused(kind):
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    buffer = BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    assert "动图" in refused(buffer.getvalue()).message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_cut_off_on_the_way_is_refused(kind):
    noise = BytesIO()
    Image.effect_noise((400, 400), 90).convert("RGB").save(noise, kind)
    whole = noise.getvalue()
    assert "不完整" in refused(whole[: len(whole) // 2]).message


@pytest.mark.parametrize("size", [(8000, 5001), (20_000, 20_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size):
    header = picture((1, 1), "1", "PNG", 0)
    bomb = header[:16] + size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big") + header[24:]
    bomb = bomb[:29] + zlib.crc32(bomb[12:29]).to_bytes(4, "big") + bomb[33:]
    assert "像素" in refused(bomb).message


def test_forty_megapixels_are_still_taken():
    assert reencode(picture((8000, 5000), "1", "PNG", 0)).width == 1600


def test_more_than_ten_megabytes_are_refused_unread():
    assert isinstance(refused(picture() + b"\0" * MAX_BYTES), TooLarge)


def test_an_empty_file_is_refused():
    assert "没有收到" in refused(b"").message


def test_a_jpeg_with_thousands_of_scans_is_refused_undecoded():
    assert "复杂" in refused(picture() + b"\xff\xda" * 1000).message


@pytest.mark.parametrize("cut", range(0, 600, 23))
def test_a_damaged_photo_is_a_refusal_and_never_another_error(cut):
    whole = bytearray(picture((40, 30), exif=Image.Exif().tobytes(), progressive=True))
    whole[cut % len(whole)] ^= 0xFF
    with contextlib.suppress(Invalid):
        assert reencode(bytes(whole)).width <= 1600


def test_who_waits_too_long_for_a_turn_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(reencoding, "WAIT_S", 0.01)
    monkeypatch.setattr(reencoding, "_turn", threading.BoundedSemaphore(1))
    with reencoding._turn, pytest.raises(Unavailable, match="稍后再试"):
        reencode(picture())
    assert reencode(picture()).width == 64
