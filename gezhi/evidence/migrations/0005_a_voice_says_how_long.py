"""How long a recording lasts, for who left it and for the desk."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0004_reporters_leave_voices")]

    operations = [
        migrations.AddField("voice", "seconds", models.PositiveSmallIntegerField(null=True)),
    ]
