"""
Names in text: found whole, in any normal form, and replaced.

All else stays character by character. A text is looked at in compatibility
decomposition (NFKD), with entities and backslash escapes read where the media
type has them; each character there knows which part of the text it came from.
"""

import html
import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from ._erase_code import Span, code_spans, touches
from .bodies import HTML, MARKDOWN, Body
from .ids import UserId

__all__ = ["PLACEHOLDER", "Names", "is_whole", "letters", "name_pattern"]

#: What erasure itself puts in the place of people; never taken for a name.
PLACEHOLDER: Final = r"(?:deleted-[0-9]+|user-[0-9a-f]{20})"
_ENTITY: Final = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ESCAPE: Final = r"\\[!-/:-@\[-`{-~]"
_TOKENS: Final = {
    MARKDOWN: re.compile(f"{_ENTITY}|{_ESCAPE}"),
    HTML: re.compile(_ENTITY),
}
_STRING: Final = re.compile(r'("(?:[^"\\]|\\.)*")(:?)')
_WORD: Final = re.compile(r"\w+")
_HYPHENS: Final = frozenset("-\u2010\u2011")
_JOINERS: Final = frozenset("\u200c\u200d")  # join letters within a word
# Scripts that are written without blanks, or with particles at the end of a word.
_UNSPACED: Final = (
    ("han", 0x3005, 0x3007),
    ("han", 0x3400, 0x9FFF),
    ("han", 0xF900, 0xFAFF),
    ("han", 0x20000, 0x3FFFF),
    ("hiragana", 0x3041, 0x309F),
    ("katakana", 0x30A0, 0x30FF),
    ("katakana", 0x31F0, 0x31FF),
    ("hangul", 0x1100, 0x11FF),
    ("hangul", 0x3130, 0x318F),
    ("hangul", 0xA960, 0xA97F),
    ("hangul", 0xAC00, 0xD7FF),
    ("thai", 0x0E00, 0x0E7F),
    ("lao", 0x0E80, 0x0EFF),
    ("tibetan", 0x0F00, 0x0FFF),
    ("myanmar", 0x1000, 0x109F),
    ("khmer", 0x1780, 0x17FF),
)


def letters(text: str) -> str:
    """Return the form in which names are compared."""
    return unicodedata.normalize("NFKD", text)


# -- what is whole ---------------------------------------------------------------


def is_whole(text: str, start: int, end: int, *, mention: bool = False) -> bool:
    """
    Tell whether a name at these places of a decomposed text is a whole one.

    No letter, digit, mark or ``_`` may go on before or after it, nor a hyphen with
    more of them. Scripts without blanks between words have no such ends: a name
    of two characters or more in one of them may stand anywhere, but katakana and
    single characters not beside others of their script.

    >>> is_whole("Annika", 0, 3), is_whole("Ann's", 0, 3), is_whole("Ann-Marie", 0, 3)
    (False, True, False)
    """
    name = text[start:end]
    called = mention or text[max(0, start - 1) : start] == "@"
    if not mention and not _ends(name, text[max(0, start - 2) : start][::-1], 0):
        return False
    after = text[end : end + 2]
    if called and len(after) == 2 and after[0] in ".@" and _goes_on(after[1]):
        return False
    return _ends(name, after, -1)


def _ends(name: str, beyond: str, edge: int) -> bool:
    """Whether a name is whole at one edge; *beyond* leads away from it."""
    if not beyond:
        return True
    if unicodedata.category(beyond[0])[0] == "M" and edge == -1:
        return "\ufe00" <= beyond[0] <= "\ufe0f"  # how to draw it, not what it is
    if edge == -1 and "\u1160" <= beyond[0] <= "\u11ff":
        return False  # the rest of a Korean syllable
    base = _base(name, edge)
    script = _script(base)
    if script is not None:
        alone = script == "katakana" or len(unicodedata.normalize("NFC", name)) == 1
        return not alone or _script(beyond[0]) != script
    if not _goes_on(base):
        return True
    if _script(beyond[0]) is not None:
        return True
    if beyond[0] in _HYPHENS:
        return len(beyond) == 1 or not _goes_on(beyond[1])
    return not _goes_on(beyond[0])


