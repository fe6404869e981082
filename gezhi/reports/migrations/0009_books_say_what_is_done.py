from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_taking_back_remembers_where")]

    operations = [
        migrations.AddField(
            model_name="incomingbook",
            name="step",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.AddField(
            model_name="incomingbook",
            name="findings",
            field=models.JSONField(default=list),
        ),
    ]
