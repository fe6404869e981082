"""What people see of a picture: upright, small, nothing but pixels. What was given stays as given."""

import io
import struct
import sys
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from gezhi.evidence import actions, decoding, queries, store
from gezhi.evidence.actions import keep, prepare
from gezhi.kernel.refusal import NotFound, Unavailable
from gezhi.tenancy.clock import new_id
from tests.evidence.pictures import Sent, file_of, heic, notes, photo, scene

QUARTERS = ["red", "lime", "blue", "white"]
CLOSE = 60  # a lossy copy's colours are near, not equal
COLOURS = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}


def served(data, noon, edge=400):
    """Keep and prepare one picture; gives the copy."""
    (kept,) = keep([Sent(data)], at=noon)
    prepare(kept.id, at=noon)
    return queries.served_path(kept.id, edge)


def quarters(path):
    """The colours in the middle of the four quarters: left upper, right upper, left lower, right lower."""
    with Image.open(path) as picture:
        pixels = picture.convert("RGB")
        width, height = pixels.size
        points = [(width // 4 * x, height // 4 * y) for y in (1, 3) for x in (1, 3)]
        return [name_of(pixels.getpixel(point)) for point in points]


def name_of(pixel):
    """The colour of the scene that a pixel is, or the pixel."""
    for name, colour in COLOURS.items():
        if all(abs(a - b) < CLOSE for a, b in zip(pixel, colour, strict=True)):
            return name
    return pixel


def chunks(data: bytes) -> list[bytes]:
    """The names of a WebP's parts, in order; fails when something lies behind its end."""
    assert (data[:4], data[8:12], struct.unpack("<I", data[4:8])[0] + 8) == (b"RIFF", b"WEBP", len(data))
    names, at = [], 12
    while at < len(data):
        names.append(data[at : at + 4])
        length = struct.unpack("<I", data[at + 4 : at + 8])[0]
        at += 8 + length + length % 2
    return names


TURNED = {
    1: lambda upright: upright,
    2: lambda upright: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda upright: upright.transpose(Image.Transpose.ROTATE_180),
    4: lambda upright: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda upright: upright.transpose(Image.Transpose.TRANSPOSE),
    6: lambda upright: upright.transpose(Image.Transpose.ROTATE_90),
    7: lambda upright: upright.transpose(Image.Transpose.TRANSVERSE),
    8: lambda upright: upright.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("orientation", sorted(TURNED))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_every_way_of_holding_the_phone_is_turned_upright(office, noon, orientation, format):
    turned = TURNED[orientation](scene(640, 480))
    path = served(file_of(turned, format, exif=notes(orientation)), noon)
    assert quarters(path) == QUARTERS
    with Image.open(path) as picture:
        assert picture.size == (400, 300)


@pytest.mark.parametrize("n", range(1, 9))
def test_a_heic_is_turned_by_its_own_rule_and_not_by_the_camera_s_note_once_more(office, noon, n):
    path = served(heic(f"turned-{n}"), noon)
    assert quarters(path) == QUARTERS
    with Image.open(path) as picture:
        assert (picture.size, picture.mode, dict(picture.getexif())) == ((96, 64), "RGB", {})


def test_twin_the_camera_s_note_in_that_heic_would_turn_it(office, noon, monkeypatch, tmp_path):
    code = "from gezhi.evidence import decoder\nwrite = decoder.write\n"
    code += "decoder.write = lambda picture, turn, *more: write(picture, 6, *more)\ndecoder.main()"
    monkeypatch.setattr(decoding, "COMMAND", (sys.executable, "-c", code))
    assert quarters(served(heic("turned-6"), noon)) != QUARTERS


@pytest.mark.parametrize("seed", ["plain", "ten-bit", "two-pictures"])
def test_ten_bits_and_bursts_become_one_eight_bit_picture(office, noon, seed):
    path = served(heic(seed), noon)
    assert quarters(path) == QUARTERS
    with Image.open(path) as picture:
        assert (picture.size, picture.mode) == ((96, 64), "RGB")


@pytest.mark.parametrize("edge", [1600, 400])
@pytest.mark.parametrize(
    ("size", "expected"),
    [((4000, 3000), (4, 3)), ((3000, 4000), (3, 4)), ((200, 100), None), ((8000, 20), (400, 1))],
)
def test_the_longest_side_has_1600_or_400_pixels_and_nothing_is_blown_up(office, noon, edge, size, expected):
    with Image.open(served(file_of(scene(*size), "PNG"), noon, edge)) as picture:
        assert picture.format == "WEBP"
        if expected is None:
            assert picture.size == size
        else:
            assert max(picture.size) == edge
            assert picture.width / picture.height == pytest.approx(expected[0] / expected[1], rel=0.1)


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
def test_print_and_grey_pictures_become_plain_ones(office, noon, mode):
    path = served(file_of(scene(mode=mode), "JPEG"), noon)
    with Image.open(path) as picture:
        assert picture.mode == "RGB"
    if mode != "L":
        assert quarters(path) == QUARTERS


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "I;16", "1"])
def test_transparent_deep_and_indexed_pictures_become_plain_ones(office, noon, mode):
    if mode == "I;16":
        given = Image.new("I;16", (320, 240), 0xFFFF)
    elif mode == "RGBA":
        given = scene(mode="RGBA")
        given.paste((0, 0, 0, 0), (160, 120, 320, 240))  # hidden in black: shown on white
    else:
        given = scene(mode=mode)
    path = served(file_of(given, "PNG"), noon)
    with Image.open(path) as picture:
        assert picture.mode == "RGB"
    if mode in {"RGBA", "P"}:
        assert quarters(path) == QUARTERS
    if mode == "I;16":
        assert quarters(path) == ["white"] * 4


def archive() -> bytes:
    """A ZIP whose content is found by its end, wherever it begins."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("payload.php", "<?php PAYLOAD")
    return out.getvalue()


HIDDEN = {
    "html": b"<html><script>PAYLOAD</script>",
    "zip": archive(),
    "php": b"<?php PAYLOAD ?>",
    "pdf": b"%PDF-1.7 PAYLOAD %%EOF",
    "a megabyte": b"PAYLOAD" * 150_000,
}


@pytest.mark.parametrize("hidden", sorted(HIDDEN))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_nothing_behind_the_end_of_a_picture_is_served(office, noon, format, hidden):
    given = file_of(scene(), format) + HIDDEN[hidden]
    path = served(given, noon, 1600)
    data = path.read_bytes()
    assert chunks(data) == [b"VP8 "]
    assert b"PAYLOAD" not in data
    assert store.original(path.name[:64]).read_bytes() == given
    assert b"PAYLOAD" in given  # twin: the original, if it were served, would carry it


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_a_picture_was_taken_is_not_served(office, noon, format):
    noted = notes(taken_at="2026:03:02 11:00:00", gps=True)
    given = file_of(scene(), format, exif=noted, icc_profile=b"SECRETPROFILE" * 20, xmp=b"SECRETXMP")
    assert b"SECRETCAMERA" in given
    for edge in store.EDGES:
        data = served(given, noon, edge).read_bytes()
        assert chunks(data) == [b"VP8 "]
        assert b"SECRET" not in data
        with Image.open(io.BytesIO(data)) as picture:
            assert not picture.getexif()


def test_twin_a_copy_with_its_notes_would_be_noticed():
    data = file_of(scene(), "WEBP", exif=notes(gps=True))
    assert chunks(data) == [b"VP8X", b"VP8 ", b"EXIF"]


def test_a_picture_is_shown_only_when_its_copies_are_there(office, noon):
    (kept,) = keep([Sent(photo())], at=noon)
    assert queries.served_path(kept.id, 400) is None
    assert not queries.by_ids([kept.id])[kept.id].is_served
    prepare(kept.id, at=noon)
    prepare(kept.id, at=noon + timedelta(minutes=1))
    assert queries.served_path(kept.id, 400) == store.served(kept.sha256, 400)
    assert queries.by_ids([kept.id])[kept.id].is_served
    assert list(store.waiting_room().iterdir()) == []


def test_only_the_two_sizes_exist(office, noon):
    (kept,) = keep([Sent(photo())], at=noon)
    with pytest.raises(ValueError, match="1600"):
        queries.served_path(kept.id, 4000)
    assert queries.served_path(new_id(), 400) is None


def test_preparing_what_is_lost_or_unknown_is_tried_again_later(office, noon):
    (kept,) = keep([Sent(photo())], at=noon)
    store.original(kept.sha256).unlink()
    with pytest.raises(Unavailable):
        prepare(kept.id, at=noon)
    with pytest.raises(NotFound):
        prepare(new_id(), at=noon)
    assert list(store.waiting_room().iterdir()) == []


def test_the_same_file_kept_twice_is_made_into_copies_once(office, noon, monkeypatch):
    first, second = keep([Sent(file_of(scene())), Sent(file_of(scene()))], at=noon)
    prepare(first.id, at=noon)
    monkeypatch.setattr(actions, "_make", None)  # whoever made them again would fail
    prepare(second.id, at=noon)
    assert queries.served_path(second.id, 400) == queries.served_path(first.id, 400) is not None


def test_sabotage_a_copy_that_is_gone_is_made_again(office, noon):
    first, second = keep([Sent(file_of(scene())), Sent(file_of(scene()))], at=noon)
    prepare(first.id, at=noon)
    queries.served_path(first.id, 400).unlink()
    prepare(second.id, at=noon)
    assert queries.served_path(second.id, 400).exists()
