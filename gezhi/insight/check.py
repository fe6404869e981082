"""What is derived says what it is derived from: search lines are there for every case, say what it says, and are found by it."""

from collections.abc import Iterator
from uuid import UUID

from gezhi.cases.models import Case
from gezhi.insight.models import SearchCursor, SearchLine
from gezhi.insight.search import engines
from gezhi.insight.search.following import BATCH, FIRST
from gezhi.insight.search.text import form, texts_of
from gezhi.journal.models import Entry
from gezhi.journal.queries import sealed_position
from gezhi.kernel.finding import Finding


def findings() -> Iterator[Finding]:
    """What is wrong with the search lines of the jurisdiction in force, once they have read the whole journal and are of today's form."""
    reached, made = SearchCursor.objects.values_list("position", "form").first() or (0, "")
    if reached > sealed_position():
        yield Finding("I8", f"position {reached}", "the search lines have read farther than the journal goes")
    if reached < sealed_position() or made != form():
        return  # lines of another form are made anew in small steps
    last = FIRST
    while ids := list(Case.objects.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:BATCH]):
        yield from _unlike(ids)
        last = ids[-1]


def _unlike(case_ids: list[UUID]) -> Iterator[Finding]:
    kept = {one.case_id: one for one in SearchLine.objects.filter(case_id__in=case_ids)}
    sealed = set(
        Entry.objects.filter(
            subject_kind="case", subject_id__in=case_ids, seq=1, position__isnull=False
        ).values_list("subject_id", flat=True)
    )
    found = engines.are_found([(one.number, one.text) for one in kept.values()])
    for id, text in texts_of(case_ids).items():
        line = kept.get(id)
        if line is None:
            if id in sealed:
                yield Finding("I8", f"case {id}", "cannot be searched: it has no search line")
        elif line.text != text:
            yield Finding("I8", f"search line {line.number}", "says something else than its case")
        elif line.number not in found:
            yield Finding("I8", f"search line {line.number}", "is not found by its own words")
