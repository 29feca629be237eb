"""What people wrote, exactly as they wrote it."""

from attrs import field, frozen

from ._checks import identifier, settle

__all__ = ["HTML", "MARKDOWN", "PLAIN", "Body"]

MARKDOWN = "text/markdown"
HTML = "text/html"
PLAIN = "text/plain"


@frozen(kw_only=True, weakref_slot=False)
class Body:
    """
    The text of one wording.

    Attributes:
        source: The text, never altered by reading or rendering: line ends,
            trailing blanks and control characters other than U+0000 stay.
        media_type: What the source is written in; ``text/markdown`` if not said.
        language: A BCP 47 tag, if the source says one.

    Raises:
        ValidationError: If the source holds U+0000 or a lone surrogate.
    """

    source: str
    media_type: str = field(default=MARKDOWN, metadata={"check": identifier})
    language: str | None = None

    def __attrs_post_init__(self) -> None:
        source = self.source
        if (
            type(source) is str
            and source.isascii()
            and "\0" not in source
            and self.media_type in _KNOWN
            and self.language is None
        ):
            return
        settle(self)


_KNOWN = (MARKDOWN, HTML, PLAIN)
