"""A tracking code typed among words: codes are kept as digests alone, so that no line of the search can hold them."""

from uuid import UUID

from gezhi.cases.models import CaseReport
from gezhi.kernel.refusal import NotFound
from gezhi.reports import queries as reports


def case_of(words: str) -> UUID | None:
    """The case of the report with this tracking code, whoever may see it; None for anything else. No query for what has not the form of a code,
    1 for a code of nothing, else 2.
    """
    try:
        report = reports.by_code(words)
    except NotFound:
        return None
    return CaseReport.objects.filter(report_id=report.id).values_list("case_id", flat=True).first()
