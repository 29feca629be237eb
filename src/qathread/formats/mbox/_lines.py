"""Headers as they are written: in ASCII, in short lines, and never two in one."""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final

__all__ = [
    "author_text",
    "body_lines",
    "content_type",
    "header",
    "is_plain",
    "keywords_text",
    "raw_fits",
    "words",
]

_LINE: Final = 76
_RUN: Final = 900  # characters of a line that has no place to fold, at most
_PLAIN: Final = re.compile(r"[!-~]+(?: +[!-~]+)*")
_RAW: Final = re.compile(
    r"[^\x00-\x08\x0a-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*"
    r"[^\x00-\x08\x0a-\x20\x7f])?"
)
_ATOMS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
_QUOTABLE: Final = re.compile(r"[!#-'*-\[\]-~](?:[ !#-\[\]-~]*[!#-\[\]-~])?")
_LONG: Final = re.compile(rf"[^ \t]{{{_RUN}}}")
_BYTES: Final = 45  # of one encoded word, so that it fits a line
_UNSAFE: Final = re.compile(
    rb"[^\n\t -<>-~]|[ \t](?=\n|\Z)|^>*From |^\.(?=\n|\Z)", re.M
)
_MEDIA_TYPE: Final = re.compile(r"text/[a-z0-9][a-z0-9.+-]{0,60}")


def words(text: str) -> str:
    r"""
    Return any text as the value of a header; encoded words where it needs them.

    >>> words("Why?"), words("a\nBcc: b")
    ('Why?', '=?utf-8?b?YQpCY2M6IGI=?=')
    """
    if text == "" or is_plain(text):
        return text
    chunks, held = list[bytes](), b""
    for character in text:
        data = character.encode()
        if len(held) + len(data) > _BYTES:
            chunks.append(held)
            held = b""
        held += data
    chunks.append(held)
    return " ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in chunks)


def is_plain(text: str) -> bool:
    """Tell whether a text can be the value of a header as it is."""
    if "=?" in text or not _PLAIN.fullmatch(text):
        return False
    return _LONG.search(text) is None


def raw_fits(value: str) -> bool:
    """Tell whether the value of a header can be written as it is."""
    return value == "" or _RAW.fullmatch(value) is not None


def author_text(name: str | None, address: str) -> str:
    """
    Return the value of ``From``.

    >>> author_text("Lee, John", "jjl@pobox.com")
    '"Lee, John" <jjl@pobox.com>'
    """
    if not name:
        return address
    if "=?" not in name and _ATOMS.fullmatch(name):
        return f"{name} <{address}>"
    if is_plain(name) and _QUOTABLE.fullmatch(name):
        return f'"{name}" <{address}>'
    return f"{_encoded(name)} <{address}>"


def _encoded(text: str) -> str:
    found = words(text)
    if found != text:
        return found
    pieces = (text[at : at + _BYTES] for at in range(0, len(text), _BYTES))
    return " ".join(f"=?utf-8?b?{b64encode(p.encode()).decode()}?=" for p in pieces)


def keywords_text(tags: Iterable[str]) -> str:
    """Return the value of ``Keywords``."""
    return ", ".join(map(words, tags))


def content_type(media_type: str) -> str:
    """Return the value of ``Content-Type`` for a text."""
    known = media_type if _MEDIA_TYPE.fullmatch(media_type) else "text/plain"
    return f"{known}; charset=utf-8"


def header(name: str, value: str) -> bytes:
    """
    Return the lines of a header, folded at blanks.

    Args:
        name: Its name.
        value: Its value: of :func:`words` or :func:`raw_fits`.
    """
    lines, line = list[str](), f"{name}:"
    at = 0
    text = f" {value}" if value else ""
    while at < len(text):
        # A piece is its blanks and the word behind them.
        end = at
        while end < len(text) and text[end] in " \t":
            end += 1
        while end < len(text) and text[end] not in " \t":
            end += 1
        piece = text[at:end]
        if len(line) + len(piece) > _LINE and (lines or at):
            lines.append(line)
            line = piece
        else:
            line += piece
        at = end
    lines.append(line)
    return "\n".join(lines).encode() + b"\n"


def body_lines(text: str) -> tuple[str, bytes]:
    """
    Return how a body is written, and its lines: every character comes back.

    Args:
        text: Any text.

    Returns:
        The transfer encoding, and what stands below the headers.
    """
    data = text.encode()
    if not data:
        return "7bit", b""
    odd = len(_UNSAFE.findall(data))
    if odd * 4 > len(data):
        coded = b64encode(data)
        lines = (coded[at : at + _LINE] for at in range(0, len(coded), _LINE))
        return "base64", b"".join(line + b"\n" for line in lines)
    quoted = _UNSAFE.sub(_quoted, data)
    return "quoted-printable", b"".join(map(_soft, quoted.split(b"\n")))[:-1] + (
        b"" if data.endswith(b"\n") else b"=\n"
    )


def _quoted(match: re.Match[bytes]) -> bytes:
    return b"=%02X" % match[0][0] + match[0][1:]


def _soft(line: bytes) -> bytes:
    """Return a line in pieces that are short enough, each but the last open."""
    if len(line) <= _LINE:
        return line + b"\n"
    pieces, at = list[bytes](), 0
    while len(line) - at > _LINE:
        end = at + _LINE - 3
        cut = line.rfind(b"=", end - 2, end)
        end = cut if cut >= 0 else end
        pieces.append(_unlike(line[at:end]) + b"=\n")
        at = end
    pieces.append(_unlike(line[at:]) + b"\n")
    return b"".join(pieces)


def _unlike(piece: bytes) -> bytes:
    """Return a piece that does not look like the start of a message, or quoted."""
    if piece.startswith((b"From ", b">")):
        return b"=%02X" % piece[0] + piece[1:]
    return piece
