"""One answer for every face: category, place, danger, what may be the same; and what danger does by itself."""

from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

import pytest

from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.flows import learn as flow
from gezhi.flows import receive_report as receiving
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.flows.suggest import suggestion
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM, VISITOR
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.places import gazetteer
from gezhi.places.actions import add_name, add_place
from gezhi.places.kinds import Kind, NameKind
from gezhi.reports import vocabulary
from gezhi.reports.intake import Intake
from gezhi.reports.lexicon import Spoken
from tests.cast import Cast, photo
from tests.standing import NOON

pytestmark = pytest.mark.django_db


def say(cast: Cast, text: str, at: datetime, *, category: str = "", place: bool = True) -> Case:
    row = cast.town.row(cast.town.stairwell)
    leaf = catalogue.by_code(category).id if category else None
    where = {"place": row.id, "place_path": row.path} if place else {}
    got = receive_report(
        Voice(Intake("web", text=text, category=leaf, **where), row if place else None), actor=VISITOR, at=at
    )
    return cases.of_report(got.report_id)


def test_danger_words_start_the_clock_although_nobody_has_sorted_it(cast: Cast, noon: datetime) -> None:
    case = say(cast, "电梯停了，有人困在里面", noon)
    assert (case.state, case.category_id) == ("reported", None)
    assert case.make_safe_due == noon + timedelta(minutes=30)
    assert case.due_at == case.make_safe_due
    assert list(check.findings()) == []


def test_what_danger_words_name_is_suggested_first(cast: Cast, noon: datetime) -> None:
    found = suggestion("楼道里有很重的燃气味，谁来看看", actor=cast.chen, at=noon).categories
    assert (found[0].category.code, found[0].found.words) == ("0706", ("燃气味",))
    assert len({one.category.code for one in found}) == len(found) == 3


def test_sabotage_without_the_words_there_is_no_such_clock(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "feared", lambda text: None)
    assert say(cast, "电梯停了，有人困在里面", noon).make_safe_due is None


def test_a_lift_that_stands_has_the_clock_of_one_with_somebody_in_it_where_the_words_say_so(
    cast: Cast, noon: datetime
) -> None:
    case = say(cast, "有人困在电梯里", noon, category="0503")
    assert case.make_safe_due == noon + timedelta(minutes=30)


def test_whoever_sorts_it_says_what_it_is(cast: Cast, noon: datetime) -> None:
    case = say(cast, "电梯停了，有人困在里面", noon)
    move = Move("accept", version=case.version, category=catalogue.by_code("0601").id)
    sorted_one = advance(case.id, move, actor=cast.chen, at=noon)
    assert (sorted_one.feared_id, sorted_one.make_safe_due) == (None, None)
    assert list(check.findings()) == []


def test_what_was_said_here_is_found_again(cast: Cast, noon: datetime) -> None:
    case = say(cast, "二楼的灯不亮了", noon, category="0504")
    found = suggestion(
        "楼道的灯不亮", actor=cast.chen, at=noon, place=cast.town.row(cast.town.stairwell)
    ).similar
    assert [(one.case.id, one.sameness.why[0]) for one in found] == [(case.id, "same_spot")]
    stranger = suggestion("楼道的灯不亮", actor=VISITOR, at=noon, place=cast.town.row(cast.town.stairwell))
    assert list(stranger.similar) == []


def test_a_building_is_found_in_a_sentence(cast: Cast) -> None:
    compound, building = cast.town.row(cast.town.compound), cast.town.row(cast.town.building)
    found = gazetteer.named_in(f"我住在{compound.name}{building.name}，楼道灯坏了")
    assert found[0].place_id == building.id
    assert gazetteer.named_in(f"{building.name}楼道灯坏了", inside=compound.path)[0].place_id == building.id


@pytest.fixture
def houses(cast: Cast, noon: datetime) -> dict[str, UUID]:
    """1号楼 and 13号楼 of the compound, each with 1单元 and 2单元, by what they are called."""
    base = cast.town.row(cast.town.compound)
    known: dict[str, UUID] = {}
    for house in ("1号楼", "13号楼"):
        row = add_place(
            kind=Kind.BUILDING, name=house, parent_id=base.id, grid_id=base.grid_id, actor=SYSTEM, at=noon
        )
        known[house] = row.id
        for stairs in ("1单元", "2单元"):
            one = add_place(
                kind=Kind.STAIRWELL,
                name=stairs,
                parent_id=row.id,
                grid_id=base.grid_id,
                actor=SYSTEM,
                at=noon,
            )
            known[f"{house} {stairs}"] = one.id
    gazetteer._kept.clear()
    return known


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("{}一号楼二单元的灯不亮", "1号楼 2单元"),
        ("{}13#2单元漏水", "13号楼 2单元"),
        ("{}1-2-301漏水", "1号楼 2单元"),
        ("{}1楼2单元漏水", ""),
        ("{}13栋门口", "13号楼"),
        ("{}1号门口的灯", "1号楼"),
        ("{}13楼道灯不亮", "13号楼"),
        ("住{}的，1号楼2单元没有水", "1号楼 2单元"),
        ("{}2单元没有水", ""),
        ("{}15号楼2单元没有水", ""),
        ("{}1号下午停水", ""),
        ("{}13个井盖", ""),
        ("{}2026年3月1号", ""),
    ],
)
def test_a_number_said_beside_the_compound_is_its_building_and_no_other(
    said: str, meant: str, cast: Cast, houses: dict[str, UUID]
) -> None:
    """The first offered is what was meant, the compound where no building was; a wrong number is never offered."""
    compound = cast.town.compound
    found = gazetteer.named_in(said.format(cast.town.row(compound).name))
    wanted = [houses[meant]] if meant else []
    around = {houses[meant.split()[0]]} if meant else set()
    assert found[0].place_id == [*wanted, compound][0]
    assert {one.place_id for one in found} <= {*wanted, *around, compound}


