"""Find what people said: by their code, for the desk, for those who will handle it."""

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from gezhi.journal.queries import Step, deeds, stories, story
from gezhi.kernel.ids import ALPHABET, TRACKING_SIGNS, digest
from gezhi.kernel.private import mask_private
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.text import TooLong, code_key
from gezhi.reports.contact import TAIL_DIGITS, tail_digest, unseal
from gezhi.reports.indexed import keyed, numbered
from gezhi.reports.intake import Intake, body_digest, judged, key_digest, old_key_digest, text_digest
from gezhi.reports.kinds import is_askable
from gezhi.reports.models import ImportRun, Report
from gezhi.reports.receipts import Received, code_of, known
from gezhi.tenancy.keys import derived
from gezhi.tenancy.prepared import Prepared, PreparedRows

ASKED_AT_ONCE = 500
_MOBILE = re.compile(r"1[3-9]\d{9}")
_CODE = re.compile(rf"(\d{{4,12}})([{ALPHABET}]{{{TRACKING_SIGNS}}})")


class ReportRow(NamedTuple):
    """A report as the desk and its reporter see it; the phone number is never in it."""

    id: UUID
    text: str
    channel: str
    place_id: UUID | None
    place_path: str
    lon: float | None
    lat: float | None
    category_id: UUID | None
    said_at: datetime | None
    received_at: datetime
    has_contact: bool
    may_call: bool
    source: str
    external_number: str
    run_id: UUID | None
    restatement: str
    erased_at: datetime | None


class HandlerCopy(NamedTuple):
    """A report as those see it who handle the matter. text: the desk's restatement when there is one."""

    id: UUID
    text: str
    is_restated: bool
    channel: str
    place_id: UUID | None
    lon: float | None
    lat: float | None
    category_id: UUID | None
    said_at: datetime | None
    received_at: datetime
    may_call: bool


class Reveal(NamedTuple):
    """One look at the phone number: when, which account in which duties and parties, and why in its own words."""

    at: datetime
    actor_id: UUID | None
    duties: tuple[str, ...]
    parties: tuple[UUID, ...]
    reason: str


class Added(NamedTuple):
    """What was added later. text is "" when only pictures were added, or when it was erased."""

    at: datetime
    actor_kind: str
    actor_id: UUID | None
    text: str
    evidence: tuple[UUID, ...]


def by_code(code: str) -> ReportRow:
    """The report of a tracking code; case, spaces and dashes don't matter. 1 query. Raises NotFound."""
    try:
        found = _CODE.fullmatch(code_key(code).lower())
    except TooLong:
        raise NotFound from None
    if found is None:
        raise NotFound
    report = Report.objects.filter(code_digest=digest(f"{found[1]}-{found[2]}")).first()
    if report is None:
        raise NotFound
    return _row(report)


def tracking_code(report_id: UUID) -> str:
    """The code of a report of the jurisdiction in force. No query."""
    return code_of(report_id)


def is_erased(report_id: UUID) -> bool:
    """Whether the person behind a report was forgotten. 1 query."""
    return bool(Report.objects.filter(id=report_id).exclude(erased_at=None).exists())


def find_repeat(intake: Intake) -> Received | None:
    """The report that this idempotency key already gave; None when the key is new or absent. 2 queries at most, 3 for an erased report.

    For the caller whose receive() ended in an IntegrityError, in a fresh transaction. Raises Invalid("key", "other_body")
    when the key came with something else (I6).
    """
    said = judged(intake)
    if not said.key:
        return None
    report = keyed(key_digest(said)).first()
    if report is None:
        return stored_before(said)
    if not _is_the_same(report, said):
        raise Invalid("key", "other_body")
    return known(report.id)


def stored_before(said: Intake) -> Received | None:
    """The report of this key from before makers were part of keys. 1 query.

    Only when it says the same: its door is part of that, and to other words nobody answers whether it is there.
    """
    old = keyed(old_key_digest(said)).first() if said.key else None
    return known(old.id) if old is not None and _is_the_same(old, said) else None


