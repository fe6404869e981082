"""Traces go with their age: lists of bulk deeds, settled notices, messages that went out. The journal keeps all, and `gezhi check` misses nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q

from gezhi.cases import check as case_check
from gezhi.cases.bulk.actions import Wanted, Wish, begin
from gezhi.cases.bulk.kinds import BulkDeed
from gezhi.cases.bulk.models import Bulk, BulkItem
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import actions as catalogue
from gezhi.config import worker
from gezhi.flows import bulk, forget_traces, herald_check
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.notices import receivers
from gezhi.notices.models import Cursor, Notice, Seen
from gezhi.parties import mailboxes
from tests.cast import Cast, walk
from tests.plans import on_sqlite

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD, YOUNG, NOW = 0 * DAY, 2 * DAY, 91 * DAY  # from noon on; ninety days are kept


@pytest.fixture
def told(cast: Cast, noon: datetime) -> list[Case]:
    """A case of long ago and one that is younger; of both all was told, read and sent: notices, mails, messages to a receiver. One of each waits still."""
    receivers.add("区平台", "https://example.org/hook", ["case.dispatched"], actor=SYSTEM, at=noon)
    mailboxes.add_mailbox(cast.property, "a@example.org", actor=SYSTEM, at=noon)
    found = []
    for age in (OLD, YOUNG):
        case = cast.lin_reports(noon + age)
        dispatch = (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property))
        walk(case, *dispatch, at=noon + age)
        worker.keep_books(noon + age)
        Errand.objects.filter(road__gt="", done_at=None).update(done_at=noon + age)
        found.append(case)
    for notice in Notice.objects.exclude(settled_at=None):
        Seen.objects.create(notice=notice, account_id=cast.chen.id, at=noon)
    return found


def missed(at: datetime) -> list[str]:
    """What `gezhi check` misses of notices and messages."""
    return [one.invariant for one in herald_check.findings(at) if one.invariant != "warning"]


def dispatched_in_bulk(cast: Cast, at: datetime, key: str) -> Any:
    case = walk(cast.lin_reports(at), (cast.chen, Move("accept")), at=at)
    wish = Wish(BulkDeed.DISPATCH, (Wanted(case.id, case.version, cast.property),))
    return begin(wish, key=key, actor=cast.chen, at=at)


def test_old_traces_go_and_young_ones_stay(cast: Cast, told: list[Case], noon: datetime) -> None:
    entries = Entry.objects.count()
    waiting = set(Notice.objects.filter(settled_at=None).values_list("id", flat=True))
    forget_traces.forget_traces(at=noon + NOW)
    left = Notice.objects.exclude(settled_at=None)
    assert {one.case_id for one in left} == {told[1].id}
    assert set(Notice.objects.filter(settled_at=None).values_list("id", flat=True)) == waiting
    assert {one.notice.case_id for one in Seen.objects.all()} == {told[1].id}
    assert {one.done_at for one in Errand.objects.filter(road__gt="")} == {noon + YOUNG}
    assert Errand.objects.filter(kind="case.timer").count() == 2
    assert Entry.objects.count() == entries


def test_what_went_by_its_age_is_not_missed(cast: Cast, told: list[Case], noon: datetime) -> None:
    assert missed(noon + NOW) == []
    forget_traces.forget_traces(at=noon + NOW)
    assert missed(noon + NOW) == []
    for rule in (30, 365):  # a limit that is shortened and drawn out again brings nothing back
        catalogue.change_rule(
            "keep_traces_days", rule, revision=1 if rule == 30 else 2, actor=SYSTEM, at=noon
        )
        forget_traces.forget_traces(at=noon + NOW)
        assert missed(noon + NOW) == []


def test_a_young_notice_that_is_missing_is_still_found(cast: Cast, told: list[Case], noon: datetime) -> None:
    forget_traces.forget_traces(at=noon + NOW)
    gone = Notice.objects.filter(case=told[1]).exclude(settled_at=None)
    Seen.objects.filter(notice__in=gone.values("id")).delete()
    gone._raw_delete(gone.db)
    assert missed(noon + NOW) == ["I12"]


def test_twin_without_the_moment_written_down_check_would_miss_what_went(
    cast: Cast, told: list[Case], noon: datetime
) -> None:
    forget_traces.forget_traces(at=noon + NOW)
    Cursor.objects.update(kept_since=None)
    assert set(missed(noon + NOW)) == {"I12"}


def test_twin_a_wrong_moment_would_take_what_is_young(
    cast: Cast, told: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_traces.catalogue, "rule", lambda key: 0)
    forget_traces.forget_traces(at=noon + YOUNG + DAY)
    assert not Notice.objects.exclude(settled_at=None).exists()


def test_old_bulk_deeds_go_with_their_cases_and_one_under_way_stays(cast: Cast, noon: datetime) -> None:
    ids = [
        dispatched_in_bulk(cast, noon + age, f"key-of-a-form-{n:04}")
        for n, age in enumerate((OLD, YOUNG, OLD))
    ]
    for id in ids[:2]:
        bulk.go_on(id, at=noon + YOUNG)
    deeds = Entry.objects.filter(event="dispatch").count()
    forget_traces.forget_traces(at=noon + NOW)
    assert set(Bulk.objects.values_list("id", flat=True)) == set(ids[1:])
    assert set(BulkItem.objects.values_list("bulk_id", flat=True)) == set(ids[1:])
    assert Entry.objects.filter(event="dispatch").count() == deeds == 2
    assert [one for one in case_check.findings() if one.invariant == "bulk"] == []


def test_twin_one_under_way_that_went_would_be_half_a_deed(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = dispatched_in_bulk(cast, noon + OLD, "key-of-a-form-0001")
    monkeypatch.setattr("gezhi.cases.bulk.actions.under_way", lambda: Q(deed="nothing"))
    forget_traces.forget_traces(at=noon + NOW)
    assert not Bulk.objects.filter(id=id).exists()


def test_no_turn_takes_more_than_it_may(
    cast: Cast, told: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_traces, "AT_ONCE", 1)
    monkeypatch.setattr(forget_traces, "MOST_TURNS", 1)
    before = Notice.objects.count(), Errand.objects.filter(road__gt="").count()
    forget_traces.forget_traces(at=noon + NOW)
    assert (Notice.objects.count(), Errand.objects.filter(road__gt="").count()) == (
        before[0] - 1,
        before[1] - 1,
    )
    assert missed(noon + NOW) == []


@on_sqlite
def test_what_is_old_is_found_along_an_index(cast: Cast, noon: datetime) -> None:
    for rows, index in (
        (
            Notice.objects.filter(settled_at__isnull=False, at__lt=noon).order_by("at"),
            "settled_notices_by_age",
        ),
        (Errand.objects.filter(road__gt="", done_at__lt=noon).order_by("done_at"), "errands_that_have_left"),
    ):
        assert f"{index} (jurisdiction_id=? AND" in rows[:5].explain()
