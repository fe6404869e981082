"""What was solved last in a compound is read along an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_what_comes_back_gets_a_cure"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("jurisdiction"),
                models.Func(
                    models.F("place_path"),
                    output_field=models.TextField(),
                    template="SUBSTR(%(expressions)s, 101, 32)",
                ),
                models.F("closed_at"),
                condition=models.Q(("closed_at__isnull", False)),
                name="closed_cases_of_a_compound",
            ),
        ),
    ]
