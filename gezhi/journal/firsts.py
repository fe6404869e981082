"""First rows of many subjects at once, without a row object each: an import writes two hundred thousand of them.

What stands there is what `actions.record` would have written, signature and all.
"""

from collections.abc import Sequence
from datetime import datetime

from gezhi.journal.actions import Deed, as_json
from gezhi.journal.chain import Firsts, canonical
from gezhi.journal.models import Entry
from gezhi.kernel.actor import Actor
from gezhi.tenancy import inserting
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current
from gezhi.tenancy.inserting import Mould, Ready
from gezhi.tenancy.keys import derived

_DIFFER = ("id", "subject_kind", "subject_id", "event", "after", "mac")


def first_rows(deeds: Sequence[Deed], *, actor: Actor, at: datetime) -> list[Ready]:
    """The signed rows of deeds whose subjects are made in the transaction that stores them. Nothing is written.

    Raises ValueError on a naive moment, a subject that is not new or stands here twice, a change of what was before, or words.
    """
    if at.tzinfo is None:
        raise ValueError("a deed has an aware time")
    if len({(deed.kind, deed.id) for deed in deeds}) < len(deeds):
        raise ValueError("a subject begins once")
    if any(not deed.is_first or deed.before or deed.words for deed in deeds):
        raise ValueError("only the first row of a subject, without words")
    key, office = derived("journal"), current()
    mould = Mould(
        Entry(
            jurisdiction_id=office,
            subject_id=office,
            seq=1,
            at=at,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
        ),
        *_DIFFER,
    )
    signing = Firsts(key, office, at, actor.kind.value, actor.id)
    rows = []
    for deed in deeds:
        id, after = new_id(), deed.spelled or canonical(as_json(deed.after)).decode()
        mac = signing.mac(id, deed.kind, deed.id, deed.event, after)
        rows.append(mould.cast(id, deed.kind, deed.id, deed.event, inserting.Spelled(after), mac))
    return rows


def write_firsts(rows: Sequence[Ready]) -> None:
    """Store what `first_rows` made, inside the transaction that makes the subjects. 1 INSERT."""
    inserting.write(Entry, rows)
