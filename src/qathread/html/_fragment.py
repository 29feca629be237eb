"""A whole thread to safe HTML, post by post."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import cast

from .._walks import preorder
from ..content import ThreadKind
from ..errors import ValidationError
from ..posts import Answer, Comment, Post, Question, Stub
from ..thread import Thread, index_in
from ._escape import Fragment, escape, isolated
from ._facts import author, check_now, counted, label, notes, origin, score, when
from ._render import check, render
from ._shape import Images

__all__ = ["fragment", "pieces"]

_LOWEST = 6  # levels of headings
_OPEN, _CLOSE = "\u2068", "\u2069"  # isolate a name where no element can


def fragment(
    thread: Thread,
    *,
    images: Images = "link",
    heading: int = 2,
    now: datetime | None = None,
    nesting: int = 6,
) -> Fragment:
    """
    Return a thread as HTML to place in a page, safe whatever is in it.

    The question comes first, then the comments on it, then the answers, each with
    its comments below it, in order of arrival. Posts bear the number of their
    arrival. Deleted and removed posts show only that something stood there, hidden
    ones are folded. There are no ids, scripts and styles; elements have classes
    that start with ``qt-``, and no text can bear one.

    Args:
        thread: The thread.
        images: As in :func:`render`.
        heading: The level of the thread's title, 1 to 6; answers are one level
            below it, headings in texts further below.
        now: If given, ages are shown beside times; none is read from a clock.
        nesting: How many levels of replies stand within each other, at least 1;
            deeper ones stand side by side and say whom they answer.

    Returns:
        The HTML, in time linear in the posts and their texts.

    Raises:
        ValidationError: If an argument is out of its range.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting
    >>> at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    >>> ada = User(id="u1", name="Ada <3")
    >>> thread = posting.ask("t", title="A & B?", body="*Hi*", by=ada, at=at)
    >>> print(fragment(thread))
    <article class="qt-thread">
    <div class="qt-post qt-question">
    <h2 class="qt-title"><bdi>A &amp; B?</bdi></h2>
    <p class="qt-meta">#1 · asked by <b class="qt-author"><bdi>Ada &lt;3</bdi></b> · \
<time datetime="2026-01-02T03:04:05Z">2026-01-02 03:04:05 UTC</time> · score 0</p>
    <div class="qt-body" dir="auto">
    <p><em>Hi</em></p>
    </div>
    </div>
    </article>
    """
    found = pieces(thread, images=images, heading=heading, now=now, nesting=nesting)
    return Fragment("".join(found).removesuffix("\n"))


def pieces(
    thread: Thread, *, images: Images, heading: int, now: datetime | None, nesting: int
) -> Iterator[str]:
    """Return the parts of a thread's HTML, one after another."""
    check(images, heading)
    check_now(now)
    if type(nesting) is not int or nesting < 1:
        raise ValidationError(f"nesting is {nesting!r}: give at least 1")
    return _Writing(thread, images, heading, now, nesting).pieces()


