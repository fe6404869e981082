"""Prove on live data that the tree is one tree, that every place below a community is in a cell of it, and that cells part it."""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from gezhi.kernel.finding import Finding
from gezhi.kernel.geo import BadOutline, overlaps
from gezhi.kernel.refusal import Invalid
from gezhi.places import paths, planting
from gezhi.places.kinds import NATIONAL
from gezhi.places.models import GridCell, Place

RULE = "places"


class _Node(NamedTuple):
    id: UUID
    code: str
    kind: str
    path: str
    parent_id: UUID | None
    grid_id: UUID | None


def findings() -> Iterator[Finding]:
    """What is wrong with the places of the jurisdiction in force: nothing, when all is well."""
    rows = Place.objects.order_by("path").values_list(*_Node._fields).iterator(chunk_size=2000)
    nodes = {node.id: node for node in map(_Node._make, rows)}
    yield from _paths(nodes)
    yield from _circles(nodes)
    yield from _grids(nodes)
    yield from _cells(nodes)


def _paths(nodes: dict[UUID, _Node]) -> Iterator[Finding]:
    for node in nodes.values():
        parent = nodes.get(node.parent_id) if node.parent_id else None
        if node.path != paths.joined(parent.path if parent else paths.ROOT, node.id):
            yield Finding(RULE, f"place {node.code}", "its path does not continue its parent's")
        try:
            planting.refuse_kind(node.kind, Place(kind=parent.kind) if parent else None)
        except Invalid:
            yield Finding(RULE, f"place {node.code}", f"a {node.kind} may not stand there")


def _circles(nodes: dict[UUID, _Node]) -> Iterator[Finding]:
    """Every place reaches the root by its parents."""
    reaches: set[UUID] = set()
    for node in nodes.values():
        way: list[UUID] = []
        step: _Node | None = node
        while step is not None and step.id not in reaches and step.id not in way:
            way.append(step.id)
            step = nodes.get(step.parent_id) if step.parent_id else None
        if step is not None and step.id in way:
            yield Finding(RULE, f"place {node.code}", "its parents go in a circle")
        reaches.update(way)


def _grids(nodes: dict[UUID, _Node]) -> Iterator[Finding]:
    communities = dict(GridCell.objects.values_list("id", "community_id"))
    for node in nodes.values():
        if node.kind in NATIONAL:
            continue
        if node.grid_id is None:
            yield Finding(RULE, f"place {node.code}", "is in no grid cell")
        elif communities.get(node.grid_id) != _community(node):
            yield Finding(RULE, f"place {node.code}", "its grid cell is of another community")


def _community(node: _Node) -> UUID | None:
    try:
        return paths.community_id(node.path)
    except ValueError:  # the path is no path; _paths has said so
        return None


def _cells(nodes: dict[UUID, _Node]) -> Iterator[Finding]:
    drawn = GridCell.objects.exclude(outline="").order_by("community_id", "code")
    rows = drawn.values_list("community_id", "code", "outline")
    for community_id, cells in groupby(rows, key=itemgetter(0)):
        try:
            shared = overlaps((code, json.loads(outline)) for _, code, outline in cells)
        except (BadOutline, ValueError) as bad:
            where = nodes[community_id].code if community_id in nodes else str(community_id)
            yield Finding(RULE, f"grid cells of {where}", f"an outline cannot be used: {bad}")
            continue
        for one in shared:
            what = (
                f"shares {one.square_metres:.0f} m² with {one.second} at {one.at.lon:.6f}, {one.at.lat:.6f}"
            )
            yield Finding(RULE, f"grid cell {one.first}", what)
