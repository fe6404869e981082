"""Reports come from pasted groups, too. The table stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_reports_come_by_order")]

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
                    ("order", "Order"),
                    ("group", "Group"),
                ],
                max_length=8,
            ),
        ),
    ]
