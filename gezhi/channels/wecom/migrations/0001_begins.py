"""The office's application in WeCom, and what its callback heard."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("reports", "0005_reports_come_by_wecom"),
        ("tenancy", "0001_begins"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("corp_id", models.CharField(max_length=64)),
                ("agent_id", models.PositiveIntegerField()),
                ("secret", models.BinaryField()),
                ("token", models.BinaryField()),
                ("encoding_key", models.BinaryField()),
                ("is_on", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField()),
                ("access_token", models.BinaryField(null=True)),
                ("token_until", models.DateTimeField(null=True)),
                ("asking_until", models.DateTimeField(null=True)),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=200)),
                ("removed_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("jurisdiction",),
                        name="one_wecom_application_per_office",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Heard",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("agent", models.PositiveIntegerField()),
                ("number", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=8)),
                ("sender", models.CharField(blank=True, default="", max_length=64)),
                ("payload", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "report",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reports.report",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)),
                        fields=["jurisdiction", "sender", "received_at"],
                        name="heard_and_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("jurisdiction", "agent", "number"), name="heard_once")
                ],
            },
        ),
    ]
