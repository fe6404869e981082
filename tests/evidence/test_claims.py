"""A picture belongs to one thing, once; what nobody claims within a day goes; what was claimed is proved to be there."""

import contextlib
import os
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from gezhi.evidence import check, queries, store
from gezhi.evidence.actions import claim, keep, prepare, purge
from gezhi.journal import outbox
from gezhi.kernel.finding import Finding
from gezhi.kernel.refusal import Invalid
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current, scope
from gezhi.tenancy.models import Jurisdiction
from tests.evidence.pictures import Sent, file_of, noisy, photo


@pytest.fixture
def kept(office, noon):
    """One picture that is safe and not claimed."""
    return keep([Sent(photo())], at=noon)[0]


def test_a_picture_is_claimed_once(kept, noon, django_assert_num_queries):
    first, second = new_id(), new_id()
    with django_assert_num_queries(1):
        claim([kept.id], kind="report", id=first, at=noon)
    for taker in (first, second):
        with pytest.raises(Invalid) as refusal:
            claim([kept.id], kind="report", id=taker, at=noon)
        assert (refusal.value.field, refusal.value.code) == ("evidence", "not_claimable")
    assert [row.id for row in queries.of("report", first)] == [kept.id]
    assert queries.of("report", second) == []


def test_the_pictures_of_several_things_cost_one_query(office, noon, django_assert_num_queries):
    first, second, third = keep([Sent(photo()) for _ in range(3)], at=noon)
    one, other, bare = new_id(), new_id(), new_id()
    claim([first.id, third.id], kind="report", id=one, at=noon)
    claim([second.id], kind="report", id=other, at=noon)
    with django_assert_num_queries(1):
        found = queries.of_each("report", [one, other, bare])
    assert {id: [row.id for row in rows] for id, rows in found.items()} == {
        one: [first.id, third.id],
        other: [second.id],
        bare: [],
    }


def test_an_unknown_picture_claims_none_of_the_others(kept, noon):
    with pytest.raises(Invalid), transaction.atomic():
        claim([kept.id, new_id()], kind="report", id=new_id(), at=noon)
    assert queries.claimable([kept.id]) == [kept.id]


def test_another_office_s_picture_cannot_be_claimed_or_seen(kept, noon):
    prepare(kept.id, at=noon)
    other = Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon)
    with scope(other.id):
        with pytest.raises(Invalid):
            claim([kept.id], kind="report", id=new_id(), at=noon)
        assert queries.by_ids([kept.id]) == {}
        assert queries.served_path(kept.id, 400) is None


def test_a_form_that_comes_back_has_the_pictures_that_are_still_free_in_their_order(office, noon):
    first, second, third = keep([Sent(photo()) for _ in range(3)], at=noon)
    claim([second.id], kind="report", id=new_id(), at=noon)
    wanted = [third.id, second.id, new_id(), first.id, third.id]
    assert queries.claimable(wanted) == [third.id, first.id]


def test_what_nobody_claimed_within_a_day_goes(kept, noon):
    prepare(kept.id, at=noon)
    assert purge(at=noon + timedelta(hours=23, minutes=59)) == 0
    assert store.original(kept.sha256).exists()
    assert purge(at=noon + timedelta(hours=24, minutes=1)) == 1
    assert not store.original(kept.sha256).exists()
    assert not any(store.served(kept.sha256, edge).exists() for edge in store.EDGES)
    assert queries.by_ids([kept.id]) == {}
    assert queries.claimable([kept.id]) == []
    with pytest.raises(Invalid):
        claim([kept.id], kind="report", id=new_id(), at=noon)


def test_a_claimed_picture_stays(kept, noon):
    claim([kept.id], kind="report", id=new_id(), at=noon)
    assert purge(at=noon + timedelta(days=400)) == 0
    assert store.original(kept.sha256).exists()


