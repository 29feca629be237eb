"""An opened dump: its threads by the id of their question, and its site."""

import errno
import sqlite3
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from attrs import frozen

from ..._gc import bulk_load
from ...errors import FormatError, ValidationError
from ...events import Event
from ...posts import Question
from ...thread import Thread
from .._report import Collector
from .._sources import Input
from . import _indexing
from ._bundle import Rows
from ._decoding import Row, RowDecoder
from ._events import log_of
from ._files import chunks_of, find_tables
from ._framing import Frame
from ._gathering import Gatherer, is_sound
from ._index import PARTS, Index, bad_id, is_id, places_in, votes_in
from ._places import Places
from ._tables import TABLES, Table
from ._threads import ThreadMaker
from ._values import COMMUNITY, Values

__all__ = ["INDEX_NAME", "Dump", "Wanted"]

T = TypeVar("T")

#: Which questions: their ids, or what says so of a question without its answers.
Questions: TypeAlias = Iterable[str | int] | Callable[[Question], bool]

#: The index beside the files of a dump.
INDEX_NAME: Final = "qathread-index.sqlite3"
_BATCH: Final = 256
#: Two posts of every site in the dump of 2025-06-30 that nobody wrote.
_INVENTED: Final = (1_000_000_001, 1_000_000_010)
_INVENTED_ON: Final = "2025-06-01"


@frozen
class Wanted:
    """
    Which threads, and how much of them.

    Attributes:
        ids: Of these questions only; None: of all.
        accept: What is asked of each question; None: nothing.
        tags: Only questions with one of these; None: any.
        since: Only questions asked then or later; None: any.
        history: Whether to read PostHistory.
        votes: Whether to read Votes.
    """

    ids: tuple[int, ...] | None = None
    accept: Callable[[Question], bool] | None = None
    tags: frozenset[str] | None = None
    since: datetime | None = None
    history: bool = True
    votes: bool = True

    @property
    def left_out(self) -> frozenset[Table]:
        """The tables that are not read."""
        read = self.history, self.votes
        tables: tuple[Table, ...] = ("PostHistory", "Votes")
        return frozenset(
            table for table, wanted in zip(tables, read, strict=True) if not wanted
        )


