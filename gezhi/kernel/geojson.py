"""A GeoJSON file of outlines (RFC 7946): measured before it is parsed, then judged one shape after another.

Nothing is repaired here. A shape's number is its place in the file, from 1. Pure.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from statistics import median
from typing import Any, Final, NamedTuple

from gezhi.kernel.outline import CHINA_LAT, CHINA_LON, MAX_VERTICES, Position, Problem, polygon_problems
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.text import BadText, clean_name

MOST_BYTES = 50 * 1024 * 1024
MOST_DEPTH = 20
MOST_SHAPES = 20_000
MOST_CORNERS_OF_ONE = 40_000  # what a stored outline has room for
MOST_MARKS = 4_000_000  # commas, and quotes; half a million corners need 1.5 million commas
NEAR_DEGREES = 0.5  # how far new ground may lie from known ground: some 50 km
WIDEST_DEGREES = 3.0  # where nothing is known yet: how far from the middle of the file
NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("网格编码", "网格代码", "编码", "代码", "grid_code", "code"),
    "name": ("网格名称", "网格", "名称", "grid", "name"),
    "community": ("社区", "所属社区", "社区名称", "居委会", "community"),
}
_BRACKET = re.compile(rb"[\[\]{}]")
# CGCS2000 is WGS-84 within centimetres; the order of the two numbers is GeoJSON's own, whatever the system says
_SAME_AS_WGS84 = re.compile(r"(?i)(.*[:/])?(CRS84|EPSG:[\d.]*:?(4326|4490))")


class BadGeoJson(Refusal, ValueError):
    """The file as a whole cannot be read. `.code`: too_large, encoding, broken (line, column), too_deep (shape), nested (too deep before any shape), too_many
    (limit), too_many_shapes (limit), long_number, doubled_key (key), not_collection, empty, crs (name)."""

    code = "broken"


class Shape(NamedTuple):
    """One feature whose outline is good. geometry: a Polygon or MultiPolygon of pairs of floats."""

    number: int
    code: str
    name: str
    community: str
    geometry: dict[str, Any]

    @property
    def label(self) -> str:
        """What a person knows it by."""
        return " ".join(filter(None, (self.code, self.name)))


class Fault(NamedTuple):
    """What is wrong with one feature. at: lon, lat as written, None where no coordinate is meant or none can be read.

    code: those of kernel.outline.Problem and kernel.text.BadText, and not_feature, doubled_key, not_text, crs, too_many_corners, outside.
    """

    number: int
    label: str
    code: str
    at: Position | None = None
    values: Mapping[str, Any] = {}


class Box(NamedTuple):
    """Ground where cells may lie, degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, at: Position) -> bool:
        """Whether a position lies in it."""
        return self.west <= at[0] <= self.east and self.south <= at[1] <= self.north


CHINA: Final = Box(CHINA_LON[0], CHINA_LAT[0], CHINA_LON[1], CHINA_LAT[1])


class Reading(NamedTuple):
    """total: features in the file, good and bad."""

    total: int
    shapes: list[Shape]
    faults: list[Fault]


class _Doubled(dict[str, Any]):
    """An object that said one key twice, so nobody knows what it says."""

    key = ""


def read(data: bytes) -> Reading:
    """Every feature of the file, good or with what is wrong. Raises BadGeoJson before memory is spent on a hostile one."""
    measure(data)
    document, doubled = _parsed(data)
    features = _features(document)
    faults: list[Fault] = []
    shapes = []
    corners = 0
    for number, feature in enumerate(features, 1):
        before = len(faults)
        shape = _shape(number, feature, faults)
        corners += _corners(shape.geometry) if shape else 0
        if corners > MAX_VERTICES:
            raise BadGeoJson("too_many", limit=MAX_VERTICES, shape=number)
        if shape and len(faults) == before:
            shapes.append(shape)
    if doubled and not any(fault.code == "doubled_key" for fault in faults):
        raise BadGeoJson("doubled_key", key=_written(doubled[0]))
    return Reading(len(features), shapes, faults)


# ---- before it is parsed ----


