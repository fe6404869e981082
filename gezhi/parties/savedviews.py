"""Lists of cases that people keep under a name: their own, or their party's, for all who work there. What a filter says is not known here.

kept → shared with a party, or taken back → dropped; each deed is journalled under "view". A party's view is changed by whoever made it and still
works there, by the party's manager or officer, and by administrators.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import names
from gezhi.parties.actions import hold
from gezhi.parties.models import Account, ColumnChoice, View
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.prepared import Prepared

MOST = 12  # of a person, and of a party
MOST_SIGNS = 30  # of a name
MOST_QUERY = 1000
NOBODY = UUID(int=0)  # nobody's id, and no party's


class ViewRow(NamedTuple):
    """A view as values. party_id: whose it is, None for the person's own."""

    id: UUID
    name: str
    query: str
    columns: tuple[str, ...]
    party_id: UUID | None
    made_by_id: UUID


_FIELDS = ("id", "name", "query", "columns", "party_id", "made_by_id")


def seen_by(actor: Actor) -> list[ViewRow]:
    """His parties' views, then his own, each in the order they were put into. 1 query."""
    me = actor.id or NOBODY
    return [_row(values) for values in _SEEN_BY.rows(me, tuple(actor.parties()) or (NOBODY,))]


def one(view_id: UUID, *, actor: Actor) -> ViewRow:
    """A view that he sees. 1 query. Raises NotFound."""
    found = _seen_by(actor).filter(id=view_id).values_list(*_FIELDS).first()
    if found is None:
        raise NotFound("view")
    return _row(found)


def is_gone(view_id: UUID) -> bool:
    """Whether nobody sees it any more; False for one that only others see. 1 query."""
    return not View.objects.filter(id=view_id, dropped_at=None).exists()


def may_change(view: ViewRow, actor: Actor) -> bool:
    """Whether he may change it for all who see it. No query."""
    if view.party_id is None or actor.has(Duty.ADMIN):
        return True
    return view.made_by_id == actor.id or view.party_id in actor.parties(Duty.MANAGER, Duty.OFFICER)


