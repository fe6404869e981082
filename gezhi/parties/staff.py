"""Accounts, posts and passwords. Journalled under the account or the post; names of persons only as erasable words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import codes, names, policy, tokens
from gezhi.parties.days import Period, holds_on, local_day, meets
from gezhi.parties.models import Account, Party, PartyPost, ResetCode
from gezhi.parties.turns import ends_already, refuse_unknown, take_turn
from gezhi.tenancy.current import current


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to give. place_id or grid_id says the area (queries.actor_of); ends_on = the first day it no longer holds."""

    party_id: UUID
    duty: Duty
    starts_on: date
    ends_on: date | None = None
    place_id: UUID | None = None
    grid_id: UUID | None = None


class Slip(NamedTuple):
    """What a new colleague is handed once: the code is stored nowhere in clear."""

    account_id: UUID
    username: str
    name: str
    code: str
    expires_at: datetime


@transaction.atomic
def add_account(
    username: str,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    password: str | None = None,
    must_change_password: bool = True,
) -> UUID:
    """An account of the jurisdiction in force; returns its id. Without a password only a one-time code opens it.

    Raises Invalid: username (bad_username, taken, looks_like), name (empty, hidden, looks_like: somebody active has the same
    name or one that looks the same, so a mark such as 王伟（悦海） is asked for), password (weak).
    """
    policy.keeps_accounts(actor)
    take_turn()
    account = new_account(username, name, at)
    _refuse_lookalikes(account)
    account.must_change_password = must_change_password
    if password is None:
        account.set_unusable_password()
    else:
        _set_password(account, password)
    account.save(force_insert=True)
    record(added(account), actor=actor, at=at)
    return account.id


def new_account(username: str, name: str, at: datetime) -> Account:
    """An unsaved account of the jurisdiction in force, names judged. Raises Invalid as add_account, save for taken, looks_like."""
    account = Account(username=names.username(username), name=names.name(name), home_id=current(), made_at=at)
    account.username_key = names.look(account.username, "username")
    account.name_key = names.look(account.name, "name")
    return account


def added(account: Account) -> Deed:
    """What the journal says of a new account."""
    words = {"username": account.username, "name": account.name}
    return Deed("account", account.id, "add_account", words=words, is_first=True)


def account_by_username(username: str) -> Account | None:
    """The account of this jurisdiction with this user name as typed, or None. 1 query."""
    return Account.objects.filter(username=names.as_typed(username), home_id=current()).first()


@transaction.atomic
def appoint(account_id: UUID, post: NewPost, *, actor: Actor, at: datetime) -> UUID:
    """Give somebody a post; returns its id. Raises Invalid (ground, ends_on, party closed, period overlaps), NotFound.

    hiring.plan judges many posts by the same rules, and in the same turn: neither gives a post beside one of the other.
    """
    policy.keeps_accounts(actor)
    take_turn()
    account = _held(account_id)
    row = new_post(account.id, post)
    _refuse_closed(post.party_id)
    refuse_unknown(post.place_id, post.grid_id)
    same = PartyPost.objects.filter(
        account=account.id, party=post.party_id, duty=post.duty, place=post.place_id, grid=post.grid_id
    )
    if same.filter(meets(Period(post.starts_on, post.ends_on))).exists():
        raise Invalid("period", "overlaps")
    row.save(force_insert=True)
    record(appointed(row), actor=actor, at=at)
    return row.id


def new_post(account_id: UUID, post: NewPost) -> PartyPost:
    """An unsaved post, judged by itself. Raises Invalid: ground (one of place and grid), ends_on (not after the start)."""
    if post.place_id is not None and post.grid_id is not None:
        raise Invalid("ground", "one_of_place_and_grid")
    if post.ends_on is not None and post.ends_on <= post.starts_on:
        raise Invalid("ends_on", "not_after_start")
    return PartyPost(
        account_id=account_id,
        party_id=post.party_id,
        duty=post.duty.value,
        place_id=post.place_id,
        grid_id=post.grid_id,
        starts_on=post.starts_on,
        ends_on=post.ends_on,
    )


