"""Builds the index of a dump: one pass over each of its files."""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..._gc import bulk_load
from ...losses import Loss
from .._report import Collector
from ._decoding import Row, RowDecoder
from ._files import chunks_of
from ._framing import Batch, Frame
from ._index import PARTS, PLACE, Index
from ._tables import Table

__all__ = ["built", "opened"]

_FORMAT: Final = 1
_FLUSH: Final = 250_000  # rows held in memory at most
_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE posts (id INTEGER PRIMARY KEY, question INTEGER, kind INTEGER,
    place INTEGER, size INTEGER);
CREATE TABLE parts (post INTEGER, part INTEGER, wave INTEGER, data BLOB,
    PRIMARY KEY (post, part, wave)) WITHOUT ROWID;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, place INTEGER, size INTEGER);
"""
_POST: Final = re.compile(
    rb'row Id="([0-9]{1,18})" PostTypeId="([0-9]{1,9})"'
    rb'(?: AcceptedAnswerId="[0-9]{1,18}")?(?: ParentId="([0-9]{1,18})")?'
    rb" (?!AcceptedAnswerId|ParentId)"
)
_ON_POST: Final[Mapping[Table, re.Pattern[bytes]]] = {
    "Comments": re.compile(rb'row Id="[0-9]{1,18}" PostId="([0-9]{1,18})" '),
    "PostHistory": re.compile(
        rb'row Id="[0-9]{1,18}" PostHistoryTypeId="[0-9]{1,9}" PostId="([0-9]{1,18})" '
    ),
    "PostLinks": re.compile(
        rb'row Id="[0-9]{1,18}" CreationDate="[^"]{0,40}" PostId="([0-9]{1,18})" '
    ),
}
_VOTE: Final = re.compile(
    rb'row Id="([0-9]{1,18})" PostId="([0-9]{1,18})" VoteTypeId="([0-9]{1,9})"'
    rb'(?: UserId="(-?[0-9]{1,18})")? CreationDate="([0-9]{4}-[0-9]{2}-[0-9]{2})'
    rb'T00:00:00\.000"(?: BountyAmount="([0-9]{1,18})")? ?/>\s*'
)
_USER: Final = re.compile(
    rb'row Id="(-?[0-9]{1,18})" Reputation="-?[0-9]{1,18}" CreationDate="[^"]{0,40}"'
    rb' DisplayName="([^"&]*)" '
)
_QUESTION, _ANSWER = 1, 2


def stamp(tables: Mapping[Table, Path]) -> str:
    """Return what changes when one of the files changes."""
    known = {"format": _FORMAT, "files": {}}
    for table, path in sorted(tables.items()):
        state = path.stat()
        known["files"][table] = [path.name, state.st_size, state.st_mtime_ns]  # type: ignore[index]
    return json.dumps(known, sort_keys=True)


def opened(path: Path, tables: Mapping[Table, Path], report: Collector) -> Index | None:
    """Return the index at *path* if it is one of these files as they are now."""
    if not path.is_file():
        return None
    try:
        index = Index(path)
    except sqlite3.Error:
        return None
    if index.meta("stamp") != stamp(tables):
        index.close()
        return None
    for loss in json.loads(index.meta("losses") or "[]"):
        report.include(Loss(**{**loss, "examples": tuple(loss["examples"])}))
    return index


def built(
    path: Path,
    tables: Mapping[Table, Path],
    report: Collector,
    record: int | None,
    progress: Callable[[Iterable[bytes]], Iterable[bytes]] | None = None,
) -> Index:
    """
    Build the index at *path*, whole or not at all.

    Args:
        path: The SQLite file; replaced if it is there.
        tables: The files of the dump.
        report: What hears of damage.
        record: The most bytes that a row may have; None: any number.
        progress: Wraps the chunks of each file.

    Raises:
        FormatError: As :class:`Frame` does; if strict, at the first damage.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with suppress(FileNotFoundError):
        beside.unlink()
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
        builder.note("stamp", stamp(tables))
        database.execute("COMMIT")
        database.close()
        os.replace(beside, path)
    except BaseException:
        database.close()
        with suppress(OSError):
            beside.unlink()
        raise
    for loss in own.report:
        report.include(loss)
    return Index(path)


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

    def note(self, name: str, value: str) -> None:
        """Note something of the dump as a whole."""
        self._db.execute("INSERT INTO meta VALUES (?, ?)", (name, value))

    def add(self, table: Table, path: Path) -> None:
        """Read one file."""
        frame = Frame(path.name, self._report, self._record)
        decoder = RowDecoder(frame, self._report, fast=False)
        chunks: Iterable[bytes] = chunks_of(path)
        if self._progress is not None:
            chunks = self._progress(chunks)
        batches = frame.batches(chunks)
        if table == "Posts":
            self._posts(batches, frame, decoder)
        elif table == "Votes":
            self._gather(table, self._votes(batches, frame, decoder))
        elif table in _ON_POST:
            self._gather(table, self._on_posts(table, batches, frame, decoder))
        elif table == "Users":
            self._users(batches, frame, decoder)
        else:
            for _ in batches:  # read where they are; here only their frame is checked
                pass
        if frame.root.lower() not in (b"", table.lower().encode(), b"xml"):
            self._report.damage(
                "not-this-format",
                f"the root element of {path.name} is not <{table.lower()}>",
                frame.where(0),
                kind="noted",
            )
        parts = (frame.before, frame.between, frame.close, frame.after)
        self.note(
            f"style {table}", json.dumps([part.decode("latin-1") for part in parts])
        )
        self.note(f"rows {table}", str(frame.rows))

    def _posts(
        self, batches: Iterable[Batch], frame: Frame, decoder: RowDecoder
    ) -> None:
        for batch in batches:
            rows = []
            for place, piece in batch:
                match = _POST.match(piece)
                if match is not None:
                    post, kind, parent = match.groups()
                else:
                    found = self._decoded(decoder, frame, place, piece, "PostTypeId")
                    if found is None:
                        continue
                    post, kind, parent = found["Id"], found["PostTypeId"], None
                    if found.get("ParentId", "").isdecimal():
                        parent = found["ParentId"]
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
        for batch in batches:
            rows: list[tuple[int, str | None, int, int]] = []
            for place, piece in batch:
                match = _USER.match(piece)
                if match is not None and match[2].isascii():
                    rows.append((int(match[1]), match[2].decode(), place, len(piece)))
                    continue
                found = self._decoded(decoder, frame, place, piece)
                if found is not None:
                    name = found.get("DisplayName")
                    rows.append((int(found["Id"]), name, place, len(piece)))
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
        match_of, pack = _ON_POST[table].match, PLACE.pack
        for batch in batches:
            for place, piece in batch:
                match = match_of(piece)
                if match is not None:
                    yield int(match[1]), pack(place, len(piece))
                    continue
                found = self._decoded(decoder, frame, place, piece, "PostId")
                if found is not None:
                    yield int(found["PostId"]), pack(place, len(piece))

    def _votes(
        self, batches: Iterable[Batch], frame: Frame, decoder: RowDecoder
    ) -> Iterator[tuple[int, bytes]]:
        """Yield votes as text: where they are would take about as much room."""
        match_of = _VOTE.fullmatch
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
                found = self._decoded(decoder, frame, place, piece, "PostId")
                if found is not None:
                    yield int(found["PostId"]), json.dumps(dict(found)).encode() + b"\n"

    def _gather(self, table: Table, parts: Iterable[tuple[int, bytes]]) -> None:
        """Put the parts of a post together before they are written."""
        held: dict[int, bytes] = {}
        count = 0
        for post, data in parts:
            held[post] = held[post] + data if post in held else data
            count += 1
            if count >= _FLUSH:
                self._flush(table, held)
                held, count = {}, 0
        self._flush(table, held)

    def _flush(self, table: Table, held: Mapping[int, bytes]) -> None:
        self._wave += 1
        part, wave = PARTS[table], self._wave
        self._db.executemany(
            "INSERT INTO parts VALUES (?, ?, ?, ?)",
            ((post, part, wave, held[post]) for post in sorted(held)),
        )

    def _decoded(
        self,
        decoder: RowDecoder,
        frame: Frame,
        place: int,
        piece: bytes,
        *needed: str,
    ) -> Row | None:
        """Return a row that is written in an unusual way, if its ids are numbers."""
        (row,) = decoder.rows([(place, piece)])
        if row is None:
            return None
        for name in ("Id", *needed):
            value = row.get(name, "")
            plain = value.removeprefix("-") if name == "Id" else value
            if not (plain.isascii() and plain.isdigit() and len(plain) <= 18):
                self._report.damage(
                    "field",
                    f"rows whose {name} is no number or not there",
                    frame.where(place),
                    kind="skipped",
                )
                return None
        return row
