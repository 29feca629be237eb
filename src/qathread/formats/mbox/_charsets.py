"""Bytes of mails as text, whatever charset they say they are in."""

import binascii
import codecs
import re
from functools import lru_cache
from typing import Final

from ...errors import excerpt
from .._report import Collector

__all__ = ["base64_bytes", "charset_of", "decode_words", "header_text", "to_text"]

_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
#: Codecs that are no charsets of mails, and that cost more than they are long.
_REFUSED: Final = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}
)
#: Senders write more than these hold; what they were widened to reads them all.
_WIDER: Final = {"gb2312": "gb18030", "gbk": "gb18030"}
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN: Final = bytes(set(range(256)) - set(_ALPHABET))
_NO_BLANKS: Final = b" \t\r\n"


@lru_cache(256)
def charset_of(name: str) -> str | None:
    """Return the codec of a charset; None if there is none."""
    name = name.strip().strip("\"'").lower()
    for known in (name, name.removeprefix("x-"), name.removesuffix("-i")):
        if not known or len(known) > 60 or not known.isascii() or "\0" in known:
            continue
        try:
            found = codecs.lookup(known)
            "a".encode(found.name)  # refuses what makes no text, such as zip
        except (LookupError, ValueError):
            continue
        codec = found.name.replace("_", "-")
        return None if codec in _REFUSED else _WIDER.get(codec, codec)
    return None


def to_text(
    data: bytes, charset: str | None, report: Collector, where: str
) -> tuple[str, str]:
    """
    Decode *data*; what is broken, or forbidden in a text, is counted.

    Bytes in no charset, or one that nobody knows, are taken for UTF-8 if they are,
    else for Windows-1252, in which every text of Western Europe can be read.

    Args:
        data: The bytes.
        charset: The name that the mail gives; None: none.
        report: What counts repairs, or refuses the first.
        where: The place.

    Returns:
        The text, and the name of the charset in which it was read.
    """
    codec = None if charset is None else charset_of(charset)
    if charset is not None and codec is None:
        report.damage(
            "encoding",
            "a charset that nobody knows: it is read as UTF-8, or as Windows-1252",
            f"{where}: {excerpt(charset, 40)}",
        )
    if data.isascii() and codec in (None, "ascii", "utf-8", "cp1252"):
        return _clean(data.decode("ascii"), report, where), codec or "ascii"
    if codec is None or codec == "ascii":
        codec, text = _guessed(data)
        if charset is None or charset_of(charset) is not None:
            report.damage(
                "encoding",
                "bytes beyond ASCII in no stated charset: they are read as UTF-8, or "
                "as Windows-1252",
                where,
            )
        return _clean(text, report, where), codec
    try:
        text = data.decode(codec)
    except (UnicodeError, ValueError):
        text = data.decode(codec, "replace")
        report.damage(
            "encoding",
            "bytes that are no text in the charset that the mail states: U+FFFD "
            "stands for them",
            f"{where}: {codec}",
        )
    return _clean(text, report, where), codec


def header_text(data: bytes, report: Collector, where: str) -> str:
    """Return a header as text; bytes beyond ASCII are UTF-8 or Windows-1252."""
    if data.isascii():
        text = data.decode("ascii")
    else:
        codec, text = _guessed(data)
        if codec != "utf-8":
            report.damage(
                "encoding",
                "bytes beyond ASCII in a header: they are read as Windows-1252",
                where,
            )
    return _clean(text, report, where)


def decode_words(text: str, report: Collector, where: str) -> str:
    """
    Return a header with its encoded words decoded.

    Args:
        text: The header, unfolded.
        report: What counts broken words, or refuses the first.
        where: The place.

    >>> decode_words("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?= au lait", Collector(), "")
    'café au lait'
    """
    if "=?" not in text:
        return text
    parts, held, charset, at = list[str](), b"", "", 0
    for match in _WORD.finditer(text):
        between = text[at : match.start()]
        name = match[1].partition("*")[0]  # a language may stand behind it
        if held and (between.strip(" \t") or name.lower() != charset):
            parts.append(to_text(held, charset, report, where)[0])
            held = b""
        if not held and (between.strip(" \t") or not at):
            parts.append(between)
        held += _unpacked(match[2], match[3], report, where)
        charset, at = name.lower(), match.end()
    if held:
        parts.append(to_text(held, charset, report, where)[0])
    parts.append(text[at:])
    return "".join(parts)


def base64_bytes(data: bytes, report: Collector, where: str) -> bytes:
    """Decode base64; what is broken is left out, and counted."""
    compact = data.translate(None, _NO_BLANKS)
    try:
        return binascii.a2b_base64(compact, strict_mode=True)
    except binascii.Error:
        report.damage(
            "base64", "base64 that is broken: what can be read of it is kept", where
        )
    clean = compact.translate(None, _FOREIGN)
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def _unpacked(kind: str, text: str, report: Collector, where: str) -> bytes:
    data = text.encode("utf-8")
    if kind in "bB":
        return base64_bytes(data, report, where) if data else b""
    return binascii.a2b_qp(data, header=True)


def _guessed(data: bytes) -> tuple[str, str]:
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return "cp1252", data.decode("cp1252")
    except UnicodeDecodeError:  # five bytes are nothing there
        return "latin-1", data.decode("latin-1")


def _clean(text: str, report: Collector, where: str) -> str:
    if "\0" in text:
        report.damage(
            "forbidden-character",
            "U+0000 in a text: lenient reading puts U+FFFD",
            where,
            count=text.count("\0"),
        )
        text = text.replace("\0", "\ufffd")
    if not text.isascii() and _SURROGATES.search(text):
        text, count = _SURROGATES.subn("\ufffd", text)
        report.damage(
            "encoding",
            "half of a surrogate pair in a text: lenient reading puts U+FFFD",
            where,
            count=count,
        )
    return text