def appointed(post: PartyPost) -> Deed:
    """What the journal says of a new post."""
    after = {
        "account": post.account_id,
        "party": post.party_id,
        "duty": post.duty,
        "place": post.place_id,
        "grid": post.grid_id,
        "starts_on": post.starts_on.isoformat(),
        "ends_on": post.ends_on and post.ends_on.isoformat(),
    }
    return Deed("post", post.id, "appoint", after=after, is_first=True)


@transaction.atomic
def end_post(post_id: UUID, *, ends_on: date, actor: Actor, at: datetime) -> PartyPost:
    """`ends_on` is the first day without the post; the log-in ends with the last post. Only ever sooner.

    Raises Invalid("ends_on", before_start | only_sooner), Invalid("post", "last_administrator"), NotFound.
    """
    policy.keeps_accounts(actor)
    take_turn()
    post: PartyPost | None = PartyPost.objects.select_for_update(no_key=True).filter(id=post_id).first()
    if post is None:
        raise NotFound(post=str(post_id))
    if ends_already(ends_on, post.starts_on, post.ends_on):
        return post
    if post.duty == Duty.ADMIN and not _administrators(at).exclude(id=post.id).exists():
        raise Invalid("post", "last_administrator")
    before = {"ends_on": post.ends_on and post.ends_on.isoformat()}
    post.ends_on = ends_on
    post.save(update_fields=["ends_on"])
    deed = Deed("post", post.id, "end_post", before, {"ends_on": ends_on.isoformat()})
    record(deed, actor=actor, at=at)
    return post


@transaction.atomic
def switch_account(account_id: UUID, *, is_active: bool, actor: Actor, at: datetime) -> Account:
    """Switch an account off (at once, whatever posts it has) or on again. Raises Invalid("account", "last_administrator")."""
    policy.keeps_accounts(actor)
    take_turn()
    account = _held(account_id)
    if account.is_active == is_active:
        return account
    if not is_active and not _administrators(at).exclude(account=account.id).exists():
        raise Invalid("account", "last_administrator")
    if is_active:
        _refuse_lookalikes(account)
    account.is_active = is_active
    account.save(update_fields=["is_active"])
    if not is_active:
        tokens.end_all(account.id, actor=actor, at=at)
    deed = Deed(
        "account", account.id, "switch_account", {"is_active": not is_active}, {"is_active": is_active}
    )
    record(deed, actor=actor, at=at)
    return account


# ---- passwords ----


@transaction.atomic
def reset_password(account_id: UUID, *, actor: Actor, at: datetime) -> str:
    """A one-time code, shown once and good for 30 minutes. The old password, every session and every token end now.

    Raises NotYours, NotFound.
    """
    account = _held(account_id)
    later = holds_on(local_day(at)) | meets(Period(local_day(at)))
    posts = PartyPost.objects.filter(later, account=account.id)
    policy.resets(actor, starmap(policy.Held, posts.values_list("duty", "party_id", "party__parent_id")))
    tokens.end_all(account.id, actor=actor, at=at)
    return _new_code(account, "reset_password", codes.RESET_LIFE, actor, at)


@transaction.atomic
def open_account(username: str, name: str, *, actor: Actor, at: datetime) -> Slip:
    """An account with the code that opens it: both or neither. Raises as add_account."""
    return slip_code(add_account(username, name, actor=actor, at=at), actor=actor, at=at)


@transaction.atomic
def slip_code(account_id: UUID, *, actor: Actor, at: datetime) -> Slip:
    """The code of a printed slip for a new account, good for 14 days."""
    policy.keeps_accounts(actor)
    account = _held(account_id)
    code = _new_code(account, "slip_code", codes.SLIP_LIFE, actor, at)
    return Slip(account.id, account.username, account.name, code, at + codes.SLIP_LIFE)


