"""Builds the index of a dump: one pass over each of its files."""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import Final

from ..._gc import bulk_load
from ...losses import Loss
from .._report import Collector
from ._decoding import Row, RowDecoder
from ._files import TableFile, chunks_of
from ._framing import ROOTS, Batch, Frame
from ._index import PARTS, PLACE, Index, bad_id, is_id
from ._patterns import ON_POST, POST, VOTE, WHOLE
from ._tables import Table

__all__ = ["built", "opened", "stamp"]

_FORMAT: Final = 2
_PART: Final = ".part"
_LONG_AGO: Final = 24 * 3600  # seconds without a write
_FLUSH: Final = 250_000  # rows held in memory at most
_LONG: Final = 4_096  # bytes of the parts of one post
_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE posts (id INTEGER PRIMARY KEY, question INTEGER, kind INTEGER,
    place INTEGER, size INTEGER);
CREATE TABLE parts (post INTEGER, part INTEGER, wave INTEGER, data BLOB,
    PRIMARY KEY (post, part, wave)) WITHOUT ROWID;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, place INTEGER, size INTEGER);
"""
_QUESTION, _ANSWER = 1, 2


def stamp(files: Mapping[Table, TableFile]) -> str:
    """Return what changes when one of the files changes."""
    known: dict[str, list[object]] = {}
    for table, file in sorted(files.items()):
        state = file.origin.stat()
        known[table] = [file.origin.name, state.st_size, state.st_mtime_ns]
    return json.dumps({"format": _FORMAT, "files": known}, sort_keys=True)


def opened(
    path: Path, stamp: str, report: Collector, record: int | None
) -> Index | None:
    """
    Return the index at *path* if it is one of these files as they are now.

    Args:
        path: Where it may be.
        stamp: That of the files.
        report: Hears again of the damage that was found when it was built.
        record: The most bytes that a row may have; None: any number.
    """
    if not path.is_file():
        return None
    try:
        index = Index(path)
    except sqlite3.Error:
        return None
    losses = [
        Loss(**{**loss, "examples": tuple(loss["examples"])})
        for loss in json.loads(index.meta("losses") or "[]")
    ]
    # Building it anew raises, and says where.
    refused = report.strict and any(not loss.harmless for loss in losses)
    large = record is not None and int(index.meta("largest") or 0) > record
    if index.meta("stamp") != stamp or refused or large:
        index.close()
        return None
    for loss in losses:
        report.include(loss)
    return index


def built(
    path: Path,
    tables: Mapping[Table, Path],
    stamp: str,
    report: Collector,
    record: int | None,
    progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None = None,
    *,
    lasting: bool = False,
) -> Index:
    """
    Build the index at *path*, whole or not at all.

    Args:
        path: The SQLite file; replaced if it is there.
        tables: The files of the dump.
        stamp: That of the files.
        report: What hears of damage.
        record: The most bytes that a row may have; None: any number.
        progress: Wraps the chunks of each file.
        lasting: Whether it has to outlive a loss of power.

    Raises:
        FormatError: As :class:`Frame` does; if strict, at the first damage.
    """
    _clear_up(path)
    beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{_PART}")
    own = Collector(strict=report.strict, format=report.format, source=report.source)
    database = sqlite3.connect(beside, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -32768")
        database.executescript(_SCHEMA)
        database.execute("BEGIN")
        builder = _Builder(database, own, record, progress)
        with bulk_load():
            for table in sorted(tables, key=_first_posts):
                builder.add(table, tables[table])
        database.execute("CREATE INDEX by_question ON posts (question, id)")
        builder.note("losses", json.dumps([_plain(loss) for loss in own.report]))
        builder.note("largest", str(builder.largest))
        builder.note("stamp", stamp)
        database.execute("COMMIT")
        database.close()
        if lasting:
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        database.close()
        with suppress(OSError):
            beside.unlink()
        raise
    for loss in own.report:
        report.include(loss)
    return Index(path)


def _clear_up(path: Path) -> None:
    """Remove what builders left that were killed long ago, and an own one."""
    own = f".{os.getpid()}-{threading.get_ident()}{_PART}"
    for left in path.parent.glob(f"{path.name}.*{_PART}"):
        with suppress(OSError):
            old = time.time() - left.stat().st_mtime > _LONG_AGO
            if old or left.name.endswith(own):
                left.unlink()


_PLACE_OF: Final = itemgetter(2)


def _first_posts(table: Table) -> tuple[bool, str]:
    return table != "Posts", table


def _plain(loss: Loss) -> dict[str, object]:
    names = ("kind", "code", "message", "count", "examples", "damage", "harmless")
    return {name: getattr(loss, name) for name in names}


class _Builder:
    """Fills the tables of an index, one file after another."""

    def __init__(
        self,
        database: sqlite3.Connection,
        report: Collector,
        record: int | None,
        progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None,
    ) -> None:
        self._db, self._report, self._record = database, report, record
        self._progress = progress
        self._wave = 0
        self.largest = 0

    def note(self, name: str, value: str) -> None:
        """Note something of the dump as a whole."""
        self._db.execute("INSERT INTO meta VALUES (?, ?)", (name, value))

    def add(self, table: Table, path: Path) -> None:
        """Read one file."""
        frame = Frame(path.name, self._report, self._record)
        decoder = RowDecoder(frame, self._report)
        chunks: Iterable[bytes] = chunks_of(path)
        if self._progress is not None:
            chunks = self._progress(chunks)
        batches = frame.batches(chunks)
        if table == "Posts":
            self._posts(batches, frame, decoder)
        elif table == "Votes":
            self._gather(table, self._votes(batches, frame, decoder))
        elif table in ON_POST:
            self._gather(table, self._on_posts(table, batches, frame, decoder))
        elif table == "Users":
            self._users(batches, frame, decoder)
        else:  # read where they are; here only looked at
            match_of = WHOLE["Badges"].fullmatch
            for batch in batches:
                odd = [piece for piece in batch if match_of(piece[1]) is None]
                for (place, _), row in zip(odd, decoder.rows(odd), strict=True):
                    self._has_ids(table, row, frame, place)
        root = frame.root.lower()
        if root not in (b"", table.lower().encode(), b"xml"):
            if not frame.rows and root not in ROOTS:
                raise self._report.error(
                    "not-this-format",
                    f"{path.name}: a table of a dump expected, this is another kind "
                    "of XML",
                )
            self._report.damage(
                "not-this-format",
                f"the root element of {path.name} is not <{table.lower()}>",
                frame.where(0),
                kind="noted",
            )
        self.largest = max(self.largest, frame.largest)
        parts = (frame.before, frame.between, frame.close, frame.after)
        self.note(
            f"style {table}", json.dumps([part.decode("latin-1") for part in parts])
        )
        self.note(f"rows {table}", str(frame.rows))

    def _posts(
        self, batches: Iterable[Batch], frame: Frame, decoder: RowDecoder
    ) -> None:
        quiet = RowDecoder(frame, Collector(), fast=False)
        for batch in batches:
            rows = []
            for place, piece in batch:
                match = POST.match(piece)
                if match is not None and (match[3] or match[2] != b"2"):
                    post, kind, parent = match.groups()
                else:
                    found = self._unusual("Posts", place, piece, frame, decoder, quiet)
                    if found is None:
                        continue
                    post, kind = found["Id"], found["PostTypeId"]
                    parent = found.get("ParentId", "")
                    parent = parent if is_id(parent) else None
                post, kind = int(post), int(kind)
                question = None
                if kind == _QUESTION:
                    question = post
                elif kind == _ANSWER:
                    question = self._question_of(post, parent, frame, place)
                rows.append((post, question, kind, place, len(piece)))
            before = self._db.total_changes
            self._db.executemany("INSERT OR IGNORE INTO posts VALUES (?,?,?,?,?)", rows)
            if self._db.total_changes - before != len(rows):
                self._repeated("posts", rows, 3, frame)

    def _question_of(
        self, post: int, parent: object, frame: Frame, place: int
    ) -> int | None:
        question = int(parent) if isinstance(parent, str | bytes) else None
        if question is None or question == post:
            self._report.damage(
                "missing-parent" if question is None else "cycle",
                "answers that name no question, kept as pages of the site"
                if question is None
                else "answers to themselves, kept as pages of the site",
                frame.where(place),
            )
            return None
        return question

    def _repeated(
        self, table: str, rows: Sequence[tuple[object, ...]], at: int, frame: Frame
    ) -> None:
        """Report ids that occur twice; the later row is the newer one."""
        seen: set[object] = set()
        for row in rows:
            held = self._db.execute(
                f"SELECT place FROM {table} WHERE id = ?", (row[0],)
            ).fetchone()
            if held[0] != row[at] or row[0] in seen:
                self._report.damage(
                    "duplicate-id",
                    "rows with the id of another one: the last one stands",
                    frame.where(int(str(row[at]))),
                )
                marks = ",".join("?" * len(row))
                self._db.execute(f"REPLACE INTO {table} VALUES ({marks})", row)
            seen.add(row[0])

    def _users(
        self, batches: Iterable[Batch], frame: Frame, decoder: RowDecoder
    ) -> None:
        match_of = WHOLE["Users"].fullmatch
        for batch in batches:
            rows: list[tuple[int, str | None, int, int]] = []
            odd: Batch = []
            for place, piece in batch:
                match = match_of(piece)
                if match is None:
                    odd.append((place, piece))
                else:
                    name = match[2][1:-1].decode()
                    rows.append((int(match[1]), name, place, len(piece)))
            for (place, piece), row in zip(odd, decoder.rows(odd), strict=True):
                if row is not None and self._has_ids("Users", row, frame, place):
                    name = row.get("DisplayName")
                    rows.append((int(row["Id"]), name, place, len(piece)))
            rows.sort(key=_PLACE_OF)
            before = self._db.total_changes
            self._db.executemany("INSERT OR IGNORE INTO users VALUES (?,?,?,?)", rows)
            if self._db.total_changes - before != len(rows):
                self._repeated("users", rows, 2, frame)

    def _on_posts(
        self,
        table: Table,
        batches: Iterable[Batch],
        frame: Frame,
        decoder: RowDecoder,
    ) -> Iterator[tuple[int, bytes]]:
        quiet = RowDecoder(frame, Collector(), fast=False)
        match_of, pack = ON_POST[table].match, PLACE.pack
        for batch in batches:
            for place, piece in batch:
                match = match_of(piece)
                if match is not None:
                    yield int(match[1]), pack(place, len(piece))
                    continue
                found = self._unusual(table, place, piece, frame, decoder, quiet)
                if found is not None:
                    yield int(found["PostId"]), pack(place, len(piece))

    def _votes(
        self, batches: Iterable[Batch], frame: Frame, decoder: RowDecoder
    ) -> Iterator[tuple[int, bytes]]:
        """Yield votes as text: where they are would take about as much room."""
        match_of = VOTE.fullmatch
        for batch in batches:
            for place, piece in batch:
                match = match_of(piece)
                if match is not None:
                    vote, post, kind, user, day, amount = match.groups(b"")
                    yield (
                        int(post),
                        b"%b,%b,%b,%b,%b\n" % (vote, kind, day, user, amount),
                    )
                    continue
                found = self._unusual("Votes", place, piece, frame, decoder, decoder)
                if found is not None:
                    yield int(found["PostId"]), json.dumps(dict(found)).encode() + b"\n"

    def _gather(self, table: Table, parts: Iterable[tuple[int, bytes]]) -> None:
        """Put the parts of a post together before they are written."""
        held: dict[int, bytes | bytearray] = {}
        count = 0
        for post, data in parts:
            known = held.get(post)
            if known is None:
                held[post] = data
            elif isinstance(known, bytearray):
                known += data
            elif len(known) < _LONG:
                held[post] = known + data
            else:  # one that grows in place
                held[post] = bytearray(known + data)
            count += 1
            if count >= _FLUSH:
                self._flush(table, held)
                held, count = {}, 0
        self._flush(table, held)

    def _flush(self, table: Table, held: Mapping[int, bytes | bytearray]) -> None:
        self._wave += 1
        part, wave = PARTS[table], self._wave
        self._db.executemany(
            "INSERT INTO parts VALUES (?, ?, ?, ?)",
            ((post, part, wave, held[post]) for post in sorted(held)),
        )

    def _unusual(
        self,
        table: Table,
        place: int,
        piece: bytes,
        frame: Frame,
        decoder: RowDecoder,
        quiet: RowDecoder,
    ) -> Row | None:
        """
        Return a row that is written in an unusual way, if its ids are numbers.

        Args:
            table: Which table it is of.
            place: Where it is.
            piece: Its bytes.
            frame: The file.
            decoder: One that tells of damage.
            quiet: One that leaves what can be mended to those who read it later.
        """
        (row,) = quiet.rows([(place, piece)])
        if row is None and quiet is not decoder:
            decoder.rows([(place, piece)])
        return row if self._has_ids(table, row, frame, place) else None

    def _has_ids(self, table: Table, row: Row | None, frame: Frame, place: int) -> bool:
        if row is None:
            return False
        name = bad_id(table, row)
        if name is not None:
            self._report.damage(
                "field",
                f"rows whose {name} is no number or not there",
                frame.where(place),
                kind="skipped",
            )
        return name is None
