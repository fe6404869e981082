"""Lines as people read them: names and words looked up, clocks judged at a moment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.cases.models import Case, CaseReport
from gezhi.cases.policy import visible_to
from gezhi.cases.titles import SPOKEN
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.text import mask_private, one_line
from gezhi.ledger.models import Line
from gezhi.parties.models import Party
from gezhi.places import paths
from gezhi.places.models import GridCell, Place

CHUNK = 500
MATTER_SIGNS = 300  # graphemes of what was said; the whole text is on the case


@dataclass(frozen=True, slots=True)
class Row:
    """One line with its names in the reader's language; absent ones are "".

    came_back_from, split_from, joined_into: numbers of cases. matter: the first report's words, or the desk's restatement, on one line, private numbers masked; of pictures alone it
    says so. reason: of the ending.
    held_by: parties in the order in which they had it. No name of a person is in it, by design. at: when it is read.
    """

    line: Line
    at: datetime
    matter: str
    reason: str
    place: str
    community: str
    grid: str
    category_code: str
    category: str
    condition: str
    party: str
    held_by: tuple[str, ...]
    came_back_from: str
    split_from: str
    joined_into: str

    @property
    def made_safe_at(self) -> datetime | None:
        """None where no first clock was asked, although whoever has done it has made it safe, too."""
        return self.line.made_safe_at if self.line.make_safe_due else None

    @property
    def made_safe_on_time(self) -> bool | None:
        """First clock: None = it does not run, stands still, or is not over yet."""
        return _on_time(self.line.make_safe_due, self.line.made_safe_at, self._judged_at())

    @property
    def fixed_on_time(self) -> bool | None:
        """Second clock: stopped when the handler says that it is done. None as above, and where nothing was to be mended."""
        return _on_time(self.line.fix_due, self.line.done_at, self._judged_at())

    def _judged_at(self) -> datetime | None:
        is_running = self.line.closed_at is None and self.line.paused_since is None
        return self.at if is_running else None

    @property
    def paused_minutes(self) -> int:
        """Minutes by the wall clock in which both clocks stood, until now."""
        since = self.line.paused_since
        return self.line.paused_minutes + ((self.at - since) // timedelta(minutes=1) if since else 0)

    @property
    def is_checked_by_another(self) -> bool | None:
        """None = nobody has checked this round."""
        checker = self.line.checker_id
        return None if checker is None else checker != self.line.handler_id

    @property
    def pictures_before(self) -> int:
        """Those that came with the case's own reports, and those shown before the work was done."""
        return self.line.pictures_said + self.line.pictures_before

    @property
    def came_back(self) -> bool:
        """Counted as a recurrence: it came back at its spot within the office's days."""
        return self.line.came_back_from_id is not None


def _on_time(due: datetime | None, done: datetime | None, at: datetime | None) -> bool | None:
    if due is None:
        return None
    if done is not None:
        return done <= due
    return False if at is not None and at > due else None


def rows(lines: Iterable[Line], *, actor: Actor, language: str, at: datetime) -> Iterator[Row]:
    """Lines with everything looked up, in their order, `CHUNK` at a time: 6 queries at most each, and 2 for what all share.

    actor: who reads: he learns no number of a case that he may not open. language: zh-hans, zh-hant or en. at: the moment at which clocks that still run are judged.
    """
    names = _Names(language)
    left = iter(lines)
    while chunk := list(islice(left, CHUNK)):
        yield from _chunk(chunk, names, actor, at)


class _Names:
    """Names that many lines share."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.parties: dict[UUID, str] = dict(Party.objects.values_list("id", "name"))
        self.grids: dict[UUID, str] = dict(GridCell.objects.values_list("id", "name"))
        self.categories = {one.id: (one.code, one.label(language)) for one in catalogue.leaves()}

    def condition(self, id: UUID | None) -> str:
        return catalogue.condition(id).label(self.language) if id else ""


def _chunk(lines: list[Line], names: _Names, actor: Actor, at: datetime) -> Iterator[Row]:
    places, words = _places(lines), _words(lines)
    numbers = _numbers(lines, actor)
    reasons = dict(
        Case.objects.filter(id__in=[line.case_id for line in lines]).values_list("id", "ending_reason")
    )
    for line in lines:
        code, category = names.categories.get(line.category_id, ("", "")) if line.category_id else ("", "")
        yield Row(
            line=line,
            at=at,
            matter=words.get(line.case_id, ""),
            reason=reasons.get(line.case_id, ""),
            place=_name(places, line.place_id, "full_name"),
            community=_name(places, paths.community_id(line.place_path), "name"),
            grid=names.grids.get(line.grid_id, "") if line.grid_id else "",
            category_code=code,
            category=category,
            condition=names.condition(line.condition_id),
            party=names.parties.get(line.lead_id, ""),
            held_by=tuple(names.parties.get(UUID(id), "") for id in line.held_by),
            came_back_from=numbers.get(line.came_back_from_id, ""),
            split_from=numbers.get(line.split_from_id, ""),
            joined_into=numbers.get(line.joined_into_id, ""),
        )


def _numbers(lines: list[Line], actor: Actor) -> dict[UUID | None, str]:
    """Numbers of the cases that these are linked to, of those that the actor may open. 1 or 2 queries."""
    linked = {
        id for line in lines for id in (line.came_back_from_id, line.split_from_id, line.joined_into_id)
    }
    return dict(visible_to(actor).filter(id__in={id for id in linked if id}).values_list("id", "number"))


def _places(lines: list[Line]) -> dict[UUID, dict[str, Any]]:
    wanted = {line.place_id for line in lines} | {paths.community_id(line.place_path) for line in lines}
    rows = Place.objects.filter(id__in=wanted - {None}).values("id", "name", "full_name")
    return {row["id"]: row for row in rows}


def _name(places: dict[UUID, dict[str, Any]], id: UUID | None, field: str) -> str:
    return str(places[id][field]) if id in places else ""


def _words(lines: list[Line]) -> dict[UUID, str]:
    """What the first report of each case said; nothing where its words were erased. What was split off: as the desk called it."""
    links = CaseReport.objects.filter(origin_id__in=[line.case_id for line in lines])
    split_off = [line.case_id for line in lines if line.split_from_id]
    titles = Case.objects.filter(id__in=split_off).values_list("id", "title") if split_off else ()
    said = {id: mask_private(title) for id, title in titles}
    fields = ("origin_id", "report__text", "report__restatement", "report__erased_at", "origin__title")
    for case_id, text, restatement, erased_at, title in links.order_by("linked_at", "id").values_list(
        *fields
    ):
        if case_id not in said:
            # masked before it is cut: half a phone number would not be recognised
            words = one_line(mask_private(restatement or text), MATTER_SIGNS)
            wordless = _("（一段录音）") if title == SPOKEN else _("（只有照片）")
            said[case_id] = words or ("" if erased_at else wordless)
    return said
