"""The decoding child: bounded in time and memory, blind to the office, and replaced when a picture kills it."""

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from gezhi.evidence import decoder, decoding
from gezhi.evidence.decoding import Answer, Job, decode
from gezhi.evidence.likeness import MOST_APART, apart
from tests.evidence.pictures import file_of, film, heic, noisy, notes, photo, scene

POISON = b"POISON"


def job(tmp_path, name, data, format="JPEG"):
    """A picture on the disk, to be decoded."""
    path = tmp_path / name
    path.write_bytes(data)
    return Job(path, format)


def child(monkeypatch, sabotage):
    """Start the child with one line of mischief before it goes to work."""
    code = f"import os, resource, time\nfrom gezhi.evidence import decoder\n{sabotage}\ndecoder.main()"
    monkeypatch.setattr(decoding, "COMMAND", (sys.executable, "-c", code))


SEEN = Answer("", 320, 240, likeness="1818181818181818")


@pytest.mark.parametrize(
    ("format", "how"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_a_picture_cut_off_at_any_hundredth_is_broken(tmp_path, format, how):
    data = file_of(noisy(120, 90), format, **how)
    jobs = [job(tmp_path, str(n), data[: len(data) * n // 100], format) for n in range(1, 101)]
    answers = decode(jobs, together=60)
    assert answers[:-1] == [Answer("broken")] * 99
    assert answers[-1][:3] == ("", 120, 90)


@pytest.mark.parametrize("seed", ["plain", "ten-bit", "turned-6"])
def test_a_heic_cut_off_at_any_hundredth_is_broken(tmp_path, seed):
    data = heic(seed)
    jobs = [job(tmp_path, str(n), data[: len(data) * n // 100], "HEIF") for n in range(1, 101)]
    answers = decode(jobs, together=60)
    assert answers[:-1] == [Answer("broken")] * 99
    assert answers[-1].refused == ""


def test_twin_looking_at_the_header_only_would_take_half_a_picture(tmp_path, monkeypatch):
    half = job(tmp_path, "half", photo()[: len(photo()) // 2])
    assert decode([half]) == [Answer("broken")]
    header_only = "decoder.Image.Image.load = decoder.ImageFile.ImageFile.load = lambda self: None"
    child(monkeypatch, f"{header_only}\ndecoder.whole.load = lambda picture, data: picture.load()")
    assert decode([half]) == [SEEN._replace(likeness="")]


def test_flipped_bytes_never_kill_the_child(tmp_path):
    jobs = []
    for format in ("JPEG", "PNG", "WEBP"):
        data = bytearray(file_of(noisy(64, 48), format))
        for n in range(20, len(data), len(data) // 30):
            torn = bytearray(data)
            torn[n] ^= 0xFF
            jobs.append(job(tmp_path, f"{format}{n}", bytes(torn), format))
    assert {answer.refused for answer in decode(jobs, together=60)} <= {
        "",
        "broken",
        "too_many_pixels",
        "animated",
    }


def test_each_format_is_opened_by_its_own_decoder_only(tmp_path):
    drawing = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n"
    assert (
        decode([job(tmp_path, "eps", drawing), job(tmp_path, "gif", film("GIF"))]) == [Answer("broken")] * 2
    )


class Births:
    """Counts the processes started and the children that were asked for."""

    def __init__(self, monkeypatch):
        self.warm = 0
        self.children: list[object] = []
        popen, asked_for = subprocess.Popen, decoding._asked_for

        def started(*args, **kwargs):
            self.warm += 1
            return popen(*args, **kwargs)

        def forked(warm):
            self.children.append(asked_for(warm))
            return self.children[-1]

        monkeypatch.setattr(subprocess, "Popen", started)
        monkeypatch.setattr(decoding, "_asked_for", forked)


def test_one_child_decodes_all_pictures_of_a_request_and_no_request_starts_python_anew(tmp_path, monkeypatch):
    decoding.rest()
    born = Births(monkeypatch)
    for _ in range(3):
        assert decode([job(tmp_path, str(n), photo()) for n in range(9)]) == [SEEN] * 9
    assert (born.warm, len(born.children)) == (1, 3)


def test_a_warm_process_that_was_lost_is_replaced_unnoticed(tmp_path):
    one = job(tmp_path, "one", photo())
    assert decode([one]) == [SEEN]
    decoding._warm[0].process.kill()
    assert decode([one]) == [SEEN]
    decoding._warm[0].line.shutdown(socket.SHUT_RDWR)
    assert decode([one]) == [SEEN]


def test_many_threads_share_one_warm_process(tmp_path):
    jobs = [job(tmp_path, str(n), photo()) for n in range(3)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: decode(jobs, each=20, together=60), range(16)))
    assert answers == [[SEEN] * 3] * 16


def test_the_warm_process_ends_with_its_parent(tmp_path):
    code = (
        "from pathlib import Path\nfrom gezhi.evidence import decoding\n"
        f"decoding.decode([decoding.Job(Path({str(tmp_path / 'x')!r}), 'JPEG')])\n"
        "print(decoding._warm[0].process.pid, flush=True)\nimport os\nos._exit(1)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=decoding._environment(),
    )
    end = time.monotonic() + 10
    while os.path.exists(f"/proc/{int(told.stdout)}/cwd") and time.monotonic() < end:
        time.sleep(0.02)
    assert time.monotonic() < end


def poisoned(mischief):
    """A child that does mischief as soon as it is given a picture with POISON in it."""
    return (
        "told = decoder.decoded\n"
        "def decoded(path, *rest):\n"
        f"    if {POISON!r} in open(path, 'rb').read():\n"
        f"        {mischief}\n"
        "    return told(path, *rest)\n"
        "decoder.decoded = decoded"
    )


def test_a_picture_that_kills_the_child_loses_no_other(tmp_path, monkeypatch):
    child(monkeypatch, poisoned("os.kill(os.getpid(), 9)"))
    jobs = [job(tmp_path, str(n), photo() + (POISON if n in (1, 3) else b"")) for n in range(5)]
    died = Answer("decoder_died")
    assert decode(jobs, each=20, together=60) == [SEEN, died, SEEN, died, SEEN]


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_ones_are_seen(tmp_path, monkeypatch):
    child(monkeypatch, poisoned("time.sleep(60)"))
    jobs = [job(tmp_path, "slow", photo() + POISON), job(tmp_path, "quick", photo())]
    began = time.monotonic()
    assert decode(jobs, each=2.5, together=30) == [Answer("decoder_died"), SEEN]
    assert decode([jobs[0]] * 9, each=0.4, together=0.8) == [Answer("decoder_died")] * 9
    assert time.monotonic() - began < 30


def test_a_child_that_never_starts_refuses_and_does_not_raise(tmp_path, monkeypatch):
    child(monkeypatch, "raise SystemExit(3)")
    assert decode([job(tmp_path, "one", photo())] * 2) == [Answer("decoder_died")] * 2


HUNGRY = (7000, 7000)  # 49 million pixels: three buffers of 200 MB while a WebP is decoded


@pytest.fixture(scope="module")
def hungry(tmp_path_factory):
    """An honest WebP of 5 kB that needs more memory than the child may have."""
    path = tmp_path_factory.mktemp("hungry") / "hungry.webp"
    Image.new("RGB", HUNGRY, "red").save(path, "WEBP", lossless=True, method=0)
    return Job(path, "WEBP")


def test_a_picture_that_needs_more_memory_than_allowed_is_refused(hungry):
    assert decode([hungry], each=20, together=20) == [Answer("too_many_pixels")]


def test_twin_without_its_limits_the_child_takes_all_the_memory_it_wants(hungry, monkeypatch):
    child(monkeypatch, "decoder.live_within_limits = lambda: None")
    assert decode([hungry], each=20, together=20) == [Answer("", *HUNGRY)]


def test_a_child_that_computes_for_ever_is_ended_by_the_system_itself(tmp_path, monkeypatch):
    child(monkeypatch, f"decoder.CPU_SECONDS = 1\n{poisoned('while True: pass')}")
    began = time.monotonic()
    assert decode([job(tmp_path, "one", photo() + POISON)], each=60, together=60) == [Answer("decoder_died")]
    assert time.monotonic() - began < 50


def test_the_limits_are_five_seconds_and_512_megabytes():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import resource\nfrom gezhi.evidence import decoder\ndecoder.live_within_limits()\n"
            "print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_AS))",
        ],
        capture_output=True,
        text=True,
        check=True,
        env=decoding._environment(),
    )
    assert told.stdout.strip() == f"(5, 5) ({512 * 1024 * 1024}, {512 * 1024 * 1024})"
    assert (decoder.CPU_SECONDS, decoder.MEMORY_BYTES) == (5, 536_870_912)


def test_the_child_knows_neither_django_nor_the_office_s_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("GEZHI_DATABASE_URL", "postgres://user:secret@127.0.0.1/x")
    child(
        monkeypatch,
        "import sys\ndecoder.decoded = lambda *job: "
        "{'refused': ','.join(sorted(n for n in ('django', 'gezhi.tenancy') if n in sys.modules))"
        " + '|' + ','.join(n for n in os.environ if n.startswith('GEZHI'))}",
    )
    assert decode([job(tmp_path, "one", photo())]) == [Answer("|")]
    assert os.environ["GEZHI_DATABASE_URL"]


def test_nothing_is_left_running_for_a_request(tmp_path, monkeypatch):
    child(monkeypatch, poisoned("time.sleep(60)"))
    born = Births(monkeypatch)
    decode([job(tmp_path, "slow", photo() + POISON)], each=0.2)
    decode([job(tmp_path, "one", file_of(scene()))])
    warm = decoding._warm[0].process.pid
    living = Path(f"/proc/{warm}/task/{warm}/children").read_text().split()
    states = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in living]
    assert (len(born.children), set(states) - {"Z"}) == (2, set())


def test_the_warm_process_stays_as_small_as_it_was(tmp_path):
    def kilobytes():
        lines = Path(f"/proc/{decoding._warm[0].process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    large = job(tmp_path, "large", file_of(Image.new("RGB", (4000, 3000), "red"), "PNG"), "PNG")
    decode([large], each=20, together=20)
    before = kilobytes()
    for _ in range(3):
        assert decode([large], each=20, together=20)[0][:3] == ("", 4000, 3000)
    assert kilobytes() - before < 4_000


def where(**said):
    """A JPEG with these GPS notes, and the answer's spot."""
    exif = notes()
    exif.get_ifd(0x8825).update(said["folder"])
    return photo(exif=exif)


def gps(lat, lon, ns="N", ew="E", **more):
    return {1: ns, 2: lat, 3: ew, 4: lon, **more}


DEGREES = IFDRational


@pytest.mark.parametrize(
    ("folder", "spot"),
    [
        (gps((37, 24, 0), (122, 11, 0)), (122.183333, 37.4)),
        (gps((37, 24.5, 0), (122, 11, 30), "S", "W"), (-122.191667, -37.408333)),
        (gps((DEGREES(0, 0),) * 3, (122, 11, 0)), None),
        (gps((37, 24, 0), (181, 0, 0)), None),
        (gps((91, 0, 0), (122, 0, 0)), None),
        (gps((90, 59, 59), (122, 0, 0)), None),
        (gps((37, 61, 0), (122, 0, 0)), None),
        (gps((0, 0, 0), (0, 0, 0)), None),
        (gps((37, 24, 0), (122, 11, 0), "X"), None),
        (gps((37, 24, 0), (122, 11, 0), ""), None),
        ({1: "N", 2: (37, 24, 0)}, None),
        (gps((37, 24, 0), (122, 11, 0)) | {18: "WGS-84"}, (122.183333, 37.4)),
        (gps((37, 24, 0), (122, 11, 0)) | {18: "GCJ-02"}, None),
        (gps((4294967295, 0, 0), (122, 11, 0)), None),
    ],
)
def test_where_the_camera_stood_is_told_when_it_makes_sense(tmp_path, folder, spot):
    (answer,) = decode([job(tmp_path, "one", where(folder=folder))])
    assert (answer.refused, answer.spot) == ("", spot)


@pytest.mark.parametrize("degrees", [float("nan"), float("inf"), -1.0, "a", None, (1, 2, 3, 4)])
def test_what_is_no_angle_is_no_place(degrees):
    folder = gps(degrees if isinstance(degrees, tuple | str) or degrees is None else (degrees,), (122, 11, 0))
    assert decoder.spot(folder) is None


@pytest.mark.parametrize("n", range(1, 9))
def test_a_heic_is_told_upright_with_its_notes(tmp_path, n):
    (answer,) = decode([job(tmp_path, "one", heic(f"turned-{n}"), "HEIF")])
    assert answer[:6] == ("", 96, 64, "2026:03:02 11:30:00", "+08:00", (122.183333, 37.4))


def test_the_same_picture_made_smaller_pressed_harder_or_turned_by_its_notes_is_like_itself(tmp_path):
    whole = Image.effect_mandelbrot((1200, 900), (-2, -1.2, 1, 1.2), 60).convert("RGB")
    kinds = [
        ("JPEG", file_of(whole, "JPEG", quality=92)),
        ("JPEG", file_of(whole.resize((640, 480)), "JPEG", quality=40)),
        ("PNG", file_of(whole, "PNG")),
        ("WEBP", file_of(whole.resize((1000, 750)), "WEBP", quality=60)),
        ("JPEG", file_of(whole.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=notes(6))),
    ]
    answers = decode([job(tmp_path, str(n), data, kind) for n, (kind, data) in enumerate(kinds)], together=60)
    first = answers[0].likeness
    assert max(apart(first, one.likeness) for one in answers) <= MOST_APART
    other = decode([job(tmp_path, "other", file_of(scene(1200, 900)))])[0].likeness
    assert apart(first, other) > 3 * MOST_APART


def test_a_plain_wall_is_like_nothing(tmp_path):
    wall = file_of(Image.new("RGB", (400, 300), "white"))
    assert decode([job(tmp_path, "wall", wall)])[0].likeness == ""
