"""Tasks and what hangs on them. Written by this package's actions only."""

from django.db import models
from django.db.models import F, Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel
from gezhi.work.lifecycle import OPEN, TaskState

ACCOUNT = "parties.Account"  # reference row: who has it, who finished it
IS_OPEN = Q(state__in=[state.value for state in OPEN])


class Task(TenantModel):
    """One party's obligation: a share of a case, or work that a party (`owner`) set without one.

    proof: kinds of work.proof with commas. what: the sender's own words, without anybody's name. round: of its own; it counts on when
    it was not good enough. place_path: a copy. ended_why: called_off, case_ended.
    """

    number = models.CharField(max_length=28)
    case = TenantFK("cases.Case", null=True, db_index=False)
    owner = TenantFK("parties.Party", null=True, db_index=False)
    party = TenantFK("parties.Party", db_index=False)
    person = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    finisher = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    what = models.CharField(max_length=200)
    place = TenantFK("places.Place", null=True, db_index=False)
    place_path = models.CharField(max_length=400, blank=True, default="")
    state = models.CharField(max_length=10, default=TaskState.SENT.value)
    version = models.PositiveIntegerField(default=1)
    round = models.PositiveIntegerField(default=1)
    is_whistle = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    proof = models.CharField(max_length=60)
    proof_sentence = models.CharField(max_length=120, blank=True, default="")

    sent_at = models.DateTimeField()
    respond_due = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    make_safe_due = models.DateTimeField(null=True)
    made_safe_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    asked_until = models.DateTimeField(null=True)
    extended_to = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    last_escalated_at = models.DateTimeField(null=True)
    escalated_to = TenantFK("parties.Party", null=True, db_index=False)
    escalated_person = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    escalations = models.PositiveIntegerField(default=0)
    ladder_ended = models.BooleanField(default=False)
    returns = models.PositiveIntegerField(default=0)
    urges = models.PositiveIntegerField(default=0)
    ended_why = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "number"], name="one_task_per_number"),
            models.CheckConstraint(
                condition=Q(case__isnull=False, owner__isnull=True)
                | Q(case__isnull=True, owner__isnull=False),
                name="a_task_is_of_a_case_or_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in TaskState]), name="task_state_is_one_of_five"
            ),
            models.CheckConstraint(condition=~Q(proof="") & ~Q(what=""), name="no_task_without_a_proof"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False)
                | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="open_task_has_no_end",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True)),
                name="done_at_only_when_done",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("sent_at")), name="a_task_is_due_after_it_was_sent"
            ),
        )
        indexes = (
            models.Index(
                fields=["jurisdiction", "party", "due_at", "id"],
                condition=IS_OPEN,
                name="open_tasks_of_a_party",
            ),
            models.Index(
                fields=["jurisdiction", "case", "id"], condition=Q(case__isnull=False), name="tasks_of_a_case"
            ),
            models.Index(fields=["jurisdiction", "party", "sent_at"], name="tasks_of_a_party_by_sending"),
            models.Index(
                fields=["jurisdiction", "owner", "due_at", "id"],
                condition=Q(owner__isnull=False),
                name="tasks_of_an_owner",
            ),
            models.Index(
                fields=["jurisdiction", "person", "due_at", "id"],
                condition=IS_OPEN & Q(person__isnull=False),
                name="open_tasks_of_a_person",
            ),
        )

    def __str__(self) -> str:
        return self.number


class TaskNeed(TenantModel):
    """A task that waits for another one of the same case."""

    task = TenantFK(Task, db_index=False)
    needs = TenantFK(Task, db_index=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "task", "needs"], name="a_task_needs_another_once"
            ),
            models.CheckConstraint(condition=~Q(task=F("needs")), name="no_task_needs_itself"),
        )
        indexes = (models.Index(fields=["jurisdiction", "needs"], name="tasks_that_need_a_task"),)


class TaskEvidence(TenantModel):
    """A picture or document shown for one round of a task."""

    task = TenantFK(Task, db_index=False)
    evidence = TenantFK("evidence.Evidence")
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "task", "evidence", "kind"], name="task_shown_once_per_kind"
            ),
        )

    def __str__(self) -> str:
        return self.kind


class TaskShown(TenantModel):
    """A picture of the case that goes along with a task: one of the work, or one of a report that somebody looked at."""

    task = TenantFK(Task, db_index=False)
    evidence = TenantFK("evidence.Evidence")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "task", "evidence"], name="goes_along_once"),
        )


class Contribution(TenantModel):
    """What a party gave for a task: people, things or money, counted; yuan only where somebody entered it."""

    task = TenantFK(Task, db_index=False)
    kind = models.CharField(max_length=8)
    what = models.CharField(max_length=40)
    count = models.DecimalField(max_digits=10, decimal_places=2)
    unit = models.CharField(max_length=8)
    yuan = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=["people", "things", "money"]),
                name="contribution_is_people_things_or_money",
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="a_contribution_is_something"),
        )
        indexes = (models.Index(fields=["jurisdiction", "task"], name="contributions_of_a_task"),)

    def __str__(self) -> str:
        return self.what


class TaskEscalation(TenantModel):
    """One step up the ladder: once per task, level and round."""

    task = TenantFK(Task, db_index=False)
    round = models.PositiveIntegerField()
    level = models.PositiveIntegerField()
    party = TenantFK("parties.Party", db_index=False)
    person = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "task", "level", "round"], name="task_once_per_level_and_round"
            ),
        )

    def __str__(self) -> str:
        return f"level {self.level}"


class TaskLink(TenantModel):
    """An address that opens one task to one party for some days. Its secret is computed, not stored."""

    task = TenantFK(Task, db_index=False)
    party = TenantFK("parties.Party", db_index=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+", db_index=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "task"],
                condition=Q(ended_at__isnull=True),
                name="one_living_link_per_task",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="a_task_link_ends_after_it_was_made"
            ),
        )


class TaskAnswer(TenantModel):
    """What came through a link, in the order it came: once under its form's key, however often it is sent."""

    task = TenantFK(Task, db_index=False)
    link = TenantFK(TaskLink)
    seq = models.PositiveIntegerField()
    key_digest = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    what = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "task", "seq"], name="answers_are_numbered"),
            models.UniqueConstraint(
                fields=["jurisdiction", "task", "key_digest"], name="an_answer_comes_once"
            ),
            models.CheckConstraint(
                condition=Q(what__in=["take", "progress", "finish", "return", "late"]),
                name="an_answer_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.what


class SendOnce(TenantModel):
    """A sending under its form's key: the same form again gives the same tasks."""

    account = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+", db_index=False)
    key_digest = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    task_ids = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "account", "key_digest"], name="one_sending_per_form"
            ),
        )


class FollowCursor(TenantModel):
    """How far the network's follower has read the sealed journal."""

    position = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_network_cursor_per_jurisdiction"),
        )

    def __str__(self) -> str:
        return str(self.position)


class Counter(TenantModel):
    """The last running number of a year, of what has no case: T tasks, H meetings, X projects."""

    kind = models.CharField(max_length=1)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "kind", "year"], name="one_counter_per_kind_and_year"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
