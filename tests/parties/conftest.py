"""The town stands for every test of this folder that asks for it."""

from tests.parties.town import town

__all__ = ["town"]
