"""Argon2id with parameters of our own, and no more of it at once than memory allows."""

import threading

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ImproperlyConfigured

#: Nothing weaker is made: two passes over 19 MiB in one lane.
FLOOR = (2, 19 * 1024, 1)
#: Nothing heavier is run, whatever a stored hash asks for: ten passes, 256 MiB.
CEILING = (10, 256 * 1024)

_places = threading.BoundedSemaphore(4)


class Argon2Hasher(Argon2PasswordHasher):
    """Django's hasher, by ``settings.ARGON2``, at most four at once in a process."""

    def __init__(self) -> None:
        parameters = tuple(settings.ARGON2)
        if len(parameters) != 3 or any(
            is_ < least for is_, least in zip(parameters, FLOOR, strict=True)
        ):
            raise ImproperlyConfigured(f"ARGON2 is {parameters}: at least {FLOOR}")
        self.time_cost, self.memory_cost, self.parallelism = parameters

    def encode(self, password: str, salt: str) -> str:
        """Make a hash."""
        with _places:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Check a hash, unless it would cost more than any that was made here."""
        parameters = self.decode(encoded)
        if (
            parameters["time_cost"] > CEILING[0]
            or parameters["memory_cost"] > CEILING[1]
        ):
            return False
        with _places:
            return super().verify(password, encoded)
