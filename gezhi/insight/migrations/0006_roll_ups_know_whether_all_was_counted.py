from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0005_the_map_knows_its_past"),
    ]

    operations = [
        migrations.AddField(
            model_name="mark",
            name="is_counted",
            field=models.BooleanField(default=False),
        ),
    ]
