"""The body of a mail: its parts, and which of them is the text."""

import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from attrs import frozen

from ...bodies import HTML, PLAIN, Body
from ...errors import excerpt
from .._report import Collector
from ._charsets import base64_bytes, decode_words, to_text
from ._headers import Head, head_of

__all__ = ["Content", "content_of"]

_MOST: Final = 8000  # characters of a header whose parameters are read
_TYPE: Final = re.compile(
    r"\s*([A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100})"
)
_PARAMETER: Final = re.compile(
    r';\s*([A-Za-z0-9!#$&^_.+*%-]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)'
)
_ESCAPED: Final = re.compile(r"\\(.)")
_PLAIN_CODINGS: Final = ("", "7bit", "8bit", "binary")


@frozen
class Part:
    """
    One part that has no parts itself.

    Attributes:
        media_type: In lower case, without parameters.
        charset: As stated; None: none.
        name: The name of its file, if it has one.
        is_attached: Whether it is meant to be kept apart.
        coding: How its bytes are written.
        data: The bytes as written.
        language: What ``Content-Language`` says.
    """

    media_type: str
    charset: str | None
    name: str | None
    is_attached: bool
    coding: str
    data: bytes
    language: str | None = None


@frozen
class Content:
    """
    What a mail says.

    Attributes:
        body: The first plain text; else the first other text; else nothing.
        charset: In which charset it was read.
        others: Further texts, each with its type.
        attachments: Names, types and sizes of what is not kept.
    """

    body: Body
    charset: str
    others: tuple[dict[str, object], ...] = ()
    attachments: tuple[dict[str, object], ...] = ()


def content_of(
    head: Head, data: bytes, depth: int | None, report: Collector, where: str
) -> Content:
    """
    Return what a mail says.

    Args:
        head: Its headers.
        data: What stands below them.
        depth: How many levels of parts are looked into; None: all.
        report: Hears of what is broken, and of attachments.
        where: The place.
    """
    parts = list(_parts(head, data, depth, report, where))
    texts = [
        part
        for part in parts
        if part.media_type.startswith("text/") and not part.is_attached
    ]
    chosen = min(texts, key=_preference, default=None)
    charset, body = "ascii", Body(source="", media_type=PLAIN)
    others, attachments = list[dict[str, object]](), list[dict[str, object]]()
    for part in parts:
        raw = _decoded(part, report, where)
        if part.is_attached or part not in texts:
            attachments.append(_attachment(part, len(raw)))
            continue
        text, read_as = to_text(raw, part.charset, report, where)
        if part is chosen:
            charset = read_as
            language = part.language or _language(head)
            body = Body(source=text, media_type=part.media_type, language=language)
        else:
            others.append({"type": part.media_type, "text": text})
    if attachments:
        report.loss(
            "attachments",
            "the contents of attachments: their names, types and sizes are in extra",
            where,
            count=len(attachments),
        )
    return Content(body, charset, tuple(others), tuple(attachments))


def _preference(part: Part) -> int:
    return 0 if part.media_type == PLAIN else 2 if part.media_type == HTML else 1


def _attachment(part: Part, size: int) -> dict[str, object]:
    found: dict[str, object] = {"type": part.media_type, "size": size}
    if part.name is not None:
        found["name"] = part.name
    return found


def _decoded(part: Part, report: Collector, where: str) -> bytes:
    if part.coding == "base64":
        return base64_bytes(part.data, report, where)
    if part.coding == "quoted-printable":
        return binascii.a2b_qp(part.data)
    if part.coding not in _PLAIN_CODINGS:
        report.damage(
            "encoding",
            "an unknown way of writing bytes: they are taken as they are",
            f"{where}: {excerpt(part.coding, 40)}",
        )
    return part.data


