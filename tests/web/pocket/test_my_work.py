"""我的活: what is mine, most urgent first, at the same cost for any number; and what is nobody else's business."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.cases import policy
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.web.pocket import near
from tests.cast import Cast, done, walk
from tests.web.pocket.conftest import Phone, address

pytestmark = pytest.mark.django_db
HERE = "lon=122.1801&lat=37.4001"  # some metres from the compound of the cast


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def glass(cast: Cast, noon: datetime, count: int) -> None:
    for n in range(count):
        case = cast.lin_reports(noon - timedelta(minutes=n), f"第{n}扇玻璃碎了")
        walk(
            case,
            (cast.chen, Move("accept")),
            (cast.chen, Move("dispatch", party=cast.property)),
            at=noon,
        )


@pytest.mark.parametrize(
    "door", ["/my/", "/my/found/", "/my/duty/", "/my/me/", "/my/cases/371072-2026-0000001/"]
)
def test_whoever_is_not_logged_in_is_asked_who_he_is(door: str, cast: Cast, phone: Phone) -> None:
    answer = Client(HTTP_HOST="localhost").get(door)
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={door}")


def test_the_worker_sees_what_his_party_must_take(cast: Cast, phone: Phone, dispatched: Case) -> None:
    html = page(phone(cast.qian), "/my/")
    assert address(dispatched) in html
    assert "悦海花园 3号楼 2单元" in html
    assert "已派遣" in html


def test_strangers_lists_are_empty_and_say_what_to_do(cast: Cast, phone: Phone, dispatched: Case) -> None:
    html = page(phone(cast.mo), "/my/")
    assert dispatched.number not in html
    assert "现在没有要办的事" in html
    assert 'href="/my/found/"' in html


def test_sabotage_without_the_policy_the_stranger_would_see_it(
    cast: Cast, phone: Phone, noon: datetime, dispatched: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dispatched.number not in page(phone(cast.mo), "/my/?view=area")
    walk(dispatched, (cast.chen, Move("undo_dispatch")), at=noon)
    monkeypatch.setattr(policy, "_seen_by", lambda post: ~policy.Q(pk__in=()))
    assert dispatched.number in page(phone(cast.mo), "/my/?view=area")


def test_work_for_the_checker_stands_under_its_own_tab(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    walk(in_hand, (cast.qian, done(noon)), at=noon)
    assert address(in_hand) in page(phone(cast.zhao), "/my/?view=check")
    assert address(in_hand) not in page(phone(cast.qian), "/my/?view=check")


def test_whoever_has_only_checks_begins_with_them(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    zhao = phone(cast.zhao)
    assert "现在没有要办的事" in page(zhao, "/my/")
    walk(in_hand, (cast.qian, done(noon)), at=noon)
    assert address(in_hand) in page(zhao, "/my/")
    assert "现在没有要办的事" in page(zhao, "/my/?view=todo")


def test_work_to_do_comes_before_checks(cast: Cast, phone: Phone, in_hand: Case, noon: datetime) -> None:
    walk(in_hand, (cast.qian, done(noon)), at=noon)
    own = cast.lin_reports(noon, "办事处门口的灯")
    walk(own, (cast.zhou, Move("accept")), (cast.zhou, Move("dispatch", party=cast.office_desk)), at=noon)
    html = page(phone(cast.zhou), "/my/")
    assert (address(own) in html, address(in_hand) in html) == (True, False)


def test_a_failed_check_comes_back_as_a_second_round(
    cast: Cast, phone: Phone, in_hand: Case, noon: datetime
) -> None:
    failed = Move("fail_check", reason="还有碎片")
    walk(in_hand, (cast.qian, done(noon)), (cast.zhao, failed), at=noon)
    html = page(phone(cast.qian), "/my/?view=back")
    assert address(in_hand) in html
    assert "第 2 轮" in html


def test_a_returned_dispatch_comes_back_to_the_desk_that_sent_it(
    cast: Cast, phone: Phone, dispatched: Case, noon: datetime
) -> None:
    walk(dispatched, (cast.qian, Move("return", reason="不归物业")), at=noon)
    assert address(dispatched) in page(phone(cast.chen), "/my/?view=back")


@pytest.mark.parametrize("query", ["", f"?{HERE}"])
def test_the_list_costs_the_same_for_one_and_for_three(
    query: str, cast: Cast, phone: Phone, noon: datetime
) -> None:
    client, costs = phone(cast.qian), []
    for more in (1, 2):
        glass(cast, noon, more)
        page(client, f"/my/{query}")
        with CaptureQueriesContext(connection) as asked:
            html = page(client, f"/my/{query}")
        costs.append(len(asked))
    assert html.count('class="cell"') == 3
    assert costs[0] == costs[1]


def test_by_nearness_the_nearest_stands_first_and_says_how_far(
    cast: Cast, phone: Phone, noon: datetime
) -> None:
    far = cast.lin_reports(noon - timedelta(hours=3), "路面坑洼", place=cast.town.street_b)
    glass(cast, noon, 1)
    walk(far, (cast.zhou, Move("accept")), at=noon)
    walk(far, (cast.zhou, Move("dispatch", party=cast.property)), at=noon)
    by_clock, by_way = page(phone(cast.qian), "/my/"), page(phone(cast.qian), f"/my/?{HERE}")
    assert by_clock.index("中街") < by_clock.index("3号楼")
    assert by_way.index("3号楼") < by_way.index("中街")
    assert "10 米" in by_way
    assert "10 米" not in by_clock


@pytest.mark.parametrize(
    "query", ["lon=x&lat=37.4", "lon=122.18", "lon=nan&lat=nan", "lon=999&lat=37", "lon=37.4&lat=122.18"]
)
def test_a_position_that_is_none_leaves_the_list_by_clock(
    query: str, cast: Cast, phone: Phone, dispatched: Case
) -> None:
    assert "按时限，最急的在前" in page(phone(cast.qian), f"/my/?{query}")


def test_a_position_is_rounded_to_some_ten_metres() -> None:
    assert near.position({"lon": "122.18012345", "lat": "37.40009999"}) == (122.1801, 37.4001)


def test_somebody_without_a_post_of_today_stays_outside(cast: Cast, phone: Phone) -> None:
    from gezhi.parties.models import PartyPost

    client = phone(cast.mo)
    PartyPost.objects.filter(account=cast.mo.id).delete()
    assert client.get("/my/").status_code in (302, 403)


def test_whoever_leads_a_party_sees_what_his_colleagues_have_in_hand(
    cast: Cast, phone: Phone, dispatched: Case, noon: datetime
) -> None:
    walk(dispatched, (cast.qian, Move("take")), at=noon)
    assert address(dispatched) not in page(phone(cast.sun), "/my/?view=todo")
    assert address(dispatched) in page(phone(cast.sun), "/my/?view=ours")
    assert "本单位" not in page(phone(cast.qian), "/my/?view=todo")
