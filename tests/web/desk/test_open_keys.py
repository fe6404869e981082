"""Keys of Open311 applications at the desk: shown once, listed, ended; and the two switches of the office."""

import re
from datetime import datetime

import pytest

from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import deeds
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.parties import issued, openkeys
from gezhi.parties.models import OpenKey
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast
from tests.web.desk.conftest import Desk

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"gz311_[A-Za-z0-9_-]{43}")


def test_a_key_is_shown_once_and_kept_as_a_digest(keeper: Actor, desk: Desk, noon: datetime) -> None:
    client = desk(keeper)
    page = client.post("/desk/receivers/open311/new/", {"name": " 市民随手拍 "})
    (secret,) = set(SECRET.findall(page.content.decode()))
    again = client.get("/desk/receivers/open311/").content.decode()
    key = OpenKey.objects.get()
    assert ("市民随手拍" in again, SECRET.search(again)) == (True, None)
    assert (key.name, key.made_by_id, secret in str(vars(key))) == ("市民随手拍", keeper.id, False)
    found = openkeys.known(secret, at=noon)
    assert found is not None
    assert (found.id, OpenKey.objects.get().last_used_on) == (key.id, noon.date())
    (deed,) = deeds("open_key", key.id)
    assert (deed.event, deed.actor_id, secret in str(vars(deed))) == ("make_open_key", keeper.id, False)


def test_an_ended_key_opens_nothing_and_ending_it_again_changes_nothing(
    keeper: Actor, desk: Desk, noon: datetime
) -> None:
    made, secret = openkeys.make_key("随手拍", actor=keeper, at=noon)
    client = desk(keeper)
    for _twice in range(2):
        assert client.post(f"/desk/receivers/open311/{made}/end/").status_code == 302
    assert openkeys.known(secret, at=noon) is None
    assert [deed.event for deed in deeds("open_key", made)] == ["make_open_key", "end_open_key"]
    assert "已停用" in client.get("/desk/receivers/open311/").content.decode()
    assert openkeys.make_key("随手拍", actor=keeper, at=noon)[0] != made  # its name is free again


def test_the_same_form_twice_makes_one_key(keeper: Actor, desk: Desk) -> None:
    answers = [
        desk(keeper).post("/desk/receivers/open311/new/", {"name": "随手拍"}).status_code for _ in range(2)
    ]
    assert (answers, OpenKey.objects.count()) == ([200, 422], 1)


def test_names_are_names_and_there_is_an_end_to_them(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("", "   ", "x" * 41, "a\u202eb", "a\nb", "\0"):
        with pytest.raises(Invalid):
            openkeys.make_key(name, actor=SYSTEM, at=noon)
    with pytest.raises(NotYours):
        openkeys.make_key("随手拍", actor=cast.chen, at=noon)
    monkeypatch.setattr(issued, "MOST_LIVING", 1)
    openkeys.make_key("一", actor=SYSTEM, at=noon)
    with pytest.raises(Invalid) as refused:
        openkeys.make_key("二", actor=SYSTEM, at=noon)
    assert refused.value.code == "too_many"


def test_another_offices_key_is_none_here(cast: Cast, noon: datetime) -> None:
    other = Jurisdiction(code="371073", name="他处", host="other.example", made_at=noon)
    other.save(force_insert=True)
    with scope(other.id):
        _id, secret = openkeys.make_key("随手拍", actor=SYSTEM, at=noon)
        assert openkeys.known(secret, at=noon) is not None
    assert openkeys.known(secret, at=noon) is None


def test_a_switch_is_switched_and_says_how_it_stands(keeper: Actor, desk: Desk) -> None:
    client, door = desk(keeper), "/desk/catalogue/rules/public_list/"
    assert 'type="radio"' in client.get(door).content.decode()
    assert "不公开" in client.get("/desk/receivers/open311/").content.decode()
    assert client.post(door, {"value": "1", "revision": "1"}).status_code == 302
    assert catalogue.rule("public_list") == 1
    assert client.post(door, {"value": "2", "revision": "2"}).status_code == 422
    assert "开" in client.get("/desk/catalogue/").content.decode()
