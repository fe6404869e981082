"""Derived rows of this package. What an engine keeps beside them for its own index stands in search/engines.py."""

from django.db import models

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Mark(TenantModel):
    """How far the roll-ups have read the journal, and when they got there.

    edition: of the rows that count; those of others are being made (begun: the newest), or thrown away. after: the last case that was
    counted of the import whose publication is the next entry, None when none is being counted in. is_counted: the rows have covered all
    that the ledger had, once; before, they are a part of it.
    """

    position = models.PositiveBigIntegerField(default=0)
    reached_at = models.DateTimeField()
    is_counted = models.BooleanField(default=False)
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


class Tally(TenantModel):
    """Counts of the cases received in one month at one place and below it, along one axis.

    month: 202603. place_path: as lines have it, "/" for all with what has no place; place: its last id. axis: all, party, category (leaves
    and their top classes), channel. cells: JSON, key → [counts by their place in counts.NAMES, {bin: n} to done, {bin: n} to closed].
    """

    edition = models.PositiveIntegerField()
    month = models.PositiveIntegerField()
    axis = models.CharField(max_length=10)
    place_id = models.UUIDField(null=True)
    place_path = models.CharField(max_length=140)
    cells = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "edition", "axis", "place_path", "month"],
                name="one_tally_per_place_axis_and_month",
            ),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "edition", "axis", "place_id", "month"], name="tallies_of_a_place"
            ),
        )

    def __str__(self) -> str:
        return f"{self.month} {self.axis} {self.place_path}"


class Spot(TenantModel):
    """How many cases were received, and how many closed, in one month (202603) at one place itself; a place of zeros = not located."""

    edition = models.PositiveIntegerField()
    month = models.PositiveIntegerField()
    place_id = models.UUIDField()
    received = models.IntegerField(default=0)
    closed = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "edition", "month", "place_id"],
                name="one_spot_per_place_and_month",
            ),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "edition", "month", "place_id", "received", "closed"],
                name="spots_by_month",
            ),
        )

    def __str__(self) -> str:
        return f"{self.month} {self.place_id}"


class Exclusion(TenantModel):
    """A case that is left out of all figures, and listed under them: asked for with a reason, decided by another person."""

    ASKED, GRANTED, REFUSED = "asked", "granted", "refused"

    case = TenantFK("cases.Case")
    state = models.CharField(max_length=8, default=ASKED)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reviewed_by = models.ForeignKey("parties.Account", models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "case"],
                condition=models.Q(state__in=["asked", "granted"]),
                name="one_exclusion_that_holds_per_case",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked", reviewed_by=None, reviewed_at=None)
                | models.Q(
                    state__in=["granted", "refused"], reviewed_by__isnull=False, reviewed_at__isnull=False
                ),
                name="an_exclusion_is_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("asked_by")),
                name="nobody_reviews_his_own_exclusion",
            ),
        )

    def __str__(self) -> str:
        return self.state


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
    """How far the search lines have read the journal. place_path, after: a place that was renamed, and how far the cases there have been read anew.

    form: how all lines are made (search/text.py). towards, made_to: the form that they are being given, and up to which case they have it.
    """

    position = models.PositiveBigIntegerField(default=0)
    place_path = models.CharField(max_length=400, blank=True, default="")
    after = models.UUIDField(null=True)
    form = models.CharField(max_length=64, blank=True, default="")
    towards = models.CharField(max_length=64, blank=True, default="")
    made_to = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_search_cursor_per_jurisdiction"),
        )

    def __str__(self) -> str:
        return str(self.position)
