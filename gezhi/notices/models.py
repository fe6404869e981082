"""Who is told of new work, by which receivers, and how far the journal has been read for it. Written by this package's actions only."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel

ACCOUNT = "parties.Account"  # reference row
CASE = "case"  # what a notice is about, unless it says otherwise


class Notice(TenantModel):
    """New work that came to a party by one step of a case, or of another thing; to one person of it when `person` is named.

    about, about_id: another thing than a case (a task, a meeting): its kind and id; then there is no case.

    news: see whom.News. stands_for: how many fresh reports of one flood it tells; 0: told by a newer one (flows/fold_news.py). by: who made the step (he needs no notice of it). settled_at: it waits no longer, somebody acted or something newer came. mails: to how many
    mailboxes of the party it was sent besides. Whether somebody may see it is asked of the case each time.
    """

    entry = TenantFK("journal.Entry", db_index=False)
    case = TenantFK("cases.Case", null=True, db_index=False)
    about = models.CharField(max_length=16, default=CASE)
    about_id = models.UUIDField(null=True)
    party = TenantFK("parties.Party", db_index=False)
    person = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.UUIDField(null=True)
    news = models.CharField(max_length=16)
    stands_for = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    mails = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "entry", "party"], name="one_notice_per_step_and_party"
            ),
            models.CheckConstraint(
                condition=Q(about=CASE, case__isnull=False, about_id__isnull=True)
                | (~Q(about=CASE) & Q(case__isnull=True, about_id__isnull=False)),
                name="a_notice_is_about_a_case_or_names_its_thing",
            ),
        )
        indexes = (
            models.Index(fields=["jurisdiction", "party", "at"], name="notices_of_a_party"),
            models.Index(
                fields=["jurisdiction", "party", "at"],
                condition=Q(settled_at__isnull=True),
                name="notices_that_wait",
            ),
            models.Index(
                fields=["jurisdiction", "case"],
                condition=Q(settled_at__isnull=True),
                name="notices_that_wait_on_a_case",
            ),
            models.Index(
                fields=["jurisdiction", "about", "about_id"],
                condition=Q(settled_at__isnull=True, about_id__isnull=False),
                name="notices_that_wait_on_a_thing",
            ),
            models.Index(
                fields=["jurisdiction", "at"],
                condition=Q(settled_at__isnull=False),
                name="settled_notices_by_age",
            ),
        )

    def __str__(self) -> str:
        return self.news

    @property
    def thing(self) -> UUID:
        """The id of the case, or of the other thing."""
        found: UUID | None = self.case_id or self.about_id
        if found is None:
            raise ValueError("a notice is about something")
        return found


class FloodTold(TenantModel):
    """How far a flood at a party's desk was told outside. mark: of what its reports begin with (cases.floods.mark_of), never the words.

    step: the highest it was told at, whoever has looked at which of its reports since. at: when something of it came last; a day later it is another flood.
    """

    party = TenantFK("parties.Party", db_index=False)
    mark = models.CharField(max_length=16)
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "party", "mark"], name="one_step_per_flood_and_party"
            ),
        )

    def __str__(self) -> str:
        return self.mark


class Seen(TenantModel):
    """Somebody has read a notice."""

    notice = TenantFK(Notice, models.CASCADE, db_index=False)
    account = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "notice", "account"], name="read_once"),
        )


class Cursor(TenantModel):
    """How far the sealed journal has been read for notices and messages; `since`: what lies before was never told.

    kept_since: notices and messages of steps before this moment may be gone by their age; None = all are kept.
    """

    position = models.PositiveBigIntegerField(default=0)
    since = models.PositiveBigIntegerField(default=0)
    kept_since = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_notice_cursor_per_jurisdiction"),
        )

    def __str__(self) -> str:
        return str(self.position)


class Receiver(TenantModel):
    """Somebody else's program that is told of cases by signed webhooks.

    secret: sealed under the office's key (secret.py). events: types it asked for. since: the journal's position from which on it is told.
    failing_since, last_error: of deliveries that failed after the last success. gone_at: it answered 410 and was switched off.
    """

    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    secret = models.BinaryField()
    events = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    since = models.PositiveBigIntegerField(default=0)
    last_ok_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True, default="")
    gone_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
