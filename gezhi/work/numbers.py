"""Numbers of tasks: `…-2026-0000001-3` on a case, counted below the case's lock; `371072-T-2026-00017` without one."""

from typing import Final

from django.db.models import F

from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction
from gezhi.work.models import Counter, Task

TASKS: Final = "T"


def of_case(number: str, case_id: object, many: int) -> list[str]:
    """The next numbers below a case, which is locked. 1 query."""
    had = Task.objects.filter(case_id=case_id).count()
    return [f"{number}-{had + place}" for place in range(1, many + 1)]


def next_of(kind: str, year: int) -> str:
    """The next number of what has no case; whoever asks at the same time waits. 3 statements at most."""
    rows = Counter.objects.filter(kind=kind, year=year)
    if not rows.update(last=F("last") + 1):
        Counter.objects.bulk_create([Counter(kind=kind, year=year)], ignore_conflicts=True)
        rows.update(last=F("last") + 1)
    return f"{jurisdiction(current()).code}-{kind}-{year}-{rows.values_list('last', flat=True).get():05d}"
