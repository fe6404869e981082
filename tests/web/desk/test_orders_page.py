"""Orders at the desk: pasted and confirmed, answered in the issuer's own form, judged in two taps."""

import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gezhi.cases.models import Case, Order, OrderForm
from gezhi.cases.move import Move
from gezhi.cases.orders import actions as orders
from gezhi.flows.take_order import Taken, take_order
from gezhi.kernel.actor import Actor
from gezhi.reports.models import Report
from gezhi.web.casework import course
from tests.cast import Cast, done, walk
from tests.channels.test_orders_papers import HOSTILE, word
from tests.flows.test_import_orders import ROW, book, many
from tests.flows.test_take_order import coming, terms
from tests.web.desk.conftest import Desk, text

PASTED = """工单编号：WH20260302001723
来电人：王秀英
联系电话：13800001234
诉求标题：路灯不亮
诉求内容：市民王秀英反映楼前路灯不亮
诉求地址：悦海花园
办理时限：2026-03-05 17:00
退单时限：2026-03-03 12:00"""
NEW = "/desk/orders/new/"
STORY = 19  # statements of an order's page


@pytest.fixture
def taken(cast: Cast, noon: datetime) -> Taken:
    place = cast.town.row(cast.town.stairwell)
    return take_order(coming(noon, place=place), actor=cast.chen, at=noon)


def url(taken: Taken, more: str = "") -> str:
    return f"/desk/orders/{taken.order_id}/{more}"


def form_of(answer: Any) -> dict[str, str]:
    """What the form that was answered would send."""
    html = answer.content.decode()
    area = re.search(r'<textarea name="text"[^>]*>\s*(.*?)</textarea>', html, re.DOTALL)
    data = answer.context["form"].data
    return {
        **{key: value for key, value in data.items() if isinstance(value, str)},
        "text": area[1] if area else data["text"],
    }


