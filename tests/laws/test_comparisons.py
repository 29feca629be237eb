"""Laws of wordings compared: nothing is lost, and nothing is made up."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from qathread import (
    Body,
    Revision,
    _compare_texts,
)
from qathread.history import Op, WordingPart, compare
from qathread.testing.strategies import (
    texts,
)

_WORDS = (
    "the ",
    "kettle ",
    "is",
    " hot",
    "\n",
    "\n\n",
    " ",
    "水",
    "熱",
    "!",
    "\r\n",
    ".",
)


def _bodies() -> SearchStrategy[tuple[str, str]]:
    """Pairs of texts: unlike ones, and ones of which one was made from the other."""
    words = st.lists(st.one_of(st.sampled_from(_WORDS), texts(1, 6)), max_size=40)

    @st.composite
    def edited(draw: st.DrawFn) -> tuple[str, str]:
        old = draw(words)
        new = list(old)
        for _ in range(draw(st.integers(0, 4))):
            place = draw(st.integers(0, len(new)))
            new[place : place + draw(st.integers(0, 5))] = draw(words)[:4]
        return "".join(old), "".join(new)

    return st.one_of(edited(), st.tuples(texts(), texts()))


def _wording(number: int, body: str, title: str | None, tags: list[str]) -> Revision:
    return Revision(
        post_id="q.1",
        number=number,
        body=Body(source=body),
        title=title,
        tags=tuple(tags),
    )


_pairs = st.builds(
    lambda bodies, titles, tags: (
        _wording(1, bodies[0], titles[0], tags[0]),
        _wording(2, bodies[1], titles[1], tags[1]),
    ),
    _bodies(),
    st.tuples(st.one_of(st.none(), texts()), st.one_of(st.none(), texts())),
    st.tuples(st.lists(texts(1, 5), max_size=3), st.lists(texts(1, 5), max_size=3)),
)
#: The limits as they are, and so that each way of comparing is taken.
_limits = st.sampled_from(
    (None, {"_SMALL": 0}, {"_SMALL": 0, "_DEPTH": 1}, {"_STEPS": 2_000}, {"_STEPS": 0})
)


@contextmanager
def limited(limits: dict[str, int] | None) -> Iterator[None]:
    """Compare under other limits."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (limits or {}).items():
            patch.setattr(_compare_texts, name, value)
        yield


def _parts(wording: Revision) -> dict[WordingPart, str]:
    return {
        WordingPart.TITLE: wording.title or "",
        WordingPart.TAGS: "\n".join(wording.tags),
        WordingPart.FORMAT: wording.body.media_type,
        WordingPart.BODY: wording.body.source,
    }


@given(pair=_pairs, limits=_limits)
def test_words_make_both_texts_again(
    pair: tuple[Revision, Revision],
    limits: dict[str, int] | None,
) -> None:
    """A comparison that loses a sign tells a lie about what somebody wrote."""
    old, new = pair
    for part in WordingPart:
        with limited(limits):
            pieces = compare(old, new).words(part)
        assert all(text for _, text in pieces)
        assert _joined(pieces, Op.INSERT) == _parts(old)[part]
        assert _joined(pieces, Op.DELETE) == _parts(new)[part]
        ops = [op for op, _ in pieces]
        for one, next_ in pairwise(ops):
            assert one is not next_
            assert (one, next_) != (Op.INSERT, Op.DELETE)


def _joined(pieces: tuple[tuple[Op, str], ...], but: Op) -> str:
    return "".join(text for op, text in pieces if op is not but)


@given(pair=_pairs, limits=_limits)
def test_marked_html_shows_both_texts_and_nothing_else(
    pair: tuple[Revision, Revision],
    limits: dict[str, int] | None,
) -> None:
    """No markup of a wording may reach the page, and no sign of it may be lost."""
    reader = _Page()
    with limited(limits):
        page = compare(*pair).html()
    # What a browser does with a page before it looks at it.
    reader.feed(page.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    for side, wording in zip(("del", "ins"), pair, strict=True):
        parts = _parts(wording)
        del parts[WordingPart.FORMAT]  # the same on both sides
        expected = {part: text for part, text in parts.items() if text}
        assert {part: text for part, text in reader.of(side).items() if text} == {
            part.value: text for part, text in expected.items()
        }


class _Page(HTMLParser):
    """Reads what a browser would see, part by part."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.part: str | None = None
        self.mark: str | None = None
        self.texts: list[tuple[str, str | None, str]] = []

    def of(self, side: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for part, mark, text in self.texts:
            found.setdefault(part, "")
            if mark in (None, side):
                found[part] += text
        return {part: text.removeprefix("\n") for part, text in found.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "pre":
            ((name, self.part),) = attrs
            assert name == "class"
        else:
            assert tag in ("ins", "del")
            assert not attrs
            self.mark = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self.part = None
        else:
            assert tag == self.mark
            self.mark = None

    def handle_data(self, data: str) -> None:
        if self.part is None:
            assert data == "\n"
        else:
            self.texts.append((self.part, self.mark, data))


@given(pair=_pairs, limits=_limits)
def test_a_unified_diff_patches_the_old_text_into_the_new(
    pair: tuple[Revision, Revision],
    limits: dict[str, int] | None,
) -> None:
    """It must say all that changed, where it is, and be empty if nothing did."""
    old, new = pair
    with limited(limits):
        diff = compare(old, new).text()
    assert (diff == "") is (_parts(old) == _parts(new))
    assert compare(old, old).text() == ""
    parts = _parts(old)
    for part, hunks in _read_diff(diff).items():
        text = parts[part]
        if part is not WordingPart.BODY and text:
            text += "\n"
        text = _patched(text, hunks)
        parts[part] = text if part is WordingPart.BODY else text.removesuffix("\n")
    assert parts == _parts(new)


_Hunk = tuple[int, list[tuple[str, str]]]


def _read_diff(diff: str) -> dict[WordingPart, list[_Hunk]]:
    found: dict[WordingPart, list[_Hunk]] = {}
    lines = iter(re.findall(r"[^\n]*\n", diff))
    left = {"-": 0, "+": 0}
    part = WordingPart.BODY
    for line in lines:
        if line.startswith("\\"):
            sign, text = found[part][-1][1][-1]
            found[part][-1][1][-1] = (sign, text.removesuffix("\n"))
        elif any(left.values()):
            sign, text = line[0], line[1:]
            for side in "-+" if sign == " " else sign:
                left[side] -= 1
            found[part][-1][1].append((sign, text))
        elif line.startswith("--- "):
            part = WordingPart(line.split()[1])
            assert line == f"--- {part} of revision 1\n"
            assert next(lines) == f"+++ {part} of revision 2\n"
            found[part] = []
        else:
            match = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@\n", line)
            assert match is not None, line
            start, went, came = match.groups()
            left = {"-": int(went or 1), "+": int(came or 1)}
            found[part].append((int(start) - (went != "0"), []))
    assert not any(left.values())
    return found


def _patched(text: str, hunks: list[_Hunk]) -> str:
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    made: list[str] = []
    place = 0
    for start, changes in hunks:
        made += lines[place:start]
        place = start
        for sign, line in changes:
            if sign != "+":
                assert lines[place] == line
                place += 1
            if sign != "-":
                made.append(line)
    return "".join(made + lines[place:])
