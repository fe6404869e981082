"""The demonstration is made whole or made anew: what Ctrl-C leaves behind is no office, and nobody works in it."""

import fcntl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from gezhi.config import install
from gezhi.config.progress import BAR_SIGNS, bar
from gezhi.tenancy import actions as tenancy
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.queries import all_jurisdictions, forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """An empty data folder."""
    settings.GEZHI_DATA, settings.GEZHI_MEDIA = tmp_path, tmp_path / "media"
    settings.GEZHI_KEY_FILE = tmp_path / "keys" / "gezhi.key"
    forget()
    return tmp_path


@pytest.fixture
def broken_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody pressed Ctrl-C when the office stood and its first picture lay on the disk; the data folder."""
    monkeypatch.setattr(install, "build", half)
    with pytest.raises(KeyboardInterrupt):
        install.make_demonstration(months=0)
    return folder


def half(
    *, at: datetime, months: int, on_day: Callable[[int, int], None], beside: Any
) -> list[dict[str, str]]:
    tenancy.add_jurisdiction(code="371072", name="经区", time_zone="Asia/Shanghai", demonstration=True, at=at)
    (install.settings.GEZHI_MEDIA / "original").mkdir(parents=True)
    raise KeyboardInterrupt


def whole(
    *, at: datetime, months: int, on_day: Callable[[int, int], None], beside: Any
) -> list[dict[str, str]]:
    tenancy.add_jurisdiction(code="371072", name="经区", time_zone="Asia/Shanghai", demonstration=True, at=at)
    return [{"username": "chen"}]


def test_what_was_broken_off_is_no_office(broken_off: Path) -> None:
    assert len(all_jurisdictions()) == 1
    with pytest.raises(ImproperlyConfigured, match="makes it anew"):
        install.ask_whole()
    assert not install.accounts_file().exists()


def test_sabotage_without_its_mark_half_an_office_would_begin_to_work(broken_off: Path) -> None:
    (broken_off / install.UNFINISHED).unlink()
    install.ask_whole()
    assert install.make_demonstration(months=0) is False


def test_the_next_start_makes_it_anew(broken_off: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "build", whole)
    install.clear_unfinished()
    assert (all_jurisdictions(), (broken_off / "media").exists()) == ([], False)
    assert install.make_demonstration(months=0) is True
    install.ask_whole()
    assert "chen" in install.accounts_file().read_text()


def test_an_office_that_is_no_demonstration_is_never_emptied(broken_off: Path) -> None:
    Jurisdiction.objects.update(demonstration=False)
    forget()
    with pytest.raises(ImproperlyConfigured, match="an office stands here"):
        install.clear_unfinished()
    assert len(all_jurisdictions()) == 1


def test_whoever_comes_while_it_is_being_made_waits(broken_off: Path) -> None:
    with (broken_off / install.UNFINISHED).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(ImproperlyConfigured, match="being made just now"):
            install.clear_unfinished()
    assert len(all_jurisdictions()) == 1


@pytest.mark.parametrize(("done", "full"), [(0, 0), (90, BAR_SIGNS // 2), (180, BAR_SIGNS)])
def test_the_bar_is_as_full_as_the_work(done: int, full: int) -> None:
    assert bar(done, 180) == "█" * full + "░" * (BAR_SIGNS - full)
