"""Who is who in WeCom: an administrator says which of its users an account is. Nobody gets an account by writing or logging in from there.

Journalled under the account; the userid stands in the erasable words, for offices often make it of a person's name.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import policy
from gezhi.parties.days import holds_on, local_day
from gezhi.parties.login import may_enter
from gezhi.parties.models import Account, PartyPost, WecomUser
from gezhi.parties.turns import take_turn
from gezhi.tenancy.current import current

MOST_SIGNS: Final = 64
_USERID = re.compile(r"[0-9a-z][0-9a-z_.@-]{0,63}")


@transaction.atomic
def link(account_id: UUID, userid: str, *, actor: Actor, at: datetime) -> None:
    """This account is that user from now on; "" ends what was. The same again changes nothing.

    Raises NotYours, NotFound, Invalid("userid"): not_a_userid, taken.
    """
    policy.keeps_accounts(actor)
    take_turn()
    wanted = _userid(userid) if userid.strip() else ""
    account = Account.objects.filter(id=account_id, home_id=current()).first()
    if account is None:
        raise NotFound("account")
    before: WecomUser | None = WecomUser.objects.filter(account=account, ended_at=None).first()
    if wanted == (before.userid if before else ""):
        return
    if wanted and WecomUser.objects.filter(userid=wanted, ended_at=None).exists():
        raise Invalid("userid", "taken")
    WecomUser.objects.filter(account=account, ended_at=None).update(ended_at=at)
    if wanted:
        WecomUser.objects.create(account=account, userid=wanted, linked_at=at)
    event, words = ("link_wecom", {"userid": wanted}) if wanted else ("unlink_wecom", {})
    record(Deed("account", account.id, event, words=words), actor=actor, at=at)


def account_of(userid: str, *, at: datetime) -> Account | None:
    """Whose user this is, if he has work here today; None for every reason alike. 2 queries."""
    rows = WecomUser.objects.filter(userid=userid.strip().lower(), ended_at=None).select_related("account")
    found: WecomUser | None = rows.first()
    return found.account if found and may_enter(found.account, at) else None


def userid_of(account_id: UUID) -> str:
    """The user that an account is; "" for none. 1 query."""
    rows = WecomUser.objects.filter(account_id=account_id, ended_at=None)
    return rows.values_list("userid", flat=True).first() or ""


def parties_reached(party_ids: Iterable[UUID], *, at: datetime) -> set[UUID]:
    """Which of these parties have somebody at work today who is a user of WeCom. 1 query."""
    return set(_linked(at).filter(party_id__in=set(party_ids)).values_list("party_id", flat=True))


def userids_of(party_id: UUID, *, at: datetime, only: UUID | None = None) -> list[str]:
    """The users of those at work for a party today, or of one of them; sorted. 2 queries."""
    rows = _linked(at).filter(party_id=party_id)
    people = set(
        (rows if only is None else rows.filter(account_id=only)).values_list("account_id", flat=True)
    )
    found = WecomUser.objects.filter(account_id__in=people, ended_at=None)
    return sorted(found.values_list("userid", flat=True))


def _linked(at: datetime) -> QuerySet[PartyPost]:
    living = WecomUser.objects.filter(ended_at=None).values("account_id")
    rows: QuerySet[PartyPost] = PartyPost.objects.filter(
        holds_on(local_day(at)), account__is_active=True, account_id__in=living
    )
    return rows


def _userid(text: str) -> str:
    found = text.strip().lower()
    if not _USERID.fullmatch(found):
        raise Invalid("userid", "not_a_userid")
    return found
