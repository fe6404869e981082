"""Steps about cases: who is logged in, which cases there are, and a hundred thousand more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.parties import queries as parties
from gezhi.parties.models import Account
from gezhi.places import queries as places

OPEN_ONE_IN = 10
BATCH = 2000


def log_in(username: str) -> dict[str, str]:
    """The cookie of somebody who has logged in; logging in itself is not measured."""
    account = Account.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "gezhi.parties.login.PostBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}


def cases_in(state: str, count: str) -> list[tuple[str, str]]:
    """(number, place) of the newest cases in this state."""
    rows = Case.objects.filter(state=state).order_by("-received_at", "-id")
    return [(number, str(place)) for number, place in rows.values_list("number", "place_id")[: int(count)]]


def fill_cases(size: str) -> int:
    """Rows of cases in bulk until there are so many: all over the town, one in ten open, the rest declined."""
    have = Case.objects.count()
    made = _made(datetime.now(UTC), have)
    for first in range(have, int(size), BATCH):
        Case.objects.bulk_create(list(islice(made, min(BATCH, int(size) - first))))
    return Case.objects.count()


def _made(now: datetime, first: int) -> Iterator[Case]:
    homes = cycle(places.subtree("/").filter(kind__in=("stairwell", "building")).order_by("code"))
    leaves = cycle([leaf for leaf in catalogue.leaves() if not leaf.refer_out])
    desks: dict[str, UUID] = {}
    number = first
    while True:
        number += 1
        home, leaf, received = next(homes), next(leaves), now - timedelta(minutes=number * 5)
        if home.path not in desks:
            desks[home.path] = parties.desk_of(home.path, now)
        desk = desks[home.path]
        is_open = number % OPEN_ONE_IN == 0
        due = now + timedelta(minutes=number % 20_000 - 2_000)
        ended = {"closed_at": received + timedelta(days=2), "ending": "declined", "ending_reason": "不在辖区"}
        yield Case(
            number=f"371072-2025-{number:07d}", state="opened" if is_open else "closed", channel="qr",
            title=f"第 {number} 件：二楼转角的玻璃碎了", place_id=home.id, place_path=home.path, grid_id=home.grid_id,
            category_id=leaf.id, condition_id=catalogue.default_condition(leaf.id).id, desk_id=desk, lead_id=desk,
            received_at=received, entered_at=received, due_at=due if is_open else None, **({} if is_open else ended),
        )  # fmt: skip


def reopen_all() -> int:
    """Every case open: the worst an office can come to."""
    now = datetime.now(UTC)
    closed = Case.objects.filter(state="closed", ending="declined")
    return int(closed.update(state="opened", closed_at=None, ending="", ending_reason="", due_at=now))