def _base(name: str, edge: int) -> str:
    """Return the letter at an edge, without the marks on it."""
    kept = [c for c in name if unicodedata.category(c)[0] != "M"] or [name[edge]]
    return kept[edge]


def _begins(text: str, start: int) -> bool:
    """Whether an @ there begins a mention, and not the end of an address."""
    before = text[max(0, start - 1) : start]
    return not before or not _goes_on(before) or _script(before) is not None


def _goes_on(char: str) -> bool:
    return (
        char == "_"
        or char.isalnum()
        or char in _JOINERS
        or unicodedata.category(char)[0] == "M"
    )


def _script(char: str) -> str | None:
    if char < "\u0e00":
        return None
    code = ord(char)
    return next((name for name, low, high in _UNSPACED if low <= code <= high), None)


# -- what is looked for ----------------------------------------------------------


@frozen
class _Wanted:
    """A name to look for."""

    pattern: re.Pattern[str]
    put: str | None  # None: somebody else's name, which stays
    size: int
    mention: bool


def name_pattern(name: str) -> str:
    """Return a pattern for a decomposed name; blanks may be of any kind."""
    return r"\s+".join(re.escape(word) for word in letters(name).split())


def _mention_pattern(name: str) -> str:
    """Return a pattern for ``@name``: blanks and punctuation may be left out."""
    parts = (
        re.escape(char) if _goes_on(char) else rf"(?:{re.escape(char)})?"
        for char in letters(" ".join(name.split()))
    )
    return (
        "@(?i:"
        + "".join(r"\s*" if part == r"(?:\ )?" else part for part in parts)
        + ")"
    )


def _is_word(name: str) -> bool:
    return any(map(str.isalnum, name))


