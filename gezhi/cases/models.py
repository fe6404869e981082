"""What is wrong at a place, and everything that hangs on it. Written by this package's actions only."""

from django.db import models
from django.db.models import F, Q

from gezhi.cases.bulk.models import Bulk, BulkItem
from gezhi.cases.lifecycle import Ending, Level, State
from gezhi.cases.memory.models import CaseFixture, RootCause
from gezhi.cases.network.models import CaseHand, Supervision
from gezhi.cases.office.models import CallBack, NumberBlock, PublicWords
from gezhi.cases.orders.models import Order, OrderForm
from gezhi.places import paths
from gezhi.places.onpath import on_path
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel

__all__ = [
    "Bulk",
    "BulkItem",
    "CallBack",
    "Case",
    "CaseEvidence",
    "CaseFixture",
    "CaseHand",
    "CaseReport",
    "Escalation",
    "NumberBlock",
    "Order",
    "OrderForm",
    "Pause",
    "PublicWords",
    "RootCause",
    "Supervision",
]

ACCOUNT = "parties.Account"  # reference row: who handled, who checked
OPEN, CLOSED = Q(closed_at__isnull=True), Q(closed_at__isnull=False)
# of cases that orders wait for, what not everybody sees
BROUGHT = Q(order_due__isnull=False, run__isnull=False)
BLAME = Q(order_due__isnull=False, complained_of__isnull=False)
AGAIN = CLOSED & Q(round__gt=1)
NARROWS = {"category": "of_a_category", "channel": "by_channel", "level": "by_level"}  # closed ones, in order
ON_AGENDAS = {  # what a meeting asks for, most urgent first
    "with_tasks": Q(tasks_open__gt=0),
    "supervised": Q(supervised_until__isnull=False),
    "put_to_a_meeting": Q(meeting_at__isnull=False),
    "that_came_back": Q(came_back_from__isnull=False),
    "returned_twice": Q(returns__gt=1),
}


