"""A JPEG is whole or it is none: an end mark behind a part, or a head that claims another size, makes no picture."""

import io

import pytest
from PIL import Image, ImageFilter

from gezhi.evidence import decoder, whole
from tests.evidence.pictures import file_of, noisy, notes, photo, scene

END = b"\xff\xd9"
KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "optimised": {"optimize": True},
    "4:4:4": {"subsampling": 0},
    "restarts": {"restart_marker_blocks": 5},
    "rows of restarts": {"restart_marker_rows": 1},
}


def judged(tmp_path, data):
    """What the child says of these bytes: "" or why not."""
    path = tmp_path / "picture"
    path.write_bytes(data)
    return decoder.answer({"path": str(path), "format": "JPEG"}).get("refused", "")


def claiming(data, width=None, height=None):
    """The same with another size in its head."""
    at = next(n for n in range(len(data)) if data[n] == 0xFF and data[n + 1] in {0xC0, 0xC2})
    old_height, old_width = data[at + 5 : at + 7], data[at + 7 : at + 9]
    size = (height.to_bytes(2, "big") if height else old_height) + (
        width.to_bytes(2, "big") if width else old_width
    )
    return data[: at + 5] + size + data[at + 9 :]


def soft(width=320, height=240):
    return noisy(width, height).filter(ImageFilter.GaussianBlur(6))


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("make", [noisy, soft, scene])
def test_a_part_with_an_end_mark_behind_it_is_broken(tmp_path, how, make):
    data = file_of(make(), **KINDS[how])
    first = whole.layout(data).first
    cuts = [first + (len(data) - first) * n // 10 for n in range(10)]
    assert [judged(tmp_path, data[:cut] + END) for cut in cuts] == ["broken"] * 10
    assert judged(tmp_path, data) == ""


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize(
    ("width", "height"), [(None, 480), (None, 120), (640, None), (160, None), (640, 480)]
)
def test_a_head_that_claims_another_size_is_broken(tmp_path, how, width, height):
    assert judged(tmp_path, claiming(file_of(noisy(), **KINDS[how]), width, height)) == "broken"


def valid():
    """Pictures that cameras, scanners and other programs make."""
    thumbnail = b"Exif\0\0" + photo()[:60_000]
    yield from (
        (f"{how} {size}", file_of(noisy(*size), **KINDS[how]))
        for how in KINDS
        for size in [(320, 240), (33, 17)]
    )
    yield from ((f"soft {how}", file_of(soft(), **KINDS[how])) for how in KINDS)
    for tone in (0, 128, 255):
        yield f"uniform grey {tone}", file_of(Image.new("L", (640, 480), tone))
        yield f"uniform {tone}", file_of(Image.new("RGB", (640, 480), (tone, tone, tone)))
        yield (
            f"uniform progressive {tone}",
            file_of(Image.new("RGB", (640, 480), (tone,) * 3), progressive=True),
        )
    yield "grey", file_of(noisy().convert("L"))
    yield "grey progressive", file_of(noisy().convert("L"), progressive=True)
    yield "CMYK", file_of(noisy().convert("CMYK"))
    yield "one pixel", file_of(Image.new("RGB", (1, 1)))
    yield "one row", file_of(noisy(500, 1))
    yield "one column", file_of(noisy(1, 500))
    yield "large", file_of(noisy(2000, 1500), quality=95)
    yield "trailing data", photo() + b"\0" * 5000
    yield "trailing picture", photo() + photo(progressive=True)
    yield "a camera's notes", photo(exif=notes(6, "2026:03:02 09:00:00"))
    yield (
        "thumbnail",
        photo()[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + photo()[2:],
    )
    yield "comment", photo(comment="一句话")
    yield "fill bytes", photo()[:-2] + b"\xff\xff" + END
    yield "low quality", file_of(noisy(), quality=1)


@pytest.mark.parametrize(("name", "data"), list(valid()), ids=lambda one: one if isinstance(one, str) else "")
def test_no_good_picture_is_refused(tmp_path, name, data):
    assert judged(tmp_path, data) == ""


def test_the_same_pixels_as_ever(tmp_path):
    for how in KINDS.values():
        data = file_of(noisy(), **how)
        with Image.open(io.BytesIO(data)) as plain, Image.open(io.BytesIO(data)) as watched:
            whole.load(watched, data)
            assert watched.tobytes() == plain.tobytes()


def test_twin_without_looking_how_far_it_came_a_tenth_is_a_picture(tmp_path, monkeypatch):
    data = file_of(noisy())
    part = data[: len(data) // 5] + END
    monkeypatch.setattr(whole, "load", lambda picture, data: picture.load())
    assert judged(tmp_path, part) == ""
