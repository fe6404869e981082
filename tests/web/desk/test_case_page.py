"""One case: what each sees of it, what each may do, who looked at the phone number."""

from datetime import datetime
from uuid import UUID

from django.test import Client

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows.reporter_speaks import Saying, reporter_speaks
from gezhi.reports import queries as reports
from tests.cast import Cast, done, walk
from tests.web.desk.conftest import Desk, address, text

PHONE = "13800001234"


def test_the_page_says_what_where_who_and_by_when(cast: Cast, opened: Case, desk: Desk) -> None:
    page = text(desk(cast.chen).get(address(opened)))
    for words in (
        "楼道门玻璃碎了，地上有碎片",
        "悦海社区 悦海花园 3号楼 2单元",
        "悦海一格 A1",
        "悦海社区",
        "0631-0000102",
        "办结",
        "先做什么",
    ):
        assert words in page
    assert PHONE not in page


def test_first_aid_that_nobody_asked_for_is_not_shown_as_done(
    cast: Cast, to_check: Case, desk: Desk, noon: datetime
) -> None:
    """Broken glass asks for it, clutter does not; whoever has done it all has made both safe."""
    clutter = cast.lin_reports(noon, category=catalogue.by_code("0201").id)
    given = (cast.chen, Move("dispatch", party=cast.property))
    moves = ((cast.chen, Move("accept")), given, (cast.qian, Move("take")), (cast.qian, done(noon)))
    walk(clutter, *moves, at=noon)
    shown = [desk(cast.chen).get(address(case)).context["clocks"] for case in (to_check, clutter)]
    assert [clocks[0]["label"] for clocks in shown] == ["先做什么", "办结"]


def test_offers_stand_likely_first_and_grave_ones_last(
    cast: Cast, reported: Case, opened: Case, desk: Desk, noon: datetime
) -> None:
    fresh = cast.lin_reports(noon, text="又一件")
    events = [deed["event"] for deed in desk(cast.chen).get(address(fresh)).context["deeds"]]
    assert events == ["accept", "ask", "note", "correct", "join", "split", "decline"]
    assert desk(cast.chen).get(address(opened)).context["inline"] is not None


def test_a_stranger_gets_the_same_404_as_for_no_case(cast: Cast, reported: Case, desk: Desk) -> None:
    client = desk(cast.mo)
    pages = [
        client.get(address(reported)),
        client.get("/desk/cases/371072-2026-9999999/"),
        client.get("/desk/cases/x/"),
    ]
    assert [page.status_code for page in pages] == [404, 404, 404]


def test_a_reader_who_may_not_act_gets_403(cast: Cast, opened: Case, desk: Desk) -> None:
    client = desk(cast.zhao)  # a checker reads, but does not dispatch
    assert client.get(address(opened)).status_code == 200
    answer = client.post(
        address(opened, "dispatch"), {"version": opened.version, "party": str(cast.property)}
    )
    assert answer.status_code == 403
    assert Case.objects.get(id=opened.id).state == "opened"


def test_the_sheet_beside_the_list_is_the_same_case_without_the_frame(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    answer = desk(cast.chen).get(
        address(opened), HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://localhost/desk/?view=opened"
    )
    html = answer.content.decode()
    assert "<html" not in html
    assert 'class="sheet-head"' in html
    assert 'name="back" value="/desk/?view=opened"' in html


def test_a_look_at_the_phone_number_needs_a_reason_and_is_remembered(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    report_id = client.get(address(reported)).context["said"]["reports"][0]["id"]
    door = f"{address(reported)}reports/{report_id}/contact/"
    refused = client.post(door, {"reason": "  "})
    assert (refused.status_code, PHONE in text(refused)) == (422, False)
    assert PHONE in text(client.post(door, {"reason": "问清是哪一层"}))
    assert [(one.actor_id, one.reason) for one in reports.reveals(report_id)] == [
        (cast.chen.id, "问清是哪一层")
    ]
    assert "问清是哪一层" in text(client.get(address(reported)))


def test_a_handler_sees_the_phone_only_when_he_may_call(
    cast: Cast, reported: Case, desk: Desk, noon: datetime
) -> None:
    may_call = cast.lin_reports(noon, contact=PHONE, may_call=True)
    for case, status in ((reported, 403), (may_call, 200)):
        walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
        client = desk(cast.sun)
        report_id = client.get(address(case)).context["said"]["reports"][0]["id"]
        answer = client.post(f"{address(case)}reports/{report_id}/contact/", {"reason": "约时间上门"})
        assert (answer.status_code, PHONE in text(answer)) == (status, status == 200)


def test_after_a_restatement_the_handler_reads_the_desks_words(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    case = cast.lin_reports(noon, text="我是三楼的林，物业小王骂我")
    client = desk(cast.chen)
    report_id = client.get(address(case)).context["said"]["reports"][0]["id"]
    client.post(f"{address(case)}reports/{report_id}/restate/", {"text": "居民反映服务态度"})
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.agency)), at=noon)
    seen = text(desk(cast.gao).get(address(case)))
    assert "居民反映服务态度" in seen
    assert "我是三楼的林" in text(client.get(address(case)))
    assert "我是三楼的林，物业小王骂我" not in seen.replace("居民反映服务态度", "")


