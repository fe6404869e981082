"""Pairs of an album are made public where they are chosen, and whoever looks at one picture comes back to them."""

import re
from datetime import datetime

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.config import showroom
from gezhi.evidence.models import Evidence
from gezhi.ledger.albums.models import Album, AlbumPick
from tests.cast import Cast
from tests.web.desk import test_showing
from tests.web.desk.conftest import text
from tests.web.desk.test_showing import line_with, made

closed, chen = test_showing.closed, test_showing.chen  # fixtures


def test_both_pictures_of_a_pair_are_shown_with_one_button_and_what_was_chosen_is_kept(
    chen: Client, closed: Case, noon: datetime
) -> None:
    album, page, number = made(chen), line_with(closed), closed.number
    refused = chen.post(album, {"act": "print"})
    assert (refused.status_code, "这一对都可以公开" in text(refused)) == (422, True)
    assert "这一对都可以公开" in text(chen.get(page))
    said = {"version": "1", f"use-{number}": "take", f"place-{number}": "1", f"words-{number}": "换好了"}
    answer = chen.post(page, said | {"show": number})
    assert (answer.status_code, answer.url) == (302, f"{page}#pair-{number}")
    assert Evidence.objects.exclude(public_at=None).count() == 2
    assert [one.caption for one in AlbumPick.objects.all()] == ["换好了"]
    Evidence.objects.update(served_at=noon)
    assert "这一对都可以公开" not in text(chen.get(page))
    assert chen.post(page, {"version": "2", "show": "371072-2026-9999999"}).status_code == 404


def test_who_may_not_decide_of_its_pictures_keeps_what_he_chose(
    chen: Client, closed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(chen)
    page, number = line_with(closed), closed.number
    monkeypatch.setattr("gezhi.flows.look_at_photo.may_look", lambda roles: False)
    said = {"version": "1", f"use-{number}": "take", f"words-{number}": "换好了", "show": number}
    answer = chen.post(page, said)
    assert (answer.status_code, "换好了" in answer.content.decode()) == (403, True)
    assert (AlbumPick.objects.count(), Evidence.objects.exclude(public_at=None).count()) == (0, 0)


def test_after_a_look_at_a_picture_one_is_back_at_the_line_and_nowhere_else(
    chen: Client, closed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin believes every address."""
    made(chen)
    page = line_with(closed)
    link = re.findall(r'href="(/desk/cases/[^"]+/photos/[^"]+)"', chen.get(page).content.decode())[0]
    assert link.endswith(f"?next={page}")
    assert f'name="next" value="{page}"' in chen.get(link).content.decode()
    where, show = link.partition("?")[0], {"act": "show"}
    assert chen.post(where, show | {"next": page}).url == page
    for other in (
        "https://example.org/desk/",
        "//example.org/desk/",
        "/my/",
        "javascript:alert(1)",
        "/desk/\\\\x",
    ):
        assert "example" not in chen.post(where, show | {"next": other}).url
    assert chen.post(where, show | {"next": "//example.org/desk/"}).url == where
    monkeypatch.setattr("gezhi.web.desk.photos.url_has_allowed_host_and_scheme", lambda *_args, **_more: True)
    monkeypatch.setattr("gezhi.web.desk.photos.DESK_PAGES", "")
    assert chen.post(where, show | {"next": "//example.org/desk/"}).url == "//example.org/desk/"


def test_a_line_is_dropped_by_a_second_button_alone(chen: Client, closed: Case) -> None:
    made(chen)
    page = chen.get(line_with(closed)).content.decode()
    assert "确定去掉" in page.partition("<details><summary")[2].partition("</details>")[0]


def test_the_demonstrations_album_is_filled_with_pairs_that_its_clerk_looked_at(
    chen: Client, closed: Case, cast: Cast, noon: datetime
) -> None:
    made(chen)
    album = Album.objects.get()
    assert AlbumPick.objects.count() == 0
    showroom.fill(album.id, actor=cast.chen, at=noon)
    assert [one.case_id for one in AlbumPick.objects.all()] == [closed.id]
    Evidence.objects.update(served_at=noon)
    assert chen.post(f"/desk/albums/{album.id}/", {"act": "print"}).status_code == 302
