"""What the desk says of a case to everybody: one short sentence that somebody has looked at, or nothing.

A sentence with a number of a person or a plate is refused; names and flats are shown first, and said only when somebody confirms that
they are nobody's. What may not be said of a case, and why, is `why_none`: it is asked when it is written, and again whenever it is shown.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from gezhi.cases.complaint import is_complaint
from gezhi.cases.lifecycle import Ending, Role, State
from gezhi.cases.models import Case, PublicWords
from gezhi.cases.policy import may_open, roles_for, visible_to
from gezhi.cases.queries import locked, report_ids
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import is_discreet
from gezhi.catalogue.views import CategoryView
from gezhi.journal.actions import Deed, erase_words, record
from gezhi.kernel.actor import SYSTEM, Actor, Duty
from gezhi.kernel.persons import nameless, person_spans
from gezhi.kernel.private import Span, private_spans
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, NotYours, Stale
from gezhi.kernel.text import BadText, clean_name, one_line
from gezhi.reports import queries as reports
from gezhi.tenancy.prepared import PreparedRows

EVENT: Final = "public_words"  # what the deed is called; its outcome is one of these two
SHOWN, KEPT = "shown", "kept"
LIMIT: Final = 120  # signs of a sentence
PROPOSED: Final = 60  # signs of a proposal
LEAST: Final = 8  # signs of a first sentence that says enough by itself
# what has not moved for longer is looked up by few, and waits for nobody's eyes
WAITS: Final = timedelta(days=30)
DOUBTFUL: Final = frozenset({"name", "home"})  # kinds of spans that somebody may confirm to be nobody's
DESK: Final = frozenset({Role.DESK, Role.APPROVER})
UNREAD: Final = frozenset({State.REPORTED.value, State.ASKED.value})
_SILENT: Final = {
    Ending.DECLINED.value: "not_accepted",
    Ending.NOT_OURS.value: "referred",
    Ending.DUPLICATE.value: "joined",
}
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")


def why_none(case: Case) -> str:
    """Why strangers are told no words of this case: complaint, referred, discreet, not_accepted, joined; "" when they may be. No query."""
    leaf = catalogue.category(case.category_id) if case.category_id else None
    if is_complaint(case) or (leaf and leaf.complains_of_party):
        return "complaint"
    if leaf is None or case.state in UNREAD:
        return "not_accepted"
    return why_none_of(leaf) or _SILENT.get(case.ending, "")


def why_none_of(leaf: CategoryView) -> str:
    """The same of all cases of a leaf."""
    if leaf.complains_of_party:
        return "complaint"
    if leaf.refer_out:
        return "referred"
    return "discreet" if is_discreet(leaf.code) else ""


def may_say(roles: AbstractSet[Role]) -> bool:
    """The desk of the case and the officer above it, as for its pictures."""
    return bool(roles & DESK)


# ---- write ----


@transaction.atomic
def say(
    case_id: UUID,
    text: str,
    *,
    confirmed: AbstractSet[str] = frozenset(),
    version: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Everybody reads this sentence of the case from now on. confirmed: what looks like a name or a flat and is none, as it stands there.

    version: of the decision that was seen, 0 before the first. Raises NotFound, NotYours, NotFromHere(why_none), Stale,
    Missing("public_words"), Invalid("public_words", code of `judged`).
    """
    case, row = _locked(case_id, version, actor)
    if why := why_none(case):
        raise NotFromHere(f"no_words_{why}")
    said = judged(text, confirmed)
    if row is None or row.text != said:
        _decide(case, row, said, actor=actor, at=at)


@transaction.atomic
def keep_quiet(case_id: UUID, *, version: int | None = None, actor: Actor, at: datetime) -> None:
    """Nothing is said of the case, or not any more, at once. Also of one of which nothing may be said. Raises NotFound, NotYours, Stale."""
    case, row = _locked(case_id, version, actor)
    if row is None or row.text:
        _decide(case, row, "", actor=actor, at=at)


def follow_moved(case: Case, was: str, *, at: datetime) -> Deed | None:
    """After a deed by which nothing may be said of a case any more: its sentence is taken back. The deed is the caller's to record.

    was: `why_none` before it. The case is locked. No query as a rule, 1 where it became so, 1 statement more where something was said.
    """
    if was or not why_none(case):
        return None
    row = PublicWords.objects.filter(case=case).exclude(text="").first()
    return _written(case, row, "", by=None, at=at) if row else None


def forget(case_ids: Iterable[UUID], entries: Mapping[UUID, list[UUID]], *, at: datetime) -> None:
    """Take back what is said of these cases, and blank what was ever said of them. entries: rows of the journal by case.

    The version goes on whatever was said, also of what was never looked at: a form that is open has the erased words in it, and may not
    be sent any more. What somebody decided to keep quiet stays his decision. In the caller's transaction, which does not hold the cases yet.
    """
    held = Case.objects.select_for_update(no_key=True).filter(id__in=list(case_ids)).order_by("id")
    for case in held:
        row = standing(case.id)
        by = row.by_id if row and not row.text else None
        record(_written(case, row, "", by=by, at=at), actor=SYSTEM, at=at)
        if rows := entries.get(case.id):
            erase_words(kind="case", id=case.id, entries=rows, at=at)


