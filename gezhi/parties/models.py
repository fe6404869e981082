"""Parties, their dated service of places, accounts and posts.

Days are local days of the jurisdiction. A period is [starts_on, ends_on): `ends_on` is the first day it no longer holds,
None = open end. So the company that leaves and the one that comes carry the same date.
"""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from gezhi.kernel.actor import Duty
from gezhi.parties.kinds import PartyKind, ServiceKind
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import Jurisdiction, TenantModel


class AccountManager(BaseUserManager["Account"]):
    """Accounts by user name."""


class Account(AbstractBaseUser):
    """Somebody who logs in. Reference row; what they may do comes from their current posts. No phone, by design.

    name_key, username_key: skeletons (kernel.text), so that nobody passes for somebody else.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    username_key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=60)
    home = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["home", "name_key"], condition=Q(is_active=True), name="staff_names_do_not_look_alike"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Party(TenantModel):
    """An organisation that can be accountable. parent: the party one level up; None at the end of the chain.

    standing_phone: answered day and night, the last contact, never empty. calendar: code of a calendar of the catalogue.
    """

    kind = models.CharField(max_length=16, choices=PartyKind.choices)
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=32)
    parent = TenantFK("self", null=True)
    calendar = models.CharField(max_length=40, default="office")
    standing_phone = models.CharField(max_length=40)
    place = TenantFK("places.Place", null=True)
    is_intake = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="one_party_per_code"),
            models.UniqueConstraint(
                fields=["jurisdiction"], condition=Q(is_intake=True), name="one_intake_desk_per_jurisdiction"
            ),
            models.CheckConstraint(condition=~Q(standing_phone=""), name="a_party_has_a_standing_phone"),
            models.CheckConstraint(
                condition=Q(is_intake=False) | Q(closed_on__isnull=True),
                name="the_intake_desk_is_never_closed",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="no_party_is_above_itself"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Service(TenantModel):
    """A party serves a place (with everything below it) or a grid cell, as something, for a period."""

    party = TenantFK(Party)
    kind = models.CharField(max_length=16, choices=ServiceKind.choices)
    place = TenantFK("places.Place", null=True)
    grid = TenantFK("places.GridCell", null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(place__isnull=False, grid__isnull=True)
                | Q(place__isnull=True, grid__isnull=False),
                name="a_service_is_of_a_place_or_of_a_grid",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_service_ends_after_it_starts",
            ),
        )
        indexes = (
            models.Index(fields=["jurisdiction", "place", "kind"], name="services_of_a_place"),
            models.Index(fields=["jurisdiction", "grid", "kind"], name="services_of_a_grid"),
        )


class Upkeep(TenantModel):
    """Who owns a fixture, or maintains it: a party with its standing phone, or a firm that is none, with its name and phone."""

    fixture = TenantFK("places.Fixture", db_index=False)
    kind = models.CharField(max_length=12)
    party = TenantFK(Party, null=True)
    name = models.CharField(max_length=60, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "fixture", "kind"], name="one_owner_and_one_maintainer_per_fixture"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["owner", "maintainer"]), name="upkeep_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False, name="", phone="")
                | (Q(party__isnull=True) & ~Q(name="") & ~Q(phone="")),
                name="upkeep_is_a_party_or_a_name_with_a_phone",
            ),
        )

    def __str__(self) -> str:
        return self.kind


class PartyPost(TenantModel):
    """A person in one duty at a party for a period; place or grid narrows or widens what is seen (queries.actor_of)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    party = TenantFK(Party)
    duty = models.CharField(max_length=10, choices=[(duty.value, duty.value) for duty in Duty])
    place = TenantFK("places.Place", null=True)
    grid = TenantFK("places.GridCell", null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(place__isnull=True) | Q(grid__isnull=True),
                name="a_post_is_at_a_place_or_in_a_grid",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_post_ends_after_it_starts",
            ),
        )
        indexes = (models.Index(fields=["jurisdiction", "account"], name="posts_of_an_account"),)


