"""What somebody did to many cases, for the world behind the doors."""

from datetime import datetime

from gezhi.cases.bulk import actions
from gezhi.cases.bulk.actions import Wanted, Wish
from gezhi.cases.bulk.kinds import BulkDeed
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import bulk
from tests.cast import Cast, lin_reports, walk


def accepted(cast: Cast, at: datetime) -> Case:
    """One more case, which Chen accepted."""
    return walk(lin_reports(cast, at, "楼道门玻璃碎了 又一件"), (cast.chen, Move("accept")), at=at)


def of_bulk(name: str, cast: Cast, at: datetime) -> dict[str, str]:
    """What Chen did to many, one of them: done, and still to be done."""
    ids = []
    for end in ("done", "waiting"):
        case = accepted(cast, at)
        wish = Wish(BulkDeed.DISPATCH, (Wanted(case.id, case.version, cast.property),))
        ids.append(actions.begin(wish, key=f"bulk-of-{name}-{end}", actor=cast.chen, at=at))
    bulk.go_on(ids[0], at=at)
    return {f"{name}.bulk": str(ids[0]), f"{name}.bulk.waiting": str(ids[1])}
