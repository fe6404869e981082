"""Rows belong to one jurisdiction, and nobody sees another's by accident."""

import threading

import pytest

from gezhi.journal.models import Errand
from gezhi.tenancy import queries
from gezhi.tenancy.current import NoJurisdiction, city_scope, current, current_or_none, in_city_scope, scope
from gezhi.tenancy.models import Jurisdiction

pytestmark = pytest.mark.django_db


@pytest.fixture
def neighbour(office, noon):
    return Jurisdiction.objects.create(code="371071", name="威海火炬高技术产业开发区", made_at=noon)


@pytest.fixture
def two_errands(office, neighbour, noon):
    """One errand here and one next door, of the same kind and key."""
    here = Errand.objects.create(kind="remind", key="1", due_at=noon)
    with scope(neighbour.id):
        return here, Errand.objects.create(kind="remind", key="1", due_at=noon)


def test_rows_are_those_of_the_jurisdiction_in_force(two_errands, neighbour):
    here, there = two_errands
    assert list(Errand.objects.all()) == [here]
    with scope(neighbour.id):
        assert list(Errand.objects.all()) == [there]


def test_a_row_of_the_neighbours_is_not_found_by_its_id(two_errands):
    with pytest.raises(Errand.DoesNotExist):
        Errand.objects.get(id=two_errands[1].id)


def test_a_row_of_the_neighbours_is_neither_changed_nor_deleted(two_errands, neighbour, noon):
    _, there = two_errands
    assert Errand.objects.filter(id=there.id).update(tries=5) == 0
    assert Errand.objects.filter(id=there.id).delete()[0] == 0
    with scope(neighbour.id):
        assert Errand.objects.get().tries == 0


def test_a_city_scope_sees_all_rows_and_needs_a_reason(two_errands):
    with city_scope("the check goes through all"):
        assert in_city_scope()
        assert set(Errand.objects.all()) == set(two_errands)
    assert not in_city_scope()
    with pytest.raises(ValueError, match="reason"), city_scope(""):
        pass


def test_without_a_jurisdiction_nothing_is_read_or_written(db, noon):
    assert current_or_none() is None
    with pytest.raises(NoJurisdiction):
        Errand.objects.count()
    with pytest.raises(NoJurisdiction):
        Errand(kind="remind", key="1", due_at=noon)


def test_a_new_thread_begins_without_a_jurisdiction(office):
    seen = []
    thread = threading.Thread(target=lambda: seen.append(current_or_none()))
    thread.start()
    thread.join()
    assert (seen, current()) == ([None], office.id)


def test_the_jurisdiction_before_is_back_after_a_failure(office, neighbour):
    with pytest.raises(RuntimeError), scope(neighbour.id):
        raise RuntimeError
    assert current() == office.id


def test_a_host_belongs_to_the_jurisdiction_configured_for_it(office, neighbour):
    Jurisdiction.objects.filter(id=neighbour.id).update(host="Gaoqu.example")
    queries.forget()
    found = queries.of_host("gaoqu.example:8000")
    assert found is not None
    assert found.id == neighbour.id
    assert queries.of_host("nobody.example") is None


def test_a_host_that_nobody_configured_belongs_to_the_only_jurisdiction(office):
    found = queries.of_host("anything:8000")
    assert found is not None
    assert found.code == "371072"


def served_after_a_second_office(noon, monkeypatch, *, stale: float) -> object:
    """Whom a known host belongs to when another process has founded a second office and the memory is so old."""
    monkeypatch.setattr(queries, "STALE_SECONDS", stale)
    assert queries.of_host("known.example") is not None
    Jurisdiction.objects.create(
        code="371071", name="威海火炬高技术产业开发区", host="b.example", made_at=noon
    )
    return queries.of_host("known.example")


def test_with_a_second_office_a_host_that_is_nobodys_is_nobodys(office, noon, monkeypatch):
    assert served_after_a_second_office(noon, monkeypatch, stale=0) is None


def test_twin_remembered_for_good_it_would_keep_the_first_office(office, noon, monkeypatch):
    assert served_after_a_second_office(noon, monkeypatch, stale=3600) is not None


def test_the_office_of_a_host_is_asked_for_once_a_second(office, django_assert_num_queries):
    queries.forget()
    with django_assert_num_queries(1):
        for host in ("a.example", "b.example", "a.example:8000"):
            assert queries.of_host(host) is not None


def test_the_first_office_is_seen_at_once(db, noon):
    queries.forget()
    assert queries.of_host("a.example") is None
    made = Jurisdiction.objects.create(code="371072", name="威海经济技术开发区", made_at=noon)
    found = queries.of_host("a.example")
    assert found is not None
    assert found.id == made.id
    queries.forget()
