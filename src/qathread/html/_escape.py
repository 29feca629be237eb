"""The one function that escapes, and what is built on it alone."""

import re
from html import escape as _escape
from typing import Final

__all__ = ["CONTROLS", "Fragment", "escape", "isolated", "plain"]

#: Control characters have no meaning in a page; blanks and line ends do.
CONTROLS: Final = {
    code: "\ufffd"
    for code in (*range(0x20), *range(0x7F, 0xA0))
    if chr(code) not in "\t\n\r"
}
_ENDS = re.compile(r"\r\n?|\n")
_GAPS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class Fragment(str):
    """
    HTML that is safe to place in a page.

    Jinja, Flask and Django take it as it is because it has ``__html__``. What is
    made from one (joined, cut, formatted) is a plain ``str`` again, which they
    escape: text that was added is never trusted by accident.
    """

    __slots__ = ()

    def __html__(self) -> str:
        """Return the HTML as a plain string."""
        return str(self)


def escape(text: str) -> str:
    """
    Return *text* so that it shows as it is, in an element or a quoted attribute.

    >>> escape('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return _escape(text.translate(CONTROLS), quote=True)


def isolated(text: str) -> str:
    """Return *text* escaped, and unable to turn the words around it about."""
    return f"<bdi>{escape(text)}</bdi>"


def plain(text: str) -> str:
    r"""
    Return *text* as escaped paragraphs that keep their line breaks.

    >>> plain("a < b\nc\n\nd")
    '<p>a &lt; b<br>\nc</p>\n<p>d</p>\n'
    """
    text = _ENDS.sub("\n", text.translate(CONTROLS))
    paragraphs = _GAPS.split(text.strip("\n"))
    return "".join(
        f"<p>{escape(paragraph).replace(chr(10), f'<br>{chr(10)}')}</p>\n"
        for paragraph in paragraphs
        if paragraph.strip()
    )
