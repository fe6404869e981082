"""林 Lin says something at 3号楼, 陈 Chen sits at the community's desk."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from gezhi.catalogue.actions import load_book
from gezhi.catalogue.models import Category
from gezhi.journal.actions import record
from gezhi.kernel.actor import VISITOR, Actor, ActorKind, Duty, Post
from gezhi.kernel.ids import uuid7
from gezhi.places.actions import add_place
from gezhi.places.kinds import Kind
from gezhi.places.models import Place
from gezhi.reports import queries
from gezhi.reports.actions import receive
from gezhi.reports.intake import Intake
from gezhi.reports.receipts import Received

TakeIn = Callable[[Intake], Received]


@pytest.fixture
def chen() -> Actor:
    """陈 Chen: the community's desk."""
    desk = uuid7(1_772_000_000_000, 12)
    return Actor(
        ActorKind.ACCOUNT, uuid7(1_772_000_000_000, 2), "陈", (Post(Duty.CLERK, party=desk, path="/"),)
    )


@pytest.fixture
def take_in(office, noon: datetime) -> TakeIn:
    """Take one report in as the product's story does: row and journal in one transaction, a repeat gives the first receipt."""

    def story(intake: Intake) -> Received:
        try:
            with transaction.atomic():
                received = receive(intake, at=noon)
                assert received.deed is not None
                record(received.deed, actor=VISITOR, at=noon)
                return received
        except IntegrityError:
            known = queries.find_repeat(intake)
            if known is None:
                raise
            return known

    return story


@pytest.fixture
def district(office, admin_actor: Actor, noon: datetime) -> Place:
    """A place to report at."""
    return add_place(
        kind=Kind.DISTRICT,
        name="威海经济技术开发区",
        parent_id=None,
        code="371072",
        actor=admin_actor,
        at=noon,
    )


@pytest.fixture
def category(office, admin_actor: Actor, noon: datetime) -> Category:
    """A leaf of the book to choose."""
    load_book(actor=admin_actor, at=noon)
    leaf: Category = Category.objects.exclude(parent=None).order_by("code")[0]
    return leaf
