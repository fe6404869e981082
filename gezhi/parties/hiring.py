"""Many colleagues at once: judged in memory against everybody who is there and against one another, written in a few statements.

The rules are those of staff.add_account and staff.appoint; a test runs rows through both.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import codes, names, policy
from gezhi.parties.days import Period, local_day
from gezhi.parties.models import Account, Party, PartyPost, ResetCode
from gezhi.parties.staff import NewPost, Slip, added, appointed, new_account, new_post
from gezhi.parties.turns import take_turn
from gezhi.places import queries as places
from gezhi.tenancy.current import current


class Hire(NamedTuple):
    """A post for somebody, who may be new. starts_on None: as it stands, else from today. ends_on: the first day without it."""

    username: str
    name: str
    party_id: UUID
    duty: Duty
    place_id: UUID | None
    grid_id: UUID | None
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What rows ask for, by their index. known: what stands already. refused: what the office's rules are against."""

    accounts: dict[int, Account] = field(default_factory=dict)
    posts: dict[int, PartyPost] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    refused: dict[int, Invalid] = field(default_factory=dict)


def plan(rows: Sequence[Hire], *, actor: Actor, at: datetime) -> Plan:
    """Judge all rows, in the transaction in which they are written: 6 queries, and 1 more per 500 places. Raises NotYours, NotFound.

    A row that is refused counts for nothing with those after it.
    """
    policy.keeps_accounts(actor)
    take_turn()
    made, office = Plan(), _Office(rows, at)
    for index, row in enumerate(rows):
        try:
            account, is_new = office.account_for(row, at)
            post = office.post_for(account, row)
        except Invalid as refused:
            made.refused[index] = refused
            continue
        if post is None:
            made.known.add(index)
            continue
        made.posts[index] = post
        office.posts[account.id].append(post)
        if is_new:
            made.accounts[index] = account
            office.take_in(account)
    return made


def carry_out(plan: Plan, *, actor: Actor, at: datetime) -> dict[int, Slip]:
    """Write down all that is new; the slip of each new account by the row that brought it. 5 statements, however many rows."""
    slips, kept, deeds = {}, [], []
    for index, account in plan.accounts.items():
        code, expires_at = codes.new_code(), at + codes.SLIP_LIFE
        account.set_unusable_password()
        account.must_change_password = True
        kept.append(ResetCode(account=account, digest=codes.digest(account.id, code), expires_at=expires_at))
        deeds += [
            added(account),
            Deed("account", account.id, "slip_code", after={"expires_at": expires_at}, is_first=True),
        ]
        slips[index] = Slip(account.id, account.username, account.name, code, expires_at)
    Account.objects.bulk_create(plan.accounts.values())
    PartyPost.objects.bulk_create(plan.posts.values())
    ResetCode.objects.bulk_create(kept)
    record(*deeds, *map(appointed, plan.posts.values()), actor=actor, at=at)
    return slips


class _Office:
    """Who and what is there, and what the rows before add to it."""

    def __init__(self, rows: Sequence[Hire], at: datetime) -> None:
        self.today = local_day(at)
        self.here: dict[str, Account] = {}
        self.usernames: dict[str, str] = {}
        self.names: set[str] = set()
        keys = {_key(row.username) for row in rows}
        for account in Account.objects.filter(Q(home_id=current()) | Q(username_key__in=keys)):
            self.take_in(account)
        self.posts: dict[UUID, list[PartyPost]] = defaultdict(list)
        asked = {names.as_typed(row.username) for row in rows}
        ids = [account.id for username, account in self.here.items() if username in asked]
        for post in PartyPost.objects.filter(account__in=ids):
            self.posts[post.account_id].append(post)
        open_or_not = Party.objects.filter(id__in={row.party_id for row in rows})
        self.parties = dict(open_or_not.values_list("id", "closed_on"))
        self.places = places.by_ids({row.place_id for row in rows if row.place_id}).keys()
        self.grids = {cell.id for cell in places.grids()}

    def take_in(self, account: Account) -> None:
        """From now on this account is there. User names are everybody's, names are the office's own."""
        self.usernames[account.username_key] = account.username
        if account.home_id == current():
            self.here[account.username] = account
        if account.home_id == current() and account.is_active:
            self.names.add(account.name_key)

    def account_for(self, row: Hire, at: datetime) -> tuple[Account, bool]:
        """(the account, whether it is new). Raises Invalid."""
        account = self.here.get(names.as_typed(row.username))
        if account is not None:
            if account.name != names.name(row.name):
                raise Invalid("username", "taken")
            return account, False
        account = new_account(row.username, row.name, at)
        if other := self.usernames.get(account.username_key):
            raise Invalid("username", "taken" if other == account.username else "looks_like")
        if account.name_key in self.names:
            raise Invalid("name", "looks_like")
        return account, True

    def post_for(self, account: Account, row: Hire) -> PartyPost | None:
        """The post to give, None when it stands already. Raises Invalid, NotFound."""
        ground = (row.party_id, row.duty.value, row.place_id, row.grid_id)
        same = [
            post
            for post in self.posts[account.id]
            if (post.party_id, post.duty, post.place_id, post.grid_id) == ground
        ]
        if any(row.starts_on in (None, one.starts_on) and row.ends_on == one.ends_on for one in same):
            return None
        starts_on = row.starts_on or self.today
        wanted = NewPost(row.party_id, row.duty, starts_on, row.ends_on, row.place_id, row.grid_id)
        post = new_post(account.id, wanted)
        self._refuse_absent(wanted)
        if any(Period(starts_on, row.ends_on).meets(Period(one.starts_on, one.ends_on)) for one in same):
            raise Invalid("period", "overlaps")
        return post

    def _refuse_absent(self, post: NewPost) -> None:
        if post.party_id not in self.parties:
            raise NotFound(party=str(post.party_id))
        if self.parties[post.party_id] is not None:
            raise Invalid("party", "closed")
        if post.place_id is not None and post.place_id not in self.places:
            raise NotFound(place=str(post.place_id))
        if post.grid_id is not None and post.grid_id not in self.grids:
            raise NotFound(grid=str(post.grid_id))


def _key(username: str) -> str:
    """What the user name looks like; "" when it is none."""
    try:
        return names.look(names.username(username), "username")
    except Invalid:
        return ""
