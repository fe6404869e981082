"""The office's routing rules, every version of each."""

from django.db import models
from django.db.models import F, Q

from gezhi.routing.match import MINUTES_OF_A_DAY
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class RoutingRule(TenantModel):
    """One version of a rule, in force in [valid_from, valid_to); `line` is the rule through all its versions. Never edited, only ended.

    What it asks and whom it leads to: routing.match.Rule. One that begins on a later day is written down at once; then the end of the
    version before lies ahead as well. What was taken back before its day ends when it begins: it never held.
    """

    line = models.UUIDField()
    rank = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    place = TenantFK("places.Place", null=True)
    place_kind = models.CharField(max_length=16, blank=True, default="")
    category = TenantFK("catalogue.Category", null=True)
    condition = TenantFK("catalogue.Condition", null=True)
    hour_from = models.PositiveSmallIntegerField(null=True)
    hour_to = models.PositiveSmallIntegerField(null=True)
    season_from = models.PositiveSmallIntegerField(null=True)
    season_to = models.PositiveSmallIntegerField(null=True)
    party = TenantFK("parties.Party", null=True)
    party_kind = models.CharField(max_length=16, blank=True, default="")
    is_automatic = models.BooleanField(default=False)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "line"],
                condition=Q(valid_to__isnull=True),
                name="a_rule_has_one_open_version",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "rank"],
                condition=Q(valid_to__isnull=True),
                name="open_rules_stand_in_one_order",
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False, party_kind="") | (Q(party__isnull=True) & ~Q(party_kind="")),
                name="a_rule_leads_to_a_party_or_to_a_kind_of_party",
            ),
            models.CheckConstraint(
                condition=Q(hour_from__isnull=True, hour_to__isnull=True)
                | (
                    Q(hour_from__lt=MINUTES_OF_A_DAY, hour_to__lt=MINUTES_OF_A_DAY)
                    & ~Q(hour_from=F("hour_to"))
                ),
                name="hours_of_a_rule_are_two_minutes_of_a_day_or_none",
            ),
            models.CheckConstraint(
                condition=Q(season_from__isnull=True, season_to__isnull=True)
                | Q(season_from__gte=101, season_from__lte=1231, season_to__gte=101, season_to__lte=1231),
                name="a_season_of_a_rule_is_two_days_of_a_year_or_none",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_rule_has_a_name"),
        )
