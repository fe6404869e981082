"""Colleagues come in from one sheet (姓名 登录名 单位 岗位 网格/地点 起 止): all of them, or nothing and a finding for every row in the way.

The same sheet again adds nothing. 止 is the last day of a post; every new account gets a one-time code for its printed slip.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.kernel.sheet import BadMoment, Cell, Record, as_moment, by_head, read_sheet
from gezhi.parties import queries, staff
from gezhi.parties.days import local_day, zone
from gezhi.parties.staff import NewPost
from gezhi.places import queries as places

COLUMNS: Final = {
    "name": ("姓名", "名字", "name", "full name"),
    "username": ("登录名", "用户名", "账号", "登陆名", "username", "login"),
    "party": ("单位", "责任单位", "所属单位", "party", "organisation"),
    "duty": ("岗位", "职责", "duty", "role", "post"),
    "ground": (
        "网格/地点",
        "网格或地点",
        "网格",
        "地点",
        "责任区",
        "grid or place",
        "grid/place",
        "grid",
        "place",
    ),
    "starts": ("起", "起始日期", "from", "starts"),
    "ends": ("止", "终止日期", "to", "ends"),
}
OPTIONAL: Final = frozenset({"ground", "starts", "ends"})
MOST_ROWS: Final = 2000
DUTY_WORDS: Final = {
    Duty.WORKER: ("处置员", "网格员", "维修员", "维修工", "执法队员", "志愿者", "worker"),
    Duty.MANAGER: ("负责人", "物业经理", "经理", "网格长", "队长", "manager"),
    Duty.CLERK: ("受理员", "社区工作人员", "社工", "clerk"),
    Duty.CHECKER: ("核查员", "checker"),
    Duty.OFFICER: ("审批人", "街道干部", "包社区干部", "officer"),
    Duty.ADMIN: ("管理员", "administrator", "admin"),
}
SENTENCES: Final = {
    "required": gettext_noop("不能为空"),
    "unknown": gettext_noop("没有找到“%(value)s”"),
    "ambiguous": gettext_noop("有几个“%(value)s”，请改填代码"),
    "not_a_date": gettext_noop("请按“年-月-日”填写日期，例如 2024-03-01"),
    "not_after_start": gettext_noop("不能早于起始日期"),
    "bad_username": gettext_noop("只能用字母、数字和 . _ - @，2 至 40 个"),
    "taken": gettext_noop("这个登录名是别人的"),
    "looks_like": gettext_noop("与另一位同事的太像，请加一个区别，例如“王伟（悦海）”"),
    "overlaps": gettext_noop("这段时间已有同一岗位，起止不同，请在工作台修改"),
    "closed": gettext_noop("这个单位已停用"),
    "empty": gettext_noop("不能为空"),
    "hidden": gettext_noop("含有看不见的字符"),
    "too_long": gettext_noop("太长"),
    "line_break": gettext_noop("不能换行"),
    "error_value": gettext_noop("单元格是公式错误"),
    "beyond_heads": gettext_noop("这一格没有表头"),
    "unfit": gettext_noop("不能保存"),
}
_FIELD_COLUMNS: Final = {"ends_on": "ends", "period": "starts"}


class RowFinding(NamedTuple):
    """What is wrong in one cell. row: as Excel numbers it; column: its Chinese head; code: a key of SENTENCES."""

    row: int
    column: str
    code: str
    value: str

    def sentence(self) -> str:
        """「第 7 行，岗位：没有找到“园长”」 in the reader's language."""
        what = _(SENTENCES[self.code]) % {"value": self.value}
        return _("第 %(row)s 行，%(column)s：%(what)s") % {
            "row": self.row,
            "column": self.column,
            "what": what,
        }


class PrintedSlip(NamedTuple):
    """One line of the printable list: what a new colleague needs to log in for the first time."""

    name: str
    username: str
    party: str
    code: str
    expires_at: datetime


class AccountsResult(NamedTuple):
    """Rows: read = new + known + bad; with a bad one nothing was written and there are no slips."""

    read: int
    new: int
    known: int
    bad: int
    findings: tuple[RowFinding, ...]
    slips: tuple[PrintedSlip, ...]


