"""The program that opens strangers' pictures: `python -m gezhi.evidence.decoder`, kept warm, one forked child per request.

The warm process gets the end of a socket for each request on its standard input, forks, and hands back the child's handle (a pidfd).
The child lives under limits of its own (time, memory, files) and answers one JSON line for each JSON line; no Django, no secret.
A job is {"path", "format", "copies": [[longest side in pixels, path to write], …], "boxes": [[left, top, width, height], …]},
copies longest first, boxes as fractions of the upright picture; the answer is {"width", "height", "taken_at", "offset", "spot",
"likeness"} or {"refused": code}. Only when the whole picture decodes is it a picture.
"""

import contextlib
import gc
import json
import math
import os
import resource
import signal
import socket
from typing import Any

import pi_heif
from PIL import (
    Image,
    ImageDraw,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from gezhi.evidence import whole

CPU_SECONDS = 5
MEMORY_BYTES = 512 * 1024 * 1024
WRITTEN_BYTES = 32 * 1024 * 1024  # the largest copy; a 1600-pixel WebP has 1 MB
MOST_PIXELS = 50_000_000
QUALITY = 80
PAINT = "black"  # over what nobody may see
GLANCE = 256  # pixels: enough to tell what a picture is like
LEAST_CONTRAST = 8  # of 255: a plain wall is like every other plain wall

ORIENTATION, EXIF_FOLDER, TAKEN_AT, TAKEN_OFFSET = 0x0112, 0x8769, 0x9003, 0x9011
GPS_FOLDER, NORTH_OR_SOUTH, LATITUDE, EAST_OR_WEST, LONGITUDE, DATUM = 0x8825, 1, 2, 3, 4, 18
OUR_DATUM = {"", "WGS-84", "WGS84", "WGS 84"}
NULL_ISLAND_DEGREES = 0.01  # a receiver without a fix; as in gezhi.kernel.geo
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
    """Wait warm: for each socket that comes in, a child; its handle goes back. Ends when the parent does."""
    Image.MAX_IMAGE_PIXELS = None  # our own check comes first and is stricter
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    pi_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's; the end of the parent is the end of this
    gc.freeze()  # what stands here is shared with every child, not copied
    with socket.socket(fileno=0) as parent:
        while serve(parent):
            pass


def serve(parent: socket.socket) -> bool:
    """One request: fork its child, give its handle back. False when the parent is gone."""
    _, handles, _, _ = socket.recv_fds(parent, 1, 1)
    if not handles:
        return False
    bury()
    child = os.fork()
    if child == 0:
        parent.close()
        with contextlib.suppress(OSError), socket.socket(fileno=handles[0]) as line:
            work(line)
        os._exit(0)
    handle = os.pidfd_open(child)  # before it can be buried: the number is nobody else's yet
    socket.send_fds(parent, [b"."], [handle])
    for one in (handle, *handles):
        os.close(one)
    return True


def bury() -> None:
    """Forget the children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def work(line: socket.socket) -> None:
    """Answer jobs until the other side hangs up."""
    live_within_limits()
    with line.makefile("r") as asked:
        for job in asked:
            line.sendall(json.dumps(answer(json.loads(job))).encode() + b"\n")


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Decode one picture and write the copies asked for."""
    try:
        return decoded(job["path"], job["format"], job.get("copies", ()), job.get("boxes", ()))
    except Refused as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "too_many_pixels"}
    except Exception:
        # Pillow's decoders raise whatever comes to them on broken bytes: OSError, SyntaxError, ValueError, struct.error, …
        return {"refused": "broken"}


def decoded(path: str, format: str, copies: Any, boxes: Any) -> dict[str, Any]:
    """Open by one decoder only, judge the header, decode in full."""
    with Image.open(path, formats=[format]) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise Refused("too_many_pixels")
        # a phone's JPEG may carry a second picture (MPO: depth, brightness), its HEIC a burst; those are no films
        if format not in {"JPEG", "HEIF"} and getattr(picture, "n_frames", 1) > 1:
            raise Refused("animated")
        edge = copies[0][0] if copies else GLANCE
        picture.draft(
            "RGB", (edge, edge)
        )  # JPEG only: reads every byte, computes a fitting fraction of the pixels
        load(picture, path, "" if copies else format)
        if format == "PNG" and not ends(path):
            raise Refused("broken")
        turn, notes = told(picture)
        if format == "HEIF":
            turn = 1  # turned by its own rule already (irot, imir); the camera's note says the same once more
        write(picture, turn, copies, boxes)
        like = "" if copies else likeness(picture, turn)
    if turn in SIDEWAYS:
        width, height = height, width
    return {"width": width, "height": height, "likeness": like, **notes}


