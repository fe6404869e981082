"""Colleagues come in from one sheet (姓名 登录名 单位 岗位 网格/地点 起 止): all of them, or nothing and a finding for every row in the way.

The same sheet again adds nothing. 止 is the last day of a post; every new account gets a one-time code for its printed slip.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction

from gezhi.flows.cells import BadCell, RowFinding, day_of, distinct, text_of
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.sheet import BadSheet, Record, by_head, heads_as_written, read_sheet, small
from gezhi.parties import queries
from gezhi.parties.days import zone
from gezhi.parties.hiring import Hire, Plan, carry_out, plan
from gezhi.parties.staff import Slip
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
MOST_ROWS: Final = 500  # written in one go: they hold the only writer of SQLite for 0.2 s (measured)
DUTY_WORDS: Final = {
    Duty.WORKER: ("处置员", "网格员", "维修员", "维修工", "执法队员", "志愿者", "worker"),
    Duty.MANAGER: ("负责人", "物业经理", "经理", "网格长", "队长", "manager"),
    Duty.CLERK: ("受理员", "社区工作人员", "社工", "clerk"),
    Duty.CHECKER: ("核查员", "checker"),
    Duty.OFFICER: ("审批人", "街道干部", "包社区干部", "officer"),
    Duty.ADMIN: ("管理员", "administrator", "admin"),
}
# Where a rule of the office that a row breaks is shown.
_COLUMN_OF: Final = {
    "username": "username",
    "name": "name",
    "party": "party",
    "period": "starts",
    "ends_on": "ends",
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


def import_accounts(data: bytes, filename: str, *, actor: Actor, at: datetime) -> AccountsResult:
    """Accounts and posts from a sheet, all or none; the rules are those of the package parties. About 15 statements.

    Raises kernel.sheet.BadSheet (the file as a whole; also too_many_rows), NotYours.
    """
    sheet = read_sheet(data, filename, limits=small(MOST_ROWS))
    records, heads = by_head(sheet, COLUMNS, OPTIONAL), heads_as_written(sheet, COLUMNS)
    if len(records) > MOST_ROWS:
        raise BadSheet("too_many_rows", rows=len(records), limit=MOST_ROWS)
    book, rows, findings = _Book(), [], []
    for record in records:
        try:
            rows.append((record, *book.wanted(record)))
        except BadCell as bad:
            findings.append(RowFinding(record.number, heads[bad.key], bad.code, bad.values))
    made, slips = _write([hire for _, hire, _ in rows], is_sound=not findings, actor=actor, at=at)
    for index, refused in made.refused.items():
        values = {name: value for name, value in refused.details.items() if name != "field"}
        column = heads[_COLUMN_OF[refused.field]]
        findings.append(RowFinding(rows[index][0].number, column, refused.code, values))
    return AccountsResult(
        len(records),
        len(made.posts),
        len(made.known),
        len(findings),
        distinct(findings),
        tuple(
            PrintedSlip(slip.name, slip.username, rows[index][2], slip.code, slip.expires_at)
            for index, slip in slips.items()
        ),
    )


@transaction.atomic
def _write(
    hires: Sequence[Hire], *, is_sound: bool, actor: Actor, at: datetime
) -> tuple[Plan, dict[int, Slip]]:
    """Judge what the rows ask for, and do it unless one of them is in the way."""
    made = plan(hires, actor=actor, at=at)
    return made, carry_out(made, actor=actor, at=at) if is_sound and not made.refused else {}


class _Book:
    """The office's parties and grid cells by what people call them: 2 queries, and 1 more per place that is named."""

    def __init__(self) -> None:
        self.zone = zone()
        self.places: dict[str, UUID] = {}
        self.parties: dict[str, list[queries.PartyRow]] = {}
        for party in queries.parties():
            for name in {_key(party.name), _key(party.code)}:
                self.parties.setdefault(name, []).append(party)
        self.cells: dict[str, list[UUID]] = {}
        for cell in places.grids():
            for name in {_key(cell.name), _key(cell.code)}:
                self.cells.setdefault(name, []).append(cell.id)

    def wanted(self, record: Record) -> tuple[Hire, str]:
        """(what one row asks for, its party as the office writes it). Raises BadCell."""
        for key, code in record.faults.items():
            raise BadCell(key, code)
        cells = record.cells
        for key in COLUMNS:
            if key not in OPTIONAL and not text_of(cells[key]):
                raise BadCell(key, "required")
        party = _only(self.parties, text_of(cells["party"]), "party")
        place_id, grid_id = self._ground(text_of(cells["ground"]))
        last_day = day_of(cells, "ends", self.zone)
        hire = Hire(
            text_of(cells["username"]),
            text_of(cells["name"]),
            party.id,
            _duty(text_of(cells["duty"])),
            place_id,
            grid_id,
            day_of(cells, "starts", self.zone),
            last_day and last_day + timedelta(days=1),
        )
        return hire, party.name

    def _ground(self, text: str) -> tuple[UUID | None, UUID | None]:
        """(place, grid): a grid cell by name or code, a place by its code; neither when the cell is empty."""
        if not text:
            return None, None
        if _key(text) in self.cells:
            return None, _only(self.cells, text, "ground")
        try:
            if text not in self.places:
                self.places[text] = places.by_code(text).id
        except Refusal as unknown:
            raise BadCell("ground", "unknown", value=text) from unknown
        return self.places[text], None


Found = TypeVar("Found")


def _only(book: dict[str, list[Found]], text: str, column: str) -> Found:
    found = book.get(_key(text), [])
    if len(found) != 1:
        raise BadCell(column, "ambiguous" if found else "unknown", value=text)
    return found[0]


def _duty(text: str) -> Duty:
    for duty, words in DUTY_WORDS.items():
        if _key(text) in words:
            return duty
    raise BadCell("duty", "unknown", value=text)


def _key(text: str) -> str:
    return "".join(text.split()).casefold()
