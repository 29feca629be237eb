"""
What stayed of a text, what went and what came: by lines, and within them by words.

The cost is bounded whatever the texts hold. Long runs are first parted at words or
lines that occur once on both sides, in their longest common order; only what is
left between those goes to :mod:`difflib`, whose worst case is cubic, and only as
long as a purse of steps lasts. What is too dear then counts as replaced whole.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TypeAlias

_DEPTH = 6  # how often what is left between unique words is parted again
_STEPS = 50_000_000  # of difflib, for one comparison: less than a second
_SMALL = 30_000  # steps below which parting is not worth while
_FEW = 100  # steps that a comparison of next to nothing takes
_CONTEXT = 3  # lines around a change

# Words of scripts that are written without blanks are taken sign by sign, with the
# marks that follow them. Punctuation stands alone; any other word is what is left.
_SIGNS = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
_STOPS = r"!-&(-/:-@\[-^`{-~"  # ASCII punctuation but the apostrophe and "_"
_WORD = re.compile(rf"\s+|[{_SIGNS}][{_MARKS}]*|[{_STOPS}]|[^\s{_SIGNS}{_STOPS}]+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Op(StrEnum):
    """What became of a piece of text."""

    EQUAL = "equal"
    DELETE = "delete"
    INSERT = "insert"


#: A run: whether it is the same on both sides, and where it stands on each.
_Run: TypeAlias = tuple[bool, int, int, int, int]
#: How often what it comes from was parted, None if it is the same on both sides,
#: and where it stands on each.
_Range: TypeAlias = tuple[int | None, int, int, int, int]


#: A piece: whether it is the same on both sides, and its text on each.
_Piece: TypeAlias = tuple[bool, str, str]


def by_words(old: str, new: str) -> Iterator[tuple[Op, str]]:
    """Yield pieces that make both texts, with changes as small as words."""
    for same, before, after in _merged(_absorbed(list(_merged(_pieces(old, new))))):
        if same:
            yield Op.EQUAL, before
            continue
        if before:
            yield Op.DELETE, before
        if after:
            yield Op.INSERT, after


def unified(old: str, new: str, old_name: str, new_name: str) -> Iterator[str]:
    """Yield the lines of a unified diff; none if the texts are equal."""
    a, b = lines_of(old), lines_of(new)
    hunks = list(_hunks(list(_runs(a, b, _Purse()))))
    if hunks:
        yield f"--- {old_name}\n+++ {new_name}\n"
    for hunk in hunks:
        (_, i1, _, j1, _), (_, _, i2, _, j2) = hunk[0], hunk[-1]
        yield f"@@ -{_span(i1, i2)} +{_span(j1, j2)} @@\n"
        for same, start, stop, came, end in hunk:
            yield from (_marked(" " if same else "-", line) for line in a[start:stop])
            if not same:
                yield from (_marked("+", line) for line in b[came:end])


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends, which are line feeds alone."""
    return _LINE.findall(text)


# -- pieces ----------------------------------------------------------------------


def _pieces(old: str, new: str) -> Iterator[_Piece]:
    a, b, purse = lines_of(old), lines_of(new), _Purse()
    for same, i1, i2, j1, j2 in _runs(a, b, purse):
        before, after = "".join(a[i1:i2]), "".join(b[j1:j2])
        if same or not before or not after:
            yield same, before, after
            continue
        words, others = _WORD.findall(before), _WORD.findall(after)
        for equal, k1, k2, l1, l2 in _runs(words, others, purse):
            yield equal, "".join(words[k1:k2]), "".join(others[l1:l2])


