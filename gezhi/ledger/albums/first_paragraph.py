"""The first paragraph of a week's brief, as somebody of the desk wrote it: kept per week and ground, the last one known by its version."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotYours, Stale
from gezhi.kernel.text import BadText, clean
from gezhi.ledger.albums.printable import refuse_persons
from gezhi.ledger.models import BriefWords
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current

LIMIT: Final = 600
KINDS: Final = (
    "subdistrict",
    "community",
)  # of places that have a brief of their own, beside the area of one's post
DESK: Final = (Duty.CLERK, Duty.OFFICER)


# ---- whose ground it is ----


def areas_of(actor: Actor) -> list[str]:
    """The grounds of this actor's posts at a desk, as paths; [] when he has none: then what passes through his party's hands."""
    return [post.path for post in actor.posts if post.duty in DESK and post.path]


def is_open_to(place: PlaceRow, areas: list[str]) -> bool:
    """Whether a brief of this place is for whoever has these areas: his area itself, and the communities that stand in it."""
    if place.path in areas:
        return True
    is_offered = place.kind in KINDS and place.closed_on is None
    return is_offered and any(paths.is_within(place.path, area) for area in areas)


def own_ground(actor: Actor) -> UUID:
    """The ground of whoever has no place: the whole office's for one who sees all of it, else his party's, in its absence his own."""
    if paths.ROOT in areas_of(actor):
        return current()
    return min(actor.parties(*DESK), default=actor.id or UUID(int=0))


def is_ground_of(ground: UUID, actor: Actor) -> bool:
    """Whether this actor may read and write about it. 1 query at most."""
    if not actor.has(*DESK):
        return False
    areas = areas_of(actor)
    if (not areas or paths.ROOT in areas) and ground == own_ground(actor):
        return True
    place = places.by_ids([ground]).get(ground) if areas else None
    return place is not None and is_open_to(place, areas)


# ---- its words ----


@transaction.atomic
def keep(
    monday: date,
    ground: UUID,
    text: str,
    *,
    names_confirmed: bool = False,
    version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """text: "" = the template says it again. ground: one of `grounds`. version: of the one that was seen, 0 before the first.

    Raises NotYours, Stale, Invalid("first_paragraph", code): too_long, hidden, …; as `refuse_persons` for what is no brief's to say.
    """
    if actor.id is None or not is_ground_of(ground, actor):
        raise NotYours(deed="brief_words")
    said = _judged(text, names_confirmed)
    rows = BriefWords.objects.select_for_update(no_key=True).filter(monday=monday, ground=ground)
    row: BriefWords | None = rows.first()
    if (row.version if row else 0) != version:
        raise Stale(version=row.version if row else 0)
    if row is None:
        row = BriefWords(id=new_id(), monday=monday, ground=ground, version=0)
    is_first = row.version == 0
    row.text, row.version, row.by_id, row.at = said, row.version + 1, actor.id, at
    try:
        with transaction.atomic():
            if is_first:
                row.save(force_insert=True)
            else:
                row.save(update_fields=["text", "version", "by_id", "at"])
    except IntegrityError:  # two began at once
        raise Stale(version=1) from None
    after = {"monday": monday.isoformat(), "ground": ground, "version": row.version}
    record(
        Deed("brief", row.id, "brief_words", after=after, words={"text": said}, is_first=is_first),
        actor=actor,
        at=at,
    )


def kept(monday: date, ground: UUID) -> tuple[str, int]:
    """The text and its version; "" and 0 as long as nobody has written any. 1 query."""
    row = BriefWords.objects.filter(monday=monday, ground=ground).values_list("text", "version").first()
    return row or ("", 0)


def _judged(text: str, names_confirmed: bool) -> str:
    try:
        said = clean(text.strip(), LIMIT)
    except BadText as bad:
        raise Invalid("first_paragraph", bad.code, **bad.details) from bad
    refuse_persons(said, "first_paragraph", names_confirmed=names_confirmed)
    return said
