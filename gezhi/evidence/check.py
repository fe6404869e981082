"""Prove I5 and I14 for pictures on live data: what was acknowledged is still there, byte for byte; what was erased is not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gezhi.evidence import store
from gezhi.evidence.actions import PREPARE
from gezhi.evidence.models import Evidence
from gezhi.journal.outbox import waiting
from gezhi.kernel.finding import Finding
from gezhi.tenancy.current import city_scope

ERASED_MINUTES = 60  # the worker removes files every five minutes


def findings(at: datetime) -> Iterator[Finding]:
    """What is wrong with the pictures of the jurisdiction in force: nothing, when all is well."""
    yield from _lost()
    yield from _left(at)


def _lost() -> Iterator[Finding]:
    """Claimed pictures whose original is gone or altered, or whose copies are missing with no errand to make them.

    Reads every original once, whoever shares it. 1 streamed query, 1 more per picture that waits for its copies.
    """
    rows = Evidence.objects.exclude(claimed_at=None).filter(purged_at=None).order_by("sha256", "id")
    read, wrong = "", ""
    for row in rows.iterator(chunk_size=500):
        where = f"evidence {row.id} of {row.claimed_kind} {row.claimed_id}"
        if row.sha256 != read:
            read, wrong = row.sha256, _wrong(row.sha256)
        if wrong:
            yield Finding("I5", where, wrong)
        has_copies = row.served_at and all(
            store.served(row.sha256, edge, row.mark).exists() for edge in store.EDGES
        )
        if not has_copies and not waiting(PREPARE, str(row.id)):
            yield Finding("I5", where, "the copies to be shown are missing and nothing waits to make them")


def _wrong(sha256: str) -> str:
    """What is wrong with an original; "" = nothing."""
    file = store.original(sha256)
    if not file.exists():
        return "the original is missing"
    return "" if store.digest_of(file) == sha256 else "the original is not the file that was given"


def _left(at: datetime) -> Iterator[Finding]:
    """Purged pictures whose files still lie there an hour later although no living row shares them. 1 streamed query.

    Every purged row is looked at, whatever is noted about its removal: a file may have been put back with a copy of the folder.
    """
    purged = Evidence.objects.filter(purged_at__lt=at - timedelta(minutes=ERASED_MINUTES))
    for row in purged.iterator(chunk_size=500):
        if store.files(row.sha256) and not _is_shared(row.sha256):
            yield Finding("I14", f"evidence {row.id}", "was erased, its files are still there")


def _is_shared(sha256: str) -> bool:
    with store.nobody_adds(), city_scope("a file may be shared by the rows of two jurisdictions"):
        return bool(Evidence.objects.filter(sha256=sha256, purged_at=None).exists())
