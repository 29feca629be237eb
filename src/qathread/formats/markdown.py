"""
Threads as Markdown for people to read; written only.

A body in Markdown stands in a block quote, line for line as it was written: nothing
in it, not even an open code fence or a heading, reaches beyond the quote. A body of
another kind stands in a code fence longer than any in it. So every heading at the
margin is ours.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from .._walks import preorder
from ..bodies import MARKDOWN, Body
from ..errors import ValidationError
from ..posts import Post, Question, Stub
from ..thread import Thread, index_in
from ._report import Collector
from .registry import Format

__all__ = ["FORMAT"]

_DEEPEST = 6  # Markdown has six levels of headings
_SPECIAL = re.compile(r"([\\`*_\[\]<>#&!~|])")  # what means something within a line
_ENDS = re.compile(r"\r\n?|\n")
_FENCES = re.compile(r"`+")


def write_markdown(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write threads one after another, a rule between them.

    A deleted or removed post leaves one line. Everything else that Markdown has
    no words for is counted in the report.

    Raises:
        ValidationError: If there is no thread at all.
    """
    count = 0
    for count, thread in enumerate(threads, start=1):
        _report_losses(thread, report)
        if count > 1:
            out.write(b"\n---\n\n")
        out.write("\n".join(_blocks(thread)).encode())
    if not count:
        raise ValidationError("there is no thread to write: give at least one")


def _blocks(thread: Thread) -> Iterator[str]:
    """Yield the blocks of a thread, each with its last line end."""
    numbers: dict[str, int] = {}
    accepted = frozenset(thread.accepted)
    parts = preorder(index_in(thread).nodes, thread.root.id)
    for number, (depth, node) in enumerate(parts):
        post = node.post
        numbers[post.id] = number
        level = "#" * min(depth + 1, _DEEPEST)
        if isinstance(post, Stub):
            count = "posts" if post.count is None else f"{post.count} posts"
            yield f"*{count} not delivered here.*\n"
            continue
        if not post.stands:
            what = "deleted" if post.deleted is not None else "removed"
            if isinstance(post, Question):
                yield f"# *A question that was {what}*\n"
            else:
                yield f"*{post.kind.capitalize()} {number} was {what}.*\n"
            continue
        if isinstance(post, Question):
            yield f"# {_words(post.title or 'Untitled')}\n"
            if post.tags:
                yield f"Tags: {', '.join(map(_words, post.tags))}\n"
        else:
            under = numbers[post.parent_id]
            reply = f", reply to {under}" if depth > 1 else ""
            yield f"{level} {post.kind.capitalize()} {number}{reply}\n"
        yield f"{_about(thread, post, accepted)}\n"
        if post.body.source:
            yield _body(post.body)


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
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _words(text: str) -> str:
    """Return *text* as one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _body(body: Body) -> str:
    if body.media_type == MARKDOWN:
        return f"> {_ENDS.sub(_quoted, body.source)}\n"
    longest = max(map(len, _FENCES.findall(body.source)), default=0)
    fence = "`" * max(3, longest + 1)
    kind = body.media_type.removeprefix("text/")
    info = kind if kind.isalnum() else ""
    return f"{fence}{'text' if info == 'plain' else info}\n{body.source}\n{fence}\n"


def _quoted(end: re.Match[str]) -> str:
    return f"{end[0]}> "


def _report_losses(thread: Thread, report: Collector) -> None:
    """Count what of *thread* Markdown does not hold."""
    posts, users, tallies = thread.posts, thread.users.values(), thread.tallies
    apart = sum(not (tally.up is tally.down is None) for tally in tallies)
    origins = sum(post.provenance is not None for post in posts)
    origins += thread.provenance is not None
    people = sum(user.handle is not None for user in users)
    counts = (
        ("ids", "ids of thread, posts and people", 1 + len(posts) + len(users)),
        ("deleted-text", "texts of deleted and removed posts", _gone(posts)),
        ("levels", "levels of people", sum(u.level is not None for u in users)),
        ("handles", "handles of people", people),
        ("votes", "votes of people", len(thread.votes)),
        ("up-and-down", "upvotes and downvotes apart", apart),
        ("reactions", "counts of reactions", sum(len(t.reactions) for t in tallies)),
        ("provenance", "origins of posts and thread", origins),
        ("status", "marks such as closed, locked and pinned", _marks(thread)),
        ("revisions", "earlier wordings", len(thread.revisions)),
        ("suggestions", "suggested wordings", len(thread.suggestions)),
        ("bounties", "bounties", len(thread.bounties)),
        ("flags", "flags", len(thread.flags)),
        ("motions", "votes to close or reopen", len(thread.motions)),
        ("links", "links to other threads", len(thread.links)),
        ("views", "counts of views", _views(thread)),
        ("fractions", "fractions of seconds", _fractions(posts)),
        ("languages", "languages of bodies", sum(bool(p.body.language) for p in posts)),
    )
    for code, what, count in counts:
        if count:
            message = f"Markdown has no place for {what}"
            report.loss(code, message, thread.id, count=count)


def _gone(posts: Iterable[Post]) -> int:
    return sum(not post.stands for post in posts)


def _views(thread: Thread) -> int:
    root = thread.root
    return int(isinstance(root, Question) and root.views is not None)


def _fractions(posts: Iterable[Post]) -> int:
    times = (at for post in posts for at in (post.created_at, post.edited_at))
    return sum(at is not None and at.microsecond != 0 for at in times)


def _marks(thread: Thread) -> int:
    status = thread.status
    on_thread = (
        status.closed,
        status.locked,
        status.protected,
        status.pinned,
        status.archived,
        status.hidden,
        status.wiki,
        status.pending,
    )
    count = sum(mark is not None for mark in on_thread)
    for post in thread.posts:
        own = post.status
        on_post = (own.locked, own.hidden, own.wiki, own.pending)
        count += sum(mark is not None for mark in on_post)
    return count


FORMAT = Format(
    name="markdown",
    summary="Markdown for people to read; written only",
    suffixes=(".md", ".markdown"),
    writer=write_markdown,
)
