"""An office from nothing: jurisdiction, its root place, intake desk, first administrator, catalogue (`gezhi init`)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.catalogue import actions as catalogue
from gezhi.kernel.actor import SYSTEM, Duty
from gezhi.parties import actions as parties
from gezhi.parties import staff
from gezhi.parties.actions import Ground
from gezhi.parties.days import local_day
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.tenancy import actions as tenancy
from gezhi.tenancy.current import scope


@dataclass(frozen=True, slots=True)
class Founding:
    """What an office must say about itself. code: the six-digit national division code; phone: answered day and night."""

    code: str
    name: str
    desk_name: str
    phone: str
    admin_username: str
    admin_name: str
    admin_password: str | None = None
    demonstration: bool = False
    time_zone: str = "Asia/Shanghai"
    host: str = ""


@dataclass(frozen=True, slots=True)
class Founded:
    """Ids of what was made. code: the administrator's one-time code when no password was given, good for 14 days."""

    jurisdiction_id: UUID
    place_id: UUID
    desk_id: UUID
    admin_id: UUID
    code: str


@transaction.atomic
def found_office(founding: Founding, *, at: datetime) -> Founded:
    """Make the office; all or nothing. Raises Invalid naming what cannot be taken, also when the code is there already."""
    office = tenancy.add_jurisdiction(
        code=founding.code,
        name=founding.name,
        time_zone=founding.time_zone,
        host=founding.host,
        demonstration=founding.demonstration,
        at=at,
    )
    with scope(office.id):
        catalogue.load_book(actor=SYSTEM, at=at)
        root = places.add_place(
            kind=Kind.DISTRICT, name=founding.name, parent_id=None, code=founding.code, actor=SYSTEM, at=at
        )
        return _staffed(founding, office.id, root.id, at)


def _staffed(founding: Founding, jurisdiction_id: UUID, root_id: UUID, at: datetime) -> Founded:
    desk = parties.add_party(
        "subdistrict",
        founding.desk_name,
        "intake",
        founding.phone,
        place_id=root_id,
        is_intake=True,
        actor=SYSTEM,
        at=at,
    )
    today = local_day(at)
    parties.serve(desk, "desk", Ground(place_id=root_id), starts_on=today, actor=SYSTEM, at=at)
    admin = staff.add_account(
        founding.admin_username,
        founding.admin_name,
        password=founding.admin_password,
        must_change_password=False,
        actor=SYSTEM,
        at=at,
    )
    for duty in (
        Duty.ADMIN,
        Duty.OFFICER,
        Duty.CLERK,
    ):  # the first person does everything until others are appointed
        staff.appoint(admin, staff.NewPost(desk, duty, starts_on=today), actor=SYSTEM, at=at)
    code = "" if founding.admin_password else staff.slip_code(admin, actor=SYSTEM, at=at).code
    return Founded(jurisdiction_id, root_id, desk, admin, code)
