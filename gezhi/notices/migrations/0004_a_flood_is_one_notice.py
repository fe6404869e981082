"""A notice says how many fresh reports of one flood it stands for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_who_was_removed_has_no_address")]

    operations = [
        migrations.AddField("notice", "stands_for", models.PositiveIntegerField(default=1)),
    ]
