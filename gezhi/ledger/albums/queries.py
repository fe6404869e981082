"""Read albums: whose they are, their lines, what was picked, and what could be (asked of the ledger each time)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gezhi.catalogue import queries as catalogue
from gezhi.evidence import queries as evidence
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import NotFound
from gezhi.ledger.albums.models import Album, AlbumLine, AlbumPick
from gezhi.ledger.albums.pairs import SOLVED, Pair, best_first, pairs
from gezhi.ledger.seen import seen
from gezhi.parties.days import midnight
from gezhi.places import paths
from gezhi.places import queries as places

__all__ = ["Album", "AlbumLine", "AlbumPick"]  # the rows, for those who may not know our tables
LOOKED_AT: Final = 60  # newest closings among which pairs are looked for
OFFERED: Final = 12  # pairs of a line on a page: a form has sixty fields at most


class Counted(NamedTuple):
    """A line with how many pairs were taken for it."""

    line: AlbumLine
    taken: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A pair for a line, and what was decided of it: None = nothing yet."""

    pair: Pair
    pick: AlbumPick | None


def albums(actor: Actor) -> list[Album]:
    """Those this actor keeps, newest first. 1 query."""
    return list(_kept_by(actor).filter(ended_at=None).order_by("-id"))


def album(id: UUID, *, actor: Actor) -> Album:
    """Raises NotFound, also for what another desk keeps."""
    found: Album | None = _kept_by(actor).filter(id=id, ended_at=None).first()
    if found is None:
        raise NotFound("album")
    return found


def _kept_by(actor: Actor) -> QuerySet[Album]:
    """A desk's own people; an officer of the whole office sees all."""
    rows: QuerySet[Album] = Album.objects.all()
    sees_all = any(post.duty is Duty.OFFICER and post.path == paths.ROOT for post in actor.posts)
    if actor.kind is ActorKind.SYSTEM or sees_all:
        return rows
    return rows.filter(party_id__in=actor.parties(Duty.CLERK, Duty.OFFICER))


def line_of(album: Album, line_id: UUID) -> AlbumLine:
    """Raises NotFound."""
    found: AlbumLine | None = AlbumLine.objects.filter(album=album, id=line_id).first()
    if found is None:
        raise NotFound("album_line")
    return found


def lines(album: Album) -> list[AlbumLine]:
    """In their order. 1 query."""
    return list(AlbumLine.objects.filter(album=album).order_by("position", "id"))


def counted(album: Album) -> list[Counted]:
    """In their order. 2 queries."""
    taken = AlbumPick.objects.filter(line__album=album, is_hidden=False).order_by()
    counts = dict(taken.values_list("line_id").annotate(n=Count("id")))
    return [Counted(line, counts.get(line.id, 0)) for line in lines(album)]


def picks(album: Album) -> list[AlbumPick]:
    """Those taken, by line in the order in which they are printed. 1 query."""
    rows = AlbumPick.objects.filter(line__album=album, is_hidden=False).select_related("line", "case")
    return list(rows.order_by("line__position", "line_id", "position", "id"))


def offers(album: Album, line: AlbumLine, *, actor: Actor) -> list[Offer]:
    """What was decided, in its order, then what could be taken, best first: OFFERED at most, without what is hidden. About ten queries."""
    decided = {one.case_id: one for one in AlbumPick.objects.filter(line=line)}
    taken = sorted(
        (one for one in decided.values() if not one.is_hidden), key=lambda one: (one.position, one.id)
    )
    rows = seen("", actor=actor).filter(case_id__in=[one.case_id for one in taken])
    known = {one.case_id: one for one in pairs(rows)}
    found = [Offer(known[one.case_id], one) for one in taken if one.case_id in known]
    fresh = [one for one in proposed(album, line, actor=actor) if one.case_id not in decided]
    return (found + [Offer(one, None) for one in fresh])[:OFFERED]


def hidden(line: AlbumLine) -> int:
    """How many are not offered for it any more. 1 query."""
    return AlbumPick.objects.filter(line=line, is_hidden=True).count()


