"""How much foreign input a reader takes before it refuses."""

from datetime import UTC, datetime

from attrs import field, frozen, validators

__all__ = ["EARLIEST", "LATEST", "MAX_INTEGER", "Limits"]

#: Instants outside this range are refused: their neighbours in another zone
#: could not be written.
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC)

#: Integers beyond it do not fit the 64-bit columns of the stores.
MAX_INTEGER = 2**63 - 1

_at_least_1 = validators.ge(1)


@frozen(kw_only=True, weakref_slot=False)
class Limits:
    """
    The largest input that is read; ``None`` in place of it lifts them all.

    Attributes:
        document: Bytes of one document, unpacked.
        record: Bytes of one record of a stream, such as a line.
        records: Records in one document.
        ratio: Unpacked bytes for each packed byte.
        json_depth: Levels of arrays and objects.
    """

    document: int = field(default=16 * 1024 * 1024, validator=_at_least_1)
    record: int = field(default=4 * 1024 * 1024, validator=_at_least_1)
    records: int = field(default=10_000_000, validator=_at_least_1)
    ratio: int = field(default=100, validator=_at_least_1)
    json_depth: int = field(default=200, validator=_at_least_1)
