"""The guides name things as the screens do, and both languages tell the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from gezhi.config import cli

ROOT = Path(__file__).resolve().parent.parent
RUNNING, RUNNING_CHINESE = ROOT / "docs" / "running.md", ROOT / "docs" / "running.zh-CN.md"
ENGLISH, CHINESE = ROOT / "docs" / "start.md", ROOT / "docs" / "start.zh-CN.md"
WECOM_CHINESE = ROOT / "docs" / "wecom.zh-CN.md"
CHANNELS, CHANNELS_CHINESE = ROOT / "docs" / "channels.md", ROOT / "docs" / "channels.zh-CN.md"
READ_FIRST = (ROOT / "README.md", ROOT / "README.zh-CN.md", ENGLISH, CHINESE)
BOLD = re.compile(r"\*\*([^*]+)\*\*(?:\s+\(([^;)]+?)(?:, `[^`]+`|; [^)]*)?\))?")


def texts() -> list[tuple[str, str]]:
    """Every text of the product, in Chinese and English."""
    catalogue = polib.pofile(str(ROOT / "gezhi" / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    return [(one.msgid, one.msgstr) for one in catalogue]


def strange(english: str, chinese: str) -> Iterator[str]:
    """Words in bold that stand on no screen."""
    pairs = texts()
    yield from (one for one in BOLD.findall(english) if (one[1].replace("；", "，"), one[0]) not in pairs)
    known = {msgid for msgid, _ in pairs}
    yield from (one for one, _ in BOLD.findall(chinese) if one not in known)


def test_words_in_bold_are_those_of_the_screens() -> None:
    assert list(strange(ENGLISH.read_text(), CHINESE.read_text())) == []
    assert list(strange(CHANNELS.read_text(), CHANNELS_CHINESE.read_text())) == []
    assert list(strange("", RUNNING_CHINESE.read_text() + WECOM_CHINESE.read_text())) == []


def test_sabotage_a_word_that_no_screen_has_is_found() -> None:
    found = list(strange("**Take** (签收) or **Take** (受理立案)", "**签收**，再按**签个收**"))
    assert found == [("Take", "受理立案"), "签个收"]


def test_both_guides_have_the_same_steps_settings_and_commands() -> None:
    for pattern in (r"^## \d|^## ", r"^\| `(\w+)`", r"^\s*(?:make run HOST|\.venv/bin/gezhi \S+)", r"^\d\. "):
        english, chinese = (
            re.findall(pattern, file.read_text(), re.MULTILINE) for file in (ENGLISH, CHINESE)
        )
        assert english == chinese != []


def test_every_setting_is_in_both_guides() -> None:
    code = (ROOT / "gezhi" / "config" / "settings.py").read_text()
    read = set(re.findall(r'[(,]\s*"(GEZHI_\w+)"', code))
    for guide in (ENGLISH, CHINESE):
        assert read == set(re.findall(r"^\| `(GEZHI_\w+)`", guide.read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", READ_FIRST, ids=lambda file: file.name)
def test_a_guide_sends_nobody_to_another_machine_and_every_link_leads_somewhere(file: Path) -> None:
    said = file.read_text()
    assert set(re.findall(r"https?://([^/:\s`）)]+)", said)) <= {"127.0.0.1", "192.168.1.5"}
    links = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", said)
    assert [one for pair in links for one in pair if one and not (file.parent / one).exists()] == []


def unknown(guide: str) -> list[str]:
    """Commands, options and settings that the product does not have."""
    parser = cli._parser()._subparsers
    assert parser is not None
    (commands,) = (action.choices for action in parser._group_actions)
    assert isinstance(commands, dict)
    config = "".join(file.read_text() for file in (ROOT / "gezhi" / "config").glob("*.py"))
    found = [one for one in re.findall(r"\bGEZHI_[A-Z_]+", guide) if f'"{one}"' not in config]
    for name, options in re.findall(r"\bgezhi ([a-z][a-z-]*)((?: [^\n`\']*)?)", "\n".join(code(guide))):
        known = commands[name].format_help() if name in commands else ""
        found += [] if known else [name]
        found += [one for one in re.findall(r"(?<= )--[a-z-]+", options) if one not in known]
    return found


def code(guide: str) -> list[str]:
    """Its blocks of commands and units, and its words in code."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if "/bin/gezhi " in line]
    return lines + re.findall(r"(?<!`)`(gezhi [^`\n]+)`(?!`)", guide)


@pytest.mark.parametrize("file", [CHANNELS, CHANNELS_CHINESE], ids=lambda file: file.name)
def test_the_channels_name_only_commands_that_are_there_and_links_that_lead_somewhere(file: Path) -> None:
    said = file.read_text()
    assert (len(code(said)) > 3, unknown(said)) == (True, [])
    links = re.findall(r"\]\(([^)#]+)\)", said)
    assert [one for one in links if not (file.parent / one).exists()] == []


def test_both_ways_of_running_give_the_same_files_and_commands() -> None:
    english, chinese = (file.read_text() for file in (RUNNING, RUNNING_CHINESE))
    blocks = r"^```\w*\n.*?^```"
    assert re.findall(blocks, english, re.M | re.S) == re.findall(blocks, chinese, re.M | re.S) != []
    for pattern in (r"^## ", r"^\|.*\|$"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, chinese, re.M))


@pytest.mark.parametrize("file", [RUNNING, RUNNING_CHINESE], ids=lambda file: file.name)
def test_running_names_only_commands_options_and_settings_that_are_there(file: Path) -> None:
    guide = file.read_text()
    assert (len(code(guide)) > 10, unknown(guide)) == (True, [])


def test_sabotage_an_option_that_was_never_built_is_found() -> None:
    guide = "`gezhi backup --often` `gezhi fly` GEZHI_SPEED\n```\n/bin/gezhi restore --force x\n```"
    assert sorted(unknown(guide)) == ["--force", "--often", "GEZHI_SPEED", "fly"]
