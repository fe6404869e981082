"""One more door by which reports come. The table stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_books_come_in"),
    ]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="channel",
            field=models.CharField(
                choices=[
                    ("qr", "Qr"),
                    ("web", "Web"),
                    ("phone", "Phone"),
                    ("counter", "Counter"),
                    ("staff", "Staff"),
                    ("import", "Import"),
                    ("api", "Api"),
                    ("open311", "Open311"),
                    ("wecom", "Wecom"),
                ],
                max_length=8,
            ),
        ),
    ]
