"""The cells of a community as SVG made of numbers alone: no word of anybody stands in it. Pure. Lengths in millimetres."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import shapely
from shapely.geometry import shape

MAP_WIDE, MAP_HIGH = 72.0, 56.0
MARGIN = 1.5
TINY_DEGREES = 1e-6
TEAL, TINT, HAIR, GROUND = "#0f5e63", "#cfe4e3", "#5d6b6c", "#ffffff"


class Label(NamedTuple):
    """Where a name stands: its middle, from the left and the top of the drawing, and how wide it may be."""

    code: str
    text: str
    x: float
    y: float
    wide: float


class Map(NamedTuple):
    """A drawing of cells, one of them filled. svg: without labels, which are set beside it as text."""

    svg: str
    labels: tuple[Label, ...]
    wide: float
    high: float
    scale: "Scale"

    def at(self, lon: float, lat: float) -> tuple[float, float] | None:
        """A place on this drawing, None outside."""
        x, y = self.scale.at(lon, lat)
        return (x, y) if 0 <= x <= self.wide and 0 <= y <= self.high else None


class Scale(NamedTuple):
    """WGS-84 degrees → the plane: a community is so small that a degree of longitude is shortened by one cosine."""

    west: float
    north: float
    shortened: float  # cos latitude
    per_degree: float  # mm

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """x to the right, y down."""
        x = MARGIN + (lon - self.west) * self.shortened * self.per_degree
        return x, MARGIN + (self.north - lat) * self.per_degree


def cells(outlines: Mapping[str, str], own: str, names: Mapping[str, str]) -> Map | None:
    """outlines: code of a cell → GeoJSON in WGS-84; own: the code of the cell to fill. None when nothing can be drawn."""
    shapes = {code: drawn for code, text in sorted(outlines.items()) if (drawn := _shape(text)) is not None}
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds([*shapes.values()])
    shortened = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * shortened, TINY_DEGREES), max(north - south, TINY_DEGREES)
    per_degree = min((MAP_WIDE - 2 * MARGIN) / across, (MAP_HIGH - 2 * MARGIN) / down)
    scale = Scale(west, north, shortened, per_degree)
    wide, high = across * per_degree + 2 * MARGIN, down * per_degree + 2 * MARGIN
    in_order = sorted(shapes, key=lambda code: code == own)  # the own one last: its border lies on top
    parts = "".join(_path(shapes[code], scale, is_own=code == own) for code in in_order)
    short = shortened_names(names)
    labels = tuple(_label(code, short.get(code, code), shapes[code], scale) for code in shapes)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.2f} {high:.2f}">'
    return Map(f"{head}{parts}</svg>", labels, round(wide, 2), round(high, 2), scale)


def _shape(text: str) -> Any:
    try:
        made = shape(json.loads(text))
    except Exception:  # a border that cannot be read is left out; `gezhi check` names it
        return None
    is_good = made.geom_type in ("Polygon", "MultiPolygon") and made.is_valid and not made.is_empty
    return made if is_good else None


def _path(area: Any, scale: Scale, *, is_own: bool) -> str:
    rings = [ring for one in getattr(area, "geoms", [area]) for ring in (one.exterior, *one.interiors)]
    drawn = "".join(_ring(ring.coords, scale) for ring in rings)
    fill, line, width = (TINT, TEAL, 0.9) if is_own else (GROUND, HAIR, 0.3)
    look = f'fill="{fill}" fill-rule="evenodd" stroke="{line}" stroke-width="{width}" stroke-linejoin="round"'
    return f'<path d="{drawn}" {look}/>'


def _ring(line: Iterable[Sequence[float]], scale: Scale) -> str:
    points = [scale.at(position[0], position[1]) for position in line]
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + "Z"


def shortened_names(names: Mapping[str, str]) -> dict[str, str]:
    """What sets the cells of one community apart: 悦海一格, 悦海二格 → 一格, 二格. As they are when one would be left with nothing."""
    columns = zip(*names.values(), strict=False)  # as long as the shortest name
    same = sum(1 for _ in takewhile(lambda signs: len(set(signs)) == 1, columns)) if len(names) > 1 else 0
    cut = {code: name[same:] for code, name in names.items()}
    return cut if all(cut.values()) else dict(names)


def _label(code: str, name: str, area: Any, scale: Scale) -> Label:
    middle = area.representative_point()
    x, y = scale.at(middle.x, middle.y)
    west, _, east, _ = area.bounds
    return Label(
        code, name, round(x, 2), round(y, 2), round((east - west) * scale.shortened * scale.per_degree, 2)
    )
