"""Prove I13 and I14 on live data: every row that was altered, deleted, inserted, reordered or cut off is named."""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby, islice
from uuid import UUID

from gezhi.journal.actions import signed
from gezhi.journal.chain import START, mac, seal_digest, words_digest
from gezhi.journal.models import Entry, Seal, Words
from gezhi.journal.sealing import head_file
from gezhi.kernel.finding import Finding
from gezhi.tenancy.current import current
from gezhi.tenancy.keys import derived
from gezhi.tenancy.models import Jurisdiction

CHUNK = 500


def findings() -> Iterator[Finding]:
    """What is wrong with the journal of the jurisdiction in force: nothing, when all is well."""
    yield from _subject_chains()
    yield from _seals()
    yield from _head()
    yield from _words()


def _subject_chains() -> Iterator[Finding]:
    """Each row's own signature, and no gap in a subject's steps. 1 streamed query."""
    key = derived("journal")
    rows = Entry.objects.order_by("subject_kind", "subject_id", "seq").iterator(chunk_size=2000)
    for (kind, subject), steps in groupby(rows, key=lambda row: (row.subject_kind, row.subject_id)):
        previous, expected = START, 1
        for entry in steps:
            where = f"{kind} {subject} step {entry.seq}"
            if entry.seq != expected:
                yield Finding("I13", where, f"step {expected} is missing")
            elif mac(key, signed(entry), previous) != entry.mac:
                yield Finding("I13", where, "the row was altered or put in by another hand")
            previous, expected = entry.mac, entry.seq + 1


def _seals() -> Iterator[Finding]:
    """Each seal over the seal before and its rows in order. 2 streamed queries."""
    key, previous, number, position = derived("journal"), START, 0, 0
    stored = Entry.objects.exclude(position=None).order_by("position")
    rows = stored.values_list("position", "mac", "id").iterator(chunk_size=2000)
    row = next(rows, None)
    for seal in Seal.objects.order_by("number").iterator(chunk_size=200):
        if seal.number != number + 1 or seal.first != position + 1:
            yield Finding("I13", f"seal {number + 1}", "is missing")
        if seal_digest(key, previous, seal.number, seal.first, seal.macs) != seal.digest:
            yield Finding("I13", f"seal {seal.number}", "was altered or put in by another hand")
        if seal.last != seal.first + len(seal.macs) - 1:
            yield Finding("I13", f"seal {seal.number}", "names another last position than it sealed")
        for place, sealed in enumerate(seal.macs, start=seal.first):
            while row is not None and row[0] < place:
                yield Finding("I13", f"position {row[0]}", "a row stands where none was sealed")
                row = next(rows, None)
            if row is None or row[0] > place:
                yield Finding("I13", f"position {place}", "the sealed row is missing")
                continue
            if row[1] != sealed:
                yield Finding(
                    "I13", f"position {place}", f"entry {row[2]} is not the row that was sealed here"
                )
            row = next(rows, None)
        previous, number, position = seal.digest, seal.number, seal.first + len(seal.macs) - 1
    while row is not None:
        yield Finding("I13", f"position {row[0]}", "the row is behind the last seal: seals were cut off")
        row = next(rows, None)


def _head() -> Iterator[Finding]:
    """The heads copied outside the database (the newest, and one a day) agree with seals inside: a cut-off end is found."""
    path = head_file(Jurisdiction.objects.values_list("code", flat=True).get(id=current()))
    digests = dict(Seal.objects.values_list("number", "digest"))
    if digests and not path.exists():
        yield Finding("I13", path.name, "the copy of the chain's head is missing")
    for file in (path, path.with_suffix(".history")):
        for line in file.read_text().splitlines() if file.exists() else ():
            yield from _one_head(file.name, line, digests)


def _one_head(file: str, line: str, digests: Mapping[int, str]) -> Iterator[Finding]:
    try:
        head = json.loads(line[line.index("{") :])
        number, digest = head["number"], head["digest"]
    except (ValueError, KeyError):
        yield Finding("I13", file, "the copy of the chain's head cannot be read")
        return
    if number not in digests:
        yield Finding("I13", f"seal {number}", "the chain was cut off: its head is known but not stored")
    elif digests[number] != digest:
        yield Finding("I13", f"seal {number}", "is not the one whose digest was copied outside")


def _words() -> Iterator[Finding]:
    """Texts kept beside the chain are the ones whose digests are inside, and none is missing, unless they were erased."""
    for row in Words.objects.filter(entry__words={}).select_related("entry"):
        yield Finding("I13", _text_of(row.entry, row.name), "words that nobody wrote")
    entries = Entry.objects.exclude(words={}).order_by("id").iterator(chunk_size=CHUNK)
    while chunk := list(islice(entries, CHUNK)):
        kept: dict[UUID, dict[str, Words]] = {}
        for row in Words.objects.filter(entry_id__in=[entry.id for entry in chunk]):
            kept.setdefault(row.entry_id, {})[row.name] = row
        for entry in chunk:
            yield from _words_of(entry, kept.get(entry.id, {}))


def _words_of(entry: Entry, kept: Mapping[str, Words]) -> Iterator[Finding]:
    key = derived("journal")
    for name, digest in entry.words.items():
        row = kept.get(name)
        if row is None:
            yield Finding("I13", _text_of(entry, name), "the words are missing")
        elif row.erased_at is None and digest != words_digest(key, entry.id, name, row.text):
            yield Finding("I13", _text_of(entry, name), "the words are not the ones that were written")
    for name in sorted(kept.keys() - entry.words.keys()):
        yield Finding("I13", _text_of(entry, name), "words that nobody wrote")


def _text_of(entry: Entry, name: str) -> str:
    return f"{entry.subject_kind} {entry.subject_id} step {entry.seq} {name}"
