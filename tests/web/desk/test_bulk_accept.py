"""Reports that wait, accepted several at once from the list."""

from datetime import datetime

from gezhi.cases.bulk.models import Bulk
from gezhi.cases.models import Case
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_bulk import ask, opened_ones, press, states, written

__all__ = ["opened_ones"]


def test_reports_that_wait_are_accepted_from_the_list_and_what_lacks_a_category_is_named(
    cast: Cast, noon: datetime, desk: Desk
) -> None:
    found = [cast.lin_reports(noon, text=f"楼道门玻璃碎了 {number}") for number in range(3)]
    Case.objects.filter(id=found[2].id).update(category_id=None, condition_id=None)
    client = desk(cast.chen)
    assert 'name="deed" value="accept"' in client.get("/desk/?view=reported").content.decode()
    before = written()
    page = ask(client, "accept", found)
    said = text(page)
    assert ("可以办的 2 件" in said, "办不了的 1 件" in said, "还没有类别" in said) == (True, True, True)
    assert ("受理，留在本席" in said, "不能撤销" in said, written()) == (True, True, before)
    answer = press(client, "accept", page)
    assert states(found) == ["opened", "opened", "reported"]
    strip = text(client.get(answer["Location"]))
    assert ("2 件里受理了 2 件" in strip, "前可以撤销" in strip) == (True, False)
    over = text(client.get(f"/desk/bulk/deeds/{Bulk.objects.get().id}/"))
    assert "上报人会收到已受理的消息" in over


def test_where_nothing_waits_there_is_no_button_for_it(
    cast: Cast, opened_ones: list[Case], desk: Desk
) -> None:
    assert 'value="accept"' not in desk(cast.chen).get("/desk/?view=opened").content.decode()
