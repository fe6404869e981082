"""Closed cases with pictures before and after, as albums, briefs and walls show them."""

from datetime import datetime, timedelta
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.evidence.models import Evidence
from gezhi.insight.figures import exclusions
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions as ledger
from gezhi.ledger.albums import actions as albums
from gezhi.ledger.albums import queries
from gezhi.ledger.albums.standards import Draft
from tests.cast import Cast, done, lin, photo, walk


def solved(cast: Cast, at: datetime, **more: object) -> Case:
    """Lin's broken glass with a picture of her own, mended and confirmed an hour later with pictures of it; the ledger knows."""
    case = cast.lin_reports(at, **{"evidence": (photo(at),)} | more)
    hour = timedelta(hours=1)
    case = walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        at=at,
    )
    case = walk(case, (cast.qian, done(at + hour)), at=at + hour)
    case = walk(
        case, (cast.zhao, Move("pass_check", note="好了")), (lin(case), Move("satisfied")), at=at + hour
    )
    follow(at + hour)
    return case


def follow(at: datetime) -> None:
    """The ledger reads on."""
    seal(at=at)
    ledger.catch_up(at=at)


def cleared(case: Case, at: datetime) -> list[UUID]:
    """Everybody may see all pictures of the case; their ids."""
    reports = cases.report_ids([case.id])[case.id]
    rows = Evidence.objects.filter(claimed_id__in=[case.id, *reports])
    rows.update(public_at=at, looked_at=at, served_at=at)
    return list(rows.values_list("id", flat=True))


def album_as_things(name: str, cast: Cast, at: datetime) -> dict[str, str]:
    """For the table of permissions: an album of Chen's desk with one line that is tied to nothing."""
    made = albums.make("迎检", at.date(), at.date(), [Draft("楼道整洁")], actor=cast.chen, at=at)
    line = queries.lines(queries.album(made, actor=SYSTEM))[0]
    return {f"{name}.album": str(made), f"{name}.album.line": str(line.id)}


def left_out(cast: Cast, case: Case, at: datetime) -> None:
    """Chen asks that no figure counts the case, and Zhou agrees."""
    asked = exclusions.ask(case.number, "系统演练", actor=cast.chen, at=at)
    exclusions.review(asked.id, grant=True, actor=cast.zhou, at=at)
