"""Albums for inspections: lines, the pairs that are proposed for them, what a clerk decides, and that nothing is printed that is not everybody's to see."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.models import Evidence
from gezhi.journal.models import Errand
from gezhi.journal.queries import deeds
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours, Stale
from gezhi.ledger.albums import actions, first_paragraph, pairs, queries, standards
from gezhi.ledger.albums.actions import Choice
from gezhi.ledger.albums.models import Album, AlbumLine, AlbumPick, BriefWords
from gezhi.ledger.albums.printable import refuse_persons
from gezhi.ledger.albums.standards import Draft
from gezhi.parties.days import local_day
from gezhi.places import queries as places
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast
from tests.showing import cleared, solved

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAME = "11月迎检"


@pytest.fixture
def closed(cast: Cast, noon: datetime) -> Case:
    """Mended glass of the day before, with pictures that nobody has looked at."""
    return solved(cast, noon - DAY)


def top_of(code: str) -> UUID:
    found = catalogue.by_code(code)
    return found.parent_id or found.id


def album(cast: Cast, at: datetime, *drafts: Draft) -> Album:
    """陈's album of the last month."""
    lines = drafts or (Draft("楼门完好", (top_of("0501"),)),)
    day = local_day(at)
    made = actions.make(NAME, day - 30 * DAY, day, lines, actor=cast.chen, at=at)
    return queries.album(made, actor=cast.chen)


def only_line(found: Album) -> AlbumLine:
    [line] = queries.lines(found)
    return line


def test_what_may_be_shown_is_taken_at_once_and_the_rest_is_offered(
    cast: Cast, closed: Case, noon: datetime
) -> None:
    second = solved(cast, noon - DAY + HOUR)
    cleared(second, noon)
    found = album(cast, noon)
    offers = queries.offers(found, only_line(found), actor=cast.chen)
    assert [(one.pair.number, one.pick is not None, one.pair.is_clear) for one in offers] == [
        (second.number, True, True),
        (closed.number, False, False),
    ]
    assert (offers[0].pair.is_same_angle, offers[0].pair.place) == (True, "悦海社区 悦海花园 3号楼")
    assert [one.event for one in deeds("album", found.id)] == ["make_album"]


def test_a_picture_taken_and_withdrawn_later_is_named_and_left_out(
    cast: Cast, closed: Case, noon: datetime
) -> None:
    ids = cleared(closed, noon)
    found = album(cast, noon)
    assert len(queries.clear_of(queries.picks(found))[0]) == 1
    Evidence.objects.filter(id__in=ids).update(public_at=None)
    clear, unclear = queries.clear_of(queries.picks(found))
    assert (clear, {one.number for one in unclear}) == ([], {closed.number})
    with pytest.raises(Invalid) as refused:
        actions.ask_print(found.id, "zh-hans", actor=cast.chen, at=noon)
    assert refused.value.code == "no_pictures"


