"""A jurisdiction's own copy of the book: categories, opening conditions, proofs, working calendars, rules.

A text in three languages is one JSON value {"zh", "zh_hant", "en"}. `revision` counts the changes of a row: who changes it says
which one was seen.
"""

from django.db import models
from django.db.models import F, Q

from gezhi.tenancy.clock import new_id
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class CatalogueVersion(TenantModel):
    """One row per jurisdiction. `stamp` is a new one at every change, so what was read before is known to be old."""

    stamp = models.UUIDField(default=new_id)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_catalogue_per_jurisdiction"),
        )


class Category(TenantModel):
    """A top class (parent null) or a leaf. `plain`: as a resident would say it; `chain`: who is asked, in order.

    closed_on: the first day it is no longer offered; what lies in it keeps it.
    """

    code = models.CharField(max_length=12)
    parent = TenantFK("self", null=True)
    name = models.JSONField()
    plain = models.JSONField()
    icon = models.CharField(max_length=40, blank=True, default="")
    is_common = models.BooleanField(default=False)
    dangerous = models.BooleanField(default=False)
    complains_of_party = models.BooleanField(default=False)
    refer_out = models.BooleanField(default=False)
    refer_to = models.JSONField()
    refer_phone = models.CharField(max_length=20, blank=True, default="")
    chain = models.JSONField(default=list)
    chain_text = models.CharField(max_length=200, blank=True, default="")
    as_listed = models.JSONField(default=dict)
    closed_on = models.DateField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="one_category_per_code"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(parent__isnull=False), name="only_a_leaf_is_closed"
            ),
        )


class Condition(TenantModel):
    """An opening condition (立案条件) of a leaf; both clocks hang on it. Minutes count on `…_clock`: working or round."""

    category = TenantFK(Category)
    code = models.CharField(max_length=16)
    label = models.JSONField()
    first_action = models.JSONField()
    where = models.CharField(max_length=12, blank=True, default="")
    is_default = models.BooleanField(default=False)
    fix_minutes = models.PositiveIntegerField()
    fix_clock = models.CharField(max_length=8)
    fix_basis = models.JSONField()
    make_safe_minutes = models.PositiveIntegerField(null=True)
    make_safe_clock = models.CharField(max_length=8, blank=True, default="")
    make_safe_basis = models.JSONField(default=dict)
    stages = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="one_condition_per_code"),
            models.UniqueConstraint(
                fields=["jurisdiction", "category"],
                condition=Q(is_default=True),
                name="one_default_condition_per_category",
            ),
            models.CheckConstraint(
                condition=Q(fix_minutes__gt=0) & Q(fix_clock__in=["working", "round"]),
                name="a_fix_limit_has_minutes_and_a_clock",
            ),
            models.CheckConstraint(
                condition=Q(make_safe_minutes=None, make_safe_clock="")
                | Q(make_safe_minutes__gt=0, make_safe_clock__in=["working", "round"]),
                name="a_make_safe_limit_has_minutes_and_a_clock_or_neither",
            ),
            models.CheckConstraint(
                condition=Q(make_safe_minutes=None)
                | ~Q(make_safe_clock=F("fix_clock"))
                | Q(make_safe_minutes__lte=F("fix_minutes")),
                name="safe_is_not_later_than_fixed_on_the_same_clock",
            ),
        )


class Proof(TenantModel):
    """What must be shown to close a leaf's case as solved: kinds, and the sentence the checker reads."""

    category = TenantFK(Category)
    kinds = models.JSONField()
    sentence = models.JSONField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "category"], name="one_proof_per_category"),
        )


class OfficeCalendar(TenantModel):
    """Working periods, seasons, holidays and make-up days, as `kernel.worktime.calendar_to_json` writes them."""

    code = models.CharField(max_length=40)
    name = models.JSONField()
    note = models.JSONField()
    hours = models.JSONField()
    proposed = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="one_calendar_per_code"),
        )


class OfficeRule(TenantModel):
    """One number that this office decides. source: "design", "pd" (proposed) or "office" (decided here)."""

    key = models.CharField(max_length=40)
    value = models.PositiveIntegerField()
    unit = models.CharField(max_length=20)
    source = models.CharField(max_length=12)
    proposed = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["jurisdiction", "key"], name="one_rule_per_key"),)


class Practice(TenantModel):
    """做法: what worked once, in one or two sentences, for the same kind of matter at the same kind of place.

    source_kind, source_id: what it was learned from, a case as a rule. useful, useless: how often it was tried, and what came of it.
    """

    text = models.CharField(max_length=300)
    category = TenantFK(Category)
    place_kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    source_kind = models.CharField(max_length=20)
    source_id = models.UUIDField()
    useful = models.PositiveIntegerField(default=0)
    useless = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "source_kind", "source_id"], name="one_practice_per_source"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "offered", "withdrawn"]), name="practice_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_practice_says_something"),
        )

    def __str__(self) -> str:
        return self.text


class PracticeUse(TenantModel):
    """That a practice was tried on something, and whether it helped: once each. Nobody's name."""

    practice = TenantFK(Practice)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    helped = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "practice", "subject_kind", "subject_id"],
                name="a_practice_is_tried_once_on_each",
            ),
        )