def use_reset_code(username: str, code: str, new_password: str, *, at: datetime) -> UUID:
    """Choose a new password with a one-time code; returns the account's id. codes.MOST_WRONG_TRIES void the code.

    Raises Invalid("code", "not_valid") for wrong, expired, voided and unknown alike; Invalid("password", "weak") leaves the code good.
    """
    account_id = _try_code(username, code, new_password, at)
    if account_id is None:
        raise Invalid("code", "not_valid")
    return account_id


@transaction.atomic(durable=True)  # a wrong try counts although it is refused: refused after the commit
def _try_code(username: str, code: str, new_password: str, at: datetime) -> UUID | None:
    account = account_by_username(username)
    rows = ResetCode.objects.select_for_update(no_key=True).filter(account=account.id if account else None)
    kept: ResetCode | None = rows.filter(expires_at__gt=at).first()
    if account is None or kept is None or not account.is_active:
        return None
    if not codes.matches(kept.digest, account.id, code):
        kept.wrong_tries += 1
        if kept.wrong_tries < codes.MOST_WRONG_TRIES:
            kept.save(update_fields=["wrong_tries"])
        else:
            _forget_codes(account)
        return None
    _choose(account, new_password, "use_reset_code", at)
    _forget_codes(account)
    return account.id


@transaction.atomic
def choose_password(old: str, new: str, *, actor: Actor, at: datetime) -> Account:
    """Somebody changes his own password. Raises Invalid("old_password", "wrong"), Invalid("password", "weak"), NotYours."""
    if actor.kind is not ActorKind.ACCOUNT or actor.id is None:
        raise NotYours(deed="choose_password")
    account = _held(actor.id)
    if not account.check_password(old):
        raise Invalid("old_password", "wrong")
    return _choose(account, new, "choose_password", at)


def _choose(account: Account, password: str, event: str, at: datetime) -> Account:
    _set_password(account, password)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    himself = Actor(ActorKind.ACCOUNT, account.id, account.name)
    record(Deed("account", account.id, event), actor=himself, at=at)
    return account


def _new_code(account: Account, event: str, life: timedelta, actor: Actor, at: datetime) -> str:
    code = codes.new_code()
    _forget_codes(account)
    ResetCode.objects.create(account=account, digest=codes.digest(account.id, code), expires_at=at + life)
    account.set_unusable_password()
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    record(Deed("account", account.id, event, after={"expires_at": at + life}), actor=actor, at=at)
    return code


def _forget_codes(account: Account) -> None:
    ResetCode.objects.filter(account=account.id).delete()


def _set_password(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as weak:
        raise Invalid("password", "weak", why=[str(one.code) for one in weak.error_list]) from weak
    account.set_password(password)


# ---- shared ----


def _held(account_id: UUID) -> Account:
    rows = Account.objects.select_for_update(no_key=True)
    account = rows.filter(id=account_id, home_id=current()).first()
    if account is None:
        raise NotFound(account=str(account_id))
    return account


def _administrators(at: datetime) -> QuerySet[PartyPost]:
    """Posts of administrators that hold today without an end, of accounts that are switched on."""
    rows: QuerySet[PartyPost] = PartyPost.objects.filter(
        holds_on(local_day(at)), duty=Duty.ADMIN, ends_on=None, account__is_active=True
    )
    return rows


def _refuse_lookalikes(account: Account) -> None:
    others = Account.objects.exclude(id=account.id)
    for other in others.filter(username_key=account.username_key):
        raise Invalid("username", "taken" if other.username == account.username else "looks_like")
    if others.filter(home_id=account.home_id, name_key=account.name_key, is_active=True).exists():
        raise Invalid("name", "looks_like")


def _refuse_closed(party_id: UUID) -> None:
    party = Party.objects.filter(id=party_id).first()
    if party is None:
        raise NotFound(party=str(party_id))
    if party.closed_on is not None:
        raise Invalid("party", "closed")
