"""Threads as lines of text for a screen: a tree with whole bodies."""

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from ..content import ThreadKind
from ..ids import PostId
from ..posts import Answer, Comment, Post, PostKind, Question, Stub
from ..thread import Thread, index_in

if TYPE_CHECKING:
    from ..ranking.ordering import Name

__all__ = ["harmless", "lines"]

_ENDS = re.compile(r"\r\n?|\n")
_CHUNKS = re.compile(r"\S+|\s+")
_BULLET = re.compile(r"(?:[-*•·‣]|[0-9]{1,3}[.)]) +")
_MARGIN = 40  # columns that a body keeps, however deep it stands
_TAB = 8
# What would move the cursor or change colours.
_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if code != 10}
_BIDI = frozenset({"R", "AL", "RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI"})


@frozen
class _Place:
    """One post on its way to the screen."""

    part: Post | Stub
    depth: int  # 1 for what stands directly under the question
    last: bool  # among those under the same post
    prefix: str  # what stands before its guide
    rank: int | None = None
    note: str = ""


def lines(
    thread: Thread, *, order: "Name | None" = None, width: int = 80
) -> Iterator[tuple[str, str]]:
    """
    Yield the lines of a thread, each with the name of a style.

    Args:
        thread: What to show.
        order: How to rank its answers, or without any the comments under its
            question; None: in order of arrival.
        width: Columns to fill. Bodies are wrapped at blanks, words are never cut.

    Yields:
        Line and style: ``bold``, ``dim`` or nothing.

    Raises:
        ValidationError: If there is no such order.
    """
    root = thread.root
    if isinstance(root, Question):
        yield from _question(thread, root, width)
    else:
        yield f"[question {root.id} is not at hand]", "dim"
    ranked = _ranked(thread, order)
    accepted = frozenset(thread.accepted)
    counts = _counts(thread)
    if counts:
        how = f", by {order}" if order is not None and len(ranked) > 1 else ""
        yield "", ""
        yield counts + how, "dim"
    for place in _tree(thread, ranked, width):
        yield from _post(thread, place, width, accepted)


def harmless(text: str) -> str:
    """Return *text* without control characters that a terminal obeys."""
    return text.expandtabs(_TAB).translate(_CONTROLS)


# -- posts -----------------------------------------------------------------------


def _question(
    thread: Thread, question: Question, width: int
) -> Iterator[tuple[str, str]]:
    if not question.stands:
        yield f"[question {_gone(question)}]", "dim"
        return
    title = "Untitled" if question.title is None else _isolated(question.title)
    for line in _wrapped(title, width):
        yield line, "bold"
    verb = "asked by" if thread.kind == ThreadKind.QA else "by"
    for line in _wrapped(f"{verb} {_facts(thread, question)}", width):
        yield line, "dim"
    if question.tags:
        for line in _wrapped(f"tags: {', '.join(question.tags)}", width):
            yield harmless(line), "dim"
    yield from _body(thread, question, "  ", width)


def _post(
    thread: Thread, place: _Place, width: int, accepted: frozenset[PostId]
) -> Iterator[tuple[str, str]]:
    guide = "└─ " if place.last else "├─ "
    under = place.prefix + ("   " if place.last else "│  ")
    part = place.part
    yield f"{place.prefix}│", ""
    if isinstance(part, Stub):
        count = "posts" if part.count is None else f"{part.count} posts"
        yield f"{place.prefix}{guide}[{count} not at hand]", "dim"
    elif not part.stands:
        yield f"{place.prefix}{guide}[{part.kind} {_gone(part)}]", "dim"
    else:
        rank = "" if place.rank is None else f"{place.rank}. "
        facts = _facts(thread, part)
        if part.kind is PostKind.ANSWER:
            facts += " · accepted answer" if part.id in accepted else " · answer"
        if _prefix_is_full(place.prefix, width):
            facts += f" · level {place.depth} of the tree"
        if place.note:
            facts += f" · {place.note}"
        first = f"{place.prefix}{guide}{rank}"
        for line in _wrapped(facts, max(width - len(first), _MARGIN)):
            yield first + line, "bold"
            first = under + " " * len(rank)
        yield from _body(thread, part, under, width)


def _body(
    thread: Thread, post: Post, prefix: str, width: int
) -> Iterator[tuple[str, str]]:
    """Yield the whole body and the counts of reactions below it."""
    room = max(width - len(prefix), _MARGIN)
    if post.body.source:
        yield prefix.rstrip(), ""
    for line in _ENDS.split(post.body.source) if post.body.source else ():
        for part in _wrapped(harmless(line.expandtabs(_TAB)), room):
            yield (prefix + part).rstrip(), ""
    reactions = thread.reactions(post.id)
    if reactions:
        yield prefix.rstrip(), ""
        shown = (f"{kind.capitalize()}({n})" for kind, n in reactions.items())
        yield prefix + harmless("  ".join(shown)), "dim"


