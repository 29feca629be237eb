"""What lists and searches need of a store on a server."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.dialects import mysql

from ..ids import PostId, ThreadId, UserId
from ._asking import Plan, bits
from ._rows import Listed
from ._sql_base import Statements, key
from ._sql_tables import Key, indexed_words, search_table

#: In front of every word on MariaDB and MySQL, which pass over the shortest ones.
_LONGER: Final = "qx"
_AT_ONCE: Final = 500


class Lists(Statements):
    """The part of :class:`qathread.stores._rows.Rows` that lists and searches need."""

    def tags(self, thread_ids: Sequence[ThreadId]) -> list[tuple[ThreadId, str]]:
        """Return tags."""
        c = self.tables.tags.c
        query = select(c.thread_id, c.tag).where(c.thread_id.in_(thread_ids))
        return [(row.thread_id, row.tag) for row in self.read(query)]

    def put_tags(
        self, thread_id: ThreadId, gone: Iterable[str], new: Iterable[str]
    ) -> None:
        """Change tags."""
        tags = self.tables.tags
        out = list(gone)
        if out:
            this = and_(tags.c.thread_id == thread_id, tags.c.tag.in_(out))
            self.execute(delete(tags).where(this))
        rows = [{"tag": key(tag, "tag"), "thread_id": thread_id} for tag in new]
        self.add(tags, rows)

    def people(self, thread_id: ThreadId) -> list[UserId]:
        """Return who appears."""
        c = self.tables.people.c
        query = select(c.user_id).where(c.thread_id == thread_id)
        return list(self.read(query).scalars())

    def put_people(self, thread_id: ThreadId, new: Iterable[UserId]) -> None:
        """Note who appears."""
        rows = [
            {"user_id": key(user_id, "user id"), "thread_id": thread_id}
            for user_id in new
        ]
        if rows:
            self.pass_over(self.hot.appear, rows)

    def drop_people(self, thread_id: ThreadId, gone: Iterable[UserId]) -> None:
        """Take people back."""
        people = self.tables.people
        out = list(gone)
        for start in range(0, len(out), _AT_ONCE):
            some = people.c.user_id.in_(out[start : start + _AT_ONCE])
            this = and_(people.c.thread_id == thread_id, some)
            self.execute(delete(people).where(this))

    def threads_of(
        self, user_id: UserId, after: ThreadId, limit: int
    ) -> list[ThreadId]:
        """Return where somebody appears."""
        c = self.tables.people.c
        query = (
            select(c.thread_id)
            .where(c.user_id == user_id, c.thread_id > after)
            .order_by(c.thread_id)
            .limit(limit)
        )
        return list(self.read(query).scalars())

    def words(self, thread_id: ThreadId) -> list[tuple[PostId, str]]:
        """Return the words of posts."""
        c = self.tables.searched.c
        query = select(c.post_id, c.words).where(c.thread_id == thread_id)
        return [(row.post_id, self._short(row.words)) for row in self.read(query)]

    def put_words(
        self, thread_id: ThreadId, words: Mapping[PostId, str | None]
    ) -> None:
        """Change the words of posts."""
        searched = self.tables.searched
        out = list(words)
        for start in range(0, len(out), _AT_ONCE):
            some = searched.c.post_id.in_(out[start : start + _AT_ONCE])
            this = and_(searched.c.thread_id == thread_id, some)
            self.execute(delete(searched).where(this))
        rows = [
            {
                "thread_id": thread_id,
                "post_id": key(post_id, "post id"),
                "words": self._long(found),
            }
            for post_id, found in words.items()
            if found is not None
        ]
        if rows:
            self.execute(insert(searched), rows)

    def _long(self, words: str) -> str:
        if not self.is_mysql:
            return words
        return " ".join(_LONGER + word for word in words.split())

    def _short(self, words: str) -> str:
        if not self.is_mysql:
            return words
        return " ".join(word.removeprefix(_LONGER) for word in words.split())

    def find(self, plan: Plan) -> list[Listed]:
        """Return the threads of one page."""
        c = self.tables.threads.c
        query = select(*(c[name] for name in Listed._fields)).where(*self._where(plan))
        if plan.words and self.is_mysql:
            # Not IN: MariaDB 10.11 goes on with a search by words where it stopped for
            # the thread before (FirstMatch), and so finds too few. DISTINCT makes it
            # search first.
            some = self._with_words(plan.words).distinct().subquery()
            query = query.join(some, some.c.thread_id == c.id)
        if plan.after is not None:
            query = query.where(self._beyond(plan))
        order = [c.id] if plan.key == "id" else [c[plan.key], c.id]
        by = [each.desc() if plan.descending else each.asc() for each in order]
        found = self.execute(query.order_by(*by).limit(plan.limit))
        return [Listed._make(row) for row in found]

    def _where(self, plan: Plan) -> Iterable[ColumnElement[bool]]:
        t = self.tables
        c = t.threads.c
        for name, compared, value in plan.where:
            column: ColumnElement[Any] = c[name]
            match compared:
                case "all":
                    yield column.bitwise_and(value) == value
                case "none":
                    # Bit by bit: PostgreSQL takes `& mask = 0` for hardly ever true,
                    # and then goes through all threads rather than an index.
                    for bit in bits(int(value)):
                        yield column.bitwise_and(bit) != bit
                case "=":
                    yield column == value
                case ">=":
                    yield column >= value
                case "<=":
                    yield column <= value
                case "<":
                    yield column < value
        for tag in plan.tags:
            yield exists().where(t.tags.c.thread_id == c.id, t.tags.c.tag == tag)
        if plan.participant_id is not None:
            who = t.people.c.user_id == plan.participant_id
            yield exists().where(t.people.c.thread_id == c.id, who)
        if plan.words and not self.is_mysql:
            yield c.id.in_(self._with_words(plan.words))

    def _with_words(self, words: Sequence[str]) -> Select[tuple[ThreadId]]:
        """Select the threads that have a post with all of some words."""
        held = self.tables.searched.c
        return select(held.thread_id).where(*self._matching(words))

    def _matching(self, words: Sequence[str]) -> Iterable[ColumnElement[bool]]:
        """Yield what holds of a post with all of some words, by the server's means."""
        searched = self.tables.searched
        if self.connection.dialect.name == "postgresql":
            asked = func.to_tsquery(text("'simple'"), " & ".join(words))
            yield indexed_words(searched).op("@@")(asked)
        elif self.is_mysql:
            asked_words = " ".join(f"+{_LONGER}{word}" for word in words)
            against = literal(asked_words)
            yield mysql.match(searched.c.words, against=against).in_boolean_mode()
        elif self.has_search():
            index = search_table(searched)
            # The column of the name of the table stands for all of them.
            found = column(index.name).op("MATCH")(" AND ".join(words))
            yield searched.c.number.in_(select(index.c.rowid).where(found))
        else:
            for word in words:
                yield (" " + searched.c.words + " ").like(f"% {word} %")

    def has_search(self) -> bool:
        """Whether SQLite has an index of words, which migrations may have left out."""
        searched = self.tables.searched
        master = table("sqlite_master", column("name"), schema=searched.schema)
        query = select(master.c.name).where(
            master.c.name == search_table(searched).name
        )
        return self.execute(query).first() is not None

    def _beyond(self, plan: Plan) -> ColumnElement[bool]:
        """Return what holds of threads after the page before."""
        assert plan.after is not None
        c = self.tables.threads.c
        value, thread_id = plan.after
        if plan.key == "id":
            return c.id < thread_id if plan.descending else c.id > thread_id
        column = c[plan.key]
        if self.is_mysql:  # which finds no way into an index by pairs
            if plan.descending:
                later = or_(column < value, c.id < thread_id)
                return and_(column <= value, later)
            return and_(column >= value, or_(column > value, c.id > thread_id))
        here = tuple_(column, c.id)
        there = tuple_(literal(value, column.type), literal(thread_id, Key()))
        return here < there if plan.descending else here > there
