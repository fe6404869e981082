"""Pictures before and after of closed cases: which there are, which may be shown to everybody, and where they were taken, said no nearer than a building."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gezhi.cases import publicly
from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Ending
from gezhi.cases.models import CaseEvidence
from gezhi.cases.public import rough_place
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import is_discreet
from gezhi.evidence import queries as evidence
from gezhi.evidence.queries import EvidenceRow
from gezhi.ledger.models import Line
from gezhi.places import paths
from gezhi.places import queries as places

SOLVED: Final = (Ending.SOLVED.value, Ending.SOLVED_ON_SPOT_UNCHECKED.value)
AFTER: Final = ("photo_same_angle", "photo_after")  # the first is the better one
BEFORE: Final = "before"
NOWHERE: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Picture:
    """is_clear: somebody looked at it, everybody may see it, and its copies are there. mark: of the redaction in force."""

    id: UUID
    kind: str
    is_clear: bool
    mark: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A closed case with its pictures, best first: those everybody may see, after from the same angle. words: the desk's public sentence."""

    case_id: UUID
    number: str
    place: str
    category_id: UUID | None
    received_at: datetime
    closed_at: datetime
    before: tuple[Picture, ...]
    after: tuple[Picture, ...]
    words: str

    @property
    def is_whole(self) -> bool:
        """A picture of before and one of after."""
        return bool(self.before and self.after)

    @property
    def is_clear(self) -> bool:
        """Both may be shown."""
        return self.is_whole and self.before[0].is_clear and self.after[0].is_clear

    @property
    def is_same_angle(self) -> bool:
        return bool(self.after) and self.after[0].kind == AFTER[0]

    @property
    def to_clear(self) -> tuple[Picture, ...]:
        """What somebody has to look at first."""
        return tuple(side[0] for side in (self.before, self.after) if side and not side[0].is_clear)


def pairs(lines: Iterable[Line]) -> list[Pair]:
    """The pictures of these lines' cases, in their order. 6 queries, whatever their number."""
    rows = [line for line in lines if line.closed_at is not None]
    ids = [line.case_id for line in rows]
    reports = cases.report_ids(ids)
    said = evidence.of_each("report", (id for found in reports.values() for id in found))
    shown = list(
        CaseEvidence.objects.filter(case_id__in=ids, kind__in=[BEFORE, *AFTER]).order_by("-round", "at", "id")
    )
    known = evidence.by_ids(one.evidence_id for one in shown)
    spots = {line.case_id: seen_place(line.place_path, line.category_id) for line in rows}
    names = {id: row.full_name for id, row in places.by_ids({id for id in spots.values() if id}).items()}
    words = publicly.words_of(ids)
    found = []
    for line in rows:
        before = [_picture(row, BEFORE) for id in reports.get(line.case_id, ()) for row in said[id]]
        own = [one for one in shown if one.case_id == line.case_id and one.evidence_id in known]
        before += [_picture(known[one.evidence_id], BEFORE) for one in own if one.kind == BEFORE]
        after = [_picture(known[one.evidence_id], kind) for kind in AFTER for one in own if one.kind == kind]
        found.append(
            Pair(
                line.case_id,
                line.number,
                names.get(spots[line.case_id] or NOWHERE, ""),
                line.category_id,
                line.received_at,
                line.closed_at or line.received_at,
                _best_first(before),
                _best_first(after),
                words.get(line.case_id, ""),
            )
        )
    return found


def best_first(found: Sequence[Pair]) -> list[Pair]:
    """Those that can be printed, then those that lack a look; from the same angle first, the newest first."""
    return sorted(
        found, key=lambda one: (not one.is_clear, not one.is_same_angle, -one.closed_at.timestamp())
    )


def seen_place(path: str, category_id: UUID | None) -> UUID | None:
    """Where everybody may learn that it was: the building and above, for a stairwell is so few homes; of what points at a home, the compound or street."""
    if category_id is None or is_discreet(catalogue.category(category_id).code):
        return rough_place(path)
    return paths.end(paths.upper(path, paths.BUILDING))


def _picture(row: EvidenceRow, kind: str) -> Picture:
    return Picture(row.id, kind, row.public_at is not None and row.is_served, row.mark, row.sha256)


def _best_first(found: Sequence[Picture]) -> tuple[Picture, ...]:
    """Each picture once, as the first that it is called; those that may be shown first."""
    unique: dict[UUID, Picture] = {}
    for one in found:
        unique.setdefault(one.id, one)
    return tuple(sorted(unique.values(), key=lambda one: not one.is_clear))
