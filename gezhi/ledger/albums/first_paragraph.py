"""The first paragraph of a week's brief, as somebody of the desk wrote it: kept per week and ground, the last one known by its version."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.private import private_spans
from gezhi.kernel.refusal import Invalid, NotYours, Stale
from gezhi.kernel.text import BadText, clean
from gezhi.ledger.models import BriefWords
from gezhi.tenancy.clock import new_id

LIMIT: Final = 600


@transaction.atomic
def keep(monday: date, ground: UUID, text: str, *, version: int, actor: Actor, at: datetime) -> None:
    """text: "" = the template says it again. version: of the one that was seen, 0 before the first.

    Raises NotYours, Stale, Invalid("first_paragraph", code): too_long, hidden, …; phone, identity, plate, card, email, chat for what is no brief's to say.
    """
    if actor.id is None or not actor.has(Duty.CLERK, Duty.OFFICER):
        raise NotYours(deed="brief_words")
    said = _judged(text)
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


def _judged(text: str) -> str:
    try:
        said = clean(text.strip(), LIMIT)
    except BadText as bad:
        raise Invalid("first_paragraph", bad.code, **bad.details) from bad
    if found := private_spans(said):
        raise Invalid("first_paragraph", found[0].kind)
    return said
