"""The desk sees which rule proposes whom and why, and the story of a case says by which rule it went."""

from datetime import datetime
from typing import Any

import pytest

from gezhi.cases.models import Case
from gezhi.kernel.actor import SYSTEM
from gezhi.routing import actions
from gezhi.routing.terms import Terms
from tests.cast import Cast
from tests.web.desk.conftest import Desk, address, text


def rule(at: datetime, name: str = "碎玻璃找业委会", **terms: Any) -> None:
    actions.add_rule(Terms(name, **terms), actor=SYSTEM, at=at)


def test_the_dispatch_form_has_whom_the_rule_names_chosen_and_says_why(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    rule(noon, place=cast.town.compound, hour_from=480, hour_to=1080, party_kind="owners")
    answer = desk(cast.chen).get(address(opened, "dispatch"))
    assert "按派遣规则“碎玻璃找业委会”：在悦海社区 悦海花园，08:00 至 18:00" in text(answer)
    assert f'value="{cast.owners}" checked' in answer.content.decode()


def test_without_a_rule_the_form_says_that_the_categorys_chain_proposes(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    answer = desk(cast.chen).get(address(opened, "dispatch"))
    assert "没有派遣规则适用，按类别的承办次序。" in text(answer)
    assert f'value="{cast.property}" checked' in answer.content.decode()


def test_a_rule_may_name_a_party_that_does_not_serve_there(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    rule(noon, party=cast.team_b2)
    assert (
        f'value="{cast.team_b2}" checked' in desk(cast.chen).get(address(opened, "dispatch")).content.decode()
    )


@pytest.mark.parametrize("is_automatic", [True, False])
def test_the_story_says_by_which_rule_it_went(
    cast: Cast, reported: Case, desk: Desk, noon: datetime, is_automatic: bool
) -> None:
    rule(noon, party_kind="owners", is_automatic=is_automatic)
    client = desk(cast.chen)
    sent = {"version": 1, "place": str(reported.place_id), "category": str(reported.category_id)}
    accepted = client.post(address(reported, "accept"), sent, follow=True)
    if not is_automatic:
        client.post(address(reported, "dispatch"), {"version": 2, "party": str(cast.owners)})
    else:
        assert "按派遣规则派给悦海花园业委会" in text(accepted)
    page = text(client.get(address(reported)))
    assert "按派遣规则“碎玻璃找业委会”" in page
    assert Case.objects.get(id=reported.id).lead_id == cast.owners
