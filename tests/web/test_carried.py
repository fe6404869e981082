"""What a form carries along is taken back of this very form, kind and day only."""

from datetime import datetime, timedelta

import pytest
import time_machine

from gezhi.tenancy.clock import new_id
from gezhi.web import carried, kept, voices

KEY, DIGEST = "a-form-shown-once-000", "f" * 64


def test_what_was_sealed_comes_back_as_it_was() -> None:
    id = new_id()
    assert carried.opened("photos", KEY, carried.sealed("photos", KEY, id, DIGEST)) == (id, DIGEST)


def test_of_another_form_of_another_kind_or_changed_it_is_nothing() -> None:
    token = carried.sealed(kept.KIND, KEY, new_id(), DIGEST)
    assert kept.KIND != voices.KIND
    asked = (
        (kept.KIND, "another-form-shown-00", token),
        (voices.KIND, KEY, token),
        (kept.KIND, KEY, f"{token}x"),
        (kept.KIND, KEY, ""),
    )
    assert [carried.opened(*one) for one in asked] == [None] * 4


def test_after_a_day_it_is_nothing(noon: datetime) -> None:
    with time_machine.travel(noon, tick=False):
        token = carried.sealed("voice", KEY, new_id(), DIGEST)
    later = noon + timedelta(hours=carried.HOURS, minutes=1)
    with time_machine.travel(later, tick=False):
        assert carried.opened("voice", KEY, token) is None


def test_twin_with_one_seal_for_all_forms_a_strangers_picture_would_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.core import signing

    monkeypatch.setattr(carried, "_signer", lambda kind, key: signing.TimestampSigner(salt="one"))
    with pytest.raises(AssertionError):
        test_of_another_form_of_another_kind_or_changed_it_is_nothing()
