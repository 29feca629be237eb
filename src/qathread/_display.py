"""
How threads show themselves: one line for `repr`, HTML for notebooks.

Neither looks at more of a thread than it shows, and nothing is cached. The HTML
is what survives in untrusted notebooks, on white and on dark: no ids, scripts,
style sheets or colours.
"""

from __future__ import annotations

from collections import deque
from html import escape
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ._index import Index
    from .ids import PostId, ThreadId
    from .posts import Answer, Comment, Post, Question, Stub
    from .users import User

_LINE: Final = 120  # characters of a repr
_ID: Final = 36  # a UUID
_TITLE: Final = 34  # with its quotes
_UNTITLED: Final = 16  # the longest that is said in place of a title
_POSTS: Final = 200
_BODY: Final = 300  # characters
_HEADING: Final = 200
_NAME: Final = 60
_BYTES: Final = 95_000  # of posts; the rest of 100 kB is for head and foot
_DEPTH: Final = 6
_ACCEPTED: Final = 1000  # counted to here
_FRAME: Final = "border-left:2px solid #888;padding-left:8px"
_CONTROLS: Final = {
    code: "\ufffd"
    for code in (*range(0x20), *range(0x7F, 0xA0))
    if chr(code) not in "\t\n\r"
}


class Shown(Protocol):
    """What is looked at in a thread."""

    @property
    def id(self) -> ThreadId: ...
    @property
    def version(self) -> int: ...
    @property
    def root(self) -> Question | Stub: ...
    @property
    def question(self) -> Question: ...
    @property
    def answers(self) -> Sequence[Answer]: ...
    @property
    def comments(self) -> Sequence[Comment]: ...
    @property
    def _index(self) -> Index | None: ...
    def replies(self, post_id: PostId) -> Sequence[Post]: ...
    def author(self, post_id: PostId) -> User: ...
    def score(self, post_id: PostId) -> int | None: ...
    def __contains__(self, post_id: object) -> bool: ...
    def __len__(self) -> int: ...


# -- one line --------------------------------------------------------------------


def line(thread: Shown) -> str:
    """
    Return one line of at most 120 characters that names the thread.

    Posts are counted with the deleted ones. Control characters, line breaks and
    marks that turn the direction of writing come out escaped.
    """
    score = thread.score(thread.root.id)
    rest = (
        f" {counted(len(thread.answers), 'answer')},"
        f" {counted(len(thread.comments), 'comment')},"
        f" score {'?' if score is None else score}, v{thread.version}>"
    )
    room = _LINE - len("<Thread  ") - len(rest)
    name = word(thread.id, min(_ID, room - _UNTITLED))
    title = _title(thread)
    if title is None:
        return f"<Thread {name} {_untitled(thread)}{rest}"
    return f"<Thread {name} {quoted(title, min(_TITLE, room - len(name)))}{rest}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an s unless there is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def word(text: str, limit: int) -> str:
    """Return *text* bare if it is one plain word, else quoted, and never long."""
    start = text[: limit + 1]
    if not start.isprintable() or any(mark in start for mark in " '\"<>"):
        return quoted(text, limit)
    return _cut(text, limit)


def quoted(text: str, limit: int) -> str:
    """Return *text* as a literal of at most *limit* characters, at least 3."""
    if len(text) <= limit:
        whole = repr(text)
        if len(whole) <= limit:
            return whole
    kept = text[: limit - 3]
    if text[len(kept) : len(kept) + 1] != " ":
        blank = kept.rfind(" ")
        if blank > limit // 2:  # leave no half a word
            kept = kept[:blank]
    while len(repr(kept + "…")) > limit:
        kept = kept[:-1]
    return repr(kept.rstrip(" ") + "…")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _title(thread: Shown) -> str | None:
    """Return the title, if there is one to be seen."""
    if thread.root.id not in thread:
        return None
    question = thread.question
    return question.title if question.stands else None


def _untitled(thread: Shown) -> str:
    if thread.root.id not in thread:
        return "without question"
    return _gone(thread.question) or "untitled"


def _gone(post: Post) -> str | None:
    """Say what stands in place of a post that was taken down."""
    if post.removed is not None:
        return "removed"
    return None if post.deleted is None else "deleted"


# -- a page of HTML --------------------------------------------------------------


class _Place:
    """A post or stub to be shown, with those chosen to stand under it."""

    __slots__ = ("below", "depth", "id", "markup", "name")

    def __init__(
        self, id: PostId | None, depth: int, markup: str, name: str | None = None
    ) -> None:
        self.id = id  # None: a line about missing posts, with nothing under it
        self.depth = depth
        self.markup = markup
        self.name = name
        self.below: list[_Place] = []


