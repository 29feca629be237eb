"""Older versions of the format are lifted, one step each, to the newest."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..errors import FormatError
from ._documents import FORMAT_VERSION

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

#: From version n to n + 1. A step is pure and never edited after its release.
UPCASTERS: Final[Mapping[int, Upcaster]] = {}


def upcast(
    document: dict[str, Any],
    steps: Mapping[int, Upcaster] = UPCASTERS,
    newest: int = FORMAT_VERSION,
) -> dict[str, Any]:
    """
    Return *document* as the newest version has it.

    Args:
        document: The top object, with ``qathread`` as it was written.
        steps: The steps by the version that they start from.
        newest: The version to reach.

    Returns:
        The document, or a new one.

    Raises:
        FormatError: If it has no version (``not-this-format``) or a newer one
            (``too-new``).
    """
    found = document.get("qathread")
    if type(found) is not int or found < 1:
        raise FormatError(
            "not-this-format",
            'the document has no format version: "qathread" must be a number from 1',
            "qathread",
            None,
            "/qathread",
        )
    if found > newest:
        raise FormatError(
            "too-new",
            f"the document has format version {found}, this release reads up to "
            f"{newest}: upgrade qathread",
            "qathread",
            None,
            "/qathread",
        )
    for version in range(found, newest):
        document = {**steps[version](document), "qathread": version + 1}
    return document
