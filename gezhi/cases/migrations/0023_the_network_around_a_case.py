"""A case knows how many tasks of others are open on it, who did a share, and what a level above asks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0022_reports_are_accepted_in_bulk"),
        ("catalogue", "0003_practices"),
        ("parties", "0008_walls_get_keys"),
        ("places", "0003_the_map_has_a_background"),
        ("reports", "0009_books_say_what_is_done"),
        ("tenancy", "0001_begins"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseHand",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("round", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "jurisdiction",
                    gezhi.tenancy.fields.JurisdictionKey(
                        default=gezhi.tenancy.current.current,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.jurisdiction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "case", "account", "round"),
                        name="one_hand_per_case_and_round",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("late_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "jurisdiction",
                    gezhi.tenancy.fields.JurisdictionKey(
                        default=gezhi.tenancy.current.current,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.jurisdiction",
                    ),
                ),
                (
                    "party",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.party",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("jurisdiction", "case"),
                        name="one_open_supervision_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True),
                            ("answered_at__gte", models.F("made_at")),
                            _connector="OR",
                        ),
                        name="a_supervision_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="supervised_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="tasks_open",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("tasks_open__gt", 0)),
                fields=["jurisdiction", "due_at", "id"],
                name="open_cases_with_tasks",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("supervised_until__isnull", False)),
                fields=["jurisdiction", "due_at", "id"],
                name="open_cases_supervised",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("meeting_at__isnull", False)),
                fields=["jurisdiction", "due_at", "id"],
                name="open_cases_put_to_a_meeting",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("came_back_from__isnull", False)),
                fields=["jurisdiction", "due_at", "id"],
                name="open_cases_that_came_back",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("returns__gt", 1)),
                fields=["jurisdiction", "due_at", "id"],
                name="open_cases_returned_twice",
            ),
        ),
    ]
