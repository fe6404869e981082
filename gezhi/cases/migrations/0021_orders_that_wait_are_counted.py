"""How many orders wait is read in an index, however many do."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("cases", "0020_closed_cases_by_receipt"),)

    operations = (
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["jurisdiction", "issuer", "due_at", "id", "report", "done_at"],
                condition=Q(done_at__isnull=True),
                name="orders_of_an_issuer",
            ),
        ),
        migrations.AddIndex(
            "order", models.Index(fields=["jurisdiction", "received_at"], name="orders_by_receipt")
        ),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["jurisdiction", "done_at"],
                condition=Q(done_at__isnull=False),
                name="orders_by_answer",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["jurisdiction", "complained_of"],
                condition=Q(order_due__isnull=False, complained_of__isnull=False),
                name="complaints_with_an_order",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["jurisdiction", "run"],
                condition=Q(order_due__isnull=False, run__isnull=False),
                name="imports_with_an_order",
            ),
        ),
    )
