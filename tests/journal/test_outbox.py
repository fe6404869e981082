"""Errands: what must follow a deed is done at least once, by one worker at a time, and what cannot be done is parked."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import QuerySet

from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.journal.outbox import FIRST_PAUSE_SECONDS, LEASE_SECONDS, LOST, MOST_TRIES, Following
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests.journal.crowd import together

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=LEASE_SECONDS)
BLINK = timedelta(seconds=1)


@pytest.fixture
def message(office, noon) -> Following:
    """A message to a reporter, due at noon, queued."""
    one = Following("message", "m-1", noon, {"text": "已受理"}, ("case", new_id()))
    outbox.queue(one)
    return one


def keys(errands) -> list[str]:
    return [errand.key for errand in errands]


def test_an_errand_is_queued_with_the_deed_or_not_at_all(office, noon):
    with transaction.atomic():
        outbox.queue(Following("message", "m-1", noon))
        transaction.set_rollback(True)
    assert outbox.claim(at=noon) == []


def test_the_same_errand_is_queued_once(message, noon):
    outbox.queue(message, Following("message", "m-2", noon))
    assert keys(outbox.claim(at=noon)) == ["m-1", "m-2"]


def test_queueing_three_costs_one_statement(office, noon, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.queue(*(Following("message", f"m-{n}", noon) for n in range(3)))


def test_an_errand_is_handed_out_when_it_is_due(message, noon):
    assert outbox.claim(at=noon - BLINK) == []
    (errand,) = outbox.claim(at=noon)
    assert (errand.kind, errand.key, errand.payload) == ("message", "m-1", {"text": "已受理"})
    assert (errand.subject_kind, errand.subject_id) == message.subject
    assert (errand.lease, errand.tries, errand.leased_until) == (1, 1, noon + LEASE)


def test_the_oldest_comes_first_and_no_more_than_asked_for(office, noon):
    outbox.queue(*(Following("message", f"m-{n}", noon - n * BLINK) for n in range(4)))
    assert keys(outbox.claim(at=noon, limit=3)) == ["m-3", "m-2", "m-1"]


def test_a_leased_errand_is_not_handed_out_again_before_its_lease_ends(message, noon):
    outbox.claim(at=noon)
    assert outbox.claim(at=noon + LEASE) == []
    assert keys(outbox.claim(at=noon + LEASE + BLINK)) == ["m-1"]


def test_without_a_lease_written_down_two_workers_would_get_it(message, noon, monkeypatch):
    """The twin: handed out and not marked, the same errand goes to whoever asks next."""
    monkeypatch.setattr(QuerySet, "bulk_update", lambda *_: 0)
    assert keys(outbox.claim(at=noon)) == keys(outbox.claim(at=noon)) == ["m-1"]


def test_a_done_errand_is_done(message, noon):
    (errand,) = outbox.claim(at=noon)
    assert outbox.done(errand, at=noon)
    assert outbox.claim(at=noon + timedelta(days=1)) == []
    assert not outbox.waiting("message", "m-1")


def test_a_lost_lease_cannot_mark_anything(message, noon):
    """The first worker slept; a second took over; the first wakes up and is not heard."""
    (old,) = outbox.claim(at=noon)
    (new,) = outbox.claim(at=noon + 2 * LEASE)
    assert not outbox.done(old, at=noon + 2 * LEASE)
    assert not outbox.failed(old, error="too late", at=noon + 2 * LEASE)
    assert outbox.waiting("message", "m-1")
    assert outbox.done(new, at=noon + 2 * LEASE)


def test_without_the_fence_a_lost_lease_would_mark_it(message, noon, monkeypatch):
    """The twin: asked for by its id alone, the errand is marked by whoever comes."""
    (old,) = outbox.claim(at=noon)
    outbox.claim(at=noon + 2 * LEASE)
    monkeypatch.setattr(outbox, "_held", lambda errand: Errand.objects.filter(id=errand.id, done_at=None))
    assert outbox.done(old, at=noon + 2 * LEASE)


def test_each_failure_waits_twice_as_long_until_the_errand_is_parked(message, noon):
    pauses, at = [], noon
    for _ in range(MOST_TRIES):
        (errand,) = outbox.claim(at=at)
        assert outbox.failed(errand, error="没有信号" * 200, at=at)
        row = Errand.objects.get()
        pauses.append((row.due_at - at).total_seconds())
        at = row.due_at
    assert pauses[:-1] == [FIRST_PAUSE_SECONDS * 2**n for n in range(MOST_TRIES - 1)]
    assert outbox.claim(at=at + timedelta(days=1)) == []
    (parked,) = outbox.parked()
    assert (parked.key, parked.tries, len(parked.error)) == ("m-1", MOST_TRIES, 500)


def test_a_failed_errand_lets_the_others_pass(message, noon):
    outbox.queue(Following("message", "m-2", noon + BLINK))
    (poison,) = outbox.claim(at=noon)
    outbox.failed(poison, error="x", at=noon)
    assert keys(outbox.claim(at=noon + BLINK)) == ["m-2"]


def test_an_errand_that_kills_its_worker_every_time_is_parked(message, noon):
    at = noon
    for _ in range(MOST_TRIES):
        assert keys(outbox.claim(at=at)) == ["m-1"]
        at += LEASE + BLINK
    assert outbox.claim(at=at) == []
    assert [(one.key, one.error, one.parked_at) for one in outbox.parked()] == [("m-1", LOST, at)]


def test_a_parked_errand_can_be_let_go_again(message, noon):
    Errand.objects.update(parked_at=noon, tries=MOST_TRIES)
    errand_id = Errand.objects.get().id
    assert outbox.release(errand_id, at=noon)
    assert [errand.tries for errand in outbox.claim(at=noon)] == [1]
    assert not outbox.release(errand_id, at=noon)


def test_a_timer_is_moved_and_whoever_holds_it_is_outdated(message, noon):
    (held,) = outbox.claim(at=noon)
    outbox.reschedule("message", "m-1", due_at=noon + timedelta(hours=1))
    assert not outbox.done(held, at=noon)
    assert outbox.claim(at=noon + timedelta(minutes=59)) == []
    assert keys(outbox.claim(at=noon + timedelta(hours=1))) == ["m-1"]


def test_a_timer_with_nothing_more_to_do_stops_and_can_start_again(message, noon):
    outbox.reschedule("message", "m-1", due_at=None)
    assert outbox.claim(at=noon + timedelta(days=9)) == []
    outbox.reschedule("message", "m-1", due_at=noon)
    assert keys(outbox.claim(at=noon)) == ["m-1"]


def test_a_worker_sees_the_errands_of_one_jurisdiction(message, noon):
    other = Jurisdiction.objects.create(code="371071", name="威海火炬高技术产业开发区", made_at=noon)
    with scope(other.id):
        assert outbox.claim(at=noon) == []


@pytest.mark.parametrize("errands", [1, 3])
def test_claiming_costs_the_same_for_one_and_three(errands, office, noon, django_assert_num_queries):
    outbox.queue(*(Following("message", f"m-{n}", noon) for n in range(errands)))
    with django_assert_num_queries(4):  # a savepoint around: what is due, the leases
        outbox.claim(at=noon)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_get_the_same_errand(office, noon):
    outbox.queue(*(Following("message", f"m-{n:02}", noon) for n in range(40)))

    def take_all() -> list[str]:
        mine: list[str] = []
        while got := outbox.claim(at=noon, limit=3):
            mine += keys(got)
        return mine

    shares = together(take_all, workers=4, jurisdiction=office.id)
    taken = [key for share in shares for key in share]
    assert sorted(taken) == [f"m-{n:02}" for n in range(40)]
    assert set(Errand.objects.values_list("lease", flat=True)) == {1}


def test_whoever_plays_time_sees_what_is_due_first_and_settles_the_rest_at_its_own_moment(office, noon):
    later = noon + LEASE
    outbox.queue(
        Following("timer", "t-2", later), Following("timer", "t-1", noon), Following("message", "m-1", noon)
    )
    assert outbox.next_due("timer") == (noon, "t-1")
    assert outbox.settle(until=later, but=("timer",)) == 1
    assert list(Errand.objects.exclude(done_at=None).values_list("key", "done_at")) == [("m-1", noon)]
    assert outbox.next_due("message") is None
