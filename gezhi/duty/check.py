"""Prove on live data that somebody answers for every open party, whenever one asks (I1)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from gezhi.duty.queries import answering_for, on_roster
from gezhi.duty.rotation import LONGEST, Span, overlaps
from gezhi.kernel.finding import Finding
from gezhi.parties.queries import parties

QUIET = datetime(1970, 1, 1, tzinfo=UTC)  # a moment without any shift: the standing phones must answer


def findings() -> Iterator[Finding]:
    """What is wrong with the rosters of the jurisdiction in force: nothing, when all is well."""
    yield from _silence()
    yield from _rosters()


def _silence() -> Iterator[Finding]:
    """The resolver names somebody with a phone for every open party: with nobody on a shift, and at the latest shift. 5 queries."""
    latest = on_roster().order_by("-starts_at").values_list("starts_at", flat=True).first()
    rows = parties()
    for at in (QUIET, latest or QUIET):
        found = answering_for([row.id for row in rows], at)
        for row in rows:
            answering = found.get(row.id)
            if answering is None or not answering.name.strip() or not answering.phone.strip():
                yield Finding("I1", f"party {row.code}", f"nobody answers at {at.isoformat()}")


def _rosters() -> Iterator[Finding]:
    """Shifts of one party do not overlap and none is longer than a day. 1 streamed query."""
    rows = on_roster().order_by("party", "starts_at").values_list("party_id", "starts_at", "ends_at")
    for party_id, group in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[0]):
        spans = [Span(*times) for _, *times in group]
        for _, later in overlaps(spans):
            yield Finding("I1", f"party {party_id}", f"two shifts at {later.starts_at.isoformat()}")
        for span in spans:
            if span.ends_at - span.starts_at > LONGEST:
                yield Finding(
                    "duty", f"party {party_id}", f"a shift of more than a day at {span.starts_at.isoformat()}"
                )
