"""`gezhi backup` and `gezhi restore` on a real installation, SQLite or PostgreSQL: of one moment, whole or not at all (F24)."""

import errno
import fcntl
import json
import re
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from gezhi.config import backup, restore
from gezhi.config.archive import Manifest, Unfit
from tests.blank import Blank, database_like
from tests.faults.installation import Installation, complaints, founded, free_port, kill

REPORTS = "SELECT count(*) FROM reports_report"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, blank: Blank) -> Iterator[Installation]:
    """An office with a report and its photo. A test may add to it, never spoil it."""
    with founded(tmp_path_factory.mktemp("backup") / "office", blank) as made:
        done = made.run("tests.config.backing_up", "report", "100")
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture(scope="module")
def saved(busy: Installation) -> Path:
    """A backup of it."""
    to = busy.folder.parent / "office.tar"
    done = busy.gezhi("backup", "--to", str(to))
    assert (done.returncode, done.stderr) == (0, "")
    assert "everything" in done.stdout
    return to


def empty(like: Installation, folder: Path) -> Installation:
    """A place to restore into: no folder yet, and an empty database where it is a server's."""
    return replace(like, folder=folder, port=free_port(), url=database_like(like.url) if like.url else "")


def restored(like: Installation, file: Path, folder: Path) -> Installation:
    other = empty(like, folder)
    done = other.gezhi("restore", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    return other


def manifest(file: Path) -> dict:
    with tarfile.open(file) as tar:
        return json.loads(tar.extractfile("manifest.json").read())


def counted(where: Installation) -> dict[str, int]:
    return {table: where.rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in ROWS}


ROWS = ("reports_report", "cases_case", "journal_entry", "journal_seal", "evidence_evidence", "ledger_line")


def sentence(ended: "subprocess.CompletedProcess[str]") -> str:
    assert ended.returncode == 1, ended.stdout
    (line,) = ended.stderr.strip().splitlines()
    return line


def files(folder: Path) -> dict[str, bytes]:
    """What a backup holds of a folder, photos, heads and key."""
    found = (
        one
        for below in ("media/original", "media/served", "heads", "keys")
        for one in (folder / below).rglob("*")
    )
    return {str(one.relative_to(folder)): one.read_bytes() for one in found if one.is_file()}


def test_a_restored_office_is_the_office_and_starts(busy: Installation, saved: Path, tmp_path: Path) -> None:
    other = restored(busy, saved, tmp_path / "data")
    assert (files(other.folder), counted(other)) == (files(busy.folder), counted(busy))
    assert len([one for one in files(other.folder) if one.startswith("media/")]) == 3
    assert (other.folder.stat().st_mode & 0o077, saved.stat().st_mode & 0o077) == (0, 0)
    proof = other.gezhi("check")
    assert (proof.returncode, proof.stdout.splitlines()[-1].split(",")[0]) == (0, "0 broken")
    server = other.serve()
    kill(server)


def beside(how: str, busy: Installation, tmp_path: Path) -> tuple[Installation, dict[str, int]]:
    """The restored office, and what the manifest says was in it."""
    office, to = busy.copy(tmp_path / "office"), tmp_path / "beside.tar"
    done = office.run("tests.config.backing_up", how, str(to))
    assert done.returncode == 0, done.stderr
    assert office.rows(REPORTS) == [(2,)]
    said = manifest(to)["rows"]
    return restored(office, to, tmp_path / "data"), {table: said[table] for table in ROWS}


def test_a_backup_is_of_one_moment_while_somebody_reports_with_a_photo(
    busy: Installation, tmp_path: Path
) -> None:
    other, said = beside("beside", busy, tmp_path)
    assert (counted(other), said["reports_report"]) == (said, 1)
    assert other.gezhi("check").returncode == 0


def test_twin_without_holding_the_moment_a_photo_is_missing_and_the_check_names_it(
    busy: Installation, tmp_path: Path
) -> None:
    other, said = beside("careless", busy, tmp_path)
    assert counted(other) != said
    proof = other.gezhi("check")
    assert (proof.returncode, "I5" in proof.stdout) == (1, True)


def test_backups_beside_a_crowd_pass_the_check_in_a_scratch_place(busy: Installation, tmp_path: Path) -> None:
    office, to = busy.copy(tmp_path / "office"), tmp_path / "crowd.tar"
    crowd = office.begin("tests.faults.few_cases", "100000")
    try:
        while office.rows(REPORTS)[0][0] < 20:
            time.sleep(0.05)
        done = office.gezhi("backup", "--to", str(to), "--verify")
        assert crowd.poll() is None
    finally:
        kill(crowd)
    assert (done.returncode, done.stderr) == (0, "")
    assert "restored in a scratch place and checked there" in done.stdout
    assert 20 <= manifest(to)["rows"]["reports_report"] < office.rows(REPORTS)[0][0]
    assert [one.name for one in tmp_path.glob("crowd*")] == ["crowd.tar"]
    if office.url:
        with closing(psycopg.connect(office.url)) as database:
            left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'gezhi_verify_%'"
            assert database.execute(left).fetchone() == (0,)


def test_verify_fails_where_the_office_itself_is_broken_and_the_backup_stands(
    busy: Installation, tmp_path: Path
) -> None:
    office, to = busy.copy(tmp_path / "office"), tmp_path / "broken.tar"
    office.rows("UPDATE journal_entry SET event = 'forged' WHERE seq = 1 AND subject_kind = 'party'")
    (photo,) = (one for one in (office.folder / "media" / "original").rglob("*") if one.is_file())
    photo.write_bytes(b"rot")
    done = office.gezhi("backup", "--to", str(to), "--verify")
    assert f"gezhi backup: {to} was written, but `gezhi check` on a copy of it failed: " in sentence(done)
    assert ("371072 I13: party" in done.stderr, to.exists()) == (True, True)
    photo.unlink()
    done = office.gezhi("backup", "--to", str(to))
    assert (done.returncode, done.stderr) == (
        0,
        "gezhi backup: 1 pictures are gone from this office, 0 are altered: `gezhi check` names them\n",
    )


@pytest.mark.parametrize(
    "said", ["\ndatabase: 0 MB                    \n", "photos: 12/40\n", "restore: 7 %"]
)
def test_how_far_a_slow_machine_is_counts_as_no_complaint(said: str) -> None:
    assert complaints(said) == ""
    assert complaints(said.rstrip() + "\ngezhi restore: no room\n") == "gezhi restore: no room\n"


def test_a_target_that_is_not_empty_is_refused_and_left_as_it_is(
    busy: Installation, saved: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "letter.txt").write_text("mine")
    refusal = sentence(empty(busy, data).gezhi("restore", str(saved)))
    assert refusal == f"gezhi restore: {data} is not empty: name a new folder with --data"
    assert [one.name for one in data.rglob("*")] == ["letter.txt"]


def test_a_database_that_is_there_is_refused(busy: Installation, saved: Path, tmp_path: Path) -> None:
    url = busy.url or f"sqlite:///{busy.folder}/gezhi.sqlite3"
    refusal = sentence(replace(busy, folder=tmp_path / "data", url=url).gezhi("restore", str(saved)))
    expected = "an empty one" if busy.url else "where no database stands"
    assert refusal.endswith(f"a backup is put back {'into ' if busy.url else ''}{expected}")
    assert not (tmp_path / "data").exists()


def test_an_altered_backup_is_refused_and_nothing_is_made(
    busy: Installation, saved: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.tar"
    content = bytearray(saved.read_bytes())
    content[700] ^= 1  # in the database, the first file
    bad.write_bytes(content)
    other = empty(busy, tmp_path / "data")
    database = "database.dump" if busy.url else "database.sqlite3"
    assert sentence(other.gezhi("restore", str(bad))) == (
        f"gezhi restore: {bad} was altered or damaged: altered: {database}"
    )
    assert not other.folder.exists()
    refusal = sentence(other.gezhi("restore", str(tmp_path / "nowhere.tar")))
    assert refusal == f"gezhi restore: 没有找到“{tmp_path / 'nowhere.tar'}”，请核对文件名和路径。"
    assert not other.folder.exists()


@pytest.mark.parametrize("point", ["database saved", "photos in", "before its name"])
def test_a_killed_backup_leaves_no_file_that_looks_whole(
    point: str, busy: Installation, saved: Path, tmp_path: Path
) -> None:
    to, older = tmp_path / "office.tar", saved.read_bytes()
    if point == "photos in":
        to.write_bytes(older)
    assert busy.run("tests.config.backing_up", point, str(to)).returncode == -9
    assert (to.read_bytes() if to.exists() else older) == older
    assert to.exists() == (point == "photos in")
    assert any((tmp_path / "office.tar.partial").iterdir())
    done = busy.gezhi("backup", "--to", str(to))
    assert (done.returncode, [one.name for one in tmp_path.iterdir()]) == (0, ["office.tar"])


@pytest.mark.parametrize("point", ["unpacked", "one moved", "before the end"])
def test_half_an_office_does_not_start_and_says_why(
    point: str, busy: Installation, saved: Path, tmp_path: Path
) -> None:
    other = empty(busy, tmp_path / "data")
    assert other.run("tests.config.backing_up", point, str(saved)).returncode == -9
    for command in (["check"], ["migrate"], ["restore", str(saved)]):
        assert sentence(other.gezhi(*command)) == (
            f"gezhi {command[0]}: a restore into {other.folder} is under way or was broken off: "
            "empty this folder (and its PostgreSQL database) and restore again"
        )


def test_twin_without_its_mark_half_an_office_would_start(
    busy: Installation, saved: Path, tmp_path: Path
) -> None:
    other = empty(busy, tmp_path / "data")
    assert other.run("tests.config.backing_up", "before the end", str(saved)).returncode == -9
    (other.folder / "restoring").rename(tmp_path / "away")
    assert other.gezhi("migrate").returncode == 0


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"database": "oracle"}, "x.tar holds a database of the kind oracle: "),
        (
            {"migrations": ["cases.0001_begins", "cases.9999_later"]},
            "x.tar was made by a newer Gezhi (9.0, cases.9999_later): ",
        ),
    ],
)
def test_a_backup_that_this_installation_cannot_read_says_what_is_needed(facts: dict, sentence: str) -> None:
    ours = {"gezhi": "9.0", "database": connection.vendor, "migrations": ["axes.8888_of_a_library"]}
    restore._ask_for_us(Path("x.tar"), Manifest(ours, ()))
    with pytest.raises(Unfit, match=re.escape(sentence)):
        restore._ask_for_us(Path("x.tar"), Manifest(ours | facts, ()))


