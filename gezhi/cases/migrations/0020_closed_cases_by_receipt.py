"""Closed cases as they came: the newest of an office are open, and a list of closed ones looked at all of those first."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("cases", "0019_what_narrows_closed_cases"),)

    operations = (
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["jurisdiction", "received_at"],
                condition=Q(closed_at__isnull=False),
                name="closed_cases_by_receipt",
            ),
        ),
    )
