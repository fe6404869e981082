"""What left the office long ago is found by its age."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("journal", "0003_errand_gets_road"),)

    operations = (
        migrations.AddIndex(
            "errand",
            models.Index(
                fields=["jurisdiction", "done_at"],
                condition=Q(done_at__isnull=False, road__gt=""),
                name="errands_that_have_left",
            ),
        ),
    )
