"""What somebody said, kept as said, and the runs that brought many at once."""

from django.db import models
from django.db.models import Q

from gezhi.reports.kinds import BookStage, Channel, Finished
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class ImportRun(TenantModel):
    """One sheet brought in by batches. Its reports stay out of sight until it is published."""

    source = models.CharField(max_length=40)
    file_digest = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    read = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "source"],
                condition=Q(published_at=None),
                name="one_unpublished_run_per_source",
            ),
        )

    def __str__(self) -> str:
        return self.source


class Report(TenantModel):
    """One voice. The tracking code itself is nowhere in the database, only its digest.

    contact: AES-GCM ciphertext of a phone number under contact_key, a key of this report alone, itself wrapped with the
    office's key. contact_tail: keyed digest of its last four digits. key_digest, body_digest: what makes a repeat the same
    report. restatement: the desk's words, shown to handlers instead of the reporter's.
    """

    code_digest = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    place = TenantFK("places.Place", null=True, db_index=False)
    place_path = models.TextField(blank=True, default="")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    category = TenantFK("catalogue.Category", null=True, db_index=False)
    said_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    contact = models.BinaryField(null=True)
    contact_key = models.BinaryField(null=True)
    contact_tail = models.CharField(max_length=64, blank=True, default="")
    may_call = models.BooleanField(default=False)
    key_digest = models.CharField(max_length=64, blank=True, default="")
    body_digest = models.CharField(max_length=64, blank=True, default="")
    source = models.CharField(max_length=40, blank=True, default="")
    external_number = models.CharField(max_length=80, blank=True, default="")
    run = TenantFK(ImportRun, null=True, db_index=False)
    restatement = models.TextField(blank=True, default="")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "code_digest"], name="one_report_per_tracking_code"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "key_digest"],
                condition=~Q(key_digest=""),
                name="one_report_per_idempotency_key",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "source", "external_number"],
                condition=~Q(external_number=""),
                name="one_report_per_number_of_a_source",
            ),
            models.CheckConstraint(
                condition=Q(contact=None, contact_key=None, contact_tail="")
                | (Q(contact__isnull=False, contact_key__isnull=False) & ~Q(contact_tail="")),
                name="contact_stands_with_its_key_and_tail",
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
                name="a_point_has_both_coordinates",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(text="", restatement="", contact=None),
                name="an_erased_report_keeps_no_words",
            ),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "run"], condition=Q(run__isnull=False), name="reports_of_an_import"
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.id}"


class Word(TenantModel):
    """A word of the office's own lexicon, or how much a shipped one counts here (0 = not at all).

    code: the leaf it speaks for. condition, call: of a word that means danger: the opening condition that is feared (its code), the number to call now.
    """

    word = models.CharField(max_length=40)
    code = models.CharField(max_length=12)
    strength = models.PositiveSmallIntegerField(default=1)
    condition = models.CharField(max_length=16, blank=True, default="")
    call = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "word", "code"], name="a_word_stands_once_for_a_leaf"
            ),
            models.CheckConstraint(condition=~Q(word=""), name="a_word_is_not_empty"),
            models.CheckConstraint(condition=Q(strength__lte=3), name="a_word_counts_three_at_most"),
            models.CheckConstraint(
                condition=Q(condition="") | ~Q(call=""), name="danger_has_a_number_to_call"
            ),
        )

    def __str__(self) -> str:
        return self.word


class Learned(TenantModel):
    """One row: what the office's own confirmed cases taught (learning.packed, hashes and numbers only), when, from how many."""

    book = models.JSONField()
    cases = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["jurisdiction"], name="one_lesson_per_jurisdiction"),)

    def __str__(self) -> str:
        return f"{self.cases}"


class Layout(TenantModel):
    """How the columns of a ledger were understood: digest of its heads, and a field ("" = not taken) for each column."""

    digest = models.CharField(max_length=64)
    fields = models.JSONField()
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "digest"], name="one_mapping_per_layout"),
        )

    def __str__(self) -> str:
        return self.digest[:12]


class IncomingBook(TenantModel):
    """A ledger that somebody uploaded, from the choice of its columns to its cases. The file itself lies sealed beside the pictures.

    layout "": it was kept while another one was being read, and nobody has looked into it yet.
    done, total: of the step under way (kinds.BookStep); findings: the first rows that stopped it: row, column, code, values. stayed: numbers of cases that taking back left alone. reached: the last case that it looked at.
    """

    by_id = models.UUIDField()
    filename = models.CharField(max_length=100)
    file_digest = models.CharField(max_length=64)
    layout = models.CharField(max_length=64)
    fields = models.JSONField()
    sheet = models.CharField(max_length=100, blank=True, default="")
    encoding = models.CharField(max_length=12, blank=True, default="")
    finished = models.CharField(max_length=12, choices=Finished.choices, default=Finished.LEAVE_OUT)
    skip_bad = models.BooleanField(default=False)
    stage = models.CharField(max_length=12, choices=BookStage.choices, default=BookStage.MAPPING)
    brought_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    run = TenantFK(ImportRun, null=True, db_index=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    taken_back = models.PositiveIntegerField(default=0)
    stayed = models.JSONField(default=list)
    reached = models.UUIDField(null=True)
    problem = models.CharField(max_length=40, blank=True, default="")
    step = models.CharField(max_length=12, blank=True, default="")
    findings = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(stage__in=BookStage.values), name="the_stage_of_a_book_is_known"
            ),
            models.CheckConstraint(
                condition=Q(finished__in=Finished.values), name="what_becomes_of_finished_rows_is_known"
            ),
        )
        indexes = (models.Index(fields=["jurisdiction", "by_id"], name="books_somebody_brought"),)

    def __str__(self) -> str:
        return self.filename
