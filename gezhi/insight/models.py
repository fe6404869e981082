"""Derived rows of this package. What an engine keeps beside them for its own index stands in search/engines.py."""

from django.db import models

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Mark(TenantModel):
    """How far the roll-ups have read the journal, and when they got there.

    edition: of the rows that count; those of others are being made (begun: the newest), or thrown away. after: the last case that was
    counted of the import whose publication is the next entry, None when none is being counted in.
    """

    position = models.PositiveBigIntegerField(default=0)
    reached_at = models.DateTimeField()
    edition = models.PositiveIntegerField(default=1)
    begun = models.PositiveIntegerField(default=1)
    after = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction"], name="one_mark_of_the_roll_ups_per_jurisdiction"
            ),
        )

    def __str__(self) -> str:
        return str(self.position)


class SearchLine(TenantModel):
    """All that one may look for of a case, folded (kernel.search). number: position of its first entry in the journal, so the newest is the highest."""

    case = TenantFK("cases.Case", db_index=False)
    number = models.PositiveBigIntegerField()
    text = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "case"], name="one_search_line_per_case"),
            models.UniqueConstraint(fields=["jurisdiction", "number"], name="one_search_line_per_number"),
        )

    def __str__(self) -> str:
        return str(self.number)


class SearchCursor(TenantModel):
    """How far the search lines have read the journal. place_path, after: a place that was renamed, and how far the cases there have been read anew."""

    position = models.PositiveBigIntegerField(default=0)
    place_path = models.CharField(max_length=400, blank=True, default="")
    after = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_search_cursor_per_jurisdiction"),
        )

    def __str__(self) -> str:
        return str(self.position)
