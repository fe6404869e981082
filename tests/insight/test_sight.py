"""Whose figures somebody may look at; what complains of his own party is in none that he sees."""

from dataclasses import replace
from datetime import datetime

import pytest

from gezhi.cases.models import Case
from gezhi.insight.figures.asking import question
from gezhi.insight.figures.reading import Asked
from gezhi.insight.figures.sight import grounds, may_look
from gezhi.kernel.actor import Actor, Duty, Post
from gezhi.kernel.months import Span
from gezhi.kernel.refusal import NotYours
from tests.cast import Cast

pytestmark = pytest.mark.django_db
MARCH = Span(202603, 202603)


def test_who_may_look_at_whose_figures(cast: Cast) -> None:
    community, other = (cast.town.row(one) for one in (cast.town.community_a, cast.town.community_b))
    a, b, office = Asked(community.id), Asked(other.id), Asked(None)
    own, others = Asked(None, "party", cast.property.hex), Asked(None, "party", cast.agency.hex)
    seen = [
        [may_look(asked, path, MARCH, actor) for asked, path in ((a, community.path), (b, other.path), (office, "/"), (own, "/"), (others, "/"))]
        for actor in (cast.chen, cast.zhou, cast.sun, cast.mo)
    ]  # fmt: skip
    assert seen == [
        [True, False, False, False, False],
        [True, True, True, True, True],
        [False, False, False, True, False],
        [False, False, False, False, False],
    ]
    assert grounds(cast.zhou).sees_all


@pytest.fixture
def officer(cast: Cast) -> Actor:
    """Sun, who also answers for both communities: his own company's complaints are none of his to read."""
    areas = [cast.town.row(one).path for one in (cast.town.community_a, cast.town.community_b)]
    posts = [Post(Duty.OFFICER, party=cast.property, path=path) for path in areas]
    return replace(cast.sun, posts=(*cast.sun.posts, *posts))


def test_who_is_complained_of_sees_no_figures_that_would_hold_it(
    cast: Cast, officer: Actor, noon: datetime
) -> None:
    community, other = (cast.town.row(one) for one in (cast.town.community_a, cast.town.community_b))
    assert may_look(Asked(community.id), community.path, MARCH, officer)
    case = cast.lin_reports(noon)
    Case.objects.filter(id=case.id).update(complained_of=cast.property)
    assert not may_look(Asked(community.id), community.path, MARCH, officer)
    assert not may_look(Asked(community.id, "channel", "qr"), community.path, MARCH, officer)
    assert may_look(Asked(other.id), other.path, MARCH, officer)
    assert may_look(Asked(None, "party", cast.property.hex), "/", MARCH, officer)
    assert may_look(Asked(community.id), community.path, MARCH, cast.chen)


@pytest.mark.parametrize(
    ("span", "may"),
    [
        (Span(202602, 202602), True),  # before it came
        (Span(202702, 202702), False),  # compared with the twelve months before it
        (Span(202703, 202703), False),  # and with its month a year ago
        (Span(202704, 202704), True),
        (Span(202704, 202803), True),
        (Span(202703, 202802), False),
    ],
)
def test_one_complaint_does_not_take_the_figures_of_all_times(
    span: Span, may: bool, cast: Cast, officer: Actor, noon: datetime
) -> None:
    community = cast.town.row(cast.town.community_a)
    case = cast.lin_reports(noon)
    Case.objects.filter(id=case.id).update(complained_of=cast.property)
    assert may_look(Asked(community.id), community.path, span, officer) is may


def test_whoever_may_not_see_the_whole_begins_with_his_own_party(
    cast: Cast, officer: Actor, noon: datetime
) -> None:
    community = cast.town.row(cast.town.community_a)
    assert question({}, actor=officer, at=noon).asked.axis == "all"
    case = cast.lin_reports(noon)
    Case.objects.filter(id=case.id).update(complained_of=cast.property)
    assert question({}, actor=officer, at=noon).asked == Asked(None, "party", cast.property.hex)
    with pytest.raises(NotYours):
        question({"place": community.code}, actor=officer, at=noon)
    other = cast.town.row(cast.town.community_b)
    assert question({"place": other.code}, actor=officer, at=noon).asked == Asked(other.id)


def test_sabotage_were_it_not_asked_he_would_read_the_count_of_his_own_complaints(
    cast: Cast, officer: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = cast.town.row(cast.town.community_a)
    case = cast.lin_reports(noon)
    Case.objects.filter(id=case.id).update(complained_of=cast.property)
    monkeypatch.setattr("gezhi.insight.figures.sight.is_complained_of_at", lambda *asked: False)
    assert may_look(Asked(community.id), community.path, MARCH, officer)