def proposed(album: Album, line: AlbumLine, *, actor: Actor) -> list[Pair]:
    """Solved cases that fit the line, with a picture of before and one of after, best first; [] for a line that is tied to nothing."""
    if not is_tied(line):
        return []
    since, until = line.since or album.since, line.until or album.until
    rows = seen(_path(line), actor=actor)
    rows = rows.filter(
        Q(pictures_said__gt=0) | Q(pictures_before__gt=0),
        pictures_after__gt=0,
        ending__in=SOLVED,
        case__complained_of=None,
        closed_at__gte=midnight(since),
        closed_at__lt=midnight(until + timedelta(days=1)),
    )
    if line.category_ids:
        rows = rows.filter(category_id__in=leaves_of(line.category_ids))
    return best_first(
        [one for one in pairs(rows.order_by("-closed_at", "-number")[:LOOKED_AT]) if one.is_whole]
    )


def is_tied(line: AlbumLine) -> bool:
    """Whether it says of what it is, or where."""
    return bool(line.category_ids or line.place_id)


def leaves_of(ids: Iterable[str]) -> list[UUID]:
    """The leaves meant by leaves and top classes; what the catalogue does not know any more is left out."""
    known = {one.id: one for one in (*catalogue.tops(), *catalogue.leaves())}
    meant = [known[id] for text in ids if (id := UUID(text)) in known]
    return [leaf.id for one in meant for leaf in ([one] if one.is_leaf else catalogue.leaves(one.id))]


def _path(line: AlbumLine) -> str:
    found = places.by_ids([line.place_id]).get(line.place_id) if line.place_id else None
    return found.path if found else ""


class Unclear(NamedTuple):
    """A picture that was taken and may not be shown (any more)."""

    number: str
    evidence_id: UUID


def clear_of(taken: Iterable[AlbumPick]) -> tuple[list[AlbumPick], list[Unclear]]:
    """Those whose pictures everybody may see, and the pictures of the others. 1 query."""
    rows = list(taken)
    known = evidence.by_ids(id for one in rows for id in (one.before_id, one.after_id))
    good = {id for id, row in known.items() if row.public_at is not None and row.is_served}
    unclear = [
        Unclear(one.case.number, id) for one in rows for id in (one.before_id, one.after_id) if id not in good
    ]
    return [one for one in rows if {one.before_id, one.after_id} <= good], unclear


def still_holds(album: Album) -> bool:
    """Whether the kept file shows only what everybody may see now, covered as it is now. 1 query."""
    return are_shown((UUID(id), mark) for id, mark in album.holds)


def are_shown(pictures: Iterable[tuple[UUID, str]]) -> bool:
    """Whether everybody may see all of these (picture, mark) now, covered as it was when it was printed. 1 query."""
    held = set(pictures)
    known = evidence.by_ids(id for id, _mark in held)
    return all(
        id in known and known[id].public_at is not None and known[id].mark == mark for id, mark in held
    )


def may_be_kept(album: Album) -> bool:
    """Whether its file is one that somebody may take away. 1 query."""
    return album.ended_at is None and album.file_at is not None and still_holds(album)


def was_withdrawn(album: Album) -> bool:
    """Whether its file went because of a picture in it, and nobody asked for another since."""
    return bool(album.holds) and album.file_at is None and album.asked_at is None


def of_files(ids: Iterable[UUID]) -> list[Album]:
    """Albums of these ids, ended ones too, for whoever keeps the files. 1 query."""
    return list(Album.objects.filter(id__in=list(ids)).order_by("id"))


def period(album: Album, line: AlbumLine) -> tuple[date, date]:
    """Of closing, both days included."""
    return line.since or album.since, line.until or album.until


def is_being_made(album: Album) -> bool:
    return album.asked_at is not None and not album.is_lost and not _is_done(album.asked_at, album.file_at)


def _is_done(asked_at: datetime, file_at: datetime | None) -> bool:
    return file_at is not None and file_at >= asked_at