def test_the_company_complained_of_does_not_see_the_complaint(cast: Cast, desk: Desk, noon: datetime) -> None:
    leaf = next(one for one in catalogue.leaves() if one.complains_of_party)
    case = cast.lin_reports(noon, text="物业不接电话", category=leaf.id)
    assert desk(cast.sun).get(address(case)).status_code == 404
    walk(case, (cast.chen, Move("accept")), at=noon)
    answer = desk(cast.chen).post(address(case, "dispatch"), {"version": 2, "party": str(cast.property)})
    assert answer.status_code == 422
    assert "不能派给被反映的单位" in text(answer)


def test_the_slip_says_what_is_to_be_proved(cast: Cast, opened: Case, desk: Desk) -> None:
    client = desk(cast.chen)
    page = text(client.get(f"{address(opened)}slip/"))
    for words in ("派工单", opened.number, "处置后照片", "签名"):
        assert words in page
    code = client.get(f"{address(opened)}qr.svg")
    assert (code["Content-Type"], b"<svg" in code.content) == ("image/svg+xml", True)


def test_a_reporter_who_asks_for_it_is_erased_in_two_steps(cast: Cast, reported: Case, desk: Desk) -> None:
    client = desk(cast.chen)
    report_id = client.get(address(reported)).context["said"]["reports"][0]["id"]
    forget = f"{address(reported)}reports/{report_id}/forget/"
    assert forget in client.get(address(reported)).content.decode()
    assert "请写明理由" in text(client.post(forget, {"reason": " ", "sure": "1"}))
    asked = text(client.post(forget, {"reason": "本人来电要求"}))
    assert all(words in asked for words in ("联系电话", "台账", "不能恢复"))
    assert reports.for_desk([report_id])[0].erased_at is None
    assert client.post(forget, {"reason": "本人来电要求", "sure": "1"}).status_code == 302
    seen = text(client.get(address(reported)))
    assert "上报内容和个人信息已按要求清除" in seen
    assert "楼道门玻璃碎了" not in seen
    status = text(Client(HTTP_HOST="localhost").get(f"/t/{reports.tracking_code(report_id)}"))
    assert "您的话和电话已按要求清除" in status
    assert "社区按您的要求清除了您的话和电话" in status


def test_only_the_desk_may_erase_a_reporter(cast: Cast, to_check: Case, desk: Desk) -> None:
    report_id = desk(cast.chen).get(address(to_check)).context["said"]["reports"][0]["id"]
    forget = f"{address(to_check)}reports/{report_id}/forget/"
    client = desk(cast.sun)
    assert forget not in client.get(address(to_check)).content.decode()
    assert client.get(forget).status_code == 403
    assert client.post(forget, {"reason": "烦人", "sure": "1"}).status_code == 403
    assert reports.for_desk([report_id])[0].erased_at is None


def test_after_a_restatement_the_handler_reads_nothing_that_the_reporter_adds(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    case, other = cast.lin_reports(noon, text="物业小王骂我"), cast.lin_reports(noon, text="灯不亮")
    client = desk(cast.chen)
    report_id = client.get(address(case)).context["said"]["reports"][0]["id"]
    client.post(f"{address(case)}reports/{report_id}/restate/", {"text": "居民反映服务态度"})
    for one, words in ((case, "我住三楼东户"), (other, "三楼的那一盏")):
        walk(one, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.agency)), at=noon)
        reporter_speaks(of_case(one), Saying("add", text=words), at=noon)
    gao = desk(cast.gao)
    assert "我住三楼东户" not in text(gao.get(address(case)))
    assert "我住三楼东户" in text(client.get(address(case)))
    assert "三楼的那一盏" in text(gao.get(address(other)))


def of_case(case: Case) -> UUID:
    """The report that opened it."""
    return cases.report_ids([case.id])[case.id][0]


def test_whoever_has_done_his_part_is_not_shown_as_being_at_it(
    cast: Cast, to_check: Case, desk: Desk, noon: datetime
) -> None:
    html = text(desk(cast.chen).get(address(to_check)))
    assert "轮到 核查员，或悦海社区 到现场核查" in html
    assert "责任单位 长峰物业" in html
    walk(to_check, (cast.zhao, Move("pass_check", note="看过，好了")), at=noon)
    assert "轮到 上报人，或由悦海社区回访 请上报人确认" in text(desk(cast.chen).get(address(to_check)))


def test_whoever_is_at_it_is_named_alone(cast: Cast, opened: Case, desk: Desk) -> None:
    html = text(desk(cast.chen).get(address(opened)))
    assert ("轮到" in html, "责任单位" in html) == (False, False)
