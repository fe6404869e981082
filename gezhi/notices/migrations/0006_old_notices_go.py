"""Settled notices are found by their age, and since when they are kept is written down."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("notices", "0005_how_far_a_flood_was_told"),)

    operations = (
        migrations.AddField("cursor", "kept_since", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "notice",
            models.Index(
                fields=["jurisdiction", "at"],
                condition=Q(settled_at__isnull=False),
                name="settled_notices_by_age",
            ),
        ),
    )
