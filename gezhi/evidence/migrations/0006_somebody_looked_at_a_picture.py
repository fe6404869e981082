"""When somebody decided whether everybody may see a picture: what was decided waits for nobody's eyes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0005_a_voice_says_how_long")]

    operations = [
        migrations.AddField("evidence", "looked_at", models.DateTimeField(null=True)),
    ]
