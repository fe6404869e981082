"""WH-1 and wh－1 are one order: unique is the key, not the spelling."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_keys_of_orders_that_are_there"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="order", name="one_order_per_number_of_an_issuer"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "issuer", "number_key"), name="one_order_per_number_of_an_issuer"
            ),
        ),
        migrations.AlterField(model_name="order", name="number_key", field=models.CharField(max_length=80)),
    ]
