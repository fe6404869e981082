"""Take in what people say, let the desk reword it, show a phone number for a reason, forget a person.

Who may restate, reveal or erase is decided by the policy of `cases` and asked by the flow that calls these; here every such
deed is only made impossible without its reason and without its line in the journal.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from gezhi.evidence import actions as evidence
from gezhi.evidence import voice
from gezhi.journal.actions import Deed, erase_words, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere
from gezhi.places.onpath import within
from gezhi.reports.contact import seal, unseal
from gezhi.reports.indexed import numbered
from gezhi.reports.intake import REASON_LIMIT, Intake, judge_photos, judged, phone, words
from gezhi.reports.models import ImportRun, Report
from gezhi.reports.queries import ASKED_AT_ONCE, stored_before
from gezhi.reports.receipts import Received, known, new_report, receipt


def receive(intake: Intake, *, at: datetime) -> Received:
    """Store one report and claim its pictures, inside the caller's transaction: 1 INSERT, 1 UPDATE more with pictures, 1 SELECT with a key.

    The caller journals `.deed` (together with the case it opens: one INSERT for both). A repeat of the same idempotency key
    ends in the database's IntegrityError; the caller then asks queries.find_repeat(intake) in a fresh transaction.
    Raises Invalid, Missing("text_or_photo").
    """
    said = judged(intake)
    if before := stored_before(said):
        return before
    report = new_report(said, at)
    Report.objects.bulk_create([report])
    if said.evidence:
        evidence.claim(said.evidence, kind="report", id=report.id, at=at)
    if said.voice:
        voice.claim(said.voice, report_id=report.id, at=at)
    return receipt(report, said.evidence, said.voice)


@transaction.atomic
def add_words(
    report_id: UUID, text: str, evidence_ids: Sequence[UUID] = (), *, actor: Actor, at: datetime
) -> None:
    """What somebody adds later, kept in the journal beside the report. Raises NotFound, Invalid, Missing("text_or_photo")."""
    photos = tuple(evidence_ids)
    judge_photos(photos)
    said = words(text, "text")
    if not said and not photos:
        raise Missing(["text_or_photo"])
    report = _locked(report_id)
    if photos:
        evidence.claim(photos, kind="report", id=report.id, at=at)
    after = {"evidence": [str(photo) for photo in photos]}
    record(Deed("report", report.id, "added", after=after, words={"text": said}), actor=actor, at=at)


@transaction.atomic
def leave_contact(report_id: UUID, number: str, *, may_call: bool, actor: Actor, at: datetime) -> None:
    """A phone number that its reporter leaves later, sealed as if it had come with the report; the journal says that, never which.

    Whether he is the one is the caller's check (who holds the code). Raises NotFound, Missing("contact"), Invalid("contact", "not_a_phone"),
    NotFromHere("has_contact" | "already_erased").
    """
    said = phone(number)
    if not said:
        raise Missing(["contact"])
    report = _locked(report_id)
    if report.erased_at is not None:
        raise NotFromHere("already_erased")
    if report.contact is not None:
        raise NotFromHere("has_contact")
    sealed = seal(report.id, said)
    report.contact, report.contact_key, report.contact_tail = sealed.number, sealed.key, sealed.tail
    report.may_call = may_call
    report.save(update_fields=["contact", "contact_key", "contact_tail", "may_call"])
    record(Deed("report", report.id, "contact_left", after={"may_call": may_call}), actor=actor, at=at)


@transaction.atomic
def restate(report_id: UUID, text: str, *, actor: Actor, at: datetime) -> None:
    """The desk's wording, which handlers see instead of the reporter's from now on. Raises NotFound, Invalid, Missing("text")."""
    said = words(text, "text")
    if not said:
        raise Missing(["text"])
    report = _locked(report_id)
    report.restatement = said
    report.save(update_fields=["restatement"])
    record(Deed("report", report.id, "restated", words={"text": said}), actor=actor, at=at)


@transaction.atomic
def reveal_contact(report_id: UUID, reason: str, *, actor: Actor, at: datetime) -> str:
    """The reporter's phone number, for a reason that the reporter reads on the status page (queries.reveals).

    Whether this actor may ask is the caller's check (policy of `cases`). The journal row is written before the number is
    given out. Raises Missing("reason"), NotFound, Invalid("contact", "none") when no number was left or it was erased.
    """
    why = words(reason, "reason", REASON_LIMIT)
    if not why:
        raise Missing(["reason"])
    report = _locked(report_id)
    if report.contact is None or report.contact_key is None:
        raise Invalid("contact", "none")
    after = {
        "duties": sorted({post.duty.value for post in actor.posts}),
        "parties": sorted(str(party) for party in actor.parties()),
    }
    record(
        Deed("report", report.id, "contact_revealed", after=after, words={"reason": why}), actor=actor, at=at
    )
    return unseal(report.id, bytes(report.contact), bytes(report.contact_key))


@transaction.atomic
def erase(report_id: UUID, reason: str, *, with_pictures: bool = False, actor: Actor, at: datetime) -> None:
    """Forget the person: text, restatement, phone number with its key, and all words of this report in the journal.

    with_pictures: the report's pictures too; by default they stay, as they show a place. The row, its code, place, dates and the journal's chain stay (I14). Raises Missing("reason"), NotFound,
    NotFromHere("already_erased").
    """
    why = words(reason, "reason", REASON_LIMIT)
    if not why:
        raise Missing(["reason"])
    report = _locked(report_id)
    if report.erased_at is not None:
        raise NotFromHere("already_erased")
    report.text = report.restatement = report.contact_tail = report.body_digest = ""
    report.contact = report.contact_key = None
    report.may_call, report.erased_at = False, at
    report.save(
        update_fields=[
            "text",
            "restatement",
            "contact_tail",
            "body_digest",
            "contact",
            "contact_key",
            "may_call",
            "erased_at",
        ]
    )
    gone = evidence.discard(kind="report", id=report.id, at=at) if with_pictures else 0
    voice.discard(report.id, at=at)
    erase_words(kind="report", id=report.id, at=at)
    after = {"pictures": gone}
    record(Deed("report", report.id, "erased", after=after, words={"reason": why}), actor=actor, at=at)


def follow_place(old_path: str, new_path: str) -> int:
    """A place was moved: the path kept with every report from there follows, inside the caller's transaction. 1 UPDATE."""
    rows = Report.objects.filter(within(old_path))
    return rows.update(place_path=Concat(Value(new_path), Substr("place_path", len(old_path) + 1)))


