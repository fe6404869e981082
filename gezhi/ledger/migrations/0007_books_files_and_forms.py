"""Month books that freeze, large files made in the background, forms that others send."""

import django.db.models.deletion
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_lines_of_a_category"),
        ("tenancy", "0001_begins"),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthBook",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("desk", models.UUIDField()),
                ("position", models.PositiveBigIntegerField()),
                ("frozen_at", models.DateTimeField()),
                ("by_id", models.UUIDField(null=True)),
                ("lines", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
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
                        fields=("jurisdiction", "month", "desk"), name="one_book_per_month_and_desk"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthPart",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("lines", models.PositiveIntegerField()),
                ("pack", models.BinaryField()),
                (
                    "book",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.monthbook",
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
                        fields=("jurisdiction", "book", "number"), name="parts_of_a_month_book_in_order"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SheetForm",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("filename", models.CharField(max_length=100)),
                ("layout", models.CharField(max_length=64)),
                ("sheet", models.CharField(max_length=100)),
                ("heads", models.JSONField(default=list)),
                ("head_row", models.PositiveIntegerField()),
                ("first_row", models.PositiveIntegerField()),
                ("last_row", models.PositiveIntegerField()),
                ("is_fixed", models.BooleanField(default=False)),
                ("fields", models.JSONField(default=list)),
                ("wanted", models.JSONField(default=dict)),
                ("data", models.BinaryField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("is_confirmed", models.BooleanField(default=False)),
                ("by_id", models.UUIDField()),
                ("kept_at", models.DateTimeField()),
                ("dropped_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("dropped_at", None)),
                        fields=("jurisdiction", "layout"),
                        name="one_sheet_form_per_layout",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("by_id", models.UUIDField()),
                ("suffix", models.CharField(max_length=5)),
                ("language", models.CharField(max_length=8)),
                ("wanted", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("written", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=40)),
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
                "indexes": [
                    models.Index(
                        fields=["jurisdiction", "by_id", "asked_at"], name="ledger_files_of_somebody"
                    )
                ],
            },
        ),
    ]
