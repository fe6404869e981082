"""What the commands say: one language, that of the terminal; what is wrong and what to do; where the product runs."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from gezhi.config import cli, running
from tests.config.ended import Ended, sentence


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("terminal", "said"),
    [
        ("C.UTF-8", "--map 里的“foo”不认识。等号右边请写其中一个：number text "),
        ("zh_CN.UTF-8", "--map 里的“foo”不认识。等号右边请写其中一个：number text "),
        ("zh_TW.UTF-8", "--map 裡的「foo」不認識。"),
        ("en_GB.UTF-8", "--map: “foo” is no field. Write one of these behind the sign =: number text "),
        ("de_DE.UTF-8", "--map: “foo” is no field."),
    ],
)
def test_a_refusal_is_one_sentence_in_the_terminals_language_that_says_what_to_do(
    terminal: str, said: str, typed: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", terminal)
    file = tmp_path / "台账.csv"
    file.write_text("编号,电话,问题描述\n1,,路灯坏了\n")
    ended = typed("import-ledger", file, "--map", "电话=foo")
    assert sentence(ended).startswith(f"gezhi import-ledger: {said}")
    assert ended.stdout == ""


@pytest.mark.usefixtures("cast")
def test_a_sheet_without_its_heads_names_them(typed: Callable[..., Ended], tmp_path: Path) -> None:
    file = tmp_path / "留言.csv"
    file.write_text("日期,谁\n1,2\n")
    assert sentence(typed("import-messages", file)) == (
        "gezhi import-messages: 表里缺少这些列：留言编号、留言时间、留言详情。请在表头一行照这样写上。"
    )


@pytest.mark.usefixtures("cast")
def test_an_english_terminal_reads_english_and_the_line_for_programs_is_the_last(
    typed: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    file = tmp_path / "ledger.csv"
    file.write_text("编号,问题描述\n1,路灯坏了\n2,\n")
    ended = typed("import-ledger", file, "--dry-run")
    assert ended.stdout.splitlines()[-1] == "2 read, 1 new, 0 known, 1 bad"
    assert not re.search("[，。：]", ended.stdout)


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    version = tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]
    assert capsys.readouterr().out == f"gezhi {version}\n"


@pytest.mark.usefixtures("office")
def test_a_server_says_where_it_is_and_where_the_log_ins_are(
    typed: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log_ins = tmp_path / "demo-accounts.json"
    log_ins.write_text("[]")
    monkeypatch.setattr(running, "accounts_file", lambda: log_ins)
    monkeypatch.setattr(running, "serve", lambda *_: 0)
    said = typed("serve", "--port", "8123").stdout
    assert "http://127.0.0.1:8123/" in said
    assert str(log_ins) in said
    assert typed("serve", "--quiet").stdout == ""