def test_pasted_text_is_read_looked_at_and_taken_in(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    read = client.post(NEW, {"pasted": PASTED, "understand": "1"})
    assert (read.status_code, Order.objects.count()) == (200, 0)
    assert "王秀英" not in text(read)
    said = form_of(read)
    assert (said["number"], said["due_at"], said["contact"]) == (
        "WH20260302001723",
        "2026-03-05T17:00",
        "13800001234",
    )
    assert said["issuer"] == "hotline"
    taken = client.post(NEW, said | {"place": str(cast.town.compound)})
    order, report = Order.objects.get(), Report.objects.get()
    assert (taken.status_code, taken.url) == (302, f"/desk/orders/{order.id}/")
    assert (order.issuer, report.place_id, "王秀英" in report.text) == ("hotline", cast.town.compound, False)


def test_place_and_category_are_proposed_and_a_phone_behind_the_name_is_the_callers(
    cast: Cast, desk: Desk
) -> None:
    pasted = "工单编号：GD1\n诉求内容：悦海花园3号楼2单元楼道灯不亮一周。\n来电人：李先生 13812345678\n办理时限：2026-03-05 17:00"
    answer = desk(cast.chen).post("/desk/orders/new/", {"pasted": pasted, "understand": "1"})
    page = answer.content.decode()
    assert "提到“悦海花园3号楼2单元”" in page
    assert "楼道灯不亮" in page
    assert 'value="13812345678"' in page
    assert "李先生" not in page


def test_what_was_not_understood_is_asked_for_and_nothing_is_lost(cast: Cast, desk: Desk) -> None:
    read = desk(cast.chen).post(NEW, {"pasted": "海滨路积水，五日内答复", "understand": "1"})
    assert "有几项没有认出来，请您填写：来件单位、单号、办理时限" in text(read)
    assert "海滨路积水，五日内答复" in text(read)


def test_a_form_that_lacks_something_comes_back_whole(cast: Cast, desk: Desk) -> None:
    said = {"issuer": "hotline", "number": "", "due_at": "", "text": "路灯不亮", "contact": "110转公司"}
    answer = desk(cast.chen).post(NEW, said)
    assert (answer.status_code, Order.objects.count()) == (422, 0)
    assert "路灯不亮" in answer.content.decode()


def test_what_may_be_the_same_is_asked_before_it_is_taken_in(cast: Cast, desk: Desk, noon: datetime) -> None:
    known, client = cast.lin_reports(noon), desk(cast.chen)
    said = {
        "issuer": "hotline",
        "number": "A1",
        "due_at": "2026-03-05T17:00",
        "text": "玻璃碎了",
        "place": str(cast.town.stairwell),
    }
    asked = client.post(NEW, said)
    assert (asked.status_code, Order.objects.count()) == (200, 0)
    assert "这里已有可能是同一件的案件，请选一下" in text(asked)
    assert client.post(NEW, said | {"into": known.number}).status_code == 302
    known.refresh_from_db()
    assert (known.order_due, Case.objects.exclude(joined_into=None).count()) == (
        Order.objects.get().due_at,
        1,
    )
    apart = client.post(NEW, said | {"number": "A2", "into": "new"})
    assert (apart.status_code, Order.objects.count(), Case.objects.filter(closed_at=None).count()) == (
        302,
        2,
        2,
    )


def test_the_same_number_again_leads_to_the_order_that_stands(cast: Cast, desk: Desk, taken: Taken) -> None:
    said = {
        "issuer": "hotline",
        "number": "WH20260302-0017",
        "due_at": "2026-03-05T17:00",
        "text": "又来一遍",
    }
    answer = desk(cast.chen).post(NEW, said, follow=True)
    assert (answer.redirect_chain[-1][0], Order.objects.count()) == (url(taken), 1)
    assert "这件来件已经登记过，没有重复登记。" in text(answer)


def test_the_page_says_to_whom_by_when(cast: Cast, desk: Desk, taken: Taken, noon: datetime) -> None:
    for number, hours in (("L1", -1), ("L2", 30), ("L3", 24 * 20)):
        due = terms(
            noon, issuer="city", number=number, due_at=noon + timedelta(hours=hours), return_until=None
        )
        take_order(coming(noon, terms=due, place=cast.town.row(cast.town.compound)), actor=cast.chen, at=noon)
    page = text(desk(cast.chen).get("/desk/orders/"))
    order = [
        page.index(one)
        for one in ("已过时限", "L1", "今天到期", "WH20260302-0017", "七天之内", "L2", "以后", "L3")
    ]
    assert order == sorted(order)
    assert "待答复 4" in page
    only = text(desk(cast.chen).get("/desk/orders/?issuer=hotline"))
    assert ("L1" in only, "WH20260302-0017" in only) == (False, True)


def test_strangers_see_neither_page_nor_order(cast: Cast, desk: Desk, taken: Taken) -> None:
    mo = desk(cast.mo)
    assert [mo.get(one).status_code for one in ("/desk/orders/", url(taken))] == [403, 403]
    assert desk(cast.zhou).get(url(taken)).status_code == 200


def test_the_answer_begins_with_the_course_of_the_case(
    cast: Cast, desk: Desk, taken: Taken, noon: datetime
) -> None:
    case = Case.objects.get()
    leaf = cast.lin_reports(noon).category_id
    walk(
        case,
        (cast.chen, Move("accept", category=leaf)),
        (cast.chen, Move("dispatch", party=cast.property)),
        at=noon,
    )
    client = desk(cast.chen)
    assert "3月2日受理，3月2日交长峰物业办理。" in text(client.get(url(taken)))
    assert client.post(url(taken), {"deed": "answer", "text": "已修好"}).status_code == 302
    assert Order.objects.get().state == "answered"
    assert "已修好" in text(client.get(url(taken)))
    assert "WH20260302-0017" in text(client.get("/desk/orders/?done=1"))


def test_a_late_return_says_when_the_window_ended(
    cast: Cast, desk: Desk, taken: Taken, noon: datetime
) -> None:
    Order.objects.update(return_until=noon - timedelta(hours=1))
    answer = desk(cast.chen).post(url(taken), {"deed": "return", "text": "不归我们"})
    assert answer.status_code == 422
    assert "退回的期限 2026-03-02 11:00 已过，不能再退。" in text(answer)
    assert "不归我们" in answer.content.decode()
    assert Order.objects.get().state == "open"


def test_a_deed_that_somebody_did_before_loses_no_words(
    cast: Cast, desk: Desk, taken: Taken, noon: datetime
) -> None:
    orders.do(taken.order_id, "answer", "好了", actor=cast.zhou, at=noon)
    answer = desk(cast.chen).post(
        url(taken), {"deed": "ask_extension", "text": "等配件", "until": "2026-03-09T10:00"}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize("deed", ["answer", "return", "ask_extension"])
@pytest.mark.parametrize("suffix", ["docx", "xlsx"])
def test_a_paper_is_filled_and_nothing_is_kept(
    cast: Cast, desk: Desk, taken: Taken, deed: str, suffix: str
) -> None:
    before = Order.objects.values().get()
    said = {"deed": deed, "text": "=1+1", "until": "2026-03-09T10:00"}
    answer = desk(cast.chen).post(url(taken, f"paper/{suffix}/"), said)
    assert (answer.status_code, "attachment" in answer["Content-Disposition"]) == (200, True)
    assert "WH20260302-0017" in _said(answer.content, suffix)
    assert Order.objects.values().get() == before


def _said(data: bytes, suffix: str) -> str:
    if suffix == "docx":
        document = docx.Document(io.BytesIO(data))
        return "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    rows = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    return "\n".join(str(cell) for row in rows for cell in row if cell)


def test_the_offices_own_form_is_used(cast: Cast, desk: Desk, taken: Taken) -> None:
    client = desk(cast.zhou)
    form = SimpleUploadedFile("a.docx", word("威海专用 {{单号}} {{内容}}"))
    assert (
        client.post("/desk/orders/forms/", {"issuer": "hotline", "paper": "answer", "form": form}).status_code
        == 302
    )
    made = client.post(url(taken, "paper/docx/"), {"deed": "answer", "text": "好"})
    paragraphs = [one.text for one in docx.Document(io.BytesIO(made.content)).paragraphs]
    assert paragraphs == ["威海专用 WH20260302-0017 好"]
    assert client.post(f"/desk/orders/forms/{OrderForm.objects.get().id}/drop/").status_code == 302
    assert OrderForm.objects.count() == 0


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_form_is_refused_in_words(cast: Cast, desk: Desk, name: str) -> None:
    data, suffix, _code = HOSTILE[name]
    sent = {"issuer": "hotline", "paper": "answer", "form": SimpleUploadedFile(f"a.{suffix}", data)}
    answer = desk(cast.zhou).post("/desk/orders/forms/", sent)
    assert (answer.status_code, OrderForm.objects.count()) == (422, 0)
    assert re.search("表样|记号|空", text(answer))


def test_our_own_forms_can_be_taken_away(cast: Cast, desk: Desk) -> None:
    client = desk(cast.zhou)
    assert client.get("/desk/orders/forms/answer.docx").content.startswith(b"PK")
    assert client.get("/desk/orders/forms/answer.pdf").status_code == 404


def test_a_verdict_takes_one_press_a_line(cast: Cast, desk: Desk, taken: Taken) -> None:
    client = desk(cast.chen)
    assert client.post(url(taken, "verdict/"), {"resolved": "no"}).status_code == 302
    assert client.post(url(taken, "verdict/"), {"satisfied": "yes"}).status_code == 302
    assert client.post(url(taken, "verdict/"), {"satisfied": "perhaps"}).status_code == 422
    order = Order.objects.get()
    assert (order.responded, order.resolved, order.satisfied) == ("", "no", "yes")


def send(client: Any, data: bytes, issuer: str = "hotline") -> Any:
    return client.post(
        "/desk/orders/sheet/", {"issuer": issuer, "sheet": SimpleUploadedFile("单.xlsx", data)}
    )


@pytest.mark.django_db(transaction=False)
def test_a_sheet_comes_in_as_a_whole_or_not_at_all(cast: Cast, desk: Desk) -> None:
    client = desk(cast.zhou)
    bad = send(client, book(ROW, ("WH2", *ROW[1:4], "明天", *ROW[5:])))
    assert (bad.status_code, Order.objects.count()) == (422, 0)
    assert "第 3 行，办理时限：无法辨认" in text(bad)
    assert (send(client, book(*many(3))).status_code, Order.objects.count()) == (302, 3)
    assert (send(client, book(*many(3))).status_code, Order.objects.count()) == (302, 3)


def test_the_count_stands_in_the_menu(cast: Cast, desk: Desk, taken: Taken, keeper: Actor) -> None:
    assert "来件 1" in text(desk(cast.chen).get("/desk/"))
    assert "/desk/orders/" not in desk(keeper).get("/desk/").content.decode()


@pytest.mark.parametrize("times", [1, 3])
def test_the_story_of_an_order_costs_the_same_however_long_it_is(
    cast: Cast, desk: Desk, taken: Taken, noon: datetime, times: int, django_assert_num_queries: Any
) -> None:
    for number in range(times):
        when = noon + timedelta(minutes=number)
        orders.do(taken.order_id, "answer", "已修好", actor=cast.chen, at=when)
        orders.do(taken.order_id, "send_back", "再看看", actor=cast.chen, at=when)
    client = desk(cast.chen)
    client.get(url(taken))
    with django_assert_num_queries(STORY):
        answer = client.get(url(taken))
    assert len(answer.context["story"]) == 1 + 2 * times
    assert {line["who"] for line in answer.context["story"]} == {cast.chen.name}


# ---- looked at once more before it goes out ----


def opened(cast: Cast, noon: datetime) -> Case:
    """The order's case, accepted and handed on."""
    case = Case.objects.get()
    leaf = cast.lin_reports(noon).category_id
    return walk(
        case,
        (cast.chen, Move("accept", category=leaf)),
        (cast.chen, Move("dispatch", party=cast.property)),
        at=noon,
    )


def sure(answer: Any) -> str:
    found = re.search(r'name="sure" value="([^"]*)"', answer.content.decode())
    return found[1] if found else ""


def test_an_answer_before_anything_was_done_is_asked_about_once(cast: Cast, desk: Desk, taken: Taken) -> None:
    client, said = desk(cast.chen), {"deed": "answer", "text": "已转办"}
    asked = client.post(url(taken), said)
    assert (asked.status_code, Order.objects.get().state, sure(asked)) == (422, "open", "not_begun")
    assert "没有受理也没有办理，还没有记为已答复" in text(asked)
    assert "已转办" in asked.content.decode()
    assert client.post(url(taken), said | {"sure": sure(asked)}).status_code == 302
    assert Order.objects.get().state == "answered"


@pytest.mark.parametrize(
    "words", ["王女士家已修好", "已电话告知13800001234", "１３８００００１２３４", "身份证371002900101123"]
)
def test_an_answer_that_names_somebody_is_asked_about_once(
    cast: Cast, desk: Desk, taken: Taken, noon: datetime, words: str
) -> None:
    opened(cast, noon)
    client, said = desk(cast.chen), {"deed": "answer", "text": words}
    asked = client.post(url(taken), said)
    assert (asked.status_code, sure(asked)) == (422, "names")
    assert "好像有姓名、电话或证件号" in text(asked)
    assert client.post(url(taken), said | {"sure": "not_begun"}).status_code == 422  # of another question
    assert client.post(url(taken), said | {"sure": "names"}).status_code == 302


@pytest.mark.parametrize("words", ["路灯已修好", "该女士表示满意", "3月2日受理，3月3日办结。"])
def test_a_plain_answer_is_written_down_at_once(
    cast: Cast, desk: Desk, taken: Taken, noon: datetime, words: str
) -> None:
    opened(cast, noon)
    assert desk(cast.chen).post(url(taken), {"deed": "answer", "text": words}).status_code == 302


def test_twin_without_the_question_it_would_go_out(
    cast: Cast, desk: Desk, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.desk.orders._warned", lambda *_said: [])
    assert desk(cast.chen).post(url(taken), {"deed": "answer", "text": "王女士家"}).status_code == 302


def test_the_answer_to_a_closed_case_begins_with_what_was_done(
    cast: Cast, desk: Desk, taken: Taken, noon: datetime
) -> None:
    case = opened(cast, noon)
    walk(
        case,
        (cast.sun, Move("take")),
        (cast.sun, replace(done(noon), note="换了灯头，电话13800001234")),
        at=noon,
    )
    assert "处理情况" not in text(desk(cast.chen).get(url(taken)))
    case.refresh_from_db()
    case.closed_at = noon  # as it will stand
    assert course.plain(case).endswith("处理完成。\n处理情况：换了灯头，电话***")


def test_the_page_marks_who_wants_secrecy_and_what_is_wanted_at_once(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    pasted = PASTED.replace("王秀英\n", "王秀英（要求保密）\n") + "\n响应要求：1小时内联系诉求人"
    client = desk(cast.chen)
    said = form_of(client.post(NEW, {"pasted": pasted, "understand": "1"}))
    assert "来电人：（要求保密）" in said["text"]
    page = client.post(NEW, said | {"place": str(cast.town.compound)}, follow=True)
    assert ("要求保密" in text(page), "响应要求 1小时内联系诉求人" in text(page)) == (True, True)


def test_a_button_that_downloads_says_so_to_the_guard_of_forms(cast: Cast, desk: Desk, taken: Taken) -> None:
    page = desk(cast.chen).get(url(taken)).content.decode()
    papers = re.findall(r"<button[^>]*formaction=[^>]*/paper/[^>]*>", page)
    assert papers
    assert all("data-downloads" in one for one in papers)
