"""
Threads back to the files of a dump.

Rows come thread by thread, and files are in the order of their numbers: rows wait in
an SQLite file, beside what is written, until all are there. Memory does not depend on
how many there are; the disk needs room for twice the size of the dump.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Final

from attrs import define, field

from ..._gc import bulk_load
from ...errors import ValidationError
from ...thread import Thread
from .._report import Collector
from ._dump import INDEX_NAME
from ._encoding import Cells, RowEncoder, in_order
from ._post_rows import rows_of
from ._sheet import Desk
from ._spool import Spool, later
from ._styles import FileStyle, default_style
from ._tables import TABLES, Table
from .site import Site

__all__ = ["is_own_file", "write_dump"]

_SPOOL: Final = "rows.sqlite3"
_BATCH: Final = 4 * 1024 * 1024  # bytes of rows that are held in memory
_JOINED: Final = 512  # rows that are written at once
#: Tables that belong to the site as a whole, and are written as they were read.
_OF_SITE: Final[tuple[Table, ...]] = ("Badges", "Tags", "Users")
_ON_POSTS: Final[tuple[Table, ...]] = (
    "Comments",
    "PostHistory",
    "PostLinks",
    "Posts",
    "Votes",
)


def write_dump(threads: Iterable[Thread], folder: Path, report: Collector) -> None:
    """
    Write threads as the files of a dump.

    Args:
        threads: Threads of any kind, or a reading. Of a reading of a dump, or of
            anything else that yields threads and has its ``site``, the site goes
            along: accounts, badges and tags as they are, and the rows that belong to
            no thread, also if only some threads were asked for; tables that were not
            to be read are left out. A dump that was read whole is written as it was,
            byte for byte, its rows in the order of their ids.
        folder: An empty folder.
        report: What hears of losses.

    Raises:
        ValidationError: If there is neither a thread nor a site.
        LossError: If strict, at the first loss.
    """
    site = getattr(threads, "site", None)
    spool = folder / _SPOOL
    writer = _Writer(spool, report, site if isinstance(site, Site) else None)
    try:
        writer.write(threads, folder)
    finally:
        writer.spool.close()
        for path in folder.glob(f"{_SPOOL}*"):  # its journal too
            path.unlink()


@define
class _Made:
    """The rows of one thread as bytes, as :class:`Sheet` holds them."""

    thread: Thread
    root: str | bytes | None
    renamed: list[str]
    rows: dict[Table, dict[int, bytes]] = field(factory=dict)
    later: dict[Table, list[tuple[int, bytes]]] = field(factory=dict)

    @property
    def size(self) -> int:
        """How many bytes they have."""
        several = (rows.values() for rows in self.rows.values())
        later = (row for rows in self.later.values() for _, row in rows)
        return sum(map(len, chain(*several, later)))


class _Writer:
    """One dump being written."""

    def __init__(self, spool: Path, report: Collector, site: Site | None) -> None:
        self.site = site
        self.spool = Spool(spool)
        self._there: set[Table] = set()
        self.encoders = {table: RowEncoder(self._style(table)) for table in TABLES}
        self.desk = Desk(self.encoders, self.spool, report, alone=site is None)
        self._batch: list[_Made] = []
        self._size = 0

    def write(self, threads: Iterable[Thread], folder: Path) -> None:
        """Write everything."""
        is_empty = True
        for thread in threads:
            self._add(thread)
            is_empty = False
        self._flush()
        if self.site is not None:
            self._add_loose(self.site)
        elif is_empty:
            raise ValidationError("there is no thread to write: give at least one")
        highest = {
            table: max(self.spool.highest(table), self.desk.seen[table])
            for table in TABLES
        }
        if self.site is not None and next(self.spool.people(), None) is not None:
            held = self.site.rows("Users")
            known = max((int(row["Id"]) for row in held), default=0)
            highest["Users"] = max(highest["Users"], known)
        for table in TABLES:
            settled = self.spool.settler(highest, partial(self._missing, table))
            self._write_table(table, folder / f"{table}.xml", settled)

    def _style(self, table: Table) -> FileStyle:
        """Return the style of a file, that of its source if there is one."""
        style = None if self.site is None else self.site.style(table)
        if style is not None:
            self._there.add(table)
            return style
        like = None if self.site is None else self.site.style("Posts")
        return default_style(table, like)

    # -- threads ---------------------------------------------------------------------

    def _add(self, thread: Thread) -> None:
        with bulk_load():
            made = self._made(thread, {})
        question = thread.content.question
        if self.desk.alone and question is not None and question.stands:
            self.spool.count_tags(question.tags)
        self._batch.append(made)
        self._size += made.size
        if self._size >= _BATCH:
            self._flush()

    def _made(self, thread: Thread, taken: Mapping[Table, set[int]]) -> "_Made":
        """Return the rows of a thread as bytes."""
        sheet = rows_of(self.desk, thread, taken)
        before = self.desk.replaced
        made = _Made(thread, sheet.root, sheet.renamed)
        for table, rows in sheet.rows.items():
            encoded = self._encoded(table, rows.values())
            made.rows[table] = dict(zip(rows, encoded, strict=True))
        for table, waiting in sheet.later.items():
            encoded = self._encoded(table, [cells for _, cells in waiting])
            counts = [count for count, _ in waiting]
            made.later[table] = list(zip(counts, encoded, strict=True))
        if self.desk.replaced != before:
            sheet.lose("forbidden-character", count=self.desk.replaced - before)
        return made

    def _encoded(self, table: Table, rows: Iterable[Cells | None]) -> Iterator[bytes]:
        """Yield rows as bytes; for a number that is kept free, what keeps it so."""
        several = list(rows)
        encoded = self.encoders[table].rows([each for each in several if each])
        # The same rows are the same thread, which may come twice.
        kept = b"" if None not in several else sha256(b"".join(encoded)).digest()
        found = iter(encoded)
        return (next(found) if each else b"?" + kept for each in several)

    def _flush(self) -> None:
        """Hand rows over to the spool; those whose number is taken get a new one."""
        batch, self._batch, self._size = self._batch, [], 0
        if not self.spool.put([made.rows for made in batch]):
            batch = [self._put_alone(made) for made in batch]
        for made in batch:
            if made.root is not None and made.root != made.thread.id:
                self.spool.thread(made.thread.id, made.root)
            for table, rows in made.later.items():
                self.spool.put_new(table, rows)

    def _put_alone(self, made: "_Made") -> "_Made":
        """Put the rows of one thread where their numbers are free."""
        taken: dict[Table, set[int]] = {}
        before = dict(self.desk.fresh)
        # What had the same content may have another one once its post is renamed.
        while more := self.spool.taken(made.rows):
            for table, numbers in more.items():
                taken.setdefault(table, set()).update(numbers)
            self.desk.fresh.update(before)
            made = self._made(made.thread, taken)
        for what in made.renamed:
            self.desk.lose("numbers", what)
        self.spool.put([made.rows], whole=False)
        return made

    def _add_loose(self, site: Site) -> None:
        for table in _ON_POSTS:
            if table not in site.left_out:
                rows = (in_order(table, row) for row in site.loose(table))
                self.spool.put_loose(table, self._numbered(table, rows))

    def _numbered(
        self, table: Table, rows: Iterator[Cells]
    ) -> Iterator[tuple[int, bytes]]:
        while some := list(islice(rows, _JOINED)):
            numbers = [int(row["Id"] or 0) for row in some]
            yield from zip(numbers, self.encoders[table].rows(some), strict=True)

    # -- files -----------------------------------------------------------------------

    def _write_table(
        self, table: Table, path: Path, settled: Callable[[bytes], bytes]
    ) -> None:
        style = self.encoders[table].style
        rows = self._rows(table, settled)
        first = next(rows, None)
        if first is None and not self._is_needed(table):
            return
        if table == "Votes" and self.desk.unsure.count:
            self.desk.lose("counts", self.desk.unsure.first, self.desk.unsure.count)
        before, after = style.frame(first is not None)
        with path.open("wb") as out:
            out.write(before)
            if first is not None:
                out.write(first)
            while some := list(islice(rows, _JOINED)):
                out.write(style.between + style.between.join(some))
            out.write(after)

    def _is_needed(self, table: Table) -> bool:
        """Whether a file is written also if it has no row."""
        if self.site is not None and table in self.site.left_out:
            return False
        if table in self._there or table == "Posts":
            return True
        # Without it a reader would not know that there are no votes.
        return table == "Votes" and self.desk.counted

    def _rows(self, table: Table, settled: Callable[[bytes], bytes]) -> Iterator[bytes]:
        """Yield the rows of one file."""
        if table in _OF_SITE:
            found = self._of_site(table)
            while some := list(islice(found, _JOINED)):
                yield from map(settled, self.encoders[table].rows(some))
            return
        for row in self.spool.in_order(table):
            if b"\0" in row:
                row = settled(row)
                if table == "PostLinks" and _NOWHERE in row:
                    continue  # to a thread that is not here
            yield row

    def _of_site(self, table: Table) -> Iterator[Cells]:
        """Yield the rows of a table that hang on no post."""
        if self.site is not None:
            yield from self.site.rows(table)
        elif table == "Tags":
            for number, tag, count in self.spool.tags():
                yield {"Id": str(number), "TagName": tag, "Count": str(count)}
        if table == "Users":
            for number, name in self.spool.users():
                yield {"Id": str(number), "DisplayName": name}
            for count, shown in self.spool.people():
                if shown is not None:
                    yield {"Id": later("Users", count), "DisplayName": shown}

    def _missing(self, table: Table) -> None:
        """Report a thread that is named and not there."""
        self.desk.lose("links" if table == "PostLinks" else "duplicates", table)


_NOWHERE: Final = b' RelatedPostId=""'


def is_own_file(name: str) -> bool:
    """Whether a folder may lose a file of this name to a new dump."""
    return name in _OWN or name.startswith(INDEX_NAME)


_OWN: Final = frozenset(f"{table}.xml" for table in TABLES)
