"""Orders and the issuers' own forms, as rows. What an order says is the text of its report; its case is the one its report belongs to."""

from django.db import models
from django.db.models import Q

from gezhi.cases.orders.kinds import Answer, Issuer, OrderState, Paper
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Order(TenantModel):
    """One order from above. due_at, return_until: the issuer's own clock; it runs on whatever ours does.
    number: as the issuer writes it; number_key: as it is compared (orders.number).

    category, wanted: what it is about, and in which form the answer is wanted, in the issuer's words. asked_until: the day that was asked for. responded, resolved, satisfied: the issuer's verdict.
    """

    report = TenantFK("reports.Report")
    issuer = models.CharField(max_length=12, choices=Issuer.choices)
    number = models.CharField(max_length=80)
    number_key = models.CharField(max_length=80)
    category = models.CharField(max_length=200, blank=True, default="")
    wanted = models.CharField(max_length=200, blank=True, default="")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    return_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=OrderState.choices, default=OrderState.OPEN.value)
    asked_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    responded = models.CharField(max_length=8, choices=Answer.choices, blank=True, default="")
    resolved = models.CharField(max_length=8, choices=Answer.choices, blank=True, default="")
    satisfied = models.CharField(max_length=8, choices=Answer.choices, blank=True, default="")
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "issuer", "number_key"], name="one_order_per_number_of_an_issuer"
            ),
            models.UniqueConstraint(fields=["jurisdiction", "report"], name="an_order_is_one_report"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "asked"], done_at=None)
                | Q(state__in=["answered", "returned"], done_at__isnull=False),
                name="an_order_is_done_when_answered_or_returned",
            ),
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(asked_until__isnull=False),
                name="asking_for_time_says_until_when",
            ),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "due_at", "id"],
                condition=Q(done_at__isnull=True),
                name="orders_to_answer",
            ),
            # all that is asked of those of an issuer: how many wait, how many past their time
            models.Index(
                fields=["jurisdiction", "issuer", "due_at", "id", "report", "done_at"],
                condition=Q(done_at__isnull=True),
                name="orders_of_an_issuer",
            ),
            # what came and what was answered in a week
            models.Index(fields=["jurisdiction", "received_at"], name="orders_by_receipt"),
            models.Index(
                fields=["jurisdiction", "done_at"],
                condition=Q(done_at__isnull=False),
                name="orders_by_answer",
            ),
        )

    def __str__(self) -> str:
        return f"{self.issuer} {self.number}"


class OrderForm(TenantModel):
    """An issuer's own form that the office uploaded for one kind of paper, newest wins. data: the file as it was judged."""

    issuer = models.CharField(max_length=12, choices=Issuer.choices)
    paper = models.CharField(max_length=12, choices=Paper.choices)
    suffix = models.CharField(max_length=5)
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "issuer", "paper", "suffix"],
                name="one_form_per_issuer_paper_and_suffix",
            ),
        )

    def __str__(self) -> str:
        return f"{self.issuer} {self.paper}.{self.suffix}"