def test_a_database_that_does_not_answer_is_one_sentence_and_nothing_is_made(
    busy: Installation, saved: Path, tmp_path: Path
) -> None:
    other = replace(busy, folder=tmp_path / "data", url="postgres://nobody@127.0.0.1:1/none")
    assert "the database cannot do it now" in sentence(other.gezhi("restore", str(saved)))
    assert not other.folder.exists()


def test_where_no_backup_can_be_written_one_sentence_says_so(busy: Installation, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "a.tar"
    assert sentence(busy.gezhi("backup", "--to", str(nowhere))) == (
        f"gezhi backup: there is no folder {nowhere.parent}"
    )
    assert sentence(busy.gezhi("backup", "--to", str(tmp_path))) == (
        f"gezhi backup: {tmp_path} is a folder: name a file in it"
    )
    assert list(tmp_path.iterdir()) == []


def test_two_backups_to_one_file_do_not_meet(tmp_path: Path) -> None:
    with backup._workplace(tmp_path / "a.tar") as room:
        (room / "half").touch()
        with (
            pytest.raises(Unfit, match="another backup is being written"),
            backup._workplace(tmp_path / "a.tar"),
        ):
            pass
        assert (room / "half").exists()
    assert list(tmp_path.iterdir()) == []


def test_twin_without_its_lock_one_backup_would_clear_away_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    with backup._workplace(tmp_path / "a.tar") as room:
        (room / "half").touch()
        with backup._workplace(tmp_path / "a.tar"):
            assert not (room / "half").exists()


def test_a_full_disk_is_named_and_nothing_is_left(
    tmp_path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(room: Path, *_: object) -> None:
        (room / "archive.tar").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup, "_write", full)
    with pytest.raises(OSError, match="No space left") as trouble:
        backup.back_up(tmp_path / "a.tar", at=noon, verify=False)
    assert (trouble.value.filename, list(tmp_path.iterdir())) == (str(tmp_path / "a.tar"), [])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a server's office has no database file to copy")
def test_twin_a_plain_copy_of_the_database_file_lacks_what_was_acknowledged(
    busy: Installation, tmp_path: Path
) -> None:
    office = busy.copy(tmp_path / "office")
    crowd = office.begin("tests.faults.few_cases", "100000")
    try:
        while office.rows(REPORTS)[0][0] < 3:
            time.sleep(0.05)
        acknowledged = office.rows(REPORTS)[0][0]
        copy = replace(office, folder=tmp_path / "copy")
        copy.folder.mkdir()
        (copy.folder / "gezhi.sqlite3").write_bytes((office.folder / "gezhi.sqlite3").read_bytes())
    finally:
        kill(crowd)
    assert copy.rows(REPORTS)[0][0] < acknowledged