def test_a_file_that_another_row_shares_stays_also_across_offices(kept, noon):
    other = Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon)
    with scope(other.id):
        (theirs,) = keep([Sent(photo())], at=noon + timedelta(hours=20))
    assert purge(at=noon + timedelta(hours=25)) == 1
    assert store.original(kept.sha256).exists()
    with scope(other.id):
        assert queries.claimable([theirs.id]) == [theirs.id]
        assert purge(at=noon + timedelta(hours=45)) == 1
    assert not store.original(kept.sha256).exists()


def test_what_a_killed_purge_left_goes_next_time(kept, noon, monkeypatch):
    def killed():
        raise KeyboardInterrupt

    with monkeypatch.context() as first_time:
        first_time.setattr(store, "nobody_adds", killed)
        with pytest.raises(KeyboardInterrupt):
            purge(at=noon + timedelta(hours=25))
    assert store.original(kept.sha256).exists()
    assert purge(at=noon + timedelta(hours=26)) == 0
    assert not store.original(kept.sha256).exists()


def purged_while_the_same_picture_comes_again(noon, monkeypatch):
    """Another process purges between the naming of a file and its row; gives the row's file."""
    settle, late = store.settle, noon + timedelta(hours=25)

    def other_process(jurisdiction):
        with scope(jurisdiction):
            purge(at=late)
        connection.close()

    purging = threading.Thread(target=other_process, args=(current(),))

    def settled_then_purged(path, home):
        settle(path, home)
        purging.start()
        purging.join(1.5)

    (old,) = keep([Sent(photo())], at=noon)
    monkeypatch.setattr(store, "settle", settled_then_purged)
    (again,) = keep([Sent(photo())], at=late)
    purging.join(20)
    assert (old.sha256, queries.claimable([old.id, again.id])) == (again.sha256, [again.id])
    return store.original(again.sha256)


@pytest.mark.django_db(transaction=True)
def test_a_purge_never_takes_the_file_of_a_picture_that_is_just_coming_in(office, noon, monkeypatch):
    assert purged_while_the_same_picture_comes_again(noon, monkeypatch).exists()


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_lock_the_file_would_be_gone(office, noon, monkeypatch):
    monkeypatch.setattr(store, "nobody_adds", contextlib.nullcontext)
    assert not purged_while_the_same_picture_comes_again(noon, monkeypatch).exists()


def test_old_leftovers_in_the_waiting_room_go(office, noon):
    old, new = store.fresh(), store.fresh()
    for path, age in ((old, 90_000), (new, 60)):
        path.write_bytes(b"half an upload")
        os.utime(path, (noon.timestamp() - age,) * 2)
    purge(at=noon)
    assert list(store.waiting_room().iterdir()) == [new]


def test_a_picture_claimed_and_shown_has_no_findings(kept, noon):
    claim([kept.id], kind="report", id=new_id(), at=noon)
    assert list(check.findings(noon)) == []
    prepare(kept.id, at=noon)
    (errand,) = outbox.claim(at=noon)
    outbox.done(errand, at=noon)
    assert list(check.findings(noon)) == []


@pytest.mark.parametrize(
    ("sabotage", "what"),
    [
        ("lost", "the original is missing"),
        ("altered", "the original is not the file that was given"),
        ("copies lost", "the copies to be shown are missing and nothing waits to make them"),
    ],
)
def test_twin_a_lost_or_altered_picture_is_found(kept, noon, sabotage, what):
    id = new_id()
    claim([kept.id], kind="report", id=id, at=noon)
    prepare(kept.id, at=noon)
    (errand,) = outbox.claim(at=noon)
    outbox.done(errand, at=noon)
    if sabotage == "lost":
        store.original(kept.sha256).unlink()
    elif sabotage == "altered":
        store.original(kept.sha256).write_bytes(file_of(noisy()))
    else:
        store.served(kept.sha256, 400).unlink()
    assert list(check.findings(noon)) == [Finding("I5", f"evidence {kept.id} of report {id}", what)]
