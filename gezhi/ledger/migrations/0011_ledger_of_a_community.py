"""The newest lines of a community are read along an index, and all that is asked to count them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("ledger", "0010_open_lines_for_a_brief"),)

    operations = (
        migrations.AddIndex(
            "line",
            models.Index(
                models.F("jurisdiction"),
                models.Func(
                    models.F("place_path"),
                    output_field=models.TextField(),
                    template="SUBSTR(%(expressions)s, 68, 32)",
                ),
                models.F("received_at"),
                models.F("number"),
                models.F("is_held"),
                models.F("case"),
                name="ledger_of_a_community",
            ),
        ),
    )
