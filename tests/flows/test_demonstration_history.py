"""Half a year of invented voices: alike whenever it is drawn, plausible by hour, day and season, and performed so that every check is content."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import is_workday

from gezhi.cases import queries as cases
from gezhi.cases.check import findings as of_cases
from gezhi.cases.likely import alike_to
from gezhi.catalogue import actions as catalogue
from gezhi.catalogue import queries as shelf
from gezhi.duty.check import findings as of_duty
from gezhi.evidence.check import findings as of_pictures
from gezhi.flows.demonstration import bank, weather
from gezhi.flows.demonstration.album import Album
from gezhi.flows.demonstration.build import served
from gezhi.flows.demonstration.courses import made_safe
from gezhi.flows.demonstration.ground import grounds
from gezhi.flows.demonstration.happenings import happenings
from gezhi.flows.demonstration.history import Telling
from gezhi.flows.demonstration.people import Cast, build_people
from gezhi.flows.demonstration.places import Names, build_places
from gezhi.flows.demonstration.play import Play
from gezhi.flows.demonstration.rules import build_rules
from gezhi.flows.demonstration.saga import first_week, sagas
from gezhi.flows.demonstration.tales import Tale
from gezhi.flows.demonstration.town import crowd, widen
from gezhi.journal.check import findings as of_journal
from gezhi.journal.models import Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger.check import findings as of_ledger
from gezhi.parties.check import findings as of_parties
from gezhi.reports.check import findings as of_reports
from gezhi.routing.check import findings as of_routing
from gezhi.tenancy.models import Jurisdiction

pytestmark = pytest.mark.django_db
INVENTED = re.compile(r"0631-000-01\d\d")
ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2025, 9, 1), date(2026, 2, 28)


@pytest.fixture
def town(office: Jurisdiction, noon: datetime) -> tuple[Names, Cast]:
    """Huangguan with the rest of its town, half a year before noon."""
    began = noon - timedelta(days=184)
    catalogue.load_book(actor=SYSTEM, at=began)
    names = build_places(actor=SYSTEM, at=began)
    cast = build_people(names, has_rosters=False, actor=SYSTEM, at=began)
    build_rules(actor=SYSTEM, at=began)
    return widen(names, cast, actor=SYSTEM, at=began)


@cache
def told_once() -> list[Tale]:
    """Filled by the first test that has a town: drawing takes a second, building the town three."""
    return []


def drawn(town: tuple[Names, Cast]) -> list[Tale]:
    return list(Telling(grounds(town[0], served()), ZONE).tell(FIRST, LAST))


@pytest.fixture
def tales(request: pytest.FixtureRequest) -> list[Tale]:
    """All of half a year."""
    if not told_once():
        told_once().extend(drawn(request.getfixturevalue("town")))
    return told_once()


def test_the_same_days_are_told_alike_whenever_they_are_told(
    town: tuple[Names, Cast], tales: list[Tale]
) -> None:
    assert drawn(town) == tales


def test_half_a_year_is_told_of_the_whole_town(tales: list[Tale]) -> None:
    places = {tale.place.split()[0] for tale in tales if tale.place}
    assert (350 < len(tales) < 600, len(places)) == (True, 19)
    assert len({tale.category for tale in tales}) > 50
    most = Counter(tale.text for tale in tales).most_common(1)[0]
    assert most[1] <= 3, most


def test_every_tale_begins_before_its_acts_and_they_come_one_after_the_other(tales: list[Tale]) -> None:
    for tale in tales:
        moments = [tale.at, *(act.at for act in tale.acts)]
        assert moments == sorted(set(moments)), tale


def test_nobody_comes_to_the_counter_on_a_day_off_and_the_night_is_quiet(tales: list[Tale]) -> None:
    local = [(tale.channel, tale.at.astimezone(ZONE)) for tale in tales]
    assert [at for channel, at in local if channel == "counter" and not is_workday(at.date())] == []
    assert [at for _, at in local if not 6 <= at.hour < 24] == []
    evenings = sum(18 <= at.hour < 21 for _, at in local)
    assert evenings > 2 * sum(at.hour >= 22 for _, at in local)


def test_what_belongs_to_a_season_comes_in_it(tales: list[Tale]) -> None:
    months = {
        code: {tale.at.astimezone(ZONE).month for tale in tales if tale.category == code}
        for code in bank.kinds()
    }
    assert months["0608"] <= {11, 12, 1, 2}
    assert months["0407"] <= {12, 1, 2}
    assert months["0803"] <= {9}
    assert months["1203"] <= {9, 10}
    assert weather.day_of(date(2026, 8, 9), is_off=True).weather == "storm"


def test_every_number_in_the_data_is_invented() -> None:
    files = [path.read_text(encoding="utf-8") for path in bank.DATA.glob("*.json")]
    numbers = set(chain.from_iterable(re.findall(r"0631-\d{3}-\d{4}|1[3-9]\d{9}", text) for text in files))
    assert {number for number in numbers if not INVENTED.fullmatch(number)} == set()
    assert all("nvented" in json.dumps(json.loads(text)["about"]) for text in files)


def test_the_report_is_played_with_its_places_and_numbers() -> None:
    told = json.dumps(bank.sagas(), ensure_ascii=False)
    for name in ("悦海花园小区 西门", "威峰市场 中桥", "128号楼 东绿化带", "乐天北院", "海峰北路", "蜘蛛网"):
        assert name in told
    counts = {act[3].get("count") for saga in bank.sagas() for act in saga["steps"] if len(act) > 3}
    assert {27, 400, 620, 231} <= counts
    towed = [
        act[3]["count"]
        for saga in bank.sagas()
        for act in saga["steps"]
        if act[2] == "done" and saga["category"] == "0304"
    ]
    assert sum(towed) == 39


def findings(at: datetime) -> Iterator[object]:
    """Everything that `gezhi check` proves of one office's data."""
    yield from chain(
        of_cases(), of_journal(), of_ledger(), of_parties(), of_duty(), of_reports(), of_routing(at)
    )
    yield from of_pictures(at)


