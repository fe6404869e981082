"""Pictures: served copies only, for those who may see them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from gezhi.evidence import actions as evidence
from gezhi.evidence.models import Evidence
from gezhi.parties.models import Account
from gezhi.web.links import link
from gezhi.web.public import photos
from tests.cast import Cast
from tests.web.public.conftest import picture, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(door: Client, here: str) -> UUID:
    """The picture of a report, its copies made."""
    report(door, here, photos=[picture()])
    row = Evidence.objects.get()
    evidence.prepare(row.id, at=datetime.now(UTC))
    return UUID(str(row.id))


def test_a_signed_link_opens_the_copy_and_nothing_but_the_copy(door: Client, shown: UUID) -> None:
    answer = door.get(link(shown, 400, at=datetime.now(UTC)))
    body = b"".join(answer)
    assert (answer.status_code, answer["Content-Type"], body[8:12]) == (200, "image/webp", b"WEBP")
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_stranger_without_a_link_finds_nothing(door: Client, shown: UUID) -> None:
    assert door.get(f"/photo/{shown}/400").status_code == 404


def test_a_stranger_would_see_it_if_every_link_counted_as_signed(
    door: Client, shown: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: signatures are not looked at."""
    monkeypatch.setattr(photos, "is_signed", lambda *given: True)
    assert door.get(f"/photo/{shown}/400").status_code == 200


def test_a_link_ends_after_its_days(door: Client, shown: UUID) -> None:
    assert door.get(link(shown, 400, at=datetime.now(UTC) - timedelta(days=3))).status_code == 404


@pytest.mark.parametrize("query", ["until=99999&s=", "until=²&s=x", "until=9" * 9, "s=é"])
def test_a_forged_link_finds_nothing(door: Client, shown: UUID, query: str) -> None:
    assert door.get(f"/photo/{shown}/400?{query}").status_code == 404


def test_a_link_that_names_two_ends_contradicts_itself(door: Client, shown: UUID) -> None:
    assert door.get(f"/photo/{shown}/400?until=20000&until=99999&s=0").status_code == 400


def test_the_link_of_one_picture_opens_no_other(door: Client, here: str, shown: UUID) -> None:
    report(door, here, key="another-form-000000", photos=[picture()])
    other = Evidence.objects.exclude(id=shown).get()
    query = link(shown, 400, at=datetime.now(UTC)).split("?")[1]
    assert door.get(f"/photo/{other.id}/400?{query}").status_code == 404


@pytest.mark.parametrize(("username", "sees"), [("chen", 200), ("wei", 200), ("mo", 404)])
def test_staff_see_the_pictures_of_their_own_cases(
    door: Client, shown: UUID, cast: Cast, username: str, sees: int
) -> None:
    door.force_login(Account.objects.get(username=username), backend="gezhi.parties.login.PostBackend")
    assert door.get(f"/photo/{shown}/1600").status_code == sees


def test_while_the_copy_is_made_a_word_of_patience_is_shown(door: Client, here: str) -> None:
    report(door, here, photos=[picture()])
    answer = door.get(link(Evidence.objects.get().id, 400, at=datetime.now(UTC)))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert "照片处理中" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("size", [0, 1, 399, 10**9])
def test_other_sizes_do_not_exist(door: Client, shown: UUID, size: int) -> None:
    assert door.get(link(shown, size, at=datetime.now(UTC))).status_code == 404
