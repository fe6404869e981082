"""What the template of a case's file reads. Pure: words come in, in the reader's language; signs that the font lacks become □."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gezhi.channels.poster import glyphs

MOST_STEPS, MOST_PHOTOS = 400, 60
STEP_SIGNS = 2_000


@dataclass(frozen=True)
class Step:
    """One deed. photos: keys of `CaseFile.photos`."""

    title: str
    who: str
    time: str
    text: str
    photos: Sequence[str] = ()


@dataclass(frozen=True)
class CaseFile:
    """facts: (name, words) in their order. said: each report as (when, words, keys of photos). photos: key → what it shows."""

    title: str
    number: str
    about: str
    facts: Sequence[tuple[str, str]]
    said: Sequence[tuple[str, str, Sequence[str]]]
    steps: Sequence[Step]
    photos: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    lang: str = "zh"


def as_json(one: CaseFile) -> str:
    """The file as the template reads it; of too many deeds and photos the first are in it."""
    return json.dumps(
        {
            "title": _line(one.title),
            "number": _line(one.number),
            "about": _line(one.about),
            "facts": [[_line(name), _text(words)] for name, words in one.facts],
            "said": [[_line(when), _text(words), _known(photos, one)] for when, words, photos in one.said],
            "steps": [_step(step, one) for step in one.steps[:MOST_STEPS]],
            "photos": {key: _line(words) for key, words in _kept(one).items()},
            "words": {key: _line(words) for key, words in one.words.items()},
            "lang": one.lang,
        },
        ensure_ascii=False,
    )


def _step(one: Step, file: CaseFile) -> dict[str, Any]:
    return {
        "title": _line(one.title),
        "who": _line(one.who),
        "time": _line(one.time),
        "text": _text(one.text),
        "photos": _known(one.photos, file),
    }


def _kept(one: CaseFile) -> dict[str, str]:
    return dict(list(one.photos.items())[:MOST_PHOTOS])


def _known(photos: Sequence[str], one: CaseFile) -> list[str]:
    kept = _kept(one)
    return [key for key in photos if key in kept]


def _line(text: str) -> str:
    return glyphs.shown(text)


def _text(text: str) -> list[str]:
    """Its lines."""
    return [shown for line in text[:STEP_SIGNS].splitlines() if (shown := glyphs.shown(line))]
