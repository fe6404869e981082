"""Albums as rows: what was decided of them. What could stand in them is asked of the ledger each time (`proposals`)."""

from django.db import models
from django.db.models import Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class Album(TenantModel):
    """One album: its lines are the standard of whoever comes to inspect. party: the desk it belongs to.

    since, until: days of closing, both included, for lines that name none of their own. job: of the press that sets it now, "" = none;
    tries: how often it was begun. file_at: when the kept file was made; holds: [[evidence, mark], …] that are printed in it.
    """

    name = models.CharField(max_length=60)
    party = TenantFK("parties.Party")
    since = models.DateField()
    until = models.DateField()
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=8, blank=True, default="")
    job = models.CharField(max_length=32, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)
    is_lost = models.BooleanField(default=False)
    file_at = models.DateTimeField(null=True)
    holds = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until__gte=models.F("since")), name="an_album_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="an_album_has_a_name"),
        )
        indexes = (models.Index(fields=["jurisdiction", "party", "made_at"], name="albums_of_a_desk"),)

    def __str__(self) -> str:
        return self.name


class AlbumLine(TenantModel):
    """One line of the standard. category_ids: leaves or top classes, [] = all. place: with all below, None = where its desk works."""

    album = TenantFK(Album)
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=200)
    category_ids = models.JSONField(default=list)
    place = TenantFK("places.Place", null=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="an_album_line_says_something"),)

    def __str__(self) -> str:
        return self.text


class AlbumPick(TenantModel):
    """A pair of pictures that somebody took for a line, or put aside (is_hidden). Pictures are named, not kept."""

    line = TenantFK(AlbumLine, models.DO_NOTHING)  # `drop_line` takes them first
    case = TenantFK("cases.Case")
    before_id = models.UUIDField()
    after_id = models.UUIDField()
    position = models.PositiveIntegerField(default=0)
    caption = models.CharField(max_length=120, blank=True, default="")
    is_hidden = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "line", "case"], name="a_case_once_a_line"),
        )

    def __str__(self) -> str:
        return self.caption


class BriefWords(TenantModel):
    """The first paragraph of one week's brief of one ground, as somebody wrote it; "" = as the template says it.

    ground: id of its place; of the jurisdiction where it is the whole office's.
    """

    monday = models.DateField()
    ground = models.UUIDField()
    text = models.CharField(max_length=600, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "monday", "ground"], name="one_first_paragraph_a_week"
            ),
        )

    def __str__(self) -> str:
        return f"{self.monday}"
