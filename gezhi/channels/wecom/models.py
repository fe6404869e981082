"""The office's application in WeCom, and what was heard by its callback. The only tables of a channel (docs/adr/0027-wecom.md)."""

from django.db import models
from django.db.models import Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Application(TenantModel):
    """The one application by which the office speaks and listens. secret, token, encoding_key, access_token: sealed (tenancy.sealed).

    token_until: when WeCom's access token ends. asking_until: somebody is fetching a new one until then at the latest. failing_since,
    last_error: of what WeCom did not take after the last that it took.
    """

    corp_id = models.CharField(max_length=64)
    agent_id = models.PositiveIntegerField()
    secret = models.BinaryField()
    token = models.BinaryField()
    encoding_key = models.BinaryField()
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    access_token = models.BinaryField(null=True)
    token_until = models.DateTimeField(null=True)
    asking_until = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True, default="")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction"],
                condition=Q(removed_at__isnull=True),
                name="one_wecom_application_per_office",
            ),
        )

    def __str__(self) -> str:
        return self.corp_id


class Heard(TenantModel):
    """One message as it came, written down before it is answered; its number is what a repeat is known by.

    sender, payload: emptied as soon as it is a report, and for whoever is not linked. account: who the sender is here, once that was
    looked up. handled_at: nothing more follows from it. report: what it became part of.
    """

    agent = models.PositiveIntegerField()
    number = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    sender = models.CharField(max_length=64, blank=True, default="")
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, related_name="+", db_index=False
    )
    report = TenantFK("reports.Report", null=True, db_index=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "agent", "number"], name="heard_once"),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "sender", "received_at"],
                condition=Q(handled_at__isnull=True),
                name="heard_and_waiting",
            ),
        )

    def __str__(self) -> str:
        return self.number
