"""Tasks: shares of a case, a meeting or a project that other parties do, with links and answers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.tenancy.clock
import gezhi.tenancy.current
import gezhi.tenancy.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0023_the_network_around_a_case"),
        ("evidence", "0006_somebody_looked_at_a_picture"),
        ("parties", "0008_walls_get_keys"),
        ("places", "0003_the_map_has_a_background"),
        ("tenancy", "0001_begins"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=28)),
                ("what", models.CharField(max_length=200)),
                ("place_path", models.CharField(blank=True, default="", max_length=400)),
                ("state", models.CharField(default="sent", max_length=10)),
                ("version", models.PositiveIntegerField(default=1)),
                ("round", models.PositiveIntegerField(default=1)),
                ("is_whistle", models.BooleanField(default=False)),
                ("is_urgent", models.BooleanField(default=False)),
                ("proof", models.CharField(max_length=60)),
                ("proof_sentence", models.CharField(blank=True, default="", max_length=120)),
                ("sent_at", models.DateTimeField()),
                ("respond_due", models.DateTimeField(null=True)),
                ("responded_at", models.DateTimeField(null=True)),
                ("make_safe_due", models.DateTimeField(null=True)),
                ("made_safe_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                ("asked_until", models.DateTimeField(null=True)),
                ("extended_to", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("last_escalated_at", models.DateTimeField(null=True)),
                ("escalations", models.PositiveIntegerField(default=0)),
                ("ladder_ended", models.BooleanField(default=False)),
                ("returns", models.PositiveIntegerField(default=0)),
                ("urges", models.PositiveIntegerField(default=0)),
                ("ended_why", models.CharField(blank=True, default="", max_length=20)),
                (
                    "case",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "escalated_person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "escalated_to",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.party",
                    ),
                ),
                (
                    "finisher",
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
                    "owner",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.party",
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
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["sent", "taken", "returned"])),
                        fields=["jurisdiction", "party", "due_at", "id"],
                        name="open_tasks_of_a_party",
                    ),
                    models.Index(
                        condition=models.Q(("case__isnull", False)),
                        fields=["jurisdiction", "case", "id"],
                        name="tasks_of_a_case",
                    ),
                    models.Index(
                        fields=["jurisdiction", "party", "sent_at"], name="tasks_of_a_party_by_sending"
                    ),
                    models.Index(
                        condition=models.Q(("owner__isnull", False)),
                        fields=["jurisdiction", "owner", "due_at", "id"],
                        name="tasks_of_an_owner",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["sent", "taken", "returned"]), ("person__isnull", False)
                        ),
                        fields=["jurisdiction", "person", "due_at", "id"],
                        name="open_tasks_of_a_person",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("jurisdiction", "number"), name="one_task_per_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("owner__isnull", True)),
                            models.Q(("case__isnull", True), ("owner__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_task_is_of_a_case_or_has_an_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["sent", "taken", "returned", "done", "ended"])),
                        name="task_state_is_one_of_five",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proof", ""), _negated=True), models.Q(("what", ""), _negated=True)
                        ),
                        name="no_task_without_a_proof",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state", "ended")),
                            models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="open_task_has_no_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="done_at_only_when_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("sent_at"))),
                        name="a_task_is_due_after_it_was_sent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("what", models.CharField(max_length=40)),
                ("count", models.DecimalField(decimal_places=2, max_digits=10)),
                ("unit", models.CharField(max_length=8)),
                ("yuan", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ("at", models.DateTimeField()),
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
                    "task",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["jurisdiction", "task"], name="contributions_of_a_task")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["people", "things", "money"])),
                        name="contribution_is_people_things_or_money",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gt", 0)), name="a_contribution_is_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskEscalation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("round", models.PositiveIntegerField()),
                ("level", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
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
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "task", "level", "round"),
                        name="task_once_per_level_and_round",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskEvidence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("round", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "evidence",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.evidence"
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
                    "task",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "task", "evidence", "kind"), name="task_shown_once_per_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("uses", models.PositiveIntegerField(default=0)),
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
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "task",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("jurisdiction", "task"),
                        name="one_living_link_per_task",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="a_task_link_ends_after_it_was_made",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("key_digest", models.CharField(max_length=64)),
                ("body_digest", models.CharField(max_length=64)),
                ("what", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
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
                    "task",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
                (
                    "link",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="work.tasklink"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "task", "seq"), name="answers_are_numbered"
                    ),
                    models.UniqueConstraint(
                        fields=("jurisdiction", "task", "key_digest"), name="an_answer_comes_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("what__in", ["take", "progress", "finish", "return", "late"])),
                        name="an_answer_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskNeed",
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
                    "needs",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
                (
                    "task",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["jurisdiction", "needs"], name="tasks_that_need_a_task")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "task", "needs"), name="a_task_needs_another_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("task", models.F("needs")), _negated=True),
                        name="no_task_needs_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskShown",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "evidence",
                    gezhi.tenancy.fields.TenantFK(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.evidence"
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
                    "task",
                    gezhi.tenancy.fields.TenantFK(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.task",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "task", "evidence"), name="goes_along_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=1)),
                ("year", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
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
                        fields=("jurisdiction", "kind", "year"), name="one_counter_per_kind_and_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowCursor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveBigIntegerField(default=0)),
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
                        fields=("jurisdiction",), name="one_network_cursor_per_jurisdiction"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SendOnce",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.tenancy.clock.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key_digest", models.CharField(max_length=64)),
                ("body_digest", models.CharField(max_length=64)),
                ("task_ids", models.JSONField()),
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
                        fields=("jurisdiction", "account", "key_digest"), name="one_sending_per_form"
                    )
                ],
            },
        ),
    ]
