"""What a brief asks of open lines is read from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("ledger", "0009_months_freeze_in_the_background"),)

    operations = (
        migrations.RemoveIndex("line", "open_ledger_lines_at_a_place"),
        migrations.AddIndex(
            "line",
            models.Index(
                fields=[
                    *("jurisdiction", "place_path", "category_id", "lead_id", "is_held", "closed_at"),
                    *(
                        "received_at",
                        "fix_due",
                        "done_at",
                        "paused_since",
                        "dispatched_at",
                        "returns",
                        "case",
                    ),
                ],
                condition=models.Q(closed_at__isnull=True),
                name="open_ledger_lines",
            ),
        ),
    )
