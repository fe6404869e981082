"""Who did a share of a case in which round, and what a level above asks about it."""

from django.db import models
from django.db.models import F, Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel

ACCOUNT = "parties.Account"  # reference row


class CaseHand(TenantModel):
    """Somebody did a task of this case in this round: he does not check that round."""

    case = TenantFK("cases.Case", db_index=False)
    account = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "case", "account", "round"], name="one_hand_per_case_and_round"
            ),
        )

    def __str__(self) -> str:
        return f"round {self.round}"


class Supervision(TenantModel):
    """A level above wants an answer about a case by a day (督办). party: whose officer asks. late_at: when the day passed without one."""

    case = TenantFK("cases.Case", db_index=False)
    by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+", db_index=False)
    party = TenantFK("parties.Party", db_index=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "case"],
                condition=Q(answered_at__isnull=True),
                name="one_open_supervision_per_case",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("made_at")),
                name="a_supervision_ends_after_it_began",
            ),
        )

    def __str__(self) -> str:
        return f"{self.due_at:%Y-%m-%d}"