class Dump:
    """
    The files of a dump and their index.

    Args:
        input: A folder, a file or a stream.
        beside: Whether the index is kept beside the files, for the next time.
        without_invented: Whether to leave out the posts that Stack Exchange put into
            the dump of 2025-06-30 to mark it.
        progress: Wraps the chunks of each file while the index is built.
    """

    def __init__(
        self,
        input: Input,
        *,
        beside: bool,
        without_invented: bool = False,
        progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None = None,
    ) -> None:
        self.name, self.report = input.name, input.report
        # Kept open as long as anybody has threads or the site to ask for.
        self._closing = input.take()
        self._finalize = weakref.finalize(self, self._closing.close)
        record = None if input.limits is None else input.limits.record
        try:
            files = find_tables(input, self._closing)
            self.tables = {table: file.path for table, file in files.items()}
            stamp = _indexing.stamp(files)
            self.index = self._opened_index(input, beside, stamp, record, progress)
            self._closing.callback(self.index.close)
            self._places: dict[Table, Places] = {}
            for table, path in self.tables.items():
                places = Places(path, self.report)
                self._closing.callback(places.close)
                self._places[table] = places
            self._left_out = self._invented() if without_invented else frozenset[str]()
        except BaseException:
            self._closing.close()
            raise
        missing = [f"{table}.xml" for table in TABLES if table not in self.tables]
        if missing:
            self.report.note("missing-table", "the dump lacks tables", *missing)
        self._gatherer = Gatherer(self._places, self.report)
        self.maker = ThreadMaker(self.report, with_users="Users" in self.tables)

    def close(self) -> None:
        """Close the files, and remove what was unpacked."""
        self._closing.close()

    def _opened_index(
        self,
        input: Input,
        beside: bool,
        stamp: str,
        record: int | None,
        progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None,
    ) -> Index:
        def build(path: Path, *, lasting: bool = False) -> Index:
            return _indexing.built(
                path, self.tables, stamp, self.report, record, progress, lasting=lasting
            )

        folder = input.path if input.is_folder else None
        if folder is not None:
            index = _indexing.opened(folder / INDEX_NAME, stamp, self.report, record)
            if index is not None:
                return index
            if beside:
                try:
                    return build(folder / INDEX_NAME, lasting=True)
                except (PermissionError, sqlite3.OperationalError):
                    pass  # then a temporary one
                except OSError as error:
                    if error.errno not in (errno.EROFS, errno.ENOSPC):
                        raise
        scratch = self._closing.enter_context(
            tempfile.TemporaryDirectory(prefix="qathread-")
        )
        return build(Path(scratch) / INDEX_NAME)

    def _invented(self) -> frozenset[str]:
        """Leave out the posts that nobody wrote, and name them."""
        if "Posts" not in self.tables:
            return frozenset()
        found = self._places["Posts"].rows(self.index.posts(_INVENTED), quiet=True)
        left_out = frozenset(
            row["Id"]
            for row in found.values()
            if row.get("OwnerUserId") == COMMUNITY
            and row.get("CreationDate", "").startswith(_INVENTED_ON)
        )
        for post_id in sorted(left_out):
            self.report.tell(
                "invented-2025",
                "posts that the dump of 2025 invents, left out as asked",
                f"post {post_id}",
            )
        self.index.leave_out(map(int, left_out))
        return left_out

    # -- threads ---------------------------------------------------------------------

    def threads(self, wanted: Wanted) -> Iterator[Thread]:
        """Yield the threads that are wanted, in order of their questions' ids."""
        return self._made(wanted, self.maker.make)

    def logs(self, wanted: Wanted) -> Iterator[list[Event]]:
        """Yield what happened to the threads that are wanted."""
        return self._made(wanted, partial(log_of, maker=self.maker))

    def _made(
        self, wanted: Wanted, make: Callable[[Rows, Mapping[int, str | None]], T | None]
    ) -> Iterator[T]:
        """Yield what is made of the rows of each thread, some hundreds at a time."""
        for several in self.rows(wanted):
            ready: list[T] = []
            try:
                with bulk_load():
                    people = chain.from_iterable(map(self.maker.people, several))
                    names = self.index.names(people)
                    for rows in several:
                        made = make(rows, names)
                        if made:
                            ready.append(made)
            except FormatError:
                yield from ready
                raise
            yield from ready

    def rows(self, wanted: Wanted) -> Iterator[list[Rows]]:
        """Yield the rows of the threads that are wanted, some hundreds at a time."""
        parts = [PARTS["Comments"], PARTS["PostLinks"]]
        if wanted.history and "PostHistory" in self.tables:
            parts.append(PARTS["PostHistory"])
        if wanted.votes and "Votes" in self.tables:
            parts.append(PARTS["Votes"])
        for questions in self._questions(wanted.ids):
            if wanted.accept or wanted.tags is not None or wanted.since is not None:
                questions = self._filtered(questions, wanted)
            if questions:
                with bulk_load():
                    found = self.index.found(questions, parts)
                    several = self._gatherer.rows(found, parts)
                yield several

    # -- what is no thread -----------------------------------------------------------

    def user(self, user_id: int) -> Row | None:
        """Return the record of a user."""
        place = self.index.user(user_id)
        if place is None:
            return None
        # What is wrong with the file was told when the index was built.
        return self._places["Users"].rows([place], quiet=True).get(place[0])

    def table(self, table: Table) -> Iterator[Row]:
        """Yield all rows of a table in the order of its file."""
        path = self.tables.get(table)
        if path is None:
            return
        # What is wrong with the file was told when the index was built.
        silent = Collector()
        frame = Frame(path.name, silent, None)
        decoder = RowDecoder(frame, silent)
        for batch in frame.batches(chunks_of(path)):
            for row in decoder.rows(batch):
                if row is None or bad_id(table, row) is not None:
                    continue
                if table != "Posts" or row["Id"] not in self._left_out:
                    yield row

    def pages(self) -> Iterator[Row]:
        """Yield the posts that belong to no thread."""
        if "Posts" not in self.tables:
            return
        places = self.index.pages()
        while several := list(islice(places, _BATCH)):
            rows = self._places["Posts"].rows(several)
            yield from (row for row in rows.values() if "Id" in row)

    def loose(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a table that belong to no thread."""
        if table == "Posts":
            yield from self.pages()
        elif table not in self.tables:
            return
        elif table == "Votes":
            for post, data in self.index.loose(PARTS[table]):
                yield from votes_in(post, data)
        elif table in PARTS:
            noted = self.index.loose(PARTS[table])
            while several := list(islice(noted, _BATCH)):
                places = [place for _, data in several for place in places_in(data)]
                yield from filter(is_sound, self._places[table].rows(places).values())
        else:
            yield from self.table(table)

    def _questions(self, ids: Sequence[int] | None) -> Iterator[list[int]]:
        if ids is not None:
            ids = sorted(set(ids))
            for start in range(0, len(ids), _BATCH):
                yield self.index.questions(ids=ids[start : start + _BATCH])
            return
        last = -1
        while questions := self.index.questions(last):
            last = questions[-1]
            yield questions

    def _filtered(self, questions: Sequence[int], wanted: Wanted) -> list[int]:
        """Return the questions that are wanted, by their own rows alone."""
        kept = []
        found = self.index.found(questions, [])
        own = {
            each.question: next(
                (
                    (place, size)
                    for post, place, size in each.posts
                    if post == each.question
                ),
                None,
            )
            for each in found
        }
        # Those that are wanted are read again, and what is wrong with them told then.
        rows = self._places["Posts"].rows(filter(None, own.values()), quiet=True)
        values = Values(Collector())
        for number, place in own.items():
            if place is None:
                continue
            row = rows.get(place[0])
            if row is None:
                self._places["Posts"].rows([place])  # tells why
                continue
            if wanted.tags is not None and not wanted.tags.intersection(
                values.tags(row.get("Tags"))
            ):
                continue
            author, _ = values.author(row, "OwnerUserId", "OwnerDisplayName", "gone:")
            question = values.question(row, author, {}, 1)
            if wanted.since is not None and (
                question.created_at is None or question.created_at < wanted.since
            ):
                continue
            if wanted.accept is not None and not wanted.accept(question):
                continue
            kept.append(number)
        return kept


def ids_of(questions: Iterable[str | int]) -> tuple[int, ...]:
    """Return the ids that ``questions=`` names."""
    found = []
    for each in questions:
        text = str(each)
        if isinstance(each, bool | bytes) or not is_id(text):
            raise ValidationError(
                f"questions= holds {each!r}: give ids of questions, or a function of a "
                "Question"
            )
        found.append(int(text))
    return tuple(found)