def _merged(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Join neighbours of one sort."""
    for same, group in groupby(pieces, itemgetter(0)):
        found = list(group)
        yield same, "".join(map(itemgetter(1), found)), "".join(map(_after, found))


_after = itemgetter(2)


def _absorbed(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Count a blank that stayed between two changes as changed: it reads better."""
    last = len(pieces) - 1
    for place, (same, before, after) in enumerate(pieces):
        inside = 0 < place < last and before.isspace() and "\n" not in before
        yield same and not inside, before, after


# -- lines -----------------------------------------------------------------------


def _hunks(runs: list[_Run]) -> Iterator[list[_Run]]:
    """Part runs into groups of changes with a few lines around them."""
    hunk: list[_Run] = []
    for place, (same, i1, i2, j1, j2) in enumerate(runs):
        if not same:
            hunk.append((same, i1, i2, j1, j2))
            continue
        last = place == len(runs) - 1
        if hunk and (last or i2 - i1 > 2 * _CONTEXT):
            kept = min(_CONTEXT, i2 - i1)
            yield [*hunk, (True, i1, i1 + kept, j1, j1 + kept)]
            hunk = []
        elif hunk:
            hunk.append((True, i1, i2, j1, j2))
        if not hunk and not last:
            kept = min(_CONTEXT, i2 - i1)
            hunk = [(True, i2 - kept, i2, j2 - kept, j2)]
    if hunk:
        yield hunk


def _span(start: int, stop: int) -> str:
    """Return lines as a hunk names them: from 1 up, the one before if there is none."""
    if stop - start == 1:
        return f"{start + 1}"
    return f"{start + (stop > start)},{stop - start}"


def _marked(sign: str, line: str) -> str:
    if line.endswith("\n"):
        return sign + line
    return f"{sign}{line}\n\\ No newline at end of file\n"


# -- runs ------------------------------------------------------------------------


class _Purse:
    """How many steps may still be taken."""

    def __init__(self) -> None:
        self.left = _STEPS

    def pays(self, steps: int) -> bool:
        """Take *steps* out, if there are as many."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


def _runs(a: Sequence[str], b: Sequence[str], purse: _Purse) -> Iterator[_Run]:
    """Yield runs from the first to the last, none of them empty on both sides."""
    waiting: list[_Range] = [(0, 0, len(a), 0, len(b))]
    while waiting:
        depth, i1, i2, j1, j2 = waiting.pop()
        if depth is None:
            yield True, i1, i2, j1, j2
            continue
        head = _alike(a, b, i1, j1, 1, min(i2 - i1, j2 - j1))
        if head:
            yield True, i1, i1 + head, j1, j1 + head
            i1, j1 = i1 + head, j1 + head
        tail = _alike(a, b, i2 - 1, j2 - 1, -1, min(i2 - i1, j2 - j1))
        if tail:
            waiting.append((None, i2 - tail, i2, j2 - tail, j2))
            i2, j2 = i2 - tail, j2 - tail
        n, m = i2 - i1, j2 - j1
        if n == 0 or m == 0 or n == m == 1:
            if n or m:
                yield False, i1, i2, j1, j2
            continue
        steps = n * m * min(n, m) + _FEW
        anchors: list[tuple[int, int]] = []
        if steps > _SMALL and depth < _DEPTH:
            anchors = _anchors(a, b, i1, i2, j1, j2)
        if anchors:
            # Each range begins with its anchor, which is then part of its head.
            bounds = [(i1, j1), *anchors, (i2, j2)]
            ranges = [
                (depth + 1, k1, k2, l1, l2) for (k1, l1), (k2, l2) in pairwise(bounds)
            ]
            waiting.extend(reversed(ranges))
        elif purse.pays(steps):
            matcher = SequenceMatcher(None, a[i1:i2], b[j1:j2], autojunk=False)
            for tag, k1, k2, l1, l2 in matcher.get_opcodes():
                yield tag == "equal", i1 + k1, i1 + k2, j1 + l1, j1 + l2
        else:
            yield False, i1, i2, j1, j2


def _alike(
    a: Sequence[str], b: Sequence[str], i: int, j: int, step: int, most: int
) -> int:
    """Count items that are the same from two places on."""
    count = 0
    while count < most and a[i] == b[j]:
        count, i, j = count + 1, i + step, j + step
    return count


def _anchors(
    a: Sequence[str], b: Sequence[str], i1: int, i2: int, j1: int, j2: int
) -> list[tuple[int, int]]:
    """Return places of what occurs once on both sides, as many as rise on both."""
    counts, others = Counter(a[i1:i2]), Counter(b[j1:j2])
    place = {b[j]: j for j in range(j1, j2) if others[b[j]] == 1}
    both = [
        (i, place[a[i]])
        for i in range(i1, i2)
        if a[i] in place and counts[a[i]] == 1 and not a[i].isspace()
    ]
    # The longest rising chain: for each length the pair with the least end.
    ends: list[int] = []
    chain: list[int] = []  # indices into both, by length
    before: list[int] = []
    for index, (_, j) in enumerate(both):
        length = bisect_left(ends, j)
        before.append(chain[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        chain[length : length + 1] = [index]
    found: list[tuple[int, int]] = []
    index = chain[-1] if chain else -1
    while index >= 0:
        found.append(both[index])
        index = before[index]
    return found[::-1]
