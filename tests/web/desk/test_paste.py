"""A pasted group becomes reports, line by line; pasted again it is known; nobody's name is kept."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from gezhi.cases import queries as cases
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.models import Evidence
from gezhi.flows import paste_group
from gezhi.reports import queries as reports
from gezhi.reports.models import Report
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.queries import forget
from gezhi.web.desk import paste_state
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, text
from tests.web.pocket.conftest import picture

PASTE, TAKE = "/desk/paste/", "/desk/paste/take/"
KEY = "a-paste-shown-once-00"
SEEN = 6  # statements for all pictures of a paste
CHAT = """3-2-501李女士 2026/3/1 9:12:33
3号楼2单元门口灯坏了，晚上看不见，我电话13800001234
3-2-501李女士 2026/3/1 9:12:50
[图片]
于海 2026/3/1 9:13:10
我家也是
物业孙@悦海物业 2026/3/1 9:13:41
收到[强]，马上安排师傅，李女士放心
田大爷 2026/3/1 10:15:20
@物业孙 垃圾桶满了没人清，田大爷天天扫
"""
PHONE = """于海
2026年3月1日 09:13
我家也是
物业孙@悦海物业
2026年3月1日 09:13
收到
田大爷
2026年3月1日 10:15
@物业孙 垃圾桶满了没人清，田大爷天天扫
田大爷
2026年3月1日 11:15
3号楼电梯坏了
"""


def read(client: Any, chat: str = CHAT, **more: Any) -> Any:
    return client.post(PASTE, {"key": KEY, "text": chat, "group": "悦海花园业主群"} | more)


def filled(answer: Any) -> dict[str, Any]:
    """The form of the page as a browser would send it back."""
    html = answer.content.decode()
    said: dict[str, Any] = {"kept_photos": re.findall(r'name="kept_photos" value="([^"]+)"', html)}
    for name in ("key", "state", "group"):
        said[name] = re.findall(rf'name="{name}" value="([^"]*)"', html)[0]
    for name, value in re.findall(
        r'<input type="(?:radio|checkbox)"[^>]* name="(\w+)" value="([^"]*)" checked', html
    ):
        said[name] = value
    for name in re.findall(r'name="(take_\d+)" checked', html):
        said[name] = "on"
    for name, words in re.findall(
        r'<textarea[^>]* name="(words_\d+)"[^>]*>\n(.*?)</textarea>', html, re.DOTALL
    ):
        said[name] = words
    for name, body in re.findall(r'<select[^>]* name="(of_\w+)">(.*?)</select>', html, re.DOTALL):
        said[name] = (re.findall(r'value="(\d*)" selected', body) or [""])[0]
    return said


def test_a_pasted_group_becomes_reports_and_an_answer_with_codes(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    said = filled(read(client))
    assert sorted(one for one in said if one.startswith("take_")) == ["take_0", "take_1", "take_3"]
    done = client.post(TAKE, said)
    assert done.status_code == 200, text(done)
    lamp, bin = Case.objects.filter(joined_into=None).order_by("number")
    assert (lamp.place_id, bin.place_id, lamp.channel) == (cast.town.stairwell, cast.town.compound, "group")
    assert len(cases.report_ids([lamp.id])[lamp.id]) == 2  # "我家也是" is a second voice on the lamp
    lines = done.context["answer"].splitlines()
    assert [line[:3] for line in lines] == ["1. ", "2. "]  # a line for each case, not for each voice
    first = {case.id: cases.report_ids([case.id])[case.id] for case in (lamp, bin)}
    for line, ids in zip(lines, first.values(), strict=True):
        code = re.search(r"/t/(\S+)$", line)
        assert code is not None
        assert reports.by_code(code[1]).id in ids
    for words in ("看不见", "没人清", "我家也是"):
        assert words not in done.context["answer"]


def test_no_name_no_number_and_no_flat_is_kept_or_shown(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    page = read(client)
    done = client.post(TAKE, filled(page))
    kept = "\n".join(Report.objects.values_list("text", flat=True))
    for words in (text(page), text(done), done.context["answer"], kept):
        for name in ("李女士", "于海", "田大爷", "物业孙", "501", "13800001234"):
            assert name not in words
    assert "某大爷天天扫" in kept


def test_twin_without_taking_names_out_they_would_be_kept(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paste_state, "taking_out", lambda names: lambda words: words)
    client = desk(cast.chen)
    client.post(TAKE, filled(read(client)))
    assert "田大爷" in "\n".join(Report.objects.values_list("text", flat=True))


def test_pasted_again_from_another_phone_only_what_is_new_stands_open(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(TAKE, filled(read(client)))
    again = read(client, PHONE)
    assert [card.words for card in again.context["cards"]] == ["3号楼电梯坏了"]
    assert len(again.context["known"]) == 2
    client.post(TAKE, filled(again))
    assert Report.objects.count() == 4


def test_a_month_later_the_same_words_are_new(cast: Cast, desk: Desk, noon: Any) -> None:
    client = desk(cast.chen)
    client.post(TAKE, filled(read(client)))
    with time_machine.travel(noon + timedelta(days=31), tick=False):
        later = read(desk(cast.chen), CHAT.replace("2026/3/1", "2026/4/1"))
    assert len(later.context["cards"]) == 3


def test_a_copy_without_days_is_known_again_within_a_week(cast: Cast, desk: Desk, noon: Any) -> None:
    client = desk(cast.chen)
    bare = "吕芳：门口灯坏了，看不见\n于海：楼道里有垃圾没人清"
    client.post(TAKE, filled(read(client, bare)))
    with time_machine.travel(noon + timedelta(days=6), tick=False):
        assert read(desk(cast.chen), bare).context["cards"] == []
    with time_machine.travel(noon + timedelta(days=8), tick=False):
        assert len(read(desk(cast.chen), bare).context["cards"]) == 2


def test_the_same_page_sent_twice_makes_nothing_twice_and_gives_the_same_codes(
    cast: Cast, desk: Desk
) -> None:
    client = desk(cast.chen)
    said = filled(read(client, photos=[picture()]))
    first, second = (client.post(TAKE, said) for _time in range(2))
    assert (second.status_code, Report.objects.count()) == (200, 3)
    assert first.context["answer"] == second.context["answer"]


def test_twin_without_its_number_a_voice_would_be_made_twice(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk(cast.chen)
    said = filled(read(client))
    client.post(TAKE, said)
    monkeypatch.setattr("gezhi.reports.queries.by_numbers", lambda source, numbers: {})
    with pytest.raises(AssertionError):
        assert client.post(TAKE, said).status_code == 200


def test_pictures_go_to_their_marks_in_order_and_may_be_moved(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    page = read(client, photos=[picture()])
    (one,) = page.context["cards"][0].shows["pictures"]
    said = filled(page) | {f"of_{one.id}": "3"}
    client.post(TAKE, said)
    moved = Evidence.objects.get()
    assert reports.for_desk([moved.claimed_id])[0].text.startswith("垃圾桶")


def test_when_marks_and_pictures_differ_it_is_said(cast: Cast, desk: Desk) -> None:
    assert "文字里有 1 个[图片]，放进来 0 张" in text(read(desk(cast.chen)))
    assert "张：请看看每张归哪一条" not in text(read(desk(cast.chen), photos=[picture()]))


def test_a_picture_of_another_group_is_known(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(TAKE, filled(read(client, photos=[picture()])))
    first = Case.objects.order_by("number").first()
    other = read(
        client,
        "周舟 2026/3/1 12:00\n楼门口太黑，灯不亮\n[图片]",
        photos=[picture()],
        key="another-paste-shown-0",
    )
    assert first is not None
    assert f"这张图片在 {first.number} 里已经有了" in text(other)


def test_what_fails_keeps_its_card_and_the_others_are_made(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    said = filled(read(client)) | {"words_3": "", "place_words_0": ""}
    late = client.post(TAKE, said)
    assert (late.status_code, Report.objects.count()) == (422, 2)
    assert "已登记 371072-2026-" in text(late)
    mended = filled(late) | {"words_3": "垃圾桶满了"}
    done = client.post(TAKE, mended)
    assert (done.status_code, Report.objects.count()) == (200, 3)
    assert len(done.context["answer"].splitlines()) == 2


def test_this_is_that_matter_joins_it_and_one_closed_meanwhile_is_said(
    cast: Cast, desk: Desk, noon: Any
) -> None:
    known = cast.lin_reports(noon, "3号楼2单元门口灯坏了")
    client = desk(cast.chen)
    page = read(client)
    said = filled(page)
    assert known.number in text(page)
    client.post(TAKE, said | {"join_0": known.number, "take_1": "", "take_3": ""})
    assert len(cases.report_ids([known.id])[known.id]) == 2
    leaf = catalogue.by_code("0501").id
    walk(Case.objects.get(id=known.id), (cast.chen, Move("decline", reason="重复", category=leaf)), at=noon)
    late = client.post(TAKE, said | {"join_3": known.number, "take_0": "", "take_1": ""})
    assert "没能并入，单独立了一件" in text(late)


def test_a_voice_without_a_place_stands_where_the_case_is_that_it_joins(
    cast: Cast, desk: Desk, noon: Any
) -> None:
    known = cast.lin_reports(noon, "3号楼2单元门口灯坏了")
    client = desk(cast.chen)
    said = filled(read(client, "吕芳 2026/3/1 9:12:33\n门口的灯又坏了，看不见", group=""))
    client.post(TAKE, said | {"join_0": known.number, "place_0": "", "take_0": "on"})
    joined = Report.objects.exclude(id=cases.report_ids([known.id])[known.id][0])
    assert {one.place_id for one in joined} == {known.place_id}
    assert len(cases.report_ids([known.id])[known.id]) == 2


def test_danger_is_said_with_the_number_to_call_and_starts_the_clock(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    page = read(client, "吕芳 2026/3/2 9:12\n3号楼电梯停了，有人困在里面")
    assert 'href="tel:119"' in page.content.decode()
    assert 'href="tel:119"' in client.post(TAKE, filled(page)).content.decode()
    assert Case.objects.get().make_safe_due is not None


def test_what_was_left_aside_can_be_taken(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    page = read(client)
    more = client.post(TAKE, filled(page) | {"more": "2", "again": "1"})
    assert [card.place for card in more.context["cards"]] == [0, 1, 2, 3]
    assert Report.objects.count() == 0


def test_a_second_voice_needs_the_first(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    late = client.post(TAKE, filled(read(client)) | {"take_0": ""})
    assert late.status_code == 422
    assert "可是那一条没有登记" in text(late)


@pytest.mark.parametrize(
    ("chat", "said"),
    [
        ("", "还没有粘贴内容"),
        ("灯" * 200_001, "一次最多 200000 字"),
        ("灯坏了\n" * 2_001, "一次最多 2000 条"),
    ],
)
def test_a_paste_that_cannot_be_taken_comes_back_whole_with_a_sentence(
    chat: str, said: str, cast: Cast, desk: Desk
) -> None:
    answer = read(desk(cast.chen), chat)
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert chat in answer.content.decode()


def test_hostile_names_and_words_stay_words(cast: Cast, desk: Desk) -> None:
    chat = (
        "<script>alert(1)</script> 2026/3/1 9:12\n\u202e灯坏了</textarea><img src=x onerror=alert(2)>\x00\n"
    )
    client = desk(cast.chen)
    page = read(client, chat)
    html = page.content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert client.post(TAKE, filled(page)).status_code == 200


def test_sixty_problems_stand_open_and_the_rest_is_for_a_second_go(cast: Cast, desk: Desk) -> None:
    chat = "\n".join(f"邻居{n}号 2026/3/1 9:{n % 60:02}\n{n}号楼的灯坏了" for n in range(1, 66))
    client = desk(cast.chen)
    page = read(client, chat)
    assert (len(page.context["cards"]), page.context["beyond"]) == (60, 5)
    client.post(TAKE, filled(page))
    again = read(client, chat)
    assert (len(again.context["cards"]), len(again.context["known"])) == (5, 60)


def test_a_page_that_lay_too_long_is_asked_for_again_with_what_was_typed(
    cast: Cast, desk: Desk, noon: Any
) -> None:
    client = desk(cast.chen)
    said = filled(read(client)) | {"words_0": "改过的话"}
    answer = client.post(TAKE, said | {"state": said["state"][:-3]})
    assert (answer.status_code, "改过的话" in answer.content.decode()) == (422, True)


def test_a_worker_pastes_nothing(cast: Cast, desk: Desk) -> None:
    assert desk(cast.gao).get(PASTE).status_code == 403


@pytest.mark.parametrize("is_demonstration", [True, False])
def test_only_the_demonstration_has_an_example_to_paste(
    is_demonstration: bool, cast: Cast, desk: Desk
) -> None:
    Jurisdiction.objects.update(demonstration=is_demonstration)
    forget()
    client = desk(cast.chen)
    plain, filled_in = client.get(PASTE).content.decode(), client.get(f"{PASTE}?example").content.decode()
    assert ('href="?example"' in plain, "滑梯" in plain) == (is_demonstration, False)
    assert ("滑梯" in filled_in, "悦海花园业主群" in filled_in.split("例如")[0]) == (is_demonstration,) * 2


@pytest.mark.parametrize("pictures", [1, 3])
def test_pictures_that_were_seen_before_cost_the_same_however_many_they_are(
    pictures: int, cast: Cast, desk: Desk, noon: Any, django_assert_num_queries: Any
) -> None:
    client = desk(cast.chen)
    client.post(TAKE, filled(read(client, photos=[picture()])))
    answer = read(client, photos=[picture() for _ in range(pictures)])
    ids = list(Evidence.objects.filter(claimed_at=None).values_list("id", flat=True))
    with django_assert_num_queries(SEEN):
        found = paste_group.seen(ids, actor=cast.chen)
    (case,) = Case.objects.filter(
        id__in=CaseReport.objects.filter(
            report_id__in=Evidence.objects.exclude(claimed_at=None).values("claimed_id")
        ).values("case_id")
    )
    assert found == {key: [case.number] for key in ids}
    assert text(answer).count(case.number) >= pictures
    assert paste_group.seen(ids, actor=cast.mo) == {key: [] for key in ids}
