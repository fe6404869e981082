"""Many fresh reports that begin alike within a day are one notice that counts up, as they are one line of the desk's list (cases.floods).

Every step keeps its row, so that nobody has to believe it was told; all but the newest are settled and stand for nothing. When somebody has
looked at the newest, the next newest stands for the rest. Outside (mail, group chat, WeCom) a flood is told when it is one, and again each time
it has doubled: its highest step is kept by desk and flood, whatever is looked at meanwhile. Programs (webhooks) are told every step: they count
themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from gezhi.cases import floods
from gezhi.cases.floods import FROM, Key
from gezhi.notices import actions as notices
from gezhi.notices.actions import Coming
from gezhi.notices.whom import News


def folded(coming: Sequence[Coming], *, at: datetime) -> tuple[list[Coming], Collection[UUID]]:
    """The notices of one batch with floods folded, and the ids of those that are told outside, too. In the caller's transaction.

    1 query where something is fresh, 1 more where it may be a flood, 4 statements for each flood.
    """
    fresh = [one.case for one in coming if one.case and one.news is News.REPORTED and not one.is_settled]
    parts = floods.parts_of(fresh, at=at)
    of = {
        one.id: part
        for one in coming
        if one.case and (part := parts.get(one.case)) and part.desk_id == one.party
    }
    newest: dict[tuple[UUID, Key], UUID] = {(part.desk_id, part.key): id for id, part in of.items()}
    told = {one.id for one in coming if one.id not in of}
    for id in newest.values():
        part = of[id]
        notices.fold(floods.cases_of(part.key, part.desk_id), part.desk_id, at=at)
        mark, step = floods.mark_of(part.key), steps(part.size)
        if notices.rises(part.desk_id, mark, step, since=at - floods.WITHIN, at=at):
            told.add(id)
    return [_folded(one, of[one.id].size, newest.values()) if one.id in of else one for one in coming], told


def carry_on(left: Collection[tuple[UUID, UUID]]) -> None:
    """What these (case, party) stood for is told by the next newest. left: as notices.heads, settled by now. 1 query, 4 more for each; none for none."""
    keys = floods.keys_of([case for case, _ in left]) if left else {}
    for case, party in left:
        notices.hand_on(floods.cases_of(keys[case], party), party)


def _folded(one: Coming, size: int, newest: Collection[UUID]) -> Coming:
    if one.id in newest:
        return replace(one, stands_for=size)
    return replace(one, stands_for=0, is_settled=True)


def steps(size: int) -> int:
    """How often it has doubled since it became a flood, and one: 0 below, 1 from 20, 2 from 40, 3 from 80. PURE."""
    return (size // FROM).bit_length()
