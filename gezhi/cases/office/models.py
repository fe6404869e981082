"""What the office keeps beside its cases: calls it owes, what it says in public, its running numbers."""

from django.db import models
from django.db.models import Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel

ACCOUNT = "parties.Account"  # reference row


class CallBack(TenantModel):
    """The desk owes somebody a call who can only be reached by phone. kind: what he is to be told or asked."""

    case = TenantFK("cases.Case")
    report = TenantFK("reports.Report")
    desk = TenantFK("parties.Party")
    kind = models.CharField(max_length=20)
    round = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    last_try_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "case", "report", "kind", "round"],
                condition=Q(done_at__isnull=True),
                name="one_call_owed_per_report_and_kind",
            ),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "desk", "made_at"],
                condition=Q(done_at__isnull=True),
                name="calls_owed",
            ),
        )

    def __str__(self) -> str:
        return self.kind


class PublicWords(TenantModel):
    """What the desk says of a case to everybody, in one sentence. text "" = nothing is said.

    version counts the decisions, and erasings: a form of an older one is stale. What was said before stands in the case's journal.
    by: who decided; None = nobody, a rule took it back or somebody's words were erased, so the case waits for its sentence again.
    """

    case = TenantFK("cases.Case")
    text = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "case"], name="one_public_sentence_per_case"),
            models.CheckConstraint(
                condition=Q(text="") | Q(by__isnull=False), name="what_is_said_in_public_was_said_by_somebody"
            ),
        )

    def __str__(self) -> str:
        return self.text


class NumberBlock(TenantModel):
    """The next running number of a year. Processes take blocks, so gaps are allowed (design §7)."""

    year = models.PositiveIntegerField()
    next = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["jurisdiction", "year"], name="one_counter_per_year"),)

    def __str__(self) -> str:
        return f"{self.year}: {self.next}"
