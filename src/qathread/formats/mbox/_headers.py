"""Headers of mails: names and values, ids, people."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from .._report import Collector
from ._charsets import decode_words, header_text
from ._names import PARENT

__all__ = [
    "Head",
    "address_form",
    "base_subject",
    "head_of",
    "ids_in",
    "keywords_in",
    "message_ids",
    "own_parent",
    "sender_of",
]

_MOST: Final = 1000  # characters of a From in which a name and an address are found
_NAME: Final = re.compile(rb"([!-9;-~]+)[ \t]*:")
_ID: Final = re.compile(r"<([^<>\s]+)>?")
_BARE: Final = re.compile(r"[^\s<>()\",;]+@[^\s<>()\",;]+")
_ANGLED: Final = re.compile(r"<([^<>]*)>[^<>]*$")
_ADDRESS: Final = re.compile(r"[^\s<>()\"@,;:]+@[^\s<>()\"@,;]+")
_HIDDEN: Final = re.compile(r"([^\s<>()\"@,;:]+) at ([^\s<>()\"@,;]+)")
_COMMENT: Final = re.compile(r"\(([^()]*)\)\s*$")
_ESCAPED: Final = re.compile(r"\\(.)")
_REPLY: Final = re.compile(
    r"(?i)(?:re|fwd?|aw|wg|sv|vs|antw|res|rif|tr|odp)(?:\[[0-9]{1,4}\])?\s*:\s*"
)
_LIST: Final = re.compile(r"\[[^\[\]]{1,60}\]\s*")


@frozen(eq=False)
class Head:
    """
    The headers of one mail.

    Attributes:
        fields: Names as written and values unfolded, in order.
        first: The first value of each, by name in lower case.
    """

    fields: tuple[tuple[str, str], ...]
    first: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """Return the first value of a header, given in lower case."""
        return self.first.get(name)

    def all(self, name: str) -> Iterator[str]:
        """Yield the values of a header, given in lower case."""
        if name in self.first:
            yield from (value for key, value in self.fields if key.lower() == name)


def head_of(data: bytes, report: Collector, where: str) -> tuple[Head, int]:
    """
    Read the headers at the start of a message or a part.

    Args:
        data: The message.
        report: Hears of bytes that are no text, and of lines that are no header.
        where: The place.

    Returns:
        The headers, and where the body begins.
    """
    found, at = list[tuple[bytes, list[bytes]]](), 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        line = data[at:end].removesuffix(b"\r")
        if not line:
            at = end + 1
            break
        match = _NAME.match(line)
        if line[:1] in b" \t" and found:
            found[-1][1].append(line)
        elif match is not None:
            found.append((match[1], [line[match.end() :]]))
        elif not line.lstrip(b">").startswith(b"From "):
            report.damage(
                "syntax",
                "a line among headers that is none: the body begins there",
                where,
            )
            break
        at = end + 1
    fields = (
        (
            name.decode("ascii"),
            header_text(b"".join(lines).strip(b" \t"), report, where),
        )
        for name, lines in found
    )
    kept = tuple(fields)
    first = {name.lower(): value for name, value in reversed(kept)}
    return Head(kept, first), min(at, len(data))


def ids_in(text: str | None) -> list[str]:
    """
    Return the message ids in a ``References`` or ``In-Reply-To``.

    >>> ids_in('Your message of "Thu" <a@b> from <c@d>')
    ['a@b', 'c@d']
    >>> ids_in("a@b")
    ['a@b']
    """
    if text is None:
        return []
    if "<" in text:
        return _ID.findall(text)
    words = text.split()
    # Without brackets one cannot tell an id in a sentence from an address in it.
    if all(_BARE.fullmatch(word) for word in words):
        return words
    return []


def message_ids(head: Head) -> tuple[str | None, list[str]]:
    """Return the id of a mail, and those that it refers to, its parent last."""
    raw = head.get("message-id")
    own = None
    if raw:
        match = _ID.search(raw)
        own = match[1] if match is not None else raw.split()[0]
    return own, own_chain(head)


def own_chain(head: Head) -> list[str]:
    """Return what a mail refers to, oldest first, its parent last."""
    chain = [each for value in head.all("references") for each in ids_in(value)]
    chain = chain or ids_in(head.get("in-reply-to"))[:1]
    return chain + ids_in(head.get(PARENT))[:1]


def own_parent(head: Head) -> str | None:
    """Return the id of what a mail answers, as its headers say."""
    chain = own_chain(head)
    return chain[-1] if chain else None


def sender_of(
    text: str, report: Collector, where: str
) -> tuple[str | None, str | None]:
    """
    Return name and address of a ``From``; either may be None.

    An address is in lower case, and one that an archive hides is written out.

    >>> sender_of('"Lee, John" <JJL@pobox.com>', Collector(), "")
    ('Lee, John', 'jjl@pobox.com')
    >>> sender_of("jjl at pobox.com (John J. Lee)", Collector(), "")
    ('John J. Lee', 'jjl@pobox.com')
    """
    text = text[:_MOST]
    angled = _ANGLED.search(text)
    comment = _COMMENT.search(text)
    if angled is not None:
        name, address = text[: angled.start()], _address(angled[1])
        if address is None and not name.strip():
            name = angled[1]
        elif not name.strip() and comment is not None:
            name = comment[1]
    elif comment is not None and (found := _address(text[: comment.start()])):
        name, address = comment[1], found
    else:
        place = _ADDRESS.search(text) or _HIDDEN.search(text)
        address = None if place is None else _address(place[0])
        name = text if place is None else text[: place.start()] + text[place.end() :]
    return decode_words(_unquoted(name), report, where).strip() or None, address


def _address(text: str) -> str | None:
    text = text.strip()
    if _ADDRESS.fullmatch(text):
        return text.lower()
    hidden = _HIDDEN.fullmatch(text)
    return None if hidden is None else f"{hidden[1]}@{hidden[2]}".lower()


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text


def keywords_in(text: str, report: Collector, where: str) -> tuple[str, ...]:
    """Return the words of a ``Keywords``, each once."""
    several = (decode_words(part, report, where) for part in text.split(","))
    return tuple(dict.fromkeys(filter(None, (each.strip() for each in several))))


def address_form(text: str) -> bool:
    """Tell whether *text* is an address as :func:`sender_of` gives it."""
    return text.isascii() and _address(text) == text


def base_subject(subject: str) -> tuple[str, bool]:
    """
    Return a subject without marks of replies and lists, and whether it is a reply's.

    >>> base_subject("Re: [list] AW: Lunch?")
    ('Lunch?', True)
    """
    at, is_reply = 0, False
    while True:
        match = _REPLY.match(subject, at)
        if match is not None:
            is_reply = True
        else:
            match = _LIST.match(subject, at)
        if match is None:
            return subject[at:].strip(), is_reply
        at = match.end()
