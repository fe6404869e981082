"""What a map of grid cells would change, decided on values before anything is written.

A map draws cells and adds them. It never renames, moves or closes one: what differs from the book is a finding.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.flows.cells import SENTENCES
from gezhi.flows.place_plan import community_key, key
from gezhi.kernel.geo import Gap, Overlap, enclosed_gaps, overlaps
from gezhi.kernel.geojson import Fault, Shape, ground, positions, strays
from gezhi.kernel.outline import Position
from gezhi.places.actions import NewGrid

OUTLINE_SENTENCES: Final[Mapping[str, str]] = {
    "not_feature": gettext_noop("不是 GeoJSON 要素（Feature）"),
    "doubled_key": gettext_noop("“%(key)s”写了两次，不知道以哪个为准"),
    "not_text": gettext_noop("“%(key)s”要写成文字"),
    "crs": gettext_noop("坐标系是“%(name)s”，请先转换成 WGS-84 经纬度"),
    "not_polygon": gettext_noop("不是面（Polygon 或 MultiPolygon）"),
    "empty": gettext_noop("没有坐标"),
    "too_many": gettext_noop("点或环太多"),
    "too_many_corners": gettext_noop("一个网格最多 %(limit)s 个点，请简化边界"),
    "not_number": gettext_noop("第 %(corner)s 个点写的是“%(written)s”，不是经度、纬度两个数"),
    "not_finite": gettext_noop("第 %(corner)s 个点写的是“%(written)s”，不是地图上的数"),
    "metres": gettext_noop("坐标是米，不是经纬度，请先转换成 WGS-84 经纬度"),
    "swapped": gettext_noop("经度和纬度写反了，应当经度在前"),
    "range": gettext_noop("经纬度超出了范围"),
    "antimeridian": gettext_noop("边界跨过了 180 度经线"),
    "too_few": gettext_noop("至少要有三个不同的点"),
    "unclosed": gettext_noop("边界没有闭合，最后一个点要与第一个点相同"),
    "zero_area": gettext_noop("边界没有围出面积"),
    "self_crossing": gettext_noop("边界与自己相交"),
    "hole_outside": gettext_noop("洞在边界之外"),
    "hole_crossing": gettext_noop("洞与边界或另一个洞相交"),
    "holes_nested": gettext_noop("洞里又有洞"),
    "shells_overlap": gettext_noop("同一个网格的两块重叠"),
    "invalid": gettext_noop("边界不成一个面"),
    "outside": gettext_noop(
        "不在本辖区附近（经度 %(west)s 至 %(east)s、纬度 %(south)s 至 %(north)s），请核对坐标系"
    ),
    "needs_name": gettext_noop("没有名称，也没有已登记的网格编码"),
    "needs_community": gettext_noop("看不出属于哪个社区，请填写社区"),
    "foreign_code": gettext_noop("新网格的编码要以社区编码 %(community)s 开头，后面用数字、字母或短横"),
    "closed_grid": gettext_noop("这个网格已停用"),
    "other_community": gettext_noop("这个网格属于“%(community)s”，请核对"),
    "other_name": gettext_noop("这个编码的网格叫“%(name)s”，请核对"),
    "other_code": gettext_noop("这个名称的网格编码是 %(known)s，请核对"),
    "named_twice": gettext_noop("与第 %(first)s 个图形是同一个网格"),
    "overlap": gettext_noop("与“%(other)s”重叠 %(size)s 平方米"),
    "neighbour_overlap": gettext_noop("与另一社区的“%(other)s”重叠 %(size)s 平方米"),
    "gap": gettext_noop("网格之间有 %(size)s 平方米不在任何网格里"),
}
_CODE = re.compile(r"[0-9]+[0-9A-Za-z-]*")


class OutlineFinding(NamedTuple):
    """What is wrong with one shape, or worth a look. number: from 1 in the file, 0 = no shape of its own."""

    number: int
    label: str
    code: str
    at: Position | None = None
    values: Mapping[str, Any] = {}

    def sentence(self) -> str:
        """「第 3 个图形（A1）：边界与自己相交（经度 122.25，纬度 37.25）」 in the reader's language."""
        said = _(OUTLINE_SENTENCES.get(self.code) or SENTENCES[self.code]) % self.values
        if self.at:
            place = {"what": said, "lon": f"{self.at[0]:.15g}", "lat": f"{self.at[1]:.15g}"}
            said = _("%(what)s（经度 %(lon)s，纬度 %(lat)s）") % place
        if not self.number:
            return said
        whole = {"number": self.number, "label": self.label, "what": said}
        if not self.label:
            return _("第 %(number)s 个图形：%(what)s") % whole
        return _("第 %(number)s 个图形（%(label)s）：%(what)s") % whole


