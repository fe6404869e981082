"""The report form: one screen, no account, no script, nothing lost, nothing twice."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import voice
from gezhi.evidence.models import Evidence, Voice
from gezhi.reports import queries as reports
from gezhi.reports.models import Report
from gezhi.web import limits
from gezhi.web.kept import BLOCKED_FORMS_PER_HOUR
from gezhi.web.public import report as report_view
from tests.cast import Cast
from tests.evidence.pictures import photo
from tests.seeds.sounds import GOOD
from tests.web.public.conftest import form, picture, report

pytestmark = pytest.mark.django_db


def kept(html: str) -> list[str]:
    return re.findall(r'name="kept_photos" value="([^"]+)"', html)


def test_a_photo_and_a_chip_are_enough(door: Client, here: str, cast: Cast) -> None:
    page = report(door, here, text="", photos=[picture()])
    found = reports.by_code(page.rsplit("/", 1)[1])
    case = Case.objects.get()
    assert (found.text, found.channel, found.place_id) == ("", "qr", cast.town.stairwell)
    assert (case.state, case.place_id, case.category_id) == (
        "reported",
        cast.town.stairwell,
        catalogue.by_code("0501").id,
    )
    assert Evidence.objects.get().claimed_id == found.id


def test_whoever_found_his_compound_may_name_the_building(door: Client, cast: Cast) -> None:
    """Found by name, a compound has no poster to scan: without its building whoever mends would walk around."""
    compound, building = cast.town.row(cast.town.compound), cast.town.row(cast.town.building)
    html = door.get(f"/r/{compound.code}").content.decode()
    assert re.findall(r'<option value="([^"]*)"', html) == ["", building.code]
    spots = {}
    for inside in ("", building.code):
        page = report(door, f"/r/{compound.code}", inside=inside, key=f"a-form-shown-{inside or 'once'}-00")
        spots[inside] = reports.by_code(page.rsplit("/", 1)[1]).place_id
    assert spots == {"": compound.id, building.code: building.id}


def test_the_building_named_comes_back_with_everything_else(door: Client, cast: Cast) -> None:
    compound, building = cast.town.row(cast.town.compound), cast.town.row(cast.town.building)
    for sent in ({"text": ""}, {"category": "00"}):
        answer = door.post(f"/r/{compound.code}", form(inside=building.code, **sent))
        assert re.search(rf'value="{building.code}"( selected)?>', answer.content.decode())
    back = door.post(f"/r/{compound.code}", form(inside=building.code, back="1"))
    assert f'<option value="{building.code}" selected>' in back.content.decode()


def test_a_building_of_another_compound_is_refused(door: Client, here: str, cast: Cast) -> None:
    compound, street = cast.town.row(cast.town.compound), cast.town.row(cast.town.street_b)
    answer = door.post(f"/r/{compound.code}", form(inside=street.code))
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert 'name="inside"' not in door.get(here).content.decode()  # the poster has said it already


def test_words_without_a_place_say_where_it_is(door: Client, cast: Cast) -> None:
    page = report(door, "/r/", where="海滨路公交站", text="井盖没了")
    found = reports.by_code(page.rsplit("/", 1)[1])
    assert (found.text, found.place_id, found.channel) == ("位置：海滨路公交站\n井盖没了", None, "web")


def test_words_that_name_a_place_are_asked_about_once_before_they_go_nowhere(
    door: Client, cast: Cast
) -> None:
    stairs = cast.town.row(cast.town.stairwell)
    sent = form(where="悦海花园三号楼二单元", photos=[picture()], contact="13800001234")
    answer = door.post("/r/", sent)
    html = answer.content.decode()
    assert (answer.status_code, Report.objects.count()) == (200, 0)
    assert "是这里吗？" in html
    assert f'name="spot" value="{stairs.code}" checked' in html
    carried = {name: value for name, value in sent.items() if name != "photos"}
    assert all(value in html for value in ("悦海花园三号楼二单元", "楼道玻璃碎了", "13800001234"))
    carried |= {"kept_photos": kept(html), "asked": "1", "spot": stairs.code}
    assert door.post("/r/", carried).status_code == 303
    assert (Case.objects.get().place_id, Evidence.objects.get().claimed_kind) == (stairs.id, "report")


@pytest.mark.parametrize("more", [{"asked": "1"}, {"asked": "1", "spot": "-"}, {"waited": "0"}])
def test_it_is_asked_once_and_never_of_what_waited_on_a_phone(
    door: Client, cast: Cast, more: dict[str, str]
) -> None:
    assert door.post("/r/", form(where="悦海花园三号楼", **more)).status_code == 303
    assert Case.objects.get().place_id is None


def test_sabotage_without_the_question_the_place_is_lost(
    door: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_view.where_asked, "question", lambda sent, said: [])
    assert door.post("/r/", form(where="悦海花园三号楼")).status_code == 303
    assert Case.objects.get().place_id is None


def test_saying_only_where_is_not_a_report(door: Client) -> None:
    answer = door.post("/r/", form(text="", where="海滨路公交站"))
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert "请写一句话、附一张照片，或者说一段话" in answer.content.decode()


def test_a_double_tap_is_one_report_with_one_code(door: Client, here: str) -> None:
    first = report(door, here, photos=[picture()])
    again = report(door, here, photos=[picture()])
    assert (again, Report.objects.count(), Case.objects.count()) == (first, 1, 1)


def test_without_the_key_a_double_tap_would_be_two_reports(
    door: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: the form's key is not handed on."""
    monkeypatch.setattr(report_view, "Intake", lambda **said: report_view_intake(**{**said, "key": None}))
    report(door, here)
    report(door, here)
    assert Report.objects.count() == 2


