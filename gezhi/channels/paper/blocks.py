"""A paper as blocks: what stands in it, in its order, in the language of its reader. Page, PDF and .docx are made of the same ones. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """note: small, below a table. link: a page of ours that the screen offers beside it."""

    text: str
    is_note: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Items:
    """links: (text, address) beside each line on the screen alone; as many as lines, or none."""

    lines: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    kind: str = "items"


@dataclass(frozen=True, slots=True)
class Table:
    """Every cell is text; the first column is words, the others figures."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "table"


class Series(NamedTuple):
    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other. labels: below them, one for each value."""

    caption: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: str = "chart"


class Photo(NamedTuple):
    """A picture that everybody may see. file: its name in the folder of a job, "" on a screen."""

    id: UUID
    sha256: str
    mark: str
    label: str
    day: str


@dataclass(frozen=True, slots=True)
class PhotoPair:
    title: str
    text: str
    before: Photo
    after: Photo
    kind: str = "pair"


Block = Heading | Paragraph | Items | Table | Chart | PhotoPair


@dataclass(frozen=True, slots=True)
class Paper:
    """title, then under (whose, of which time), blocks, and at the end how it was made."""

    title: str
    under: str
    blocks: tuple[Block, ...]
    made: str
    note: str = ""

    def photos(self) -> Sequence[Photo]:
        """Every picture once, in order."""
        found = [
            one
            for block in self.blocks
            if isinstance(block, PhotoPair)
            for one in (block.before, block.after)
        ]
        return list({one.id: one for one in found}.values())
