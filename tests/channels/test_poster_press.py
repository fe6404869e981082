"""Posters as files: one sheet each, the same bytes everywhere, words stay words, the child lives and dies alone."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gezhi.channels.poster import compositor, press, wording
from gezhi.channels.poster.sheet import Ground, Poster, as_json
from gezhi.kernel.refusal import Invalid

MARKUP = '#pagebreak() #read("OFL.txt") #import "x.typ" $x$ \\ " ] } */ // <a> @b = c'


def sheets(*names: str, **other: Any) -> str:
    """A poster for each name."""
    posters = [
        Poster(
            above=other.get("above", "悦海社区"),
            name=name,
            number="128",
            code="371072-00128",
            address=f"https://gezhi.example.cn/r/371072-{at:05d}",
            phones=other.get("phones", [("悦海社区", "0631-0000102")]),
            ground="a",
            cell="1",
            solved_words="上个月办好 1 件",
            solved=other.get("solved", ["路灯不亮 · 3号楼"]),
            demonstration=other.get("demonstration", ""),
        )
        for at, name in enumerate(names)
    ]
    return as_json(posters, {"a": Ground({"1": other.get("cell", "一格")})}, wording.words("2026年3月"), "zh")


def pages(asked: str, folder: Path) -> int:
    """How many sheets of paper that are."""
    compositor.compose(compositor.with_codes(asked, lambda done, of: None), folder / "{p}.png", ppi=10)
    return len(list(folder.glob("*.png")))


def test_words_of_people_are_set_as_words(tmp_path: Path) -> None:
    asked = sheets(
        MARKUP, above=MARKUP, phones=[(MARKUP, MARKUP)], solved=[MARKUP], demonstration=MARKUP, cell=MARKUP
    )
    assert pages(asked, tmp_path) == 1


def test_the_words_would_do_harm_as_markup(tmp_path: Path, monkeypatch: Any) -> None:
    """Sabotage twin: a template that reads a name as markup."""
    shutil.copytree(compositor.HERE, tmp_path / "data")
    template = tmp_path / "data" / "poster.typ"
    said = template.read_text(encoding="utf-8")
    template.write_text(said.replace("one.above))", 'eval(one.above, mode: "markup")))'), encoding="utf-8")
    monkeypatch.setattr(compositor, "HERE", tmp_path / "data")
    with pytest.raises(RuntimeError, match="expected semicolon"):
        pages(sheets("3号楼", above=MARKUP), tmp_path)


def test_however_long_its_names_a_poster_is_one_sheet(tmp_path: Path) -> None:
    long = "很长的名字" * 12
    asked = sheets(
        long,
        "3号楼",
        above=long,
        phones=[(long, "400-000-0000转8012")] * 4,
        solved=[long] * 5,
        demonstration=long,
    )
    assert pages(asked, tmp_path) == 2


def test_the_same_sheets_are_the_same_bytes_in_another_place_time_and_tongue(tmp_path: Path) -> None:
    asked = sheets("悦海花园 3号楼 1单元", "𠮷祥里")
    ours = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    strange = {
        "TZ": "America/St_Johns",
        "LC_ALL": "tr_TR.UTF-8",
        "HOME": str(tmp_path),
        "SOURCE_DATE_EPOCH": "1",
    }
    made = []
    for name, environment in (("a", ours), ("b", ours | strange)):
        folder = tmp_path / name / "job"
        folder.mkdir(parents=True)
        (folder / "sheets.json").write_text(asked, encoding="utf-8")
        command = [sys.executable, "-m", "gezhi.channels.poster.compositor", str(folder)]
        subprocess.run(command, env=environment, check=True, cwd=folder, timeout=60)
        made.append((folder / "posters.pdf").read_bytes())
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-")


def test_server_and_worker_never_load_the_typesetter() -> None:
    code = (
        "import sys, django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'gezhi.config.settings'; django.setup();"
        "import gezhi.web.desk.posters, gezhi.config.worker; print('typst' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.strip() == "False"


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """The folder of all jobs."""
    settings.GEZHI_DATA = tmp_path
    return tmp_path / "posters"


def test_a_job_is_done_once_and_found_by_what_is_printed(home: Path) -> None:
    asked = sheets("3号楼")
    name = press.start(asked, 1)
    made = press.wait(name, lambda done, of: None)
    assert made == home / name / "posters.pdf"
    stamp = made.stat().st_mtime_ns
    assert (press.start(asked, 1), made.stat().st_mtime_ns) == (name, stamp)


def test_a_job_whose_child_dies_is_said_to_be_lost_and_may_be_started_again(
    home: Path, monkeypatch: Any
) -> None:
    name = press.start("no json", 1)
    assert press.wait(name, lambda done, of: None) is None
    assert press.found(name).is_lost
    assert "JSONDecodeError" in (home / name / "trouble").read_text(encoding="utf-8")
    assert press.start("no json", 1) == name


@pytest.mark.parametrize("name", ["", "..", "0" * 32, "../../etc", "a" * 31, "\0" * 32])
def test_a_job_that_never_was_is_not_found(home: Path, name: str) -> None:
    assert press.found(name) is None


def busy(home: Path, number: int, by: str = "", *, child: int = 0, age: float = 0) -> Path:
    """A job that somebody began, its child alive as long as this process."""
    folder = home / f"{number:032x}"
    folder.mkdir(parents=True)
    for name, said in {
        "by": by,
        "sheets.json": "{}",
        "progress": "0 1",
        "child": str(child or os.getpid()),
    }.items():
        (folder / name).write_text(said)
        os.utime(folder / name, (time.time() - age,) * 2)
    return folder


@pytest.fixture
def launched(monkeypatch: Any) -> list[str]:
    """For whom a job was begun, which nobody does."""
    begun: list[str] = []
    monkeypatch.setattr(press, "_launch", lambda folder, sheets, of, by, child: begun.append(by))
    return begun


def test_a_desk_has_few_jobs_at_once_and_others_still_have_theirs(home: Path, launched: list[str]) -> None:
    for number in range(press.MOST_OF_A_DESK):
        busy(home, number, "a")
    with pytest.raises(Invalid) as refused:
        press.start("{}", 1, by="a")
    assert (refused.value.code, refused.value.details["count"]) == ("own_first", press.MOST_OF_A_DESK)
    press.start("{}", 1, by="b")
    assert launched == ["b"]


@pytest.mark.parametrize("by", ["b", ""])
def test_all_together_have_no_more_than_the_machine_bears(home: Path, launched: list[str], by: str) -> None:
    for number in range(press.MOST_AT_ONCE):
        busy(home, number, str(number))
    with pytest.raises(Invalid) as refused:
        press.start("{}", 1, by=by)
    assert (refused.value.code, launched) == ("others_first", [])


def test_what_is_done_lost_or_never_began_takes_no_room(home: Path, launched: list[str]) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (busy(home, 1, "a") / "posters.pdf").write_bytes(b"%PDF-")
    busy(home, 2, "a", child=ended.pid)
    (busy(home, 3, "a", age=press.PATIENCE_SECONDS + 9) / "child").unlink()
    press.start("{}", 1, by="a")
    assert (launched, press.found(f"{3:032x}").is_lost) == (["a"], True)


def test_sabotage_without_the_bound_anybody_begins_as_many_as_he_likes(
    home: Path, launched: list[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(press, "_ask_for_room", lambda by: None)
    for number in range(press.MOST_AT_ONCE):
        busy(home, number, "a")
    press.start("{}", 1, by="a")
    assert launched == ["a"]


def test_what_was_printed_yesterday_is_cleared_away(home: Path, monkeypatch: Any) -> None:
    old = home / ("0" * 32)
    old.mkdir(parents=True)
    os.utime(old, (time.time() - press.KEPT_SECONDS - 60,) * 2)
    press.wait(press.start(sheets("3号楼"), 1), lambda done, of: None)
    assert not old.exists()


def test_the_child_lives_within_limits() -> None:
    code = (
        "import json, resource as r; from gezhi.channels.poster.compositor import live_within_limits as live; live();"
        "print(json.dumps([r.getrlimit(r.RLIMIT_CPU)[0], r.getrlimit(r.RLIMIT_AS)[0], r.getrlimit(r.RLIMIT_FSIZE)[0]]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(said.stdout) == [
        compositor.CPU_SECONDS,
        compositor.MEMORY_BYTES,
        compositor.WRITTEN_BYTES,
    ]