class _BadCell(Exception):
    def __init__(self, key: str, code: str) -> None:
        self.key, self.code = key, code
        super().__init__(key, code)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one row asks for. party_name: as the office writes it. starts_on None: as soon as possible."""

    name: str
    username: str
    party_name: str
    party_id: UUID
    duty: Duty
    place_id: UUID | None
    grid_id: UUID | None
    starts_on: date | None
    ends_on: date | None


def import_accounts(data: bytes, filename: str, *, actor: Actor, at: datetime) -> AccountsResult:
    """Accounts and posts from a sheet, all or none. The rules are those of parties.staff, asked row by row.

    Raises kernel.sheet.BadSheet (the file as a whole), Invalid("sheet", "too_many_rows"), NotYours.
    """
    records = by_head(read_sheet(data, filename), COLUMNS, OPTIONAL)
    if len(records) > MOST_ROWS:
        raise Invalid("sheet", "too_many_rows", limit=MOST_ROWS)
    book, findings, slips, new = _Book(), [], [], 0
    with transaction.atomic():
        for record in records:
            try:
                with transaction.atomic():
                    slip, is_new = _taken(book.wanted(record), actor, at)
            except _BadCell as bad:
                findings.append(_finding(record, bad.key, bad.code))
            except Invalid as refused:
                findings.append(
                    _finding(record, _FIELD_COLUMNS.get(refused.field, refused.field), refused.code)
                )
            else:
                new += is_new
                slips += [slip] if slip else []
        if findings:
            transaction.set_rollback(True)
            slips = []
    bad_rows = len({finding.row for finding in findings})
    known = len(records) - new - bad_rows
    return AccountsResult(len(records), new, known, bad_rows, tuple(findings), tuple(slips))


def _taken(wanted: _Wanted, actor: Actor, at: datetime) -> tuple[PrintedSlip | None, bool]:
    """One row made true: (the slip of a new account, whether anything was added)."""
    slip = None
    account = staff.account_by_username(wanted.username)
    if account is None:
        account_id = staff.add_account(wanted.username, wanted.name, actor=actor, at=at)
        opened = staff.slip_code(account_id, actor=actor, at=at)
        slip = PrintedSlip(opened.name, opened.username, wanted.party_name, opened.code, opened.expires_at)
    elif account.name != wanted.name:
        raise Invalid("username", "taken")
    else:
        account_id = account.id
        if any(_is_the_same(post, wanted) for post in queries.posts(account_id)):
            return None, False
    post = NewPost(
        wanted.party_id,
        wanted.duty,
        wanted.starts_on or local_day(at),
        wanted.ends_on,
        wanted.place_id,
        wanted.grid_id,
    )
    staff.appoint(account_id, post, actor=actor, at=at)
    return slip, True


def _is_the_same(post: queries.PostRow, wanted: _Wanted) -> bool:
    """Whether this post is what the row asks for; a row without a first day takes the one that is there."""
    is_same_post = (post.party_id, post.duty, post.place_id, post.grid_id) == (
        wanted.party_id,
        wanted.duty.value,
        wanted.place_id,
        wanted.grid_id,
    )
    is_same_time = wanted.starts_on in (None, post.starts_on) and wanted.ends_on == post.ends_on
    return is_same_post and is_same_time


class _Book:
    """The office's parties and grid cells by what people call them. 2 queries."""

    def __init__(self) -> None:
        self.parties: dict[str, list[queries.PartyRow]] = {}
        for party in queries.parties():
            for name in {_key(party.name), _key(party.code)}:
                self.parties.setdefault(name, []).append(party)
        self.cells: dict[str, list[UUID]] = {}
        for cell in places.grids():
            for name in {_key(cell.name), _key(cell.code)}:
                self.cells.setdefault(name, []).append(cell.id)

    def wanted(self, record: Record) -> _Wanted:
        """The values of one row. Raises _BadCell."""
        for key, code in record.faults.items():
            raise _BadCell(key, code)
        cells = record.cells
        for key in COLUMNS.keys() - OPTIONAL:
            if not _text(cells[key]):
                raise _BadCell(key, "required")
        party = _only(self.parties, _text(cells["party"]), "party")
        place_id, grid_id = self._ground(_text(cells["ground"]))
        last_day = _day(cells, "ends")
        return _Wanted(
            " ".join(_text(cells["name"]).split()),
            _text(cells["username"]),
            party.name,
            party.id,
            _duty(_text(cells["duty"])),
            place_id,
            grid_id,
            _day(cells, "starts"),
            last_day and last_day + timedelta(days=1),
        )

    def _ground(self, text: str) -> tuple[UUID | None, UUID | None]:
        """(place, grid): a grid cell by name or code, a place by its code; neither when the cell is empty."""
        if not text:
            return None, None
        if _key(text) in self.cells:
            return None, _only(self.cells, text, "ground")
        try:
            return places.by_code(text).id, None
        except Refusal as unknown:
            raise _BadCell("ground", "unknown") from unknown


Found = TypeVar("Found")


def _only(book: dict[str, list[Found]], text: str, column: str) -> Found:
    found = book.get(_key(text), [])
    if len(found) != 1:
        raise _BadCell(column, "ambiguous" if found else "unknown")
    return found[0]


def _duty(text: str) -> Duty:
    for duty, words in DUTY_WORDS.items():
        if _key(text) in words:
            return duty
    raise _BadCell("duty", "unknown")


def _day(cells: dict[str, Cell], key: str) -> date | None:
    try:
        moment = as_moment(cells[key], zone())
    except BadMoment as bad:
        raise _BadCell(key, "not_a_date") from bad
    return moment and moment.astimezone(zone()).date()


def _finding(record: Record, key: str, code: str) -> RowFinding:
    column = COLUMNS[key][0] if key in COLUMNS else COLUMNS["party"][0]
    value = _text(record.cells.get(key))[:60]
    return RowFinding(record.number, column, code if code in SENTENCES else "unfit", value)


def _key(text: str) -> str:
    return "".join(text.split()).casefold()


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