class Case(TenantModel):
    """One matter. `lead` is the one accountable party (I1); `due_at` the earliest deadline that counts (I2)."""

    number = models.CharField(max_length=24)
    state = models.CharField(max_length=12, default=State.REPORTED.value)
    version = models.PositiveIntegerField(default=1)
    round = models.PositiveIntegerField(default=1)
    level = models.CharField(max_length=12, default=Level.COMMUNITY.value)
    channel = models.CharField(max_length=12)
    title = models.CharField(max_length=120)

    place = TenantFK("places.Place", null=True)
    place_path = models.CharField(max_length=400, blank=True, default="")
    grid = TenantFK("places.GridCell", null=True)
    category = TenantFK("catalogue.Category", null=True)
    condition = TenantFK("catalogue.Condition", null=True)
    feared = TenantFK(
        "catalogue.Condition", null=True
    )  # what its words make one fear until somebody sorts it

    desk = TenantFK("parties.Party")
    lead = TenantFK("parties.Party")
    complained_of = TenantFK("parties.Party", null=True)
    escalated_to = TenantFK("parties.Party", null=True)
    escalated_person = models.ForeignKey(
        ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False
    )  # the named officer at the end of the ladder
    handler = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    checker = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")

    received_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    make_safe_due = models.DateTimeField(null=True)
    made_safe_at = models.DateTimeField(null=True)
    fix_due = models.DateTimeField(null=True)
    stage_due = models.DateTimeField(null=True)
    order_due = models.DateTimeField(null=True)  # the earliest of its orders that wait for an answer
    due_at = models.DateTimeField(null=True)
    is_provisional = models.BooleanField(default=False)
    extension_until = models.DateTimeField(null=True)
    extended_to = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)
    meeting_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    last_escalated_at = models.DateTimeField(null=True)
    escalations = models.PositiveIntegerField(default=0)
    ladder_ended = models.BooleanField(default=False)
    returns = models.PositiveIntegerField(default=0)
    urges = models.PositiveIntegerField(default=0)
    tasks_open = models.PositiveIntegerField(null=True)  # of other parties; None = it never had one
    supervised_until = models.DateTimeField(null=True)  # by when a level above wants an answer

    is_askable = models.BooleanField(default=False)
    is_drawn = models.BooleanField(null=True)
    has_objection = models.BooleanField(default=False)
    claim = models.CharField(max_length=24, blank=True, default="")
    done_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    checked_round = models.PositiveIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=24, blank=True, default="")
    ending_reason = models.TextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    joined_into = TenantFK("self", null=True)
    state_before_join = models.CharField(max_length=12, blank=True, default="")
    came_back_from = TenantFK("self", null=True)
    split_from = TenantFK("self", null=True)
    run = TenantFK("reports.ImportRun", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "number"], name="one_case_per_number"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="state_is_one_of_eight"
            ),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(due_at__isnull=False), name="open_case_has_a_deadline"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, ending__in=[e.value for e in Ending])
                | (~Q(state="closed") & Q(closed_at__isnull=True, ending="")),
                name="closed_at_and_ending_only_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(ending__in=["solved", "not_found", "no_longer_there"])
                | Q(confirmed_at__isnull=False)
                | Q(checked_round=F("round"), checker__isnull=False),
                name="solved_only_when_checked_in_this_round_or_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | Q(handler__isnull=True) | ~Q(checker=F("handler")),
                name="nobody_checks_his_own_work",
            ),
            models.CheckConstraint(
                condition=~Q(ending__in=["not_ours", "wont_do"])
                | (Q(ended_by__isnull=False) & ~Q(ending_reason="")),
                name="not_ours_and_wont_do_have_approver_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(ending="declined") | ~Q(ending_reason=""), name="declined_has_a_public_reason"
            ),
            models.CheckConstraint(
                condition=~Q(ending="duplicate") | Q(joined_into__isnull=False),
                name="duplicate_says_of_which",
            ),
            models.CheckConstraint(
                condition=Q(joined_into__isnull=True) | ~Q(joined_into=F("id")), name="no_case_joins_itself"
            ),
            models.CheckConstraint(
                condition=Q(split_from__isnull=True) | ~Q(split_from=F("id")),
                name="no_case_is_split_from_itself",
            ),
        )
        indexes = (
            models.Index(fields=["jurisdiction", "state", "due_at"], name="cases_by_state_and_due"),
            models.Index(fields=["jurisdiction", "desk", "state", "due_at"], name="cases_of_a_desk"),
            models.Index(fields=["jurisdiction", "lead", "state", "due_at"], name="cases_of_a_party"),
            models.Index(fields=["jurisdiction", "place_path"], name="cases_of_a_place"),
            models.Index(fields=["jurisdiction", "received_at"], name="cases_by_receipt"),
            # SQLite's alone, see migration 0016
            models.Index(fields=["jurisdiction", "id"], name="cases_in_the_order_of_ids"),
            models.Index(fields=["jurisdiction", "due_at", "id"], condition=OPEN, name="open_cases_by_due"),
            models.Index(
                fields=["jurisdiction", "closed_at", "id"], condition=CLOSED, name="closed_cases_by_closing"
            ),
            # all that the map asks of open cases, place by place
            models.Index(
                fields=[
                    *("jurisdiction", "place", "due_at", "review_at", "fix_due", "make_safe_due"),
                    *("received_at", "entered_at", "complained_of", "closed_at"),
                ],
                condition=Q(closed_at__isnull=True),
                name="open_cases_by_place",
            ),
            models.Index(
                fields=["jurisdiction", "due_at"],
                condition=Q(feared__isnull=False, closed_at__isnull=True),
                name="dangers_that_wait",
            ),
            models.Index(fields=["jurisdiction", "run"], condition=BROUGHT, name="imports_with_an_order"),
            models.Index(
                fields=["jurisdiction", "complained_of"], condition=BLAME, name="complaints_with_an_order"
            ),
            # what narrows a list of open cases; by no moment, so that a move writes none of them
            *(
                models.Index(fields=["jurisdiction", field], condition=OPEN, name=f"open_cases_{name}")
                for field, name in NARROWS.items()
            ),
            models.Index(fields=["jurisdiction", "place_path"], condition=OPEN, name="open_cases_of_a_place"),
            models.Index(
                fields=["jurisdiction"],
                condition=Q(closed_at__isnull=True) & (Q(escalations__gt=1) | Q(ladder_ended=True)),
                name="open_cases_escalated",
            ),
            models.Index(
                fields=["jurisdiction"],
                condition=Q(closed_at__isnull=True, review_at__isnull=False),
                name="open_cases_paused",
            ),
            models.Index(
                fields=["jurisdiction"],
                condition=Q(closed_at__isnull=True, round__gt=1),
                name="open_cases_reworked",
            ),
            models.Index(
                fields=["jurisdiction"],
                condition=Q(closed_at__isnull=True, returns__gt=0),
                name="open_cases_returned",
            ),
            models.Index(
                fields=["jurisdiction", "escalated_person"],
                condition=Q(closed_at__isnull=True, escalated_person__isnull=False),
                name="open_cases_with_an_officer",
            ),
            *(
                models.Index(
                    fields=["jurisdiction", "due_at", "id"], condition=OPEN & which, name=f"open_cases_{name}"
                )
                for name, which in ON_AGENDAS.items()
            ),
            *(
                models.Index(
                    fields=["jurisdiction", field, "received_at"],
                    condition=CLOSED,
                    name=f"closed_cases_{name}",
                )
                for field, name in NARROWS.items()
            ),
            models.Index(
                fields=["jurisdiction", "received_at"], condition=CLOSED, name="closed_cases_by_receipt"
            ),
            models.Index(fields=["jurisdiction", "round"], condition=AGAIN, name="closed_cases_reworked"),
            models.Index(
                fields=["jurisdiction", "place", "closed_at"],
                condition=CLOSED,
                name="closed_cases_at_a_place",
            ),
            models.Index(
                *("jurisdiction", on_path(paths.COMPOUND), "closed_at"),
                condition=CLOSED,
                name="closed_cases_of_a_compound",
            ),
        )

    def __str__(self) -> str:
        return self.number


