"""An erased picture goes from the disk, however long the worker was away and whatever the disk said at first (I14)."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gezhi.evidence import actions, check, queries, store
from gezhi.evidence.actions import Kept, claim, discard, keep, prepare, purge
from gezhi.evidence.models import Evidence
from gezhi.kernel.finding import Finding
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests.evidence.pictures import Sent, notes, photo

HOUR = timedelta(hours=1)


@pytest.fixture
def erased(office: Jurisdiction, noon: datetime) -> Any:
    """A picture with its copies, taken out of sight at noon; its files have not gone yet."""
    (kept,) = keep([Sent(photo())], at=noon)
    assert isinstance(kept, Kept)
    report = new_id()
    claim([kept.id], kind="report", id=report, at=noon)
    prepare(kept.id, at=noon)
    assert discard(kind="report", id=report, at=noon) == 1
    assert len(store.files(kept.sha256)) == 3
    return kept


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that lets nothing go."""

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)


def named(kept: Kept, at: datetime) -> list[Finding]:
    """The findings, as they should be for this picture."""
    found = list(check.findings(at))
    what = "was erased, its files are still there"
    assert found in ([], [Finding("I14", f"evidence {kept.id}", what)])
    return found


def test_it_goes_however_long_the_worker_was_away(erased: Kept, noon: datetime) -> None:
    purge(at=noon + timedelta(days=40))
    assert store.files(erased.sha256) == []
    assert named(erased, noon + timedelta(days=41)) == []


def test_what_the_disk_keeps_is_told_and_tried_again_and_then_goes(
    erased: Kept, stubborn: None, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (0, 100):
        with capture_logs() as told:
            purge(at=noon + hours * HOUR)
        assert [line["event"] for line in told] == ["a file cannot be removed"] * 3
    assert len(named(erased, noon + 101 * HOUR)) == 1
    monkeypatch.undo()
    purge(at=noon + 200 * HOUR)
    assert (store.files(erased.sha256), named(erased, noon + 201 * HOUR)) == ([], [])


def test_one_that_was_removed_is_not_looked_for_again(
    erased: Kept, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    purge(at=noon)
    looked: list[str] = []
    monkeypatch.setattr(store, "files", looked.append)
    purge(at=noon + HOUR)
    assert looked == []


def test_the_check_gives_the_worker_an_hour(erased: Kept, noon: datetime) -> None:
    assert named(erased, noon + HOUR) == []
    assert len(named(erased, noon + HOUR + timedelta(seconds=1))) == 1


def test_twin_a_removal_that_is_only_noted_is_found(
    erased: Kept, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_remove_files", lambda sha256: True)
    purge(at=noon)
    assert len(named(erased, noon + 2 * HOUR)) == 1


def test_a_file_that_somebody_still_shows_is_no_finding(erased: Kept, noon: datetime) -> None:
    other = Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon)
    with scope(other.id):
        keep([Sent(photo())], at=noon)
    purge(at=noon)
    assert (len(store.files(erased.sha256)), named(erased, noon + 2 * HOUR)) == (3, [])
    with scope(other.id):
        assert purge(at=noon + 25 * HOUR) == 1
    assert store.files(erased.sha256) == []


def test_while_a_backup_copies_the_files_stay_and_nobody_waits(erased: Kept, noon: datetime) -> None:
    with store.nobody_clears():
        purge(at=noon)
        assert len(store.files(erased.sha256)) == 3
    purge(at=noon + HOUR)
    assert store.files(erased.sha256) == []


def test_twin_a_purge_that_does_not_ask_takes_files_from_under_a_backup(
    erased: Kept, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "clearing", lambda: nullcontext(True))
    with store.nobody_clears():
        purge(at=noon)
        assert store.files(erased.sha256) == []


def test_a_backup_asks_for_the_pictures_of_every_office_that_are_not_erased(
    erased: Kept, noon: datetime
) -> None:
    other = Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon)
    with scope(other.id):
        keep([Sent(photo(exif=notes(6)))], at=noon)
    digests = queries.digests_of_all()
    assert (len(digests), erased.sha256 in digests) == (1, False)


def purged_while_its_copies_are_made(noon: datetime, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is left of a picture that the worker purges between the making of its copies and their naming."""
    (kept,) = keep([Sent(photo())], at=noon)
    make = actions._make

    def made_then_purged(row: Evidence, copies: dict[int, Path]) -> None:
        make(row, copies)
        purge(at=noon + 25 * HOUR)

    monkeypatch.setattr(actions, "_make", made_then_purged)
    prepare(kept.id, at=noon)
    purge(at=noon + 26 * HOUR)
    return store.files(kept.sha256)


def test_copies_do_not_outlive_their_picture(
    office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert purged_while_its_copies_are_made(noon, monkeypatch) == []


def test_twin_unasked_they_would(
    office: Jurisdiction, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_is_wanted", lambda row: True)
    assert len(purged_while_its_copies_are_made(noon, monkeypatch)) == 2
