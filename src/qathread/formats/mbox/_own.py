"""What our own headers say: parts of posts for which mail has no word."""

import re
from datetime import datetime
from typing import Final

from ..._checks import MAX_INTEGER
from ...errors import FormatError
from ...feedback import Tally
from ...ids import PostId
from ...posts import NO_MARKS, Stub
from ...provenance import Provenance
from ...status import Closed, Locked, Mark, PostStatus, Status
from .._completing import restored
from .._instants import iso
from .._json import json_values, shown
from .._report import Collector
from ._charsets import decode_words
from ._headers import Head
from ._names import OWN

__all__ = ["POST_MARKS", "THREAD_MARKS", "Own"]

POST_MARKS: Final = ("hidden", "wiki", "pending")
THREAD_MARKS: Final = ("protected", "pinned", "archived", *POST_MARKS)

_NO_STATUS: Final = Status()
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}")


class Own:
    """
    Our headers of one mail; what is no value of its kind is reported.

    Args:
        head: The headers of the mail.
        report: Hears of it.
        where: The place.
    """

    def __init__(self, head: Head, report: Collector, where: str) -> None:
        self._head, self._report, self._where = head, report, where

    def raw(self, name: str) -> str | None:
        """Return the value as it stands; None: there is none."""
        return self._head.get(OWN + name)

    def text(self, name: str) -> str | None:
        """Return a text."""
        raw = self.raw(name)
        return None if raw is None else decode_words(raw, self._report, self._where)

    def words(self, name: str) -> frozenset[str]:
        """Return the words of a list with commas."""
        raw = self.raw(name) or ""
        return frozenset(word.strip() for word in raw.split(","))

    def integer(self, name: str) -> int | None:
        """Return a whole number."""
        raw = self.raw(name)
        if raw is None:
            return None
        if _INTEGER.fullmatch(raw) and abs(int(raw)) <= MAX_INTEGER:
            return int(raw)
        self.refuse(name)
        return None

    def count(self, name: str) -> int | None:
        """Return a whole number from 0 up."""
        found = self.integer(name)
        if found is not None and found < 0:
            self.refuse(name)
            return None
        return found

    def instant(self, name: str) -> datetime | None:
        """Return a time."""
        raw = self.raw(name)
        found = None if raw is None else iso(raw)
        if raw is not None and found is None:
            self.refuse(name)
        return None if found is None else found.at

    def members(self, name: str) -> dict[str, object] | None:
        """Return the members of an object in JSON."""
        found = self._json(name)
        if isinstance(found, dict):
            return found
        if found is not None:
            self.refuse(name)
        return None

    def items(self, name: str) -> list[object] | None:
        """Return the items of a list in JSON."""
        found = self._json(name)
        if isinstance(found, list):
            return found
        if found is not None:
            self.refuse(name)
        return None

    def origin(self, name: str = "origin") -> Provenance | None:
        """Return where a post, or the thread, came from before it was a mail."""
        stated = self.members(name)
        if not stated:
            return None
        found = restored(stated, Provenance)
        if found is None:
            self.refuse(name)
        return found

    def status(self) -> Status:
        """Return the marks on the thread."""
        if self.raw("thread-status") is None:
            return _NO_STATUS
        marks = self.words("thread-status")
        return Status(
            closed=Closed() if "closed" in marks else None,
            locked=Locked() if "locked" in marks else None,
            **{name: Mark() for name in THREAD_MARKS if name in marks},
        )

    def post_status(self) -> PostStatus:
        """Return the marks on the post beside deleted and removed."""
        if self.raw("status") is None:
            return NO_MARKS
        marks = self.words("status")
        return PostStatus(
            locked=Locked() if "locked" in marks else None,
            **{name: Mark() for name in POST_MARKS if name in marks},
        )

    def stubs(self) -> list[Stub]:
        """Return the places of missing posts."""
        found = [restored(each, Stub) for each in self.items("stubs") or ()]
        if None in found:
            self.refuse("stubs")
        return [stub for stub in found if stub is not None]

    def tally(self, post_id: PostId) -> Tally | None:
        """Return the counts of a post."""
        score, members = self.integer("score"), self.members("tally") or {}
        if score is None and not members:
            return None
        more: dict[str, object] = {} if score is None else {"score": score}
        found = restored({**more, **members, "post_id": post_id}, Tally)
        if found is None:
            self.refuse("tally")
            return None
        return found if found.known else None

    def tallies(self) -> list[Tally]:
        """Return the counts of posts that are missing."""
        found = [restored(each, Tally) for each in self.items("missing-tallies") or ()]
        if None in found:
            self.refuse("missing-tallies")
        return [tally for tally in found if tally is not None]

    def refuse(self, name: str) -> None:
        """Report that a header is not what it has to be."""
        self._report.damage(
            "field",
            "one of our own headers is not what it has to be: it is left out",
            f"{self._where}: {OWN}{name}: {shown(self.raw(name))}",
            kind="skipped",
        )

    def _json(self, name: str) -> object:
        raw = self.text(name) if (self.raw(name) or "").startswith("=?") else None
        raw = self.raw(name) if raw is None else raw
        if raw is None:
            return None
        try:
            values = json_values(raw.encode(), self._report, None, self._where)
            return next((value for _, value in values), None)
        except FormatError:
            if self._report.strict:
                raise
            self.refuse(name)
            return None