def test_a_building_and_a_stairwell_without_their_compound_name_nothing(
    cast: Cast, houses: dict[str, UUID]
) -> None:
    other = add_place(
        kind=Kind.COMPOUND,
        name="馨安苑",
        parent_id=cast.town.community_b,
        grid_id=cast.town.grid_b2,
        actor=SYSTEM,
        at=NOON,
    )
    house = add_place(
        kind=Kind.BUILDING, name="1号楼", parent_id=other.id, grid_id=cast.town.grid_b2, actor=SYSTEM, at=NOON
    )
    add_place(
        kind=Kind.STAIRWELL,
        name="2单元",
        parent_id=house.id,
        grid_id=cast.town.grid_b2,
        actor=SYSTEM,
        at=NOON,
    )
    gazetteer._kept.clear()
    assert gazetteer.named_in("1号楼2单元停电") == []
    known = cast.town.row(cast.town.compound).path
    assert gazetteer.named_in("1号楼2单元停电", inside=known)[0].place_id == houses["1号楼 2单元"]
    beside = cast.town.row(houses["1号楼"]).path
    assert gazetteer.named_in("2单元停电", inside=beside)[0].place_id == houses["1号楼 2单元"]


def test_a_long_text_costs_few_milliseconds(cast: Cast, houses: dict[str, UUID]) -> None:
    text = ("我住在悦海花园十三号楼二单元，楼道灯坏了三天了，12月3号报过，一直没有人来修。" * 12)[:400]
    gazetteer.named_in(text)
    began = perf_counter()
    for _ in range(20):
        gazetteer.named_in(text)
    assert (perf_counter() - began) / 20 < 0.05  # 3 ms alone; other programs may be running


@pytest.mark.parametrize("kind", [NameKind.COMMON, NameKind.FORMER])
def test_by_its_other_name_too(cast: Cast, noon: datetime, kind: NameKind) -> None:
    add_name(cast.town.compound, "老纺织厂宿舍", kind, actor=SYSTEM, at=noon)
    found = gazetteer.named_in("老纺织厂宿舍门口积水")
    assert [(one.place_id, one.by) for one in found] == [(cast.town.compound, "other")]


def test_and_by_its_sound(cast: Cast, noon: datetime) -> None:
    add_name(cast.town.compound, "锦绣花园", NameKind.COMMON, actor=SYSTEM, at=noon)
    found = gazetteer.named_in("紧秀花园门口积水")
    assert [(one.place_id, one.by) for one in found] == [(cast.town.compound, "sound")]


def test_what_is_nowhere_names_no_place(cast: Cast) -> None:
    assert gazetteer.named_in("天上掉下来一只鞋") == []


def test_confirmed_cases_teach_the_office_and_the_worker_sees_to_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "LEAST", 3)
    for number in range(4):
        case = say(cast, f"蓝精灵又倒了一地 {number}", noon)
        accept = Move("accept", version=case.version, category=catalogue.by_code("0303").id)
        advance(case.id, accept, actor=cast.chen, at=noon)
    say(cast, "没有人看过的一件", noon, category="0601")
    worker.tidy_up(noon)
    own = vocabulary.own()
    assert own is not None
    assert (own.cases, set(own.leaves)) == (4, {"0303"})
    assert flow.learn_when_due(at=noon + timedelta(hours=1)) == 0
    assert flow.learn_when_due(at=noon + timedelta(days=1)) == 4


def test_confirmed_cases_without_words_are_not_new_for_ever(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "LEAST", 1)
    monkeypatch.setattr(flow, "ENOUGH_NEW", 2)
    for text in ("蓝精灵又倒了一地", "", ""):
        case = cast.lin_reports(noon, text, evidence=(photo(noon),))
        advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=noon)
    assert flow.learn_when_due(at=noon) == 1
    assert flow.learn_when_due(at=noon + timedelta(minutes=5)) == 0


def test_a_word_of_the_office_is_journalled_and_counts(cast: Cast, noon: datetime) -> None:
    vocabulary.set_word(Spoken("冒黑烟", "0706", 1, "0706-a", "0631-5555555"), actor=SYSTEM, at=noon)
    vocabulary.set_word(Spoken("冒黑烟", "0706", 1, "0706-a", "0631-5555555"), actor=SYSTEM, at=noon)
    assert Entry.objects.filter(subject_kind="word").count() == 1
    vocabulary.forget()
    danger = vocabulary.lexicon().danger("楼上冒黑烟")
    assert danger is not None
    assert danger.call == "0631-5555555"


def test_who_is_no_administrator_keeps_no_words(cast: Cast, noon: datetime) -> None:
    with pytest.raises(NotYours):
        vocabulary.set_word(Spoken("冒黑烟", "0706"), actor=cast.zhou, at=noon)


@pytest.mark.parametrize(
    ("spoken", "field"),
    [
        (Spoken("灯", "0601"), "word"),
        (Spoken("", "0601"), "word"),
        (Spoken("灯不亮", "0601", 9), "strength"),
        (Spoken("灯不亮", "0601", 1, "0706-a", ""), "call"),
        (Spoken("灯不亮", "0601", 1, "0706-a", "找老王"), "call"),
        (Spoken("灯\u202e不亮", "0601"), "word"),
    ],
)
def test_a_word_that_cannot_be_one_is_refused(cast: Cast, noon: datetime, spoken: Spoken, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        vocabulary.set_word(spoken, actor=SYSTEM, at=noon)
    assert refused.value.field == field
