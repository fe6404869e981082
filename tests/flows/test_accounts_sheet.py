"""Accounts from a sheet: all or nothing, findings by row, slips for the new ones."""

import io
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter

from gezhi.flows import accounts_sheet
from gezhi.flows.accounts_sheet import import_accounts
from gezhi.flows.cells import SENTENCES, RowFinding
from gezhi.journal import check as journal_check
from gezhi.journal.models import Entry, Words
from gezhi.kernel.actor import Actor, Duty, Post
from gezhi.kernel.refusal import NotYours
from gezhi.kernel.sheet import BadSheet
from gezhi.parties import actions, hiring, queries, staff
from gezhi.parties.login import PostBackend
from gezhi.parties.models import Account, PartyPost, ResetCode
from tests.parties import town as stage
from tests.parties.town import Town

standing_town, town = stage.standing_town, stage.town

STATEMENTS = 13
HEADS = "姓名,登录名,单位,岗位,网格/地点,起,止"
GOOD = """
高,gao,皇冠街道办事处,核查员,,2026-03-01,
李,li.grid,A1,网格员,悦海一格 A1,2026-03-01,2026-12-31
李,li.grid,悦海社区,受理员,,2026-03-01,
"""


def sheet(rows: str, heads: str = HEADS) -> bytes:
    """The rows as the bytes of a .csv file."""
    return f"{heads}\n{rows.strip()}\n".encode()


def test_colleagues_come_in_with_their_posts(town: Town, admin_actor: Actor, noon: datetime) -> None:
    result = import_accounts(sheet(GOOD), "同事.csv", actor=admin_actor, at=noon)
    assert result[:5] == (3, 3, 0, 0, ())
    gao, li = (Account.objects.get(username=name) for name in ("gao", "li.grid"))
    assert queries.actor_of(gao, noon).posts == (Post(Duty.CHECKER, town.office, town.subdistrict.path),)
    assert queries.actor_of(li, noon).posts == (
        Post(Duty.WORKER, town.team_a1, "", town.a1.id),
        Post(Duty.CLERK, town.desk, town.yuehai.path),
    )


def test_the_last_day_of_a_post_is_in_it(town: Town, admin_actor: Actor, noon: datetime) -> None:
    import_accounts(sheet(GOOD), "同事.csv", actor=admin_actor, at=noon)
    post = PartyPost.objects.get(duty="worker", account__username="li.grid")
    assert (post.starts_on, post.ends_on) == (date(2026, 3, 1), date(2027, 1, 1))


