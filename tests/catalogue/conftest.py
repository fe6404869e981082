"""An office with its copy of the book."""

import pytest

from gezhi.catalogue import actions
from gezhi.kernel.actor import SYSTEM


@pytest.fixture
def book(office, noon):
    actions.load_book(actor=SYSTEM, at=noon)
    return office