def _locked(case_id: UUID, version: int | None, actor: Actor) -> tuple[Case, PublicWords | None]:
    case = locked(case_id)
    if not may_open(actor, case):
        raise NotFound("case")
    if not may_say(roles_for(actor, case)):
        raise NotYours(deed=EVENT)
    row = standing(case.id)
    if version is not None and version != (row.version if row else 0):
        raise Stale(version=row.version if row else 0)
    return case, row


def _decide(case: Case, row: PublicWords | None, text: str, *, actor: Actor, at: datetime) -> None:
    record(_written(case, row, text, by=actor.id, at=at), actor=actor, at=at)


def _written(case: Case, row: PublicWords | None, text: str, *, by: UUID | None, at: datetime) -> Deed:
    """The row as it is now, and the deed to record. The journal's version tells that nothing was written past it."""
    before = {"outcome": SHOWN if row.text else KEPT} if row else {}
    made = row or PublicWords(case=case, version=0)
    made.text, made.version, made.by_id, made.at = text, made.version + 1, by, at
    if row:
        made.save(update_fields=["text", "version", "by_id", "at"])
    else:
        made.save(force_insert=True)
    after = {"outcome": SHOWN if text else KEPT, "words": made.version}
    return Deed("case", case.id, EVENT, before=before, after=after, words={"text": text})


# ---- what a sentence may say ----


def judged(text: str, confirmed: AbstractSet[str] = frozenset()) -> str:
    """The sentence as it is kept, on one line. Raises Missing("public_words"); Invalid("public_words", code): too_long, hidden, …;
    phone, identity, plate, card, email, chat, number for what is never said; to_confirm for what looks like a name or a flat.
    """
    try:
        said = clean_name(" ".join(text.split()), LIMIT)
    except BadText as bad:
        raise Invalid("public_words", bad.code, **bad.details) from bad
    if not said:
        raise Missing(["public_words"])
    if strict := private_spans(said):
        raise Invalid("public_words", strict[0].kind)
    doubtful = {said[span.start : span.stop] for span in person_spans(said)} - set(confirmed)
    if doubtful:
        raise Invalid("public_words", "to_confirm")
    return said


def spans(text: str) -> list[Span]:
    """What of a sentence identifies somebody, or may: never said first, doubtful behind. In order, none overlapping another."""
    strict = private_spans(text)
    doubtful = [one for one in person_spans(text) if not any(_touch(one, other) for other in strict)]
    return sorted([*strict, *doubtful])


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.stop and other.start < one.stop


def proposed(text: str) -> str:
    """The first words of what was said, with *** for numbers of persons, and 某人, 某户 for names and flats that are known as such."""
    words = ""
    for sentence in _SENTENCE.findall(nameless(text)):
        words += sentence.strip() if len(words) < LEAST else ""
    return one_line(words.rstrip("。"), PROPOSED)


# ---- read ----


def standing(case_id: UUID) -> PublicWords | None:
    """What was decided about a case last; None as long as nobody has. 1 query."""
    return next(iter(_STANDING.found(case_id)), None)


_STANDING = PreparedRows(PublicWords, lambda id: PublicWords.objects.filter(case_id=id).order_by("id"))


def said_in(report: reports.ReportRow) -> str:
    """The words that a proposal is made of: the desk's restatement, else what was said."""
    return report.restatement or report.text


def proposals(case_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Of each case (what the desk could say, the words it is made of): the desk's restatement of its first report, else that one's own.

    "" twice where nothing was said or it was erased. 2 queries.
    """
    wanted = list(case_ids)
    first = {case_id: ids[0] for case_id, ids in report_ids(wanted).items() if ids}
    said = {row.id: said_in(row) for row in reports.for_desk(first.values())}
    whole = {case_id: said.get(first[case_id], "") if case_id in first else "" for case_id in wanted}
    return {case_id: (proposed(text), text) for case_id, text in whole.items()}


def waiting(actor: Actor, *, at: datetime) -> QuerySet[Case]:
    """Cases of this actor's desks of which something may be said and nobody has decided what, or a rule took it back, the last that moved
    first; none that have lain still for 30 days, none that came in a book. 1 query, and those of `visible_to`.
    """
    silent = [leaf.id for leaf in catalogue.leaves() if why_none_of(leaf)]
    decided = PublicWords.objects.filter(case_id=OuterRef("id"), by__isnull=False)
    rows = visible_to(actor).filter(
        ~Exists(decided),
        desk_id__in=actor.parties(Duty.CLERK, Duty.OFFICER),
        category__isnull=False,
        complained_of=None,
        run=None,
        entered_at__gte=at - WAITS,
    )
    rows = rows.exclude(category_id__in=silent).exclude(state__in=UNREAD).exclude(ending__in=_SILENT)
    return rows.order_by("-entered_at", "-id")


def words_of(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What everybody may read of these cases now; cases without are absent. 1 query, none for no case."""
    wanted = list(case_ids)
    if not wanted:
        return {}
    rows = PublicWords.objects.filter(case_id__in=wanted).exclude(text="").select_related("case")
    rows = rows.only("text", "case__state", "case__ending", "case__category_id", "case__complained_of_id")
    return {row.case_id: row.text for row in rows if not why_none(row.case)}