def _is_the_same(report: Report, said: Intake) -> bool:
    """By the digest of all that was said. Erasing takes that away, for a phone number is in it: then by the digest of the text, which
    the journal keeps, and by what the row still says. Without it other words would be answered with a code, and lost.
    """
    if report.erased_at is None:
        return hmac.compare_digest(report.body_digest, body_digest(derived("report-body"), said))
    left = (report.channel, report.place_id, report.lon, report.lat, report.category_id)
    if left != (said.channel, said.place, said.lon, said.lat, said.category):
        return False
    return hmac.compare_digest(
        text_said(report.id), text_digest(derived("report-text"), report.id, said.text)
    )


def text_said(report_id: UUID) -> str:
    """The keyed digest of a report's text as it was received, by the journal. 1 query."""
    return str(deeds("report", report_id)[0].after["text"])


def by_numbers(source: str, numbers: Iterable[str]) -> dict[str, UUID]:
    """The report behind each number that it has in somebody else's book; unknown numbers are absent. 1 query per 500."""
    wanted, found = sorted(set(numbers)), dict[str, UUID]()
    for start in range(0, len(wanted), 500):
        rows = numbered(source=source, external_number__in=wanted[start : start + 500])
        found |= dict(rows.values_list("external_number", "id"))
    return found


def for_desk(report_ids: Iterable[UUID]) -> list[ReportRow]:
    """Reports in full, oldest first, without phone numbers. 1 query."""
    return [_row(report) for report in _of(report_ids)]


def own_mobile(report_id: UUID) -> str:
    """The mobile number left with a report, for sending to its owner: nobody looks at it. "" for none, or another kind. 1 query."""
    row = (
        Report.objects.filter(id=report_id, contact__isnull=False)
        .values_list("contact", "contact_key")
        .first()
    )
    if row is None:
        return ""
    number = unseal(report_id, bytes(row[0]), bytes(row[1]))
    return number if _MOBILE.fullmatch(number) else ""


class Reach(NamedTuple):
    """How the person behind a report is reached."""

    id: UUID
    channel: str
    has_contact: bool

    @property
    def is_askable(self) -> bool:
        """He holds the code and can answer on the status page, or can be rung up."""
        return is_askable(self.channel, has_contact=self.has_contact)


def reaches(report_ids: Iterable[UUID]) -> list[Reach]:
    """How to reach whoever made each of these reports. 1 query, none for no reports."""
    ids = tuple(report_ids)
    rows = _REACHES.rows(ids) if ids else ()  # a contact never stands without its tail
    return [Reach(id, channel, tail != "") for id, channel, tail in rows]


_REACHES = Prepared(
    lambda ids: Report.objects.filter(id__in=ids).values_list("id", "channel", "contact_tail")
)


def for_handlers(report_ids: Iterable[UUID]) -> list[HandlerCopy]:
    """Copies for those who handle the matter, oldest first: no contact, and the desk's words where it restated. 1 query."""
    return [_copy(report) for report in _of(report_ids)]


def by_tail(report_ids: Sequence[UUID], tail: str) -> ReportRow | None:
    """Which of a case's reports was left with a phone number ending in these four digits (asking by phone). 1 query."""
    if not re.fullmatch(rf"[0-9]{{{TAIL_DIGITS}}}", tail):
        return None
    for report in _of(report_ids):
        if report.contact_tail and hmac.compare_digest(report.contact_tail, tail_digest(report.id, tail)):
            return _row(report)
    return None


def reveals(report_id: UUID) -> list[Reveal]:
    """Every look at the reporter's phone number, oldest first: the reporter sees them. 2 queries."""
    return [_reveal(step) for step in story("report", report_id) if step.entry.event == "contact_revealed"]