def measure(data: bytes) -> None:
    """Refuses a file whose values would not fit or nest too deep: counted over its bytes, 3 bytes of memory for each.

    Raises BadGeoJson: too_large, too_many, too_many_shapes, too_deep, nested.
    """
    if len(data) > MOST_BYTES:
        raise BadGeoJson("too_large", limit=MOST_BYTES // 2**20)
    bare = _without_strings(data)
    if bare.count(b"{") > 6 * MOST_SHAPES:
        raise BadGeoJson("too_many_shapes", limit=MOST_SHAPES)
    # each shape may take some lists besides those of its corners
    if bare.count(b"[") > MAX_VERTICES + 6 * MOST_SHAPES or bare.count(b",") > MOST_MARKS:
        raise BadGeoJson("too_many", limit=MAX_VERTICES)
    depth, shape = 0, 0
    for bracket in _BRACKET.finditer(bare):
        opens = bracket[0] in b"[{"
        depth += 1 if opens else -1
        shape += opens and depth == 3 and bracket[0] == b"{"
        if depth > MOST_DEPTH:
            raise BadGeoJson("too_deep" if shape else "nested", limit=MOST_DEPTH, shape=shape)


def _without_strings(data: bytes) -> bytes:
    """What stands outside quotes. A backslash out there ends the parser's reading, so it cannot hide anything here."""
    plain = data.replace(rb"\\", b"").replace(rb"\"", b"")
    if plain.count(b'"') > MOST_MARKS:
        raise BadGeoJson("too_many", limit=MAX_VERTICES)
    return b"".join(plain.split(b'"')[::2])


def _first_repeated(keys: Iterable[str]) -> str:
    """The first key that stood there before; "" when none did."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return ""


def _parsed(data: bytes) -> tuple[object, list[str]]:
    """The document, and every key that an object has twice. NaN and Infinity are read as such and refused where they stand."""
    doubled: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        told = _Doubled(made)
        told.key = _first_repeated(key for key, _ in pairs)
        doubled.append(told.key)
        return told

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=members), doubled
    except UnicodeDecodeError as bad:
        raise BadGeoJson("encoding", byte=bad.start) from None
    except json.JSONDecodeError as bad:
        raise BadGeoJson("broken", line=bad.lineno, column=bad.colno) from None
    except ValueError:  # more digits than Python turns into a number
        raise BadGeoJson("long_number") from None


def _features(document: object) -> list[object]:
    if not isinstance(document, dict):
        raise BadGeoJson("not_collection")
    if name := _foreign_system(document):
        raise BadGeoJson("crs", name=name)
    if isinstance(document, _Doubled):
        raise BadGeoJson("doubled_key", key=_written(document.key))
    features = [document] if document.get("type") == "Feature" else document.get("features")
    if document.get("type") not in ("Feature", "FeatureCollection") or not isinstance(features, list):
        raise BadGeoJson("not_collection")
    if not features:
        raise BadGeoJson("empty")
    if len(features) > MOST_SHAPES:
        raise BadGeoJson("too_many_shapes", limit=MOST_SHAPES)
    return features


def _foreign_system(holder: Mapping[str, Any]) -> str:
    """The system of coordinates named, when it is not WGS-84; "" when it is, or none is named."""
    said = holder.get("crs")
    if said is None:
        return ""
    properties = said.get("properties") if isinstance(said, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and len(name) <= 100 and _SAME_AS_WGS84.fullmatch(name):
        return ""
    return _written(name)


# ---- one feature ----


def _shape(number: int, feature: object, faults: list[Fault]) -> Shape | None:
    """The feature as a shape, None with at least one fault."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        faults.append(Fault(number, "", "not_feature"))
        return None
    properties = feature.get("properties")
    words, found = _words(properties if isinstance(properties, dict) else {})
    label = " ".join(filter(None, (words["code"], words["name"])))
    faults += [Fault(number, label, code, None, values) for code, values in found]
    geometry = feature.get("geometry")
    for part in (feature, properties, geometry):
        if isinstance(part, _Doubled):
            faults.append(Fault(number, label, "doubled_key", None, {"key": _written(part.key)}))
        if isinstance(part, dict) and part is not properties and (name := _foreign_system(part)):
            faults.append(Fault(number, label, "crs", None, {"name": name}))
    stopping = [problem for problem in polygon_problems(geometry) if problem.stops]
    faults += [_fault(number, label, geometry, problem) for problem in stopping]
    if stopping or not isinstance(geometry, dict):
        return None
    plain = _plain(geometry)
    if _corners(plain) > MOST_CORNERS_OF_ONE:
        faults.append(Fault(number, label, "too_many_corners", _first(plain), {"limit": MOST_CORNERS_OF_ONE}))
    return Shape(number, words["code"], words["name"], words["community"], plain)


def _words(properties: Mapping[str, Any]) -> tuple[dict[str, str], list[tuple[str, dict[str, Any]]]]:
    """Code, name and community as the properties say them ("" when they do not), and what cannot be taken."""
    told = {key.strip().casefold(): value for key, value in properties.items() if value not in (None, "")}
    words, found = dict.fromkeys(NAMED, ""), []
    for key, heads in NAMED.items():
        head = next((head for head in heads if head in told), None)
        value = told[head] if head else ""
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**24:
            value = str(value)
        if not isinstance(value, str):
            found.append(("not_text", {"key": head}))
            continue
        try:
            words[key] = clean_name(value, 24 if key == "code" else 60)
        except BadText as bad:
            found.append((bad.code, {"key": head}))
    return words, found


def _fault(number: int, label: str, geometry: object, problem: Problem) -> Fault:
    """A problem with its place; where that is no pair of numbers, with what is written there."""
    if problem.at is not None or problem.ring is None or not isinstance(geometry, dict):
        return Fault(number, label, problem.code, problem.at)
    polygon_at, ring_at = problem.ring
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for corner, position in enumerate(polygons[polygon_at][ring_at], 1):
        if not _is_pair(position):
            return Fault(number, label, problem.code, None, {"corner": corner, "written": _written(position)})
    return Fault(number, label, problem.code)


def _is_pair(position: object) -> bool:
    if not isinstance(position, list) or len(position) not in (2, 3):
        return False
    return all(
        isinstance(part, int | float) and not isinstance(part, bool) and abs(part) <= 1e12
        for part in position[:2]
    )


def _written(value: object) -> str:
    """As it stands in the file, the beginning of it, without signs that nobody sees."""
    if isinstance(value, list | dict):
        value = f"[{', '.join(_written(part) for part in islice(value, 3))}]"
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in str(value)[:60])


