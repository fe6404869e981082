"""Split a second matter off into a case of its own, and take that back while nobody has worked on it (I11).

The child begins in `opened`: place and category are settled in the same breath, which is all that accepting would ask. Its clocks
start at the receipt of the earliest voice that it carries; without one of its own, of the parent's: there it was said.
"""

from datetime import datetime
from uuid import UUID

from gezhi.cases import timing
from gezhi.cases.complaint import keep_from_company, may_carry_to
from gezhi.cases.doing import Doing
from gezhi.cases.fold import snapshot
from gezhi.cases.joining import hand_over_reports
from gezhi.cases.lifecycle import State
from gezhi.cases.links import chain, is_askable
from gezhi.cases.models import CallBack, Case, CaseReport
from gezhi.cases.numbers import next_number
from gezhi.cases.sorting import put_into, put_under
from gezhi.cases.spots import remember_spot
from gezhi.cases.titles import titled
from gezhi.journal import outbox
from gezhi.journal.actions import Deed
from gezhi.kernel.refusal import Invalid, Missing
from gezhi.parties import queries as parties
from gezhi.parties.days import local_day
from gezhi.places import queries as places
from gezhi.reports import queries as reports


def split(case: Case, doing: Doing) -> None:
    """Open the child with the chosen reports, or with none; those that stay and those that go are told apart in the journal."""
    moved = _chosen(case, doing)
    child = _child(case, doing, moved)
    Case.objects.bulk_create([child])
    outbox.queue(timing.following(child))
    ids = doing.moves(moved, child.number)
    doing.facts["child"] = child.id
    if moved:
        links = CaseReport.objects.filter(report_id__in=moved)
        links.update(case=child, split_into=child, linked_at=doing.at)
        child_asks, case.is_askable = is_askable(child.id), is_askable(case.id)
        Case.objects.filter(id=child.id).update(is_askable=child_asks)
        child.is_askable = child_asks
    words = {"note": doing.move.note.strip()}
    born = snapshot(child) | {"reports": ids}
    doing.also.append(Deed("case", child.id, "split_from", after=born, words=words, is_first=True))


def _chosen(case: Case, doing: Doing) -> list[UUID]:
    """The reports to take along: of this case, and never all that are its own. Without any, words must say what it is about."""
    chosen = set(doing.move.reports)
    if not chosen:
        if not doing.move.note.strip():
            raise Missing({"note"})
        return []
    links = list(CaseReport.objects.filter(case=case).order_by("linked_at", "id"))
    if chosen - {link.report_id for link in links}:
        raise Invalid("reports", "unknown")
    own = {link.report_id for link in links if (link.split_into_id or link.origin_id) == case.id}
    if chosen >= (own or {link.report_id for link in links}):
        raise Invalid("reports", "one_stays")
    return [link.report_id for link in links if link.report_id in chosen]


def _child(case: Case, doing: Doing, moved: list[UUID]) -> Case:
    """The new case, not yet written. Raises Invalid (place, category, condition)."""
    move, at = doing.move, doing.at
    voices = reports.for_desk(moved) if moved else []
    title = move.note.strip() or next((one.restatement or one.text for one in voices), "")
    child = Case(
        number=next_number(local_day(at).year),
        state=State.OPENED.value,
        channel=voices[0].channel if voices else case.channel,
        title=titled(title),
        received_at=min((one.received_at for one in voices), default=case.received_at),
        entered_at=at,
        split_from_id=case.id,
    )
    _place(child, move.place or case.place_id, case, at)
    put_into(child, move.category or case.category_id)
    if move.condition:
        put_under(child, move.condition)
    keep_from_company(child)
    if moved and not may_carry_to(case, child):
        raise Invalid("category", "not_the_same_complaint")  # its words would reach the company complained of
    remember_spot(child, actor=doing.actor, at=at)
    timing.set_clocks(child)
    timing.set_stage(child, at)
    return child


def _place(child: Case, place_id: UUID | None, parent: Case, at: datetime) -> None:
    """Where it lies: its parent's place, or another open one. Raises Invalid("place", unknown | closed)."""
    place = places.by_ids([place_id]).get(place_id) if place_id else None
    if place is None:
        raise Invalid("place", "unknown")
    if place.closed_on is not None and place.id != parent.place_id:
        raise Invalid("place", "closed")
    child.place_id, child.place_path, child.grid_id = place.id, place.path, place.grid_id
    child.desk_id = child.lead_id = parties.desk_of(place.path, at)


def undo_split(case: Case, doing: Doing) -> None:
    """The reports go back and the child ends as a duplicate of its parent: a number that was given out never vanishes."""
    parent: Case = Case.objects.get(id=case.split_from_id)  # locked by `advance`
    if parent.closed_at is not None:
        raise Invalid("into", "closed")
    for origin in set(CaseReport.objects.filter(split_into=case).values_list("origin_id", flat=True)):
        home = None if chain(origin)[-1] == parent.id else parent
        CaseReport.objects.filter(split_into=case, origin_id=origin).update(split_into=home)
    hand_over_reports(case, parent, doing, "rejoined")
    case.joined_into_id = parent.id
    owed = CallBack.objects.filter(case=parent, kind="split", report_id__in=doing.moved or (), done_at=None)
    owed.update(done_at=doing.at, outcome="settled")  # what has not been said yet is no longer so
