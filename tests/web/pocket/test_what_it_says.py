"""What a case and its forms say on the phone: first things first, danger in red, what must be shown, nobody answered for."""

import re
from datetime import datetime

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from tests.cast import Cast, walk
from tests.web.pocket.conftest import Phone, address
from tests.web.pocket.test_one_case import shown

pytestmark = pytest.mark.django_db


def test_what_is_to_be_done_first_stands_above_the_proof(cast: Cast, phone: Phone, in_hand: Case) -> None:
    html = shown(phone(cast.qian), in_hand)
    condition = catalogue.condition(in_hand.condition_id)
    assert condition.first_action("zh-hans") in html
    assert html.index("先做什么") < html.index("结案凭证")


@pytest.mark.parametrize("dangerous", [True, False])
def test_danger_is_as_red_as_at_the_desk(dangerous: bool, cast: Cast, phone: Phone, noon: datetime) -> None:
    leaf = next(one for one in catalogue.open_leaves() if one.dangerous is dangerous and not one.refer_out)
    case = cast.lin_reports(noon, category=leaf.id)
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    html = " ".join(shown(phone(cast.qian), case).split())
    red = re.search(r'<span class="tag text-overdue"><svg[^>]*>.{0,120}</svg>有危险</span>', html)
    assert (red is not None, "有危险" in html) == (dangerous, dangerous)


def test_without_a_phone_nobody_on_his_phone_is_invited_to_answer_for_the_reporter(
    cast: Cast, phone: Phone, noon: datetime
) -> None:
    seen = {}
    for contact in ("", "13800001234"):
        moves = (
            (cast.chen, Move("accept")),
            (cast.wei, Move("not_found", note="没有看到碎片")),
            (cast.zhao, Move("pass_check", note="确实没有")),
        )
        case = walk(cast.lin_reports(noon, contact=contact), *moves, at=noon)
        page = phone(cast.chen).get(address(case)).context
        rest = {door["event"] for door in page["rest"]}
        seen[contact] = (page["first"] is None, {"satisfied", "unsatisfied", "call_back"} <= rest)
    assert seen == {"": (True, True), "13800001234": (False, False)}


@pytest.mark.parametrize(
    ("kinds", "marked"),
    [
        ({"photo_after"}, [("处置后", "必拍")]),
        ({"photo_after", "document"}, [("处置后", "必拍"), ("单据照片（维保单等）", "必拍")]),
        ({"document"}, [("单据照片（维保单等）", "必拍"), ("处置后", "可不拍")]),
    ],
)
def test_what_must_be_shown_is_marked_and_stands_first(
    kinds: set[str], marked: list[tuple[str, str]], cast: Cast, phone: Phone, noon: datetime
) -> None:
    leaf = next(
        one
        for one in catalogue.open_leaves()
        if {*catalogue.proof(one.id).kinds} - {"note", "count"} == kinds
    )
    case = cast.lin_reports(noon, category=leaf.id)
    given = (cast.chen, Move("dispatch", party=cast.property))
    walk(case, (cast.chen, Move("accept")), given, (cast.qian, Move("take")), at=noon)
    html = shown(phone(cast.qian), case, "done")
    assert re.findall(r'<legend>([^<]+) <span class="tag">([^<]+)</span></legend>', html) == marked
