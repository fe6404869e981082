"""A colleague by hand (staff) and a row of a sheet (hiring): the same rules, asked the same questions, answer the same."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import transaction

from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.ids import uuid7
from gezhi.kernel.refusal import NotFound, Refusal
from gezhi.parties import actions, hiring, staff, turns
from gezhi.parties.hiring import Hire
from gezhi.parties.models import Account, Party, PartyPost
from gezhi.places import actions as places
from gezhi.places.models import GridCell
from tests.parties.town import NEW_YEAR, Town

TODAY = date(2026, 3, 2)
NOBODY = uuid7(1_772_000_000_000, 9)


class Row(NamedTuple):
    """What is asked for; party, place and grid by their names in the town, except for what is nowhere."""

    username: str = "gao"
    name: str = "高"
    party: str | UUID = "desk"
    duty: Duty = Duty.WORKER
    place: str | UUID | None = None
    grid: str | UUID | None = None
    starts_on: date = TODAY
    ends_on: date | None = None


ROWS = {
    "somebody new": (Row(), "taken in"),
    "somebody new with a place": (Row(place="garden"), "taken in"),
    "somebody new with a cell": (Row(grid="b2"), "taken in"),
    "somebody known": (Row("wei", "魏"), "taken in"),
    "a user name as typed on a phone": (Row("ＷＥＩ", "魏"), "taken in"),
    "a known user name with another name": (Row("wei", "钱"), "username: taken"),
    "a user name like another": (Row("we1", "钱"), "username: looks_like"),
    "no user name": (Row("a b", "钱"), "username: bad_username"),
    "a name like another": (Row("wei-2", "魏 "), "name: looks_like"),
    "no name": (Row(name=" "), "name: empty"),
    "a name with a hidden sign": (Row(name="高\u200b"), "name: hidden"),
    "a party that is nowhere": (Row(party=NOBODY), "not_found"),
    "a party that has closed": (Row(party="closed"), "party: closed"),
    "a place that is nowhere": (Row(place=NOBODY), "not_found"),
    "a cell that is nowhere": (Row(grid=NOBODY), "not_found"),
    "a cell that has closed": (Row(grid="closed_cell"), "not_found"),
    "both place and cell": (Row(place="garden", grid="b2"), "ground: one_of_place_and_grid"),
    "an end on the first day": (Row(ends_on=TODAY), "ends_on: not_after_start"),
    "an end before the first day": (Row(ends_on=NEW_YEAR), "ends_on: not_after_start"),
    "a post that meets one": (Row("wei", "魏", "team_a1"), "period: overlaps"),
    "a post after one": (Row("mo", "莫", "team_b2"), "taken in"),
    "a post until the day of one": (
        Row("wei", "魏", "team_a1", starts_on=date(2025, 1, 1), ends_on=NEW_YEAR),
        "taken in",
    ),
    "a post around one that never held": (
        Row("sun", "孙", "company", Duty.MANAGER, starts_on=date(2025, 12, 1)),
        "taken in",
    ),
}


@pytest.fixture
def changed_town(town: Town, admin_actor: Actor, noon: datetime) -> Town:
    """A party and a cell have closed; 莫's post has ended; 孙's ended on the day it began."""
    who = {"actor": admin_actor, "at": noon}
    staff.end_post(town.posts["莫"], ends_on=TODAY, **who)
    staff.end_post(town.posts["孙"], ends_on=NEW_YEAR, **who)
    town.closed = Party.objects.create(
        kind="agency", name="旧单位", code="OLD", standing_phone="110", closed_on=TODAY
    ).id
    town.closed_cell = places.add_grid(community_id=town.yuehai.id, name="旧格", **who)
    GridCell.objects.filter(id=town.closed_cell.id).update(closed_on=TODAY)
    return town


def named(town: Town, said: str | UUID | None) -> UUID | None:
    if said is None or isinstance(said, UUID):
        return said
    found = getattr(town, said)
    return found if isinstance(found, UUID) else found.id


def by_hand(row: Row, town: Town, who: dict[str, Any]) -> None:
    """The account, unless it is there under this name, and then the post."""
    known = staff.account_by_username(row.username)
    same = known is not None and known.name == row.name
    account = known.id if same else staff.add_account(row.username, row.name, **who)
    party, place, grid = (named(town, said) for said in (row.party, row.place, row.grid))
    staff.appoint(account, staff.NewPost(party, row.duty, row.starts_on, row.ends_on, place, grid), **who)


def by_sheet(row: Row, town: Town, who: dict[str, Any]) -> None:
    """One row of a sheet."""
    party, place, grid = (named(town, said) for said in (row.party, row.place, row.grid))
    hire = Hire(row.username, row.name, party, row.duty, place, grid, row.starts_on, row.ends_on)
    made = hiring.plan([hire], **who)
    if made.refused:
        raise made.refused[0]
    hiring.carry_out(made, **who)


def outcome(path: Any, row: Row, town: Town, who: dict[str, Any]) -> tuple[str, list[Any]]:
    """What came of it, and what was written: undone before it is told."""
    before = set(PartyPost.objects.values_list("id", flat=True))
    with transaction.atomic():
        try:
            with transaction.atomic():
                path(row, town, who)
            said = "taken in"
        except Refusal as refused:
            said = (
                f"{refused.details['field']}: {refused.code}" if "field" in refused.details else refused.code
            )
        written = [
            (post.account.username, post.account.name, post.party_id, post.duty, post.place_id, post.grid_id, post.starts_on, post.ends_on)
            for post in PartyPost.objects.exclude(id__in=before).select_related("account")
        ]  # fmt: skip
        transaction.set_rollback(True)
    return said, [*written, Account.objects.count()]


@pytest.mark.parametrize("what", ROWS)
def test_by_hand_and_by_sheet_the_answer_is_the_same(
    what: str, changed_town: Town, admin_actor: Actor, noon: datetime
) -> None:
    row, expected = ROWS[what]
    who = {"actor": admin_actor, "at": noon}
    hand, sheet = (outcome(path, row, changed_town, who) for path in (by_hand, by_sheet))
    assert hand == sheet
    assert (hand[0], len(hand[1])) == (expected, 2 if expected == "taken in" else 1)


def test_a_party_does_not_begin_to_serve_a_cell_that_has_closed(
    changed_town: Town, admin_actor: Actor, noon: datetime
) -> None:
    ground = actions.Ground(grid_id=changed_town.closed_cell.id)
    with pytest.raises(NotFound):
        actions.serve(changed_town.team_b2, "grid_team", ground, starts_on=TODAY, actor=admin_actor, at=noon)


def test_twin_a_cell_that_is_only_looked_up_would_be_taken_by_hand(
    changed_town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = turns.places.grid
    monkeypatch.setattr(turns.places, "grid", lambda cell: replace(look(cell), closed_on=None))
    row, who = Row(grid="closed_cell"), {"actor": admin_actor, "at": noon}
    assert outcome(by_hand, row, changed_town, who)[0] == "taken in"
