"""The office whose data stand for the release of the first loop (releases/first_loop.json): `python -m tests.ready tests.config.first_office`.

Something of everything that release could write: every state and ending, a pause, more time, a join, a call that is owed, an
escalation, an erased reporter, a picture, a roster, a routing rule.
"""

import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from PIL import Image

from gezhi.cases import numbers
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.catalogue import actions as catalogue_actions
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.duty import actions as duty
from gezhi.evidence.actions import Kept, keep, prepare
from gezhi.flows.reach_reporter import forget
from gezhi.kernel.actor import SYSTEM
from gezhi.routing.actions import add_rule
from gezhi.routing.terms import Terms
from gezhi.tenancy.current import scope
from gezhi.tenancy.keys import make_key_file
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, _parties, _people, lin, settle, walk

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = "13800138000"


class Sent(io.BytesIO):
    name, size = "IMG_0001.jpg", None


def picture(at: datetime) -> UUID:
    made = io.BytesIO()
    Image.new("RGB", (16, 12), (120, 0, 0)).save(made, "JPEG")
    (kept,) = keep([Sent(made.getvalue())], at=at)
    assert isinstance(kept, Kept)
    prepare(kept.id, at=at)
    return kept.id


def done(at: datetime) -> Move:
    kinds = ("photo_after", "photo_same_angle", "document")
    return Move("done", note="已更换玻璃", shown=tuple(Shown(picture(at), kind) for kind in kinds), count=1)


def tell_stories(cast: Cast, at: datetime) -> None:
    """A case for every state and ending, and what hangs on cases."""
    chen, zhou, zhao, gao = cast.chen, cast.zhou, cast.zhao, cast.gao
    accept, send, take = (
        (chen, Move("accept")),
        (chen, Move("dispatch", party=cast.agency)),
        (gao, Move("take")),
    )
    in_hand, seen = (accept, send, take), (zhao, Move("pass_check", note="干净了"))
    until = at + 20 * DAY

    def said(*moves: tuple[object, Move], **more: object) -> Case:
        return walk(cast.lin_reports(at, **more), *moves, at=at)

    said()
    said((chen, Move("ask", note="哪个门？")))
    said(accept)
    said(accept, send, contact=PHONE, may_call=True)
    said(*in_hand, (gao, Move("request_extension", reason="等玻璃", until=until)))
    said(*in_hand, (zhou, Move("carry_forward", reason="等玻璃", until=until)))
    said(*in_hand, (gao, Move("put_to_meeting", note="周三开会", until=until)))
    said(*in_hand, (gao, done(at)))
    said(*in_hand, (gao, done(at)), seen, contact=PHONE)
    objected = said(*in_hand, (gao, done(at)), seen)
    walk(objected, (lin(objected), Move("unsatisfied", reason="没有修好")), at=at)
    solved = said(*in_hand, (gao, done(at)), seen, (chen, Move("satisfied")))
    walk(
        solved,
        (chen, Move("reopen", reason="又坏了")),
        (gao, done(at)),
        seen,
        (chen, Move("satisfied")),
        at=at,
    )
    said((chen, Move("decline", reason="不属实")))
    said(accept, (zhou, Move("not_ours", reason="归房管")))
    said(accept, send, (zhou, Move("wont_do", reason="明年改造")))
    said(
        accept,
        (chen, Move("not_found", note="没有看见")),
        (zhao, Move("fail_check", note="看了", reason="在的")),
    )


def tell_stranger_stories(cast: Cast, at: datetime) -> None:
    """A join, something solved on the spot, and a reporter who was erased."""
    first, second = cast.lin_reports(at), cast.lin_reports(at)
    advance(second.id, Move("join", into=first.id), actor=cast.chen, at=at)
    spot = Move("solve_on_spot", shown=(Shown(picture(at)),), presence="place_code")
    walk(
        cast.lin_reports(at, category=catalogue.by_code("0101").id),
        (cast.wei, Move("accept")),
        (cast.wei, spot),
        at=at,
    )
    gone = walk(cast.lin_reports(at, contact=PHONE), (cast.chen, Move("accept")), at=at)
    resident = lin(gone)
    assert resident.id is not None
    advance(gone.id, Move("add", note="我是林某"), actor=resident, at=at)
    forget(gone.id, resident.id, "本人要求", actor=cast.chen, at=at)


def keep_house(cast: Cast, at: datetime) -> None:
    """A roster, and a rule that proposes."""
    duty.plan_shift(cast.desk_a, duty.OnDuty("陈", "0631-0000102"), at, at + 8 * HOUR, actor=SYSTEM, at=at)
    add_rule(Terms(name="夜间", hour_from=1200, hour_to=420, party=cast.agency), actor=SYSTEM, at=at)


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    make_key_file(settings.GEZHI_KEY_FILE)
    settings.GEZHI_MEDIA.mkdir(parents=True, exist_ok=True)
    office = Jurisdiction.objects.create(code="371072", name="威海经济技术开发区", made_at=NOON)
    with scope(office.id):
        numbers.forget()
        catalogue_actions.load_book(actor=SYSTEM, at=NOON)
        town = settle(NOON)
        ids = _parties(town, NOON)
        cast = Cast(town=town, **ids, **_people(town, ids, NOON))
        tell_stories(cast, NOON + HOUR)
        tell_stranger_stories(cast, NOON + HOUR)
        keep_house(cast, NOON + HOUR)
        for days in (1, 3, 9):  # the clock strikes: reminders, a rung of the ladder, silences that lapse
            for _ in range(20):
                if not worker.do_errands(NOON + days * DAY):
                    break
            worker.keep_books(NOON + days * DAY)


if __name__ == "__main__":
    main()
