"""`gezhi check` names every place that went astray behind the actions' back."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gezhi.kernel.finding import Finding
from gezhi.places import check
from gezhi.places.models import GridCell, Place
from gezhi.tenancy import check as tenancy
from gezhi.tenancy.models import Jurisdiction
from tests.places.conftest import Town


def test_a_sound_tree_has_no_findings(town: Town) -> None:
    assert list(check.findings()) == []


ASTRAY: list[tuple[str, Any, str]] = [
    ("building", lambda town: {"path": "/astray/"}, "its path does not continue its parent's"),
    ("building", lambda town: {"parent_id": town.yuehai.id}, "its path does not continue its parent's"),
    ("building", lambda town: {"grid_id": town.b2.id}, "its grid cell is of another community"),
    ("stairs", lambda town: {"kind": "compound"}, "a compound may not stand there"),
]


@pytest.mark.parametrize(("which", "change", "what"), ASTRAY)
def test_a_place_that_went_astray_is_named(which: str, change: Any, what: str, town: Town) -> None:
    Place.objects.filter(id=getattr(town, which).id).update(**change(town))
    assert Finding("places", f"place {getattr(town, which).code}", what) in list(check.findings())


def test_an_outline_that_cannot_be_used_is_named(town: Town) -> None:
    GridCell.objects.filter(id=town.a1.id).update(outline='{"type": "Point"}')
    assert [finding.where for finding in check.findings()] == ["grid cells of 371072008015"]


def test_a_key_into_another_jurisdiction_is_named_or_cannot_be_written(town: Town, noon: datetime) -> None:
    """PostgreSQL refuses such a row itself; on SQLite the check finds it."""
    other = Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon)
    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError):
            _give_away(town, other)
        return
    _give_away(town, other)
    what = f"parent {town.garden.id} is no row of this jurisdiction"
    expected = Finding("tenancy", f"places_place {town.building.id}", what)
    assert [one for one in tenancy.findings() if one.where == expected.where] == [expected]
    assert str(town.building.id) not in str(list(check.findings()))  # said once, by its code where at all


@transaction.atomic
def _give_away(town: Town, other: Jurisdiction) -> None:
    Place.objects.filter(id=town.garden.id).update(jurisdiction=other)
    if connection.vendor == "postgresql":
        connection.check_constraints()  # the keys are checked at the commit, or now