class _Writing:
    """One thread, and how it is to be shown."""

    def __init__(
        self,
        thread: Thread,
        images: Images,
        heading: int,
        now: datetime | None,
        nesting: int,
    ) -> None:
        self.thread, self.index = thread, index_in(thread)
        self.images, self.heading = images, heading
        self.now, self.nesting = now, nesting
        self.accepted = frozenset(thread.accepted)
        numbered = enumerate(self.index.arrival, start=1)
        self.numbers = {post_id: number for number, post_id in numbered}

    def pieces(self) -> Iterator[str]:
        yield '<article class="qt-thread">\n'
        opened: list[int] = []  # depths of the articles that are open
        heading = self.heading + 1  # of texts: below that of the last answer
        for depth, part in self._parts():
            shown = min(depth, self.nesting)
            while opened and opened[-1] >= shown:
                opened.pop()
                yield "</article>\n"
            if isinstance(part, Stub):
                yield self._stub(part, depth)
                continue
            if isinstance(part, Question):
                yield from self._question(part)
                continue
            if depth == 1:
                titled = isinstance(part, Answer) and part.stands
                heading = self.heading + 1 + titled
            opened.append(shown)
            yield from self._reply(part, depth, min(heading, _LOWEST))
        yield "</article>\n" * (len(opened) + 1)

    def _parts(self) -> Iterator[tuple[int, Post | Stub]]:
        """Yield every post and stub with its depth, comments before answers."""
        nodes = self.index.nodes
        root = nodes[self.index.rest.root_id]
        yield 0, root.post
        comments, answers = list[str](), list[str]()
        for child in root.children:
            is_answer = isinstance(nodes[child].post, Answer)
            (answers if is_answer else comments).append(child)
        for child in chain(comments, answers, root.gaps):
            for depth, node in preorder(nodes, child):
                yield depth + 1, node.post

    def _stub(self, stub: Stub, depth: int) -> str:
        count = max(stub.count or 0, len(stub.child_ids))
        missing = counted(count, "post") if count else "Posts"
        text = f'<p class="qt-gap">{missing} not delivered here</p>\n'
        if depth:
            return text
        level = self.heading
        return f'<h{level} class="qt-title">Question not at hand</h{level}>\n{text}'

    def _question(self, post: Question) -> Iterator[str]:
        level = self.heading
        yield '<div class="qt-post qt-question">\n'
        if not post.stands:
            text = f"Question {_gone(post)}"
            yield f'<h{level} class="qt-title">{text}</h{level}>\n'
        else:
            named = post.title is not None and post.title.strip()
            title = isolated(post.title or "") if named else "Untitled"
            yield f'<h{level} class="qt-title">{title}</h{level}>\n'
            yield from self._about(post, self._asked())
            if post.tags:
                tags = "".join(f"<li>{isolated(tag)}</li>" for tag in post.tags)
                yield f'<ul class="qt-tags" aria-label="Tags">{tags}</ul>\n'
            yield from self._text(post, min(level + 1, _LOWEST))
        marks = [*notes(self.thread.status)]
        if marks:
            yield f'<p class="qt-status">Thread: {"; ".join(marks)}</p>\n'
        yield "</div>\n"

    def _asked(self) -> str:
        qa = self.thread.kind is ThreadKind.QA
        return "asked by" if qa else "posted by"

    def _reply(self, post: Answer | Comment, depth: int, heading: int) -> Iterator[str]:
        kind = post.kind.value
        number = self.numbers[post.id]
        if not post.stands:
            spoken = escape(f"{kind.capitalize()} {number}, gone")
            yield f'<article class="qt-post qt-{kind} qt-gone" aria-label="{spoken}">\n'
            yield f'<p class="qt-meta">#{number} · {kind} {_gone(post)}</p>\n'
            return
        name = label(post, self.thread.author(post.id))
        if isinstance(post, Answer):
            accepted = post.id in self.accepted
            more, word = ("qt-accepted", "Accepted answer") if accepted else ("", "")
            level = min(self.heading + 1, _LOWEST)
            yield f'<article class="{f"qt-post qt-answer {more}".rstrip()}">\n'
            text = f"{word or 'Answer'} by {isolated(name)}"
            yield f'<h{level} class="qt-title">{text}</h{level}>\n'
        else:
            spoken = escape(f"Comment {number} by {_OPEN}{name}{_CLOSE}")
            yield f'<article class="qt-post qt-comment" aria-label="{spoken}">\n'
        lead = ["comment by"] if isinstance(post, Comment) else ["answered by"]
        if depth > self.nesting:
            lead.insert(0, f"in reply to {self._named(cast('Comment', post))},")
        yield from self._about(post, " ".join(lead))
        yield from self._text(post, heading)

    def _named(self, post: Comment) -> str:
        """Return the number of what a comment answers, with its author's name."""
        above = self.index.nodes[post.parent_id].post
        if isinstance(above, Stub):
            return "a post not delivered here"
        number = f"#{self.numbers[above.id]}"
        if not above.stands:
            return number
        return f"{number} of {isolated(label(above, self.thread.author(above.id)))}"

    def _about(self, post: Post, lead: str) -> Iterator[str]:
        thread, where = self.thread, post.provenance
        facts = [f"#{self.numbers[post.id]}"]
        facts.append(f"{lead} {author(post, thread.author(post.id))}")
        if post.created_at is not None:
            facts.append(when(post.created_at, where, self.now))
        if post.edited_at is not None:
            facts.append(f"edited {when(post.edited_at, where, self.now)}")
        tally = thread.tally(post.id)
        counts = (score(tally), _views(post), *_reactions(tally.reactions))
        facts += [fact for fact in counts if fact is not None]
        facts += [*notes(post.status), *origin(where)]
        yield f'<p class="qt-meta">{" · ".join(facts)}</p>\n'

    def _text(self, post: Post, heading: int) -> Iterator[str]:
        shown = render(post.body, images=self.images, heading=heading)
        if not shown:
            return
        folded = post.status.hidden is not None
        if folded:
            yield "<details>\n<summary>Hidden: show the text</summary>\n"
        yield f'<div class="qt-body" dir="auto"{language(post.body.language)}>\n'
        yield shown if shown.endswith("\n") else f"{shown}\n"
        yield "</div>\n</details>\n" if folded else "</div>\n"


def language(tag: str | None) -> str:
    """Return a ``lang`` attribute for what looks like a language tag."""
    known = tag is not None and tag.isascii() and tag.replace("-", "").isalnum()
    return f' lang="{tag}"' if known else ""


def _gone(post: Post) -> str:
    return "deleted by its author" if post.removed is None else "removed by a moderator"


def _views(post: Post) -> str | None:
    if not isinstance(post, Question) or post.views is None:
        return None
    return counted(post.views, "view")


def _reactions(reactions: Iterable[tuple[str, int]]) -> Iterator[str]:
    for kind, count in reactions:
        yield f"{isolated(kind)} {count}"
