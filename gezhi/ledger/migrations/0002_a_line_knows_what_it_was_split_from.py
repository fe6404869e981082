"""A line of a case that was split off says of which. No line of before was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_begins"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="split_from_id",
            field=models.UUIDField(null=True),
        ),
    ]