report_view_intake: Any = report_view.Intake


def test_the_same_form_with_other_words_asks_and_loses_nothing(door: Client, here: str) -> None:
    report(door, here)
    answer = door.post(here, form(text="电梯也坏了"))
    html = answer.content.decode()
    key = re.search(r'name="key" value="([^"]+)"', html)
    assert (answer.status_code, Report.objects.count()) == (422, 1)
    assert "这张表已经提交过一次" in html
    assert "电梯也坏了" in html
    assert key
    assert key[1] != form()["key"]
    report(door, here, text="电梯也坏了", key=key[1])
    assert Report.objects.count() == 2


def test_a_bad_photo_is_named_and_the_good_one_stays(door: Client, here: str) -> None:
    answer = door.post(here, form(photos=[picture("good.jpg"), picture("half.jpg", photo()[:700])]))
    html = answer.content.decode()
    assert (answer.status_code, Report.objects.count(), len(kept(html))) == (422, 0, 1)
    assert "“half.jpg”打不开，可能没有传完整" in html
    assert "楼道玻璃碎了" in html
    report(door, here, kept_photos=kept(html))
    assert Evidence.objects.filter(claimed_kind="report").count() == 1


def test_a_kept_photo_belongs_to_its_own_form(door: Client, here: str) -> None:
    html = door.post(here, form(photos=[picture(), picture("half.jpg", photo()[:700])])).content.decode()
    report(door, here, key="another-form-000000", kept_photos=kept(html))
    assert Evidence.objects.filter(claimed_kind="report").count() == 0


def test_ten_photos_are_nine_and_a_sentence(door: Client, here: str) -> None:
    answer = door.post(here, form(photos=[picture(f"{n}.jpg") for n in range(10)]))
    assert (answer.status_code, len(kept(answer.content.decode()))) == (422, 9)
    assert "照片最多 9 张，“9.jpg”没有收下" in answer.content.decode()


def test_a_wrong_phone_number_is_said_beside_its_field(door: Client, here: str) -> None:
    answer = door.post(here, form(contact="没有号码", photos=[picture()]))
    html = answer.content.decode()
    assert (answer.status_code, len(kept(html)), 'value="没有号码"' in html) == (422, 1, True)
    assert "这里只写电话号码" in html


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1380000000", "手机号是 11 位，您写了 10 位"),
        ("138000000000", "手机号是 11 位，您写了 12 位"),
        ("12800000000", "不是手机号的开头"),
        ("0631-123", "带区号的固定电话是 10 至 12 位，您写了 7 位"),
        ("0631-1234567", "这个固定电话号码不对"),
        ("找我儿子", "这里只写电话号码"),
        ("13800000000 林", "这里只写电话号码"),
        ("999", "写 11 位手机号，或带区号的固定电话"),
    ],
)
def test_a_number_that_is_refused_says_why(typed: str, why: str, door: Client, here: str) -> None:
    answer = door.post(here, form(contact=typed))
    assert (answer.status_code, why in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    "typed",
    [
        "13800000000",
        "+86 138-0000-0000",
        "0631-5231234",
        "（0631）523 1234",
        "010 6234 5678",
        "0631-000-0193",
    ],
)
def test_ordinary_numbers_are_taken(typed: str, door: Client, here: str) -> None:
    assert door.post(here, form(contact=typed)).status_code == 303


