"""A draft that is complete becomes a report: its pictures are fetched and safe on the disk first, then report, case, emptied messages and the
answer's errand are one transaction. Pictures that do not come now hold up no clock of the words: they are added to the report when they come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from gezhi.cases import numbers
from gezhi.cases import queries as cases
from gezhi.channels.outward import Fetched, Unreachable
from gezhi.channels.wecom import client, hearing, office
from gezhi.channels.wecom.drafts import Draft
from gezhi.channels.wecom.models import Application, Heard
from gezhi.evidence import queries as evidence
from gezhi.evidence.actions import Kept, keep
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal import outbox
from gezhi.journal.outbox import Following, Hopeless, Leased
from gezhi.kernel.actor import VISITOR, Actor
from gezhi.kernel.geo import Point
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as parties
from gezhi.parties import wecom
from gezhi.parties.days import local_day
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports.actions import add_words
from gezhi.reports.intake import OURS, Intake
from gezhi.reports.kinds import Channel

LANGUAGE: Final = "zh-hans"
TRIES_FOR_PICTURES: Final = 4  # three minutes; then words go ahead and pictures follow, for over a day


@dataclass(frozen=True, slots=True)
class Gathered:
    """Pictures of one draft. later: numbers of those that may come yet; missing: how many never will."""

    kept: tuple[Kept, ...] = ()
    later: tuple[str, ...] = ()
    missing: int = 0


def file(errand: Leased, at: datetime) -> None:
    """The clock of a draft has run out. Raises Unreachable, NotTaken (its pictures cannot be had yet), Invalid."""
    first = UUID(errand.key)
    draft, sender = _draft(first)
    if draft is None or draft.due > at:
        return
    found = _pictures(draft.media(), is_patient=errand.tries < TRIES_FOR_PICTURES, at=at)
    if not draft.says_something:
        _answered_only(draft, sender, at)
        return
    numbers.stock_up(local_day(at).year)
    with transaction.atomic():
        rows = Heard.objects.filter(id__in=[row.id for row in draft.rows], handled_at=None)
        if len(rows.select_for_update(no_key=True)) != len(draft.rows):
            return  # another worker was faster
        _file(draft, sender, found, at)


def _draft(first: UUID) -> tuple[Draft | None, str]:
    sender = hearing.sender_of(first)
    found = next((one for one in hearing.waiting(sender) if one.first == first), None) if sender else None
    return found, sender


def _file(draft: Draft, sender: str, found: Gathered, at: datetime) -> None:
    place, point = _placed(draft)
    with override(LANGUAGE):
        intake = Intake(
            channel=Channel.WECOM.value,
            text="\n".join(_lines(draft, found)),
            place=place.id if place else None,
            place_path=place.path if place else "",
            lon=point.lon if point else None,
            lat=point.lat if point else None,
            evidence=tuple(one.id for one in found.kept),
            pictures=tuple(one.sha256 for one in found.kept),
            said_at=draft.rows[0].at,
            key=f"wecom:{draft.first}",
            maker=OURS,
        )
        received = receive_report(Voice(intake, place), actor=_actor(sender, at), at=at)
    report = received.report_id
    _empty(draft, at, report=report)
    outbox.queue(_answer(str(draft.first), draft.first, report, found, at))
    if found.later:
        waiting = {"media": list(found.later), "heard": str(draft.first)}
        outbox.queue(Following(office.PICTURES, str(report), at, waiting, road=office.ROAD))


def _answer(key: str, heard: UUID, report: UUID, found: Gathered, at: datetime) -> Following:
    """What the sender is told of his report, one after the other."""
    number = cases.of_report(report).number
    told = {"number": number, "missing": found.missing, "later": len(found.later)}
    said = {"say": "filed", "account": _account(heard)} | told
    return Following(hearing.ANSWER, key, at, said, subject=("report", report), road=office.ROAD)


def _account(heard: UUID) -> str:
    """Whose message it was, "" for nobody's any more."""
    found = hearing.account_of(heard)
    return str(found) if found else ""


def bring_pictures(errand: Leased, at: datetime) -> None:
    """Pictures of a report that went ahead of them. At the last try those that came are added, and what lacks is said. Raises Unreachable, NotTaken."""
    report, heard, media = UUID(errand.key), UUID(errand.payload["heard"]), errand.payload["media"]
    found = _pictures(media, is_patient=errand.tries < outbox.most_tries(errand), at=at)
    lacks = len(found.later) + found.missing
    with transaction.atomic():
        if reports.is_erased(report):
            return
        known = {row.sha256 for row in evidence.of("report", report)}
        fresh = [one.id for one in found.kept if one.sha256 not in known]
        with override(LANGUAGE):
            text = _("（有 %(n)s 张照片没有取到。）") % {"n": lacks} if lacks else ""
        if any(one.text == text for one in reports.added(report)):
            text = ""  # a worker that died after its commit said so
        if fresh or text:
            account = hearing.account_of(heard)
            actor = _actor(wecom.userid_of(account) if account else "", at)
            add_words(report, text, fresh, actor=actor, at=at)
        if lacks:
            outbox.queue(_answer(f"{heard}:pictures", heard, report, Gathered(missing=lacks), at))


@transaction.atomic
def _answered_only(draft: Draft, sender: str, at: datetime) -> None:
    """Somebody sent a place and nothing else, or said that it is complete when nothing was: he is told what lacks."""
    said = {"say": "nothing", "account": _account(draft.first)}
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


def _lines(draft: Draft, found: Gathered) -> Iterator[str]:
    """What was written, then what the map called the place, then what lacks."""
    yield from draft.words()
    for row in draft.rows:
        if row.payload.get("label"):
            yield _("位置：%(place)s") % {"place": row.payload["label"]}
    if found.missing:
        yield _("（有 %(n)s 张照片没有取到。）") % {"n": found.missing}
    if found.later:
        yield _("（有 %(n)s 张照片还没有取到，取到后会补上。）") % {"n": len(found.later)}


def _placed(draft: Draft) -> tuple[PlaceRow | None, Point | None]:
    """The last place that was sent, and the community around it."""
    said = [row.payload for row in draft.rows if "lon" in row.payload]
    if not said:
        return None, None
    point = Point(said[-1]["lon"], said[-1]["lat"])
    row = places.community_around(point)
    return (None if row is None or row.closed_on else row), point


def _pictures(media: Sequence[str], *, is_patient: bool, at: datetime) -> Gathered:
    """What can be had now. is_patient: all or nothing as long as one may come later. Raises Unreachable, NotTaken."""
    app = office.living()
    if not media or app is None:
        return Gathered(missing=len(media))
    files: list[Fetched] = []
    later: list[str] = []
    try:
        for number in media:
            try:
                fetched = _fetched(app, number, at)
            except (Unreachable, client.NotTaken):
                if is_patient:
                    raise
                later.append(number)
                continue
            if fetched is not None:
                files.append(fetched)
        kept = tuple(one for one in keep(files, at=at) if isinstance(one, Kept)) if files else ()
    finally:
        for one in files:
            one.file.close()
    return Gathered(kept, tuple(later), len(media) - len(kept) - len(later))


def _fetched(app: Application, number: str, at: datetime) -> Fetched | None:
    """None for one that no later try will bring: WeCom refuses it for good, or its address may not be asked. Raises Unreachable, NotTaken."""
    try:
        found = client.media(app, number, at=at)
    except (client.NoMedia, Hopeless, Invalid):
        return None
    return Fetched(found)