def test_each_new_colleague_has_one_slip_that_opens_the_log_in(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    slips = import_accounts(sheet(GOOD), "同事.csv", actor=admin_actor, at=noon).slips
    assert [(slip.name, slip.username, slip.party) for slip in slips] == [
        ("高", "gao", "皇冠街道办事处"),
        ("李", "li.grid", "悦海一格网格组"),
    ]
    next_week = noon + timedelta(days=13)
    staff.use_reset_code("gao", slips[0].code, "海边的-长椅-4711", at=next_week)
    entered = PostBackend().authenticate(
        SimpleNamespace(now=next_week), username="gao", password="海边的-长椅-4711"
    )
    assert entered == Account.objects.get(username="gao")


def test_the_same_sheet_again_adds_nothing(town: Town, admin_actor: Actor, noon: datetime) -> None:
    import_accounts(sheet(GOOD), "同事.csv", actor=admin_actor, at=noon)
    again = import_accounts(sheet(GOOD), "同事.csv", actor=admin_actor, at=noon)
    assert again == (3, 0, 3, 0, (), ())


def test_a_sheet_from_excel_with_english_heads(town: Town, admin_actor: Actor, noon: datetime) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_row(0, 0, ("Name", "Username", "Party", "Duty", "Grid or place", "From", "To"))
    page.write_row(1, 0, ("高", "gao", "CF", "Worker", town.garden.code))
    page.write_datetime(1, 5, datetime(2026, 3, 2), day)  # noqa: DTZ001
    book.close()
    result = import_accounts(file.getvalue(), "staff.xlsx", actor=admin_actor, at=noon)
    assert result.findings == ()
    gao = Account.objects.get(username="gao")
    assert queries.actor_of(gao, noon).posts == (Post(Duty.WORKER, town.company, town.garden.path),)


BAD = """
高,gao,皇冠街道办事处,核查员,,,
,a1,A1,网格员,,,
钱,wei,A1,网格员,,,
钱二,we1,A1,网格员,,,
魏,qian,A1,网格员,,,
吴,wu!,A1,网格员,,,
吴二,wu2,西城物业,网格员,,,
吴三,wu3,A1,园长,,,
吴四,wu4,A1,网格员,火星,,
吴五,wu5,A1,网格员,,03/04/2026,
吴六,wu6,A1,网格员,,2026-03-02,2026-03-01
吴七,wu7,A1,网格员,A1X,,
"""


def test_every_row_in_the_way_is_named_and_nothing_is_written(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    before = (Account.objects.count(), PartyPost.objects.count(), ResetCode.objects.count())
    result = import_accounts(sheet(BAD), "同事.csv", actor=admin_actor, at=noon)
    assert result.findings == (
        RowFinding(3, "姓名", "required"),
        RowFinding(4, "登录名", "taken"),
        RowFinding(5, "登录名", "looks_like"),
        RowFinding(6, "姓名", "looks_like"),
        RowFinding(7, "登录名", "bad_username", {"least": 2, "most": 40}),
        RowFinding(8, "单位", "unknown", {"value": "西城物业"}),
        RowFinding(9, "岗位", "unknown", {"value": "园长"}),
        RowFinding(10, "网格/地点", "unknown", {"value": "火星"}),
        RowFinding(11, "起", "not_a_date"),
        RowFinding(12, "止", "not_after_start"),
        RowFinding(13, "网格/地点", "unknown", {"value": "A1X"}),
    )
    assert result[:4] + result[5:] == (12, 1, 0, 11, ())
    assert (Account.objects.count(), PartyPost.objects.count(), ResetCode.objects.count()) == before


def test_sabotage_were_the_findings_not_asked_the_good_row_of_a_bad_sheet_would_come_in(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: written although rows are in the way."""

    def heedless(hires: Any, *, is_sound: bool, actor: Actor, at: datetime) -> Any:
        made = hiring.plan(hires, actor=actor, at=at)
        return made, hiring.carry_out(made, actor=actor, at=at)

    monkeypatch.setattr(accounts_sheet, "_write", heedless)
    import_accounts(sheet(BAD), "同事.csv", actor=admin_actor, at=noon)
    assert Account.objects.filter(username="gao").exists()


def test_rows_of_one_sheet_are_judged_against_one_another(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    rows = """
高,gao,A1,网格员,,2026-03-01,
高,gao,A1,网格员,,2026-03-01,
高,gao,A1,网格员,,2026-04-01,
高,ga0,A1,网格员,,,
高二,g.ao,A1,网格员,,2026-03-01,2026-03-31
高二,g.ao,A1,网格员,,2026-04-01,
"""
    result = import_accounts(sheet(rows), "同事.csv", actor=admin_actor, at=noon)
    assert result == (
        6,
        3,
        1,
        2,
        (RowFinding(4, "起", "overlaps"), RowFinding(5, "登录名", "looks_like")),
        (),
    )


def one_by_one(name: str, username: str, town: Town, actor: Actor, at: datetime) -> None:
    """The deeds of people, done by hand."""
    account = staff.add_account(username, name, actor=actor, at=at)
    staff.slip_code(account, actor=actor, at=at)
    staff.appoint(account, staff.NewPost(town.office, Duty.CHECKER, date(2026, 3, 1)), actor=actor, at=at)


def story_of(username: str) -> list[Any]:
    """Everything that is kept of somebody, without what is his own."""
    account = Account.objects.get(username=username)
    post = PartyPost.objects.get(account=account)
    told = Entry.objects.filter(subject_id__in=[account.id, post.id]).order_by("id")
    own = {str(account.id): "account", str(post.id): "post"}
    return [
        (account.has_usable_password(), account.must_change_password, account.is_active, account.home_id),
        (post.party_id, post.duty, post.place_id, post.grid_id, post.starts_on, post.ends_on),
        ResetCode.objects.get(account=account).expires_at,
        [
            (one.subject_kind, one.seq, one.event, {k: own.get(v, v) for k, v in one.after.items()})
            for one in told
        ],
        sorted(Words.objects.filter(entry__in=told).values_list("name", flat=True)),
    ]


def test_a_colleague_from_a_sheet_is_kept_like_one_added_by_hand(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    import_accounts(
        sheet("高,gao,皇冠街道办事处,核查员,,2026-03-01,"), "同事.csv", actor=admin_actor, at=noon
    )
    one_by_one("钱", "qian", town, admin_actor, noon)
    assert story_of("gao") == story_of("qian")
    assert list(journal_check.findings()) == []


@pytest.mark.parametrize("rows", [1, 60])
def test_the_statements_do_not_grow_with_the_sheet(
    rows: int, town: Town, admin_actor: Actor, noon: datetime, django_assert_num_queries: Any
) -> None:
    text = "".join(
        f"同事{one:03d}号,c{one:03d}x,A1,网格员,悦海一格 A1,2026-03-01,\n" for one in range(1, rows + 1)
    )
    with django_assert_num_queries(STATEMENTS):
        assert import_accounts(sheet(text), "同事.csv", actor=admin_actor, at=noon).new == rows


def test_another_period_of_the_same_post_is_no_repeat(town: Town, admin_actor: Actor, noon: datetime) -> None:
    import_accounts(sheet(GOOD), "同事.csv", actor=admin_actor, at=noon)
    longer = GOOD.replace("2026-12-31", "2027-12-31")
    result = import_accounts(sheet(longer), "同事.csv", actor=admin_actor, at=noon)
    assert [(one.row, one.column, one.code) for one in result.findings] == [(3, "起", "overlaps")]


def test_two_parties_of_one_name_are_told_apart_by_code(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    actions.add_party("property", "长峰物业", "CF2", "0631-000-0139", actor=admin_actor, at=noon)
    rows = "高,gao,长峰物业,维修员,,,\n钱,qian,cf2,维修员,,,"
    result = import_accounts(sheet(rows), "同事.csv", actor=admin_actor, at=noon)
    assert result.findings == (RowFinding(2, "单位", "ambiguous", {"value": "长峰物业"}),)


def test_a_sheet_without_its_heads_is_refused_whole(town: Town, admin_actor: Actor, noon: datetime) -> None:
    with pytest.raises(BadSheet) as refused:
        import_accounts(sheet("高,gao", "姓名,登录名"), "同事.csv", actor=admin_actor, at=noon)
    assert refused.value.code == "missing_heads"


def test_a_sheet_that_is_too_long_is_refused_whole(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_sheet, "MOST_ROWS", 2)
    with pytest.raises(BadSheet) as refused:
        import_accounts(sheet(GOOD), "同事.csv", actor=admin_actor, at=noon)
    assert refused.value.code == "too_many_rows"


def test_a_desk_may_not_bring_in_colleagues(town: Town, noon: datetime) -> None:
    with pytest.raises(NotYours):
        import_accounts(sheet(GOOD), "同事.csv", actor=town.actor("陈", noon), at=noon)


VALUES = dict.fromkeys(("value", "other", "limit", "least", "most", "first_row", "place", "company"), "园长")


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_finding_reads_as_a_sentence(code: str) -> None:
    said = RowFinding(7, "岗位", code, VALUES).sentence()
    assert said
    assert "%(" not in said
