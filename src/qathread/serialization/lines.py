"""JSON Lines: one document a line, for event logs."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Literal, overload

from ..errors import FormatError
from ..facts import AccountEvent, Event
from ..limits import Limits
from ._codec import from_json, to_json

__all__ = ["from_lines", "to_lines"]

_DEFAULT = Limits()


def to_lines(events: Iterable[Event | AccountEvent]) -> bytes:
    """
    Return events as JSON Lines.

    Args:
        events: In the order to keep.

    Returns:
        One canonical document and a line feed for each.
    """
    return b"".join(to_json(event) + b"\n" for event in events)


@overload
def from_lines(
    data: bytes | Iterable[bytes],
    *,
    limits: Limits | None = ...,
    accounts: Literal[False] = ...,
) -> Iterator[Event]: ...
@overload
def from_lines(
    data: bytes | Iterable[bytes],
    *,
    limits: Limits | None = ...,
    accounts: Literal[True],
) -> Iterator[Event | AccountEvent]: ...
def from_lines(
    data: bytes | Iterable[bytes],
    *,
    limits: Limits | None = _DEFAULT,
    accounts: bool = False,
) -> Iterator[Event | AccountEvent]:
    """
    Give the events in JSON Lines, one at a time.

    Args:
        data: The bytes, or its lines such as an open binary file; blank lines
            are passed over.
        limits: Its ``record`` bounds a line; None lifts the limits.
        accounts: Whether events of accounts, which belong to no thread, are taken
            as well.

    Yields:
        The events in order.

    Raises:
        FormatError: With the number of the line.
    """
    kinds: UnionType = Event | AccountEvent if accounts else Event
    lines = data.split(b"\n") if isinstance(data, bytes) else data
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if limits is not None and len(line) > limits.record:
            raise FormatError(
                "too-large",
                f"the line has {len(line)} bytes, the limit is {limits.record}: "
                "raise Limits.record",
                "qathread",
                None,
                f"line {number}",
            )
        try:
            yield from_json(line, kinds, limits=limits)
        except FormatError as error:
            where = f"line {number}" + (f", {error.where}" if error.where else "")
            raise FormatError(
                error.code, error.message, error.format, error.source, where
            ) from None
