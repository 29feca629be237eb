"""One page of a thread: which posts, in which order, and what may be done to each."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from attrs import frozen
from django.utils.safestring import SafeString, mark_safe

from qathread import Body, Thread, posting
from qathread.errors import PolicyViolation
from qathread.html import Fragment, render
from qathread.ids import PostId, UserId
from qathread.moderation import reinstate, remove
from qathread.posts import Answer, Post, PostKind
from qathread.ranking import Tab, order
from qathread.trees import subtree

from .people import How, Person, author_of, points_of
from .rules import NESTING, PAGE

LIKE: Final = "like"
_NONE: Final = SafeString()
_SHORT: Final = 8_000  # code points of a body whose HTML is kept


@frozen(kw_only=True, eq=False)
class Shown:
    """
    A post as the page shows it.

    Attributes:
        post: The post.
        author: Who wrote it.
        html: Its text; None where only a mark stands for it.
        gone: Why there is no text.
        score: Ups minus downs; None if it is not known.
        vote: How the reader voted: ``up``, ``down`` or nothing.
        likes: How many people like it.
        liked: Whether the reader does.
        replies: How many comments stand directly under it.
        accepted: Whether it is an accepted answer.
        may: What the reader may do, by name.
        level: How deep it is shown among comments, from 1.
        flat: Whether it stands less deep than it belongs.
        answers_id: The post above it, if it does not stand under it here.
        answers_name: Whose post that is.
        prefix: Tags of lists that stand before it.
    """

    post: Post
    author: Person
    html: Fragment | None
    gone: str = ""
    score: int | None = 0
    vote: str = ""
    likes: int = 0
    liked: bool = False
    replies: int = 0
    accepted: bool = False
    may: frozenset[str] = frozenset()
    level: int = 0
    flat: bool = False
    answers_id: PostId | None = None
    answers_name: str = ""
    prefix: SafeString = _NONE


@frozen(kw_only=True)
class Block:
    """
    A post that stands by itself, and the comments under it on this page.

    Attributes:
        head: The question or an answer; None if it is on an earlier page.
        of_id: Its id, in any case.
        comments: What is under it.
        suffix: Tags of lists that stand after the last comment.
    """

    head: Shown | None
    of_id: PostId
    comments: tuple[Shown, ...] = ()
    suffix: SafeString = _NONE


@frozen(kw_only=True)
class Reading:
    """
    One page of a thread.

    Attributes:
        question: The question with its comments that are on this page.
        answers: Answers, each with its comments.
        number: Which page, from 1.
        pages: How many there are.
        posts: All posts on it.
    """

    question: Block
    answers: tuple[Block, ...]
    number: int
    pages: int
    posts: tuple[Post, ...]


def in_order(thread: Thread, tab: Tab, at: datetime) -> Iterator[tuple[PostId, Post]]:
    """Yield all posts but the question, with the question or answer each is under."""
    root = thread.root.id
    answers = [post for post in thread.replies(root) if isinstance(post, Answer)]
    for post in thread.replies(root):
        if not isinstance(post, Answer):
            yield from ((root, each) for each in subtree(thread, post.id))
    best = list(order(answers, by=tab, thread=thread, now=at)) if answers else []
    standing = {post.id for post in best}
    # What was taken down comes last: only its place is shown, and what is under it.
    for answer in (*best, *(each for each in answers if each.id not in standing)):
        yield from ((answer.id, each) for each in subtree(thread, answer.id))


def page(
    thread: Thread,
    tab: Tab,
    at: datetime,
    *,
    number: int = 1,
    post_id: PostId | None = None,
    reader: How | None = None,
) -> Reading:
    """
    Return a page of a thread.

    Args:
        thread: The thread; its question is at hand.
        tab: The order of its answers.
        at: The moment.
        number: Which page; one past the end is the last one.
        post_id: Rather the page with this post.
        reader: Who reads; None: somebody who is not signed in.
    """
    every = list(in_order(thread, tab, at))
    pages = max(1, -(-len(every) // PAGE))
    if post_id is not None:
        places = {post.id: place for place, (_, post) in enumerate(every)}
        number = places.get(post_id, 0) // PAGE + 1
    number = min(max(number, 1), pages)
    chosen = every[(number - 1) * PAGE : number * PAGE]
    posts = (thread.question, *(post for _, post in chosen))
    view = _View(thread, points_of({post.author_id for post in posts}), reader)
    groups: dict[PostId, list[Post]] = {thread.root.id: []}
    for top, post in chosen:
        groups.setdefault(top, []).append(post)
    root_comments = groups.pop(thread.root.id)
    return Reading(
        question=view.block(thread.root.id, thread.question, root_comments),
        answers=tuple(
            view.block(top, found[0], found[1:])
            if found[0].id == top
            else view.block(top, None, found)
            for top, found in groups.items()
        ),
        number=number,
        pages=pages,
        posts=posts,
    )


class _View:
    """How one reader sees the posts of one thread."""

    def __init__(
        self, thread: Thread, points: Mapping[UserId, int], reader: How | None
    ) -> None:
        self.thread, self.points, self.reader = thread, points, reader
        self.accepted = frozenset(thread.accepted)

    def block(self, top: PostId, head: Post | None, comments: list[Post]) -> Block:
        """Return a post with its comments, nested as far as the page goes."""
        level, shown = 0, list[Shown]()
        in_question = top == self.thread.root.id
        levels: dict[PostId, int] = {top: 0}
        for post in comments:
            above = post.parent_id or top
            known = levels.get(above)
            deeper = 1 if known is None else known + 1
            here = min(deeper, NESTING)
            levels[post.id] = here
            flat = known is None or deeper > here
            shown.append(self.shown(post, level, here, flat, in_question))
            level = here
        return Block(
            head=None if head is None else self.shown(head),
            of_id=top,
            comments=tuple(shown),
            suffix=mark_safe("</li></ul>" * level),
        )

    def shown(
        self,
        post: Post,
        before: int = 0,
        level: int = 0,
        flat: bool = False,
        in_question: bool = False,
    ) -> Shown:
        """Return one post; *before* is the level of the comment before it."""
        thread, reader = self.thread, self.reader
        reader_id = None if reader is None else reader["by"].id
        vote = None if reader_id is None else thread.vote(post.id, reader_id)
        liked = reader_id is not None and (
            thread.reaction(post.id, reader_id, LIKE) is not None
        )
        gone = _gone(post)
        heading = _HEADINGS[post.kind] - (in_question and level > 0)
        answers_name = ""
        if flat and post.parent_id is not None and post.parent_id in thread:
            answers_name = author_of(thread[post.parent_id], thread, {}).name
        return Shown(
            post=post,
            author=author_of(post, thread, self.points),
            html=None if gone else body_html(post.body, heading),
            gone=gone,
            score=thread.score(post.id),
            vote="" if vote is None else vote.direction.value,
            likes=thread.reactions(post.id).get(LIKE, 0),
            liked=liked,
            replies=len(thread.replies(post.id)),
            accepted=post.id in self.accepted,
            may=frozenset() if reader is None else frozenset(self._may(post, reader)),
            level=level,
            flat=flat,
            answers_id=post.parent_id if flat else None,
            answers_name=answers_name,
            prefix=_between(before, level),
        )

    def _may(self, post: Post, how: How) -> Iterator[str]:
        """
        Yield what the reader may do to a post.

        The rules are asked by doing it to a copy that is thrown away: a thread is a
        value, so nothing happens, and no rule is written down twice.
        """
        thread, post_id = self.thread, post.id
        tries: dict[str, Callable[[], Thread]] = {}
        if post.stands:
            tries["edit"] = lambda: posting.edit(thread, post_id, **how)
            tries["delete"] = lambda: posting.delete(thread, post_id, **how)
            tries["remove"] = lambda: remove(thread, post_id, **how)
            if post.kind is PostKind.ANSWER:
                verb = posting.unaccept if post_id in self.accepted else posting.accept
                tries["accept"] = lambda: verb(thread, post_id, **how)
        if post.deleted is not None:
            tries["restore"] = lambda: posting.restore(thread, post_id, **how)
        if post.removed is not None:
            tries["reinstate"] = lambda: reinstate(thread, post_id, **how)
        yield from (name for name, attempt in tries.items() if allowed(attempt))


def allowed(attempt: Callable[[], Thread]) -> bool:
    """Tell whether the rules let something be done."""
    try:
        attempt()
    except PolicyViolation:
        return False
    return True


def _between(before: int, level: int) -> SafeString:
    """Return the tags between two comments; lists nest by one level at a time."""
    if level > before:
        return mark_safe('<ul class="comments">')
    return mark_safe("</li>" + "</ul></li>" * (before - level) if level else "")


_HEADINGS: Final = {PostKind.QUESTION: 2, PostKind.ANSWER: 4, PostKind.COMMENT: 4}


def body_html(body: Body, heading: int = 2) -> Fragment:
    """Return a body as safe HTML; that of short ones is kept for the next reader."""
    if len(body.source) > _SHORT:
        return render(body, heading=heading)
    return _kept(body, heading)


@lru_cache(maxsize=2_000)
def _kept(body: Body, heading: int) -> Fragment:
    return render(body, heading=heading)


def _gone(post: Post) -> str:
    if post.removed is not None:
        return f"This {post.kind} was removed by a moderator."
    if post.deleted is not None:
        return f"This {post.kind} was deleted."
    return ""
