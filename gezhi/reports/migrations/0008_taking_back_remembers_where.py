"""Taking an import back goes on where its last slice ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_reports_come_from_groups")]

    operations = [
        migrations.AddField(
            model_name="incomingbook",
            name="reached",
            field=models.UUIDField(null=True),
        ),
    ]
