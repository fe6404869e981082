"""Which case a report belongs to: its own, or the one at the end of the chain of joins that begins there (I11). Reads only."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Q

from gezhi.cases.models import Case, CaseReport
from gezhi.reports import queries as reports


def own_of(case_ids: Collection[UUID]) -> Q:
    """Reports whose own case is one of these: they opened it, or were split off into it."""
    return Q(split_into__in=case_ids) | Q(split_into=None, origin__in=case_ids)


def chain(case_id: UUID) -> list[UUID]:
    """The case and those it was joined into, one after the other. 1 query for a plain join, 1 for every 2 links of a longer chain."""
    found = [case_id]
    for id in _ups(case_id):
        if id in found:
            break  # a circle is the check's to tell
        found.append(id)
    return found


def _ups(case_id: UUID) -> Iterator[UUID]:
    here: UUID | None = case_id
    while here is not None:
        links = Case.objects.filter(id=here).values_list("joined_into_id", "joined_into__joined_into_id")
        once, twice = links.first() or (None, None)
        yield from (id for id in (once, twice) if id)
        here = twice


def joined_below(case_id: UUID) -> list[UUID]:
    """The case and all that were joined into it, also through others. 1 query, 1 more per link of a chain."""
    found, last = [case_id], [case_id]
    while last:
        last = list(Case.objects.filter(joined_into__in=last).values_list("id", flat=True))
        last = [id for id in last if id not in found]
        found += last
    return found


def report_ids(case_id: UUID) -> list[UUID]:
    """Reports that belong to a case now. 1 query."""
    return list(CaseReport.objects.filter(case_id=case_id).values_list("report_id", flat=True))


def homes(report_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The case that each report belongs to now, by report; unknown ones are absent. 1 query."""
    links = CaseReport.objects.filter(report_id__in=list(report_ids))
    return dict(links.values_list("report_id", "case_id"))


def is_askable(case_id: UUID) -> bool:
    """Whether anybody can be asked whose report belongs to the case now. 2 queries."""
    return any(one.is_askable for one in reports.reaches(report_ids(case_id)))
