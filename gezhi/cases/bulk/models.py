"""Bulk deeds as rows. They name cases, parties and who did it; never what a resident said."""

from django.db import models
from django.db.models import Q

from gezhi.cases.bulk.kinds import BulkDeed, ItemState
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Bulk(TenantModel):
    """One wish over many cases. key: of the form; digest: of all it said. into: the case that the others join.

    note: words for each of the deeds, gone from here once they are done. total: how many were asked for. stopped_at,
    undo_at: when that was asked for; undone_at: when the last case of it was looked at.
    """

    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey("parties.Account", models.PROTECT, related_name="+", db_index=False)
    deed = models.CharField(max_length=12, choices=BulkDeed.choices)
    into = TenantFK("cases.Case", null=True)
    note = models.TextField(blank=True, default="")
    total = models.PositiveIntegerField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    undo_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "by", "key"], name="one_bulk_deed_per_form"),
            models.CheckConstraint(condition=Q(deed__in=BulkDeed.values), name="a_bulk_deed_is_one_of_four"),
            models.CheckConstraint(
                condition=Q(deed="join", into__isnull=False) | (~Q(deed="join") & Q(into=None)),
                name="only_a_join_has_a_case_to_join",
            ),
            models.CheckConstraint(
                condition=Q(undo_at=None) | Q(ended_at__isnull=False), name="only_what_ended_is_undone"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(undo_at__isnull=False), name="undone_only_when_asked_for"
            ),
        )
        indexes = (models.Index(fields=["jurisdiction", "by", "-begun_at"], name="bulk_deeds_of_somebody"),)

    def __str__(self) -> str:
        return f"{self.deed} of {self.total}"


class BulkItem(TenantModel):
    """One case of a bulk deed. place: its turn, from 0. version: the one that was looked at; reached: the one that the deed made.

    why: of what was left or kept, as `cases.bulk.judging` says it.
    """

    bulk = TenantFK("cases.Bulk")
    case = TenantFK("cases.Case")
    place = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    party = TenantFK("parties.Party", null=True)
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING.value)
    why = models.CharField(max_length=80, blank=True, default="")
    reached = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "bulk", "place"], name="one_turn_per_case_of_a_bulk"
            ),
            models.UniqueConstraint(fields=["jurisdiction", "bulk", "case"], name="a_case_once_in_a_bulk"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "left"], reached=None)
                | Q(state__in=["done", "undone", "kept"], reached__isnull=False),
                name="what_was_done_says_which_version_it_made",
            ),
        )

    def __str__(self) -> str:
        return f"{self.place}: {self.state}"