class ResetCode(TenantModel):
    """The one living code that lets somebody choose a new password. digest: keyed, a copied database reveals no code."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "account"], name="one_reset_code_per_account"),
        )


class Mailbox(TenantModel):
    """A mail address of a party's own, to which news of its work is sent from `added_at` until `ended_at`. Nobody's private one."""

    party = TenantFK(Party)
    address = models.CharField(max_length=254)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "party", "address"],
                condition=Q(ended_at__isnull=True),
                name="one_mailbox_per_party_and_address",
            ),
        )

    def __str__(self) -> str:
        return self.address


class AccessToken(TenantModel):
    """A program acts as an account's person (tokens.py). digest: keyed, a copied database reveals no token.

    scopes: words of tokens.Scope, sorted, one space between. last_used_on: a local day, so that who forgot a token sees it idle.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    scopes = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "digest"], name="one_token_per_secret"),
            models.CheckConstraint(condition=~Q(scopes=""), name="a_token_has_a_scope"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="a_token_ends_after_it_was_made"
            ),
        )
        indexes = (models.Index(fields=["jurisdiction", "account"], name="tokens_of_an_account"),)


class OpenKey(TenantModel):
    """An application's key for reporting through Open311 (openkeys.py). digest: keyed, a copied database reveals no key."""

    name = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "digest"], name="one_open_key_per_secret"),
            models.UniqueConstraint(
                fields=["jurisdiction", "name"],
                condition=Q(ended_at__isnull=True),
                name="one_living_open_key_per_name",
            ),
        )

    def __str__(self) -> str:
        return self.name


class WallKey(TenantModel):
    """A wall screen's address (walls.py). place: what it shows with all below, None = the whole office. digest: keyed."""

    name = models.CharField(max_length=40)
    place = TenantFK("places.Place", null=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "digest"], name="one_wall_per_secret"),
            models.UniqueConstraint(
                fields=["jurisdiction", "name"],
                condition=Q(ended_at__isnull=True),
                name="one_living_wall_per_name",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Robot(TenantModel):
    """A robot of a group chat in WeCom, to which news of a party's work goes from `added_at` until `ended_at` (robots.py).

    key: sealed; digest: keyed, so that the same one is known again; tail: its last four signs, to tell it by. failing_since, last_error: of what
    it did not take after the last that it took.
    """

    party = TenantFK(Party)
    key = models.BinaryField()
    digest = models.CharField(max_length=64)
    tail = models.CharField(max_length=4)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "party", "digest"],
                condition=Q(ended_at__isnull=True),
                name="one_robot_per_party_and_key",
            ),
        )


class WecomUser(TenantModel):
    """Who an account is in the office's WeCom, as an administrator said (wecom.py). userid: lower case, for WeCom knows no other difference."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    userid = models.CharField(max_length=64)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "userid"],
                condition=Q(ended_at__isnull=True),
                name="a_wecom_user_is_one_account",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "account"],
                condition=Q(ended_at__isnull=True),
                name="an_account_is_one_wecom_user",
            ),
        )

    def __str__(self) -> str:
        return self.userid


class View(TenantModel):
    """A list of cases with a name: a filter as its query string, and its columns; a person's own, or a party's for all who work there (savedviews.py).

    Whether the filter still says something is judged when it is used. columns: their codes with commas, "" for the usual ones. place: its turn
    among those of its owner.
    """

    name = models.CharField(max_length=30)
    query = models.CharField(max_length=1000, blank=True, default="")
    columns = models.CharField(max_length=200, blank=True, default="")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    party = TenantFK(Party, null=True)
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    place = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(account__isnull=False, party__isnull=True)
                | Q(account__isnull=True, party__isnull=False),
                name="a_view_is_of_a_person_or_of_a_party",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "account", "name"],
                condition=Q(dropped_at__isnull=True),
                name="a_persons_views_have_each_their_name",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "party", "name"],
                condition=Q(dropped_at__isnull=True),
                name="a_partys_views_have_each_their_name",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ColumnChoice(TenantModel):
    """Which columns somebody wants in one list. of: the hex id of a view of his or of his party; "" for the desk's own list."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    of = models.CharField(max_length=32, blank=True, default="")
    columns = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "account", "of"], name="one_choice_of_columns_per_person_and_list"
            ),
        )
