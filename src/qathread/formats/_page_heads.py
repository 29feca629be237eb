"""The heads of replies: bullet, number, ``NAME Reply``, in any of their forms."""

from attrs import define, field

from ._page_lines import (
    Line,
    bullet_rest,
    heading,
    is_furniture,
    likes,
    number,
    rest_column,
    time_parts,
)

__all__ = ["Entry", "Header", "Heads", "could_be_text", "is_name", "split_level"]

_NAME = 64  # characters; more is no name
_GAP = 3  # lines from a bullet to the name that belongs to it


@define(eq=False)
class Entry:
    """
    The question or one reply, as lines.

    Attributes:
        name: The author's name; None if none stands there.
        level: The number beside the name.
        head: The lines of bullet, name and number.
        column: Where its bullet stands; -1 for the question.
        content: Where its name and body begin.
        flat: Whether its body is not indented below the bullet.
        parent: The reply it stands under; None: the question, or itself one.
        is_answer: Whether it stands under a heading for answers.
        body: The lines of the body.
        time: The line of its time, once found.
        likes: The line of its likes, once found.
    """

    name: str | None
    level: int | None
    head: tuple[Line, ...]
    column: int
    content: int
    flat: bool
    parent: "Entry | None" = None
    is_answer: bool = False
    body: list[Line] = field(factory=list)
    time: Line | None = None
    likes: Line | None = None


@define
class Header:
    entry: Entry
    stop: int  # the index of the first line after it
    strong: bool  # a bullet with a number, and a name: nothing else looks like it
    bulleted: bool


class Heads:
    """
    Finds the heads of replies in the lines of a page.

    Attributes:
        next: For every line the index of the next one that is not blank.
    """

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.next = _next_words(lines)

    def at(self, place: int) -> Header | None:
        line = self.lines[place]
        if is_furniture(line):
            return None
        rest = bullet_rest(line)
        if rest is None:
            return self._bare_header(place)
        level = number(rest)
        if rest and level is None:
            return self._one_line_header(place, rest)
        named = self._named(self.next[place], place)
        if named is None or self.lines[named[2]].indent < line.indent:
            return None
        name, inner, at, stop = named
        level = inner if level is None else level
        content = self.lines[at].indent
        heads = (line, *self.lines[at:stop])
        strong = bool(rest) and name is not None
        return self._made(name, level, heads, line.indent, content, stop, strong, True)

    def _one_line_header(self, place: int, rest: str) -> Header | None:
        line = self.lines[place]
        first, _, after = rest.partition(" ")
        level = number(first)
        words = rest if level is None else after
        if not words.endswith(" Reply"):
            return None
        name, inner = split_level(words.removesuffix(" Reply"))
        if level is not None:
            name, inner = words.removesuffix(" Reply"), level
        if not is_name(name):
            return None
        stop, strong = place + 1, level is not None
        content = rest_column(line)
        return self._made(
            name, inner, (line,), line.indent, content, stop, strong, True
        )

    def _bare_header(self, place: int) -> Header | None:
        """A head that lost its bullet: ``NAME Reply``, perhaps below a number."""
        line = self.lines[place]
        level, at = number(line.plain), place
        if level is not None:
            at = self.next[place]
        named = self._named(at, place)
        if named is None or named[0] is None:
            return None
        name, inner, at, stop = named
        if level is None:
            # "Quote Reply" is a button; a head has a text below it.
            below = self.next[stop - 1]
            if below == len(self.lines) or not could_be_text(self.lines[below]):
                return None
        level = inner if level is None else level
        heads = tuple(self.lines[place:stop])
        content = self.lines[at].indent
        return self._made(name, level, heads, content, content, stop, False, False)

    def _named(
        self, at: int, start: int
    ) -> tuple[str | None, int | None, int, int] | None:
        """Return name, level, its index and the index after ``NAME Reply``."""
        if at >= len(self.lines) or at - start > _GAP:
            return None
        plain = self.lines[at].plain
        if bullet_rest(self.lines[at]) is not None:
            return None
        if plain == "Reply":
            return None, None, at, at + 1
        if plain.endswith(" Reply"):
            stop, words = at + 1, plain.removesuffix(" Reply")
        else:
            # The button may stand on a line of its own.
            after = self.next[at]
            if after != at + 1 or after >= len(self.lines):
                return None
            if self.lines[after].plain != "Reply":
                return None
            stop, words = after + 1, plain
        name, level = split_level(words)
        return (name, level, at, stop) if is_name(name) else None

    def _made(
        self,
        name: str | None,
        level: int | None,
        heads: tuple[Line, ...],
        column: int,
        content: int,
        stop: int,
        strong: bool,
        bulleted: bool,
    ) -> Header:
        """Look at the first line below, which tells how the body is indented."""
        flat = content <= column
        below = self.next[stop - 1]
        if below < len(self.lines) and not flat:
            line = self.lines[below]
            if column < line.indent < content:
                content = line.indent
            elif line.indent <= column:
                flat = could_be_text(line)
                content = line.indent if flat else content
        entry = Entry(name, level, heads, column, content, flat)
        return Header(entry, stop, strong, bulleted)


def _next_words(lines: list[Line]) -> list[int]:
    """Return for every line the index of the next one that is not blank."""
    following, after = [0] * len(lines), len(lines)
    for place in range(len(lines) - 1, -1, -1):
        following[place] = after
        if not lines[place].blank:
            after = place
    return following


def split_level(words: str) -> tuple[str, int | None]:
    """Split ``NAME 5``; a number that starts with 0 belongs to the name."""
    name, _, last = words.rpartition(" ")
    level = number(last) if name else None
    if level is None or (len(last) > 1 and last.startswith("0")):
        return words, None
    return name, level


def is_name(words: str) -> bool:
    return 0 < len(words) <= _NAME


def could_be_text(line: Line) -> bool:
    return not (
        is_furniture(line)
        or heading(line) is not None
        or likes(line) is not None
        or time_parts(line) is not None
        or bullet_rest(line) is not None
    )
