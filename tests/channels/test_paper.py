"""One list of blocks, three papers: what the page says stands in the PDF and in the .docx; words stay words; the child lives and dies alone."""

import io
import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import docx
import pytest
from django.utils.translation import override
from PIL import Image

from gezhi.cases.models import Case
from gezhi.channels.paper import album as albums
from gezhi.channels.paper import brief, compositor, setting, word
from gezhi.channels.paper.blocks import (
    Chart,
    Heading,
    Items,
    Paper,
    Paragraph,
    Photo,
    PhotoPair,
    Series,
    Table,
)
from gezhi.channels.paper.chart import as_png, as_svg, shapes
from gezhi.channels.poster import press
from gezhi.config import worker
from gezhi.evidence import queries as evidence
from gezhi.evidence.models import Evidence
from gezhi.insight import week as weeks
from gezhi.insight.week import AtDesk, Count, Part, Standstill, week
from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger.albums import actions, queries
from gezhi.ledger.albums.standards import Draft
from gezhi.ledger.models import Line
from gezhi.parties import queries as parties
from gezhi.parties.days import local_day
from gezhi.web.desk.showing import brief as page
from tests.cast import Cast
from tests.insight.test_week import MONDAY
from tests.showing import cleared, follow, solved

MARKUP = '#pagebreak() #read("paper.typ") #import "x.typ" $x$ \\ " ] } */ // <a> @b = c'
ONE, TWO = UUID(int=1), UUID(int=2)
CHART = Chart("近五周", ("一", "二"), (Series("收到", (3, 0)), Series("办结", (1, 7))))


def paper(words: str = "一句话") -> Paper:
    """One block of each kind, saying these words."""
    photo = Photo(ONE, "a", "", words, words)
    blocks = (
        Heading(words),
        Paragraph(words),
        Paragraph(words, is_note=True),
        Items((words, words)),
        Table(words, (words, "件"), ((words, "1"),)),
        replace(CHART, caption=words),
        PhotoPair(words, words, photo, photo._replace(id=TWO)),
    )
    return Paper(words, words, blocks, words, words)


@pytest.fixture
def pictures(tmp_path: Path) -> Any:
    """Files of pictures by id, as copies that may be shown."""
    for id in (ONE, TWO):
        Image.new("RGB", (1600, 1200), "#7c9aa5").save(tmp_path / f"{id}.webp", "WEBP")
    return lambda id: tmp_path / f"{id}.webp"


def pages(asked: str, folder: Path) -> int:
    """How many sheets of paper that are."""
    said = json.loads(asked)
    folder.mkdir(exist_ok=True)
    compositor.make_pictures(folder, said["pictures"], lambda done, of: None)
    compositor.compose(folder, json.dumps(said["paper"]), folder / "{p}.png", ppi=20)
    return len(list(folder.glob("*.png")))


def test_words_of_people_are_set_as_words(pictures: Any, tmp_path: Path) -> None:
    plain, marked = (
        pages(
            setting.as_json(paper(words), pictures, language="zh-hans", has_contents=contents),
            tmp_path / folder,
        )
        for words, contents, folder in (("字" * 40, False, "plain"), (MARKUP, True, "marked"))
    )
    assert (plain, marked) == (2, 2)  # long words, and the contents before short ones


