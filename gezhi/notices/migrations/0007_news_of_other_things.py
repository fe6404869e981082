"""A notice may be about another thing than a case: a task, a meeting."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0023_the_network_around_a_case"),
        ("journal", "0004_errands_that_have_left"),
        ("notices", "0006_old_notices_go"),
        ("parties", "0008_walls_get_keys"),
        ("tenancy", "0001_begins"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="about",
            field=models.CharField(default="case", max_length=16),
        ),
        migrations.AddField(
            model_name="notice",
            name="about_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="notice",
            name="case",
            field=gezhi.tenancy.fields.TenantFK(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("about_id__isnull", False), ("settled_at__isnull", True)),
                fields=["jurisdiction", "about", "about_id"],
                name="notices_that_wait_on_a_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("about", "case"), ("about_id__isnull", True), ("case__isnull", False)),
                    models.Q(
                        models.Q(("about", "case"), _negated=True),
                        ("about_id__isnull", False),
                        ("case__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_notice_is_about_a_case_or_names_its_thing",
            ),
        ),
    ]
