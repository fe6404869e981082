"""The register of a jurisdiction: who writes places waits here, and gets the next spoken number."""

import unicodedata

import regex

from gezhi.places.models import PlaceRegister
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

NUMBER_SIGNS = 5
MAX_CODE_SIGNS = 40
_DASHES = regex.compile(r"[\p{Pd}\u2212]")


def locked_register() -> PlaceRegister:
    """The register, locked until the transaction ends; made at the first write of a jurisdiction. 1 statement."""
    row = PlaceRegister.objects.select_for_update(no_key=True).first()
    if row is None:
        PlaceRegister.objects.bulk_create([PlaceRegister()], ignore_conflicts=True)
        row = PlaceRegister.objects.select_for_update(no_key=True).get()
    assert isinstance(row, PlaceRegister)
    return row


def next_number(register: PlaceRegister) -> int:
    """The next spoken number. The caller saves the register."""
    register.last_number += 1
    return register.last_number


def next_fixture(register: PlaceRegister) -> int:
    """The next number of a fixture. The caller saves the register."""
    register.last_fixture += 1
    return register.last_fixture


def place_code(number: int) -> str:
    """`371072-00128`: the jurisdiction's code and the spoken number."""
    return f"{jurisdiction_code()}-{number:0{NUMBER_SIGNS}d}"


def fixture_code(number: int) -> str:
    """`371072-F00012`."""
    return f"{jurisdiction_code()}-F{number:0{NUMBER_SIGNS}d}"


def jurisdiction_code() -> str:
    """The code that everything human of the jurisdiction in force begins with."""
    return jurisdiction(current()).code


def tidy_code(code: str) -> str:
    """A code as typed or scanned: width evened out, every dash plain, no spaces. Too long ones match nothing."""
    plain = unicodedata.normalize("NFKC", code[:MAX_CODE_SIGNS])
    return str(_DASHES.sub("-", "".join(plain.split()))).upper()