def test_without_looking_whether_it_is_public_the_test_above_would_be_red(
    cast: Cast, closed: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: every picture counts as one that somebody looked at."""
    monkeypatch.setattr(pairs, "_picture", lambda row, kind: pairs.Picture(row.id, kind, True, "", ""))
    found = album(cast, noon)
    assert len(queries.picks(found)) == 1  # a picture that nobody looked at was taken


@pytest.mark.parametrize("left_out", ["category", "days", "place", "nothing tied"])
def test_a_line_finds_what_fits_it_and_nothing_else(
    cast: Cast, closed: Case, noon: datetime, left_out: str
) -> None:
    cleared(closed, noon)
    day = local_day(noon)
    draft = {
        "category": Draft("消防", (top_of("0703"),)),
        "days": Draft("楼门", (top_of("0501"),), since=day - 30 * DAY, until=day - 2 * DAY),
        "place": Draft("楼门", place_id=cast.town.community_b),
        "nothing tied": Draft("环境整洁"),
    }[left_out]
    found = album(cast, noon, draft)
    assert queries.offers(found, only_line(found), actor=cast.chen) == []


def test_a_complaint_and_an_unsolved_ending_are_in_no_album(cast: Cast, closed: Case, noon: datetime) -> None:
    from gezhi.ledger.models import Line

    cleared(closed, noon)
    Line.objects.filter(case=closed).update(ending="wont_do")
    assert album(cast, noon)
    assert AlbumPick.objects.count() == 0


def test_a_home_is_said_no_nearer_than_its_building_and_a_discreet_matter_no_nearer_than_the_compound(
    cast: Cast,
) -> None:
    path = cast.town.row(cast.town.stairwell).path
    plain = pairs.seen_place(path, catalogue.by_code("0501").id)
    discreet = pairs.seen_place(path, catalogue.by_code("1201").id)
    assert (plain, discreet) == (cast.town.building, cast.town.compound)
    assert plain is not None
    assert "单元" not in places.by_ids([plain])[plain].full_name


def test_the_clerk_orders_hides_and_writes_and_another_who_saw_less_is_told(
    cast: Cast, closed: Case, noon: datetime
) -> None:
    cleared(closed, noon)
    found = album(cast, noon)
    line = only_line(found)
    who = {"actor": cast.chen, "at": noon}
    take = {closed.number: Choice("take", 3, "换好的门")}
    actions.choose(found.id, line.id, take, version=found.version, **who)
    assert [(one.position, one.caption) for one in queries.picks(found)] == [(3, "换好的门")]
    with pytest.raises(Stale):
        actions.choose(found.id, line.id, take, version=found.version, **who)
    actions.choose(found.id, line.id, {closed.number: Choice("hide")}, version=found.version + 1, **who)
    assert (queries.offers(found, line, actor=cast.chen), queries.hidden(line)) == ([], 1)
    actions.offer_hidden_again(found.id, line.id, **who)
    assert len(queries.offers(found, line, actor=cast.chen)) == 1


@pytest.mark.parametrize(
    ("caption", "code"),
    [("电话13800138000", "phone"), ("王先生家门口", "to_confirm"), ("好" * 121, "too_long")],
)
def test_a_caption_says_nothing_of_a_person(
    cast: Cast, closed: Case, noon: datetime, caption: str, code: str
) -> None:
    found = album(cast, noon)
    line = only_line(found)
    choice = {closed.number: Choice("take", 1, caption)}
    with pytest.raises(Invalid) as refused:
        actions.choose(found.id, line.id, choice, version=1, actor=cast.chen, at=noon)
    assert (refused.value.field, refused.value.code, AlbumPick.objects.count()) == ("caption", code, 0)


PERSONS = [("电话13800138000", "phone"), ("王先生家门口", "to_confirm"), ("3号楼2单元301室", "to_confirm")]


@pytest.mark.parametrize(("said", "code"), PERSONS)
def test_no_album_line_or_first_paragraph_names_anybody_unless_somebody_looked(
    cast: Cast, noon: datetime, said: str, code: str
) -> None:
    found = album(cast, noon, Draft("一"))
    day, who = local_day(noon), {"actor": cast.chen, "at": noon}
    line = only_line(found).id
    deeds = {
        "name": lambda **sure: actions.make(said, day, day, [Draft("y")], **sure, **who),
        "lines": lambda **sure: actions.make("x", day, day, [Draft(said)], **sure, **who),
        "text": lambda **sure: actions.add_line(found.id, Draft(said), **sure, **who),
        "first_paragraph": lambda **sure: first_paragraph.keep(
            day, cast.town.community_a, said, version=0, **sure, **who
        ),
    }
    for field, deed in deeds.items():
        with pytest.raises(Invalid) as refused:
            deed()
        assert (refused.value.field, refused.value.code) == (field, code)
    with pytest.raises(Invalid):
        actions.change_line(found.id, line, Draft(said), 1, version=1, **who)
    assert (Album.objects.count(), AlbumLine.objects.count(), BriefWords.objects.count()) == (1, 1, 0)
    for deed in deeds.values():
        if code == "to_confirm":
            deed(names_confirmed=True)
        else:
            with pytest.raises(Invalid):
                deed(names_confirmed=True)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_no_line_of_our_own_families_reads_like_a_person(cast: Cast, language: str) -> None:
    for one in standards.of_families(language):
        refuse_persons(one.text, "lines", names_confirmed=False)


def without_area(actor: Actor) -> Actor:
    """The same clerk with a post that names no place."""
    return replace(actor, posts=tuple(replace(one, path="") for one in actor.posts))


def test_a_first_paragraph_is_of_ones_own_ground_alone(
    cast: Cast, noon: datetime, office: Jurisdiction
) -> None:
    day, town = local_day(noon), cast.town
    may = {
        "chen": (cast.chen, {town.community_a}),
        "zhou": (cast.zhou, {office.id, town.subdistrict, town.community_a, town.community_b}),
        "of no area": (without_area(cast.chen), {cast.desk_a}),
        "worker": (cast.wei, set()),
    }
    grounds = {
        office.id,
        cast.desk_a,
        cast.desk_b,
        town.subdistrict,
        town.community_a,
        town.community_b,
        town.compound,
        town.stairwell,
    }
    for actor, own in may.values():
        for ground in grounds - own:
            with pytest.raises(NotYours):
                first_paragraph.keep(day, ground, "本周平稳。", version=0, actor=actor, at=noon)
        assert {one for one in grounds if first_paragraph.is_ground_of(one, actor)} == own
    first_paragraph.keep(day, town.community_a, "本周平稳。", version=0, actor=cast.chen, at=noon)
    first_paragraph.keep(day, cast.desk_a, "本周平稳。", version=0, actor=without_area(cast.chen), at=noon)


def test_what_somebody_confirmed_to_be_nobodys_is_kept(cast: Cast, closed: Case, noon: datetime) -> None:
    found = album(cast, noon)
    choice = {closed.number: Choice("take", 1, "王先生牌门锁")}
    actions.choose(
        found.id, only_line(found).id, choice, names_confirmed=True, version=1, actor=cast.chen, at=noon
    )
    assert AlbumPick.objects.get().caption == "王先生牌门锁"


def test_another_desk_knows_nothing_of_it_and_the_officer_of_the_office_does(
    cast: Cast, noon: datetime
) -> None:
    found = album(cast, noon)
    for stranger in (cast.mo, cast.wei, cast.sun):
        with pytest.raises(NotFound):
            queries.album(found.id, actor=stranger)
    with pytest.raises(NotYours):
        actions.make("x", found.since, found.until, [Draft("y")], actor=cast.wei, at=noon)
    assert [one.id for one in queries.albums(cast.chen)] == [found.id]


def test_the_same_album_sent_twice_is_one(cast: Cast, noon: datetime) -> None:
    album(cast, noon)
    with pytest.raises(Invalid) as refused:
        album(cast, noon)
    assert (refused.value.code, Album.objects.count()) == ("taken", 1)


def test_lines_are_added_changed_moved_and_dropped(cast: Cast, noon: datetime) -> None:
    found = album(cast, noon, Draft("一"), Draft("二"))
    who = {"actor": cast.chen, "at": noon}
    third = actions.add_line(found.id, Draft("三", place_id=cast.town.compound), **who)
    actions.change_line(found.id, third, Draft("三改"), 1, version=2, **who)
    assert [one.text for one in queries.lines(found)] == ["三改", "一", "二"]
    with pytest.raises(Invalid):
        actions.change_line(found.id, third, Draft("一"), 1, version=3, **who)
    actions.drop_line(found.id, third, version=3, **who)
    assert [(one.position, one.text) for one in queries.lines(found)] == [(1, "一"), (2, "二")]
    actions.end(found.id, **who)
    assert queries.albums(cast.chen) == []


def test_asking_for_the_file_twice_is_one_errand_that_begins_again(
    cast: Cast, closed: Case, noon: datetime
) -> None:
    cleared(closed, noon)
    found = album(cast, noon)
    for minutes in (0, 5):
        actions.ask_print(found.id, "zh-hans", actor=cast.chen, at=noon + minutes * timedelta(minutes=1))
    errand = Errand.objects.get(kind=actions.MAKE)
    assert (errand.done_at, errand.due_at) == (None, noon + timedelta(minutes=5))


def test_a_standard_is_typed_pasted_or_our_own_families(cast: Cast) -> None:
    code = cast.town.row(cast.town.compound).code
    typed = standards.of_text(f"楼道整洁\n\n楼道整洁\n门窗完好\t0501\t{code}\n背街小巷")
    assert [(one.text, bool(one.category_ids), one.place_id) for one in typed] == [
        ("楼道整洁", True, None),
        ("门窗完好", True, cast.town.compound),
        ("背街小巷", False, None),
    ]
    families = standards.of_families("zh-hans")
    assert len(families) >= 10
    assert all(one.category_ids for one in families)
    for wrong, code in (
        ("", "empty"),
        ("\n".join(map(str, range(61))), "too_many_standards"),
        ("字" * 201, "too_long"),
    ):
        with pytest.raises(Invalid) as refused:
            standards.of_text(wrong)
        assert (refused.value.field, refused.value.code) == ("lines", code)


def test_a_standard_comes_out_of_a_sheet(cast: Cast) -> None:
    data = "检查项目,类别,位置\n门窗完好,0501,\n停车有序,,\n".encode()
    read = standards.of_sheet(data, "标准.csv")
    assert [(one.text, bool(one.category_ids)) for one in read] == [("门窗完好", True), ("停车有序", True)]


@pytest.mark.parametrize("items", [1, 4])
def test_the_offers_of_a_line_cost_the_same_for_one_and_many(
    items: int, cast: Cast, noon: datetime, django_assert_num_queries: Any
) -> None:
    for n in range(items):
        cleared(solved(cast, noon - DAY + n * HOUR), noon)
    found = album(cast, noon)
    line = only_line(found)
    with django_assert_num_queries(17):
        assert len(queries.offers(found, line, actor=cast.chen)) == items
