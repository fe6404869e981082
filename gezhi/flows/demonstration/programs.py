"""Everybody of the cast has a program that may do whatever he may: its token stands beside his password in demo-accounts.json."""

from datetime import datetime, timedelta

from gezhi.flows.demonstration.people import Member
from gezhi.parties import queries as parties
from gezhi.parties import tokens
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
