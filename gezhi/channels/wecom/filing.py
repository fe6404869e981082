"""A draft that is complete becomes a report: its pictures are fetched and safe on the disk first, then report, case, emptied messages and the
answer's errand are one transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from gezhi.cases import numbers
from gezhi.cases import queries as cases
from gezhi.channels.outward import Unreachable
from gezhi.channels.wecom import client, hearing, office
from gezhi.channels.wecom.drafts import Draft
from gezhi.channels.wecom.models import Application, Heard
from gezhi.evidence.actions import Kept, keep
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal import outbox
from gezhi.journal.outbox import Following, Leased
from gezhi.kernel.actor import VISITOR, Actor
from gezhi.kernel.geo import Point
from gezhi.parties import queries as parties
from gezhi.parties import wecom
from gezhi.parties.days import local_day
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports.intake import Intake
from gezhi.reports.kinds import Channel

LANGUAGE: Final = "zh-hans"
TRIES_FOR_PICTURES: Final = 4  # about 13 minutes; then the words go ahead without them


@dataclass(slots=True)
class Fetched:
    """A picture from WeCom, as evidence.keep takes it. Nobody there gives it a name."""

    file: IO[bytes]
    size: int
    name: str = ""

    def read(self, bytes: int, /) -> bytes:
        """As a file's."""
        return self.file.read(bytes)


def file(errand: Leased, at: datetime) -> None:
    """The clock of a draft has run out. Raises Unreachable, NotTaken (its pictures cannot be had yet), Invalid."""
    first = UUID(errand.key)
    draft, sender = _draft(first)
    if draft is None or draft.due > at:
        return
    pictures, missing = _pictures(draft, is_patient=errand.tries < TRIES_FOR_PICTURES, at=at)
    if not draft.says_something:
        _answered_only(draft, sender, at)
        return
    numbers.stock_up(local_day(at).year)
    with transaction.atomic():
        rows = Heard.objects.filter(id__in=[row.id for row in draft.rows], handled_at=None)
        if len(rows.select_for_update(no_key=True)) != len(draft.rows):
            return  # another worker was faster
        _file(draft, sender, pictures, missing, at)


def _draft(first: UUID) -> tuple[Draft | None, str]:
    sender = hearing.sender_of(first)
    found = next((one for one in hearing.waiting(sender) if one.first == first), None) if sender else None
    return found, sender


def _file(draft: Draft, sender: str, pictures: Sequence[Kept], missing: int, at: datetime) -> None:
    account = hearing.account_of(draft.first)
    place, point = _placed(draft)
    with override(LANGUAGE):
        intake = Intake(
            channel=Channel.WECOM.value,
            text="\n".join(_lines(draft, missing)),
            place=place.id if place else None,
            place_path=place.path if place else "",
            lon=point.lon if point else None,
            lat=point.lat if point else None,
            evidence=tuple(one.id for one in pictures),
            pictures=tuple(one.sha256 for one in pictures),
            key=f"wecom:{draft.first}",
        )
        received = receive_report(Voice(intake, place), actor=_actor(sender, at), at=at)
    case = cases.of_report(received.report_id)
    _empty(draft, at, report=received.report_id)
    said = {"say": "filed", "account": str(account), "number": case.number, "missing": missing}
    outbox.queue(Following(hearing.ANSWER, str(draft.first), at, said, road=office.ROAD))


@transaction.atomic
def _answered_only(draft: Draft, sender: str, at: datetime) -> None:
    """Somebody sent a place and nothing else, or said that it is complete when nothing was: he is told what lacks."""
    said = {"say": "nothing", "account": str(hearing.account_of(draft.first))}
    _empty(draft, at)
    outbox.queue(Following(hearing.ANSWER, str(draft.first), at, said, road=office.ROAD))


def _empty(draft: Draft, at: datetime, report: UUID | None = None) -> None:
    """What was said stands in the report alone from now on."""
    rows = Heard.objects.filter(id__in=[row.id for row in draft.rows])
    rows.update(handled_at=at, payload={}, sender="", report=report)


def _actor(sender: str, at: datetime) -> Actor:
    """Who says it; somebody whose post ended since he wrote is heard like any visitor."""
    account = wecom.account_of(sender, at=at)
    return parties.actor_of(account, at) if account else VISITOR


def _lines(draft: Draft, missing: int) -> Iterator[str]:
    """What was written, then what the map called the place, then what lacks."""
    yield from draft.words()
    for row in draft.rows:
        if row.payload.get("label"):
            yield _("位置：%(place)s") % {"place": row.payload["label"]}
    if missing:
        yield _("（有 %(n)s 张照片没有取到。）") % {"n": missing}


def _placed(draft: Draft) -> tuple[PlaceRow | None, Point | None]:
    """The last place that was sent, and the community around it."""
    said = [row.payload for row in draft.rows if "lon" in row.payload]
    if not said:
        return None, None
    point = Point(said[-1]["lon"], said[-1]["lat"])
    found = places.locate(*point)
    if found is None:
        return None, point
    row = places.by_ids([found.place_id])[found.place_id]
    return (None if row.closed_on else replace(row, grid_id=found.grid_id)), point


def _pictures(draft: Draft, *, is_patient: bool, at: datetime) -> tuple[list[Kept], int]:
    """Kept pictures, and how many could not be had. is_patient: one that does not come now may come later. Raises Unreachable, NotTaken."""
    media, app = draft.media(), office.living()
    if not media:
        return [], 0
    files: list[Fetched] = []
    try:
        for number in media if app else ():
            fetched = _fetched(app, number, is_patient, at) if app else None
            if fetched is not None:
                files.append(fetched)
        kept = [one for one in keep(files, at=at) if isinstance(one, Kept)] if files else []
    finally:
        for one in files:
            one.file.close()
    return kept, len(media) - len(kept)


def _fetched(app: Application, number: str, is_patient: bool, at: datetime) -> Fetched | None:
    try:
        found = client.media(app, number, at=at)
    except client.NoMedia:
        return None
    except (Unreachable, client.NotTaken):
        if is_patient:
            raise
        return None
    size = found.seek(0, 2)
    found.seek(0)
    return Fetched(found, size)
