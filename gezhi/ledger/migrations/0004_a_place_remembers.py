"""The newest lines of a compound, of a building, and what is open at a place are read along an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_a_line_knows_its_extension"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                models.F("jurisdiction"),
                models.Func(
                    models.F("place_path"),
                    output_field=models.TextField(),
                    template="SUBSTR(%(expressions)s, 101, 32)",
                ),
                models.F("received_at"),
                name="ledger_of_a_compound",
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                models.F("jurisdiction"),
                models.Func(
                    models.F("place_path"),
                    output_field=models.TextField(),
                    template="SUBSTR(%(expressions)s, 134, 32)",
                ),
                models.F("received_at"),
                name="ledger_of_a_building",
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["jurisdiction", "place_path"],
                name="open_ledger_lines_at_a_place",
            ),
        ),
    ]