class CaseReport(TenantModel):
    """Which case a report belongs to. origin: the case it opened. split_into: the one it was split off into, if it was.

    Its own case is the last of these. Where that was joined into another, the report belongs to the end of the chain of joins:
    so a join is undone by following the chain again (I11).
    """

    case = TenantFK(Case)
    report = TenantFK("reports.Report")
    origin = TenantFK(Case)
    split_into = TenantFK(Case, null=True)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "report"], name="a_report_belongs_to_exactly_one_case"
            ),
        )
        indexes = (models.Index(fields=["jurisdiction", "case"], name="reports_of_a_case"),)

    def __str__(self) -> str:
        return f"{self.report_id} → {self.case_id}"


class CaseEvidence(TenantModel):
    """A picture or document shown for one round: kind before, photo_after, photo_same_angle, document, verdict."""

    case = TenantFK(Case)
    evidence = TenantFK("evidence.Evidence")
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "case", "evidence", "kind"], name="shown_once_per_kind"
            ),
        )

    def __str__(self) -> str:
        return self.kind


class Pause(TenantModel):
    """A stretch in which both clocks stand, with its reason and who approved it; the reporter sees it."""

    case = TenantFK(Case)
    reason = models.TextField()
    approver = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="a_pause_has_a_reason"),
            models.UniqueConstraint(
                fields=["jurisdiction", "case"],
                condition=Q(ended_at__isnull=True),
                name="one_open_pause_per_case",
            ),
        )

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}"


class Escalation(TenantModel):
    """One step up the ladder: once per case, level and round (I10)."""

    case = TenantFK(Case)
    round = models.PositiveIntegerField()
    level = models.PositiveIntegerField()
    party = TenantFK("parties.Party")
    person = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "case", "level", "round"], name="once_per_level_and_round"
            ),
        )

    def __str__(self) -> str:
        return f"level {self.level}"
