"""Addresses that are put together from what was looked up once are those that Django makes."""

from typing import Any
from uuid import UUID

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

from gezhi.web import routes

ID = UUID("01a223bd-2ab3-7705-8a76-e4c7eca4fedd")
ASKED: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("desk:inbox", ()),
    ("desk:case", ("371072-2026-0000303",)),
    ("desk:move", ("371072-2026-0000303", "dispatch")),
    ("desk:reveal", ("371072-2026-0000303", ID)),
    ("desk:party", (ID,)),
    ("desk:party", (str(ID),)),
    ("photo", (ID, 400)),
    ("photo", (ID, 1600)),
    ("desk:place", ("一号楼/东",)),
    ("desk:place", ("50% a&b",)),
)


@pytest.mark.parametrize(("name", "args"), ASKED)
def test_an_address_is_the_one_that_django_makes(name: str, args: tuple[object, ...]) -> None:
    routes._form.cache_clear()
    try:
        made = reverse(name, args=args)
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            routes.route(name, *args)
        return
    for _ in range(2):
        assert routes.route(name, *args) == made


def test_twin_strange_signs_put_in_as_they_are_would_be_another_address(monkeypatch: Any) -> None:
    monkeypatch.setattr(routes, "_kind", lambda value: str)
    assert routes.route("desk:place", "50% a&b") != reverse("desk:place", args=["50% a&b"])


def test_a_page_that_is_none_is_a_bug_that_shows() -> None:
    for args in ((), ("a",), (ID, ID, ID)):
        with pytest.raises(NoReverseMatch):
            routes.route("desk:nowhere", *args)


@pytest.mark.parametrize(
    "said",
    [
        "{% url 'desk:case' number %}",
        "{% url 'desk:move' number 'join' %}",
        "{% url 'desk:move' number=number event='join' %}",
        "{% url name number %}",
        "{% url 'desk:case' number as there %}{{ there }}",
        "{% url 'desk:nowhere' as there %}{{ there }}",
        "{% autoescape off %}{% url 'desk:place' strange %}{% endautoescape %}{% url 'desk:place' strange %}",
    ],
)
def test_the_tag_writes_what_djangos_writes(said: str, monkeypatch: Any) -> None:
    known = {"number": "371072-2026-0000303", "name": "desk:case", "strange": "a&b'c"}
    try:
        ours = str(Template(said).render(Context(known)))
    except NoReverseMatch:
        ours = "none"
    monkeypatch.setattr(routes._Route, "render", routes.URLNode.render)
    try:
        assert ours == Template(said).render(Context(known))
    except NoReverseMatch:
        assert ours == "none"
