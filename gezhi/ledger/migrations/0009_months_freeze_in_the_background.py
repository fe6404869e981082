"""A month book is made by the worker, and says how far it is."""

import django.db.models.deletion
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = (("ledger", "0008_forms_filled_from_a_view"), ("tenancy", "0001_begins"))

    operations = (
        migrations.CreateModel(
            name="Freezing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("desk", models.UUIDField()),
                ("by_id", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("holder", models.UUIDField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("read", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=40)),
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "month", "desk"), name="one_freezing_per_month_and_desk"
                    )
                ],
            },
        ),
    )
