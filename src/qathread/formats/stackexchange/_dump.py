"""An opened dump: its threads by the id of their question, and its site."""

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
from ._index import PARTS, Found, Index, places_in, votes_in
from ._places import Places
from ._tables import TABLES, Table
from ._threads import ThreadMaker

__all__ = ["Dump", "Wanted"]

T = TypeVar("T")

#: Which questions: their ids, or what says so of a question without its answers.
Questions: TypeAlias = Iterable[str | int] | Callable[[Question], bool]

_BESIDE: Final = "qathread-index.sqlite3"
_BATCH: Final = 256


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


class Dump:
    """
    The files of a dump and their index.

    Args:
        input: A folder, a file or a stream.
        beside: Whether the index is kept beside the files, for the next time.
    """

    def __init__(
        self,
        input: Input,
        *,
        beside: bool,
        progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None = None,
    ) -> None:
        self.name, self.report = input.name, input.report
        # Kept open as long as anybody has threads or the site to ask for.
        self._closing = input.take()
        self._finalize = weakref.finalize(self, self._closing.close)
        record = None if input.limits is None else input.limits.record
        try:
            self.tables = find_tables(input, self._closing)
            self.index = self._opened_index(input, beside, record, progress)
            self._closing.callback(self.index.close)
            self._places: dict[Table, Places] = {}
            for table, path in self.tables.items():
                places = Places(path, self.report)
                self._closing.callback(places.close)
                self._places[table] = places
        except BaseException:
            self._closing.close()
            raise
        if input.is_folder:
            for table in TABLES:
                if table not in self.tables:
                    self.report.tell(
                        "missing-table", "tables that the dump lacks", f"{table}.xml"
                    )
        self.maker = ThreadMaker(self.report, with_users="Users" in self.tables)

    def close(self) -> None:
        """Close the files, and remove what was unpacked."""
        self._closing.close()

    def _opened_index(
        self,
        input: Input,
        beside: bool,
        record: int | None,
        progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None,
    ) -> Index:
        folder = input.path if input.is_folder else None
        place = None if folder is None else folder / _BESIDE
        if place is not None:
            index = _indexing.opened(place, self.tables, self.report)
            if index is not None:
                return index
        if place is not None and beside:
            try:
                return _indexing.built(
                    place, self.tables, self.report, record, progress
                )
            except PermissionError:
                pass  # then a temporary one
            except OSError as error:
                if error.errno not in (30, 28):  # read-only, full
                    raise
            except sqlite3.OperationalError:
                pass
        scratch = self._closing.enter_context(
            tempfile.TemporaryDirectory(prefix="qathread-")
        )
        return _indexing.built(
            Path(scratch) / _BESIDE, self.tables, self.report, record, progress
        )

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
                    several = self._decoded(found, parts)
                yield several

    # -- what is no thread -----------------------------------------------------------

    def user(self, user_id: int) -> Row | None:
        """Return the record of a user."""
        place = self.index.user(user_id)
        if place is None:
            return None
        return self._places["Users"].rows([place]).get(place[0])

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
                if row is not None and "Id" in row:
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
                yield from filter(_sound, self._places[table].rows(places).values())
        else:
            yield from self.table(table)

    def _questions(self, ids: Sequence[int] | None) -> Iterator[list[int]]:
        if ids is not None:
            for start in range(0, len(ids), _BATCH):
                yield self.index.questions(ids=sorted(ids[start : start + _BATCH]))
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
        rows = self._places["Posts"].rows(place for place in own.values() if place)
        values = self.maker.values
        for number, place in own.items():
            row = None if place is None else rows.get(place[0])
            if row is None:
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

    def _decoded(self, found: Sequence[Found], parts: Sequence[int]) -> list[Rows]:
        posts = self._at("Posts", [place for each in found for place in each.posts])
        held: dict[Table, dict[int, Row]] = {}
        for table in ("Comments", "PostHistory", "PostLinks"):
            part = PARTS[table]
            if table in self._places and part in parts:
                held[table] = self._places[table].rows(
                    place
                    for each in found
                    for data in each.parts.get(part, {}).values()
                    for place in places_in(data)
                )
        with_history = PARTS["PostHistory"] in parts
        with_votes = PARTS["Votes"] in parts
        several = []
        for each in found:
            own = [posts[place] for _, place, _ in each.posts if place in posts]
            known = {row["Id"] for row in own}
            several.append(
                Rows(
                    str(each.question),
                    own,
                    self._listed(each, "Comments", held, known),
                    self._by_post(each, "PostHistory", held, known)
                    if with_history
                    else None,
                    {
                        str(post): list(votes_in(post, data))
                        for post, data in each.parts.get(PARTS["Votes"], {}).items()
                        if str(post) in known
                    }
                    if with_votes
                    else None,
                    self._listed(each, "PostLinks", held, known),
                )
            )
        return several

    def _at(
        self, table: Table, places: Iterable[tuple[int, int, int]]
    ) -> dict[int, Row]:
        rows = self._places[table].rows((place, size) for _, place, size in places)
        return {place: row for place, row in rows.items() if "Id" in row}

    def _listed(
        self,
        found: Found,
        table: Table,
        held: Mapping[Table, Mapping[int, Row]],
        known: set[str],
    ) -> list[Row]:
        by_post = self._by_post(found, table, held, known)
        rows = [row for rows in by_post.values() for row in rows]
        rows.sort(key=_by_id)
        return rows

    def _by_post(
        self,
        found: Found,
        table: Table,
        held: Mapping[Table, Mapping[int, Row]],
        known: set[str],
    ) -> dict[str, list[Row]]:
        rows = held.get(table)
        if not rows:
            return {}
        by_post: dict[str, list[Row]] = {}
        for post, data in found.parts.get(PARTS[table], {}).items():
            if str(post) in known:
                several = [
                    rows[place]
                    for place, _ in places_in(data)
                    if place in rows and _sound(rows[place])
                ]
                several.sort(key=_by_id)
                by_post[str(post)] = several
        return by_post


def _by_id(row: Row) -> int:
    return int(row["Id"])


def _sound(row: Row) -> bool:
    """Whether the ids that the index read are still there after decoding."""
    return row.get("Id", "").isdigit() and "PostId" in row


def ids_of(questions: Iterable[str | int]) -> tuple[int, ...]:
    """Return the ids that ``questions=`` names."""
    found = []
    for each in questions:
        text = str(each)
        if isinstance(each, bool) or not text.isascii() or not text.isdigit():
            raise ValidationError(
                f"questions= holds {each!r}: give ids of questions, or a function of a "
                "Question"
            )
        found.append(int(text))
    return tuple(found)
