"""An album as a paper, and the worker's errand that has it set: begun by the press, looked at each second, kept when it is whole.

Whatever is killed meanwhile: of a worker the lease runs out and another looks on, a child that is gone is started anew, three times.
"""

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import override as in_zone
from django.utils.translation import gettext as _
from django.utils.translation import override

from gezhi.catalogue import queries as catalogue
from gezhi.channels.paper import setting
from gezhi.channels.paper.blocks import Block, Heading, Paper, Photo, PhotoPair
from gezhi.channels.paper.brief import photo
from gezhi.channels.poster import press
from gezhi.evidence import queries as evidence
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.finding import Finding
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.ledger.albums import actions, queries
from gezhi.ledger.albums.pairs import BEFORE, Picture, seen_place
from gezhi.ledger.albums.queries import Album, AlbumPick
from gezhi.parties import queries as parties
from gezhi.parties.days import zone
from gezhi.places import queries as places
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

LOOK: Final = timedelta(seconds=1)
BUSY: Final = timedelta(seconds=5)
SIZE: Final = 1600
_NAME: Final = re.compile(r"[0-9a-f]{32}")


def paper_of(album: Album, *, language: str) -> Paper:
    """In the language in force: line by line the pairs that everybody may see now; lines without any are left out. A few queries."""
    clear, _unclear = queries.clear_of(queries.picks(album))
    by_line: dict[UUID, list[AlbumPick]] = defaultdict(list)
    for one in clear:
        by_line[one.line_id].append(one)
    spots = {one.id: seen_place(one.case.place_path, one.case.category_id) for one in clear}
    names = {id: row.full_name for id, row in places.by_ids({id for id in spots.values() if id}).items()}
    marks = {
        id: row.mark
        for id, row in evidence.by_ids(id for one in clear for id in (one.before_id, one.after_id)).items()
    }
    blocks: list[Block] = []
    for line in queries.lines(album):
        if taken := by_line.get(line.id):
            number = sum(1 for one in blocks if isinstance(one, Heading)) + 1
            blocks.append(Heading(_("%(n)s. %(text)s") % {"n": number, "text": line.text}))
            blocks += [_pair(one, _named(names, spots[one.id]), marks, language) for one in taken]
    office = jurisdiction(current())
    return Paper(
        title=album.name,
        under=_("%(party)s · %(since)s至%(until)s办结")
        % {
            "party": parties.party(album.party_id).name,
            "since": date_format(album.since, _("Y年n月j日")),
            "until": date_format(album.until, _("Y年n月j日")),
        },
        blocks=tuple(blocks),
        made=_("照片都由办事处看过、遮挡过，可以公开。位置最细到楼栋。"),
        note=_("演示数据，不是真实情况") if office.demonstration else "",
    )


def _named(names: Mapping[UUID, str], spot: UUID | None) -> str:
    return names.get(spot, "") if spot else ""


def _pair(one: AlbumPick, place: str, marks: dict[UUID, str], language: str) -> PhotoPair:
    case = one.case
    what = catalogue.category(case.category_id).label(language) if case.category_id else _("待分类")
    return PhotoPair(
        _("%(place)s：%(what)s") % {"place": place or _("位置待核实"), "what": what},
        one.caption,
        _photo(one.before_id, BEFORE, marks, case.received_at),
        _photo(one.after_id, "photo_after", marks, case.closed_at or case.entered_at),
    )


def _photo(id: UUID, kind: str, marks: dict[UUID, str], day: datetime) -> Photo:
    return photo(Picture(id, kind, True, marks[id], ""), day)


def make(key: str, *, at: datetime) -> datetime | None:
    """One look at an album that was asked for: when to look again, None when there is nothing more to do."""
    try:
        album = queries.album(UUID(hex=key), actor=SYSTEM)
    except NotFound:  # ended meanwhile
        return None
    if not queries.is_being_made(album):
        return None
    if not album.job:
        return _begin(album, at)
    now = press.found(album.job)
    if now is None or now.is_lost:
        return at if actions.note_lost(album.id) else None
    if now.file is None:
        return at + LOOK
    half = _copied(now.file, file_of(album))
    if actions.note_file(album.id, album.job, lambda: half.replace(file_of(album)), at=at):
        press.drop(album.job)
    return None


def _begin(album: Album, at: datetime) -> datetime:
    with override(album.language or settings.LANGUAGE_CODE), in_zone(zone()):
        made = paper_of(album, language=album.language)
        asked = setting.as_json(made, _copy, language=album.language, has_contents=True)
    try:
        job = setting.start(asked, by=album.party_id.hex)
    except Invalid:  # too much is being set
        return at + BUSY
    discard(album)  # from here on `holds` is said of the new one
    actions.note_job(album.id, job, holds=[(one.id, one.mark) for one in made.photos()])
    return at + LOOK


def _copy(id: UUID) -> Path | None:
    return evidence.served_path(id, SIZE)


def file_of(album: Album) -> Path:
    """Where the kept file lies; it need not be there."""
    return Path(settings.GEZHI_DATA) / "albums" / f"{album.id.hex}.pdf"


def _copied(made: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    half = to.with_suffix(".half")
    shutil.copyfile(made, half)
    with half.open("rb") as file:
        os.fsync(file.fileno())
    return half


def progress(album: Album) -> press.Progress | None:
    """How far it is; None before the press began."""
    return press.found(album.job) if album.job else None


def may_be_taken(album: Album) -> bool:
    """Whether its file shows only what everybody may see at this moment; one that does not is gone with the answer. 1 query, more then."""
    if queries.may_be_kept(album):
        return True
    actions.drop_stale(album.id, partial(discard, album))
    return False


def tidy(*, at: datetime) -> None:
    """Files that show what nobody may see any more go, and with them what is set of such pictures. The worker's errand as soon as a picture is withdrawn, and its chore."""
    for album in _with_files():
        if not queries.may_be_kept(album):
            actions.drop_stale(album.id, partial(discard, album))
    for name in press.names():
        if not setting.still_holds(name):
            press.drop(name)


def findings() -> Iterator[Finding]:
    """Kept files that show a picture which was withdrawn, covered anew or erased (I14); the worker removes them at once, and looks again every five minutes."""
    for album in _with_files():
        if not queries.still_holds(album):
            yield Finding("I14", f"album {album.id}", "its file shows a picture that nobody may see any more")


def _with_files() -> list[Album]:
    names = (Path(settings.GEZHI_DATA) / "albums").glob("*.pdf")
    return queries.of_files(UUID(hex=one.stem) for one in names if _NAME.fullmatch(one.stem))


def discard(album: Album) -> None:
    """The file of an album that ended, or is made anew."""
    file_of(album).unlink(missing_ok=True)
