"""What anybody may open says nothing that somebody wrote: neither reporters' words nor those of whoever worked on it.

Whoever holds a code or a signed address reads his own matter; those addresses are left out here. A new public page has its row in the
table of permissions, and is looked at from then on.
"""

from collections.abc import Iterable

import pytest

from gezhi.cases.models import Case
from gezhi.reports.models import Report
from gezhi.tenancy.current import scope
from gezhi.web.public import trust
from tests.doors import table
from tests.doors.asking import Knocker, undone
from tests.doors.table import Row
from tests.standing import NOON, OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
OWN = (".code", "signed")  # held by one person
SHORTEST = 4  # signs: 路灯 stands in the name of a category, too
SECRET = "我是三楼的刘婶，电话13800138000，车鲁K12345"


def public() -> list[Row]:
    """What is answered to whoever has no account and holds nothing."""
    return [
        row
        for row in table.declared()
        if row.method == "GET" and row.cells["lin"] == "ok" and not any(own in row.address for own in OWN)
    ]


def said_by_somebody() -> set[str]:
    """Words of reports and titles of cases, as they stand in the tables."""
    texts = {
        *Report.objects.values_list("text", flat=True),
        *Report.objects.values_list("restatement", flat=True),
    }
    texts |= set(Case.objects.values_list("title", flat=True))
    return {SECRET, *(text for text in texts if len(text) >= SHORTEST)}


def told(doors: Knocker, rows: Iterable[Row]) -> list[str]:
    """Where words of somebody can be read by anybody, all cases being solved, which is when most is shown."""
    with undone():
        with scope(OFFICE):
            words = {*said_by_somebody(), "刘婶", "13800138000", "鲁K12345"}
            Report.objects.update(text=SECRET, restatement=SECRET)
            Case.objects.update(
                title=SECRET, state="closed", ending="solved_on_spot_unchecked", closed_at=NOON
            )
        found = []
        for row in rows:
            answer = doors.asks("lin", row).answer
            page = b"" if answer.streaming else answer.content  # a picture of ours
            found += [f"{row.name}: {word}" for word in words if word.encode() in page]
        return found


def test_no_public_page_says_what_somebody_wrote(doors: Knocker) -> None:
    rows = public()
    assert len(rows) >= 15
    assert {"GET /", "GET /p/{A1.place}", "GET /r/{A1.place}"} <= {row.name for row in rows}
    assert told(doors, rows) == []


def test_twin_a_page_that_showed_titles_would_be_seen(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "category_words", lambda _id: Case.objects.values_list("title", flat=True)[0])
    assert {line.partition(":")[0] for line in told(doors, public())} >= {
        "GET /p/{A1.place}",
        "GET /r/{A1.place}",
    }
