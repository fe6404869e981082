"""The file of a backup: a plain tar of the office's files, and last of all a manifest with the length and SHA-256 of each.

Reading trusts nothing: only plain files under names that a backup has are taken, each is written where its checked name says, and
the manifest must name exactly what came, byte for byte. Last: what was broken off has no manifest, and so is no backup.
"""

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from gezhi.config.progress import Progress

FORMAT = 1
MANIFEST = "manifest.json"
KEY, ACCOUNTS = "keys/install.key", "demo-accounts.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
NAME = re.compile(
    r"database\.(?:sqlite3|dump)|keys/install\.key|demo-accounts\.json|heads/[0-9A-Za-z-]{1,12}\.(?:json|history)"
    r"|media/original/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}"
    r"|media/served/([0-9a-f]{2})/([0-9a-f]{2})/\3\4[0-9a-f]{60}-[0-9]{1,4}\.webp"
)
MOST_MANIFEST_BYTES = 1_000_000_000
PIECE_BYTES = 1 << 20
NAMED = 3  # files that a sentence names of each kind; the rest are counted


class Unfit(Exception):
    """It cannot be saved, or not be put back; the message is the one clear sentence."""


class Part(NamedTuple):
    """One file of a backup. name: its path in the archive."""

    name: str
    bytes: int
    sha256: str


class Manifest(NamedTuple):
    """What the archive says of itself. facts: "gezhi" (its version), "made_at", "database", "migrations" and "offices" (lists)."""

    facts: Mapping[str, Any]
    parts: tuple[Part, ...]


class Writer:
    """An archive being written; a backup only once it is closed by `finish`."""

    def __init__(self, file: IO[bytes], *, at: datetime) -> None:
        self.parts: list[Part] = []
        self._at = at
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name: str, path: Path) -> Part:
        """Copy a file in as it lies there. Raises FileNotFoundError before anything is written."""
        with path.open("rb") as file:
            return self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, content: bytes) -> Part:
        """Copy in what was read before."""
        return self._add(name, BytesIO(content), len(content))

    def finish(self, facts: Mapping[str, Any]) -> None:
        """The manifest, and the end."""
        files = [part._asdict() for part in self.parts]
        said = {"format": FORMAT, **facts, "files": files}
        self.add_bytes(MANIFEST, json.dumps(said, ensure_ascii=False, indent=1).encode())
        self._tar.close()

    def _add(self, name: str, file: IO[bytes], length: int) -> Part:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = length, 0o600, int(self._at.timestamp())
        hashing = _Hashing(file)
        self._tar.addfile(entry, cast("IO[bytes]", hashing))  # it is only read from
        _forget_entries(self._tar)
        part = Part(name, entry.size, hashing.digest.hexdigest())
        self.parts.append(part)
        return part


def _forget_entries(tar: Any) -> None:
    """tarfile keeps every entry it has met, also those of a million photos; its types do not name where."""
    tar.members = []


class _Hashing:
    """Reads from a file and digests what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest, self._file = hashlib.sha256(), file

    def read(self, bytes: int) -> bytes:
        piece = self._file.read(bytes)
        self.digest.update(piece)
        return piece


def unpack(file: Path, folder: Path, *, progress: Progress) -> Manifest:
    """Write every file of the archive below the folder. Raises Unfit where it is no whole, unaltered backup; what is written then is waste."""
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    with file.open("rb") as raw, _read(file, raw, found) as tar:
        while (entry := tar.next()) is not None:
            _forget_entries(tar)
            if manifest is not None:
                raise Unfit(f"{file} was altered: {entry.name!r} stands behind the end of the backup")
            _ask_fit(file, entry, found)
            content = tar.extractfile(entry)
            if content is None:
                raise Unfit(f"{file} was altered: {entry.name!r} is no plain file")
            if entry.name == MANIFEST:
                manifest = _manifest(file, content, entry.size)
            else:
                found[entry.name] = _written(entry.name, content, folder)
            progress.tell(f"{raw.tell() * 100 // max(1, file.stat().st_size)} %")
        if manifest is None:
            raise Unfit(f"{file} is no whole backup: it ends without its manifest{_after(found)}")
    _compare(file, manifest, found)
    return manifest


@contextmanager
def _read(file: Path, raw: IO[bytes], found: Mapping[str, Part]) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(fileobj=raw, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as broken:
        raise Unfit(f"{file} is no whole backup: {broken}{_after(found)}") from broken


def _after(found: Mapping[str, Part]) -> str:
    return f" (after {list(found)[-1]})" if found else ""


def _ask_fit(file: Path, entry: tarfile.TarInfo, found: Mapping[str, Part]) -> None:
    """A plain file under a name of ours, once. The name is shown as Python writes it: it may hold anything."""
    name = entry.name
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
        raise Unfit(f"{file} was altered: {name!r} leads out of its folder")
    if entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or entry.issparse():
        raise Unfit(f"{file} was altered: {name!r} is no plain file")
    if name != MANIFEST and not NAME.fullmatch(name):
        raise Unfit(f"{file} was altered: {name!r} does not belong into a backup")
    if name in found:
        raise Unfit(f"{file} was altered: {name!r} is there twice")


def _written(name: str, content: IO[bytes], folder: Path) -> Part:
    home, digest, length = folder / name, hashlib.sha256(), 0
    home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with home.open("xb") as copy:
            while piece := content.read(PIECE_BYTES):
                copy.write(piece)
                digest.update(piece)
                length += len(piece)
    except OSError as trouble:
        trouble.filename = trouble.filename or str(home)  # a full disk does not say where
        raise
    return Part(name, length, digest.hexdigest())


def _manifest(file: Path, content: IO[bytes], length: int) -> Manifest:
    """Plain JSON of the shape that `finish` writes. Raises Unfit."""
    if length > MOST_MANIFEST_BYTES:
        raise Unfit(f"{file} was altered: its manifest has {length} bytes")
    try:
        said = json.loads(content.read())
        if said["format"] != FORMAT:
            raise Unfit(f"{file} has format {said['format']!r}, this version of Gezhi reads {FORMAT}")
        parts = tuple(Part(str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in said["files"])
        facts: dict[str, Any] = {name: str(said[name]) for name in ("gezhi", "made_at", "database")}
        facts["migrations"] = [str(one) for one in said["migrations"]]
        facts["offices"] = [f"{one['name']} ({one['code']})" for one in said["offices"]]
        return Manifest(facts, parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as broken:
        raise Unfit(f"{file} was altered: its manifest cannot be read ({broken})") from broken


def _compare(file: Path, manifest: Manifest, found: Mapping[str, Part]) -> None:
    """Exactly the files of the manifest, as they were; the key and one database among them."""
    listed = {part.name: part for part in manifest.parts}
    troubles = {
        "missing": listed.keys() - found.keys(),
        "not of this backup": found.keys() - listed.keys(),
        "altered": {name for name in listed.keys() & found.keys() if listed[name] != found[name]},
    }
    if any(troubles.values()):
        said = "; ".join(f"{what}: {_some(names)}" for what, names in troubles.items() if names)
        raise Unfit(f"{file} was altered or damaged: {said}")
    for name in (KEY, DATABASES.get(str(manifest.facts["database"]), "a database")):
        if name not in found:
            raise Unfit(f"{file} is no whole backup: {name} is missing")


def _some(names: set[str]) -> str:
    first = sorted(names)[:NAMED]
    return ", ".join(first) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
