"""Spoken numbers are given one after the other, also when two people add places at the same moment."""

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gezhi.kernel.actor import Actor
from gezhi.places import actions, register
from gezhi.places.kinds import Kind
from gezhi.places.models import Place, PlaceRegister
from gezhi.tenancy.current import scope
from tests.places.conftest import Town

ROUNDS = 6


def add_at_once(town: Town, who: dict[str, Any]) -> list[Exception]:
    """Two clerks add ROUNDS spots each, starting together; what went wrong for them."""
    start, wrong = threading.Barrier(2), []

    def clerk(name: str) -> None:
        try:
            with scope(town.garden.jurisdiction_id):
                start.wait(10)
                for turn in range(ROUNDS):
                    actions.add_place(
                        kind=Kind.SPOT,
                        name=f"{name}{turn}",
                        parent_id=town.garden.id,
                        grid_id=town.a1.id,
                        **who,
                    )
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk, args=(name,)) for name in ("陈", "魏")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return wrong


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_get_different_numbers(town: Town, admin_actor: Actor, noon: datetime) -> None:
    assert add_at_once(town, {"actor": admin_actor, "at": noon}) == []
    numbers = Place.objects.filter(kind=Kind.SPOT).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(4, 4 + 2 * ROUNDS))


@pytest.mark.django_db(transaction=True)
def test_a_register_read_before_the_lock_gives_a_number_twice(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: with an old copy of the register in hand the number given is one that was given before."""
    old = PlaceRegister.objects.get()
    monkeypatch.setattr(actions, "locked_register", lambda: old)
    who: dict[str, Any] = {"actor": admin_actor, "at": noon}
    where = {"parent_id": town.garden.id, "grid_id": town.a1.id}
    actions.add_place(kind=Kind.SPOT, name="东门", **where, **who)
    old.last_number -= 1  # what another process, holding its own copy, would still have
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.add_place(kind=Kind.SPOT, name="西门", **where, **who)


def test_the_first_write_makes_the_register_and_later_ones_find_it(
    office: Any, django_assert_num_queries: Any
) -> None:
    with transaction.atomic():
        first = register.locked_register()
        with django_assert_num_queries(1):
            assert register.locked_register().id == first.id
