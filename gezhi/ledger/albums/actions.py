"""Write albums: each deed is journalled under "album", locks the album's row and raises its version."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.journal.outbox import Following
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours, Stale
from gezhi.kernel.text import BadText, clean_name
from gezhi.ledger.albums import queries
from gezhi.ledger.albums.models import Album, AlbumLine, AlbumPick
from gezhi.ledger.albums.printable import refuse_persons
from gezhi.ledger.albums.standards import MOST_LINES, TEXT_LIMIT, Draft
from gezhi.parties import names
from gezhi.tenancy.clock import new_id

MAKE: Final = "album.make"  # the errand
NAME_LIMIT: Final = 60
CAPTION_LIMIT: Final = 120
LONGEST_DAYS: Final = 366
MOST_LIVING: Final = 200  # of one desk
PER_LINE: Final = 4  # pairs that are taken for a line by themselves
MOST_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided of one pair: use = "take", "leave" (nothing is decided) or "hide" (not offered any more)."""

    use: str
    position: int = 0
    caption: str = ""


@transaction.atomic
def make(
    name: str,
    since: date,
    until: date,
    drafts: Sequence[Draft],
    *,
    names_confirmed: bool = False,
    actor: Actor,
    at: datetime,
) -> UUID:
    """An album with these lines, and for each the best pairs that everybody may see. Its id.

    Raises NotYours, Invalid: name (as names.name; taken), until (before_since, too_long), lines (too_many_standards, empty), album (too_many);
    name and lines as `refuse_persons`.
    """
    party, account = _desk(actor)
    said = names.name(name, limit=NAME_LIMIT)
    _judge_days(since, until)
    if not drafts:
        raise Invalid("lines", "empty")
    if len(drafts) > MOST_LINES:
        raise Invalid("lines", "too_many_standards", limit=MOST_LINES)
    refuse_persons(said, "name", names_confirmed=names_confirmed)
    for number, draft in enumerate(drafts, start=1):
        refuse_persons(draft.text, "lines", names_confirmed=names_confirmed, line=number)
    living = list(Album.objects.select_for_update(no_key=True).filter(party_id=party, ended_at=None))
    if any(one.name == said for one in living):
        raise Invalid("name", "taken")
    if len(living) >= MOST_LIVING:
        raise Invalid("album", "too_many", limit=MOST_LIVING)
    album = Album(
        id=new_id(), name=said, party_id=party, since=since, until=until, made_at=at, made_by_id=account
    )
    album.save(force_insert=True)
    AlbumLine.objects.bulk_create([_row(album, place, draft) for place, draft in enumerate(drafts, start=1)])
    after = {"party": party, "since": since.isoformat(), "until": until.isoformat(), "lines": len(drafts)}
    _record(album, "make_album", after, {"name": said}, actor=actor, at=at, is_first=True)
    for line in queries.lines(album):
        _fill(album, line, actor=actor)
    return album.id


@transaction.atomic
def add_line(
    album_id: UUID, draft: Draft, *, names_confirmed: bool = False, actor: Actor, at: datetime
) -> UUID:
    """A line behind the others, filled as at the beginning. Raises NotFound, Invalid: text (…, taken; as `refuse_persons`), until,
    lines (too_many_standards).
    """
    album = _locked(album_id, actor)
    rows = queries.lines(album)
    if len(rows) >= MOST_LINES:
        raise Invalid("lines", "too_many_standards", limit=MOST_LINES)
    line = _row(
        album, max((one.position for one in rows), default=0) + 1, _judged(draft, album, names_confirmed)
    )
    if any(one.text == line.text for one in rows):
        raise Invalid("text", "taken")
    line.save(force_insert=True)
    _fill(album, line, actor=actor)
    _record(album, "add_album_line", {"line": line.id}, {"text": line.text}, actor=actor, at=at)
    return line.id