def _facts(thread: Thread, post: Post) -> str:
    """Return who, level, when and score."""
    author = thread.author(post.id)
    name = post.author_name or author.name or author.handle
    who = f"[{author.kind} user]" if name is None else _isolated(name)
    parts = [who if author.level is None else f"{who} (level {author.level})"]
    if post.created_at is not None:
        stated = post.provenance is None or post.provenance.zone_stated is not False
        zone = "UTC" if stated else "UTC, zone not stated"
        parts.append(f"{post.created_at:%Y-%m-%d %H:%M:%S} {zone}")
    if post.edited_at is not None:
        parts.append("edited")
    score = thread.score(post.id)
    if score is not None:
        parts.append(f"score {score}")
    return " · ".join(parts)


def _gone(post: Post) -> str:
    return "deleted by its author" if post.deleted is not None else "removed"


def _counts(thread: Thread) -> str:
    found = ((len(thread.answers), "answer"), (len(thread.comments), "comment"))
    return ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in found if n)


# -- the tree --------------------------------------------------------------------


def _ranked(thread: Thread, order: "Name | None") -> dict[PostId, tuple[int, str]]:
    """Return place and remark of everything that *order* ranks, best first."""
    if order is None:
        return {}
    from .. import ranking

    found = ranking.order(thread, by=order)
    places = enumerate(zip(found, found.reasons, strict=True), start=1)
    return {post.id: (rank, reason.note) for rank, (post, reason) in places}


def _tree(
    thread: Thread, ranked: dict[PostId, tuple[int, str]], width: int
) -> Iterator[_Place]:
    """Yield all below the root, parents first; ranked posts before their like."""
    nodes = index_in(thread).nodes
    root = thread.root
    stack = [_Place(root, 0, True, "")]
    while stack:
        place = stack.pop()
        if place.depth:
            yield place
        node = nodes[place.part.id]
        below = [nodes[post_id].post for post_id in (*node.children, *node.gaps)]
        if place.depth == 0 and ranked:
            below.sort(key=lambda part: _rank_key(part, ranked))
        prefix = place.prefix
        if place.depth and not _prefix_is_full(prefix, width):
            prefix += "   " if place.last else "│  "
        for count, part in enumerate(reversed(below)):
            rank, note = ranked.get(part.id, (None, ""))
            rank = None if len(ranked) == 1 else rank
            stack.append(_Place(part, place.depth + 1, count == 0, prefix, rank, note))


def _rank_key(
    part: Post | Stub, ranked: dict[PostId, tuple[int, str]]
) -> tuple[int, int]:
    """Comments on a question stand before its answers; what has no rank comes last."""
    group = 0 if isinstance(part, Comment) and part.id not in ranked else 1
    if isinstance(part, Answer | Comment) and not part.stands and group == 0:
        group = 2
    rank, _ = ranked.get(part.id, (len(ranked) + 1, ""))
    return group, rank


def _prefix_is_full(prefix: str, width: int) -> bool:
    """Tell whether deeper posts must share the indentation of this one."""
    return len(prefix) + 6 > max(width - _MARGIN, 12)


# -- text ------------------------------------------------------------------------


def _isolated(text: str) -> str:
    """Keep right-to-left text from turning what stands around it."""
    shown = harmless(" ".join(text.split()))
    if shown.isascii() or not any(map(_turns, shown)):
        return shown
    return f"\u2068{shown}\u2069"


def _turns(character: str) -> bool:
    return unicodedata.bidirectional(character) in _BIDI


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield *text* in lines of at most *width* columns, words kept whole."""
    if _columns(text) <= width:
        yield text
        return
    margin = text[: len(text) - len(text.lstrip())]
    bullet = _BULLET.match(text, len(margin))
    hang = " " * (len(margin) + (0 if bullet is None else len(bullet[0])))
    if len(hang) > width // 2:
        hang = ""
    line, used, gap = margin, len(margin), ""
    for chunk in _CHUNKS.findall(text[len(margin) :]):
        if chunk.isspace():
            gap = chunk
            continue
        need = _columns(chunk)
        if used + len(gap) + need > width and line.strip():
            yield line
            line, used, gap = hang, len(hang), ""
        line += gap + chunk
        used += len(gap) + need
        gap = ""
    yield line


def _columns(text: str) -> int:
    """Return how many columns *text* takes on a screen."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 1
