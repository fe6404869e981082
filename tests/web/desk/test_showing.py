"""Albums, the weekly brief and wall screens at the desk: each by clicks and forms, nothing typed is lost, nobody sees another desk's."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.cases.models import Case
from gezhi.channels.paper import album as paper
from gezhi.channels.poster import press
from gezhi.config import worker
from gezhi.evidence import actions as evidence
from gezhi.evidence import looking
from gezhi.evidence.models import Evidence
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.ledger.albums.models import Album, AlbumLine, AlbumPick, BriefWords
from gezhi.parties.models import Party, PartyPost, WallKey
from tests.cast import Cast
from tests.showing import cleared, solved
from tests.web.desk.conftest import Desk, text

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FORM = {"name": "11月迎检", "since": "2026-02-01", "until": "2026-03-02", "start": "families"}


@pytest.fixture
def closed(cast: Cast, noon: datetime) -> Case:
    """Mended glass of yesterday with pictures before and after."""
    return solved(cast, noon - DAY)


@pytest.fixture
def chen(cast: Cast, desk: Desk, settings: Any, tmp_path: Path) -> Client:
    """陈 at the desk, with an own folder for what is printed."""
    settings.GEZHI_DATA = tmp_path
    return desk(cast.chen)


def made(chen: Client, **more: str) -> str:
    """The address of a fresh album."""
    answer = chen.post("/desk/albums/new/", FORM | more)
    assert answer.status_code == 302, text(answer)
    return str(answer.url)


def line_with(case: Case) -> str:
    """The address of the line whose family the case belongs to."""
    line = next(one for one in AlbumLine.objects.all() if str(case.category.parent_id) in one.category_ids)
    return f"/desk/albums/{line.album_id}/lines/{line.id}/"


# ---- albums ----


def test_an_album_begins_with_the_families_and_says_what_lacks(
    chen: Client, closed: Case, noon: datetime
) -> None:
    cleared(closed, noon)
    page = text(chen.get(made(chen)))
    lines = AlbumLine.objects.count()
    assert f"{lines} 条标准，1 组照片" in page
    assert f"{lines - 1} 条没有照片" in page
    assert "11月迎检" in text(chen.get("/desk/albums/"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"start": "text", "lines": ""}, "还没有写标准条目"),
        ({"start": "text", "lines": "\n".join(map(str, range(61)))}, "一本影集最多 60 条标准"),
        ({"start": "sheet"}, "请选一个表格文件"),
        ({"until": "2026-01-01"}, "结束日期不能早于开始日期"),
        ({"since": "2020-01-01"}, "最多一年"),
    ],
)
def test_what_cannot_be_made_comes_back_as_it_was_typed(
    chen: Client, more: dict[str, str], said: str
) -> None:
    answer = chen.post("/desk/albums/new/", FORM | {"lines": "楼道整洁"} | more)
    assert (answer.status_code, said in text(answer), Album.objects.count()) == (422, True, 0)
    assert "11月迎检" in answer.content.decode()


def test_a_sheet_and_a_pasted_standard_are_lines(chen: Client) -> None:
    sheet = SimpleUploadedFile("标准.csv", "检查内容,类别\n楼门完好,0501\n".encode())
    made(chen, name="表格", start="sheet", sheet=sheet)
    made(chen, name="粘贴", start="text", lines="楼道整洁\t0501")
    assert {one.text for one in AlbumLine.objects.all()} == {"楼门完好", "楼道整洁"}


def test_what_is_not_public_is_named_with_a_link_to_look_at_it(chen: Client, closed: Case) -> None:
    made(chen)
    page = chen.get(line_with(closed)).content.decode()
    links = set(re.findall(rf"/desk/cases/{closed.number}/photos/[0-9a-f-]+/", page))
    assert len(links) == 2
    assert {chen.get(link).status_code for link in links} == {200}


def test_the_clerk_ticks_writes_and_hides(chen: Client, closed: Case, noon: datetime) -> None:
    cleared(closed, noon)
    where, number = made(chen), closed.number
    page = line_with(closed)
    said = {"version": "1", f"use-{number}": "take", f"place-{number}": "2", f"words-{number}": "换好了"}
    assert chen.post(page, said).status_code == 302
    assert [(one.caption, one.position) for one in AlbumPick.objects.all()] == [("换好了", 2)]
    stale = chen.post(page, said | {f"words-{number}": "再写一句"})
    assert (stale.status_code, "再写一句" in stale.content.decode()) == (409, True)
    named = said | {"version": "2", f"words-{number}": "王先生家的门"}
    answer = chen.post(page, named)
    assert (answer.status_code, "像是有人名" in text(answer), "我看过了" in text(answer)) == (422, True, True)
    assert chen.post(page, named | {"nobody": "1"}).status_code == 302
    assert chen.post(page, said | {"version": "3", f"use-{number}": "hide"}).status_code == 302
    assert "没有找到成对的照片" in text(chen.get(page))
    assert chen.post(page, {"act": "again"}).status_code == 302
    assert number in text(chen.get(page))
    assert where in chen.get("/desk/albums/").content.decode()


def test_a_line_is_changed_moved_and_dropped(chen: Client, cast: Cast) -> None:
    where = made(chen, start="text", lines="一\n二")
    second = AlbumLine.objects.get(text="二")
    page = f"{where}lines/{second.id}/change/"
    place = cast.town.row(cast.town.compound)
    assert chen.post(page, {"text": "二改", "place": place.code, "position": "1"}).status_code == 302
    assert [one.text for one in AlbumLine.objects.order_by("position")] == ["二改", "一"]
    assert chen.post(page, {"text": "一"}).status_code == 422
    assert chen.post(page, {"act": "drop"}).status_code == 302
    assert chen.post(f"{where}lines/new/", {"text": "三"}).status_code == 302
    assert chen.post(where, {"act": "end"}).status_code == 302
    assert chen.get(where).status_code == 404


def test_the_file_is_asked_for_and_one_with_a_withdrawn_picture_is_not_handed_out(
    chen: Client, closed: Case, noon: datetime, settings: Any
) -> None:
    ids = cleared(closed, noon)
    where = made(chen)
    assert chen.get(f"{where}file.pdf").status_code == 404
    assert chen.post(where, {"act": "print"}).status_code == 302
    assert "排队中" in text(chen.get(f"{where}progress/"))
    album = Album.objects.get()
    kept = Path(settings.GEZHI_DATA) / "albums" / f"{album.id.hex}.pdf"
    kept.parent.mkdir()
    kept.write_bytes(b"%PDF-1.7")
    Album.objects.update(file_at=noon, holds=[[str(id), ""] for id in ids])
    assert b"".join(chen.get(f"{where}file.pdf").streaming_content) == b"%PDF-1.7"
    Evidence.objects.filter(id=ids[0]).update(public_at=None)
    assert (chen.get(f"{where}file.pdf").status_code, "旧文件不能再用" in text(chen.get(where))) == (
        302,
        True,
    )


def kept_file(chen: Client, ids: Any, noon: datetime, folder: Path) -> tuple[str, Path]:
    """The address of an album that was printed, and its file."""
    where = made(chen)
    chen.post(where, {"act": "print"})
    kept = folder / "albums" / f"{Album.objects.get().id.hex}.pdf"
    kept.parent.mkdir()
    kept.write_bytes(b"%PDF-1.7")
    Album.objects.update(file_at=noon, asked_at=noon, holds=[[str(id), ""] for id in ids])
    return where, kept


def test_an_album_asked_for_anew_is_not_lost_when_the_old_file_is_tidied_away_meanwhile(
    chen: Client, closed: Case, noon: datetime, tmp_path: Path
) -> None:
    where, _kept = kept_file(chen, cleared(closed, noon), noon, tmp_path)
    worker.do_errands(noon)
    assert chen.post(where, {"act": "print"}).status_code == 302
    paper.tidy(at=noon)
    worker.do_errands(noon)
    assert Album.objects.get().asked_at is not None
    assert "旧文件不能再用" not in text(chen.get(where))


def test_a_file_with_a_withdrawn_picture_is_gone_with_the_answer_that_refuses_it(
    chen: Client, closed: Case, noon: datetime, tmp_path: Path
) -> None:
    ids = cleared(closed, noon)
    where, kept = kept_file(chen, ids, noon, tmp_path)
    Evidence.objects.filter(id=ids[0]).update(public_at=None)
    assert (chen.get(f"{where}file.pdf").status_code, kept.exists()) == (302, False)
    said = text(chen.get(where))
    assert ("旧文件不能再用" in said, "排队中" in said) == (True, False)
    assert chen.get(f"{where}file.pdf").status_code == 302  # an old link leads to the reason, too
    assert "旧文件不能再用" in text(chen.get(where))
    Evidence.objects.filter(id=ids[0]).update(public_at=noon)
    assert chen.post(where, {"act": "print"}).status_code == 302
    assert ("旧文件不能再用" in (said := text(chen.get(where))), "排队中" in said) == (False, True)


def test_twin_without_looking_again_a_withdrawn_picture_is_handed_out(
    chen: Client, closed: Case, noon: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = cleared(closed, noon)
    where, _kept = kept_file(chen, ids, noon, tmp_path)
    Evidence.objects.filter(id=ids[0]).update(public_at=None)
    monkeypatch.setattr("gezhi.channels.paper.album.may_be_taken", lambda album: True)
    assert b"".join(chen.get(f"{where}file.pdf").streaming_content) == b"%PDF-1.7"


WITHDRAWN: dict[str, Callable[[Case, Any, Cast, datetime], object]] = {
    "kept from all": lambda case, id, cast, at: looking.keep_from_all(id, actor=cast.chen, at=at),
    "covered anew": lambda case, id, cast, at: looking.redact(id, [[0, 0, 1, 1]], "车牌", actor=cast.chen, at=at),
    "erased": lambda case, id, cast, at: evidence.discard(
        kind=Evidence.objects.get(id=id).claimed_kind, id=Evidence.objects.get(id=id).claimed_id, at=at
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", WITHDRAWN)
def test_the_worker_takes_the_file_away_with_its_next_errands(
    how: str, cast: Cast, chen: Client, closed: Case, noon: datetime, tmp_path: Path
) -> None:
    ids = cleared(closed, noon)
    _where, kept = kept_file(chen, ids, noon, tmp_path)
    worker.do_errands(noon)
    assert kept.exists()
    WITHDRAWN[how](closed, ids[0], cast, noon)
    worker.do_errands(noon)
    assert not kept.exists()


def test_twin_without_the_errand_it_would_lie_there_until_the_next_tidying(
    cast: Cast, chen: Client, closed: Case, noon: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = cleared(closed, noon)
    _where, kept = kept_file(chen, ids, noon, tmp_path)
    monkeypatch.setattr(looking, "out_of_sight", lambda at: None)
    looking.keep_from_all(ids[0], actor=cast.chen, at=noon)
    worker.do_errands(noon)
    assert kept.exists()


def test_an_album_without_a_picture_is_not_printed(chen: Client) -> None:
    answer = chen.post(made(chen), {"act": "print"})
    assert (answer.status_code, "还没有一组能印的照片" in text(answer)) == (422, True)


@pytest.mark.parametrize("items", [1, 5])
def test_an_album_costs_the_same_with_one_line_and_many(
    items: int, chen: Client, closed: Case, noon: datetime, django_assert_num_queries: Any
) -> None:
    cleared(closed, noon)
    where = made(chen, start="text", lines="\n".join(f"楼门{n}\t0501" for n in range(items)))
    chen.get(where)
    with django_assert_num_queries(12):
        chen.get(where)


# ---- the brief ----


def test_a_brief_shows_its_week_and_its_first_paragraph_is_the_desks(chen: Client, closed: Case) -> None:
    page = text(chen.get("/desk/brief/"))
    assert "本周收到群众反映和上级交办 0 件" in page
    earlier = "/desk/brief/?week=2026-02-25"
    assert "本周收到群众反映和上级交办 1 件" in text(chen.get(earlier))
    assert chen.post(earlier, {"text": "本周平稳。", "version": "0"}).status_code == 302
    shown = text(chen.get(earlier))
    assert ("本周平稳。" in shown, "本周收到群众反映" in shown) == (True, False)
    stale = chen.post(earlier, {"text": "另一句", "version": "0"})
    assert (stale.status_code, "另一句" in stale.content.decode()) == (409, True)
    assert chen.post(earlier, {"text": "", "version": "1"}).status_code == 302
    assert "本周收到群众反映" in text(chen.get(earlier))


def test_a_phone_in_the_first_paragraph_comes_back_with_what_was_typed(chen: Client) -> None:
    answer = chen.post("/desk/brief/", {"text": "请打13800138000", "version": "0"})
    assert (answer.status_code, "请打13800138000" in answer.content.decode()) == (422, True)
    assert BriefWords.objects.count() == 0


def test_a_name_in_the_first_paragraph_is_kept_when_somebody_looked(chen: Client) -> None:
    said = {"text": "感谢王先生。", "version": "0"}
    answer = chen.post("/desk/brief/", said)
    assert (answer.status_code, 'name="nobody"' in answer.content.decode()) == (422, True)
    assert chen.post("/desk/brief/", said | {"nobody": "1"}).status_code == 302
    assert 'name="nobody"' not in chen.get("/desk/brief/").content.decode()


def test_a_name_in_an_album_or_a_line_comes_back_with_a_tick_that_settles_it(chen: Client) -> None:
    tick = re.compile('<input type="checkbox" name="nobody"')
    assert not tick.search(chen.get("/desk/albums/new/").content.decode())
    said = FORM | {"start": "text", "lines": "3号楼2单元301室门口"}
    answer = chen.post("/desk/albums/new/", said)
    assert (answer.status_code, "第 1 条里像是有人名或门牌" in text(answer)) == (422, True)
    assert tick.search(answer.content.decode())
    where = str(chen.post("/desk/albums/new/", said | {"nobody": "on"}).url)
    line = {"text": "王先生家门口"}
    assert tick.search(chen.post(f"{where}lines/new/", line).content.decode())
    assert chen.post(f"{where}lines/new/", line | {"nobody": "on"}).status_code == 302


def test_a_clerk_without_an_area_reads_no_communitys_brief(cast: Cast, desk: Desk) -> None:
    PartyPost.objects.filter(account_id=cast.chen.id).update(place_id=None)
    Party.objects.filter(id=cast.desk_a).update(place_id=None)
    he, place = desk(cast.chen), cast.town.row(cast.town.community_a)
    assert he.get("/desk/brief/").status_code == 200
    assert he.get(f"/desk/brief/?place={place.code}").status_code == 404
    assert he.post(f"/desk/brief/?place={place.code}", {"text": "好", "version": "0"}).status_code == 404


def test_a_stairwell_has_no_brief(cast: Cast, desk: Desk) -> None:
    zhou = desk(cast.zhou)
    codes = [cast.town.row(one).code for one in (cast.town.community_b, cast.town.stairwell)]
    assert [zhou.get(f"/desk/brief/?place={code}").status_code for code in codes] == [200, 404]


@pytest.mark.parametrize(
    "query", ["week=2025-01-01", "week=x", "week=2026-04-01", "place=371072-99999", "place=371072008019"]
)
def test_a_week_or_a_ground_that_is_none_of_ones_own_is_not_found(chen: Client, query: str) -> None:
    assert chen.get(f"/desk/brief/?{query}").status_code == 404


def test_the_word_file_says_what_the_page_says(chen: Client, closed: Case) -> None:
    answer = chen.get("/desk/brief/word/?week=2026-02-25")
    said = [line.text for line in docx.Document(io.BytesIO(answer.content)).paragraphs]
    page = text(chen.get("/desk/brief/?week=2026-02-25"))
    assert (said[0], [line for line in said[2:] if line and " ".join(line.split()) not in page]) == (
        "本周情况",
        [],
    )
    assert "attachment" in answer["Content-Disposition"]


def test_the_pdf_is_set_and_fetched(chen: Client, closed: Case, monkeypatch: Any) -> None:
    answer = chen.post("/desk/brief/pdf/")
    job = re.search(r"/jobs/([0-9a-f]{32})/", answer.url)
    assert job
    assert press.wait(job[1], lambda done, of: None)
    assert "PDF 做好了" in text(chen.get(answer.url))
    file = chen.get(f"/desk/brief/jobs/{job[1]}/file.pdf")
    assert b"".join(file.streaming_content).startswith(b"%PDF-")
    assert chen.get(f"/desk/brief/jobs/{'0' * 32}/").status_code == 404
    monkeypatch.setattr("gezhi.channels.paper.setting.are_shown", lambda pictures: False)  # one was withdrawn
    assert chen.get(f"/desk/brief/jobs/{job[1]}/file.pdf").status_code == 404


def test_whoever_has_the_name_of_a_file_of_another_ground_gets_nothing(
    cast: Cast, chen: Client, desk: Desk
) -> None:
    address = chen.post("/desk/brief/pdf/").url.partition("?")[0]
    zhou = desk(cast.zhou)
    assert (chen.get(address).status_code, zhou.get(address).status_code) == (200, 404)
    place = cast.town.row(cast.town.community_a).code
    assert zhou.get(f"{address}?place={place}").status_code == 200  # that ground is his to see, too


def test_when_too_much_is_being_set_the_page_says_so(chen: Client, monkeypatch: Any) -> None:
    def full(*asked: Any, **more: Any) -> str:
        raise Invalid("places", "others_first", count=4)

    monkeypatch.setattr(press, "start", full)
    answer = chen.post("/desk/brief/pdf/", follow=True)
    assert "排满了" in text(answer)


@pytest.mark.parametrize("items", [1, 6])
def test_a_brief_costs_the_same_for_one_case_and_many(
    items: int, cast: Cast, chen: Client, noon: datetime, django_assert_num_queries: Any
) -> None:
    for n in range(items):
        solved(cast, noon - DAY + n * timedelta(minutes=1))
    chen.get("/desk/brief/?week=2026-02-25")
    with django_assert_num_queries(23):
        chen.get("/desk/brief/?week=2026-02-25")


# ---- screens ----


def test_an_address_is_shown_once_and_ended(keeper: Actor, desk: Desk, cast: Cast) -> None:
    he = desk(keeper)
    place = cast.town.row(cast.town.community_a)
    page = he.post("/desk/receivers/walls/new/", {"name": "一楼大厅", "place": place.code})
    (address,) = set(re.findall(r"/wall/gzwall_[\w-]+", page.content.decode()))
    assert "悦海社区" in text(Client(HTTP_HOST="localhost").get(address))
    again = he.get("/desk/receivers/walls/").content.decode()
    assert ("一楼大厅" in again, "gzwall_" in again) == (True, False)
    assert he.post("/desk/receivers/walls/new/", {"name": "一楼大厅"}).status_code == 422
    assert he.post(f"/desk/receivers/walls/{WallKey.objects.get().id}/end/").status_code == 302
    assert Client(HTTP_HOST="localhost").get(address).status_code == 404
