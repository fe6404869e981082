"""A migration makes anew the models that point at what it changes, and no others (tenancy/rendering.py)."""

from typing import Any

import pytest
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from gezhi.tenancy import rendering

pytestmark = pytest.mark.both_engines  # Django asks the engine how long a name may be


def pointing(name: str, to: str, **more: Any) -> ModelState:
    """A historical model with a key to another one."""
    key = models.ForeignKey(f"town.{to}", models.CASCADE, related_name="+")
    return ModelState("town", name, [("id", models.BigAutoField(primary_key=True)), ("at", key)], **more)


@pytest.fixture
def town() -> ProjectState:
    """Office ← Case ← Report ← Photo, Office ← Place; a Call meets Cases; an Urgent one is a Case. All are made."""
    state = ProjectState()
    state.add_model(ModelState("town", "Office", [("id", models.BigAutoField(primary_key=True))]))
    for name, to in (("Case", "Office"), ("Report", "Case"), ("Photo", "Report"), ("Place", "Office")):
        state.add_model(pointing(name, to))
    meeting = [("id", models.BigAutoField(primary_key=True)), ("cases", models.ManyToManyField("town.Case"))]
    state.add_model(ModelState("town", "Call", meeting))
    base = models.OneToOneField("town.Case", models.CASCADE, parent_link=True, primary_key=True)
    state.add_model(ModelState("town", "Urgent", [("case_ptr", base)], bases=("town.Case",)))
    assert state.apps
    return state


def strays(state: ProjectState) -> set[str]:
    """Models that point at one which the registry no longer has."""
    return {
        f"{model.__name__}.{field.name}"
        for model in state.apps.get_models(include_auto_created=True)
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if field.is_relation
        and state.apps.get_model(field.related_model._meta.label) is not field.related_model
    }


def made_anew(state: ProjectState, name: str) -> set[str]:
    """The models that are others when a field of this one is new."""
    before = {model._meta.label: model for model in state.apps.get_models(include_auto_created=True)}
    state.add_field("town", name, "note", models.TextField(default=""), preserve_default=True)
    after = {model._meta.label: model for model in state.apps.get_models(include_auto_created=True)}
    return {label.removeprefix("town.") for label, model in after.items() if before.get(label) is not model}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("photo", {"Photo"}),
        ("place", {"Place"}),
        ("report", {"Report", "Photo"}),
        ("case", {"Case", "Report", "Photo", "Call", "Call_cases", "Urgent"}),
        ("office", {"Office", "Case", "Report", "Photo", "Place", "Call", "Call_cases", "Urgent"}),
    ],
)
def test_what_points_at_the_changed_one_is_made_anew_and_nothing_else(
    changed: str, expected: set[str], town: ProjectState
) -> None:
    with rendering.only_what_points_at_it():
        assert made_anew(town, changed) == expected
    assert strays(town) == set()


def test_sabotage_if_it_alone_were_made_anew_others_would_point_at_what_is_gone(
    town: ProjectState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "pointing_at", lambda state, app, name, delay=False: {(app, name)})
    with rendering.only_what_points_at_it():
        made_anew(town, "case")
    assert strays(town) == {"Report.at", "Call.cases", "Call_cases.case", "Urgent.case_ptr"}


def test_django_itself_is_as_before_when_the_migrations_are_done(town: ProjectState) -> None:
    with pytest.raises(RuntimeError), rendering.only_what_points_at_it():
        raise RuntimeError
    assert made_anew(town, "photo") > {"Photo"}
