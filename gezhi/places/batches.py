"""Rows by id, however many: an engine takes only so many values in one question."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar
from uuid import UUID

from gezhi.tenancy.models import TenantModel

BATCH = 500
Row = TypeVar("Row", bound=TenantModel)


def by_id(model: type[Row], ids: Iterable[UUID | None]) -> dict[UUID, Row]:
    """The rows of these ids that there are; 1 statement per 500."""
    wanted = {one for one in ids if one}
    return {row.id: row for batch in batches(wanted) for row in model.objects.filter(id__in=batch)}


def batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """The ids in order, at most 500 at a time."""
    rest = iter(sorted(ids))
    while batch := list(islice(rest, BATCH)):
        yield batch
