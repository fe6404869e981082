"""One sheet of places: all of it or nothing, and the same sheet again adds nothing."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.db import transaction

from gezhi.flows import import_places as flow
from gezhi.flows.cells import SENTENCES, RowFinding
from gezhi.flows.import_places import ImportResult, import_places
from gezhi.journal import queries as journal
from gezhi.kernel.actor import VISITOR, Actor
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.sheet import BadSheet
from gezhi.parties import queries as parties
from gezhi.places import actions, check, queries
from gezhi.places.kinds import Kind
from gezhi.tenancy.models import Jurisdiction

HEADS = "社区,小区,楼栋,单元,户数,网格,物业公司,电话,起,止,别名"
SHEET = f"""{HEADS}
悦海社区,悦海花园小区,,,,悦海一格 A1,,,,,悦海家园、老悦海
悦海社区,悦海花园小区,3,2,48,,长峰物业,0631-5990001,2021-03-01,,
悦海社区,悦海花园小区,5号楼,"东单元,西单元",36,悦海三格,长峰物业,,2021-03-01,,
韩乐坊社区,韩乐坊,1,1-3,60,韩乐坊二格 B2,,,,,
"""


@pytest.fixture
def communities(office: Jurisdiction, admin_actor: Actor, noon: datetime) -> None:
    """悦海社区 with A1, 韩乐坊社区 with B2."""
    who: dict[str, Any] = {"actor": admin_actor, "at": noon}
    district = actions.add_place(kind=Kind.DISTRICT, name="经区", parent_id=None, code="371072", **who)
    street = actions.add_place(
        kind=Kind.SUBDISTRICT, name="皇冠街道", parent_id=district.id, code="371072008", **who
    )
    for name, code, grid in (
        ("悦海社区", "371072008015", "悦海一格 A1"),
        ("韩乐坊社区", "371072008019", "韩乐坊二格 B2"),
    ):
        community = actions.add_place(kind=Kind.COMMUNITY, name=name, parent_id=street.id, code=code, **who)
        actions.add_grid(community_id=community.id, name=grid, **who)


@pytest.fixture
def bring(communities: None, admin_actor: Actor, noon: datetime) -> Any:
    """bring(text) = the import of a CSV by the administrator."""

    def brought(text: str) -> ImportResult:
        return import_places(text.encode(), "places.csv", actor=admin_actor, at=noon)

    return brought


def full_names() -> list[str]:
    """Every open place below a community."""
    rows = queries.subtree("").filter(number__gt=0, closed_on=None)
    return sorted(rows.values_list("full_name", flat=True))


EXPECTED = sorted(
    [
        "悦海社区 悦海花园小区",
        *(f"悦海社区 悦海花园小区 3号楼{rest}" for rest in ("", " 1单元", " 2单元")),
        *(f"悦海社区 悦海花园小区 5号楼{rest}" for rest in ("", " 东单元", " 西单元")),
        "韩乐坊社区 韩乐坊",
        *(f"韩乐坊社区 韩乐坊 1号楼{rest}" for rest in ("", " 1单元", " 2单元", " 3单元")),
    ]
)


def test_a_sheet_becomes_places_cells_names_companies_and_services(bring: Any, noon: datetime) -> None:
    assert bring(SHEET) == ImportResult(4, 4, 0, 0, (), ("悦海三格",))
    assert full_names() == EXPECTED
    (company,) = parties.parties("property")
    assert (company.name, company.standing_phone, company.code) == ("长峰物业", "06315990001", "WY001")
    (garden,) = queries.find("老悦海")
    (service,) = parties.services_of(garden.id)
    assert (service.party_id, service.starts_on, service.ends_on) == (company.id, date(2021, 3, 1), None)
    (third, fifth) = queries.children(garden.id)
    assert [queries.grid(one.grid_id).name for one in (garden, third, fifth)] == [
        "悦海一格 A1",
        "悦海一格 A1",
        "悦海三格",
    ]
    assert [one.households for one in (garden, third, fifth)] == [None, 48, 36]
    assert list(check.findings()) == []


def test_the_sample_sheet_of_the_guide_comes_in_whole(
    communities: None, admin_actor: Actor, noon: datetime
) -> None:
    sheet = Path(__file__).parents[2] / "docs" / "places.csv"
    (street,) = queries.find("皇冠街道")
    who: dict[str, Any] = {"actor": admin_actor, "at": noon}
    actions.add_place(kind=Kind.COMMUNITY, name="示范社区", parent_id=street.id, code="371072008099", **who)
    brought = import_places(sheet.read_bytes(), sheet.name, **who)
    assert brought == ImportResult(3, 3, 0, 0, (), ("示范一格", "示范二格"))
    (garden,) = queries.find("示范小区")
    assert [len(queries.children(one.id)) for one in queries.children(garden.id)] == [3, 2]
    assert len(parties.services_of(garden.id)) == 1


def test_a_community_that_is_not_there_yet_is_to_be_added_first(bring: Any) -> None:
    (found,) = bring("社区,小区\n还没有的社区,花园\n").findings
    assert found.sentence() == "第 2 行，社区：没有社区“还没有的社区”，请先在“位置”里添加这个社区"


def test_the_same_sheet_again_adds_nothing(bring: Any) -> None:
    bring(SHEET)
    before = (full_names(), len(parties.parties("property")), queries.grids())
    assert bring(SHEET) == ImportResult(4, 0, 4, 0, ())
    assert (full_names(), len(parties.parties("property")), queries.grids()) == before


def test_the_same_places_in_the_other_script_are_the_same_places(bring: Any) -> None:
    bring(SHEET)
    assert bring("社区,小区,楼栋,单元\n悦海社區居委會,悅海花園小區,３,２\n") == ImportResult(1, 0, 1, 0, ())


def test_an_excel_book_with_english_heads_and_real_dates_is_read_alike(
    communities: None, admin_actor: Actor, noon: datetime
) -> None:
    book_bytes = BytesIO()
    book = xlsxwriter.Workbook(book_bytes, {"in_memory": True})
    page = book.add_worksheet()
    heads = [
        "community",
        "compound",
        "building",
        "stairs",
        "households",
        "grid",
        "company",
        "phone",
        "from",
        "to",
    ]
    page.write_row(0, 0, heads)
    page.write_row(1, 0, ["悦海社区", "悦海花园小区", 3, 2, 48, "悦海一格 A1", "长峰物业", "0631-5990001"])
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_datetime(1, 8, datetime(2021, 3, 1, tzinfo=UTC).replace(tzinfo=None), day)
    page.write_datetime(1, 9, datetime(2023, 12, 31, tzinfo=UTC).replace(tzinfo=None), day)
    book.close()
    result = import_places(book_bytes.getvalue(), "places.xlsx", actor=admin_actor, at=noon)
    assert result == ImportResult(1, 1, 0, 0, ())
    (garden,) = queries.find("悦海花园小区")
    (service,) = parties.services_of(garden.id)
    assert service.ends_on == date(2024, 1, 1)  # the sheet names the last day of service


BAD_SHEET = f"""{HEADS}
悦海社区,馨安苑,1,2,40,悦海一格 A1,,,,,
没有这个社区,馨安苑,2,2,40,,,,,,
悦海社区,,3,2,四十,,,,,,
悦海社区,馨安苑,4,很多,-1,,,,,,
悦海社区,馨安苑,,2,,,新物业,,,,
悦海社区,馨安苑,6,,,,,0631,1/2/2024,,
"""


def bad_findings() -> tuple[RowFinding, ...]:
    return (
        RowFinding(3, "社区", "no_such_community", {"value": "没有这个社区"}),
        RowFinding(4, "小区", "required", {}),
        RowFinding(4, "户数", "not_a_count", {}),
        RowFinding(5, "户数", "not_a_count", {}),
        RowFinding(6, "单元", "needs_building", {}),
        RowFinding(6, "起", "required_with", {"other": "物业公司"}),
        RowFinding(7, "起", "not_a_date", {}),
    )


def test_one_bad_row_keeps_everything_out_and_every_bad_cell_is_named(bring: Any) -> None:
    assert bring(BAD_SHEET) == ImportResult(6, 1, 0, 5, bad_findings())
    assert full_names() == []
    assert bad_findings()[0].sentence() == "第 3 行，社区：没有社区“没有这个社区”，请先在“位置”里添加这个社区"


def test_without_all_or_nothing_a_bad_sheet_would_leave_its_good_rows_behind(
    bring: Any, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: the plan of the good rows is there and would be written, were it not for the findings."""
    monkeypatch.setattr(flow, "distinct", lambda findings: ())
    bring(BAD_SHEET)
    assert full_names() != []


