"""The file of a backup is taken whole and unaltered or not at all; what is wrong with it is named (bad input 31 and 32)."""

import gzip
import io
import json
import re
import tarfile
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from gezhi.config import archive
from gezhi.config.archive import Unfit, Writer, unpack
from gezhi.config.progress import Progress

PHOTO = b"a picture"
DIGEST = sha256(PHOTO).hexdigest()
ORIGINAL = f"media/original/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
COPY = f"media/served/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}-400.webp"
FILES = {
    "database.sqlite3": b"rows" * 1000,
    "keys/install.key": b"ab" * 32,
    "heads/371072.json": b"{}",
    "heads/371072.history": b"",
    ORIGINAL: PHOTO,
    COPY: b"small",
}
FACTS = {
    "gezhi": "0.1.0",
    "made_at": "2026-03-02T04:00:00+00:00",
    "database": "sqlite",
    "offices": [{"code": "371072", "name": "经区"}],
    "migrations": ["cases.0001_begins"],
}
Entry = tuple[tarfile.TarInfo, bytes]


@pytest.fixture
def whole(tmp_path: Path, noon: datetime) -> Path:
    """A backup as it should be."""
    to = tmp_path / "office.tar"
    with to.open("wb") as file:
        writer = Writer(file, at=noon)
        for name, content in FILES.items():
            writer.add_bytes(name, content)
        writer.finish(FACTS)
    return to


def entries(file: Path) -> list[Entry]:
    with tarfile.open(file) as tar:
        return [(one, tar.extractfile(one).read()) for one in tar.getmembers()]


def forge(file: Path, made: list[Entry]) -> None:
    """The same file with other entries."""
    with tarfile.open(file, "w") as tar:
        for entry, content in made:
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def strange(name: str, content: bytes = b"x", **more: Any) -> Entry:
    entry = tarfile.TarInfo(name)
    for key, value in more.items():
        setattr(entry, key, value)
    return entry, content


def taken(file: Path) -> archive.Manifest:
    folder = file.parent / "into" / "below"
    folder.mkdir(parents=True)
    return unpack(file, folder, progress=Progress("restore"))


def refused(file: Path) -> str:
    with pytest.raises(Unfit) as wrong:
        taken(file)
    outside = {one for one in file.parent.rglob("*") if one.is_file() and "below" not in one.parts}
    assert outside == {file}
    return str(wrong.value)


def test_what_was_saved_comes_back_byte_for_byte(whole: Path) -> None:
    manifest = taken(whole)
    folder = whole.parent / "into" / "below"
    assert {part.name: part.bytes for part in manifest.parts} == {
        name: len(one) for name, one in FILES.items()
    }
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert manifest.facts["offices"] == ["经区 (371072)"]


def test_the_file_is_a_plain_tar_whose_manifest_comes_last(whole: Path) -> None:
    made = entries(whole)
    assert [entry.name for entry, _ in made] == [*FILES, "manifest.json"]
    assert {entry.mode for entry, _ in made} == {0o600}
    said = json.loads(made[-1][1])
    assert said["files"][0] == {
        "name": "database.sqlite3",
        "bytes": 4000,
        "sha256": sha256(FILES["database.sqlite3"]).hexdigest(),
    }


@pytest.mark.parametrize("name", FILES)
def test_an_altered_file_is_named(name: str, whole: Path) -> None:
    forge(whole, [(e, content + b"!" if e.name == name else content) for e, content in entries(whole)])
    assert refused(whole) == f"{whole} was altered or damaged: altered: {name}"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str, whole: Path) -> None:
    forge(whole, [one for one in entries(whole) if one[0].name != name])
    assert refused(whole) == f"{whole} was altered or damaged: missing: {name}"


def test_one_flipped_bit_in_a_photo_is_found(whole: Path) -> None:
    content = whole.read_bytes()
    at = content.index(PHOTO)
    whole.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert refused(whole) == f"{whole} was altered or damaged: altered: {ORIGINAL}"


def test_many_are_counted(whole: Path) -> None:
    forge(whole, entries(whole)[-1:])
    assert refused(whole).endswith("heads/371072.history, heads/371072.json and 3 more")


