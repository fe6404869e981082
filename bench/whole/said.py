"""What people say, some ten thousand sentences: cut from the public board's messages where they lie beside the project, else from the demonstration's."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from python_calamine import CalamineWorkbook

from gezhi.cases.titles import titled
from gezhi.flows.demonstration import bank
from gezhi.kernel.search import folded, tokens
from gezhi.kernel.text import mask_private

MESSAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "citizen-messages" / "messages.xlsx"
SHORTEST, LONGEST, MOST = 12, 60, 12_000  # signs, signs, sentences
_ENDS = re.compile(r"[。！？；!?;\s]+")


class Said(NamedTuple):
    """text, as a JSON string, as the title of a case; folded and as tokens of the search, without numbers of persons."""

    text: str
    spelled: str
    title: str
    folded_title: str
    folded: str
    tokens: str


def sentences() -> list[Said]:
    """All of them, in an order that looks like none."""
    found = sorted(set(_of_the_board() if MESSAGES.exists() else _invented()))
    random.Random(1).shuffle(found)
    return [_said(one) for one in found[:MOST]]


def _of_the_board() -> Iterator[str]:
    sheet = CalamineWorkbook.from_path(str(MESSAGES)).get_sheet_by_index(0).to_python()
    for row in sheet[1:]:
        for sentence in _ENDS.split(str(row[4])):
            if SHORTEST <= len(sentence) <= LONGEST and sentence.isprintable():
                yield sentence


def _invented() -> Sequence[str]:
    return [voice for kind in bank.kinds().values() for voice in kind.voices]


def _said(text: str) -> Said:
    title, mine = titled(text), folded(mask_private(text))
    return Said(
        text,
        json.dumps(text, ensure_ascii=False),
        title,
        folded(title),
        mine,
        tokens(f"{folded(title)} {mine}"),
    )
