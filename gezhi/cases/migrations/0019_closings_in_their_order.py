"""What was solved last in a community is met along the closings of the office."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0018_closed_cases_by_closing"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["jurisdiction", "closed_at"],
                condition=models.Q(("closed_at__isnull", False)),
                name="closed_cases_by_closing",
            ),
        ),
    ]
