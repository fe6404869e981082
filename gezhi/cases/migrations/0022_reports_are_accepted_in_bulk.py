"""A fourth bulk deed: reports that wait are accepted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_orders_that_wait_are_counted")]

    operations = [
        migrations.RemoveConstraint("bulk", "a_bulk_deed_is_one_of_three"),
        migrations.AlterField(
            model_name="bulk",
            name="deed",
            field=models.CharField(
                choices=[
                    ("dispatch", "Dispatch"),
                    ("urge", "Urge"),
                    ("join", "Join"),
                    ("accept", "Accept"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            "bulk",
            models.CheckConstraint(
                condition=models.Q(("deed__in", ["dispatch", "urge", "join", "accept"])),
                name="a_bulk_deed_is_one_of_four",
            ),
        ),
    ]
