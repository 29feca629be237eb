"""
The text of a thread, as people read it.

A body in Markdown stands in a block quote, line for line as it was written: nothing
in it, not even an open code fence or a heading, reaches beyond the quote. A body of
another kind stands in a code fence longer than any in it. So every heading at the
margin is ours.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from attrs import frozen

from ..._walks import preorder
from ...bodies import MARKDOWN, Body
from ...posts import Post, Question, Stub
from ...thread import Thread, index_in

__all__ = ["ENDS", "LAST", "Block", "blocks", "quoted"]

_DEEPEST: Final = 6  # Markdown has six levels of headings
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#&!~|])")  # what means something in a line
#: The last line of a file, which a file that was cut has not.
LAST: Final = "<!-- end -->"
ENDS: Final = re.compile(r"\r\n?|\n")
_FENCES: Final = re.compile(r"`+")


@frozen
class Block:
    """
    A line of ours with its end, or a place for the body of a post.

    Attributes:
        line: The line; None for a body.
        post_id: Whose body.
    """

    line: str | None
    post_id: str | None = None


def blocks(thread: Thread) -> Iterator[Block]:
    """Yield the blocks of a thread; between two of them is an empty line."""
    numbers: dict[str, int] = {}
    accepted = frozenset(thread.accepted)
    parts = preorder(index_in(thread).nodes, thread.root.id)
    for number, (depth, node) in enumerate(parts):
        post = node.post
        numbers[post.id] = number
        level = "#" * min(depth + 1, _DEEPEST)
        if isinstance(post, Stub):
            count = "posts" if post.count is None else f"{post.count} posts"
            yield Block(f"*{count} not delivered here.*\n")
            continue
        if not post.stands:
            what = "deleted" if post.deleted is not None else "removed"
            if isinstance(post, Question):
                yield Block(f"# *A question that was {what}*\n")
            else:
                yield Block(f"*{post.kind.capitalize()} {number} was {what}.*\n")
            continue
        if isinstance(post, Question):
            yield Block(f"# {_words(post.title or 'Untitled')}\n")
            if post.tags:
                yield Block(f"Tags: {', '.join(map(_words, post.tags))}\n")
        else:
            under = numbers[post.parent_id]
            reply = f", reply to {under}" if depth > 1 else ""
            yield Block(f"{level} {post.kind.capitalize()} {number}{reply}\n")
        yield Block(f"{_about(thread, post, accepted)}\n")
        yield Block(None, post.id)


def quoted(body: Body) -> str:
    """Return a body that is not empty as a quote or in a fence, with its line end."""
    if body.media_type == MARKDOWN:
        return f"> {ENDS.sub(_with_mark, body.source)}\n"
    longest = max(map(len, _FENCES.findall(body.source)), default=0)
    fence = "`" * max(3, longest + 1)
    kind = body.media_type.removeprefix("text/")
    info = kind if kind.isalnum() else ""
    return f"{fence}{'text' if info == 'plain' else info}\n{body.source}\n{fence}\n"


def _with_mark(end: re.Match[str]) -> str:
    return f"{end[0]}> "


def _about(thread: Thread, post: Post, accepted: frozenset[str]) -> str:
    """Return who, when and how well, in one line."""
    author = thread.author(post.id)
    name = post.author_name or author.name or author.handle or f"({author.kind} user)"
    parts = [f"By **{_words(name)}**"]
    if post.created_at is not None:
        stated = post.provenance is None or post.provenance.zone_stated is not False
        zone = "" if stated else ", zone not stated"
        parts.append(_time(post.created_at) + zone)
    if post.edited_at is not None:
        parts.append(f"edited {_time(post.edited_at)}")
    score = thread.score(post.id)
    if score is not None:
        parts.append(f"score {score}")
    if post.id in accepted:
        parts.append("accepted")
    if post.provenance is not None and post.provenance.license:
        parts.append(f"licence {_words(post.provenance.license)}")
    return " · ".join(parts)


def _time(at: datetime) -> str:
    return f"{at.replace(microsecond=0, tzinfo=None).isoformat(' ')} UTC"


def _words(text: str) -> str:
    """Return *text* as one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
