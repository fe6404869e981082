"""Wall screens get keys: one row each, with a keyed digest of the address."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0007_fixtures_are_owned_and_maintained"),
        ("places", "0002_grid_cell_gets_closed_on"),
        ("tenancy", "0001_begins"),
    ]

    operations = [
        migrations.CreateModel(
            name="WallKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
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
                ("name", models.CharField(max_length=40)),
                (
                    "place",
                    gezhi.tenancy.fields.TenantFK(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("jurisdiction", "digest"), name="one_wall_per_secret"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("jurisdiction", "name"),
                        name="one_living_wall_per_name",
                    ),
                ],
            },
        ),
    ]
