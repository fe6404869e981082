"""A password hasher for tests: Argon2 as in the product, with hardly any work."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """A password costs under a millisecond instead of a tenth of a second."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