def test_the_words_would_do_harm_as_markup(pictures: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """Sabotage twin: a template that reads a paragraph as markup."""
    shutil.copytree(compositor.HERE, tmp_path / "data")
    template = tmp_path / "data" / "paper.typ"
    said = template.read_text(encoding="utf-8")
    template.write_text(
        said.replace("else { one.text }", 'else { eval(one.text, mode: "markup") }'), encoding="utf-8"
    )
    monkeypatch.setattr(compositor, "HERE", tmp_path / "data")
    with pytest.raises(RuntimeError):
        pages(setting.as_json(paper(MARKUP), pictures, language="en", has_contents=False), tmp_path / "job")


def test_a_pair_whose_file_is_gone_is_left_out_and_the_paper_is_made(pictures: Any, tmp_path: Path) -> None:
    asked = setting.as_json(
        paper(), lambda id: pictures(id) if id == ONE else None, language="zh", has_contents=False
    )
    said = json.loads(asked)
    assert ([one["kind"] for one in said["paper"]["blocks"]].count("pair"), len(said["pictures"])) == (0, 1)
    assert pages(asked, tmp_path / "job") == 1


def test_bars_are_as_high_as_their_values_on_the_page_and_in_the_picture() -> None:
    found = shapes(CHART)
    high = [bar.high for bar in found.bars[2:]]  # behind the legend's
    assert [round(one / high[3], 2) for one in high] == [0.43, 0.14, 0.0, 1.0]  # of 3, 1, 0 and 7
    assert "&lt;b&gt;" in as_svg(replace(CHART, labels=("<b>", "二")))
    assert Image.open(io.BytesIO(as_png(CHART))).size == (1440, 520)


def test_word_opens_it_and_has_every_word_as_text(pictures: Any) -> None:
    made = docx.Document(io.BytesIO(word.as_docx(paper("开头<这>段&话"), pictures)))
    lines = [line.text for line in made.paragraphs]
    assert lines.count("开头<这>段&话") >= 8
    assert [len(made.tables), made.tables[0].cell(1, 0).text] == [2, "开头<这>段&话"]
    assert len(made.inline_shapes) == 1 + 2  # the chart, and a pair
    assert (made.core_properties.author, made.core_properties.title) == ("", "开头<这>段&话")


@pytest.mark.django_db
def test_parties_stand_by_their_codes_a_small_one_has_no_count_but_is_said_of_its_case(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [cast.lin_reports(noon, f"路灯不亮 {n}") for n in range(4)]
    follow(noon)
    leads = [cast.desk_a, cast.desk_b, cast.desk_b, cast.property]
    for case, lead in zip(held, leads, strict=True):
        Line.objects.filter(case=case).update(fix_due=noon, lead_id=lead)
        Case.objects.filter(id=case.id).update(fix_due=noon, due_at=noon)
    monkeypatch.setattr(weeks, "_small", lambda ids, at: {cast.property} & set(ids))
    found = week(MONDAY, "/", actor=SYSTEM, at=noon + timedelta(days=1))
    with override("zh-hans"):
        made = brief.paper(found, ground="", office="", lead="", language="zh-hans", at=noon)
    by_id = parties.parties_by_ids({cast.desk_a, cast.desk_b})
    named = sorted(by_id.values(), key=lambda one: one.code)
    counts = {cast.desk_a: 1, cast.desk_b: 2}
    said = "、".join(f"{one.name} {counts[one.id]} 件" for one in named)
    assert f"超期未办好 4 件（{said}、其他单位 1 件）：" in [getattr(one, "text", "") for one in made.blocks]
    lines = [line for one in made.blocks if isinstance(one, Items) for line in one.lines]
    assert sum(f"，在{parties.party(cast.property).name}" in line for line in lines) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mine", "desk", "said"),
    [
        (0, AtDesk(0, 0), "没有超期未办好的事。"),
        (5, AtDesk(5, 5), "超期未办好 5 件："),
        (
            0,
            AtDesk(3, 0),
            "台面“已超时”3 件，其中 3 件过的是签收、先做、补充、核查或答复的时限。没有超期未办好的事。",
        ),
        (
            5,
            AtDesk(8, 5),
            "台面“已超时”8 件，其中 3 件过的是签收、先做、补充、核查或答复的时限。超期未办好 5 件：",
        ),
        (6, AtDesk(5, 5), "台面“已超时”5 件，不算在等上报人补充的 1 件。超期未办好 6 件："),
    ],
)
def test_the_line_of_what_is_overdue_names_what_the_desk_counts_besides(
    mine: int, desk: AtDesk, said: str, cast: Cast, noon: datetime
) -> None:
    found = week(MONDAY, "/", actor=SYSTEM, at=noon)
    found = replace(found, at_desk=desk, overdue=Standstill(mine, ((None, mine),) if mine else (), ()))
    with override("zh-hans"):
        made = brief.paper(found, ground="", office="", lead="", language="zh-hans", at=noon)
    assert said in [getattr(one, "text", "") for one in made.blocks]


def test_a_table_says_every_community_and_none_is_cut_off() -> None:
    rows = [(f"社区{n}", Part(None, Count(received=n), ())) for n in range(40)]
    assert [row[0] for row in brief._table("各社区（件）", "社区", rows).rows] == [name for name, _ in rows]


@pytest.mark.django_db
def test_page_pdf_and_word_say_the_same(cast: Cast, noon: datetime) -> None:
    solved(cast, noon)
    cast.lin_reports(noon)
    follow(noon)
    found = week(MONDAY, "/", actor=SYSTEM, at=noon + timedelta(hours=2))
    with override("zh-hans"):
        made = brief.paper(found, ground="", office="经区", lead="", language="zh-hans", at=noon)
        set_as = setting.as_json(made, lambda id: None, language="zh-hans", has_contents=False)
    said = json.loads(set_as)["paper"]["blocks"]
    seen = [page._seen(one) for one in made.blocks]
    in_word = [
        line.text for line in docx.Document(io.BytesIO(word.as_docx(made, lambda id: None))).paragraphs
    ]
    texts = [one["text"] for one in seen if "text" in one]
    assert texts == [one["text"] for one in said if "text" in one]
    assert [text for text in texts if text not in in_word] == []
    assert texts[1] == (
        "本周收到群众反映和上级交办 2 件，前四周没有记录。办结 1 件，前四周没有记录。办结的事里有时限、没有延期也没有暂停过的 1 件，按期办好 1 件。"
        "到周末没有超过时限还没有办好的事。"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_brief_is_whole_in_every_language(cast: Cast, noon: datetime, language: str) -> None:
    cast.lin_reports(noon)
    follow(noon)
    found = week(MONDAY, "/", actor=SYSTEM, at=noon)
    with override(language):
        made = brief.paper(found, ground="", office="X", lead="", language=language, at=noon)
    assert made.title == {"en": "Weekly brief", "zh-hant": "本週情況"}[language]


# ---- an album, made by the worker ----


@pytest.fixture
def asked_for(
    cast: Cast, noon: datetime, pictures: Any, monkeypatch: Any, settings: Any, tmp_path: Path
) -> UUID:
    """An album with one pair, whose file was asked for; its pictures have files."""
    settings.GEZHI_DATA = tmp_path
    cleared(solved(cast, noon - timedelta(days=1)), noon)
    monkeypatch.setattr(evidence, "served_path", lambda id, size: pictures(ONE))
    day = local_day(noon)
    made = actions.make(
        "迎检",
        day - timedelta(days=9),
        day,
        [Draft("楼门", place_id=cast.town.compound)],
        actor=cast.chen,
        at=noon,
    )
    actions.ask_print(made, "zh-hans", actor=cast.chen, at=noon)
    return made


@pytest.mark.django_db
def test_the_worker_makes_it_and_keeps_it(cast: Cast, asked_for: UUID, noon: datetime) -> None:
    at = noon
    for _look in range(3):
        worker.do_errands(at)
        found = queries.album(asked_for, actor=cast.chen)
        if found.job:
            press.wait(found.job, lambda done, of: None)
        at += timedelta(seconds=2)
    assert albums.file_of(found).read_bytes().startswith(b"%PDF-")
    assert (queries.is_being_made(found), queries.still_holds(found), len(found.holds)) == (False, True, 2)
    assert Errand.objects.get(kind=actions.MAKE).done_at is not None


def kept(album: UUID, noon: datetime, cast: Cast) -> Path:
    """Its file once the worker has made it."""
    at = noon
    for _look in range(3):
        worker.do_errands(at)
        found = queries.album(album, actor=cast.chen)
        if found.job:
            press.wait(found.job, lambda done, of: None)
        at += timedelta(seconds=2)
    return albums.file_of(found)


@pytest.mark.django_db
def test_a_file_that_was_asked_for_anew_while_it_was_kept_does_not_count(
    cast: Cast, asked_for: UUID, noon: datetime, monkeypatch: Any
) -> None:
    worker.do_errands(noon)
    press.wait(queries.album(asked_for, actor=cast.chen).job, lambda done, of: None)
    copied = albums._copied

    def meanwhile(made: Path, to: Path) -> Path:
        actions.ask_print(asked_for, "zh-hans", actor=cast.chen, at=noon)
        return copied(made, to)

    monkeypatch.setattr(albums, "_copied", meanwhile)
    assert albums.make(asked_for.hex, at=noon + timedelta(seconds=2)) is None
    found = queries.album(asked_for, actor=cast.chen)
    assert (found.file_at, queries.is_being_made(found)) == (None, True)
    assert not albums.file_of(found).exists()


@pytest.mark.django_db
def test_a_picture_that_is_withdrawn_takes_the_files_that_show_it_with_it(
    cast: Cast, asked_for: UUID, noon: datetime
) -> None:
    file = kept(asked_for, noon, cast)
    assert (file.exists(), press.names()) == (True, [])  # what was set is kept once
    found = queries.album(asked_for, actor=cast.chen)
    brief_job = setting.start(
        setting.as_json(
            albums.paper_of(found, language="zh-hans"), albums._copy, language="zh-hans", has_contents=False
        ),
        by="",
    )
    press.wait(brief_job, lambda done, of: None)
    worker.tidy_up(noon)
    assert (file.exists(), press.names(), [*albums.findings()]) == (True, [brief_job], [])
    Evidence.objects.filter(id=found.holds[0][0]).update(public_at=None)
    assert [one.invariant for one in albums.findings()] == ["I14"]
    worker.tidy_up(noon)
    assert (file.exists(), press.names(), [*albums.findings()]) == (False, [], [])
    assert queries.album(asked_for, actor=cast.chen).file_at is None


@pytest.mark.django_db
def test_a_child_that_was_killed_is_started_anew_and_given_up_after_three_tries(
    cast: Cast, asked_for: UUID, noon: datetime, monkeypatch: Any
) -> None:
    started: list[str] = []

    def start(asked: str, by: str) -> str:
        started.append(by)
        return "0" * 32

    monkeypatch.setattr(setting, "start", start)
    monkeypatch.setattr(press, "found", lambda name: press.Progress(0, 2, is_lost=True))
    for seconds in range(0, 40, 2):
        worker.do_errands(noon + timedelta(seconds=seconds))
    found = queries.album(asked_for, actor=cast.chen)
    assert (len(started), found.is_lost, queries.is_being_made(found)) == (actions.MOST_TRIES, True, False)


@pytest.mark.django_db
def test_a_worker_that_was_killed_is_followed_by_another(cast: Cast, asked_for: UUID, noon: datetime) -> None:
    assert [one.kind for one in outbox.claim(at=noon)].count(actions.MAKE) == 1  # leased, then it died
    worker.do_errands(noon + timedelta(seconds=5))
    assert queries.album(asked_for, actor=cast.chen).job == ""
    worker.do_errands(noon + timedelta(seconds=outbox.LEASE_SECONDS + 1))
    assert queries.album(asked_for, actor=cast.chen).job != ""


@pytest.mark.django_db
def test_what_is_being_set_too_much_waits_and_is_not_lost(
    cast: Cast, asked_for: UUID, noon: datetime, monkeypatch: Any
) -> None:
    monkeypatch.setattr(press, "MOST_AT_ONCE", 0)
    assert albums.make(asked_for.hex, at=noon) == noon + albums.BUSY
    assert queries.is_being_made(queries.album(asked_for, actor=cast.chen))