class _PowerCut(Exception):
    pass


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_write_that_breaks_off_leaves_nothing(
    is_whole: bool, bring: Any, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the sabotage twin: outside one transaction the places would stay behind."""

    def broken(*_args: object, **_kwargs: object) -> None:
        raise _PowerCut

    monkeypatch.setattr(flow.parties_book, "serve", broken)
    if not is_whole:
        monkeypatch.setattr(flow, "_write", flow._write.__wrapped__)
    try:
        with transaction.atomic():
            try:
                bring(SHEET)
            except _PowerCut:
                assert (full_names() == []) is is_whole
                raise
    except _PowerCut:
        pass
    assert full_names() == []


def test_a_compound_that_stands_tells_the_community_when_no_column_does(bring: Any) -> None:
    bring(SHEET)
    assert bring("compound,building\n韩乐坊,2\n") == ImportResult(1, 1, 0, 0, ())
    assert "韩乐坊社区 韩乐坊 2号楼" in full_names()


def test_a_row_whose_community_nobody_can_tell_is_refused(bring: Any) -> None:
    assert bring("小区\n怡安苑\n").findings == (RowFinding(2, "社区", "needed", {"compound": "怡安苑"}),)


def test_a_grid_cell_tells_the_community_too(bring: Any) -> None:
    assert bring("小区,网格\n怡安苑,371072008019-01\n") == ImportResult(1, 1, 0, 0, ())
    assert full_names() == ["韩乐坊社区 怡安苑"]


def test_a_new_company_without_a_phone_is_refused(bring: Any) -> None:
    text = "社区,小区,物业公司,起\n悦海社区,怡安苑,长峰物业,2020-01-01\n"
    assert bring(text).findings == (RowFinding(2, "电话", "required_with", {"other": "物业公司"}),)


def test_two_companies_on_one_day_are_refused_and_one_after_the_other_are_not(bring: Any) -> None:
    head = "社区,小区,物业公司,电话,起,止\n"
    first = "悦海社区,怡安苑,长峰物业,0631-5990001,2020-01-01,2021-12-31\n"
    assert bring(head + first + "悦海社区,怡安苑,新物业,0631-5990002,2021-12-31,\n").findings == (
        RowFinding(3, "起", "served", {"first_row": 2}),
    )
    assert bring(head + first + "悦海社区,怡安苑,新物业,0631-5990002,2022-01-01,\n").new == 2


LATE_AT_NIGHT = (
    "社区,小区,物业公司,电话,起\n悦海社区,怡安苑,长峰物业,0631-5990001,2024-03-01T00:30:00+08:00\n"
)


def test_a_day_is_the_day_in_the_office(bring: Any) -> None:
    bring(LATE_AT_NIGHT)
    (garden,) = queries.find("怡安苑")
    assert [one.starts_on for one in parties.services_of(garden.id)] == [date(2024, 3, 1)]


def test_sabotage_read_in_greenwich_it_would_be_the_day_before(
    bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "zone", lambda: UTC)
    bring(LATE_AT_NIGHT)
    (garden,) = queries.find("怡安苑")
    assert [one.starts_on for one in parties.services_of(garden.id)] == [date(2024, 2, 29)]


def test_a_newer_count_of_households_is_taken(bring: Any) -> None:
    bring(SHEET)
    assert bring("社区,小区,楼栋,户数\n悦海社区,悦海花园小区,3,50\n") == ImportResult(1, 1, 0, 0, (), (), 1)
    third = queries.find("悦海花园3号楼")[0]
    assert third.households == 50
    assert [step.entry.event for step in journal.story("place", third.id)] == ["added", "counted"]


def test_a_place_in_another_cell_is_not_moved_by_a_sheet(bring: Any) -> None:
    bring(SHEET)
    text = "社区,小区,楼栋,网格\n悦海社区,悦海花园小区,3,悦海三格\n"
    assert bring(text).findings == (RowFinding(2, "网格", "other_grid", {"place": "3号楼"}),)


@pytest.mark.parametrize("data", [b"", b"\x00\xff\x00\xff", b"PK\x03\x04broken", "楼栋\n3\n".encode()])
def test_a_file_that_is_no_such_sheet_is_refused_as_a_whole(
    data: bytes, communities: None, admin_actor: Actor, noon: datetime
) -> None:
    for filename in ("places.csv", "places.xlsx"):
        with pytest.raises(BadSheet):
            import_places(data, filename, actor=admin_actor, at=noon)


def test_who_does_not_keep_places_brings_none(communities: None, noon: datetime) -> None:
    with pytest.raises(Refusal):
        import_places(SHEET.encode(), "places.csv", actor=VISITOR, at=noon)
    assert full_names() == []


@pytest.mark.parametrize("buildings", [1, 30])
def test_the_statements_do_not_grow_with_the_sheet(
    buildings: int, bring: Any, django_assert_max_num_queries: Any
) -> None:
    rows = "".join(f"悦海社区,怡安苑,{n},4\n" for n in range(1, buildings + 1))
    with django_assert_max_num_queries(20):
        assert bring(f"社区,小区,楼栋,单元\n{rows}").new == buildings


SHEETS = ("cells", "place_sheet", "place_plan", "message_sheet", "accounts_sheet")


def test_every_finding_has_a_sentence() -> None:
    sources = [Path(flow.__file__).with_name(f"{name}.py").read_text() for name in SHEETS]
    calls = r'(?:BadCell\(|refuse\([\w.]+, )(?:key|"\w+"), "(\w+)"'
    codes = {code for source in sources for code in re.findall(calls, source)}
    assert codes
    assert codes <= SENTENCES.keys()
