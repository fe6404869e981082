"""`gezhi posters`: one PDF, or one clear sentence."""

from pathlib import Path
from typing import Any

import pytest

from gezhi.config import cli, commands
from tests.cast import Cast

pytestmark = pytest.mark.django_db
HERE = "https://gezhi.example.cn"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: Any, settings: Any, tmp_path: Path, cast: Cast) -> Any:
    """The command as it is typed: (code, standard output and error)."""
    settings.GEZHI_DATA = tmp_path / "data"
    monkeypatch.setattr(commands, "log_plainly", lambda to: None)
    monkeypatch.setenv("GEZHI_DATA", "")

    def run(place: str, *more: object, to: str = "a.pdf", address: str = HERE) -> tuple[int, str]:
        capsys.readouterr()
        code = cli.main(
            ["posters", "--place", place, "--to", str(tmp_path / to), "--address", address, *map(str, more)]
        )
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_all_stairs_of_a_place_become_one_file(typed: Any, cast: Cast, tmp_path: Path) -> None:
    code, said = typed(cast.town.row(cast.town.community_a).code, "--all-stairs")
    assert (code, "1 poster in" in said) == (0, True)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_one_place_has_one_poster(typed: Any, cast: Cast) -> None:
    assert typed(cast.town.row(cast.town.compound).code, "--language", "en")[0] == 0


def test_what_cannot_be_printed_is_one_sentence(typed: Any, cast: Cast, tmp_path: Path) -> None:
    stairs, street = (cast.town.row(one).code for one in (cast.town.stairwell, cast.town.street_b))
    for asked, words in (
        (typed("371072-99999"), "there is no open place"),
        (typed(street, "--all-stairs"), "there is no stairwell"),
        (typed(stairs, to="a.docx"), "does not end in .pdf"),
        (typed(stairs, to="none/a.pdf"), "there is no folder"),
        (typed(stairs, address="gezhi.example.cn"), "is no address like"),
        (typed(stairs, address="https://a@b.cn"), "is no address like"),
        (typed(stairs, address="javascript:alert(1)"), "is no address like"),
        (typed(stairs, address="https://b.cn:99999"), "is no address like"),
    ):
        code, said = asked
        assert (code, words in said, said.count("\n")) == (1, True, 1), said
    assert list(tmp_path.glob("*.pdf")) == []
