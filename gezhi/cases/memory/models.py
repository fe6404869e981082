"""What a place remembers of its cases: the fixture one is about, and what was answered about what keeps coming back."""

from django.db import models
from django.db.models import Q

from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel


class CaseFixture(TenantModel):
    """Which lift, lamp or hydrant a case is about, as somebody said."""

    case = TenantFK("cases.Case", db_index=False)
    fixture = TenantFK("places.Fixture", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "case"], name="a_case_is_about_one_fixture"),
        )
        indexes = (models.Index(fields=["jurisdiction", "fixture", "at"], name="cases_of_a_fixture"),)

    def __str__(self) -> str:
        return f"{self.case_id} · {self.fixture_id}"


class RootCause(TenantModel):
    """What the desk answered last when it was asked whether a spot, one place and one category, needs a cure. answer "" = not answered.

    asked_at: the case at which it was asked. case: the one that was raised for the cure. It is asked again a year after the answer.
    """

    place = TenantFK("places.Place", db_index=False)
    category = TenantFK("catalogue.Category", db_index=False)
    answer = models.CharField(max_length=12, blank=True, default="")
    asked_at = TenantFK("cases.Case", null=True, db_index=False)
    case = TenantFK("cases.Case", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "place", "category"], name="one_answer_about_a_spot"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "not_now", "raised"]), name="root_cause_answer_is_known"
            ),
            models.CheckConstraint(
                condition=Q(answer="raised", case__isnull=False)
                | (~Q(answer="raised") & Q(case__isnull=True)),
                name="raised_says_which_case",
            ),
        )

    def __str__(self) -> str:
        return self.answer
