"""Real pictures for the tests, made here, and uploads of them."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational


class Sent(io.BytesIO):
    """An upload as a web framework hands it over; `size` is what the sender claims."""

    def __init__(self, data: bytes, name: str = "IMG_0001.jpg", size: int | None = None) -> None:
        super().__init__(data)
        self.name, self.size = name, len(data) if size is None else size


def scene(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """A picture whose left upper quarter is red, right upper green, left lower blue, right lower white."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill="red")
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill="lime")
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill="blue")
    return picture.convert(mode)


def noisy(width: int = 320, height: int = 240) -> Image.Image:
    """A picture that compresses badly, so that every part of its file counts."""
    return Image.effect_noise((width, height), 90).convert("RGB")


def file_of(picture: Image.Image, format: str = "JPEG", **how: Any) -> bytes:
    """The bytes of a picture in one format."""
    out = io.BytesIO()
    picture.save(out, format, **how)
    return out.getvalue()


def photo(**how: Any) -> bytes:
    """A JPEG as a phone makes it."""
    return file_of(scene(), "JPEG", quality=90, **how)


def notes(orientation: int = 1, taken_at: str = "", offset: str = "", gps: bool = False) -> Image.Exif:
    """What a camera writes beside a picture."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETCAMERA"
    folder = exif.get_ifd(0x8769)
    if taken_at:
        folder[0x9003] = taken_at
    if offset:
        folder[0x9011] = offset
    if gps:
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N", (IFDRational(37), IFDRational(24), IFDRational(0))
        place[3], place[4] = "E", (IFDRational(122), IFDRational(11), IFDRational(0))
    return exif


def flood(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def film(format: str) -> bytes:
    """Two frames that follow one another."""
    return file_of(scene(), format, save_all=True, append_images=[noisy()], duration=100)


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200
SEEDS = Path(__file__).parent / "seeds"


def heic(name: str) -> bytes:
    """A seed that Pillow cannot make; see seeds/README.md."""
    return (SEEDS / f"{name}.heic").read_bytes()
