"""The command `gezhi` as an administrator types it: an office from an empty folder, one clear sentence for what cannot be."""

import argparse
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.db import InterfaceError, OperationalError

from gezhi.config import cli, commands
from tests import warm
from tests.config.ended import Ended, sentence

OFFICE = (
    "--code", "371072", "--name", "威海经济技术开发区", "--desk", "皇冠街道办事处",
    "--phone", "0631-0000101", "--admin", "wang", "--admin-name", "王管理",
)  # fmt: skip
HEADS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数")


def gezhi(*arguments: object) -> Ended:
    """Run the command in a process of its own, with an own SQLite file in its data folder."""
    return warm.run("gezhi.config.cli", [*map(str, arguments)], env=alone_with())


def alone_with() -> dict[str, str]:
    """The environment without the database of these tests."""
    unset = ("GEZHI_DATABASE_URL", "GEZHI_DATA", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    return environment | {"GEZHI_LIMITS": "on", "GEZHI_HTTPS": "on", "LC_ALL": "C.UTF-8"}


def alone(*arguments: str) -> Ended:
    """Run Python in a process of its own that knows nothing of the database of these tests."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=alone_with(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an office, made by the command."""
    data = tmp_path_factory.mktemp("gezhi") / "data"
    made = gezhi("init", *OFFICE, "--data", data)
    assert made.returncode == 0, made.stderr
    assert "371072" in made.stdout
    assert "14 days" in made.stdout
    return data


def workbook(to: Path, *rows: tuple[object, ...]) -> Path:
    """An own sheet of messages."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (HEADS, *rows):
        page.append(list(row))
    book.save(to)
    return to


def messages(folder: Path) -> Path:
    """Three messages, and one whose time cannot be read."""
    good = [(one, "A0001", "路灯", "2019/2/28 11:25:05", f"第{one}盏路灯不亮", 0, 3) for one in (1, 2, 3)]
    return workbook(folder / "messages.xlsx", *good, (4, "A0002", "没有时间", "昨天", "井盖松了", 0, 0))


def test_a_fresh_office_passes_the_check(folder: Path) -> None:
    ended = gezhi("--data", folder, "check", "--json")
    found = json.loads(ended.stdout)
    assert (ended.returncode, ended.stderr, found["broken"]) == (0, "", 0)
    assert len(found["findings"]) == found["warnings"]


def test_an_office_is_sealed_from_its_founding(folder: Path) -> None:
    (file,) = folder.glob("*.sqlite3")
    with sqlite3.connect(file) as database:
        waiting = "SELECT count(*), count(position) FROM journal_entry"
        written, sealed = database.execute(waiting).fetchone()
    assert written == sealed > 0


def test_a_changed_row_fails_the_check_and_is_named(folder: Path) -> None:
    copy = folder.parent / "changed"
    shutil.copytree(folder, copy)
    (file,) = copy.glob("*.sqlite3")
    with sqlite3.connect(file) as database:
        database.execute("UPDATE journal_entry SET event = 'forged' WHERE seq = 1 AND subject_kind = 'party'")
    ended = gezhi("check", "--data", copy)
    assert ended.returncode == 1
    assert "371072 I13: party " in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("1 broken, ")


def test_the_same_code_again_is_refused(folder: Path) -> None:
    assert (
        sentence(gezhi("init", *OFFICE, "--data", folder))
        == "gezhi init: --code：这个代码的办事处已经有了，请核对。"
    )


def test_a_wrong_code_is_refused_with_one_sentence(tmp_path: Path) -> None:
    wrong = ("init", "--code", "37", *OFFICE[2:], "--data", tmp_path / "data")
    assert sentence(gezhi(*wrong)) == "gezhi init: --code：请写六位行政区划代码（GB/T 2260），例如 371072。"


def test_messages_come_in_and_go_out_as_a_ledger(folder: Path, tmp_path: Path) -> None:
    brought = gezhi("import-messages", messages(tmp_path), "--skip-bad", "--data", folder)
    assert (brought.returncode, brought.stdout.splitlines()[-1]) == (0, "4 read, 3 new, 0 known, 1 bad")
    to = tmp_path / "台账.csv"
    ended = gezhi("--data", folder, "export-ledger", "--to", to)
    assert (ended.returncode, ended.stdout) == (0, f"3 lines in {to}\n")
    assert to.read_text("utf-8-sig").count("盏路灯不亮") == 3
    assert gezhi("check", "--data", folder).returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        ["check"],
        ["serve"],
        ["worker"],
        ["import-places", "x.csv"],
        ["export-ledger", "--to", "x.csv"],
        ["backup", "--to", "x.tar"],
    ],
)
def test_where_nothing_stands_a_command_says_so_and_makes_nothing(command: list[str], tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert sentence(gezhi(*command, "--data", nowhere)) == (
        f"gezhi {command[0]}: no office in {nowhere}: name its folder with --data, or make one with `gezhi init`"
    )
    assert not nowhere.exists()


def test_sabotage_a_command_that_did_not_ask_would_make_an_empty_database(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    careless = (
        "from gezhi.config import commands, cli; commands._ask_for_an_office = lambda: None; "
        f"cli.main(['check', '--data', {str(nowhere)!r}])"
    )
    alone("-c", careless)
    assert [file.name for file in nowhere.iterdir()] != []


@pytest.mark.parametrize("command", [["check"], ["migrate"]])
def test_an_office_whose_key_is_gone_gets_no_other_one(
    command: list[str], folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    key = copy / "keys" / "install.key"
    key.unlink()
    assert str(key) in sentence(gezhi(*command, "--data", copy))
    assert not key.exists()


# ---- the same commands in this process: a start costs a second ----


def test_without_an_office_a_command_says_how_to_make_one(
    db: None, typed: Callable[..., Ended], tmp_path: Path
) -> None:
    ended = typed("export-ledger", "--to", tmp_path / "x.csv")
    assert sentence(ended) == "gezhi there is no such office yet: make one with `gezhi init` or `gezhi demo`"


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("command", ["import-ledger", "import-messages", "import-places"])
def test_a_file_that_is_not_there_is_one_sentence(command: str, typed: Callable[..., Ended]) -> None:
    assert sentence(typed(command, "nowhere.xlsx")) == (
        f"gezhi {command}: 没有找到“nowhere.xlsx”，请核对文件名和路径。"
    )


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("command", ["import-ledger", "import-messages", "import-places"])
def test_a_sheet_that_is_none_is_one_sentence(
    command: str, typed: Callable[..., Ended], tmp_path: Path
) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    assert sentence(typed(command, tmp_path / "broken.xlsx")).startswith(f"gezhi {command}: ")


@pytest.mark.usefixtures("cast")
def test_a_map_of_grid_cells_comes_in_by_its_suffix(typed: Callable[..., Ended], tmp_path: Path) -> None:
    ring = [[122.0, 37.0], [122.1, 37.0], [122.1, 37.1], [122.0, 37.0]]
    drawn = {"type": "Polygon", "coordinates": [ring]}
    shape = {"type": "Feature", "properties": {"网格": "悦海一格 A1"}, "geometry": drawn}
    to = tmp_path / "网格.GEOJSON"
    to.write_text(json.dumps(shape))
    ended = typed("import-places", to)
    assert (ended.returncode, ended.stdout) == (
        0,
        "读了 1 个图形：新增 0，重画 1，已有 0，有问题 0。\n1 read, 0 new, 1 redrawn, 0 known, 0 bad, 0 warnings\n",
    )
    to.write_text(json.dumps(shape).replace("122.1", "1e999"))
    ended = typed("import-places", to)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "第 1 个图形（悦海一格 A1）：第 2 个点写的是“[inf, 37.0]”，不是地图上的数",
        "读了 1 个图形：新增 0，重画 0，已有 0，有问题 1。",
        "1 read, 0 new, 0 redrawn, 0 known, 1 bad, 0 warnings",
    ]
    to.write_text("[" * 10_000)
    assert sentence(typed("import-places", to)) == (
        "gezhi import-places: 这个文件读不懂。请从地图软件另存为 GeoJSON（WGS-84 经纬度）再上传。"
    )


@pytest.mark.usefixtures("cast")
def test_of_a_map_no_more_is_read_than_may_come(
    typed: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.kernel.geojson.MOST_BYTES", 2**20)
    (tmp_path / "x.json").write_bytes(b" " * 2**21)
    assert sentence(typed("import-places", tmp_path / "x.json")) == (
        "gezhi import-places: 文件超过 1 MB，请分成几份。"
    )


@pytest.mark.usefixtures("cast")
def test_a_damaged_row_stops_an_import_and_a_known_one_is_left_out(
    typed: Callable[..., Ended], tmp_path: Path
) -> None:
    sheet = messages(tmp_path)
    stopped = typed("import-messages", sheet)
    assert (stopped.returncode, stopped.stdout.splitlines()[-1]) == (1, "4 read, 0 new, 0 known, 1 bad")
    assert len(stopped.stdout.splitlines()) == 3
    for known, new in ((0, 3), (3, 0)):
        ended = typed("import-messages", "--skip-bad", sheet)
        last = ended.stdout.splitlines()[-1]
        assert (ended.returncode, last) == (0, f"4 read, {new} new, {known} known, 1 bad")


@pytest.mark.usefixtures("cast")
def test_a_ledger_is_a_workbook_or_csv_and_nothing_else(typed: Callable[..., Ended], tmp_path: Path) -> None:
    assert typed("export-ledger", "--to", tmp_path / "台账.XLSX").returncode == 0
    assert openpyxl.load_workbook(io.BytesIO((tmp_path / "台账.XLSX").read_bytes())).sheetnames
    refused = typed("export-ledger", "--to", tmp_path / "台账.pdf")
    assert sentence(refused) == "gezhi export-ledger: 台账.pdf ends in none of .xlsx .csv"
    nowhere = tmp_path / "nowhere"
    refused = typed("export-ledger", "--to", nowhere / "台账.csv")
    assert sentence(refused) == f"gezhi export-ledger: there is no folder {nowhere}"
    assert [file.name for file in tmp_path.glob("台账*")] == ["台账.XLSX"]


@pytest.mark.parametrize(
    "arguments",
    [["--data", "/x", "check"], ["check", "--data", "/x"], ["--data", "/y", "check", "--data", "/x"]],
)
def test_the_data_folder_stands_before_or_after_the_command(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEZHI_DATA", "/before")

    def look(name: str, chosen: object) -> int:
        return 0 if os.environ["GEZHI_DATA"] == "/x" else 1

    monkeypatch.setattr(commands, "run", look)
    assert cli.main(arguments) == 0


@pytest.mark.parametrize("arguments", [[], ["fly"], ["init"], ["export-ledger"]])
def test_what_is_no_command_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: gezhi" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "80000"], "'80000' is no port: write a number from 1 to 65535"),
        (["--port", ""], "'' is no port: write a number from 1 to 65535"),
        (["--port", "abc"], "'abc' is no port: write a number from 1 to 65535"),
        (["--workers", "0"], "'0': write a number from 1 to 64"),
    ],
)
def test_a_number_that_cannot_be_is_named_with_its_bounds(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["up", *arguments])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (OperationalError("no route to host\nis it running?"), "no route to host"),
        (InterfaceError("connection already closed"), "connection already closed"),
        (InterfaceError(""), "InterfaceError"),
    ],
)
def test_a_database_that_goes_away_is_one_sentence(
    trouble: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(chosen: argparse.Namespace) -> int:
        raise trouble

    monkeypatch.setattr(commands, "log_plainly", lambda to: None)
    monkeypatch.setitem(commands.COMMANDS, "bench", command)
    assert commands.run("bench", argparse.Namespace()) == 1
    assert capsys.readouterr().err == f"gezhi bench: the database cannot do it now: {said}\n"


@pytest.mark.usefixtures("cast")
def test_a_ledger_comes_in_by_the_command_and_every_column_is_named(
    typed: Callable[..., Ended], tmp_path: Path
) -> None:
    file = tmp_path / "台账.csv"
    file.write_text("编号,地点,问题描述,咋样了\n1,悦海花园,路灯坏了,已办结\n2,月球,井盖松动,\n3,,,\n")
    tried = typed("import-ledger", file, "--dry-run", "--map", "咋样了=status")
    assert (tried.returncode, tried.stdout.splitlines()) == (
        1,
        [
            "编号 → number（表头就是“编号”）",
            "地点 → place（表头就是“地点”）",
            "问题描述 → text（表头就是“问题描述”）",
            "咋样了 → status（您选的）",
            "第 4 行，问题描述：不能为空",
            "第 3 行，地点：没有找到“月球”，先不定位，原话留在内容里；要定位，请在“位置”里添加别名",
            "没有带进来的 1 条：原台账里已经办结（--finished wait 会带进来）。",
            "读了 3 条：新增 1，已有 0，有问题 1。",
            "3 read, 1 new, 0 known, 1 bad",
        ],
    )
    stopped = typed("import-ledger", file)
    assert (stopped.returncode, stopped.stdout.splitlines()[-1]) == (1, "3 read, 0 new, 0 known, 1 bad")
    for known, new in ((0, 2), (2, 0)):
        ended = typed("import-ledger", file, "--skip-bad")
        last = ended.stdout.splitlines()[-1]
        assert (ended.returncode, last) == (0, f"3 read, {new} new, {known} known, 1 bad")
    assert sentence(typed("import-ledger", file, "--map", "没有=text")) == (
        "gezhi import-ledger: --map 里的表头“没有”找不到，或有几列同名。表里的表头有：编号、地点、问题描述、咋样了。"
    )
    assert sentence(typed("import-ledger", file, "--map", "问题描述=")).startswith(
        "gezhi import-ledger: 看不出哪一列是问题描述。请加上 --map 表头=text。"
    )
