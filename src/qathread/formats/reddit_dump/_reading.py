"""The lines of dumps, grouped by the submission that they belong to."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from attrs import frozen

from ...errors import excerpt
from ...limits import Limits
from ...thread import Thread
from .._json import Place, json_values, place, shown
from .._json_files import shown_name
from .._looks import refuse_foreign
from .._sources import Input, open_source, suffixes
from ..reddit._things import Kind, Style, Thing, thing_of
from ..reddit._threads import thread_of
from ._decoding import decoded
from ._spool import Line, Spool

__all__ = ["SUFFIXES", "dump_paths", "threads_in"]

SUFFIXES: Final = (".ndjson", ".jsonl", ".json")
_WANTED: Final = "submissions or comments of Reddit, a JSON object a line,"
_DEPTH: Final = Limits().json_depth
_MONTH: Final = re.compile(r"R[CS]_[0-9]{4}-[0-9]{2}")
#: Quotes in a text have a backslash before them, so this is always a member.
_LINK: Final = re.compile(rb'"link_id": ?"(t3_[0-9A-Za-z]+)"')


@frozen
class _Key:
    """What an object is, and which submission it belongs to."""

    kind: Kind
    thread_id: str


def dump_paths(folder: Path) -> list[Path]:
    """
    Return the files in a folder that a dump may be in, by name.

    Raises:
        OSError: If the folder cannot be read.
    """
    found = []
    for path in folder.iterdir():
        suffix, packing = suffixes(path.name)
        likely = suffix in SUFFIXES or (suffix == "" and packing not in ("", ".7z"))
        if (likely or _MONTH.fullmatch(path.name)) and path.is_file():
            found.append(path)
    return sorted(found)


def threads_in(input: Input, style: Style) -> Iterator[Thread]:
    """
    Yield the threads of a file, or of all files in a folder.

    Args:
        input: What is read.
        style: How posts are read.

    Raises:
        FormatError: If there is no submission and no comment in it; if strict, at
            any damage.
        OSError: If a file cannot be opened, or the temporary folder is full.
    """
    with tempfile.TemporaryDirectory(prefix="qathread-") as folder:
        spool = Spool(Path(folder, "lines"))
        with closing(spool):
            reading = _Dump(input, style)
            if not spool.put(reading.lines()):
                message = f"{_WANTED} expected: there is none"
                raise input.report.error("not-this-format", message)
            for thread_id, lines in spool.threads():
                things = list(reading.things(thread_id, lines))
                if things:
                    yield thread_of(thread_id, things, input.report)


class _Dump:
    def __init__(self, input: Input, style: Style) -> None:
        self._input, self._report, self._style = input, input.report, style
        limits = input.limits
        self._depth = _DEPTH if limits is None else limits.json_depth
        self._labels: list[str] = []

    # -- all lines -----------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        """Yield the lines that are submissions or comments."""
        input = self._input
        if not input.is_folder or input.path is None:
            yield from self._in_file(input, "")
            return
        paths = dump_paths(input.path)
        if not paths:
            raise self._report.error(
                "not-this-format", "the folder holds no file of a dump"
            )
        for path in paths:
            with closing(open_source(path, input.limits, self._report)) as one:
                self._report.source = input.name
                yield from self._in_file(one, excerpt(shown_name(path), 80))

    def _in_file(self, input: Input, label: str) -> Iterator[Line]:
        refuse_foreign(input.head(), self._report, _WANTED)
        self._labels.append(label)
        file = len(self._labels) - 1
        start = input.head().removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if start == b"[":
            yield from self._in_list(input.document(), file)
            return
        for number, line in input.lines():
            found = _LINK.search(line)
            if found is not None and line.count(b'"link_id"') == 1:
                yield Line(found[1].decode(), file, number, line)
            elif line.strip():
                yield from self._looked_at(line, file, number)

    def _in_list(self, data: bytes, file: int) -> Iterator[Line]:
        for where, value in json_values(
            data, self._report, self._input.limits, self._labels[file]
        ):
            several = value if isinstance(value, list) else [value]
            for number, each in enumerate(several, start=1):
                key = self._key(each, Place(where).down(number - 1))
                if key is not None:
                    text = json.dumps(each, ensure_ascii=False)
                    yield Line(key.thread_id, file, number, text.encode())

    def _looked_at(self, line: bytes, file: int, number: int) -> Iterator[Line]:
        data = decoded(line, self._depth)
        where = self._where(file, number)
        if data is not None:
            key = self._key(data, Place(where))
            if key is not None:
                yield Line(key.thread_id, file, number, line)
            return
        # What is mended here is kept as it then is, so that it is reported once.
        for _, value in json_values(line, self._report, self._input.limits, where):
            if _is_rest_of_a_cut(value):
                continue
            key = self._key(value, Place(where))
            if key is not None:
                text = json.dumps(value, ensure_ascii=False)
                yield Line(key.thread_id, file, number, text.encode())

    def _key(self, value: object, where: Place) -> _Key | None:
        """Return what an object is; what is neither of the two is reported."""
        if not isinstance(value, dict):
            self._report.damage(
                "field",
                "an object belongs here, something else is left out",
                f"{where}: {shown(value)}",
                kind="skipped",
            )
            return None
        kind = _kind_of(value)
        if kind is None:
            self._report.loss(
                "unknown-item",
                "an object that is neither a submission nor a comment; things with "
                "kind and data are read as format reddit",
                str(where),
                kind="skipped",
            )
            return None
        thread_id = _thread_of(kind, value)
        if thread_id is None:
            self._report.damage(
                "missing-parent" if kind == "t1" else "field",
                "a comment that does not say which submission it belongs to, or a "
                "submission without an id: it is left out",
                str(where),
                kind="skipped",
            )
            return None
        return _Key(kind, thread_id)

    # -- one thread ----------------------------------------------------------------

    def things(self, thread_id: str, lines: Iterator[Line]) -> Iterator[Thing]:
        """Yield what the lines of one thread are."""
        for line in lines:
            where = self._where(line.file, line.number)
            data = decoded(line.data, self._depth)
            if data is not None:
                yield from self._thing(data, thread_id, Place(where))
                continue
            for _, value in json_values(
                line.data, self._report, self._input.limits, where
            ):
                if isinstance(value, dict) and not _is_rest_of_a_cut(value):
                    yield from self._thing(value, thread_id, Place(where))

    def _thing(
        self, data: Mapping[str, object], thread_id: str, where: Place
    ) -> Iterator[Thing]:
        key = self._key(data, where)
        if key is None:
            return
        if key.thread_id != thread_id:
            self._report.damage(
                "wrong-parent",
                "an object with a link_id within another one: it is left out",
                str(where),
                kind="skipped",
            )
            return
        thing = thing_of(key.kind, data, thread_id, where, self._report, self._style)
        if thing is not None:
            yield thing

    def _where(self, file: int, number: int) -> str:
        return place(self._labels[file], f"line {number}") or ""


def _kind_of(data: Mapping[str, object]) -> Kind | None:
    if "kind" in data and "data" in data:
        return None
    name = data.get("name")
    if isinstance(name, str) and name[:3] in ("t1_", "t3_"):
        return "t1" if name.startswith("t1_") else "t3"
    if "link_id" in data or "parent_id" in data:
        return "t1"
    if "title" in data or "selftext" in data:
        return "t3"
    return "t1" if "body" in data else None


def _thread_of(kind: Kind, data: Mapping[str, object]) -> str | None:
    if kind == "t3":
        number, name = data.get("id"), data.get("name")
        if (isinstance(number, str) and number) or type(number) is int:
            return f"t3_{number}"
        return name if isinstance(name, str) and name[3:] else None
    link, above = data.get("link_id"), data.get("parent_id")
    if isinstance(link, str) and link:
        return link if link.startswith("t3_") else f"t3_{link}"
    if isinstance(above, str) and above.startswith("t3_"):
        return above
    return None


def _is_rest_of_a_cut(value: object) -> bool:
    """Tell whether only lists are left of an object, which a report told of already."""
    if not isinstance(value, dict) or not value:
        return False
    return all(isinstance(each, list) for each in value.values())
