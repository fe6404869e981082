"""Prove on live data that nothing is said in public that must not be, and that somebody said it."""

from collections.abc import Iterator
from uuid import UUID

from gezhi.cases.models import PublicWords
from gezhi.cases.publicly import EVENT, KEPT, SHOWN, why_none
from gezhi.journal.queries import entries_of
from gezhi.kernel.finding import Finding
from gezhi.kernel.private import private_spans


def findings() -> Iterator[Finding]:
    """Nothing, when all is well. 2 streamed queries."""
    told = {entry.subject_id: entry.after for entry in entries_of("case", EVENT)}
    seen: set[UUID] = set()
    for row in PublicWords.objects.select_related("case").iterator(chunk_size=1000):
        number, after = row.case.number, told.get(row.case_id, {})
        seen.add(row.case_id)
        if found := private_spans(row.text):
            yield Finding("public words", number, f"carry what identifies somebody: {found[0].kind}")
        if row.text and (why := why_none(row.case)):
            yield Finding("public words", number, f"stand on a case that may have none: {why}")
        if (after.get("outcome"), after.get("words")) != (SHOWN if row.text else KEPT, row.version):
            yield Finding("public words", number, "are not what its journal says was decided")
    for id in sorted(told.keys() - seen):
        yield Finding("public words", str(id), "stand in the journal but not on the case")
