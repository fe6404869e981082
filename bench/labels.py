"""The labelled messages and pairs, split once and for all by their number, before anybody looked: 60 train, 20 dev, 20 test of 100."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from gezhi.kernel.text import strip_board_whitespace

HERE = Path(__file__).parent / "labels"
MESSAGES = Path(__file__).parents[2] / "shared" / "data" / "citizen-messages" / "messages.xlsx"


class Labelled(NamedTuple):
    """A message as it would be imported, and what its reader said. second: "" or another leaf that is right, too."""

    number: str
    part: str
    text: str
    code: str
    second: str


class Pair(NamedTuple):
    """Two messages. same: 2 = one case would solve both, 1 = partly, 0 = different matters."""

    part: str
    a: str
    b: str
    same: int


def part(name: str) -> str:
    """train, dev or test, by the name of the thing alone."""
    place = int(hashlib.sha256(f"gezhi split {name}".encode()).hexdigest()[:8], 16) % 100
    return "train" if place < 60 else "dev" if place < 80 else "test"


def texts() -> dict[str, tuple[str, datetime | None]]:
    """Number → subject and text as an import has them, and when it was said (None where the sheet has it as words)."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(MESSAGES)).get_sheet_by_index(0).to_python()
    return {
        str(int(float(str(row[0])))): (_said(str(row[2]), str(row[4])), _when(row[3])) for row in rows[1:]
    }


def _said(subject: str, text: str) -> str:
    head, body = strip_board_whitespace(subject), strip_board_whitespace(text)
    return f"{head}\n{body}"


def _when(cell: object) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    for layout in ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(str(cell).strip(), layout)  # noqa: DTZ007 - a board's wall clock
        except ValueError:
            continue
    return None


def labelled(*wanted: str) -> Iterator[Labelled]:
    """The messages of these parts."""
    said = texts()
    with (HERE / "messages.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (where := part(row["number"])) in wanted:
                yield Labelled(row["number"], where, said[row["number"]][0], row["code"], row["second"])


def pairs(*wanted: str) -> Iterator[Pair]:
    """The pairs of these parts, by both numbers."""
    with (HERE / "repeats.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (where := part(f"{row['a']} {row['b']}")) in wanted:
                yield Pair(where, row["a"], row["b"], int(row["same"]))