def test_the_form_and_the_receipt_lead_to_the_page_of_the_place(door: Client, here: str, cast: Cast) -> None:
    page = f'href="/p/{cast.town.row(cast.town.stairwell).code}"'
    assert page in door.get(here).content.decode()
    assert page in door.get(report(door, here)).content.decode()


def test_a_phone_number_may_be_left_for_the_repairer(door: Client, here: str) -> None:
    page = report(door, here, contact="138 0000 0000", may_call="on")
    found = reports.by_code(page.rsplit("/", 1)[1])
    assert (found.has_contact, found.may_call) == (True, True)
    assert b"13800000000" not in bytes(Report.objects.get().contact)


def test_what_others_handle_is_turned_away_with_their_phone_and_nothing_is_lost(
    door: Client, here: str
) -> None:
    answer = door.post(here, form(category="00", text="楼上太吵", contact="13800000000", photos=[picture()]))
    html = answer.content.decode()
    assert (answer.status_code, Report.objects.count()) == (200, 0)
    with translation.override("zh-hans"):
        for leaf in catalogue.leaves():
            if leaf.refer_out:
                assert leaf.refer_phone in html
                assert leaf.refer_to("zh-hans") in html
    back = door.post(
        here,
        {
            "back": "1",
            "key": form()["key"],
            "text": "楼上太吵",
            "contact": "13800000000",
            "kept_photos": kept(html),
        },
    )
    again = back.content.decode()
    assert (back.status_code, len(kept(again))) == (200, 1)
    assert "楼上太吵" in again
    assert 'value="13800000000"' in again


def test_a_topic_of_others_cannot_be_slipped_in(door: Client, here: str) -> None:
    answer = door.post(here, form(category="0001"))
    assert (answer.status_code, Report.objects.count()) == (422, 0)


def test_what_the_form_does_not_ask_is_not_taken(door: Client, here: str, cast: Cast) -> None:
    report(
        door, here, state="closed", place=str(cast.town.street_b), jurisdiction="x", received_at="1999-01-01"
    )
    case = Case.objects.get()
    assert (case.state, case.place_id) == ("reported", cast.town.stairwell)


def test_a_form_that_is_not_ours_comes_back_with_its_words(cast: Cast, here: str) -> None:
    stranger = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    answer = stranger.post(here, form())
    assert (answer.status_code, Report.objects.count()) == (403, 0)
    assert "楼道玻璃碎了" in answer.content.decode()


def test_a_form_that_is_not_ours_would_be_taken_without_the_check(door: Client, here: str) -> None:
    """Sabotage twin: the check is off."""
    report(door, here)
    assert Report.objects.count() == 1


@pytest.mark.parametrize("words", ["坏\x00了", "坏\uffff了"])
def test_signs_that_no_database_keeps_are_refused_with_a_sentence(
    door: Client, here: str, words: str
) -> None:
    answer = door.post(here, form(text=words))
    assert (answer.status_code, Report.objects.count()) == (422, 0)


def test_six_thousand_signs_are_too_many_and_all_come_back(door: Client, here: str) -> None:
    answer = door.post(here, form(text="吵" * 6000))
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert "吵" * 6000 in answer.content.decode()
    assert "最多 5000 字" in answer.content.decode()


def test_too_many_from_one_address_are_told_so_and_keep_their_words(
    door: Client, here: str, settings: Any
) -> None:
    settings.GEZHI_LIMITS = True
    for number in range(limits.REPORTS_PER_HOUR):
        door.post(here, form(text="", key=f"try-number-{number:08d}"))
    answer = door.post(here, form())
    assert (answer.status_code, Report.objects.count()) == (429, 0)
    assert int(answer["Retry-After"]) > 0
    assert "楼道玻璃碎了" in answer.content.decode()