@transaction.atomic
def change_line(
    album_id: UUID,
    line_id: UUID,
    draft: Draft,
    position: int,
    *,
    names_confirmed: bool = False,
    version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """position: its place among the lines, from 1. What was taken stays. Raises NotFound, Stale, Invalid as `add_line`."""
    album = _locked(album_id, actor, version)
    line = queries.line_of(album, line_id)
    fresh = _row(album, line.position, _judged(draft, album, names_confirmed))
    others = [one for one in queries.lines(album) if one.id != line.id]
    position = max(1, min(position, len(others) + 1))
    if any(one.text == fresh.text for one in others):
        raise Invalid("text", "taken")
    fields = ("text", "category_ids", "place_id", "since", "until")
    if position == line.position and all(getattr(line, name) == getattr(fresh, name) for name in fields):
        return  # sent twice
    for name in fields:
        setattr(line, name, getattr(fresh, name))
    line.save(update_fields=["text", "category_ids", "place", "since", "until"])
    _reorder([*others[: position - 1], line, *others[position - 1 :]])
    _record(album, "change_album_line", {"line": line.id}, {"text": line.text}, actor=actor, at=at)


@transaction.atomic
def drop_line(album_id: UUID, line_id: UUID, *, version: int, actor: Actor, at: datetime) -> None:
    """With what was taken for it; the pictures stay with their cases. Raises NotFound, Stale."""
    album = _locked(album_id, actor, version)
    line = queries.line_of(album, line_id)
    AlbumPick.objects.filter(line=line).delete()
    AlbumLine.objects.filter(id=line.id).delete()
    _reorder(queries.lines(album))
    _record(album, "drop_album_line", {"line": line_id}, {"text": line.text}, actor=actor, at=at)


@transaction.atomic
def choose(
    album_id: UUID,
    line_id: UUID,
    choices: Mapping[str, Choice],
    *,
    names_confirmed: bool = False,
    version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """By case number what is decided of the pairs that were offered; those not named stay as they are.

    names_confirmed: somebody looked, and what reads like a name or a flat in a caption is nobody's. Raises NotFound, Stale,
    Invalid("caption", number, code): too_long, …; phone, identity, plate, card, email, chat; to_confirm.
    """
    album = _locked(album_id, actor, version)
    line = queries.line_of(album, line_id)
    captions = {number: _caption(one.caption, number, names_confirmed) for number, one in choices.items()}
    offered = {one.pair.number: one for one in queries.offers(album, line, actor=actor)}
    for number, choice in choices.items():
        if number in offered:
            _decide(line, offered[number], choice, captions[number])
    after = {"line": line.id, "taken": AlbumPick.objects.filter(line=line, is_hidden=False).count()}
    _record(album, "choose_album_pairs", after, {}, actor=actor, at=at)


@transaction.atomic
def offer_hidden_again(album_id: UUID, line_id: UUID, *, actor: Actor, at: datetime) -> None:
    """What was put aside for a line is offered again. Raises NotFound."""
    album = _locked(album_id, actor)
    AlbumPick.objects.filter(line=queries.line_of(album, line_id), is_hidden=True).delete()
    _record(album, "offer_album_pairs", {"line": line_id}, {}, actor=actor, at=at)


@transaction.atomic
def end(album_id: UUID, *, actor: Actor, at: datetime) -> None:
    """It is in no list any more. Raises NotFound."""
    album = _locked(album_id, actor)
    album.ended_at = at
    _record(album, "end_album", {"ended_at": at}, {}, actor=actor, at=at)
    album.save(update_fields=["ended_at"])


# ---- printing ----


@transaction.atomic
def ask_print(album_id: UUID, language: str, *, actor: Actor, at: datetime) -> None:
    """The worker makes the file (anew); the one before is none any more. Asked again while it is made, it begins again. Raises NotFound, Invalid("album", "no_pictures")."""
    album = _locked(album_id, actor)
    clear, _unclear = queries.clear_of(queries.picks(album))
    if not clear:
        raise Invalid("album", "no_pictures")
    album.asked_at, album.language, album.job, album.tries, album.is_lost = at, language, "", 0, False
    album.file_at = None  # `holds` will be said of the new one
    album.save(update_fields=["asked_at", "language", "job", "tries", "is_lost", "file_at"])
    record(Deed("album", album.id, "print_album", after={"pairs": len(clear)}), actor=actor, at=at)
    key = album.id.hex
    outbox.queue(Following(MAKE, key, at, subject=("album", album.id)))
    outbox.reschedule(MAKE, key, due_at=at)


@transaction.atomic
def note_job(album_id: UUID, job: str, *, holds: Sequence[tuple[UUID, str]]) -> None:
    """The press began. holds: (picture, mark) of all that is printed. For the worker."""
    album = _of_worker(album_id)
    album.job, album.tries, album.holds = job, album.tries + 1, [[str(id), mark] for id, mark in holds]
    album.save(update_fields=["job", "tries", "holds"])


@transaction.atomic
def note_lost(album_id: UUID) -> bool:
    """The press lost it: begin again (True), or give it up after MOST_TRIES. For the worker."""
    album = _of_worker(album_id)
    album.job, album.is_lost = "", album.tries >= MOST_TRIES
    album.save(update_fields=["job", "is_lost"])
    return not album.is_lost


@transaction.atomic
def note_file(album_id: UUID, job: str, keep: Callable[[], object], *, at: datetime) -> bool:
    """The file that this job made is kept by `keep`; False, and nothing is done, when it was asked for anew meanwhile. For the worker."""
    album = _of_worker(album_id)
    if album.job != job:
        return False
    keep()
    album.file_at, album.job = at, ""
    album.save(update_fields=["file_at", "job"])
    return True


@transaction.atomic
def drop_stale(album_id: UUID, drop: Callable[[], object]) -> None:
    """Its file goes by `drop` when it shows what nobody may see any more, or nobody asks for it any more. For the worker."""
    album = _of_worker(album_id)
    if queries.may_be_kept(album):
        return
    is_asked_for = queries.is_being_made(album)
    drop()
    album.file_at = None
    if not is_asked_for:
        album.asked_at = None  # it is to be asked for anew
    album.save(update_fields=["file_at", "asked_at"])


# ---- inside ----


def _desk(actor: Actor) -> tuple[UUID, UUID]:
    """The desk that keeps it, and the account."""
    own = actor.parties(Duty.CLERK, Duty.OFFICER)
    if actor.id is None or not own:
        raise NotYours(deed="albums")
    return min(own), actor.id


def _locked(album_id: UUID, actor: Actor, version: int | None = None) -> Album:
    queries.album(album_id, actor=actor)
    album: Album = Album.objects.select_for_update(no_key=True).get(id=album_id)
    if album.ended_at is not None:
        raise NotFound("album")
    if version is not None and version != album.version:
        raise Stale(version=album.version)
    return album


def _of_worker(album_id: UUID) -> Album:
    album: Album = Album.objects.select_for_update(no_key=True).get(id=album_id)
    return album


def _record(
    album: Album,
    event: str,
    after: Mapping[str, Any],
    words: Mapping[str, str],
    *,
    actor: Actor,
    at: datetime,
    is_first: bool = False,
) -> None:
    if not is_first:
        album.version += 1
        album.save(update_fields=["version"])
    deed = Deed(
        "album",
        album.id,
        event,
        after={**after, "version": album.version},
        words=dict(words),
        is_first=is_first,
    )
    record(deed, actor=actor, at=at)


def _judge_days(since: date, until: date) -> None:
    if until < since:
        raise Invalid("until", "before_since")
    if (until - since).days > LONGEST_DAYS:
        raise Invalid("until", "too_long", days=LONGEST_DAYS)


def _judged(draft: Draft, album: Album, names_confirmed: bool) -> Draft:
    try:
        text = clean_name(" ".join(draft.text.split()), TEXT_LIMIT)
    except BadText as bad:
        raise Invalid("text", bad.code, **bad.details) from bad
    if not text:
        raise Invalid("text", "empty")
    refuse_persons(text, "text", names_confirmed=names_confirmed)
    _judge_days(draft.since or album.since, draft.until or album.until)
    return Draft(text, draft.category_ids, draft.place_id, draft.since, draft.until)


def _row(album: Album, position: int, draft: Draft) -> AlbumLine:
    return AlbumLine(
        id=new_id(),
        album=album,
        position=position,
        text=draft.text,
        category_ids=[str(id) for id in draft.category_ids],
        place_id=draft.place_id,
        since=draft.since,
        until=draft.until,
    )


def _reorder(rows: Sequence[AlbumLine]) -> None:
    for place, one in enumerate(rows, start=1):
        one.position = place
    AlbumLine.objects.bulk_update(rows, ["position"])


def _fill(album: Album, line: AlbumLine, *, actor: Actor) -> None:
    clear = [one for one in queries.proposed(album, line, actor=actor) if one.is_clear][:PER_LINE]
    AlbumPick.objects.bulk_create(
        [
            AlbumPick(
                id=new_id(),
                line=line,
                case_id=one.case_id,
                before_id=one.before[0].id,
                after_id=one.after[0].id,
                position=place,
                caption=one.words[:CAPTION_LIMIT],
            )
            for place, one in enumerate(clear, start=1)
        ]
    )


def _decide(line: AlbumLine, offer: queries.Offer, choice: Choice, caption: str) -> None:
    if choice.use == "leave":
        if offer.pick is not None:
            AlbumPick.objects.filter(id=offer.pick.id).delete()
        return
    pick = offer.pick or AlbumPick(id=new_id(), line=line, case_id=offer.pair.case_id)
    pick.before_id, pick.after_id = offer.pair.before[0].id, offer.pair.after[0].id
    pick.position, pick.caption, pick.is_hidden = choice.position, caption, choice.use == "hide"
    if offer.pick is None:
        pick.save(force_insert=True)
    else:
        pick.save(update_fields=["before_id", "after_id", "position", "caption", "is_hidden"])


def _caption(text: str, number: str, names_confirmed: bool) -> str:
    try:
        said = clean_name(" ".join(text.split()), CAPTION_LIMIT)
    except BadText as bad:
        raise Invalid("caption", bad.code, number=number, **bad.details) from bad
    refuse_persons(said, "caption", names_confirmed=names_confirmed, number=number)
    return said
