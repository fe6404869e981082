"""小事一格解决 (scenario S1): seen on a walk, mended, shown and closed in one breath, and now and then another looks."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from gezhi.cases import check, facts
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case, CaseEvidence
from gezhi.cases.move import Move
from gezhi.catalogue import actions as catalogue_actions
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.models import Evidence
from gezhi.flows.found_and_solved import Found, found, found_and_solved
from gezhi.flows.receive_report import Voice
from gezhi.journal.models import Entry
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotYours
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, photo
from tests.journal.crowd import together

KEY = "walk-key-00000001"


def seen(cast: Cast, *, before: UUID | None = None, place: UUID | None = None, **more: Any) -> Voice:
    """What Wei saw on the stairs."""
    row = cast.town.row(place or cast.town.stairwell)
    known = {"category": catalogue.by_code("0101").id, "key": KEY} | more
    photos = (before,) if before else ()
    intake = Intake("staff", text="楼道里有垃圾", place=row.id, place_path=row.path, evidence=photos, **known)
    return Voice(intake, row)


def mend(
    cast: Cast, at: datetime, voice: Voice | None = None, actor: Actor | None = None, **more: Any
) -> Found:
    """Wei carries it away and takes a picture."""
    known: dict[str, Any] = {"after": (photo(at),), "presence": "place_code"} | more
    return found_and_solved(voice or seen(cast), actor=actor or cast.wei, at=at, **known)


def draw(percent: int, at: datetime) -> None:
    """The office checks this share again."""
    catalogue_actions.change_rule("recheck_percent", percent, revision=_revision(), actor=SYSTEM, at=at)


def _revision() -> int:
    return next(row.revision for row in catalogue.rule_rows() if row.key == "recheck_percent")


def counted() -> tuple[int, int, int, int]:
    """Reports, cases, journal rows, claimed pictures."""
    claimed = Evidence.objects.exclude(claimed_at=None)
    return Report.objects.count(), Case.objects.count(), Entry.objects.count(), claimed.count()


def test_seen_mended_and_closed_in_one_breath(cast: Cast, noon: datetime) -> None:
    draw(0, noon)
    before, after = photo(noon), photo(noon)
    made = mend(cast, noon, seen(cast, before=before), after=(after,), note="顺手清走了")
    case = Case.objects.get(id=made.case_id)
    assert made == Found(case.id, "371072-2026-0000001", False)
    assert (case.state, case.ending, case.closed_at, case.handler_id, case.level, case.is_drawn) == (
        "closed",
        "solved_on_spot_unchecked",
        noon,
        cast.wei.id,
        "grid",
        False,
    )
    assert [step.entry.event for step in story("case", case.id)] == ["reported", "accept", "solve_on_spot"]
    assert story("case", case.id)[-1].entry.after["presence"] == "place_code"
    assert story("case", case.id)[-1].words == {"note": "顺手清走了"}
    assert [(row.evidence_id, row.kind) for row in CaseEvidence.objects.all()] == [(after, "photo_after")]
    assert list(check.findings()) == []


def test_when_the_draw_falls_on_it_another_has_to_look(cast: Cast, noon: datetime) -> None:
    draw(100, noon)
    made = mend(cast, noon)
    case = Case.objects.get(id=made.case_id)
    assert (made.is_drawn, case.state, case.closed_at) == (True, "to_check", None)
    with pytest.raises(NotYours):
        advance(case.id, Move("pass_check", note="好"), actor=cast.wei, at=noon)
    case = advance(case.id, Move("pass_check", note="干净"), actor=cast.zhao, at=noon)
    assert (case.state, case.ending) == ("closed", "solved")


def test_the_same_key_again_is_the_same_case(cast: Cast, noon: datetime) -> None:
    """The phone was offline and sends twice."""
    first = mend(cast, noon)
    before = counted()
    assert mend(cast, noon + timedelta(minutes=1)) == first
    assert counted() == before


def test_another_body_under_the_same_key_is_refused(cast: Cast, noon: datetime) -> None:
    mend(cast, noon)
    other = seen(cast, category=catalogue.by_code("0501").id)
    with pytest.raises(Invalid) as refused:
        mend(cast, noon, other)
    assert (refused.value.field, refused.value.code) == ("key", "other_body")


@pytest.mark.parametrize(("who", "refusal"), [("mo", NotFound), ("gao", NotFound), ("zhao", NotYours)])
def test_outside_his_own_area_nothing_is_written(
    who: str, refusal: type[Exception], cast: Cast, noon: datetime
) -> None:
    shown, before = photo(noon), counted()
    with pytest.raises(refusal):
        mend(cast, noon, actor=getattr(cast, who), after=(shown,))
    assert counted() == before
    mend(cast, noon, after=(shown,))


@pytest.mark.parametrize(
    ("lacking", "facts_named"),
    [
        ({"after": ()}, ("photo_after",)),
        ({"presence": ""}, ("on_site",)),
        ({"presence": "phone call"}, ("on_site",)),
    ],
)
def test_without_picture_or_presence_nothing_is_written(
    lacking: dict[str, Any], facts_named: tuple[str, ...], cast: Cast, noon: datetime
) -> None:
    photo(noon)
    before = counted()
    with pytest.raises(Missing) as refused:
        mend(cast, noon, **lacking)
    assert (refused.value.facts, counted()) == (facts_named, before)


def test_without_a_category_nothing_is_written(cast: Cast, noon: datetime) -> None:
    before = counted()
    with pytest.raises(Missing) as refused:
        mend(cast, noon, seen(cast, category=None))
    assert (refused.value.facts, counted()) == (("category",), before)


def test_a_picture_proves_one_thing_only(cast: Cast, noon: datetime) -> None:
    shown = photo(noon)
    mend(cast, noon, after=(shown,))
    before = counted()
    with pytest.raises(Invalid):
        mend(cast, noon, seen(cast, key="walk-key-00000002"), after=(shown,))
    assert counted() == before


def test_what_cannot_be_mended_on_the_spot_goes_to_the_desk(cast: Cast, noon: datetime) -> None:
    made = found(seen(cast), actor=cast.wei, at=noon)
    case = Case.objects.get(id=made.case_id)
    assert (case.state, case.lead_id, made.is_drawn) == ("reported", cast.desk_a, False)


@pytest.mark.django_db(transaction=True)
def test_sent_eight_times_at_once_it_is_one_case(cast: Cast, office: Jurisdiction, noon: datetime) -> None:
    voice, pictures = seen(cast), iter([photo(noon) for _ in range(8)])
    got = together(
        lambda: mend(cast, noon, voice, after=(next(pictures),)), workers=8, jurisdiction=office.id
    )
    assert len(set(got)) == 1
    assert (Report.objects.count(), Case.objects.count()) == (1, 1)
    assert list(check.findings()) == []


# ---- the draw ----


def test_the_draw_takes_about_the_share_that_the_office_decided(cast: Cast) -> None:
    drawn = Counter(facts.is_drawn(Case(id=uuid4(), round=1)) for _ in range(2000))
    share = catalogue.rule("recheck_percent")
    assert share == 20
    assert share - 4 < 100 * drawn[True] / 2000 < share + 4


@pytest.mark.parametrize(("percent", "is_drawn"), [(0, False), (100, True)])
def test_none_and_all_are_shares_too(percent: int, is_drawn: bool, cast: Cast, noon: datetime) -> None:
    draw(percent, noon)
    assert {facts.is_drawn(Case(id=uuid4(), round=1)) for _ in range(50)} == {is_drawn}


def test_nobody_can_draw_twice(cast: Cast, noon: datetime) -> None:
    """The same case and round give the same lot, asked as often as one likes; once drawn it stays, whatever the share becomes."""
    case = Case(id=uuid4(), round=1)
    assert len({facts.is_drawn(case) for _ in range(20)}) == 1
    made = mend(cast, noon)
    draw(0 if made.is_drawn else 100, noon)
    assert facts.is_drawn(Case.objects.get(id=made.case_id)) is made.is_drawn
    assert mend(cast, noon).is_drawn is made.is_drawn


def test_nobody_can_foresee_the_draw_without_the_offices_key(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [Case(id=uuid4(), round=1) for _ in range(60)]
    here = [facts.is_drawn(case) for case in some]
    monkeypatch.setattr(facts, "derived", lambda purpose: b"another office's key")
    assert [facts.is_drawn(case) for case in some] != here


def test_a_repeat_after_it_was_reopened_still_says_what_the_draw_said(cast: Cast, noon: datetime) -> None:
    draw(0, noon)
    made = mend(cast, noon)
    advance(made.case_id, Move("reopen", reason="又有了"), actor=cast.chen, at=noon)
    assert mend(cast, noon) == made
    assert cases.by_id(made.case_id, actor=cast.wei).state == "in_hand"
