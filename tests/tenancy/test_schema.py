"""Every table stands where the storage rules want it, so that sharding by jurisdiction stays one command away."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test.utils import isolate_apps

from gezhi.journal.models import Entry
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import Jurisdiction, TenantModel
from tests.tenancy.schema_lint import THIRD_PARTY, broken, is_tenant


def test_every_table_keeps_the_storage_rules():
    assert broken(apps.get_models(include_auto_created=True)) == []


def test_the_list_of_other_peoples_tables_names_only_tables_that_exist():
    there = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert there >= THIRD_PARTY


def test_most_tables_of_ours_belong_to_a_jurisdiction():
    ours = [model for model in apps.get_models() if model.__module__.startswith("gezhi.")]
    assert sum(map(is_tenant, ours)) >= 10


# Each of these tables breaks one rule; the lint says which.


class Loose(models.Model):
    """Belongs to nobody."""

    id = TenantModel._meta.get_field("id").clone()

    class Meta:
        app_label = "journal"
        abstract = True


def one_bad_table(name):
    """The table of that name, made in a registry of its own, as if it stood in a package of ours."""
    with isolate_apps("gezhi.journal", "gezhi.tenancy", "django.contrib.contenttypes", "django.contrib.auth"):
        return BAD[name]()


def _of_nobody():
    class Stray(Loose):
        class Meta:
            app_label = "journal"

    return Stray


def _own_number():
    class Stray(TenantModel):
        id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]

        class Meta:
            app_label = "journal"

    return Stray


def _random_id():
    import uuid

    class Stray(TenantModel):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)

        class Meta:
            app_label = "journal"

    return Stray


def _plain_key():
    class Stray(TenantModel):
        entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

        class Meta:
            app_label = "journal"

    return Stray


def _reference_to_tenant():
    class Jurisdiction(Loose):
        entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

        class Meta:
            app_label = "tenancy"

    return Jurisdiction


def _accessor():
    class Stray(TenantModel):
        entry = TenantFK(Entry, related_name="strays")

        class Meta:
            app_label = "journal"

    return Stray


def _generic_key():
    class Stray(TenantModel):
        kind = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
        number = models.UUIDField()
        subject = GenericForeignKey("kind", "number")

        class Meta:
            app_label = "journal"

    return Stray


def _many_to_many():
    class Stray(TenantModel):
        groups = models.ManyToManyField(Group, related_name="+")

        class Meta:
            app_label = "journal"

    return Stray


def _unique_field():
    class Stray(TenantModel):
        code = models.CharField(max_length=5, unique=True)

        class Meta:
            app_label = "journal"

    return Stray


def _one_to_one():
    class Stray(TenantModel):
        place = models.OneToOneField(Jurisdiction, models.PROTECT, related_name="+")

        class Meta:
            app_label = "journal"

    return Stray


def _unique_rule():
    class Stray(TenantModel):
        code = models.CharField(max_length=5)

        class Meta:
            app_label = "journal"
            constraints = (models.UniqueConstraint(fields=["code"], name="one_stray_per_code"),)

    return Stray


def _unique_together():
    class Stray(TenantModel):
        code = models.CharField(max_length=5)

        class Meta:
            app_label = "journal"
            unique_together = (("code", "id"),)

    return Stray


def _other_peoples():
    class Stray(models.Model):
        __module__ = "somebody.models"
        entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

        class Meta:
            app_label = "journal"

    return Stray


BAD = {
    "neither tenant nor reference nor local": _of_nobody,
    "not an id that the application makes": _own_number,
    "not a UUIDv7": _random_id,
    "a tenant key without its jurisdiction": _plain_key,
    "points at the rows of one jurisdiction": _reference_to_tenant,
    "gives the other side an accessor": _accessor,
    "is a generic key": _generic_key,
    "is many-to-many": _many_to_many,
    ".code is unique beyond its jurisdiction": _unique_field,
    ".place is unique beyond its jurisdiction": _one_to_one,
    "one_stray_per_code is unique beyond its jurisdiction": _unique_rule,
    "are unique beyond their jurisdiction": _unique_together,
    "not on the list of other people's tables": _other_peoples,
}


@pytest.mark.both_engines
@pytest.mark.parametrize("rule", BAD)
def test_a_table_that_breaks_a_rule_is_named(rule):
    table = one_bad_table(rule)
    if table.__module__ != "somebody.models":
        table.__module__ = "gezhi.journal.models"
    assert [line for line in broken([table]) if rule in line], broken([table])


@pytest.mark.both_engines
def test_a_table_that_keeps_all_rules_is_not_named():
    with isolate_apps("gezhi.journal", "gezhi.tenancy"):

        class Good(TenantModel):
            entry = TenantFK(Entry)
            code = models.CharField(max_length=5)

            class Meta:
                app_label = "journal"
                constraints = (models.UniqueConstraint(fields=["jurisdiction", "code"], name="one_per_code"),)

        Good.__module__ = "gezhi.journal.models"
        assert broken([Good]) == []
