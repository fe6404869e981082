"""What forms of the table of permissions carry along: pictures that nobody claimed yet, a pasted group, a key."""

from datetime import datetime

from gezhi.evidence.actions import Kept
from gezhi.evidence.models import Evidence
from gezhi.tenancy.clock import new_id
from gezhi.web import kept
from gezhi.web.desk import paste_state
from tests.cast import PASSWORD, photo

Things = dict[str, str]
KEY = "a-form-shown-once-0001"  # of every form in the table that has one


def of_forms(at: datetime) -> Things:
    """Pictures that nobody claimed yet, as a form carries them along."""
    free, paper = (Evidence.objects.get(id=photo(at)) for _each in range(2))
    signed = {
        key: kept.Bag([Kept(one.id, one.sha256)]).shown(key, at)[0]["id"]
        for key, one in ((KEY, free), (f"{KEY}.papers", paper), (f"{KEY}.after", free))
    }
    return {
        "form.key": KEY,
        "form.photo": str(free.id),
        "form.paper": str(paper.id),
        "form.photo.signed": signed[KEY],
        "form.paper.signed": signed[f"{KEY}.papers"],
        "form.after.signed": signed[f"{KEY}.after"],
        "form.paste": paste_state.packed(paste_state.read("路灯坏了没人修", KEY, at=at), KEY),
        "nobody": str(new_id()),
        "password": PASSWORD,
    }
