from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0006_roll_ups_know_whether_all_was_counted"),
    ]

    operations = [
        migrations.AddField(
            model_name="searchcursor",
            name="form",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="searchcursor",
            name="towards",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="searchcursor",
            name="made_to",
            field=models.UUIDField(null=True),
        ),
    ]
