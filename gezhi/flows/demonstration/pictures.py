"""Pictures for the demonstration, drawn here: nobody's photograph, and plainly marked as drawn."""

import io
import random
from functools import lru_cache

SIZE = (1280, 960)  # pixels


@lru_cache(maxsize=64)
def drawn(seed: str, *, is_mended: bool, width: int = SIZE[0]) -> bytes:
    """A JPEG of a wall, a floor and a window: broken and littered before, whole and clean after. The same seed, the same wall.

    width: in pixels; the height follows.
    """
    from PIL import Image, ImageDraw  # only for whoever makes a demonstration

    lot = random.Random(seed)
    wall = tuple(lot.randint(150, 205) for _ in range(3))
    picture = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 700, *SIZE), fill=tuple(part - 70 for part in wall))
    left = lot.randint(240, 420)
    pen.rectangle((left, 160, left + 480, 640), fill=(206, 228, 236), outline=(70, 78, 84), width=14)
    pen.line((left + 240, 160, left + 240, 640), fill=(70, 78, 84), width=10)
    if not is_mended:
        _break(pen, lot, left)
    else:
        pen.polygon(((left + 40, 200), (left + 120, 200), (left + 60, 330)), fill=(236, 246, 250))
    pen.rectangle((0, 904, *SIZE), fill=(24, 40, 44))
    pen.text((28, 912), "drawn for the demonstration", fill=(225, 235, 235), font_size=30)
    if width != SIZE[0]:
        picture = picture.resize((width, SIZE[1] * width // SIZE[0]))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=82)
    return kept.getvalue()


def _break(pen: object, lot: random.Random, left: int) -> None:
    hub = (left + lot.randint(120, 360), lot.randint(280, 520))
    for _ in range(14):
        end = (hub[0] + lot.randint(-230, 230), hub[1] + lot.randint(-230, 230))
        pen.line((hub, end), fill=(60, 70, 76), width=lot.randint(3, 7))  # type: ignore[attr-defined]
    for _ in range(26):
        x, y = lot.randint(left - 160, left + 620), lot.randint(715, 870)
        corners = [(x + lot.randint(-26, 26), y + lot.randint(-12, 12)) for _ in range(3)]
        pen.polygon(corners, fill=(214, 226, 230))  # type: ignore[attr-defined]