def _plain(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Only type and coordinates, pairs of floats: one spelling for one outline. Heights and other members go."""
    many = geometry["type"] == "MultiPolygon"
    polygons = [
        [[[float(lon), float(lat)] for lon, lat, *_ in ring] for ring in rings]
        for rings in (geometry["coordinates"] if many else [geometry["coordinates"]])
    ]
    return {"type": geometry["type"], "coordinates": polygons if many else polygons[0]}


def positions(geometry: Mapping[str, Any]) -> Iterator[Position]:
    """Every corner of a good outline."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return ((one[0], one[1]) for rings in polygons for ring in rings for one in ring)


def _first(geometry: Mapping[str, Any]) -> Position:
    return next(positions(geometry))


def _corners(geometry: Mapping[str, Any]) -> int:
    return sum(1 for _ in positions(geometry))


# ---- all of them together ----


def ground(known: Iterable[Position], shapes: Collection[Shape]) -> Box:
    """Where the cells of an office may lie: near what is known of it; else within China, near the middle of the file."""
    lons, lats = [], []
    for lon, lat in known:
        lons.append(lon)
        lats.append(lat)
    reach = NEAR_DEGREES
    if not lons and shapes:
        firsts = [_first(shape.geometry) for shape in shapes]
        inside = [at for at in firsts if CHINA.holds(at)] or firsts
        lons, lats, reach = (
            [median(lon for lon, _ in inside)],
            [median(lat for _, lat in inside)],
            WIDEST_DEGREES,
        )
    if not lons:
        return CHINA
    return Box(
        max(min(lons) - reach, CHINA.west),
        max(min(lats) - reach, CHINA.south),
        min(max(lons) + reach, CHINA.east),
        min(max(lats) + reach, CHINA.north),
    )


def strays(shapes: Iterable[Shape], box: Box) -> Iterator[Fault]:
    """Every shape that leaves the box, with its first corner out there."""
    for shape in shapes:
        out = next((at for at in positions(shape.geometry) if not box.holds(at)), None)
        if out:
            values = {side: round(degrees, 2) for side, degrees in box._asdict().items()}
            yield Fault(shape.number, shape.label, "outside", out, values)
