"""Which lift, lamp or hydrant it is: one question with few answers, asked only where a place has any. Nobody has to know it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.queries import FixtureRow

AS_CHIPS = 8  # so many are shown at once, each with one tap; more are a list that opens
NAME = "fixture"


class ThingField(forms.ChoiceField):
    """Codes of the fixtures around a place, nearest first; "" is what stands there at first."""

    def __init__(self, things: Sequence[FixtureRow]) -> None:
        widget = forms.RadioSelect if len(things) <= AS_CHIPS else forms.Select
        choices = [(one.code, one.name) for one in _told_apart(things)]
        none = ("", _("都不是，或说不清"))
        super().__init__(
            label=_("是哪一个设施？"),
            required=False,
            widget=widget,
            choices=[*choices, none],
            error_messages={
                "invalid_choice": _("这里没有这个设施。请重新选，或选“都不是，或说不清”。其他内容都还在。")
            },
        )
        if widget is forms.Select:
            self.choices = [none, *choices]


def around(path: str) -> list[FixtureRow]:
    """The fixtures at a place and above it, nearest first. 1 query, none for ""."""
    order = {id: depth for depth, id in enumerate(paths.ids(path))} if path else {}
    return sorted(places.fixtures_around(path), key=lambda one: -order.get(one.place_id, 0))


def asked_of(path: str, sent: Mapping[str, Any] | None) -> list[FixtureRow]:
    """What a form offers: all that are around before it is filled in; of what was sent only where it was asked. 1 query, none where it was not."""
    return [] if sent is not None and NAME not in sent else around(path)


def offer(form: forms.Form, things: Sequence[FixtureRow]) -> None:
    """Ask a form's reader, after all its other fields. Nothing changes where there is none.

    What waited on a phone is not held up by a fixture that is not here any more: nobody is there to choose another.
    """
    is_stale = "waited" in form.data and form.data.get(NAME) not in {one.code for one in things}
    if things and not is_stale:
        form.fields[NAME] = ThingField(things)


def chosen(form: forms.Form, things: Sequence[FixtureRow]) -> Any:
    """The id of the fixture that was chosen in a valid form, None for none."""
    code = cast(str, form.cleaned_data.get(NAME, ""))
    return next((one.id for one in things if one.code == code), None)


def _told_apart(things: Sequence[FixtureRow]) -> list[FixtureRow]:
    """Two that are called the same are told apart by their codes, which stand on their labels."""
    names = [one.name for one in things]
    return [
        one
        if names.count(one.name) == 1
        else FixtureRow(one.id, one.code, one.place_id, one.kind, f"{one.name} {one.code}")
        for one in things
    ]
