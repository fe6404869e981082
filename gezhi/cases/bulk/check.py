"""Prove on live data that every bulk deed comes to its end."""

from collections.abc import Iterator

from gezhi.cases.bulk.actions import GO_ON
from gezhi.cases.bulk.models import Bulk
from gezhi.cases.bulk.queries import under_way
from gezhi.journal import outbox
from gezhi.kernel.finding import Finding


def findings() -> Iterator[Finding]:
    """Nothing, when somebody goes on with each that is under way. 2 queries."""
    ids = list(Bulk.objects.filter(under_way()).order_by("id").values_list("id", flat=True))
    goes_on = outbox.keys_open(GO_ON) if ids else set()
    for id in ids:
        if str(id) not in goes_on:
            yield Finding("bulk", str(id), "is under way, and nobody goes on with it")
