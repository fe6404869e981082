"""Inspection albums and the first paragraphs of weekly briefs; lines of the ledger are found by their closing."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_one_order_per_key_of_a_number"),
        ("ledger", "0004_a_place_remembers"),
        ("parties", "0005_parties_get_robots_and_wecom_users"),
        ("places", "0002_grid_cell_gets_closed_on"),
        ("tenancy", "0001_begins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Album",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
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
                ("name", models.CharField(max_length=60)),
                (
                    "party",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.party"
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("language", models.CharField(blank=True, default="", max_length=8)),
                ("job", models.CharField(blank=True, default="", max_length=32)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("is_lost", models.BooleanField(default=False)),
                ("file_at", models.DateTimeField(null=True)),
                ("holds", models.JSONField(default=list)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["jurisdiction", "party", "made_at"], name="albums_of_a_desk")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))),
                        name="an_album_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="an_album_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlbumLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
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
                    "album",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.album"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("text", models.CharField(max_length=200)),
                ("category_ids", models.JSONField(default=list)),
                (
                    "place",
                    gezhi.tenancy.fields.TenantFK(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="an_album_line_says_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AlbumPick",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
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
                    "line",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.albumline",
                    ),
                ),
                (
                    "case",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                ("before_id", models.UUIDField()),
                ("after_id", models.UUIDField()),
                ("position", models.PositiveIntegerField(default=0)),
                ("caption", models.CharField(blank=True, default="", max_length=120)),
                ("is_hidden", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "line", "case"), name="a_case_once_a_line"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BriefWords",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
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
                ("monday", models.DateField()),
                ("ground", models.UUIDField()),
                ("text", models.CharField(blank=True, default="", max_length=600)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "monday", "ground"), name="one_first_paragraph_a_week"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["jurisdiction", "closed_at"],
                name="ledger_by_closing",
            ),
        ),
    ]
