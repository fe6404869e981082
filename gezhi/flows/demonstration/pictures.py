"""Pictures for the demonstration, drawn here from the scenes in the data: nobody's photograph, and plainly marked as drawn."""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from gezhi.flows.demonstration import bank

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SIZE = (1280, 960)  # pixels
UNIT = 10  # pixels of a picture to one of a scene
MARK = "drawn for the demonstration"


@lru_cache(maxsize=64)
def drawn(scene: str, seed: str, *, is_mended: bool, width: int = SIZE[0]) -> bytes:
    """A JPEG of the scene before or after. The same seed, the same place: its colours, and from which side it is seen.

    scene: see `scene_of`; width: in pixels, the height follows. The same arguments give the same bytes.
    """
    from PIL import Image, ImageDraw, ImageOps  # only for whoever makes a demonstration

    lot = Random(seed)
    colours, is_mirrored = _colours(lot), lot.random() < 0.5
    picture = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(picture)
    for form, colour, *numbers in _shapes(scene, is_mended=is_mended):
        FORMS[form](pen, colours.get(colour, colour), numbers, lot)
    if is_mirrored:
        picture = ImageOps.mirror(picture)
        pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 904, *SIZE), fill=(24, 40, 44))
    pen.text((28, 912), MARK, fill=(225, 235, 235), font_size=30)
    if width != SIZE[0]:
        picture = picture.resize((width, SIZE[1] * width // SIZE[0]))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=82)
    return kept.getvalue()


def scene_of(category: str) -> str:
    """The name of the scene that is shown for a category: its own, that of its class, or the one of every other."""
    shows = bank.pictures()["shows"]
    name: str = shows.get(category) or shows.get(category[:2]) or shows[""]
    return name


def _shapes(scene: str, *, is_mended: bool) -> list[list[Any]]:
    told = bank.pictures()
    one = told["scenes"][scene]
    return [*told["backs"][one["back"]], *one["always"], *one["after" if is_mended else "before"]]


def _colours(lot: Random) -> Mapping[str, str]:
    grey = lot.randint(186, 204)  # warm, never loud
    wall = (grey + lot.randint(0, 12), grey + lot.randint(-4, 4), grey - lot.randint(4, 20))
    named = {"wall": 0, "shade": -26, "floor": -52}
    return {name: "#" + "".join(f"{part + darker:02x}" for part in wall) for name, darker in named.items()}


# ---- forms: the numbers of each stand in the data file's "about" ----


def _box(pen: "ImageDraw", colour: str, numbers: Sequence[float], lot: Random) -> None:
    pen.rectangle(_points(numbers), fill=colour)


def _oval(pen: "ImageDraw", colour: str, numbers: Sequence[float], lot: Random) -> None:
    pen.ellipse(_points(numbers), fill=colour)


def _area(pen: "ImageDraw", colour: str, numbers: Sequence[float], lot: Random) -> None:
    pen.polygon(_points(numbers), fill=colour)


def _line(pen: "ImageDraw", colour: str, numbers: Sequence[float], lot: Random) -> None:
    width, *corners = numbers
    pen.line(_points(corners), fill=colour, width=round(width * UNIT), joint="curve")


def _ring(pen: "ImageDraw", colour: str, numbers: Sequence[float], lot: Random) -> None:
    width, *sides = numbers
    pen.ellipse(_points(sides), outline=colour, width=round(width * UNIT))


def _grid(pen: "ImageDraw", colour: str, numbers: Sequence[float], lot: Random) -> None:
    """Equal boxes side by side, with a fifth of their width between them."""
    columns, rows, left, top, right, bottom = numbers
    across, down = (right - left) / columns, (bottom - top) / rows
    for number in range(int(columns * rows)):
        x, y = left + number % int(columns) * across, top + number // int(columns) * down
        _box(pen, colour, (x + across / 10, y + down / 10, x + across * 0.9, y + down * 0.9), lot)


def _scatter(pen: "ImageDraw", colour: str, numbers: Sequence[float], lot: Random) -> None:
    """Small pieces that lie about."""
    count, size, left, top, right, bottom = numbers
    for _ in range(int(count)):
        x, y = lot.uniform(left, right), lot.uniform(top, bottom)
        around = [(lot.uniform(-size, size) / 2, lot.uniform(-size, size) / 3) for _ in range(4)]
        _area(pen, colour, [part for dx, dy in around for part in (x + dx, y + dy)], lot)


def _points(numbers: Sequence[float]) -> list[float]:
    return [number * UNIT for number in numbers]


FORMS: Mapping[str, Callable[["ImageDraw", str, Sequence[float], Random], None]] = {
    "box": _box,
    "oval": _oval,
    "area": _area,
    "line": _line,
    "ring": _ring,
    "grid": _grid,
    "scatter": _scatter,
}
