"""What an order gives back: the items, their keys, and the reason for each place."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Generic, TypeVar, overload

from attrs import field, frozen

from .._checks import identifier, settle
from .._display import counted, table, word
from ..errors import ValidationError
from ..ids import PostId, ThreadId
from ..posts import Answer, Comment, Question
from ..thread import Thread
from ._rules import Key, Number

__all__ = ["Ranked", "Reason", "ranked", "reason"]

#: What is ranked: posts or threads.
T = TypeVar("T", bound=Question | Answer | Comment | Thread, covariant=True)

_LINE: Final = 120  # characters of a repr
_ROWS: Final = 20
_SHOWN: Final = 3  # parts of a number that has several


def _plain(value: object, name: str) -> object:
    """Return *value* if it is a key or what goes into one."""
    if value is None or isinstance(value, int | float | datetime | str | tuple):
        return value
    raise ValidationError(
        f"{name} is of type {type(value).__name__}: give a number, an instant, text, "
        "a tuple of them, or None"
    )


def _named(value: object, name: str) -> object:
    """Return *value* if it is pairs of a name and a number."""
    if not isinstance(value, tuple):
        raise ValidationError(f"{name} is no tuple: give pairs of name and number")
    for pair in value:
        if not (isinstance(pair, tuple) and len(pair) == 2 and type(pair[0]) is str):
            raise ValidationError(f"{name} holds no pair: give (name, number)")
        _plain(pair[1], f"{name} {pair[0]!r}")
    return value


def _keys(value: object, name: str) -> object:
    if not isinstance(value, tuple):
        raise ValidationError(f"{name} is no tuple: give one key for each item")
    for key in value:
        _plain(key, name)
    return value


def _items(value: object, name: str) -> object:
    if not isinstance(value, tuple):
        raise ValidationError(f"{name} is no tuple: give one of posts or of threads")
    for item in value:
        if not isinstance(item, Question | Answer | Comment | Thread):
            raise ValidationError(
                f"{name} holds a {type(item).__name__}: give posts or threads"
            )
    return value


@frozen(kw_only=True, weakref_slot=False)
class Reason:
    """
    Why an item stands where it stands.

    Attributes:
        post_id: Which item; of a thread, its question.
        thread_id: The thread that is ranked, or that the post is from, where
            items are of many threads; else None.
        by: The name of the order or formula.
        numbers: (name, value) of what went in; None is unknown.
        key: What came out; None if something needed is not known.
        note: What else there is to say; empty as a rule.
    """

    post_id: PostId = field(metadata={"check": identifier})
    thread_id: ThreadId | None = None
    by: str
    numbers: tuple[tuple[str, Number], ...] = field(
        default=(), metadata={"check": _named}
    )
    key: Key | None = field(default=None, metadata={"check": _plain})
    note: str = ""

    def __attrs_post_init__(self) -> None:
        settle(self)

    def __str__(self) -> str:
        parts = [f"{name} {_shown(value)}" for name, value in self.numbers]
        return ", ".join(parts) + (f" ({self.note})" if self.note else "")


_put: Final = object.__setattr__
# Slots set one by one through their descriptors: a reason costs little more than a
# tuple.
_new: Final = object.__new__
_SETTERS: Final = tuple(
    vars(Reason)[name].__set__
    for name in ("post_id", "thread_id", "by", "numbers", "key", "note")
)
_set_post, _set_thread, _set_by, _set_numbers, _set_key, _set_note = _SETTERS


def reason(
    post_id: PostId,
    thread_id: ThreadId | None,
    by: str,
    numbers: tuple[tuple[str, Number], ...],
    key: Key | None,
    note: str,
) -> Reason:
    """Build a reason from parts that were checked when the thread was made."""
    made = _new(Reason)
    _set_post(made, post_id)
    _set_thread(made, thread_id)
    _set_by(made, by)
    _set_numbers(made, numbers)
    _set_key(made, key)
    _set_note(made, note)
    return made


@frozen(kw_only=True, weakref_slot=False, repr=False)
class Ranked(Sequence[T], Generic[T]):
    """
    Posts or threads, best first: a sequence of them that knows why.

    Attributes:
        by: The name of the order.
        tie: The names of the orders among equal keys, if any were given.
        items: The posts or threads.
        keys: The rank key of each; None where it is not known.
        reasons: The reason for each place.

    Raises:
        ValidationError: If there are not as many keys and reasons as items.
    """

    by: str
    tie: str | None = None
    items: tuple[T, ...] = field(metadata={"check": _items})
    keys: tuple[Key | None, ...] = field(metadata={"check": _keys})
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
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        return self.items[place]

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __repr__(self) -> str:
        top = self.reasons[:3]
        best = [f"{word(self._id(why), 16)} {_shown(why.key)}" for why in top]
        more = ["…"] if len(self) > len(best) else []
        noun = "thread" if self._of_threads() else "post"
        start = f"<Ranked {counted(len(self), noun)} by {word(self.by, 40)}"
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

    def _of_threads(self) -> bool:
        return bool(self.items) and isinstance(self.items[0], Thread)

    def _id(self, why: Reason) -> str:
        return (self._of_threads() and why.thread_id) or why.post_id

    def _heads(self) -> tuple[str, str, str, str]:
        return "rank", "thread" if self._of_threads() else "post", self.by, "from"

    def _rows(self, limit: int | None) -> list[tuple[str, str, str, str]]:
        return [
            (str(rank), word(self._id(why), 36), _shown(why.key), _line(str(why)))
            for rank, why in enumerate(self.reasons[:limit], start=1)
        ]

    def _foot(self, limit: int | None) -> list[str]:
        rest = 0 if limit is None else max(0, len(self) - limit)
        return [f"… {rest} more"] if rest else []


def ranked(by: str, ties: str | None, places: Sequence[tuple[T, Reason]]) -> Ranked[T]:
    """Build a result from items in order, which need no more checks."""
    made: Ranked[T] = object.__new__(Ranked)
    _put(made, "by", by)
    _put(made, "tie", ties)
    _put(made, "items", tuple([item for item, _ in places]))
    _put(made, "keys", tuple([why.key for _, why in places]))
    _put(made, "reasons", tuple([why for _, why in places]))
    return made


def _line(text: str) -> str:
    """Return *text* without what breaks lines or turns the writing."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _shown(value: Number) -> str:
    match value:
        case None:
            return "?"
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ", "seconds")
        case bool():
            return "yes" if value else "no"
        case float():
            return (
                f"{value:.4f}" if abs(value) >= 0.001 or not value else f"{value:.4g}"
            )
        case str():
            return word(value, 20)
        case tuple():
            parts = [_shown(part) for part in value[:_SHOWN]]  # type: ignore[arg-type]
            more = ["…"] if len(value) > _SHOWN else []
            return f"({', '.join(parts + more)})"
        case _:
            return str(value)
