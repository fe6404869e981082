"""Who is accountable where, and who is who. Reads only; days are local days of the jurisdiction in force."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import NotFound
from gezhi.parties.days import holds_on, local_day
from gezhi.parties.kinds import ServiceKind
from gezhi.parties.models import Account, Party, PartyPost, Service
from gezhi.parties.sight import WIDE_DUTIES, PostFacts, posts_from
from gezhi.places import paths
from gezhi.tenancy.prepared import Prepared

MOST_AT_ONCE = 500  # spots of one statement


class PartyRow(NamedTuple):
    """A party as values."""

    id: UUID
    kind: str
    name: str
    code: str
    standing_phone: str
    calendar: str
    parent_id: UUID | None
    place_id: UUID | None
    is_intake: bool
    closed_on: date | None


class ServiceRow(NamedTuple):
    """One period of service. ends_on: the first day it no longer holds, None = open end."""

    id: UUID
    party_id: UUID
    kind: str
    place_id: UUID | None
    grid_id: UUID | None
    starts_on: date
    ends_on: date | None


class PersonRow(NamedTuple):
    """A person in one duty at a party."""

    account_id: UUID
    name: str
    duty: str
    party_id: UUID
    post_id: UUID


class PostRow(NamedTuple):
    """One post as stored. ends_on: the first day it no longer holds, None = open end."""

    id: UUID
    account_id: UUID
    party_id: UUID
    duty: str
    place_id: UUID | None
    grid_id: UUID | None
    starts_on: date
    ends_on: date | None


# ---- parties ----


def party(id: UUID) -> PartyRow:
    """One party, closed or not. 1 query. Raises NotFound."""
    found = _PARTY.rows(id)
    if not found:
        raise NotFound(party=str(id))
    return PartyRow(*found[0])


def parties(kind: str | None = None, *, with_closed: bool = False) -> list[PartyRow]:
    """The open parties (of one kind), by code; on wish the closed ones too. 1 query."""
    if kind is None and not with_closed:
        return [PartyRow(*values) for values in _OPEN.rows()]
    rows = Party.objects.order_by("code")
    rows = rows if with_closed else rows.filter(closed_on=None)
    return _rows(rows if kind is None else rows.filter(kind=kind))


def open_names() -> list[tuple[UUID, str]]:
    """(id, name) of the open parties, by code: for a list to choose from. 1 query."""
    return [(id, name) for id, name in _OPEN_NAMES.rows()]


def parties_by_ids(ids: Iterable[UUID]) -> dict[UUID, PartyRow]:
    """Parties by id, closed ones too; unknown ids are absent. 1 query."""
    wanted = tuple(set(ids))
    return {row[0]: PartyRow(*row) for row in _BY_IDS.rows(wanted)} if wanted else {}


def one_level_up(party_id: UUID) -> UUID | None:
    """The party above, None at the end of the chain. 1 query. Raises NotFound."""
    return party(party_id).parent_id


def intake_desk() -> UUID:
    """The desk that takes what nobody else does. 1 query. Raises NotFound before the office has one."""
    return _one(Party.objects.filter(is_intake=True), "intake").id


def _rows(rows: QuerySet[Party]) -> list[PartyRow]:
    return [PartyRow(*values) for values in rows.values_list(*PartyRow._fields)]


def _one(rows: QuerySet[Party], name: object) -> PartyRow:
    found = _rows(rows[:1])
    if not found:
        raise NotFound(party=str(name))
    return found[0]


# ---- who serves what ----


def desk_of(path: str, at: datetime) -> UUID:
    """The desk that answers for a place: the nearest one up its path, else the jurisdiction's intake desk. 1 query.

    path "" = the place is unknown. Raises NotFound only when the office has no intake desk at all (`check` names it).
    """
    on_path = tuple(paths.ids(path))
    nearness = {place_id: depth for depth, place_id in enumerate(on_path, start=1)}
    found = _DESKS.rows(local_day(at), on_path) if on_path else _INTAKE.rows()
    nearest = max(found, key=lambda row: nearness.get(row[1], 0), default=None)
    if nearest is None:
        raise NotFound(party="intake")
    return UUID(str(nearest[0]))


def serving(path: str, grid_id: UUID | None, kind: str, at: datetime) -> UUID | None:
    """The open party that serves this spot as `kind`: the nearest one. 1 query."""
    found = _nearest_first(path, grid_id, at, kind)
    return found[0].id if found else None


def candidates(path: str, grid_id: UUID | None, at: datetime) -> list[PartyRow]:
    """Every open party that serves this spot in any way, nearest first, then by code, each once. 1 query."""
    return _nearest_first(path, grid_id, at, None)


def answering(spots: Sequence[tuple[str, UUID | None]], at: datetime) -> list[list[PartyRow]]:
    """By spot (path, grid cell) its desk, then who else serves it, nearest first: as `desk_of` and `candidates` say. 2 queries for
    500 spots. Raises NotFound as `desk_of`.
    """
    found: list[list[PartyRow]] = []
    for begin in range(0, len(spots), MOST_AT_ONCE):
        found += _answering(spots[begin : begin + MOST_AT_ONCE], local_day(at))
    return found


def candidates_of(spots: Sequence[tuple[str, UUID | None]], at: datetime) -> list[list[PartyRow]]:
    """By spot what `candidates` says of it. 1 query for 500 spots."""
    found: list[list[PartyRow]] = []
    for begin in range(0, len(spots), MOST_AT_ONCE):
        chunk = spots[begin : begin + MOST_AT_ONCE]
        by_ground = _by_ground(chunk, local_day(at))
        found += [_ranked(_serving_here(by_ground, path, grid), path, None) for path, grid in chunk]
    return found


def _answering(spots: Sequence[tuple[str, UUID | None]], day: date) -> list[list[PartyRow]]:
    by_ground = _by_ground(spots, day)
    intake = [PartyRow(*row) for row in Party.objects.filter(is_intake=True).values_list(*PartyRow._fields)]
    found = []
    for path, grid in spots:
        here = _serving_here(by_ground, path, grid)
        of_place = [row for row in here if row[1] is not None]
        desks = _ranked(of_place, path, ServiceKind.DESK.value) or intake
        if not desks:
            raise NotFound(party="intake")
        found.append([desks[0], *(one for one in _ranked(here, path, None) if one.id != desks[0].id)])
    return found


def _by_ground(spots: Sequence[tuple[str, UUID | None]], day: date) -> dict[UUID, list[Sequence[Any]]]:
    """Who serves, by the place or grid cell that is served. 1 query."""
    on_paths = {id for path, _ in spots for id in paths.ids(path)}
    cells = {grid for _, grid in spots if grid}
    rows = _serving_any(on_paths, cells, day).values_list("grid_id", *_SERVING)
    by_ground: dict[UUID, list[Sequence[Any]]] = {}
    for grid_id, *row in rows:
        by_ground.setdefault(row[1] or grid_id, []).append(row)
    return by_ground


def _serving_here(
    by_ground: Mapping[UUID, list[Sequence[Any]]], path: str, grid: UUID | None
) -> list[Sequence[Any]]:
    grounds = (*paths.ids(path), *([grid] if grid else []))
    return [row for ground in grounds for row in by_ground.get(ground, ())]


def services(party_id: UUID) -> list[ServiceRow]:
    """What a party serves, served and will serve, oldest first. 1 query."""
    return _services(Service.objects.filter(party=party_id))


def services_of(place_id: UUID) -> list[ServiceRow]:
    """Who serves, served and will serve this very place, oldest first. 1 query."""
    return _services(Service.objects.filter(place=place_id))


def _services(rows: QuerySet[Service]) -> list[ServiceRow]:
    return [ServiceRow(*row) for row in rows.order_by("starts_on", "id").values_list(*ServiceRow._fields)]


def _serving(on_path: Sequence[UUID], grid_id: UUID | None, day: date) -> QuerySet[Service]:
    return _held(Q(place__in=on_path) | (Q(grid=grid_id) if grid_id is not None else Q()), day)


def _serving_any(places: Collection[UUID], cells: Collection[UUID], day: date) -> QuerySet[Service]:
    return _held(Q(place__in=places) | Q(grid__in=cells), day)


def _held(ground: Q, day: date) -> QuerySet[Service]:
    is_open = Q(party__closed_on=None) | Q(party__closed_on__gt=day)
    rows: QuerySet[Service] = Service.objects.filter(ground, is_open, holds_on(day))
    return rows


def _intake() -> QuerySet[Any]:
    return Party.objects.filter(is_intake=True).values_list("id", "jurisdiction_id")


def _desks(day: date, on_path: Sequence[UUID]) -> QuerySet[Any]:
    """(party, place) of the desks on a path. The intake desk rides along in the same statement, beside an id that is on no path."""
    desks = _serving(on_path, None, day).filter(kind=ServiceKind.DESK).values_list("party_id", "place_id")
    return desks.union(_intake(), all=True)


_PARTY = Prepared(lambda id: Party.objects.filter(id=id).values_list(*PartyRow._fields))
_BY_IDS = Prepared(lambda ids: Party.objects.filter(id__in=ids).values_list(*PartyRow._fields))
_OPEN_NAMES = Prepared(
    lambda: Party.objects.filter(closed_on=None).order_by("code").values_list("id", "name")
)
_OPEN = Prepared(lambda: Party.objects.filter(closed_on=None).order_by("code").values_list(*PartyRow._fields))
_INTAKE = Prepared(_intake)
_DESKS = Prepared(_desks)
_SERVING = ("kind", "place_id", *(f"party__{name}" for name in PartyRow._fields))
_AROUND = Prepared(lambda day, on_path: _serving(on_path, None, day).values_list(*_SERVING))
_AROUND_IN_GRID = Prepared(lambda day, on_path, grid: _serving(on_path, grid, day).values_list(*_SERVING))


def _nearest_first(path: str, grid_id: UUID | None, at: datetime, kind: str | None) -> list[PartyRow]:
    """A grid cell is nearer than the community it is part of, and farther than anything inside."""
    on_path = tuple(paths.ids(path))
    if not on_path and grid_id is None:
        return []
    day = local_day(at)
    rows = _AROUND.rows(day, on_path) if grid_id is None else _AROUND_IN_GRID.rows(day, on_path, grid_id)
    return _ranked(rows, path, kind)


def _ranked(rows: Iterable[Sequence[Any]], path: str, kind: str | None) -> list[PartyRow]:
    """rows: as _SERVING, of services on this path or of its grid cell. kind None: of any."""
    on_path, community = tuple(paths.ids(path)), paths.community_id(path)
    depth: dict[UUID, float] = {place_id: float(d) for d, place_id in enumerate(on_path, start=1)}
    of_grid = depth[community] + 0.5 if community else float(len(on_path)) + 0.5
    near: dict[PartyRow, float] = {}
    for served_as, place_id, *values in rows:
        if kind is None or served_as == kind:
            row = PartyRow(*values)
            near[row] = max(near.get(row, 0.0), depth[place_id] if place_id else of_grid)
    return sorted(near, key=lambda row: (-near[row], row.code))


# ---- people ----


def actor_of(account: Account, at: datetime) -> Actor:
    """Who acts: the account with its posts of today (sight.py says what each covers). 1 query, 2 for a grid team's people.

    An account that is switched off has no posts, so it may do nothing.
    """
    if not account.is_active:
        return Actor(ActorKind.ACCOUNT, account.id, account.name)
    day = local_day(at)
    facts = [PostFacts(Duty(duty), *rest) for duty, *rest in _POSTS.rows(day, account.id)]
    grids = _grids_of({fact.party for fact in facts if fact.needs_team_grids}, day)
    return Actor(ActorKind.ACCOUNT, account.id, account.name, posts_from(facts, grids))


def actor_of_account(account_id: UUID, at: datetime) -> Actor:
    """As `actor_of`, for a deed that somebody asked for earlier. Raises NotFound."""
    account = Account.objects.filter(id=account_id).first()
    if account is None:
        raise NotFound("account")
    return actor_of(account, at)


def _posts(day: date, account: UUID) -> QuerySet[Any]:
    rows = PartyPost.objects.filter(holds_on(day), account=account).order_by("id")
    return rows.values_list(
        "duty", "party_id", "party__kind", "party__is_intake", "place__path", "grid_id", "party__place__path"
    )


_POSTS = Prepared(_posts)


def _grids_of(teams: set[UUID], day: date) -> dict[UUID, list[UUID]]:
    if not teams:
        return {}
    rows = Service.objects.filter(
        holds_on(day), party__in=teams, kind=ServiceKind.GRID_TEAM, grid__isnull=False
    )
    cells: dict[UUID, list[UUID]] = {}
    for team, grid in rows.order_by("id").values_list("party_id", "grid_id"):
        cells.setdefault(team, []).append(grid)
    return cells


def people(party_id: UUID, at: datetime, *, with_switched_off: bool = False) -> list[PersonRow]:
    """Who has a post at a party that day, by name; somebody with two duties stands twice. 1 query.

    with_switched_off: for a day of the past, also those whose account was switched off since.
    """
    rows = PartyPost.objects.filter(holds_on(local_day(at))) if with_switched_off else _current_posts(at)
    return _people(rows.filter(party=party_id).order_by("account__name", "id"))


def officers(path: str, at: datetime) -> list[PersonRow]:
    """People at the end of the ladder for a place, nearest first: officers, and administrators when there is none. 1 query.

    An officer without a place covers the whole jurisdiction; path "" is covered by those alone.
    """
    covers = Q(place__isnull=True, grid__isnull=True) | Q(place__in=paths.ids(path))
    rows = _current_posts(at).filter(covers, duty__in=WIDE_DUTIES).annotate(where=F("place__path"))
    found = sorted(rows.values_list("where", *_PERSON), key=lambda row: (-len(row[0] or ""), row[3], row[5]))
    last = Duty.OFFICER if any(row[3] == Duty.OFFICER for row in found) else Duty.ADMIN
    return [PersonRow(*values) for _, *values in found if values[2] == last]


def account_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of accounts by id; unknown ids are absent. 1 query."""
    wanted = tuple(set(ids))
    return dict(_NAMES_OF.rows(wanted)) if wanted else {}


