"""The journal (who did what to which), its seals, the words kept beside it, and the errands that must follow a deed."""

from django.db import models
from django.db.models import Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Entry(TenantModel):
    """One deed, for ever. `position` is null until the worker seals the row (within 5 s)."""

    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    seq = models.PositiveIntegerField()
    event = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    mac = models.CharField(max_length=64)
    position = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "subject_kind", "subject_id", "seq"],
                name="one_entry_per_step_of_a_subject",
            ),
            models.UniqueConstraint(fields=["jurisdiction", "position"], name="one_entry_per_position"),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "id"],
                condition=Q(position__isnull=True),
                name="entries_not_yet_sealed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} #{self.seq} {self.event}"


class Words(TenantModel):
    """Free text that belongs to an entry but stands outside the chain: erasable, proved by the digest inside."""

    entry = TenantFK(Entry, models.CASCADE)
    name = models.CharField(max_length=24)
    text = models.TextField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "entry", "name"], name="one_text_per_name"),
        )

    def __str__(self) -> str:
        return self.name


class Seal(TenantModel):
    """One batch of rows sealed into the jurisdiction's chain. `macs`: the rows' signatures in order, to locate a fault."""

    number = models.PositiveBigIntegerField()
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    macs = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "number"], name="one_seal_per_number"),
        )

    def __str__(self) -> str:
        return f"#{self.number}: {self.first}-{self.last}"


class SealersTurn(TenantModel):
    """One row per jurisdiction: whoever seals holds it, so that there is one sealer at a time and nobody else waits for him."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_sealers_turn_per_jurisdiction"),
        )

    def __str__(self) -> str:
        return str(self.jurisdiction_id)


class Errand(TenantModel):
    """Something that must follow a commit: a message, a timer, a picture to prepare. Written in the deed's transaction.

    `lease` fences: whoever holds an older lease number may no longer mark it. `key` is the stable id that receivers see.
    road: by which it leaves the office ("mail:…", "hook:…"), "" for what is done inside. On one road what is about one subject goes in order.
    """

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=24, blank=True, default="")
    subject_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    lease = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    road = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "kind", "key"], name="one_errand_per_key"),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "road", "due_at"],
                condition=Q(done_at__isnull=True, parked_at__isnull=True),
                name="errands_to_do_by_road",
            ),
            models.Index(fields=["jurisdiction", "subject_kind", "subject_id"], name="errands_of_a_subject"),
            models.Index(
                fields=["jurisdiction", "done_at"],
                condition=Q(done_at__isnull=False, road__gt=""),
                name="errands_that_have_left",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
