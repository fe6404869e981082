"""A case knows from which it was split off, a report into which. Rows of before were never split: both stay empty."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_the_ladder_ends_at_a_person"),
        ("catalogue", "0002_category_gets_closed_on"),
        ("parties", "0001_begins"),
        ("places", "0002_grid_cell_gets_closed_on"),
        ("reports", "0001_begins"),
        ("tenancy", "0001_begins"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="split_from",
            field=gezhi.tenancy.fields.TenantFK(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="casereport",
            name="split_into",
            field=gezhi.tenancy.fields.TenantFK(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("split_from__isnull", True),
                    models.Q(("split_from", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="no_case_is_split_from_itself",
            ),
        ),
    ]
