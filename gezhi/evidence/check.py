"""Prove I5 for pictures on live data: what was acknowledged is still there, byte for byte, and can be seen."""

from collections.abc import Iterator

from gezhi.evidence import store
from gezhi.evidence.actions import PREPARE
from gezhi.evidence.models import Evidence
from gezhi.journal.outbox import waiting
from gezhi.kernel.finding import Finding


def findings() -> Iterator[Finding]:
    """Claimed pictures whose original is gone or altered, or whose copies are missing with no errand to make them.

    Reads every original. 1 streamed query, 1 more per picture that waits for its copies.
    """
    for row in Evidence.objects.exclude(claimed_at=None).filter(purged_at=None).iterator(chunk_size=500):
        where = f"evidence {row.id} of {row.claimed_kind} {row.claimed_id}"
        file = store.original(row.sha256)
        if not file.exists():
            yield Finding("I5", where, "the original is missing")
        elif store.digest_of(file) != row.sha256:
            yield Finding("I5", where, "the original is not the file that was given")
        has_copies = row.served_at and all(store.served(row.sha256, edge).exists() for edge in store.EDGES)
        if not has_copies and not waiting(PREPARE, str(row.id)):
            yield Finding("I5", where, "the copies to be shown are missing and nothing waits to make them")