def added(report_id: UUID) -> list[Added]:
    """What was added after the first words, oldest first. 2 queries."""
    return [_added(step) for step in story("report", report_id) if step.entry.event == "added"]


class Heard(NamedTuple):
    """What befell a report after its first words: looks at the phone number, and what was added."""

    reveals: list[Reveal]
    added: list[Added]


def heard(report_ids: Iterable[UUID]) -> dict[UUID, Heard]:
    """The same for several reports at once. 2 queries."""
    return heard_in(stories_of(report_ids))


def stories_of(report_ids: Iterable[UUID]) -> dict[UUID, list[Step]]:
    """What befell each of them, oldest first. 2 queries."""
    return stories("report", report_ids)


def heard_in(told: Mapping[UUID, Sequence[Step]]) -> dict[UUID, Heard]:
    """The same as `heard` for whoever has read their stories. No query."""
    return {
        id: Heard(
            [_reveal(step) for step in steps if step.entry.event == "contact_revealed"],
            [_added(step) for step in steps if step.entry.event == "added"],
        )
        for id, steps in told.items()
    }


def all_ids() -> Iterator[UUID]:
    """Every report there is, in the order of ids. 1 streamed query."""
    return Report.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=2000)


def unpublished_runs() -> list[UUID]:
    """Imports under way: their reports are not shown yet. Usually empty. 1 query."""
    return [id for (id,) in _UNPUBLISHED.rows()]


def unpublished() -> QuerySet[Any, Any]:
    """The ids of the same, to stand within another question. Lazy."""
    found: QuerySet[Any, Any] = ImportRun.objects.filter(published_at=None).values("id")
    return found


def numbers_known(source: str, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers in somebody else's book are here already. 1 query per 500."""
    known: set[str] = set()
    for start in range(0, len(numbers), ASKED_AT_ONCE):
        some = numbers[start : start + ASKED_AT_ONCE]
        rows = numbered(source=source, external_number__in=some)
        known.update(rows.values_list("external_number", flat=True))
    return known


def of_numbers(run_id: UUID, numbers: Sequence[str]) -> list[UUID]:
    """Reports of an import by their numbers in its book. 1 query."""
    rows = Report.objects.filter(run_id=run_id, external_number__in=list(numbers))
    return list(rows.order_by("id").values_list("id", flat=True))


_UNPUBLISHED = Prepared(lambda: unpublished().values_list("id"))


def _of(report_ids: Iterable[UUID]) -> list[Report]:
    wanted = tuple(report_ids)
    return _BY_IDS.found(wanted) if wanted else []


_BY_IDS = PreparedRows(Report, lambda ids: Report.objects.filter(id__in=ids).order_by("received_at", "id"))


def _row(report: Report) -> ReportRow:
    return ReportRow(
        report.id,
        report.text,
        report.channel,
        report.place_id,
        report.place_path,
        report.lon,
        report.lat,
        report.category_id,
        report.said_at,
        report.received_at,
        report.contact is not None,
        report.may_call,
        report.source,
        report.external_number,
        report.run_id,
        report.restatement,
        report.erased_at,
    )


def _copy(report: Report) -> HandlerCopy:
    return HandlerCopy(
        report.id,
        report.restatement or mask_private(report.text),
        bool(report.restatement),
        report.channel,
        report.place_id,
        report.lon,
        report.lat,
        report.category_id,
        report.said_at,
        report.received_at,
        report.may_call,
    )


def _reveal(step: Step) -> Reveal:
    after = step.entry.after
    return Reveal(
        step.entry.at,
        step.entry.actor_id,
        tuple(after["duties"]),
        tuple(UUID(party) for party in after["parties"]),
        step.words.get("reason", ""),
    )


def _added(step: Step) -> Added:
    photos = tuple(UUID(photo) for photo in step.entry.after["evidence"])
    return Added(
        step.entry.at, step.entry.actor_kind, step.entry.actor_id, step.words.get("text", ""), photos
    )
