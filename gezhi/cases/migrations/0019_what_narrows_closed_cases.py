"""Rare filters over closed cases are read along an index, as those over open ones are."""

from django.db import migrations, models
from django.db.models import Q

CLOSED = Q(closed_at__isnull=False)


class Migration(migrations.Migration):
    dependencies = (("cases", "0018_closed_cases_by_closing"),)

    operations = (
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["jurisdiction", "category", "received_at"],
                condition=CLOSED,
                name="closed_cases_of_a_category",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["jurisdiction", "channel", "received_at"],
                condition=CLOSED,
                name="closed_cases_by_channel",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["jurisdiction", "level", "received_at"],
                condition=CLOSED,
                name="closed_cases_by_level",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["jurisdiction", "round"],
                condition=CLOSED & Q(round__gt=1),
                name="closed_cases_reworked",
            ),
        ),
    )
