"""Photos people gave, as rows; the files lie beside the database under their own digest."""

from django.db import models
from django.db.models import Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Evidence(TenantModel):
    """One picture as given. Claimed once, by one thing (kind, id); unclaimed it is purged after a day.

    sha256: digest of the original's bytes and its address on disk; two rows may share one file.
    width, height: pixels as a viewer sees them (after turning upright). taken_at, taken_lon, taken_lat (WGS-84 degrees): what the
    camera wrote, if it makes sense; a hint, never a proof. likeness: 16 hexadecimal digits (decoder.likeness), "" without contrast.
    mark: hex id of the redaction in force, "" of none; it is part of the names of the copies. public_at: since when it may be
    shown to everybody, for somebody of the office looked at it. looked_at: when somebody decided that last, either way.
    purged_at: out of sight for good. removed_at: no file is there on this row's account any more.
    """

    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    taken_lon = models.FloatField(null=True)
    taken_lat = models.FloatField(null=True)
    likeness = models.CharField(max_length=16, blank=True, default="")
    mark = models.CharField(max_length=32, blank=True, default="")
    public_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claimed_kind = models.CharField(max_length=24, blank=True, default="")
    claimed_id = models.UUIDField(null=True)
    served_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(purged_at__isnull=False),
                name="evidence_is_removed_after_it_was_purged",
            ),
            models.CheckConstraint(
                condition=Q(claimed_at=None, claimed_id=None, claimed_kind="")
                | (Q(claimed_at__isnull=False, claimed_id__isnull=False) & ~Q(claimed_kind="")),
                name="evidence_is_claimed_whole_or_not_at_all",
            ),
        )
        indexes = (
            models.Index(fields=["jurisdiction", "sha256"], name="evidence_of_one_file"),
            models.Index(fields=["jurisdiction", "claimed_kind", "claimed_id"], name="evidence_of_a_subject"),
            models.Index(
                fields=["jurisdiction", "made_at"],
                condition=Q(claimed_at__isnull=True, purged_at__isnull=True),
                name="evidence_nobody_claimed",
            ),
            models.Index(
                fields=["jurisdiction", "sha256"],
                condition=Q(purged_at__isnull=False, removed_at__isnull=True),
                name="evidence_still_to_remove",
            ),
        )

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"


class Redaction(TenantModel):
    """What nobody may see of a picture, from one moment on. Never changed; the newest is in force, one without boxes shows it whole.

    boxes: [[left, top, width, height], …] as fractions of the upright picture. by_id: the account that drew them.
    """

    evidence = TenantFK(Evidence, db_index=False)
    boxes = models.JSONField(default=list)
    reason = models.CharField(max_length=200)
    by_id = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="redaction_says_why"),)
        indexes = (models.Index(fields=["jurisdiction", "evidence"], name="redactions_of_a_picture"),)

    def __str__(self) -> str:
        return f"{self.evidence_id} {len(self.boxes)}"


class Likeness(TenantModel):
    """One fifth of what a picture is like (see evidence/likeness.py): pictures that share none of them are not alike."""

    evidence = TenantFK(Evidence, models.CASCADE, db_index=False)
    part = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["jurisdiction", "part"], name="pictures_with_this_part"),)

    def __str__(self) -> str:
        return f"{self.evidence_id} {self.part}"


class Voice(TenantModel):
    """A recording of a minute at most, sealed: see voice.py. Claimed once, by one report; unclaimed it is purged after a day.

    data: AES-GCM ciphertext under key, a key of this row alone, itself wrapped with the office's. seconds: how long it lasts, as its head or
    else the phone that recorded it says; None where neither does.
    """

    sha256 = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=40)
    bytes = models.PositiveIntegerField()
    seconds = models.PositiveSmallIntegerField(null=True)
    data = models.BinaryField()
    key = models.BinaryField()
    made_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    report_id = models.UUIDField(null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(claimed_at=None, report_id=None)
                | Q(claimed_at__isnull=False, report_id__isnull=False),
                name="a_voice_is_claimed_whole_or_not_at_all",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "report_id"],
                condition=Q(report_id__isnull=False),
                name="one_voice_per_report",
            ),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "made_at"],
                condition=Q(claimed_at__isnull=True, purged_at__isnull=True),
                name="voices_nobody_claimed",
            ),
        )

    def __str__(self) -> str:
        return self.media_type