def load(picture: Any, path: str, format: str) -> None:
    """Decode in full. Raises Refused for a JPEG that holds less, or other, than its head promises; one that was kept is not judged again (format "")."""
    if format != "JPEG":
        picture.load()
        return
    with open(path, "rb") as file:
        data = file.read()
    try:
        whole.load(picture, data)
    except whole.Torn:
        raise Refused("broken") from None


def ends(path: str) -> bool:
    """Whether a PNG has its end mark; Pillow is content when all pixels are there."""
    with open(path, "rb") as file:
        return b"IEND\xaeB`\x82" in file.read()


def told(picture: Image.Image) -> tuple[int, dict[str, Any]]:
    """(orientation 1–8, the camera's notes: time taken, its offset, where); 1 and empty ones when there are none or they are torn."""
    turn = 1
    notes: dict[str, Any] = {"taken_at": "", "offset": "", "spot": None}
    with contextlib.suppress(Exception):  # torn notes don't make a torn picture
        exif = picture.getexif()
        said = exif.get(ORIENTATION, 1)
        turn = said if said in UPRIGHT else 1
        folder = exif.get_ifd(EXIF_FOLDER)
        notes |= {"taken_at": _plain(folder.get(TAKEN_AT)), "offset": _plain(folder.get(TAKEN_OFFSET))}
        notes["spot"] = spot(exif.get_ifd(GPS_FOLDER))
    return turn, notes


def spot(folder: Any) -> list[float] | None:
    """[longitude, latitude], WGS-84 degrees; None when absent, absurd, on another datum, or at 0, 0."""
    if _plain(folder.get(DATUM)).strip("\0 ").upper() not in OUR_DATUM:
        return None
    lat = _degrees(folder.get(LATITUDE), folder.get(NORTH_OR_SOUTH), "N", "S", 90)
    lon = _degrees(folder.get(LONGITUDE), folder.get(EAST_OR_WEST), "E", "W", 180)
    if lat is None or lon is None or math.hypot(lon, lat) < NULL_ISLAND_DEGREES:
        return None
    return [round(lon, 6), round(lat, 6)]


def _degrees(said: Any, side: Any, plus: str, minus: str, most: float) -> float | None:
    """Degrees of [degrees, minutes, seconds]; minutes and seconds may be absent, none may be absurd."""
    side = _plain(side).strip("\0 ").upper()
    try:
        parts = [float(part) for part in said]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    whole, minutes, seconds = (*parts, 0.0, 0.0, 0.0)[:3]
    fits = 0 <= whole <= most and 0 <= minutes <= 60 and 0 <= seconds <= 60  # false for what is no number
    if side not in {plus, minus} or not 1 <= len(parts) <= 3 or not fits:
        return None
    found = whole + minutes / 60 + seconds / 3600
    return None if found > most else found if side == plus else -found


def _plain(note: object) -> str:
    return note[:40] if isinstance(note, str) else ""


def likeness(picture: Image.Image, turn: int) -> str:
    """64 bits as 16 hexadecimal digits: where the picture grows lighter from left to right, on a grid of 9 by 8 greys.

    "" for a picture without contrast, and for one that cannot be looked at this way: nothing depends on it.
    """
    try:
        picture.thumbnail((GLANCE, GLANCE), Image.Resampling.BOX, reducing_gap=2.0)
        small = flat(picture).convert("L")
        if turn in UPRIGHT:
            small = small.transpose(UPRIGHT[turn])
        grey = small.resize((9, 8), Image.Resampling.BOX)
    except Exception:
        return ""
    tones = grey.tobytes()
    if max(tones) - min(tones) < LEAST_CONTRAST:
        return ""
    bits = 0
    for row in range(8):
        for left in range(row * 9, row * 9 + 8):
            bits = bits << 1 | (tones[left] < tones[left + 1])
    return f"{bits:016x}"


def write(picture: Image.Image, turn: int, copies: Any, boxes: Any) -> None:
    """Upright WebP copies, each made from the one before, of nothing but pixels; none are left under a box."""
    if not copies:
        return
    shown, is_first = flat(picture), True
    for edge, path in copies:
        shown.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
        if turn in UPRIGHT:
            shown, turn = shown.transpose(UPRIGHT[turn]), 1
        if is_first:
            cover(shown, boxes)
        shown.info, is_first = {}, False  # colour profile, notes, comments
        shown.save(path, "WEBP", quality=QUALITY, method=4)


def cover(picture: Image.Image, boxes: Any) -> None:
    """Paint over every pixel that a box touches."""
    draw = ImageDraw.Draw(picture)
    for left, top, width, height in boxes:
        right, bottom = (left + width) * picture.width, (top + height) * picture.height
        corner = math.floor(left * picture.width), math.floor(top * picture.height)
        draw.rectangle((*corner, math.ceil(right), math.ceil(bottom)), fill=PAINT)


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