@pytest.fixture
def blocked(door: Client, here: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A door at which this address came too often already."""
    settings.GEZHI_LIMITS = True
    monkeypatch.setattr(limits, "REPORTS_PER_HOUR", 3)
    for number in range(limits.REPORTS_PER_HOUR):
        door.post(here, form(text="", key=f"try-number-{number:08d}"))
    return door


def test_whoever_is_blocked_reads_how_long_and_whom_to_ring_and_keeps_words_and_photos(
    blocked: Client, here: str, cast: Cast
) -> None:
    answer = blocked.post(here, form(photos=[picture()]))
    page = answer.content.decode()
    assert answer.status_code == 429
    assert f"请过 {-(-int(answer['Retry-After']) // 60)} 分钟再试" in page
    assert "0631-0000102" in page  # the desk of the place
    assert "楼道玻璃碎了" in page
    assert (len(kept(page)), Evidence.objects.count()) == (1, 1)


def test_the_voice_of_a_blocked_form_comes_with_it_when_it_is_sent_again(
    blocked: Client, here: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = voice.transaction.atomic
    monkeypatch.setattr(voice.transaction, "atomic", lambda *a, durable=False, **more: plain(*a, **more))
    said = SimpleUploadedFile("voice.webm", GOOD["audio/webm"])
    page = blocked.post(here, form() | {"voice": said}).content.decode()
    (carried,) = re.findall(r'name="kept_voice" value="([^"]+)"', page)
    settings.GEZHI_LIMITS = False  # an hour later
    report(blocked, here, kept_voice=carried)
    assert Voice.objects.get().report_id == Report.objects.get().id


def test_the_photos_of_a_blocked_form_come_with_it_when_it_is_sent_again(
    blocked: Client, here: str, settings: Any
) -> None:
    page = blocked.post(here, form(photos=[picture()])).content.decode()
    settings.GEZHI_LIMITS = False  # an hour later
    report(blocked, here, kept_photos=kept(page))
    assert Evidence.objects.get().claimed_id == Report.objects.get().id


def test_a_flood_of_photos_behind_a_block_fills_no_disk(blocked: Client, here: str) -> None:
    for number in range(BLOCKED_FORMS_PER_HOUR + 3):
        page = blocked.post(here, form(photos=[picture(f"{number}.jpg")])).content.decode()
    assert Evidence.objects.count() == BLOCKED_FORMS_PER_HOUR
    assert (kept(page), "“8.jpg”这次没有收下，请过一会儿重新选" in page) == ([], True)


def test_a_storm_at_one_place_blocks_nobody_else_there(blocked: Client, here: str) -> None:
    other = Client(HTTP_HOST="localhost", REMOTE_ADDR="198.51.100.9")
    assert other.post(here, form(key="an-honest-neighbour")).status_code == 303
    assert blocked.post(here, form(key="the-storm-goes-on")).status_code == 429


def test_with_the_limits_off_the_next_one_is_taken(door: Client, here: str) -> None:
    """Sabotage twin: GEZHI_LIMITS=off."""
    for number in range(limits.REPORTS_PER_HOUR):
        door.post(here, form(text="", key=f"try-number-{number:08d}"))
    report(door, here)
    assert Report.objects.count() == 1


@pytest.mark.parametrize("items", [1, 3])
def test_a_report_costs_the_same_with_three_photos(
    items: int, door: Client, here: str, django_assert_num_queries: Any
) -> None:
    report(door, here, key="warm-up-form-0000", text="先来一件")
    with django_assert_num_queries(22):
        report(door, here, photos=[picture(f"{n}.jpg") for n in range(items)])


def test_the_form_costs_ten_queries(door: Client, here: str, django_assert_num_queries: Any) -> None:
    door.get(here)
    with django_assert_num_queries(10):
        assert door.get(here).status_code == 200


def test_whom_to_ring_in_danger_stands_before_the_form(door: Client, here: str) -> None:
    html = door.get(here).content.decode()
    at = [html.index(f'href="tel:{number}"') for number in ("119", "120", "110")]
    assert sorted(at) == at
    assert at[-1] < html.index('id="report"')


def test_a_dangerous_topic_is_marked_and_a_harmless_one_is_not(door: Client, here: str) -> None:
    html = door.get(here).content.decode()
    marked = {
        code: "data-danger" in tag for tag, code in re.findall(r'(<input[^>]*value="(\d{4})"[^>]*>)', html)
    }
    assert (marked["0201"], marked["0101"]) == (True, False)
