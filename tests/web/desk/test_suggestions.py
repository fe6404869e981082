"""What the desk is shown while it types and when it accepts, and the page of words."""

from datetime import datetime

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.reports.models import Word
from tests.cast import Cast
from tests.web.desk.conftest import Desk, address

SUGGEST = "/desk/find/suggestions/"


def test_while_typing_the_desk_is_shown_category_place_and_danger(cast: Cast, desk: Desk) -> None:
    place = cast.town.row(cast.town.building)
    compound = cast.town.row(cast.town.compound)
    said = {"text": f"{compound.name}{place.name}电梯停了，有人困在里面"}
    page = desk(cast.chen).post(SUGGEST, said).content.decode()
    assert str(catalogue.by_code("0503").id) in page
    assert str(place.id) in page
    assert 'href="tel:119"' in page
    assert Case.objects.count() == 0


def test_a_fragment_of_two_signs_suggests_nothing(cast: Cast, desk: Desk) -> None:
    assert "chip" not in desk(cast.chen).post(SUGGEST, {"text": "喂"}).content.decode()


def test_what_was_said_at_this_spot_already_is_shown_to_judge(cast: Cast, desk: Desk, noon: datetime) -> None:
    known = cast.lin_reports(noon, "二楼的玻璃碎了")
    page = (
        desk(cast.chen).post(SUGGEST, {"text": "二楼玻璃碎了", "place": str(known.place_id)}).content.decode()
    )
    assert known.number in page
    assert "二楼的玻璃碎了" in page


def test_without_script_a_press_shows_the_same(cast: Cast, desk: Desk) -> None:
    said = {"text": "路灯不亮很久了", "find": "suggest", "key": "a-form-shown-once-000", "channel": "phone"}
    page = desk(cast.chen).post("/desk/new/", said).content.decode()
    assert "像是这几类" in page
    assert "路灯不亮很久了" in page


def test_whoever_accepts_is_shown_what_the_words_speak_of(cast: Cast, desk: Desk, noon: datetime) -> None:
    case = cast.lin_reports(noon, "路灯不亮很久了", category=None)
    page = desk(cast.chen).get(address(case, "accept")).content.decode()
    lamp = str(catalogue.by_code("0601").id)
    assert page.index(lamp) < page.index(str(catalogue.by_code("0101").id))
    assert "提到" in page
    assert f'value="{lamp}" checked' not in page


def test_what_is_not_ours_is_said_with_whom_to_ask(cast: Cast, desk: Desk, noon: datetime) -> None:
    case = cast.lin_reports(noon, "老板拖欠我三个月工资不给", category=None)
    page = desk(cast.chen).get(address(case, "accept")).content.decode()
    assert catalogue.by_code("0003").refer_phone in page


def test_an_administrator_adds_a_word_and_reads_it_in_the_history(
    cast: Cast, desk: Desk, keeper: Actor
) -> None:
    said = {"word": "冒黑烟", "code": "0706", "strength": "2", "condition": "0706-a", "call": "119"}
    assert desk(keeper).post("/desk/catalogue/words/", said).status_code == 302
    page = desk(keeper).get("/desk/catalogue/words/").content.decode()
    assert page.count("冒黑烟") >= 2
    assert Word.objects.get().strength == 2


def test_a_danger_of_another_category_is_refused_with_every_word_kept(
    cast: Cast, desk: Desk, keeper: Actor
) -> None:
    said = {"word": "冒黑烟", "code": "0601", "strength": "2", "condition": "0706-a", "call": "119"}
    answer = desk(keeper).post("/desk/catalogue/words/", said)
    assert answer.status_code == 422
    assert "冒黑烟" in answer.content.decode()
    assert not Word.objects.exists()
