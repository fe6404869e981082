"""The decoding child: bounded in time and memory, blind to the office, and replaced when a picture kills it."""

import os
import subprocess
import sys
import time

import pytest
from PIL import Image

from gezhi.evidence import decoder, decoding
from gezhi.evidence.decoding import Answer, Job, decode
from tests.evidence.pictures import file_of, film, noisy, photo, scene

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


SEEN = Answer("", 320, 240)


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
    assert answers == [Answer("broken")] * 99 + [Answer("", 120, 90)]


def test_twin_looking_at_the_header_only_would_take_half_a_picture(tmp_path, monkeypatch):
    half = job(tmp_path, "half", photo()[: len(photo()) // 2])
    assert decode([half]) == [Answer("broken")]
    child(monkeypatch, "decoder.Image.Image.load = decoder.ImageFile.ImageFile.load = lambda self: None")
    assert decode([half]) == [SEEN]


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


def test_one_child_decodes_all_pictures_of_a_request(tmp_path, monkeypatch):
    born = []
    popen = subprocess.Popen

    def counted(*args, **kwargs):
        born.append(args)
        return popen(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", counted)
    assert decode([job(tmp_path, str(n), photo()) for n in range(9)]) == [SEEN] * 9
    assert len(born) == 1


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


def test_nothing_is_left_running(tmp_path, monkeypatch):
    children = []
    popen = subprocess.Popen

    def remembered(*args, **kwargs):
        children.append(popen(*args, **kwargs))
        return children[-1]

    monkeypatch.setattr(subprocess, "Popen", remembered)
    decode([job(tmp_path, "one", file_of(scene()))])
    assert [one.returncode is None for one in children] == [False]