def _locked(report_id: UUID) -> Report:
    try:
        report: Report = Report.objects.select_for_update(no_key=True).get(id=report_id)
    except Report.DoesNotExist:
        raise NotFound from None
    return report


@transaction.atomic
def start_run(source: str, file_digest: str, *, actor: Actor, at: datetime) -> UUID:
    """Begin an import, or go on with the one of this source that was never published: its rows are known by number.

    source: whose book it is, at most 40 characters; file_digest: SHA-256 of the sheet. Returns the run's id.
    """
    run: ImportRun = ImportRun.objects.get_or_create(
        source=source, published_at=None, defaults={"file_digest": file_digest, "started_at": at}
    )[0]
    if run.file_digest != file_digest:
        run.file_digest = file_digest
        run.save(update_fields=["file_digest"])
    record(
        Deed("import", run.id, "started", after={"source": source, "file": file_digest}), actor=actor, at=at
    )
    return run.id


def receive_many(rows: Sequence[Intake], run_id: UUID, *, at: datetime) -> list[Received]:
    """Store a batch of a run inside the caller's transaction: 1 SELECT, 1 INSERT. One receipt per row, in their order.

    Every row has a source and an external number; one that is known already, also from earlier in this batch, gives the
    report that is there (is_new False, nothing written). No pictures. Raises Invalid with `row` = index of the culprit.
    """
    said = judged_rows(rows)
    numbers = {(one.source, one.external_number) for one in said}
    found = numbered(
        source__in={source for source, _ in numbers}, external_number__in={number for _, number in numbers}
    ).values_list("source", "external_number", "id")
    ids: dict[tuple[str, str], UUID] = {(source, number): id for source, number, id in found}
    receipts, fresh = [], []
    for one in said:
        address = (one.source, one.external_number)
        if address in ids:
            receipts.append(known(ids[address]))
            continue
        report = new_report(one, at, run_id)
        ids[address] = report.id
        fresh.append(report)
        receipts.append(receipt(report))
    Report.objects.bulk_create(fresh)
    return receipts


def judged_rows(rows: Sequence[Intake]) -> list[Intake]:
    """As `intake.judged`, each of a sheet. Raises Invalid with `row` = index of the first culprit."""
    return [_judged_row(number, row) for number, row in enumerate(rows)]


def _judged_row(number: int, row: Intake) -> Intake:
    try:
        if not row.source or not row.external_number:
            raise Invalid("external_number", "missing")
        if row.evidence:
            raise Invalid("evidence", "not_in_a_sheet")
        return judged(row)
    except Missing:
        raise Invalid("text", "missing", row=number) from None
    except Invalid as bad:
        raise Invalid(bad.field, bad.code, **{**_others(bad), "row": number}) from bad


def _others(bad: Invalid) -> dict[str, object]:
    return {name: value for name, value in bad.details.items() if name != "field"}


@transaction.atomic
def publish_run(run_id: UUID, *, read: int, bad: int = 0, actor: Actor, at: datetime) -> tuple[int, int]:
    """Show the reports of a run, by one small write. read, bad: rows of the sheet. Returns (new, known).

    Raises NotFound when there is no such run still waiting.
    """
    try:
        run: ImportRun = ImportRun.objects.select_for_update(no_key=True).get(id=run_id, published_at=None)
    except ImportRun.DoesNotExist:
        raise NotFound from None
    run.read, run.bad, run.published_at = read, bad, at
    run.new = Report.objects.filter(run=run).count()
    run.known = max(0, read - bad - run.new)
    run.save(update_fields=["read", "new", "known", "bad", "published_at"])
    after = {"read": run.read, "new": run.new, "known": run.known, "bad": run.bad}
    record(Deed("import", run.id, "published", after=after), actor=actor, at=at)
    return run.new, run.known


def publish_left(report_ids: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    """Show the runs of these reports that nobody has published: what is known must be seen. 1 query per 500 reports.

    Whoever is still at such a run finds it published, and that is well.
    """
    runs: set[UUID] = set()
    for start in range(0, len(report_ids), ASKED_AT_ONCE):
        some = Report.objects.filter(id__in=list(report_ids[start : start + ASKED_AT_ONCE]))
        runs.update(some.filter(run__isnull=False, run__published_at=None).values_list("run_id", flat=True))
    _publish(runs, actor=actor, at=at)


def publish_stale(sources: str, *, before: datetime, actor: Actor, at: datetime) -> None:
    """Show the runs of sources that begin like this which began before a moment and were never published. 1 query."""
    rows = ImportRun.objects.filter(source__startswith=sources, published_at=None, started_at__lt=before)
    _publish(rows.values_list("id", flat=True)[:100], actor=actor, at=at)


def _publish(runs: Iterable[UUID], *, actor: Actor, at: datetime) -> None:
    for run in sorted(runs):
        with suppress(NotFound):
            publish_run(run, read=Report.objects.filter(run_id=run).count(), actor=actor, at=at)
