"""The pictures a play shows: a few drawings, kept again for each time one is shown, because a picture is claimed once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

from gezhi.evidence import actions as evidence
from gezhi.evidence.actions import Kept
from gezhi.flows.demonstration.pictures import drawn, scene_of

WIDTH = 800  # pixels
AT_ONCE = 40  # uploads that one child process decodes within its five seconds


class Drawing(NamedTuple):
    """Which scene, and whether before or after. Few: each is decoded and made into the copies that people see, the same file once."""

    scene: str
    is_mended: bool


def drawing_of(category: str, *, is_mended: bool) -> Drawing:
    """What a matter of this category (code) shows."""
    return Drawing(scene_of(category), is_mended)


class Upload:
    """A drawn picture as the evidence package takes uploads."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.size, self._file = name, len(data), BytesIO(data)

    def read(self, bytes: int = -1, /) -> bytes:
        return self._file.read(bytes)


@dataclass
class Album:
    """Kept pictures that nothing shows yet, by drawing."""

    kept: dict[Drawing, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    until: datetime | None = None

    def keep(self, wanted: Iterable[Drawing], *, until: datetime, at: datetime) -> None:
        """Have ready what is shown until then, and the copies that people see. Nothing when it is. Not inside a transaction."""
        if self.until is not None and at < self.until:
            return
        self.until = until
        lacking = Counter(wanted)
        lacking.subtract({drawing: len(ids) for drawing, ids in self.kept.items()})
        for some in _some_at_once(list(lacking.elements())):
            uploads = [Upload("drawn.jpg", _drawn(one)) for one in some]
            for drawing, kept in zip(some, evidence.keep(uploads, at=at), strict=True):
                if isinstance(kept, Kept):
                    self.kept[drawing].append(kept.id)
                    evidence.prepare(kept.id, at=at)

    def take(self, drawing: Drawing) -> UUID:
        """One of them, to be claimed."""
        return self.kept[drawing].pop()


def _drawn(drawing: Drawing) -> bytes:
    return drawn(drawing.scene, drawing.scene, is_mended=drawing.is_mended, width=WIDTH)


def _some_at_once(drawings: Sequence[Drawing]) -> Iterator[Sequence[Drawing]]:
    for begin in range(0, len(drawings), AT_ONCE):
        yield drawings[begin : begin + AT_ONCE]
