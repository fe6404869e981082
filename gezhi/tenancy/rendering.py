"""How many historical models a migration makes anew: the one it changes and those that point at it.

Django makes all that hang together in either direction, which here is every table, because each points at its jurisdiction: 8,337
models for a fresh office, 9.4 s of processor time; so it is 411 and 1.4 s. What a changed model points at need not be made anew: the
registry has it, and what it says of those who point at it is read from the registry each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.migrations.state import ProjectState
from django.db.models import Model
from django.db.models.options import Options

DRAWN = "_find_reload_model"  # Django's own, which has no public name: an update that has it no more fails here, in words
Key = tuple[str, str]  # label of the app, name of the model in small letters


@contextmanager
def only_what_points_at_it() -> Iterator[None]:
    """Inside, migrations of this process make no more models anew than they must."""
    drawn = getattr(ProjectState, DRAWN)
    setattr(ProjectState, DRAWN, pointing_at)
    try:
        yield
    finally:
        setattr(ProjectState, DRAWN, drawn)


def pointing_at(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[Key]:
    """The model and all that point at it by a key or a base, also over others. delay: nothing need be put off, so it is not asked."""
    found: set[Key] = {(app_label, model_name)}
    waiting = list(found)
    pointed = [
        (_key(model._meta), _targets(model)) for model in state.apps.get_models(include_auto_created=True)
    ]
    while waiting:
        target = waiting.pop()
        fresh = [key for key, targets in pointed if target in targets and key not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _targets(model: type[Model]) -> set[Key]:
    fields = (*model._meta.local_fields, *model._meta.local_many_to_many)
    ends = [end for field in fields if field.remote_field for end in _ends(field.remote_field)]
    bases = [base for base in model.__bases__ if hasattr(base, "_meta") and not base._meta.abstract]
    return {_key(one._meta) for one in (*ends, *bases)}


def _ends(relation: object) -> list[type[Model]]:
    """The model at its other end, and the one between where many meet many."""
    named = (getattr(relation, "model", None), getattr(relation, "through", None))
    return [one for one in named if isinstance(one, type)]


def _key(options: "Options[Model]") -> Key:
    return options.app_label, options.model_name or ""