_NAMES_OF = Prepared(
    lambda ids: Account.objects.filter(id__in=ids).values_list("id", "name"), everywhere=True
)


def has_current_post(account_id: UUID, at: datetime) -> bool:
    """Whether somebody has work here today. 1 query."""
    return bool(_current_posts(at).filter(account=account_id).exists())


def parties_without_people(at: datetime) -> list[PartyRow]:
    """Open parties where nobody has a post today: only their standing phone answers. 1 query."""
    staffed = _current_posts(at).values("party_id")
    return _rows(Party.objects.filter(closed_on=None).exclude(id__in=staffed).order_by("code"))


def headcounts(at: datetime) -> dict[UUID, int]:
    """How many people have a post at each party today; parties without any are absent. 1 query."""
    rows = _current_posts(at).filter(party__isnull=False).order_by().values_list("party_id")
    return dict(rows.annotate(n=Count("account_id", distinct=True)))


_PERSON = ("account_id", "account__name", "duty", "party_id", "id")


def _current_posts(at: datetime) -> QuerySet[PartyPost]:
    rows: QuerySet[PartyPost] = PartyPost.objects.filter(holds_on(local_day(at)), account__is_active=True)
    return rows


def _people(rows: QuerySet[PartyPost]) -> list[PersonRow]:
    return [PersonRow(*values) for values in rows.values_list(*_PERSON)]


def posts(account_id: UUID | None = None) -> list[PostRow]:
    """Past, present and future posts of one account, or of all, oldest first. 1 query."""
    rows = PartyPost.objects.order_by("starts_on", "id")
    rows = rows if account_id is None else rows.filter(account=account_id)
    return [PostRow(*row) for row in rows.values_list(*PostRow._fields)]
