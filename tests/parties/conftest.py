"""The town stands for every test of this folder that asks for it."""

from tests.parties.town import standing_town, town

__all__ = ["standing_town", "town"]
