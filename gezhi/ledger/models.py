"""The ledger's own rows: one line per case, and how far it has read. Derived: thrown away and made again at any time."""

from uuid import UUID

from django.db import models

from gezhi.kernel.months import written
from gezhi.ledger.albums.models import Album, AlbumLine, AlbumPick, BriefWords
from gezhi.places import paths
from gezhi.places.onpath import on_path
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel

__all__ = ["Album", "AlbumLine", "AlbumPick", "BriefWords", "Cursor", "Line"]


class Line(TenantModel):
    """What the journal says about one case, up to the cursor's position.

    Ids, moments and counts only: names and words are looked up when a line is shown, so a renamed place stands right and an
    erased text is gone here too (docs/adr/0006-ledger.md). Fields named as in `cases.Case` mean the same; the rest:
    held_by: ids of the parties that had it, in order. accepted_at: the first time; dispatched_at, taken_at: the last time.
    paused_minutes: of finished pauses; paused_since: of the one under way. verdict: what the reporter said (fold.Verdict).
    pictures_said: with its own reports; pictures_before, pictures_after: with moves before and at the end of the work.
    is_held: it came with an import that is not published yet, and is in no list.
    """

    case = TenantFK("cases.Case", db_index=False)
    number = models.CharField(max_length=24)
    state = models.CharField(max_length=12)
    round = models.PositiveIntegerField(default=1)
    level = models.CharField(max_length=12)
    channel = models.CharField(max_length=12)

    place_id = models.UUIDField(null=True)
    place_path = models.CharField(max_length=400, blank=True, default="")
    grid_id = models.UUIDField(null=True)
    category_id = models.UUIDField(null=True)
    condition_id = models.UUIDField(null=True)
    desk_id = models.UUIDField()
    lead_id = models.UUIDField()
    held_by = models.JSONField(default=list)
    handler_id = models.UUIDField(null=True)
    checker_id = models.UUIDField(null=True)

    said_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    made_safe_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    make_safe_due = models.DateTimeField(null=True)
    fix_due = models.DateTimeField(null=True)
    extended_to = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    paused_since = models.DateTimeField(null=True)
    paused_minutes = models.PositiveIntegerField(default=0)

    returns = models.PositiveIntegerField(default=0)
    urges = models.PositiveIntegerField(default=0)
    ending = models.CharField(max_length=24, blank=True, default="")
    verdict = models.CharField(max_length=12, blank=True, default="")
    pictures_said = models.PositiveIntegerField(default=0)
    pictures_before = models.PositiveIntegerField(default=0)
    pictures_after = models.PositiveIntegerField(default=0)
    joined_into_id = models.UUIDField(null=True)
    came_back_from_id = models.UUIDField(null=True)
    split_from_id = models.UUIDField(null=True)
    run_id = models.UUIDField(null=True)
    is_held = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "case"], name="one_ledger_line_per_case"),
        )
        indexes = (
            models.Index(fields=["jurisdiction", "received_at"], name="ledger_by_receipt"),
            models.Index(fields=["jurisdiction", "state", "received_at"], name="ledger_by_state"),
            models.Index(fields=["jurisdiction", "place_path"], name="ledger_of_a_place"),
            models.Index(fields=["jurisdiction", "category_id"], name="ledger_of_a_category"),
            models.Index(fields=["jurisdiction", "lead_id", "received_at"], name="ledger_of_a_party"),
            models.Index(
                fields=["jurisdiction", "closed_at"],
                condition=models.Q(closed_at__isnull=False),
                name="ledger_by_closing",
            ),
            models.Index(
                fields=["jurisdiction", "run_id"],
                condition=models.Q(is_held=True),
                name="ledger_lines_not_yet_published",
            ),
            models.Index(
                *("jurisdiction", on_path(paths.COMMUNITY), "received_at", "number", "is_held", "case"),
                name="ledger_of_a_community",
            ),
            models.Index("jurisdiction", on_path(paths.COMPOUND), "received_at", name="ledger_of_a_compound"),
            models.Index("jurisdiction", on_path(paths.BUILDING), "received_at", name="ledger_of_a_building"),
            # all that a week's brief asks of open ones
            models.Index(
                fields=[
                    *("jurisdiction", "place_path", "category_id", "lead_id", "is_held", "closed_at"),
                    *(
                        "received_at",
                        "fix_due",
                        "done_at",
                        "paused_since",
                        "dispatched_at",
                        "returns",
                        "case",
                    ),
                ],
                condition=models.Q(closed_at__isnull=True),
                name="open_ledger_lines",
            ),
        )

    def __str__(self) -> str:
        return self.number