MORE = f"media/original/00/00/{'0' * 64}"
STRANGE: dict[str, tuple[Entry, str]] = {
    "unlisted": (strange(MORE), f"not of this backup: {MORE}"),
    "of no backup": (strange("running.lock"), "'running.lock' does not belong into a backup"),
    "absolute": (strange("/tmp/evil"), "'/tmp/evil' leads out of its folder"),
    "parent": (strange("media/../../evil"), "'media/../../evil' leads out of its folder"),
    "Windows parent": (strange("..\\evil"), "'..\\\\evil' leads out of its folder"),
    "share": (strange("\\\\host\\evil"), "'\\\\\\\\host\\\\evil' leads out of its folder"),
    "drive": (strange("C:/evil"), "'C:/evil' does not belong into a backup"),
    "case": (strange("KEYS/install.key"), "'KEYS/install.key' does not belong into a backup"),
    "end of line": (
        strange("keys/install.key\n"),
        "'keys/install.key\\n' does not belong into a backup",
    ),
    "twice": (strange("keys/install.key"), "'keys/install.key' is there twice"),
    "link": (strange(MORE, b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "is no plain file"),
    "hard link": (strange(MORE, b"", type=tarfile.LNKTYPE, linkname=ORIGINAL), "is no plain file"),
    "device": (strange(MORE, b"", type=tarfile.CHRTYPE, devmajor=1, devminor=3), "is no plain file"),
    "pipe": (strange(MORE, b"", type=tarfile.FIFOTYPE), "is no plain file"),
    "folder": (strange("media/original", b"", type=tarfile.DIRTYPE), "is no plain file"),
    "sparse": (
        strange(MORE, pax_headers={"GNU.sparse.map": "0,1", "GNU.sparse.size": "9"}),
        "is no plain file",
    ),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_what_does_not_belong_is_named_and_never_written(kind: str, whole: Path) -> None:
    entry, sentence = STRANGE[kind]
    *files, manifest = entries(whole)
    forge(whole, [*files, entry, manifest])
    assert refused(whole).endswith(sentence)


def test_nothing_stands_behind_the_manifest(whole: Path) -> None:
    forge(whole, [*entries(whole), strange(MORE)])
    assert refused(whole) == f"{whole} was altered: '{MORE}' stands behind the end of the backup"


@pytest.mark.parametrize("tenths", range(10))
def test_a_backup_that_was_broken_off_is_none(tenths: int, whole: Path) -> None:
    content = whole.read_bytes().rstrip(b"\0")
    whole.write_bytes(content[: len(content) * tenths // 10])
    assert refused(whole).startswith(f"{whole} is no whole backup: ")


NO_ARCHIVE: Final = {
    "nothing": b"",
    "words": b"no archive",
    "zeros": b"\0" * 10240,
    "packed": gzip.compress(b"x" * 9999, mtime=0),
}


@pytest.mark.parametrize("content", NO_ARCHIVE.values(), ids=NO_ARCHIVE)
def test_what_is_no_archive_is_refused(content: bytes, whole: Path) -> None:
    whole.write_bytes(content)
    assert refused(whole).startswith(f"{whole} is no whole backup: ")


MANIFESTS = {
    "no JSON": b"{",
    "no text": b"\xff\xfe\xfa",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "nothing": b"{}",
    "no files": json.dumps({**FACTS, "format": 1}).encode(),
    "files that are none": json.dumps({**FACTS, "format": 1, "files": [7]}).encode(),
    "offices that are none": json.dumps({**FACTS, "format": 1, "files": [], "offices": 7}).encode(),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_manifest_that_cannot_be_read_is_refused(kind: str, whole: Path) -> None:
    forge(whole, [*entries(whole)[:-1], strange("manifest.json", MANIFESTS[kind])])
    assert "its manifest cannot be read" in refused(whole)


def test_another_format_is_named(whole: Path) -> None:
    forge(whole, [strange("manifest.json", b'{"format": 2}')])
    assert refused(whole) == f"{whole} has format 2, this version of Gezhi reads 1"


@pytest.mark.parametrize("name", ["keys/install.key", "database.sqlite3"])
def test_a_backup_has_its_key_and_its_database(name: str, whole: Path) -> None:
    *files, (entry, content) = entries(whole)
    said = json.loads(content)
    said["files"] = [one for one in said["files"] if one["name"] != name]
    forge(whole, [one for one in files if one[0].name != name] + [(entry, json.dumps(said).encode())])
    assert refused(whole) == f"{whole} is no whole backup: {name} is missing"


def unasked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(archive, name, lambda *_: None)


def test_twin_without_comparing_an_altered_photo_is_taken(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole.write_bytes(whole.read_bytes().replace(PHOTO, b"A picture"))
    unasked(monkeypatch, "_compare")
    taken(whole)
    assert (whole.parent / "into" / "below" / ORIGINAL).read_bytes() == b"A picture"


def test_twin_without_asking_for_names_a_file_is_written_outside(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge(whole, [strange("../evil"), *entries(whole)])
    unasked(monkeypatch, "_ask_fit")
    with pytest.raises(Unfit, match=re.escape("not of this backup: ../evil")):
        taken(whole)
    assert (whole.parent / "into" / "evil").exists()


@pytest.mark.parametrize("say", [None, "50 %"])
def test_short_work_says_nothing(
    say: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock: Callable[[], float] = iter([0.0, 2.0 if say else 0.5]).__next__
    monkeypatch.setattr("time.monotonic", clock)
    progress = Progress("photos")
    progress.tell("50 %")
    progress.end()
    assert capsys.readouterr().err.strip() == (f"photos: {say:<24}".strip() if say else "")
