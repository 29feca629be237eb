"""Utterances put aside on disk until all of their conversation have come."""

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Final

from ...limits import Limits
from .._gathering import roots
from .._json import Place, json_values, place
from .._report import Collector

__all__ = ["Spool", "group_of", "grouped", "id_of", "parent_of"]

_IN_MEMORY: Final = 8 << 20  # bytes of lines that need no file
_GROUP: Final = re.compile(rb'"conversation_id"\s*:\s*("(?:[^"\\]|\\.)*")')


class Spool:
    """
    Lines by conversation.

    Memory holds 8 bytes for a line, and the id of each conversation; the lines are in
    a temporary file, and those of one conversation are read at a time.

    Args:
        limits: How deep a line is nested.
        closing: Closes the file.
    """

    def __init__(self, limits: Limits | None, closing: ExitStack) -> None:
        self._limits = limits
        file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closing closes it
        self._file = closing.enter_context(file)
        self._size = 0
        self._places: dict[str, array[int]] = {}
        self._loose: list[tuple[str, str | None, int]] = []

    def add(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Put lines aside, each with its number."""
        for number, line in lines:
            if not line.strip():
                continue
            group = self._group(line)
            if group is not None:
                self._places.setdefault(group, array("q")).append(self._size)
            self._size += self._file.write(b"%d\t%b\n" % (number, line))

    def conversations(
        self, report: Collector
    ) -> Iterator[tuple[str, list[tuple[Place, object]]]]:
        """Yield the utterances of each conversation, in order of appearance."""
        self._place_loose()
        for group, starts in self._places.items():
            found = list[tuple[Place, object]]()
            for start in starts:
                self._file.seek(start)
                number, _, line = self._file.readline()[:-1].partition(b"\t")
                where = place("", f"line {number.decode()}") or ""
                for label, value in json_values(line, report, self._limits, where):
                    found.append((Place(label), value))
            yield group, found

    def _group(self, line: bytes) -> str | None:
        match = _GROUP.search(line)
        if match is not None and line.count(b"{", 0, match.start()) == 1:
            try:
                found = json.loads(match[1])
            except ValueError:
                found = None
            if isinstance(found, str) and found.isascii() and found:
                return found
        return self._decoded(line)

    def _decoded(self, line: bytes) -> str | None:
        """Return the group of a line that must be decoded for it."""
        silent = Collector()
        try:
            values = [value for _, value in json_values(line, silent, self._limits)]
        except ValueError:  # refused again, and reported, when it is read
            values = []
        value = values[0] if values else None
        if not isinstance(value, dict):
            return ""
        group = group_of(value)
        if group is None:
            own, above = id_of(value.get("id")), parent_of(value)
            if own is None:
                return ""
            self._loose.append((own, above, self._size))
        return group

    def _place_loose(self) -> None:
        """Put utterances without a conversation where their first one is."""
        tops = roots({own: above for own, above, _ in self._loose})
        for own, _, start in self._loose:
            self._places.setdefault(tops[own], array("q")).append(start)
        for group in {tops[own] for own, _, _ in self._loose}:
            self._places[group] = array("q", sorted(self._places[group]))
        self._loose.clear()


def grouped(
    values: Sequence[tuple[Place, object]],
) -> dict[str, list[tuple[Place, object]]]:
    """Return utterances that are in memory by conversation."""
    tops = roots(
        {
            own: parent_of(value)
            for _, value in values
            if isinstance(value, dict)
            and group_of(value) is None
            and (own := id_of(value.get("id"))) is not None
        }
    )
    groups: dict[str, list[tuple[Place, object]]] = {}
    for where, value in values:
        group = ""
        if isinstance(value, dict):
            group = group_of(value) or tops.get(id_of(value.get("id")) or "", "")
        groups.setdefault(group, []).append((where, value))
    return groups


def group_of(value: Mapping[str, object]) -> str | None:
    """Return the conversation that an utterance names, also as older files do."""
    return id_of(value.get("conversation_id", value.get("root")))


def parent_of(value: Mapping[str, object]) -> str | None:
    """Return what an utterance replies to, under either name."""
    return id_of(value.get("reply-to", value.get("reply_to")))


def id_of(value: object) -> str | None:
    """Return an id as text; None if it is none."""
    if isinstance(value, str):
        return value or None
    return str(value) if type(value) is int else None
