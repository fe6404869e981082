"""Keeping pictures: what is taken, what is refused and why, and that one bad picture never loses the others."""

import hashlib
import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from gezhi.evidence import queries, store
from gezhi.evidence.actions import MOST_BYTES, Kept, Refused, keep
from gezhi.evidence.models import Evidence
from gezhi.journal.outbox import waiting
from gezhi.kernel.refusal import Unavailable
from tests.evidence.pictures import (
    HEIC,
    SEEDS,
    SVG,
    Sent,
    file_of,
    film,
    flood,
    heic,
    noisy,
    notes,
    photo,
    scene,
)


@pytest.mark.parametrize(
    ("format", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_picture_is_kept_as_given_and_its_copies_are_ordered(office, noon, format, media_type):
    data = file_of(scene(), format)
    (kept,) = keep([Sent(data)], at=noon)
    assert isinstance(kept, Kept)
    row = queries.by_ids([kept.id])[kept.id]
    sha = hashlib.sha256(data).hexdigest()
    assert (row.sha256, row.media_type, row.bytes, row.width, row.height) == (
        sha,
        media_type,
        len(data),
        320,
        240,
    )
    assert store.original(sha).read_bytes() == data
    assert waiting("evidence.prepare", str(kept.id))
    assert list(store.waiting_room().iterdir()) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_picture"),
        (b"hello", "not_a_picture"),
        (b"<html><script>alert(1)</script></html>", "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (b"PK\x03\x04", "not_a_picture"),
        (SVG, "unsupported"),
        (b" " * 500 + SVG.upper(), "unsupported"),
        (HEIC, "broken"),
        ((SEEDS / "other.avif").read_bytes(), "unsupported"),
        (HEIC.replace(b"ftypheic", b"ftyphevc"), "unsupported"),
        (file_of(scene(), "GIF"), "unsupported"),
        (file_of(scene(), "BMP"), "unsupported"),
        (file_of(scene(), "TIFF"), "unsupported"),
        (b"SIMPLE  =                    T", "unsupported"),
        (b"\xff\xd8\xff", "broken"),
        (photo()[: len(photo()) // 2], "broken"),
        (flood(8000, 8000), "too_many_pixels"),
        (flood(60_000, 60_000), "too_many_pixels"),
        (flood(200, 200), "broken"),
        (film("PNG"), "animated"),
        (film("WEBP"), "animated"),
    ],
)
def test_what_is_no_whole_still_picture_is_refused_by_its_content_whatever_its_name(office, noon, data, code):
    assert keep([Sent(data, "照片.jpg")], at=noon) == [Refused("照片.jpg", code)]
    assert not Evidence.objects.exists()
    assert list(store.waiting_room().iterdir()) == []


def test_a_phone_s_heic_is_kept_as_given_with_its_time_and_place(office, noon):
    data = heic("turned-6")
    (kept,) = keep([Sent(data, "IMG_0001.HEIC")], at=noon)
    row = queries.by_ids([kept.id])[kept.id]
    assert (row.media_type, row.width, row.height) == ("image/heic", 96, 64)
    assert (row.taken_at, row.taken_lon, row.taken_lat) == (
        datetime(2026, 3, 2, 3, 30, tzinfo=UTC),
        122.183333,
        37.4,
    )
    assert store.original(kept.sha256).read_bytes() == data


def test_a_picture_with_a_wrong_name_is_kept(office, noon):
    (kept,) = keep([Sent(photo(), "virus.exe")], at=noon)
    assert isinstance(kept, Kept)


def test_a_refused_picture_never_loses_the_others_and_the_order_stays(office, noon):
    sent = [Sent(photo(), "1"), Sent(SVG, "2"), Sent(photo()[:900], "3"), Sent(file_of(noisy()), "4")]
    results = keep(sent, at=noon)
    assert [type(one) for one in results] == [Kept, Refused, Refused, Kept]
    assert results[1:3] == [Refused("2", "unsupported"), Refused("3", "broken")]
    assert [one.sha256 for one in (results[0], results[3])] == [
        hashlib.sha256(sent[n].getvalue()).hexdigest() for n in (0, 3)
    ]


@pytest.mark.parametrize("claimed", [None, 10, 0])
def test_a_picture_that_is_too_large_is_refused_even_when_its_length_lies(office, noon, claimed):
    large = photo() + b"\0" * MOST_BYTES
    assert keep([Sent(large, "big", claimed)], at=noon) == [Refused("big", "too_large")]
    assert list(store.waiting_room().iterdir()) == []


def test_the_same_picture_twice_shares_its_file(office, noon):
    first, second = keep([Sent(photo()), Sent(photo())], at=noon)
    assert first.id != second.id
    assert first.sha256 == second.sha256
    assert len([path for path in (store._media() / "original").rglob("*") if path.is_file()]) == 1


def test_a_phone_s_picture_with_a_second_one_inside_is_no_film(office, noon):
    two = io.BytesIO()
    scene().save(two, "MPO", save_all=True, append_images=[noisy(100, 100)])
    with Image.open(two) as picture:
        assert picture.format == "MPO"
    (kept,) = keep([Sent(two.getvalue())], at=noon)
    assert isinstance(kept, Kept)


@pytest.mark.parametrize(
    ("taken_at", "offset", "expected"),
    [
        ("2026:03:02 11:30:00", "", datetime(2026, 3, 2, 3, 30, tzinfo=UTC)),
        ("2026:03:02 11:30:00", "+09:00", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("2026:03:09 11:30:00", "", None),
        ("1970:01:01 00:00:00", "", None),
        ("0000:00:00 00:00:00", "", None),
        ("yesterday", "", None),
        ("2026:03:02 11:30:00", "nonsense", None),
    ],
)
def test_the_camera_s_time_is_believed_when_it_makes_sense(office, noon, taken_at, offset, expected):
    (kept,) = keep([Sent(photo(exif=notes(taken_at=taken_at, offset=offset)))], at=noon)
    assert Evidence.objects.get(id=kept.id).taken_at == expected


def test_a_sideways_picture_has_its_upright_size(office, noon):
    (kept,) = keep([Sent(photo(exif=notes(orientation=6)))], at=noon)
    row = queries.by_ids([kept.id])[kept.id]
    assert (row.width, row.height) == (240, 320)


def test_a_disk_that_takes_no_more_is_unavailable_and_leaves_no_row(office, noon, monkeypatch):
    def full(path: object, home: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "settle", full)
    with pytest.raises(Unavailable):
        keep([Sent(photo())], at=noon)
    assert not Evidence.objects.exists()
    assert list(store.waiting_room().iterdir()) == []


class Torn(Sent):
    """An upload whose reading ends with the disk."""

    def read(self, bytes: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(28, "No space left on device")
        return super().read(100)


def test_a_disk_that_fills_up_while_copying_keeps_no_half_file(office, noon):
    with pytest.raises(Unavailable):
        keep([Sent(photo()), Torn(photo())], at=noon)
    assert not Evidence.objects.exists()
    assert list(store.waiting_room().iterdir()) == []
