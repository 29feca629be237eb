"""How much foreign input a reader takes before it refuses."""

from attrs import field, frozen

from ._checks import EARLIEST, LATEST, MAX_INTEGER, counted, settle

__all__ = ["EARLIEST", "LATEST", "MAX_INTEGER", "Limits"]

_from_1 = {"check": counted(1)}


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
        xml_depth: Levels of XML elements.
        html_depth: Levels of HTML elements.
        mime_depth: Levels of parts of a mail within parts.

    Raises:
        ValidationError: If a number is below 1.
    """

    document: int = field(default=16 * 1024 * 1024, metadata=_from_1)
    record: int = field(default=4 * 1024 * 1024, metadata=_from_1)
    records: int = field(default=10_000_000, metadata=_from_1)
    ratio: int = field(default=100, metadata=_from_1)
    json_depth: int = field(default=200, metadata=_from_1)
    xml_depth: int = field(default=64, metadata=_from_1)
    html_depth: int = field(default=200, metadata=_from_1)
    mime_depth: int = field(default=20, metadata=_from_1)

    def __attrs_post_init__(self) -> None:
        settle(self)
