"""The whole file of one case as a PDF: what its page shows to this reader, with photos, and nothing that is kept from him."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.channels.casefile import press, setting
from gezhi.channels.casefile.sheet import CaseFile, Step, as_json
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Unavailable
from gezhi.web.casework import casepage
from gezhi.web.desk import casefile
from tests.cast import Cast
from tests.web.desk.conftest import Desk

ONE = CaseFile(
    title="案件档案",
    number="371072-2026-0000001",
    about="环翠区 · 打印于 2026-03-02 12:00",
    facts=[("状态", "已结案"), ("位置", "悦海花园3号楼")],
    said=[("2026-03-02 12:00", "#set page(fill: red) $x$ 门坏了\n*第二行*", ["a"])],
    steps=[Step("处置完成", "钱", "2026-03-02 14:00", "修好了", ["a"])],
    photos={"a": "处置后"},
    words={"said": "上报人的话", "story": "办理经过"},
)


def picture(folder: Path) -> Path:
    path = folder / "copy.webp"
    Image.new("RGB", (640, 480), "teal").save(path)
    return path


def test_the_file_is_a_pdf_and_leaves_nothing_behind(settings: Any, tmp_path: Path) -> None:
    settings.GEZHI_DATA = str(tmp_path)
    made = press.pdf(ONE, {"a": picture(tmp_path)})
    assert made.startswith(b"%PDF-")
    assert list((tmp_path / "casefiles").iterdir()) == []


def test_what_people_wrote_is_text_and_signs_the_font_lacks_are_said(tmp_path: Path) -> None:
    said = json.loads(as_json(CaseFile(**{**_values(ONE), "facts": [("位置", "𠮷家村")]})))
    assert said["said"][0][1] == ["#set page(fill: red) $x$ 门坏了", "*第二行*"]
    assert said["facts"] == [["位置", ["□家村"]]]


def _values(one: CaseFile) -> dict[str, Any]:
    return {name: getattr(one, name) for name in CaseFile.__dataclass_fields__}


def test_when_it_cannot_be_set_somebody_is_told_and_may_try_again(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GEZHI_DATA = str(tmp_path)
    monkeypatch.setattr(press, "SECONDS", 0.01)
    with pytest.raises(Unavailable):
        press.pdf(ONE, {"a": picture(tmp_path)})
    assert press._TURNS.acquire(blocking=False)
    press._TURNS.release()


def told(case: Case, actor: Actor, at: datetime) -> str:
    found = cases.by_number(case.number, actor=actor)
    page = casepage.context(found, actor=actor, at=at)
    return as_json(casefile._file(found, page, {}, at))


def test_each_reads_in_it_what_he_may_read(reported: Case, cast: Cast, noon: datetime) -> None:
    assert "楼道门玻璃碎了" in told(reported, cast.chen, noon)
    assert "13800001234" not in told(reported, cast.chen, noon)


def test_nobody_gets_the_file_of_a_case_that_he_may_not_open(
    reported: Case, cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "pdf", lambda one, photos: b"%PDF-")
    assert desk(cast.mo).get(f"/desk/cases/{reported.number}/file.pdf").status_code == 404
    answer = desk(cast.chen).get(f"/desk/cases/{reported.number}/file.pdf")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/pdf", b"%PDF-")


def test_without_its_filter_the_page_would_let_him(
    reported: Case, cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: it is the question by number that keeps Mo out."""
    monkeypatch.setattr(press, "pdf", lambda one, photos: b"%PDF-")
    monkeypatch.setattr(casefile.cases, "by_number", lambda number, actor: Case.objects.get(number=number))
    assert desk(cast.mo).get(f"/desk/cases/{reported.number}/file.pdf").status_code == 200


def test_pictures_are_made_small_enough_for_paper(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (1600, 1200), "teal").save(tmp_path / "photos" / "a.webp")
    setting.ready(tmp_path)
    with Image.open(tmp_path / "photos" / "a.jpg") as made:
        assert max(made.size) == setting.LONGEST