class Names:
    """Names of the people to erase, and what goes in their places."""

    def __init__(
        self,
        names: Mapping[str, str],
        mentions: Mapping[str, str],
        others: Iterable[str],
        ids: Mapping[UserId, str],
        in_code: bool,
    ) -> None:
        """
        Prepare to look for names.

        Args:
            names: Names looked for as they are, with what to put there.
            mentions: Names looked for behind an @, in any case.
            others: Names of others; where one of them stands, nothing is found.
            ids: Ids looked for as whole values in ``extra``.
            in_code: Whether to look into code.
        """
        self._ids = {
            key: put
            for key, put in ids.items()
            if not (key.isascii() and key.isdigit())
        }
        self._in_code = in_code
        mine = {letters(name) for name in (*names, *mentions)}
        wanted = [
            _Wanted(re.compile(name_pattern(name)), put, len(letters(name)), False)
            for name, put in names.items()
            if _is_word(name)
        ]
        wanted += [
            _Wanted(
                re.compile(_mention_pattern(name)), put, len(letters(name)) + 1, True
            )
            for name, put in mentions.items()
            if _is_word(name)
        ]
        self._any = bool(wanted)
        # Most texts hold no name: this tells so at once.
        self._mine = re.compile("|".join(each.pattern.pattern for each in wanted))
        for name in others:
            if _is_word(name) and _meets(letters(name), mine):
                size = len(letters(name))
                plain, called = name_pattern(name), _mention_pattern(name)
                wanted.append(_Wanted(re.compile(plain), None, size, False))
                wanted.append(_Wanted(re.compile(called), None, size + 1, True))
        wanted.append(_Wanted(re.compile(PLACEHOLDER), None, 0, False))
        # The longest name at a place is meant; of equal ones, the one to erase.
        wanted.sort(key=lambda each: (-each.size, each.put is None))
        self._wanted = tuple(wanted)
        self._start = re.compile("|".join(each.pattern.pattern for each in wanted))

    def __bool__(self) -> bool:
        return self._any or bool(self._ids)

    def words(self, text: str) -> str:
        """Return *text*, which has no code, without the names."""
        return self._settled(text, None)

    def body(self, body: Body) -> Body:
        """Return *body* without the names; the same object if none is in it."""
        source = self._settled(body.source, body)
        return body if source == body.source else evolve(body, source=source)

    def extra(self, text: str) -> str:
        """Return the canonical JSON *text* without the names in its values."""

        def value(found: re.Match[str]) -> str:
            if found[2]:  # the name of a member
                return found[0]
            held: str = json.loads(found[0])
            after = self._ids.get(held) or self.words(held)
            return found[0] if after == held else json.dumps(after, ensure_ascii=False)

        after = _STRING.sub(value, text)
        return text if after == text else after

    def _settled(self, text: str, body: Body | None) -> str:
        """Replace until nothing is left: a name can come to stand alone by it."""
        if not self._any:
            return text
        tokens = None if body is None else _TOKENS.get(body.media_type)
        while self._mine.search(letters(_read(text, tokens))):
            code: tuple[Span, ...] | None = (
                () if body is None or self._in_code else None
            )
            look = _Look(text, tokens)
            kept: list[str] = []
            done = 0
            for start, end, put in self._found(look.folded):
                origin = look.origin(start, end)
                if origin is None:
                    continue
                if code is None and body is not None:
                    code = code_spans(evolve(body, source=text))
                if not touches(code or (), *origin):
                    kept += (text[done : origin[0]], put)
                    done = origin[1]
            if not kept:
                break
            text = "".join((*kept, text[done:]))
        return text

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield the places of whole names in a decomposed text, in order."""
        place = 0
        while hit := self._start.search(text, place):
            start = hit.start()
            place = start + 1
            for wanted in self._wanted:
                match = wanted.pattern.match(text, start)
                if not match:
                    continue
                first, last = start + wanted.mention, match.end()
                if wanted.mention and not _begins(text, start):
                    continue
                if is_whole(text, first, last, mention=wanted.mention):
                    place = last
                    if wanted.put is not None:
                        yield first, last, wanted.put
                    break


def _meets(name: str, mine: Iterable[str]) -> bool:
    """Whether two names share a word, so that one may stand within the other."""
    folded = name.casefold()
    words = set(_WORD.findall(folded))
    for other in mine:
        known = other.casefold()
        unspaced = any(_script(char) is not None for char in known)
        if not words.isdisjoint(_WORD.findall(known)) or (unspaced and known in folded):
            return True
    return False


class _Look:
    """A text as it is compared, and where each character came from."""

    def __init__(self, text: str, tokens: re.Pattern[str] | None) -> None:
        escaped = tokens is not None and ("&" in text or "\\" in text)
        self._plain = not escaped and (
            text.isascii() or unicodedata.is_normalized("NFKD", text)
        )
        if self._plain:
            self.folded = text
            return
        chars: list[tuple[str, int, int]] = []
        done = 0
        for token in tokens.finditer(text) if escaped and tokens else ():
            chars.extend(_decomposed(text, done, token.start()))
            read = letters(_unescaped(token))
            chars.extend((char, *token.span()) for char in read)
            done = token.end()
        chars.extend(_decomposed(text, done, len(text)))
        ordered = _in_order(chars)
        self.folded = "".join(char for char, _, _ in ordered)
        self._starts = [start for _, start, _ in ordered]
        self._ends = [end for _, _, end in ordered]

    def origin(self, start: int, end: int) -> Span | None:
        """Return the part of the text that became these characters, if it is whole."""
        if self._plain:
            return start, end
        first, last = min(self._starts[start:end]), max(self._ends[start:end])
        if start and self._ends[start - 1] > first:
            return None
        if end < len(self._starts) and self._starts[end] < last:
            return None
        return first, last


def _unescaped(token: re.Match[str]) -> str:
    return token[0][1:] if token[0][0] == "\\" else html.unescape(token[0])


def _read(text: str, tokens: re.Pattern[str] | None) -> str:
    if tokens is None or ("&" not in text and "\\" not in text):
        return text
    return tokens.sub(_unescaped, text)


def _decomposed(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for place in range(start, end):
        for char in letters(text[place]):
            yield char, place, place + 1


def _in_order(chars: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Put the marks on each letter in canonical order, as normal forms do."""
    ordered: list[tuple[str, int, int]] = []
    marks: list[tuple[int, tuple[str, int, int]]] = []
    for each in chars:
        rank = unicodedata.combining(each[0])
        if rank:
            at = bisect_right(marks, rank, key=lambda held: held[0])
            marks.insert(at, (rank, each))
            continue
        ordered.extend(held for _, held in marks)
        marks.clear()
        ordered.append(each)
    ordered.extend(held for _, held in marks)
    return ordered
