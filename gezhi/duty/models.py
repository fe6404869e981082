"""Who answers when: shifts of a party, and the sheet with which one shift is handed to the next."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Shift(TenantModel):
    """[starts_at, ends_at): somebody answers for a party; it may cross midnight.

    name: as callers hear it. phone: the number on this shift, "" = the party's standing phone. account: None for a colleague
    without a log-in. relieved_by: the shift that confirmed the hand-over sheet. dropped_at: taken off the roster, kept for the record.
    """

    party = TenantFK("parties.Party")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=40, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    relieved_by = TenantFK("self", null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "party", "starts_at"],
                condition=Q(dropped_at__isnull=True),
                name="one_shift_of_a_party_begins_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_shift_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="somebody_is_on_a_shift"),
        )
        indexes = (models.Index(fields=["jurisdiction", "account", "ends_at"], name="shifts_of_an_account"),)


class HandOver(TenantModel):
    """The sheet at the end of a shift: given by who leaves, taken by who comes. notes stand in the journal's words too.

    open_numbers: case numbers that are still open. shift_to: None until a shift follows.
    """

    shift_from = TenantFK(Shift)
    shift_to = TenantFK(Shift, null=True)
    notes = models.TextField(blank=True, default="")
    open_numbers = models.JSONField(default=list)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "shift_from"], name="one_hand_over_sheet_per_shift"
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="a_sheet_is_taken_by_somebody_at_a_time",
            ),
        )