def performed(town: tuple[Names, Cast], tales: list[Tale], at: datetime) -> Play:
    names, cast = town
    play = Play(names, cast.parties, crowd(names, cast, at=at), at, Album())
    play.perform(tales, list(happenings(names, cast, at)))
    return play


def test_a_fortnight_is_performed_so_that_every_check_is_content(
    town: tuple[Names, Cast], tales: list[Tale], noon: datetime
) -> None:
    recent = [tale for tale in tales if tale.at > noon - timedelta(days=12)]
    told = [tale for tale in sagas(noon, ZONE) if tale.at > noon - timedelta(days=12)]
    play = performed(town, [*recent, *told, *first_week(noon, ZONE)], noon)
    assert list(findings(noon)) == []
    mended = {tale.key for tale in recent if tale.mends}  # who looks at these comes only where the draw fell
    left = [(key, event) for key, event in play.left_out if (event, key in mended) != ("pass_check", True)]
    assert {event for _, event in left} <= {"dispatch"}  # a routing rule was faster
    assert Errand.objects.filter(done_at=None, due_at__lt=noon).count() == 0
    states = {cases.of_report(report).state for report in play.reports.values()}
    assert states >= {"reported", "opened", "dispatched", "in_hand", "to_check", "to_confirm", "closed"}


def test_timers_fire_at_their_moment_and_not_when_the_demonstration_is_made(
    town: tuple[Names, Cast], noon: datetime
) -> None:
    at = datetime(2026, 2, 2, 2, tzinfo=UTC)
    silent = Tale("silent", at, "悦海社区 悦海花园小区 3号楼", "0504", "楼道灯不亮", "qr")
    play = performed(town, [silent], noon)
    case = cases.of_report(play.reports["silent"])
    events = {step.entry.event: step.entry.at for step in cases.timeline(case)}
    assert (case.ladder_ended, case.escalated_person_id) == (True, play.crowd.officer.id)
    assert events["escalate"] < at + timedelta(days=6)


def test_a_second_matter_is_split_off_and_two_voices_that_may_be_one_lie_on_the_desk(
    town: tuple[Names, Cast], noon: datetime
) -> None:
    told = sagas(noon, ZONE)
    pair = [tale for tale in told if tale.category == "0201" and tale.place.endswith(" 9号楼")]
    stairs = [tale for tale in told if tale.key in {"stair-light", "stair-rail"}]
    play = performed(town, [*pair, *stairs], noon)
    light, rail = (cases.of_report(play.reports[tale.key]) for tale in stairs)
    assert (rail.split_from_id, rail.state, play.left_out) == (light.id, "in_hand", [])
    assert rail.category_id == shelf.by_code("0507").id
    older, newer = (cases.of_report(play.reports[tale.key]) for tale in sorted(pair, key=lambda one: one.at))
    found = alike_to(newer, actor=play.crowd.people["chen"], limit=3)
    assert (found[0].case.id, found[0].sameness.why[:2]) == (older.id, ("same_spot", "same_category"))
    assert {older.state, newer.state} == {"reported"}
    assert list(findings(noon)) == []


def test_a_danger_is_kept_off_in_words_of_its_own_category(office: Jurisdiction, noon: datetime) -> None:
    catalogue.load_book(actor=SYSTEM, at=noon)
    ids = {code: shelf.by_code(code).id for code in bank.kinds()}
    dangerous = {code for code, id in ids.items() if shelf.default_condition(id).make_safe is not None}
    assert dangerous <= set(bank.phrases()["safe"])
    assert "阀" not in "".join(made_safe("0403"))
