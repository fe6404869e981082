"""What a post covers, decided from its row. Pure values in, pure values out.

| the post names        | worker, manager                  | clerk, checker             | officer, admin          |
|---|---|---|---|
| a place               | that subtree                     | that subtree               | that subtree            |
| a grid cell           | that cell                        | that cell                  | that cell               |
| neither, grid team    | each cell the team serves today  | the subtree of the place of its party; | the whole jurisdiction  |
| neither, other party  | the party's own work only        | everything at the intake desk when that has no place | the whole jurisdiction |
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from gezhi.kernel.actor import Duty, Post
from gezhi.parties.kinds import PartyKind

EVERYWHERE = "/"
WIDE_DUTIES = (Duty.OFFICER, Duty.ADMIN)
DESK_DUTIES = (Duty.CLERK, Duty.CHECKER)


class PostFacts(NamedTuple):
    """One current post as stored. place_path, party_path: None when there is no such place."""

    duty: Duty
    party: UUID
    party_kind: str
    party_is_intake: bool
    place_path: str | None
    grid: UUID | None
    party_path: str | None

    @property
    def needs_team_grids(self) -> bool:
        """Whether the cells of the team decide: a worker or manager of a grid team whose post names no ground."""
        is_team = self.party_kind == PartyKind.GRID_TEAM and self.duty in (Duty.WORKER, Duty.MANAGER)
        return is_team and not self.place_path and self.grid is None


def posts_from(facts: Iterable[PostFacts], grids: Mapping[UUID, list[UUID]]) -> tuple[Post, ...]:
    """The posts of an actor, one for each piece of ground. grids: cells by grid team."""
    return tuple(post for fact in facts for post in _posts(fact, grids.get(fact.party, [])))


def _posts(fact: PostFacts, cells: list[UUID]) -> list[Post]:
    if fact.grid is not None:
        return [_post(fact, "", fact.grid)]
    if fact.place_path:
        return [_post(fact, fact.place_path)]
    if fact.needs_team_grids and cells:
        return [_post(fact, "", cell) for cell in cells]
    return [_post(fact, _path(fact))]


def _post(fact: PostFacts, path: str, grid: UUID | None = None) -> Post:
    return Post(fact.duty, fact.party, path, grid, kind=str(fact.party_kind))


def _path(fact: PostFacts) -> str:
    if fact.duty in WIDE_DUTIES:
        return EVERYWHERE
    if fact.duty in DESK_DUTIES:
        return fact.party_path or (EVERYWHERE if fact.party_is_intake else "")
    return ""
