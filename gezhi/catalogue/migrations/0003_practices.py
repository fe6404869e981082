"""What worked is kept as a practice, and how often it helped."""

import django.db.models.deletion
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_category_gets_closed_on"),
        ("tenancy", "0001_begins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Practice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("place_kind", models.CharField(max_length=12)),
                ("state", models.CharField(max_length=12)),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.UUIDField()),
                ("useful", models.PositiveIntegerField(default=0)),
                ("useless", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "category",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.category"
                    ),
                ),
                (
                    "jurisdiction",
                    gezhi.tenancy.fields.JurisdictionKey(
                        default=gezhi.tenancy.current.current,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.jurisdiction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PracticeUse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField()),
                ("helped", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "jurisdiction",
                    gezhi.tenancy.fields.JurisdictionKey(
                        default=gezhi.tenancy.current.current,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.jurisdiction",
                    ),
                ),
                (
                    "practice",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.practice"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "source_kind", "source_id"), name="one_practice_per_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["drafted", "offered", "withdrawn"])),
                name="practice_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="a_practice_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceuse",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "practice", "subject_kind", "subject_id"),
                name="a_practice_is_tried_once_on_each",
            ),
        ),
    ]
