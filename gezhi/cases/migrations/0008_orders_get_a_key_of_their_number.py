"""The number of an order as it is compared, beside the number as it was written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_dangers_that_wait"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="number_key",
            field=models.CharField(default="", max_length=80),
        ),
    ]