@transaction.atomic
def keep(
    name: str,
    query: str,
    *,
    columns: Sequence[str] = (),
    party: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> UUID:
    """A view more: his own, or his party's. The same name and filter a second time is the view that is there.

    Raises NotYours (another's party), Invalid("name"): empty, hidden, too_long, view_taken, too_many_views; Invalid("query", "too_long").
    """
    said = names.name(name, limit=MOST_SIGNS)
    others = _held(party, actor)
    if (known := others.filter(name=said).first()) is not None and known.query == query:
        return UUID(str(known.id))
    _fits(others, said, query)
    if others.count() >= MOST:
        raise Invalid("name", "too_many_views", limit=MOST)
    made = View(
        id=new_id(),
        name=said,
        query=query,
        columns=",".join(columns),
        made_by_id=_account(actor),
        place=_next_place(others),
        made_at=at,
        **_owner(party, actor),
    )
    made.save(force_insert=True)
    _record(made, "keep", actor, at, after={"columns": made.columns, "party": party}, query=query)
    return UUID(str(made.id))


@transaction.atomic
def amend(
    view_id: UUID,
    *,
    name: str,
    party: UUID | None,
    query: str | None = None,
    columns: Sequence[str] | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Another name, another owner (a party of his, or himself), another filter or other columns; None leaves as it is. Raises as `keep`, NotFound."""
    said = names.name(name, limit=MOST_SIGNS)
    view = _changed(view_id, actor)
    before = {"columns": view.columns, "party": view.party_id}
    wanted = (said, party, query or view.query, view.columns if columns is None else ",".join(columns))
    if wanted == (view.name, view.party_id, view.query, view.columns):
        return  # the same form a second time
    others = _held(party, actor).exclude(id=view.id)
    _fits(others, said, query or "")
    if view.party_id != party:
        if others.count() >= MOST:
            raise Invalid("name", "too_many_views", limit=MOST)
        view.place = _next_place(others)
    for field, value in _owner(party, actor).items():
        setattr(view, field, value)
    view.name = said
    view.query = view.query if query is None else query
    view.columns = view.columns if columns is None else ",".join(columns)
    view.save(update_fields=["name", "query", "columns", "account", "party", "place"])
    after = {"columns": view.columns, "party": party}
    _record(view, "amend", actor, at, before=before, after=after, query=view.query)


@transaction.atomic
def move(view_id: UUID, *, earlier: bool, actor: Actor, at: datetime) -> None:
    """One place earlier or later among those of its owner; at the end nothing changes. Raises NotFound, NotYours."""
    view = _changed(view_id, actor)
    rows = list(_of_owner(view.party_id, view.account_id).order_by("place", "id"))
    here = next(place for place, row in enumerate(rows) if row.id == view.id)
    there = here + (-1 if earlier else 1)
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for place, row in enumerate(rows):
        row.place = place
    View.objects.bulk_update(rows, ["place"])
    _record(view, "move", actor, at, before={"place": here}, after={"place": there})


@transaction.atomic
def drop(view_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Nobody sees it any more. Raises NotFound, NotYours."""
    view = _changed(view_id, actor)
    view.dropped_at = at
    view.save(update_fields=["dropped_at"])
    _record(view, "drop", actor, at)


@transaction.atomic
def restore(view_id: UUID, *, actor: Actor, at: datetime) -> None:
    """What was dropped is there again, as the last of its owner's. Raises NotFound, NotYours, Invalid("name"): view_taken, too_many_views."""
    view: View | None = View.objects.filter(id=view_id).exclude(dropped_at=None).first()
    if view is None or not _is_seen(view, actor):
        raise NotFound("view")
    if not may_change(_row([getattr(view, name) for name in _FIELDS]), actor):
        raise NotYours(deed="change_view")
    others = _held(view.party_id, actor)
    _fits(others, view.name, view.query)
    if others.count() >= MOST:
        raise Invalid("name", "too_many_views", limit=MOST)
    view.place, view.dropped_at = _next_place(others), None
    view.save(update_fields=["place", "dropped_at"])
    _record(view, "restore", actor, at)


def columns_of(actor: Actor, view: UUID | None) -> tuple[str, ...]:
    """Which columns he wants in a list, () where he never said. 1 query."""
    found = _COLUMNS_OF.rows(actor.id or NOBODY, view.hex if view else "")
    return _codes(found[0][0] if found else "")


def choose_columns(actor: Actor, view: UUID | None, columns: Sequence[str]) -> None:
    """From now on he sees these columns in that list; () for the usual ones. Nobody else does, so no journal holds it. 1 query where he sees them already."""
    said, of = ",".join(columns), view.hex if view else ""
    if columns_of(actor, view) != tuple(columns):
        ColumnChoice.objects.update_or_create(account_id=actor.id, of=of, defaults={"columns": said})


_COLUMNS_OF = Prepared(
    lambda account, of: ColumnChoice.objects.filter(account=account, of=of).values_list("columns")[:1]
)


def _seen_by(actor: Actor) -> QuerySet[View]:
    return _of(actor.id or NOBODY, tuple(actor.parties()))


def _of(account: UUID, those: tuple[UUID, ...]) -> QuerySet[View]:
    """Views of a person and of his parties."""
    rows: QuerySet[View] = View.objects.filter(Q(account=account) | Q(party__in=those), dropped_at=None)
    return rows


_SEEN_BY = Prepared(
    lambda account, those: (
        _of(account, those).order_by(F("party").asc(nulls_last=True), "place", "id").values_list(*_FIELDS)
    )
)


def _is_seen(view: View, actor: Actor) -> bool:
    return view.account_id == actor.id or view.party_id in actor.parties()


def _changed(view_id: UUID, actor: Actor) -> View:
    """The view, locked by its owner's row. Raises NotFound, NotYours."""
    row = one(view_id, actor=actor)
    if not may_change(row, actor):
        raise NotYours(deed="change_view")
    _held(row.party_id, actor)
    found: View | None = (
        View.objects.select_for_update(no_key=True).filter(id=view_id, dropped_at=None).first()
    )
    if found is None:
        raise NotFound("view")
    return found


def _held(party: UUID | None, actor: Actor) -> QuerySet[View]:
    """All views of an owner, whose row is locked, so that two forms are judged one after the other. Raises NotYours."""
    if party is None:
        Account.objects.select_for_update(no_key=True).get(id=_account(actor))
    elif party in actor.parties():
        hold(party)
    else:
        raise NotYours(deed="keep_view")
    return _of_owner(party, actor.id)


def _of_owner(party: UUID | None, account: UUID | None) -> QuerySet[View]:
    owner = {"party": party} if party else {"account": account}
    rows: QuerySet[View] = View.objects.filter(**owner, dropped_at=None)
    return rows


def _account(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotYours(deed="keep_view")
    return actor.id


def _owner(party: UUID | None, actor: Actor) -> dict[str, UUID | None]:
    return {"account_id": None if party else actor.id, "party_id": party}


def _fits(others: QuerySet[View], name: str, query: str) -> None:
    if others.filter(name=name).exists():
        raise Invalid("name", "view_taken")
    if len(query) > MOST_QUERY:
        raise Invalid("query", "too_long")


def _next_place(others: QuerySet[View]) -> int:
    last = others.order_by("-place").values_list("place", flat=True).first()
    return 0 if last is None else int(last) + 1


def _record(
    view: View,
    event: str,
    actor: Actor,
    at: datetime,
    *,
    query: str = "",
    before: Mapping[str, Any] = {},
    after: Mapping[str, Any] = {},
) -> None:
    """Names and filters are free text: they stand in the words."""
    words = {"name": view.name, "filter": query} if query else {"name": view.name}
    record(Deed("view", view.id, event, before, after, words), actor=actor, at=at)


def _row(values: Iterable[Any]) -> ViewRow:
    row = ViewRow(*values)
    return row._replace(columns=_codes(str(row.columns)))


def _codes(columns: str) -> tuple[str, ...]:
    return tuple(filter(None, columns.split(",")))
