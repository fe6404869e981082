"""A report's row, its code and its receipt: what taking in one and taking in many have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from gezhi.journal.actions import Deed
from gezhi.kernel.ids import digest, tracking_code
from gezhi.reports.contact import seal
from gezhi.reports.intake import Intake, body_digest, key_digest, text_digest
from gezhi.reports.models import Report
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current
from gezhi.tenancy.keys import derived
from gezhi.tenancy.queries import jurisdiction


@dataclass(frozen=True, slots=True)
class Received:
    """The receipt. code: what the reporter keeps. deed: still to be journalled, in the same transaction; None when not new."""

    report_id: UUID
    code: str
    is_new: bool
    deed: Deed | None


def receipt(report: Report, photos: Sequence[UUID] = (), voice: UUID | None = None) -> Received:
    """The receipt of a report that was stored just now."""
    deed = received_deed(
        report.id,
        channel=report.channel,
        place=report.place_id,
        category=report.category_id,
        text=report.text,
        photos=photos,
        voice=voice,
    )
    return Received(report.id, code_of(report.id), True, deed)


def known(report_id: UUID) -> Received:
    """The receipt of a report that is there already: the same code as the first time."""
    return Received(report_id, code_of(report_id), False, None)


def code_of(report_id: UUID) -> str:
    """The tracking code of a report of the jurisdiction in force, made anew each time: it is stored nowhere."""
    return tracking_code(derived("tracking"), jurisdiction(current()).code, report_id)


def digest_of(report_id: UUID) -> str:
    """By what a report is found when somebody shows its code."""
    return digest(code_of(report_id))


def new_report(said: Intake, at: datetime, run: UUID | None = None) -> Report:
    """An unsaved row for one judged report."""
    own = own_values(said)
    return Report(
        jurisdiction_id=current(),
        channel=said.channel,
        lon=said.lon,
        lat=said.lat,
        received_at=at,
        key_digest=key_digest(said),
        body_digest=body_digest(derived("report-body"), said),
        source=said.source,
        run_id=run,
        **own._asdict(),
    )


class Own(NamedTuple):
    """The values of a report that no other one shares, by their attribute names, in the order in which a row of an import is cast."""

    id: UUID
    code_digest: str
    text: str
    place_id: UUID | None
    place_path: str
    category_id: UUID | None
    said_at: datetime | None
    contact: bytes | None
    contact_key: bytes | None
    contact_tail: str
    may_call: bool
    external_number: str


def own_values(said: Intake) -> Own:
    """What one judged report says, under a fresh id, with its code's digest and its phone number sealed."""
    id = new_id()
    number, key, tail = seal(id, said.contact) if said.contact else (None, None, "")
    return Own(
        id=id,
        code_digest=digest_of(id),
        text=said.text,
        place_id=said.place,
        place_path=said.place_path,
        category_id=said.category,
        said_at=said.said_at,
        contact=number,
        contact_key=key,
        contact_tail=tail,
        may_call=said.may_call,
        external_number=said.external_number,
    )


def received_deed(
    id: UUID,
    *,
    channel: str,
    place: UUID | None,
    category: UUID | None,
    text: str,
    photos: Sequence[UUID] = (),
    voice: UUID | None = None,
) -> Deed:
    """What the journal says of a receipt: no word and no number of a person, only a keyed digest of the text."""
    after: Mapping[str, Any] = {
        "channel": channel,
        "place": place,
        "category": category,
        "text": text_digest(derived("report-text"), id, text),
        "evidence": [str(photo) for photo in photos],
        **({"voice": voice} if voice else {}),
    }
    return Deed("report", id, "received", after=after, is_first=True)
