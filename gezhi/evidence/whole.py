"""Whether a JPEG holds the picture that its head promises. For the decoding child only: no Django.

libjpeg takes an end mark for the end: what is missing before it becomes grey, what is left over is skipped, and both are warnings that nobody
hears. So the bytes are handed over in portions, and between them one looks how far the picture has come: without the end of its data the last
row may not be there, with it and a few signs more it must be. Of several scans (progressive) nothing is drawn before the end mark: there every
coefficient must have been sent, and bytes put behind the last scan must change nothing.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

LEFT_OVER = 20  # a twentieth of the data may be padding
PAD = b"\0" * 16  # a reader looks eight bytes ahead
PROBE = bytes(range(1, 200))
MOST_PROBED = 16_000_000  # pixels of a progressive picture that is decoded twice more
LEAST_PROBED = 400  # bytes of a first scan: the end of a shorter one may be of blocks beyond the edge
BLOCK = 65_536
END = b"\xff\xd9"
_MARK = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")  # neither a stuffed byte nor a restart
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_BARE = {0x01, 0xD8}
_UNDRAWN = (1, 254, 3)  # what no picture has along its whole last row


class Torn(Exception):
    """Less, or other, than its head promises."""


@dataclass(slots=True)
class Layout:
    """end: where the end mark of the main picture stands. first, first_end: the entropy-coded bytes of the first scan.

    sent: of each component, its coefficients with the lowest bit that came of each.
    """

    end: int = 0
    first: int = 0
    first_end: int = 0
    scans: int = 0
    is_progressive: bool = False
    components: list[int] = field(default_factory=list)
    sent: dict[int, dict[int, int]] = field(default_factory=dict)

    def is_sent(self) -> bool:
        """Whether every coefficient of every component came, to its last bit."""
        if not self.is_progressive:
            return set(self.components) <= self.sent.keys()
        return all(self.sent.get(one, {}).get(place) == 0 for one in self.components for place in range(64))


def layout(data: bytes) -> Layout:
    """The marks of the first picture in it. Raises Torn where they do not follow one another up to an end mark."""
    found, at = Layout(), 2
    while True:
        mark = _MARK.search(data, at)
        if mark is None:
            raise Torn
        at, kind = mark.end(), mark[1][0]
        if found.first and not found.first_end:
            found.first_end = mark.start()
        if kind == 0xD9:
            found.end = mark.start()
            return found
        if kind in _BARE:
            continue
        long = int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : at + long]
        at += long
        if kind in _FRAMES:
            found.is_progressive = kind in _PROGRESSIVE
            found.components = [body[6 + 3 * n] for n in range(body[5])]
        if kind == 0xDA:
            _scan(found, body)
            found.first = found.first or at


def _scan(found: Layout, body: bytes) -> None:
    count = body[0]
    first, last, bits = body[1 + 2 * count : 4 + 2 * count]
    found.scans += 1
    for one in body[1 : 1 + 2 * count : 2]:
        sent = found.sent.setdefault(one, {})
        for place in range(first, min(last, 63) + 1):
            sent[place] = min(sent.get(place, 15), bits & 15)


def load(picture: Any, data: bytes) -> None:
    """Decode an opened JPEG whose draft is set. Raises Torn, and what Pillow raises."""
    try:
        found = layout(data)
    except IndexError:
        raise Torn from None
    if not found.is_sent():
        raise Torn
    if found.scans > 1 or found.is_progressive:
        if picture.width * picture.height <= MOST_PROBED:
            _probe(data, found)
        picture.load()
        return
    picture.im = Image.new(picture.mode, picture.size, _colour(picture.mode)).im
    cut = found.end - max(2, (found.end - found.first) // LEFT_OVER)
    handed = 0

    def read(_most: int) -> bytes:
        nonlocal handed
        part = next(portions, b"")
        handed += len(part)
        return part

    portions = _portions(data, cut, found.end, lambda: _is_drawn(picture))
    picture.load_read = read
    picture.load()
    if handed <= cut:
        raise Torn  # done long before the end


def _probe(data: bytes, found: Layout) -> None:
    """Signs behind a last scan that is whole are skipped; without its end the first one, which every block has a share of, shows less."""
    longer = data[: found.end] + PROBE + END
    if _pixels(data[: found.end] + END)[0] != _pixels(longer)[0]:
        raise Torn
    long = found.first_end - found.first
    if long < LEAST_PROBED:
        return
    cut = found.first_end - long // LEFT_OVER
    first, last_row = _pixels(data[: found.first_end] + END, smallest=True)
    if first == _pixels(data[:cut] + END, smallest=True)[0] and not _is_grey(last_row):
        raise Torn


def _pixels(data: bytes, *, smallest: bool = False) -> tuple[bytes, bytes]:
    """(digest of all, the last row). smallest: of an eighth of its size."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
        if smallest:
            picture.draft(picture.mode, (1, 1))
        all = picture.tobytes()
        return hashlib.blake2b(all).digest(), all[-len(all) // picture.height :]


def _is_grey(row: bytes) -> bool:
    """As blocks are that nothing came for."""
    return all(126 <= tone <= 130 for tone in row)


def _portions(data: bytes, cut: int, end: int, is_drawn: Callable[[], bool]) -> Iterator[bytes]:
    """A file that looks at the picture while it is read. Who needs nothing after a portion asks for no more. Raises Torn."""
    yield from _blocks(data, 0, cut)
    if is_drawn():
        raise Torn  # more came than the head speaks of
    yield from _blocks(data, cut, end)
    yield PAD
    if not is_drawn():
        raise Torn  # less
    yield END


def _blocks(data: bytes, start: int, stop: int) -> Iterator[bytes]:
    for at in range(start, stop, BLOCK):
        yield data[at : min(at + BLOCK, stop)]


def _colour(mode: str) -> Any:
    bands = Image.getmodebands(mode)
    return _UNDRAWN[1] if bands == 1 else (*_UNDRAWN, 77)[:bands]


def _is_drawn(picture: Any) -> bool:
    """Whether the last row is no longer what it was before."""
    width, height = picture.size
    row = picture.im.crop((0, height - 1, width, height))
    return any(
        row.getpixel((left, 0)) != _colour(picture.mode) for left in range(0, width, max(1, width // 16))
    )
