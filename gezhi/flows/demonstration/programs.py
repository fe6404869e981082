"""Everybody of the cast has a program that may do whatever he may: its token stands beside his password in demo-accounts.json; beside the
administrator's stands the key of an Open311 application.
"""

from datetime import datetime, timedelta

from gezhi.flows.demonstration.people import Member
from gezhi.kernel.actor import SYSTEM, Duty
from gezhi.parties import openkeys, tokens
from gezhi.parties import queries as parties
from gezhi.parties.staff import account_by_username

DAYS = 365


def token_of(member: Member, *, at: datetime) -> str:
    """A fresh token of this person, good for everything for a year. Run inside the office's scope."""
    account = account_by_username(member.username)
    if account is None:
        raise ValueError(f"{member.username} has no account here")
    until = at + timedelta(days=DAYS)
    actor = parties.actor_of(account, at)
    return tokens.make_token("演示程序", tokens.Scope, expires_at=until, actor=actor, at=at)[1]


def keys_of(member: Member, *, at: datetime) -> dict[str, str]:
    """The key of an application that reports through Open311, with whoever keeps such keys. Run inside the office's scope."""
    account = account_by_username(member.username)
    if account is None or not parties.actor_of(account, at).has(Duty.ADMIN):
        return {}
    return {"open311_key": openkeys.make_key("演示应用", actor=SYSTEM, at=at)[1]}
