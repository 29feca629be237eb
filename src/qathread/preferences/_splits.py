"""Which part of a data set a thread belongs to."""

from collections.abc import Mapping
from hashlib import sha256

from ..errors import ValidationError

__all__ = ["split"]


def split(
    thread_id: str, shares: Mapping[str, int] | None = None, *, salt: str = ""
) -> str:
    """
    Return the part of a data set that a thread belongs to, always the same.

    All rows of one thread are in one part, so what a model learned from never is in
    what it is tested on.

    Args:
        thread_id: The id of the thread.
        shares: Weights by the name of the part, whole numbers, at least one above 0;
            None: 90 for ``train`` and 10 for ``test``. Order counts.
        salt: Makes another split with the same shares.

    Returns:
        The name of the part.

    Raises:
        ValidationError: If a weight is negative, or none is above 0.

    >>> split("q-17"), split("q-18", {"train": 1, "validation": 1})
    ('train', 'train')
    """
    weights = {"train": 90, "test": 10} if shares is None else dict(shares)
    for name, weight in weights.items():
        if type(weight) is not int or weight < 0:
            raise ValidationError(f"the share of {name!r} is {weight!r}: give a count")
    total = sum(weights.values())
    if not total:
        raise ValidationError("no share is above 0: there is no part to choose")
    digest = sha256(f"{salt}\0{thread_id}".encode()).digest()
    place = int.from_bytes(digest) % total
    for name, weight in weights.items():
        if place < weight:
            return name
        place -= weight
    raise AssertionError("the weights add up to the total")
