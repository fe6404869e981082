"""The child that opens strangers' pictures: `python -m gezhi.evidence.decoder`, one JSON job a line in, one JSON answer a line out.

It lives under limits of its own (time, memory, files), imports no Django and knows no secret. A job is
{"path", "format", "copies": [[longest side in pixels, path to write], …]}, longest first; the answer is
{"width", "height", "taken_at", "offset"} or {"refused": code}. Only when the whole picture decodes is it a picture.
"""

import json
import resource
import sys
from typing import Any

from PIL import Image, ImageFile, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

CPU_SECONDS = 5
MEMORY_BYTES = 512 * 1024 * 1024
WRITTEN_BYTES = 32 * 1024 * 1024  # the largest copy; a 1600-pixel WebP has 1 MB
MOST_PIXELS = 50_000_000
QUALITY = 80

ORIENTATION, EXIF_FOLDER, TAKEN_AT, TAKEN_OFFSET = 0x0112, 0x8769, 0x9003, 0x9011
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {5, 6, 7, 8}
DECODERS = (
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)  # the only ones this process loads


class Refused(Exception):
    """A picture that cannot be taken; the text is the code."""


def live_within_limits() -> None:
    """Bound this process: what goes beyond is killed by the system, and the parent notices."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Answer jobs until the input ends."""
    live_within_limits()
    Image.MAX_IMAGE_PIXELS = None  # our own check comes first and is stricter
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Decode one picture and write the copies asked for."""
    try:
        return decoded(job["path"], job["format"], job.get("copies", ()))
    except Refused as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "too_many_pixels"}
    except Exception:
        # Pillow's decoders raise whatever comes to them on broken bytes: OSError, SyntaxError, ValueError, struct.error, …
        return {"refused": "broken"}


def decoded(path: str, format: str, copies: Any) -> dict[str, Any]:
    """Open by one decoder only, judge the header, decode in full."""
    with Image.open(path, formats=[format]) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise Refused("too_many_pixels")
        # a phone's JPEG may carry a second picture (MPO: depth, brightness); it is no film
        if format != "JPEG" and getattr(picture, "n_frames", 1) > 1:
            raise Refused("animated")
        if copies:
            picture.draft("RGB", (copies[0][0], copies[0][0]))  # JPEG only: decodes at a fitting fraction
        picture.load()
        if format == "PNG" and not ends(path):
            raise Refused("broken")
        turn, taken_at, offset = told(picture)
        write(picture, turn, copies)
    if turn in SIDEWAYS:
        width, height = height, width
    return {"width": width, "height": height, "taken_at": taken_at, "offset": offset}


def ends(path: str) -> bool:
    """Whether a PNG has its end mark; Pillow is content when all pixels are there."""
    with open(path, "rb") as file:
        return b"IEND\xaeB`\x82" in file.read()


def told(picture: Image.Image) -> tuple[int, str, str]:
    """(orientation 1–8, time taken, its offset) from the camera's notes; 1, "", "" when there are none or they are torn."""
    try:
        notes = picture.getexif()
        folder = notes.get_ifd(EXIF_FOLDER)
        turn = notes.get(ORIENTATION, 1)
        return turn if turn in UPRIGHT else 1, _plain(folder.get(TAKEN_AT)), _plain(folder.get(TAKEN_OFFSET))
    except Exception:  # torn notes don't make a torn picture
        return 1, "", ""


def _plain(note: object) -> str:
    return note[:40] if isinstance(note, str) else ""


def write(picture: Image.Image, turn: int, copies: Any) -> None:
    """Upright WebP copies, each made from the one before, of nothing but pixels."""
    if not copies:
        return
    shown = flat(picture)
    for edge, path in copies:
        shown.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
        if turn in UPRIGHT:
            shown, turn = shown.transpose(UPRIGHT[turn]), 1
        shown.info = {}  # colour profile, notes, comments
        shown.save(path, "WEBP", quality=QUALITY, method=4)


def flat(picture: Image.Image) -> Image.Image:
    """Eight-bit RGB without transparency: what lies behind becomes white, as on paper."""
    if picture.mode in {"I;16", "I;16B", "I"}:
        picture = picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        through = picture.convert("RGBA")
        paper = Image.new("RGB", through.size, "white")
        paper.paste(through, mask=through.getchannel("A"))
        return paper
    return picture.convert("RGB")


if __name__ == "__main__":
    main()
