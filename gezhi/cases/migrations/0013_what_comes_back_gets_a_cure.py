"""What comes back at a spot is asked about once, and the answer is kept."""

import django.db.models.deletion
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_bulk_deeds"),
        ("catalogue", "0002_category_gets_closed_on"),
        ("places", "0002_grid_cell_gets_closed_on"),
        ("tenancy", "0001_begins"),
    ]

    operations = [
        migrations.CreateModel(
            name="RootCause",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("answer", models.CharField(blank=True, default="", max_length=12)),
                ("at", models.DateTimeField()),
                (
                    "asked_at",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "case",
                    gezhi.tenancy.fields.TenantFK(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "category",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.category",
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
                (
                    "place",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "place", "category"), name="one_answer_about_a_spot"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "not_now", "raised"])),
                        name="root_cause_answer_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "raised"), ("case__isnull", False)),
                            models.Q(models.Q(("answer", "raised"), _negated=True), ("case__isnull", True)),
                            _connector="OR",
                        ),
                        name="raised_says_which_case",
                    ),
                ],
            },
        ),
    ]
