"""What a form lets one tick several times is not taken for a contradiction, whichever form it is."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.forms import BaseForm, Form, MultipleChoiceField
from django.http import QueryDict

import gezhi.web
from gezhi.web import once

READ_AS_LIST = re.compile(r"""\b(?:POST|data)\.getlist\(["'](\w+)["']\)""")


def _forms(above: type[BaseForm] = Form) -> Iterator[type[BaseForm]]:
    for one in above.__subclasses__():
        yield one
        yield from _forms(one)


def asked_for_several() -> set[str]:
    """Names of fields with several answers: of all our forms, and what our code reads as a list out of a form."""
    sources = Path(gezhi.web.__file__).parent
    for one in pkgutil.walk_packages([str(sources)], "gezhi.web."):
        importlib.import_module(one.name)
    fields = {
        name
        for form in _forms()
        if form.__module__.startswith("gezhi.")
        for name, field in form.base_fields.items()
        if isinstance(field, MultipleChoiceField)
    }
    return fields.union(*(READ_AS_LIST.findall(one.read_text()) for one in sources.rglob("*.py")))


def test_every_question_with_several_answers_is_known() -> None:
    asked = asked_for_several()
    assert {"kinds", "scopes", "events", "reports", "kept_photos"} <= asked
    assert asked <= once.SEVERAL


@pytest.mark.parametrize("forgotten", ["scopes", "events", "reports"])
def test_one_that_is_forgotten_is_found(monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    """The twin: and whoever ticks two is then told that he cannot be read."""
    ticked = QueryDict(f"{forgotten}=a&{forgotten}=b")
    assert not once.contradicts(ticked)
    monkeypatch.setattr(once, "SEVERAL", once.SEVERAL - {forgotten})
    assert once.contradicts(ticked)
    assert not asked_for_several() <= once.SEVERAL