class Cell(NamedTuple):
    """A grid cell in the office's book. outline: "" = not drawn."""

    id: UUID
    code: str
    name: str
    community_id: UUID
    is_closed: bool
    outline: str

    @property
    def label(self) -> str:
        """What a person knows it by."""
        return f"{self.code} {self.name}"


class Community(NamedTuple):
    """A community of the office."""

    id: UUID
    code: str
    name: str


@dataclass(slots=True)
class OutlinePlan:
    """The deeds a map asks for, by the number of the shape. known: shapes whose cell is drawn just so already."""

    new: dict[int, NewGrid] = field(default_factory=dict)
    redrawn: dict[int, tuple[UUID, str]] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    findings: list[OutlineFinding] = field(default_factory=list)
    warnings: list[OutlineFinding] = field(default_factory=list)


class _Refused(Exception):
    """This shape goes no further."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code)


class _Drawn(NamedTuple):
    """A cell as it will lie. number: of its shape, 0 when the map does not speak of it."""

    number: int
    label: str
    community_id: UUID
    geometry: Mapping[str, Any]


class OutlinePlanner:
    """Finds the cell that each shape draws, then looks at all cells together as they will lie."""

    def __init__(self, communities: Sequence[Community], cells: Sequence[Cell]) -> None:
        self.plan = OutlinePlan()
        self._communities = {one.id: one for one in communities}
        cells = [cell for cell in cells if cell.community_id in self._communities]
        self._by_word = {word: one for one in communities for word in (one.code, community_key(one.name))}
        self._by_code = {cell.code: cell for cell in cells}
        self._by_name = {(cell.community_id, key(cell.name)): cell for cell in cells}
        self._with_name: dict[str, set[UUID]] = defaultdict(set)
        for cell in cells:
            self._with_name[key(cell.name)].add(cell.community_id)
        self._has_ragged = False  # what overlaps so has more holes than memory holds
        self._meant: dict[UUID | tuple[UUID, str] | str, int] = {}
        self._lying = {
            str(cell.id): _Drawn(0, cell.label, cell.community_id, json.loads(cell.outline))
            for cell in cells
            if cell.outline and not cell.is_closed
        }

    def planned(
        self, shapes: Sequence[Shape], faults: Iterable[Fault], points: Iterable[Position]
    ) -> OutlinePlan:
        """The whole map decided. faults: what was wrong with the outlines themselves; points: of places that stand."""
        self.plan.findings += [OutlineFinding(*fault) for fault in faults]
        for shape in shapes:
            try:
                self._shape(shape)
            except _Refused as refused:
                finding = OutlineFinding(shape.number, shape.label, refused.code, None, refused.values)
                self.plan.findings.append(finding)
        self._strays(shapes, points)
        self._overlaps()
        self.plan.findings.sort(key=lambda finding: finding.number)
        if not self.plan.findings and not self._has_ragged:
            self.plan.warnings += map(_gap, self._gaps())
        return self.plan

    # ---- which cell ----

    def _shape(self, shape: Shape) -> None:
        outline = json.dumps(shape.geometry, separators=(",", ":"))
        community, cell = self._cell(shape)
        self._refuse_twice(shape, community, cell)
        drawn = _Drawn(shape.number, shape.label, community.id, shape.geometry)
        if cell is None:
            new = NewGrid(community_id=community.id, name=shape.name, code=shape.code, outline=outline)
            self.plan.new[shape.number] = new
            self._lying[str(new.id)] = drawn
            return
        self._lying[str(cell.id)] = drawn
        if cell.outline == outline:
            self.plan.known.add(shape.number)
        else:
            self.plan.redrawn[shape.number] = cell.id, outline

    def _cell(self, shape: Shape) -> tuple[Community, Cell | None]:
        """The community, and the cell in the book that the shape means, None = a new one."""
        by_code = self._by_code.get(shape.code) if shape.code else None
        community = self._communities[by_code.community_id] if by_code else self._community(shape)
        by_name = self._by_name.get((community.id, key(shape.name))) if shape.name else None
        cell = by_code or by_name
        if cell is None:
            self._refuse_new(shape, community)
            return community, None
        if cell.is_closed:
            raise _Refused("closed_grid")
        if shape.community and self._by_word.get(community_key(shape.community)) != community:
            raise _Refused("other_community", community=community.name)
        if shape.name and key(shape.name) != key(cell.name):
            raise _Refused("other_name", name=cell.name)
        if shape.code and shape.code != cell.code:
            raise _Refused("other_code", known=cell.code)
        return community, cell

    def _refuse_new(self, shape: Shape, community: Community) -> None:
        if not shape.name:
            raise _Refused("needs_name")
        fits = shape.code.startswith(community.code) and _CODE.fullmatch(shape.code)
        if shape.code and (not fits or shape.code == community.code):
            raise _Refused("foreign_code", community=community.code)

    def _community(self, shape: Shape) -> Community:
        """Named, or meant by the code, or by the cell's name, or the only one there is."""
        if shape.community:
            found = self._by_word.get(community_key(shape.community))
            if found is None:
                raise _Refused("no_such_community", value=shape.community)
            return found
        by_code = [one for one in self._communities.values() if shape.code.startswith(one.code)]
        if by_code:
            return max(by_code, key=lambda one: len(one.code))
        candidates = self._with_name.get(key(shape.name)) or set(self._communities)
        if len(candidates) != 1:
            raise _Refused("needs_community")
        return self._communities[next(iter(candidates))]

    def _refuse_twice(self, shape: Shape, community: Community, cell: Cell | None) -> None:
        meant: list[UUID | tuple[UUID, str] | str] = (
            [cell.id] if cell else [(community.id, key(shape.name)), *filter(None, [shape.code])]
        )
        first = next((self._meant[one] for one in meant if one in self._meant), None)
        if first:
            raise _Refused("named_twice", first=first)
        self._meant |= dict.fromkeys(meant, shape.number)

    # ---- as they will lie ----

    def _strays(self, shapes: Sequence[Shape], points: Iterable[Position]) -> None:
        """Near what stays as it is: a border drawn in another town by mistake may be drawn anew where it belongs."""
        staying = (drawn.geometry for drawn in self._lying.values() if not drawn.number)
        corners = (at for geometry in staying for at in positions(geometry))
        box = ground(chain(points, corners), shapes)
        self.plan.findings += [OutlineFinding(*fault) for fault in strays(shapes, box)]

    def _overlaps(self) -> None:
        """Sister cells may not overlap; across communities it is a warning, for two people drew that border."""
        # with a shape left out the border in the book may be one that this map wants to change
        least = 0 if not self.plan.findings else 1
        for found in overlaps((id, drawn.geometry) for id, drawn in self._lying.items()):
            self._has_ragged |= found.is_part
            one, other = self._pair(found)
            if not one.number or other.number < least:
                continue
            is_sister = one.community_id == other.community_id
            values = {"other": _called(other), "size": round(found.square_metres)}
            code = "overlap" if is_sister else "neighbour_overlap"
            finding = OutlineFinding(one.number, one.label, code, (found.at.lon, found.at.lat), values)
            (self.plan.findings if is_sister else self.plan.warnings).append(finding)

    def _pair(self, found: Overlap[str]) -> tuple[_Drawn, _Drawn]:
        """The shape of the file first, of two the later one."""
        earlier, later = sorted(
            (self._lying[found.first], self._lying[found.second]), key=lambda one: one.number
        )
        return later, earlier

    def _gaps(self) -> tuple[Gap, ...]:
        return enclosed_gaps((id, drawn.geometry) for id, drawn in self._lying.items())


def _called(drawn: _Drawn) -> str:
    return drawn.label or str(drawn.number)


def _gap(gap: Gap) -> OutlineFinding:
    return OutlineFinding(0, "", "gap", (gap.at.lon, gap.at.lat), {"size": round(gap.square_metres)})
