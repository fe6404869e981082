"""A request as our middleware hands it to a view."""

from datetime import datetime

from django.http import HttpRequest

from gezhi.kernel.actor import Actor
from gezhi.tenancy.queries import JurisdictionRow


class Asked(HttpRequest):
    """Only a name for the types: what `middleware.jurisdiction_and_actor` has set on every request of an office.

    token: id of the programs' token it came with, "" without one; set at that door only.
    """

    now: datetime
    actor: Actor
    jurisdiction: JurisdictionRow
    token: str
