"""What lists and searches need of a store on Django's connection."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from ...ids import PostId, ThreadId, UserId
from ...stores._asking import Plan, bits
from ...stores._rows import Listed
from ._statements import AT_ONCE, Statements, chunks, key, marks

#: A condition, and what stands in its places.
_Part: TypeAlias = tuple[str, Sequence[str | int]]

_LISTED: Final = ", ".join(f"t.{name}" for name in Listed._fields)


class Lists(Statements):
    """The part of :class:`qathread.stores._rows.Rows` that lists and searches need."""

    def tags(self, thread_ids: Sequence[ThreadId]) -> list[tuple[ThreadId, str]]:
        """Return tags."""
        found = self.all(
            "SELECT thread_id, tag FROM qathread_tags"
            f" WHERE thread_id IN ({marks(thread_ids)})",
            tuple(thread_ids),
        )
        return [(thread_id, tag) for thread_id, tag in found]

    def put_tags(
        self, thread_id: ThreadId, gone: Iterable[str], new: Iterable[str]
    ) -> None:
        """Change tags."""
        self.many(
            "DELETE FROM qathread_tags WHERE tag = %s AND thread_id = %s",
            [(tag, thread_id) for tag in gone],
        )
        self.many(
            "INSERT INTO qathread_tags (tag, thread_id) VALUES (%s, %s)"
            " ON CONFLICT (tag, thread_id) DO NOTHING",
            [(key(tag, "tag"), thread_id) for tag in new],
        )

    def people(self, thread_id: ThreadId) -> list[UserId]:
        """Return who appears."""
        found = self.all(
            "SELECT user_id FROM qathread_people WHERE thread_id = %s", (thread_id,)
        )
        return [user_id for (user_id,) in found]

    def put_people(self, thread_id: ThreadId, new: Iterable[UserId]) -> None:
        """Note who appears."""
        self.many(
            "INSERT INTO qathread_people (user_id, thread_id) VALUES (%s, %s)"
            " ON CONFLICT (user_id, thread_id) DO NOTHING",
            [(key(user_id, "user id"), thread_id) for user_id in new],
        )

    def drop_people(self, thread_id: ThreadId, gone: Iterable[UserId]) -> None:
        """Take people back."""
        self.many(
            "DELETE FROM qathread_people WHERE user_id = %s AND thread_id = %s",
            [(user_id, thread_id) for user_id in gone],
        )

    def threads_of(
        self, user_id: UserId, after: ThreadId, limit: int
    ) -> list[ThreadId]:
        """Return where somebody appears."""
        found = self.all(
            "SELECT thread_id FROM qathread_people WHERE user_id = %s"
            " AND thread_id > %s ORDER BY thread_id LIMIT %s",
            (user_id, after, limit),
        )
        return [thread_id for (thread_id,) in found]

    def words(self, thread_id: ThreadId) -> list[tuple[PostId, str]]:
        """Return the words of posts."""
        found = self.all(
            "SELECT post_id, words FROM qathread_searched WHERE thread_id = %s",
            (thread_id,),
        )
        return [(post_id, words) for post_id, words in found]

    def put_words(
        self, thread_id: ThreadId, words: Mapping[PostId, str | None]
    ) -> None:
        """Change the words of posts."""
        for some in chunks(words, AT_ONCE):
            self.changed(
                "DELETE FROM qathread_searched WHERE thread_id = %s"
                f" AND post_id IN ({marks(some)})",
                (thread_id, *some),
            )
        self.many(
            "INSERT INTO qathread_searched (thread_id, post_id, words)"
            " VALUES (%s, %s, %s)",
            [
                (thread_id, key(post_id, "post id"), found)
                for post_id, found in words.items()
                if found is not None
            ],
        )

    def find(self, plan: Plan) -> list[Listed]:
        """Return the threads of one page."""
        parts = [*_columns(plan), *_among(plan), *self._matching(plan)]
        by = "DESC" if plan.descending else "ASC"
        order = "" if plan.key == "id" else f"t.{plan.key} {by}, "
        where = " AND ".join(condition for condition, _ in parts)
        found = self.all(
            f"SELECT {_LISTED} FROM qathread_threads AS t"
            f"{f' WHERE {where}' if parts else ''}"
            f" ORDER BY {order}t.id {by} LIMIT %s",
            [*(value for _, values in parts for value in values), plan.limit],
        )
        return [Listed._make(row) for row in found]

    def _matching(self, plan: Plan) -> Iterator[_Part]:
        """Yield what holds of a thread with a post with all words of a search."""
        if not plan.words:
            return
        some = "t.id IN (SELECT w.thread_id FROM qathread_searched AS w WHERE"
        if self.is_postgresql:
            asked = " & ".join(plan.words)
            yield (
                f"{some} to_tsvector('simple', w.words) @@ to_tsquery('simple', %s))",
                (asked,),
            )
        elif self._has_search():
            asked = " AND ".join(f'"{word}"' for word in plan.words)
            yield (
                f"{some} w.number IN (SELECT rowid FROM qathread_search"
                " WHERE qathread_search MATCH %s))",
                (asked,),
            )
        else:
            like = " AND ".join(
                ["(' ' || w.words || ' ') LIKE %s"] * len(plan.words),
            )
            yield f"{some} {like})", [f"% {word} %" for word in plan.words]

    def _has_search(self) -> bool:
        """Whether this SQLite was built with an index of words."""
        row = self.one("SELECT 1 FROM sqlite_master WHERE name = 'qathread_search'")
        return row is not None


def _columns(plan: Plan) -> Iterator[_Part]:
    """Yield the conditions that the row of a thread decides."""
    for column, compared, value in plan.where:
        match compared:
            case "all":
                yield f"t.{column} & %s = %s", (value, value)
            case "none":
                # Bit by bit: PostgreSQL takes `& mask = 0` for hardly ever true.
                for bit in bits(int(value)):
                    yield f"t.{column} & %s <> %s", (bit, bit)
            case _:
                yield f"t.{column} {compared} {_place(value)}", (value,)
    if plan.after is None:
        return
    sign = "<" if plan.descending else ">"
    value, thread_id = plan.after
    if plan.key == "id":
        yield f"t.id {sign} %s", (thread_id,)
    else:
        yield f"(t.{plan.key}, t.id) {sign} ({_place(value)}, %s)", plan.after


def _place(value: str | int) -> str:
    # A number that stands in the text of a statement may become one of another type,
    # for which the index of the column is of no use.
    return "CAST(%s AS bigint)" if isinstance(value, int) else "%s"


def _among(plan: Plan) -> Iterator[_Part]:
    """Yield the conditions that the tables of tags and people decide."""
    for tag in plan.tags:
        yield (
            "EXISTS (SELECT 1 FROM qathread_tags AS g"
            " WHERE g.thread_id = t.id AND g.tag = %s)",
            (tag,),
        )
    if plan.participant_id is not None:
        yield (
            "EXISTS (SELECT 1 FROM qathread_people AS p"
            " WHERE p.thread_id = t.id AND p.user_id = %s)",
            (plan.participant_id,),
        )
