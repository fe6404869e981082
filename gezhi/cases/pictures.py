"""Pictures of the work on several cases at once."""

from collections.abc import Iterable
from uuid import UUID

from gezhi.cases.models import CaseEvidence

AFTER = ("photo_same_angle", "photo_after")  # the better one first


def after(case_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Evidence of how it looks now by case, of the newest round, from the same angle first. 1 query."""
    wanted = list(case_ids)
    rows = CaseEvidence.objects.filter(case_id__in=wanted, kind__in=AFTER).values_list(
        "case_id", "round", "kind", "evidence_id"
    )
    newest: dict[UUID, int] = {}
    for case_id, number, _, _ in rows:
        newest[case_id] = max(number, newest.get(case_id, 0))
    found: dict[UUID, list[UUID]] = {}
    for case_id, number, _, evidence_id in sorted(rows, key=lambda row: (AFTER.index(row[2]), row[3])):
        if number == newest[case_id] and evidence_id not in found.get(case_id, ()):
            found.setdefault(case_id, []).append(evidence_id)
    return found
