"""Who does a deed: a person with posts, a reporter with a code, or the office's own clockwork."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    ACCOUNT = "account"
    REPORTER = "reporter"
    SYSTEM = "system"
    VISITOR = "visitor"
    LINK = "link"  # whoever opened a party's task link


class Duty(StrEnum):
    """What a post is for. A post is a person in one duty at a party or place for a period."""

    WORKER = "worker"  # 网格员, 物业维修, 执法队员: goes there and does it
    MANAGER = "manager"  # leads a party: hands its work out, returns it
    CLERK = "clerk"  # the community's or subdistrict's desk: accepts, dispatches, calls back
    CHECKER = "checker"  # verifies on site what others handled
    OFFICER = "officer"  # the subdistrict's officer: approves, end of the ladder
    ADMIN = "admin"  # keeps accounts, posts, categories and places


@dataclass(frozen=True, slots=True)
class Post:
    """One current post of an account, as values: duty, the party served, and the area it covers.

    path: the place subtree covered ("" = the party's work only, "/" = the whole jurisdiction).
    grid: one grid cell covered, or None. kind: what the party is (property, agency, …); "" = not looked up.
    """

    duty: Duty
    party: UUID | None = None
    path: str = ""
    grid: UUID | None = None
    kind: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Actor:
    """The doer of one deed. `id` is the account's, the report's or the link's id; the system and visitors have none."""

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    posts: tuple[Post, ...] = ()

    def parties(self, *duties: Duty) -> frozenset[UUID]:
        """Parties this actor serves in one of these duties (in any duty when none is named)."""
        return frozenset(
            post.party for post in self.posts if post.party and (not duties or post.duty in duties)
        )

    def has(self, *duties: Duty) -> bool:
        """Whether one of the actor's posts carries one of these duties."""
        return any(post.duty in duties for post in self.posts)


SYSTEM = Actor(ActorKind.SYSTEM)
VISITOR = Actor(ActorKind.VISITOR)


def reporter(report_id: UUID) -> Actor:
    """The person who holds the tracking code of this report. No name: nobody asks for one."""
    return Actor(ActorKind.REPORTER, id=report_id)


def link(link_id: UUID, name: str) -> Actor:
    """Whoever opened a task link, named as the party it was made for. Without posts: what asks for posts gives him nothing."""
    return Actor(ActorKind.LINK, id=link_id, name=name)