class Cursor(TenantModel):
    """How far the ledger has read the journal, and when it got there."""

    position = models.PositiveBigIntegerField(default=0)
    reached_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_ledger_cursor_per_jurisdiction"),
        )

    def __str__(self) -> str:
        return str(self.position)


WHOLE = UUID(int=0)  # the desk of a book that is the whole office's


class MonthBook(TenantModel):
    """What the ledger said of the lines received in one month, at one position of the journal. Never changed, never made anew.

    month: its first day, in the office's zone. desk: the party whose desk had the lines, or WHOLE. by_id: None = the clockwork.
    digest: SHA-256 over all parts; it stands in the journal, too.
    """

    month = models.DateField()
    desk = models.UUIDField()
    position = models.PositiveBigIntegerField()
    frozen_at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    lines = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "month", "desk"], name="one_book_per_month_and_desk"
            ),
        )

    def __str__(self) -> str:
        return written(self.month)


class MonthPart(TenantModel):
    """So many lines of a month book, packed (`packing`); newest first, parts by number from 0."""

    book = TenantFK(MonthBook, db_index=False)
    number = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    pack = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "book", "number"], name="parts_of_a_month_book_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.book_id} {self.number}"


class Freezing(TenantModel):
    """A month book that is being made by the worker; gone when the book is there.

    by_id: None = the clockwork. holder: the process that reads the lines; seen_at: when it last said so. read: lines so far; total: so many lines
    the month had when it was asked for. problem: code of what it ended with.
    """

    month = models.DateField()
    desk = models.UUIDField()
    by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    holder = models.UUIDField(null=True)
    seen_at = models.DateTimeField(null=True)
    read = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "month", "desk"], name="one_freezing_per_month_and_desk"
            ),
        )

    def __str__(self) -> str:
        return written(self.month)


class LedgerFile(TenantModel):
    """A large ledger that somebody asked for as a file; the worker writes it. Gone after a day, with its file.

    wanted: the filter as `queries.as_values` writes it. written: lines so far; total: so many there were when it was asked for.
    problem: code of the refusal it ended with.
    """

    by_id = models.UUIDField()
    suffix = models.CharField(max_length=5)
    language = models.CharField(max_length=8)
    wanted = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    written = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=["jurisdiction", "by_id", "asked_at"], name="ledger_files_of_somebody"),
        )

    def __str__(self) -> str:
        return f"{self.id}{self.suffix}"


class SheetForm(TenantModel):
    """A form that somebody above sends, and how the ledger fills it. Its newest file; dropped ones keep their name for others.

    layout: SHA-256 of the heads (`channels.excel.mapping.layout_digest`). head_row, first_row, last_row: as Excel numbers them; the last
    row of the heads, the first and the last row for lines. fields: for each column a key of `keyed`, "=" and a constant, or "".
    wanted: the filter it was last filled with. view: the list (parties.View) whose cases it takes, None for all. is_fixed: no row may be added.
    """

    name = models.CharField(max_length=80)
    filename = models.CharField(max_length=100)
    layout = models.CharField(max_length=64)
    sheet = models.CharField(max_length=100)
    heads = models.JSONField(default=list)
    head_row = models.PositiveIntegerField()
    first_row = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    is_fixed = models.BooleanField(default=False)
    fields = models.JSONField(default=list)
    wanted = models.JSONField(default=dict)
    view = models.UUIDField(null=True)
    data = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    is_confirmed = models.BooleanField(default=False)
    by_id = models.UUIDField()
    kept_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "layout"],
                condition=models.Q(dropped_at=None),
                name="one_sheet_form_per_layout",
            ),
        )

    def __str__(self) -> str:
        return self.name
