"""The table of permissions as rows: who may do what at which address, declared in `permissions.txt` beside this file."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

FILE = Path(__file__).with_name("permissions.txt")
OF_PARTS = FILE.with_suffix("")  # a folder: rows of the whole network, a file a part, under the same head
WORDS = re.compile(r"ok|did|login|[45]\d\d")
BRACES = re.compile(r"\{([\w.]+)\}")
PROGRAMS = ("/api/v1/", "/open311/")
METHODS = ("GET", "POST")
GROUNDS = ("A1", "B2", "yonder")


class Undeclared(ValueError):
    """A line of the table that says nothing, too little or something unknown."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line. cells: by person, what he gets; address and body with their braces."""

    line: int
    method: str
    cells: Mapping[str, str]
    address: str
    body: str = ""
    is_for_all: bool = False  # it makes no difference who asks

    @property
    def name(self) -> str:
        return f"{self.method} {self.address}"

    @property
    def is_json(self) -> bool:
        """Whether a program sends it, as an object."""
        return self.body.startswith('{"')

    @property
    def is_for_programs(self) -> bool:
        """Whether a token opens this door, and no cookie."""
        return self.address.startswith(PROGRAMS)

    @property
    def may(self) -> list[str]:
        """Who gets through, in the order of the columns."""
        return [who for who, word in self.cells.items() if word in {"ok", "did"}]


def read(text: str) -> tuple[Row, ...]:
    """All rows of a table. The first line that is no comment names the people. Raises Undeclared with the number of the line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if _says_something(line)]
    people = tuple(lines[0][1].split())
    rows = tuple(_row(number, line, people) for number, line in lines[1:])
    twice = sorted(said for said, times in Counter(row.name + row.body for row in rows).items() if times > 1)
    if twice:
        raise Undeclared(f"declared twice: {twice}")
    return rows


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _row(number: int, line: str, people: tuple[str, ...]) -> Row:
    parts, _bar, body = line.partition(" | ")
    method, *cells, address = parts.split()
    is_for_all = cells[:1] == ["all"]
    if is_for_all:
        cells = cells[1:] * len(people)
    if len(cells) != len(people):
        raise Undeclared(f"line {number}: {len(cells)} cells for {len(people)} people")
    if method not in METHODS or not all(map(WORDS.fullmatch, cells)) or not address.startswith("/"):
        raise Undeclared(f"line {number}: not readable: {line}")
    return Row(number, method, dict(zip(people, cells, strict=True)), address, body.strip(), is_for_all)


@cache
def declared() -> tuple[Row, ...]:
    """The rows of the product's own table, behind it those of the network's parts."""
    files = [FILE, *sorted(OF_PARTS.glob("*.txt"))]
    return read("\n".join(file.read_text(encoding="utf-8") for file in files))


def filled(text: str, things: Mapping[str, str]) -> str:
    """With what the braces stand for. Raises Undeclared for a thing that nobody has."""
    try:
        return BRACES.sub(lambda found: things[found[1]], text)
    except KeyError as unknown:
        raise Undeclared(f"nobody knows {unknown} of {text}") from None


def sent(body: str, things: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields of a form in order; a name may stand twice."""
    return [(name, filled(value, things)) for name, value in parse_qsl(body, keep_blank_values=True)]


# ---- what the product has, against what the table says ----


def patterns(among: Iterable[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """Every address of the product, as its pattern."""
    for one in get_resolver().url_patterns if among is None else among:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern)


def pattern_of(address: str, things: Mapping[str, str]) -> str | None:
    """The pattern an address of the table belongs to; None when the product has none."""
    try:
        return resolve(urlsplit(filled(address, things)).path).route
    except Resolver404:
        return None


def missing(rows: Iterable[Row], all_patterns: Iterable[str], things: Mapping[str, str]) -> list[str]:
    """What is undeclared: an address without a row for each method, a row without an address, ground nobody asked about."""
    found, asked = [], dict[str, list[Row]]()
    for row in rows:
        if (route := pattern_of(row.address, things)) is None:
            found.append(f"line {row.line}: no such address: {row.name}")
        else:
            asked.setdefault(route, []).append(row)
    for route in all_patterns:
        lines = asked.get(route, [])
        found += [
            f"no row: {method} {route}" for method in METHODS if method not in {row.method for row in lines}
        ]
        found += [f"no row on {ground}: {route}" for ground in _unasked(lines, things)]
    return found


def _unasked(rows: list[Row], things: Mapping[str, str]) -> list[str]:
    """Grounds where a thing of these addresses lies, too, and no row asks about it."""
    named = [name.partition(".") for row in rows for name in BRACES.findall(row.address)]
    kinds = {kind for ground, _dot, kind in named if ground in GROUNDS}
    lying = {ground for ground in GROUNDS for kind in kinds if f"{ground}.{kind}" in things}
    return [ground for ground in GROUNDS if ground in lying - {ground for ground, _dot, _kind in named}]