def _parts(
    head: Head, data: bytes, depth: int | None, report: Collector, where: str
) -> Iterator[Part]:
    """Yield the parts without parts, in order; each level is looked at once."""
    waiting = [(head, data, 0, PLAIN)]
    while waiting:
        head, data, level, usual = waiting.pop()
        media_type, parameters = _typed(head.get("content-type"), usual)
        boundary = parameters.get("boundary", "").rstrip()
        if media_type.startswith("multipart/") and boundary:
            if depth is None or level < depth:
                usual = PLAIN if media_type != "multipart/digest" else "message/rfc822"
                found = []
                for piece in _split(data, boundary, report, where):
                    inner, at = head_of(piece, report, where)
                    found.append((inner, piece[at:], level + 1, usual))
                waiting.extend(reversed(found))
                continue
            report.damage(
                "too-deep",
                f"parts of a mail nested beyond {depth} levels: what is deeper counts "
                "as an attachment; raise Limits.mime_depth, if you trust the source",
                where,
            )
        elif media_type.startswith("multipart/"):
            report.damage(
                "syntax",
                "a mail of several parts that does not say how they are parted: it is "
                "read as plain text",
                where,
            )
            media_type = PLAIN
        yield _part(head, data, media_type, parameters, report, where)


def _part(
    head: Head,
    data: bytes,
    media_type: str,
    parameters: dict[str, str],
    report: Collector,
    where: str,
) -> Part:
    disposition, more = _typed_disposition(head.get("content-disposition"))
    name = more.get("filename") or parameters.get("name")
    coding = (head.get("content-transfer-encoding") or "").strip()
    return Part(
        media_type,
        parameters.get("charset") or None,
        None if name is None else decode_words(name, report, where),
        disposition == "attachment" or (name is not None and media_type != HTML),
        coding.lower().partition(";")[0].strip(),
        data,
        _language(head),
    )


def _language(head: Head) -> str | None:
    """Return the language that a header states, if it is one."""
    language = (head.get("content-language") or "").strip()
    return language if language and "," not in language else None


def _split(
    data: bytes, boundary: str, report: Collector, where: str
) -> Iterator[bytes]:
    """Yield what stands between the lines that part a mail."""
    line = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )
    start, is_closed = -1, False
    for match in line.finditer(data):
        if start >= 0:
            yield data[start : match.start()]
        end = data.find(b"\n", match.end())
        start = len(data) if end < 0 else end + 1
        is_closed = match[1] is not None
        if is_closed:
            return
    if start >= 0:
        yield data[start:]
    report.damage(
        "syntax", "a mail of several parts that is cut: what is there is kept", where
    )


def _typed(value: str | None, usual: str) -> tuple[str, dict[str, str]]:
    """Return the type that a Content-Type states, and its parameters."""
    value = (value or "")[:_MOST]
    match = _TYPE.match(value)
    if match is None:
        return usual, _parameters(value)
    return match[1].lower(), _parameters(value[match.end() :])


def _typed_disposition(value: str | None) -> tuple[str, dict[str, str]]:
    value = (value or "")[:_MOST]
    kind, _, _ = value.partition(";")
    return kind.strip().lower(), _parameters(value[len(kind) :])


def _parameters(text: str) -> dict[str, str]:
    """Return parameters by name; those of RFC 2231 put together."""
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(text):
        name, value = match[1].lower(), match[2]
        if value.startswith('"'):
            value = _ESCAPED.sub(r"\1", value[1:-1])
        base, star, rest = name.partition("*")
        if not star:
            found.setdefault(name, value)
            continue
        number = rest.rstrip("*")
        if (number.isascii() and number.isdigit() and len(number) < 4) or not number:
            place = pieces.setdefault(base, {})
            place.setdefault(int(number or 0), (value, name.endswith("*")))
    for base, several in pieces.items():
        found[base] = _joined([several[number] for number in sorted(several)])
    return found


def _joined(several: list[tuple[str, bool]]) -> str:
    charset, data = "utf-8", b""
    for place, (value, is_coded) in enumerate(several):
        if is_coded and place == 0 and value.count("'") > 1:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(value) if is_coded else value.encode()
    silent = Collector()
    return to_text(data, charset or "utf-8", silent, "")[0]
