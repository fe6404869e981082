"""The accounts that are at home in the jurisdiction in force."""

from typing import NamedTuple
from uuid import UUID

from gezhi.parties.models import Account
from gezhi.tenancy.current import current


class AccountRow(NamedTuple):
    """An account at home here."""

    id: UUID
    username: str
    name: str
    is_active: bool
    must_change_password: bool


def accounts() -> list[AccountRow]:
    """Every account at home in the jurisdiction in force, by user name. 1 query."""
    rows = Account.objects.filter(home_id=current()).order_by("username")
    return [AccountRow(*row) for row in rows.values_list(*AccountRow._fields)]
