"""Which cases hold what somebody looks for: all of them where they are few, else a condition that a list walks along."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from gezhi.cases.models import Case
from gezhi.insight.models import SearchLine
from gezhi.insight.search import engines
from gezhi.kernel.ids import made_at, uuid7
from gezhi.kernel.search import asked, folded, stands_in, terms
from gezhi.tenancy.current import current

MOST_FRESH, OVERLAP_MS = 500, 60_000
MOST = 1000  # counted exactly; beyond it a list says "1000+"


class Found(NamedTuple):
    """terms: what was looked for, folded. ids: all cases that hold it, or None where they are more than a thousand."""

    terms: tuple[str, ...]
    ids: tuple[UUID, ...] | None

    @property
    def holds(self) -> Q:
        """The condition on cases."""
        if self.ids is not None:
            return Q(id__in=self.ids)
        lines = SearchLine.objects.filter(case_id=OuterRef("id"))
        for term in self.terms:
            lines = lines.filter(GreaterThan(StrIndex("text", Value(term)), 0))
        return Q(Exists(lines))


def look_for(words: str) -> Found | None:
    """What holds all these words; None for no words at all. 3 queries."""
    searched = terms(words)
    if not searched:
        return None
    narrow, values = engines.narrow(asked(searched))
    holds = " AND ".join(f"{engines.holds()}(insight_searchline.text, %s) > 0" for _ in searched)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT case_id FROM {engines.source()} WHERE insight_searchline.jurisdiction_id = %s AND {narrow} AND {holds} LIMIT {MOST + 1}",
            [engines.stored(current()), *values, *searched],
        )
        ids = tuple(UUID(str(row[0])) for row in cursor.fetchall())
    return Found(searched, (*ids, *_fresh(searched)) if len(ids) <= MOST else None)


def _fresh(searched: Sequence[str]) -> list[UUID]:
    """Cases of the last moments, which the lines do not know yet, by title and number. 2 queries."""
    newest = SearchLine.objects.order_by("-number").values_list("case_id", flat=True).first()
    since = uuid7(int(made_at(newest).timestamp() * 1000) - OVERLAP_MS, 0) if newest else UUID(int=0)
    rows = Case.objects.filter(id__gt=since).order_by("-id").values_list("id", "number", "title")
    return [id for id, *said in rows[:MOST_FRESH] if stands_in(searched, folded("\n".join(said)))]


def texts(case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The folded texts of these cases. 1 query."""
    return dict(SearchLine.objects.filter(case_id__in=case_ids).values_list("case_id", "text"))
