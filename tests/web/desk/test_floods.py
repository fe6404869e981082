"""A storm of reports loses nobody's: each has its number, and the desk sees the others beside it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gezhi.cases import floods, lists
from gezhi.cases.models import Case
from gezhi.config import worker
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import SYSTEM, VISITOR
from gezhi.notices import queries
from gezhi.reports import queries as reports
from gezhi.reports.intake import Intake
from gezhi.web.desk import inbox
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text

pytestmark = pytest.mark.django_db
SPAM = "加微信领红包，天天有惊喜，名额不多先到先得，编号"
HONEST = ("三单元楼道灯坏了", "地下车库漏水", "垃圾桶满了三天", "电梯按钮失灵", "井盖翘起来绊人")


def said(cast: Cast, words: str, at: datetime, channel: str = "qr", place: Any = None) -> str:
    """Somebody says it; the tracking code."""
    row = cast.town.row(place or cast.town.stairwell)
    intake = Intake(channel=channel, text=words, place=row.id, place_path=row.path)
    return receive_report(Voice(intake, row), actor=VISITOR, at=at).code


@pytest.fixture
def storm(cast: Cast, noon: datetime) -> list[str]:
    """Thirty of one kind with ever other ends, five honest voices among them; the codes of these."""
    codes = []
    for number in range(30):
        said(cast, f"{SPAM}{number:04d}", noon)
        if number % 6 == 0:
            codes.append(said(cast, HONEST[number // 6], noon))
    return codes


def test_in_a_storm_every_voice_has_its_number_and_its_case(cast: Cast, storm: list[str]) -> None:
    assert Case.objects.count() == 35
    assert sorted(reports.by_code(code).text for code in storm) == sorted(HONEST)


def test_the_desk_sees_the_others_and_one_line_for_the_storm(
    cast: Cast, desk: Desk, storm: list[str]
) -> None:
    page = text(desk(cast.chen).get("/desk/?view=reported"))
    assert all(words in page for words in HONEST)
    assert (page.count(SPAM[: floods.OPENING]), "30 件" in page) == (1, True)


def test_the_line_opens_to_all_of_them(cast: Cast, desk: Desk, storm: list[str], noon: datetime) -> None:
    client = desk(cast.chen)
    mark = floods.mark_of(floods.floods(actor=SYSTEM, at=noon)[0].key)
    page = text(client.get(f"/desk/?view=reported&alike={mark}"))
    assert page.count(SPAM[: floods.OPENING]) == 30
    assert HONEST[0] not in page


@pytest.mark.parametrize("query", ["?view=overdue", "?view=reported&q=红包", "?view=reported&alike=nonsense"])
def test_any_other_list_is_as_it_was(cast: Cast, desk: Desk, storm: list[str], query: str) -> None:
    assert desk(cast.chen).get(f"/desk/{query}").status_code == 200


def test_a_list_that_is_searched_folds_nothing(cast: Cast, desk: Desk, storm: list[str]) -> None:
    assert (
        desk(cast.chen).get("/desk/?view=reported&q=红包").content.decode().count("<mark>红包</mark>") == 30
    )


def test_twin_without_folding_the_storm_would_fill_the_page(
    cast: Cast, desk: Desk, storm: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FOLDING", frozenset())
    assert text(desk(cast.chen).get("/desk/?view=reported")).count(SPAM[: floods.OPENING]) == 30


def test_fewer_are_no_flood(cast: Cast, noon: datetime) -> None:
    for number in range(floods.FROM - 1):
        said(cast, f"{SPAM}{number}", noon)
    assert floods.floods(actor=SYSTEM, at=noon) == []
    said(cast, f"{SPAM}last", noon)
    [one] = floods.floods(actor=SYSTEM, at=noon)
    assert (one.opening, one.size) == (SPAM[: floods.OPENING], floods.FROM)


def test_what_colleagues_wrote_down_and_what_was_looked_at_is_no_flood(cast: Cast, noon: datetime) -> None:
    for number in range(floods.FROM):
        said(cast, f"{SPAM}{number}", noon, channel="phone")
    assert floods.floods(actor=SYSTEM, at=noon) == []


def test_what_may_be_dangerous_is_never_folded(cast: Cast, noon: datetime) -> None:
    for number in range(floods.FROM + 5):
        said(cast, f"{SPAM}{number}", noon)
    some = Case.objects.order_by("id").values_list("id", flat=True)[:3]
    Case.objects.filter(id__in=list(some)).update(make_safe_due=noon + timedelta(hours=1))
    [one] = floods.floods(actor=SYSTEM, at=noon)
    wanted = lists.CaseFilter(states=("reported",), without=(one.key,))
    assert lists.listed(wanted, actor=SYSTEM, at=noon, soon=noon).count() == 3


def test_pictures_without_words_are_a_flood_by_their_place(cast: Cast, noon: datetime) -> None:
    for number in range(floods.FROM):
        said(cast, f"一句话{number}", noon)
    Case.objects.update(title="")
    [one] = floods.floods(actor=SYSTEM, at=noon)
    assert (one.opening, one.place_id, one.size) == ("", cast.town.stairwell, floods.FROM)


def test_a_flood_of_yesterday_is_over(cast: Cast, storm: list[str], noon: datetime) -> None:
    assert floods.floods(actor=SYSTEM, at=noon + timedelta(hours=25)) == []


def test_its_one_notice_opens_the_line_and_is_new_again_when_it_has_grown(
    cast: Cast, desk: Desk, storm: list[str], noon: datetime
) -> None:
    worker.keep_books(noon)
    client = desk(cast.chen)
    assert "短时间来了 30 件开头一样的" in text(client.get("/desk/notices/"))
    one = queries.unread(cast.chen).get(stands_for=30)
    answer = client.post(f"/desk/notices/{one.id}/")
    assert answer["Location"] == f"/desk/?view=reported&alike={floods.mark_of(floods.key_of(one.case))}"
    assert text(client.get(answer["Location"])).count(SPAM[: floods.OPENING]) == 30
    assert queries.count(cast.chen) == len(HONEST)
    said(cast, f"{SPAM}more", noon)
    worker.keep_books(noon)
    assert queries.unread(cast.chen)[0].stands_for == 31


@pytest.mark.soak
def test_soak_a_minute_of_a_thousand_from_ever_new_addresses_loses_no_honest_report(
    cast: Cast, settings: Any
) -> None:
    settings.GEZHI_LIMITS = True
    here = f"/r/{cast.town.row(cast.town.stairwell).code}"
    honest = []
    for number in range(1000):
        sender = Client(HTTP_HOST="localhost", REMOTE_ADDR=f"2001:db8:{number:x}::1")
        form = {"key": f"storm-number-{number:06d}", "text": f"{SPAM}{number}", "category": "0501"}
        assert sender.post(here, form).status_code == 303
        if number % 50 == 0:
            neighbour = Client(HTTP_HOST="localhost", REMOTE_ADDR=f"198.51.100.{number // 50}")
            form = {
                "key": f"an-honest-one-{number:05d}",
                "text": HONEST[number // 50 % 5],
                "category": "0501",
            }
            honest.append(neighbour.post(here, form)["Location"])
    assert (len({*honest}), Case.objects.count()) == (20, 1020)
