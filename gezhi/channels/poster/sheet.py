"""The facts of posters → what the template reads. Pure: words come in, in the language of the wall."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gezhi.channels.poster import drawing, glyphs

MOST = 500  # posters in one file
MOST_LINES = 5
TITLE_MM, LARGEST_PT, SMALLEST_PT = 178.0, 46.0, 20.0
NUMBER_MM, NUMBER_HIGH_MM = 74.0, 52.0
MM_PER_PT = 0.3528
DIGIT_EM, TALL_EM = 0.58, 0.74  # of the bold figures


@dataclass(frozen=True)
class Poster:
    """One sheet of A4. above: community; name: the place from the compound down. number: spoken, "" when the place has none.

    phones: (whose, phone), the desk first. cell: the code of its grid cell in `Ground.outlines`, "" when unknown.
    solved: what was solved, in words that are everybody's; solved_words: the line above. ground: key of its Ground.
    """

    above: str
    name: str
    number: str
    code: str
    address: str
    phones: Sequence[tuple[str, str]]
    ground: str
    cell: str = ""
    point: tuple[float, float] | None = None
    solved_words: str = ""
    solved: Sequence[str] = ()
    demonstration: str = ""


@dataclass(frozen=True)
class Ground:
    """The cells of a community, by code: names, and GeoJSON of those that are drawn."""

    names: Mapping[str, str] = field(default_factory=dict)
    outlines: Mapping[str, str] = field(default_factory=dict)


def as_json(
    posters: Iterable[Poster], grounds: Mapping[str, Ground], words: Mapping[str, str], lang: str
) -> str:
    """What poster.typ reads, but for the QRs: {words, lang, maps, posters}. A drawing is made once for each cell."""
    maps: dict[str, drawing.Map | None] = {}
    made = []
    for one in posters:
        ground, key = grounds.get(one.ground, Ground()), f"{one.ground}/{one.cell}"
        if key not in maps:
            maps[key] = drawing.cells(ground.outlines, one.cell, ground.names)
        made.append(_sheet(one, ground, key, maps[key]))
    drawn = {key: _map(one) for key, one in maps.items() if one is not None}
    said = {key: glyphs.shown(text) for key, text in words.items()}
    return json.dumps({"words": said, "lang": lang, "maps": drawn, "posters": made}, ensure_ascii=False)


def _sheet(one: Poster, ground: Ground, key: str, drawn: drawing.Map | None) -> dict[str, Any]:
    names = [*ground.names.values()] if drawn is None else []
    own = ground.names.get(one.cell, "")
    written = [
        one.above,
        one.name,
        *(whose for whose, _ in one.phones),
        *one.solved,
        one.solved_words,
        own,
        *names,
    ]
    return {
        "above": glyphs.shown(one.above),
        "name": glyphs.shown(one.name),
        "name_pt": fitting(one.name, TITLE_MM),
        "number": one.number,
        "number_pt": number_size(one.number),
        "code": one.code,
        "address": glyphs.shown(one.address),
        "phones": [[glyphs.shown(whose), glyphs.shown(phone)] for whose, phone in one.phones],
        "map": key if drawn else "",
        "dot": drawn.at(*one.point) if drawn and one.point else None,
        "cell": one.cell,
        "cell_name": glyphs.shown(own),
        "cells": [glyphs.shown(name) for name in names],
        "solved_words": glyphs.shown(one.solved_words),
        "solved": [glyphs.shown(line) for line in one.solved[:MOST_LINES]],
        "demonstration": glyphs.shown(one.demonstration),
        "lacking": glyphs.lacking("".join(written)),
    }


def _map(one: drawing.Map) -> dict[str, Any]:
    labels = [{**label._asdict(), "text": glyphs.shown(label.text)} for label in one.labels]
    return {"svg": one.svg, "wide": one.wide, "high": one.high, "labels": labels}


def fitting(text: str, millimetres: float) -> float:
    """Points at which a line of Chinese fills a width; a long one is smaller and breaks."""
    ems = sum(1.0 if ord(sign) > 0x2E7F else 0.6 for sign in text) or 1.0
    return round(min(LARGEST_PT, max(SMALLEST_PT, millimetres / MM_PER_PT / ems)), 1)


def number_size(number: str) -> float:
    """Points at which the spoken number fills a field as large as the QR's."""
    wide = NUMBER_MM / MM_PER_PT / (DIGIT_EM * max(1, len(number)))
    return round(min(wide, NUMBER_HIGH_MM / MM_PER_PT / TALL_EM), 1)
