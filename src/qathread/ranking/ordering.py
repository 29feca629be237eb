"""Posts of one thread in order of a rank key, with the reason for each place."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias, cast, get_args, overload

from attrs import field, frozen

from .._checks import identifier, settle
from .._display import counted, quoted, table, word
from ..errors import ValidationError
from ..feedback import Tally
from ..ids import PostId
from ..posts import Answer, Comment, Post, Question
from ..thread import Thread
from ._inputs import seconds
from .proportions import wilson_lower
from .sites import reddit_hot

__all__ = ["Key", "Name", "Ranked", "Reason", "order"]

#: What :func:`order` can order by.
Name: TypeAlias = Literal["score", "newest", "oldest", "wilson_lower", "reddit_hot"]
#: A rank key: a score, the value of a formula, or a time.
Key: TypeAlias = int | float | datetime

_LINE: Final = 120  # characters of a repr
_ROWS: Final = 20


@frozen(kw_only=True, weakref_slot=False)
class Reason:
    """
    Why an item stands where it stands.

    Attributes:
        post_id: Which item.
        by: The name of the order.
        numbers: (name, value) of what went in; None is unknown.
        key: What came out; None if something needed is not known.
        note: What else there is to say; empty as a rule.
    """

    post_id: PostId = field(metadata={"check": identifier})
    by: str
    numbers: tuple[tuple[str, int | float | datetime | None], ...] = ()
    key: int | float | datetime | None = None
    note: str = ""

    def __attrs_post_init__(self) -> None:
        settle(self)

    def __str__(self) -> str:
        parts = [f"{name} {_shown(value)}" for name, value in self.numbers]
        return ", ".join(parts) + (f" ({self.note})" if self.note else "")


@frozen(kw_only=True, weakref_slot=False, repr=False)
class Ranked(Sequence[Post]):
    """
    Posts, best first: a sequence of them that knows why.

    Attributes:
        by: The name of the order.
        tie: The name of the order among equal keys, if one was given.
        items: The posts.
        keys: The rank key of each post; None where it is not known.
        reasons: The reason for each place.

    Raises:
        ValidationError: If there are not as many keys and reasons as items.
    """

    by: str
    tie: str | None = None
    items: tuple[Question | Answer | Comment, ...]
    keys: tuple[int | float | datetime | None, ...]
    reasons: tuple[Reason, ...]

    def __attrs_post_init__(self) -> None:
        settle(self)
        if not len(self.items) == len(self.keys) == len(self.reasons):
            raise ValidationError(
                f"{len(self.items)} items, {len(self.keys)} keys and "
                f"{len(self.reasons)} reasons: give one of each for every item"
            )

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, place: int) -> Post: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Post, ...]: ...
    def __getitem__(self, place: int | slice) -> Post | tuple[Post, ...]:
        return self.items[place]

    def __iter__(self) -> Iterator[Post]:
        return iter(self.items)

    def __repr__(self) -> str:
        top = self.reasons[:3]
        best = [f"{word(why.post_id, 16)} {_shown(why.key)}" for why in top]
        more = ["…"] if len(self) > len(best) else []
        start = f"<Ranked {counted(len(self), 'post')} by {word(self.by, 20)}"
        whole = f"{start}: {', '.join(best + more)}>" if best else f"{start}>"
        return whole if len(whole) <= _LINE else f"{whole[: _LINE - 2]}…>"

    def __str__(self) -> str:
        return self.table()

    def table(self, limit: int | None = _ROWS) -> str:
        """
        Return rank, id, key and reason of the items as a table of text.

        Args:
            limit: The most rows; None for all. A last line counts the others.

        Returns:
            Lines without a line break at the end.
        """
        rows = [self._heads(), *self._rows(limit)]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [
            f"{rank:>{widths[0]}}  {post_id:<{widths[1]}}  {key:>{widths[2]}}  {why}"
            for rank, post_id, key, why in rows
        ]
        return "\n".join([line.rstrip() for line in lines] + self._foot(limit))

    def _repr_html_(self) -> str:
        foot = "".join(self._foot(_ROWS))
        return table(self._heads(), self._rows(_ROWS), foot)

    def _heads(self) -> tuple[str, str, str, str]:
        return "rank", "post", self.by, "from"

    def _rows(self, limit: int | None) -> list[tuple[str, str, str, str]]:
        return [
            (str(rank), word(why.post_id, 36), _shown(why.key), str(why))
            for rank, why in enumerate(self.reasons[:limit], start=1)
        ]

    def _foot(self, limit: int | None) -> list[str]:
        rest = 0 if limit is None else max(0, len(self) - limit)
        return [f"… {rest} more"] if rest else []


def order(
    items: Thread | Iterable[Post],
    *,
    by: Name = "score",
    thread: Thread | None = None,
    now: float | datetime | None = None,
    tie: Name | None = None,
) -> Ranked:
    """
    Order posts of one thread by a rank key, best first.

    The order is total and does not depend on the order of *items*: equal keys
    go by *tie*, if given, and at last by id, in order of Unicode. Deleted and
    removed posts are left out. An item whose counts or time are not known comes
    after those that have a key, and its reason says so.

    Args:
        items: Posts of *thread*; or a thread, which stands for its answers, or,
            if it has not even a deleted one, for the comments directly under its
            question.
        by: ``"score"`` (ups minus downs), ``"newest"``, ``"oldest"``,
            ``"wilson_lower"`` or ``"reddit_hot"``.
        thread: Whose posts *items* are; left out if *items* is a thread.
        now: The moment for which keys that decay are computed, Unix seconds or
            an aware datetime. It is checked; none of the orders above decays.
        tie: The order among items of equal key, a name like *by*.

    Returns:
        The posts with key and reason of each.

    Raises:
        ValidationError: If a name is unknown, *now* is naive, or *items* are not
            different posts of *thread* as they stand there.
        NotFoundError: If *thread* has no post of an item's id.
    """
    rules = [_rule(by, "by")]
    if tie is not None:
        rules.insert(0, _rule(tie, "tie"))
    if now is not None:
        seconds(now, "now")
    thread, posts = _posts(items, thread)
    posts.sort(key=lambda post: post.id)
    reasons: list[Reason] = []
    for rule in rules:  # from the least important; sorting keeps what was
        reasons = rule.sorted([rule.reason(post, thread) for post in posts])
        posts = [thread[reason.post_id] for reason in reasons]
    return Ranked(
        by=by,
        tie=tie,
        items=tuple(posts),
        keys=tuple(reason.key for reason in reasons),
        reasons=tuple(reasons),
    )


def _posts(
    items: Thread | Iterable[Post], thread: Thread | None
) -> tuple[Thread, list[Post]]:
    """Return the thread and those posts that still stand."""
    if isinstance(items, Thread):
        if thread is not None and thread is not items:
            raise ValidationError(
                "items is a thread already: leave thread= out, or give its posts"
            )
        found: Sequence[Post] = items.answers
        if not found:
            under = items.replies(items.root.id)
            found = [post for post in under if isinstance(post, Comment)]
        return items, [post for post in found if post.stands]
    if not isinstance(thread, Thread):
        raise ValidationError("the thread of the posts is not known: give thread=")
    if not isinstance(items, Iterable):
        raise ValidationError("items is not iterable: give a thread or posts of one")
    posts: dict[PostId, Post] = {}
    for post in items:
        if not isinstance(post, Question | Answer | Comment):
            raise ValidationError(
                f"an item is of type {type(post).__name__}: give posts of the thread"
            )
        if thread[post.id] != post:
            raise ValidationError(
                f"post {post.id!r} differs from that of thread {thread.id!r}: "
                f"give thread[{post.id!r}]"
            )
        if post.id in posts:
            raise ValidationError(
                f"post {post.id!r} is given twice: give every post once"
            )
        posts[post.id] = post
    return thread, [post for post in posts.values() if post.stands]


# -- the orders ------------------------------------------------------------------


@frozen(weakref_slot=False)
class _Rule:
    """An order: how a key is made, and whether the greatest is the best."""

    reason: Callable[[Post, Thread], Reason]
    falling: bool = True

    def sorted(self, reasons: list[Reason]) -> list[Reason]:
        """Return the best first; what has no key stays in order at the end."""
        known = [reason for reason in reasons if reason.key is not None]
        unknown = [reason for reason in reasons if reason.key is None]
        # The keys of one order are of one kind, but the type checker cannot know.
        known.sort(key=lambda reason: cast("float", reason.key), reverse=self.falling)
        return known + unknown


def _rule(name: object, where: str) -> _Rule:
    rule = _RULES.get(name) if isinstance(name, str) else None
    if rule is None:
        known = ", ".join(map(repr, get_args(Name)))
        raise ValidationError(
            f"{where} is {quoted(str(name), 40)}: give one of {known}"
        )
    return rule


def _by_score(post: Post, thread: Thread) -> Reason:
    tally = thread.tally(post.id)
    return Reason(
        post_id=post.id,
        by="score",
        numbers=_votes(tally),
        key=tally.score,
        note="the score is not known" if tally.score is None else "",
    )


def _by_time(name: Name) -> Callable[[Post, Thread], Reason]:
    def reason(post: Post, thread: Thread) -> Reason:
        at = post.created_at
        return Reason(
            post_id=post.id,
            by=name,
            numbers=(("created_at", at),),
            key=at,
            note="its time is not known" if at is None else "",
        )

    return reason


def _by_wilson(post: Post, thread: Thread) -> Reason:
    tally = thread.tally(post.id)
    key, note = None, ""
    if tally.up is not None and tally.down is not None:
        key = wilson_lower(tally.up, tally.down)
    elif tally.up is tally.down is None:
        note = "its votes are not known"
    else:
        note = f"its {'ups' if tally.up is None else 'downs'} are not known"
    numbers = (("ups", tally.up), ("downs", tally.down))
    return Reason(
        post_id=post.id, by="wilson_lower", numbers=numbers, key=key, note=note
    )


def _by_hot(post: Post, thread: Thread) -> Reason:
    """Rank by net votes and time: a score without its votes is enough."""
    tally, at = thread.tally(post.id), post.created_at
    key, note = None, ""
    if tally.score is None:
        note = "the score is not known"
    elif at is None:
        note = "its time is not known"
    else:
        key = reddit_hot(max(tally.score, 0), max(-tally.score, 0), at)
    return Reason(
        post_id=post.id,
        by="reddit_hot",
        numbers=(*_votes(tally), ("created_at", at)),
        key=key,
        note=note,
    )


def _votes(tally: Tally) -> tuple[tuple[str, int | None], ...]:
    if tally.up is None or tally.down is None:
        return (("score", tally.score),)
    return ("ups", tally.up), ("downs", tally.down)


_RULES: Final = {
    "score": _Rule(_by_score),
    "newest": _Rule(_by_time("newest")),
    "oldest": _Rule(_by_time("oldest"), falling=False),
    "wilson_lower": _Rule(_by_wilson),
    "reddit_hot": _Rule(_by_hot),
}


def _shown(value: Key | None) -> str:
    if value is None:
        return "?"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "seconds")
    return f"{value:.4f}" if isinstance(value, float) else str(value)