class _Page:
    """Chooses what to show, level by level, until the page is full."""

    def __init__(self, thread: Shown) -> None:
        self.thread = thread
        self.root = thread.root  # looking at it arranges the index
        # Stubs and accepted answers are read from the index itself: the public
        # look-ups would build all of them, and there may be 100,000.
        self.index = cast("Index", thread._index)
        self.accepted = self.index.rest.accepted[:_ACCEPTED]
        self.posts = 0
        self.bytes = 0

    def choose(self) -> _Place:
        """Return the root with everything that fits under it."""
        if self.root.id in self.thread:
            root = self._post(self.thread.question, 0, None)
            self.posts += 1
        else:
            root = self._stub(self.root.id, 0)
        self._fits(root)
        waiting = deque([root])
        while waiting:
            parent = waiting.popleft()
            for place in self._under(parent, cast("PostId", parent.id)):
                if not self._fits(place):
                    return root
                parent.below.append(place)
                if place.id is not None:
                    waiting.append(place)
                    self.posts += place.id in self.thread
        return root

    def _fits(self, place: _Place) -> bool:
        self.bytes += len(place.markup.encode()) + len("</details>\n")
        return self.bytes <= _BYTES

    def _under(self, parent: _Place, parent_id: PostId) -> Iterator[_Place]:
        """Yield posts, then stubs with posts under them, then a line for others."""
        nodes = self.index.nodes
        depth = parent.depth + 1
        for post in self.thread.replies(parent_id):
            if self.posts == _POSTS:
                break
            yield self._post(post, depth, parent.name)
        gaps = nodes[parent_id].gaps
        bare: list[Stub] = []
        for stub_id in gaps[:_POSTS]:
            node = nodes[stub_id]
            if node.children or node.gaps:
                yield self._stub(stub_id, depth)
            else:
                bare.append(cast("Stub", node.post))
        if bare:
            text = _more(bare, len(gaps) > _POSTS)
            yield _Place(None, depth, f"<div><small>{text}</small></div>\n")

    def _stub(self, stub_id: PostId, depth: int) -> _Place:
        stub = cast("Stub", self.index.nodes[stub_id].post)
        text = f"<small>{_more([stub], False)}</small>"
        return _Place(stub_id, depth, f"{_opened(depth)}<summary>{text}</summary>")

    def _post(self, post: Post, depth: int, above: str | None) -> _Place:
        gone = _gone(post)
        if gone is not None:
            text = f"<small>{gone}</small>"
            return _Place(post.id, depth, f"{_opened(depth)}<summary>{text}</summary>")
        author = self.thread.author(post.id)
        name = post.author_name or author.name or author.handle or author.id
        name = f"<bdi>{_safe(name, _NAME)}</bdi>"
        level = "" if author.level is None else f" <small>level {author.level}</small>"
        facts = [f"<b>{name}</b>{level}", _signed(self.thread.score(post.id))]
        if post.kind == "answer":
            facts.append("<b>accepted</b>" if post.id in self.accepted else "answer")
        if depth > _DEPTH and above is not None:
            facts.append(f"to {above}")
        if post.created_at is not None:
            facts.append(f"<time>{_minute(post.created_at)}</time>")
        if post.status.pending is not None:
            facts.append("pending")
        hidden = post.status.hidden is not None
        if hidden:
            facts.append("hidden")
        text = _safe(post.body.source, _BODY)
        markup = (
            f"{_opened(depth, hidden)}<summary>{' · '.join(facts)}</summary>"
            f'<div style="white-space:pre-wrap">{text}</div>'
        )
        return _Place(post.id, depth, markup, name)

    def head(self) -> str:
        """Return title and totals."""
        title = _title(self.thread)
        if title is None:
            shown = f"<small>{_untitled(self.thread)}</small>"
        else:
            shown = f"<b><bdi>{_safe(title, _HEADING)}</bdi></b>"
        facts = [counted(len(self.thread), "post")]
        nodes = self.index.nodes
        answers = [cast("Answer", nodes[answer_id].post) for answer_id in self.accepted]
        standing = sum(answer.stands for answer in answers)
        if standing:
            least = "at least " * (len(self.index.rest.accepted) > _ACCEPTED)
            facts.append(f"{least}{standing} accepted")
        facts.append(f"v{self.thread.version}")
        return f"{shown}<br><small>{' · '.join(facts)}</small>\n"


def page(thread: Shown) -> str:
    """
    Return the thread as HTML for a notebook, under 100 kB whatever it holds.

    At most 200 posts are shown, those nearest to the question first, with at most
    300 characters of each; the last line says how many are not. Below depth 6
    replies stand side by side and say whom they answer.
    """
    chosen = _Page(thread)
    tree = chosen.choose()
    parts = ['<div style="max-width:720px">', chosen.head()]
    opened: list[int] = []  # depths of the details that are open
    waiting = [tree]
    while waiting:
        place = waiting.pop()
        depth = min(place.depth, _DEPTH)
        while opened and opened[-1] >= depth:
            opened.pop()
            parts.append("</details>\n")
        if place.id is not None:
            opened.append(depth)
        parts.append(place.markup)
        waiting += reversed(place.below)
    parts += ["</details>\n"] * len(opened)
    rest = len(thread) - chosen.posts
    if rest:
        parts.append(f"<small>… {counted(rest, 'more post')} not shown</small>")
    parts.append("</div>")
    return "".join(parts)


def _opened(depth: int, folded: bool = False) -> str:
    margin = ";margin-left:12px" if depth else ""
    return f'<details{"" if folded else " open"} style="{_FRAME}{margin}">'


def _more(stubs: list[Stub], others: bool) -> str:
    """Say how many posts some stubs stand for; a count of 0 tells nothing."""
    counts = [max(stub.count or 0, len(stub.child_ids)) for stub in stubs]
    total = sum(counts)
    if not total:
        return "… more"
    least = "at least " if others or not all(counts) else ""
    return f"… {least}{total} more"


def _signed(score: int | None) -> str:
    if score is None:
        return "score ?"
    return f"{score:+d}" if score else "0"


def _minute(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ", "minutes")


def _safe(text: str, limit: int) -> str:
    """Return the start of *text*, escaped; quotes are plain outside attributes."""
    return escape(_cut(text, limit).translate(_CONTROLS), quote=False)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], foot: str) -> str:
    """Return rows of text as an HTML table with a line under it."""
    cells = (
        f"<tr>{''.join(f'<{tag}>{_safe(cell, _BODY)}</{tag}>' for cell in row)}</tr>"
        for tag, row in chain([("th", heads)], (("td", row) for row in rows))
    )
    note = f"<small>{_safe(foot, _BODY)}</small>" if foot else ""
    return f"<div><table>{''.join(cells)}</table>{note}</div>"
