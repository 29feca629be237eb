"""Rows of PostHistory for what happened to posts, and the columns of their marks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from attrs import evolve

from ..._survey import newest
from ...ids import PostId
from ...posts import Answer, Question
from ...status import Closed, Locked, LockLevel, Mark
from ._encoding import Cells, in_order
from ._history import Marks, marks
from ._sheet import Sheet, listed, strings
from ._spool import number_of
from ._tables import CLOSE_REASONS
from ._wording_rows import change_id

__all__ = ["MarkRows"]

#: When the second set of reasons replaced the first one.
_NEW_REASONS: Final = "2013-06-25"
_AnyMark: TypeAlias = Mark | Closed | Locked


class MarkRows:
    """
    Puts what happened to the posts of a thread on its sheet.

    The rows that a reader kept are written as they are. Where a mark does not follow
    from them, a row more says so.

    Attributes:
        kept: These rows, by post.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.kept: dict[PostId, list[dict[str, str]]] = {}
        self._newest: datetime | None = None
        for row in map(strings, listed(sheet.members.get("history"))):
            self.kept.setdefault(row.get("PostId", ""), []).append(row)

    def put_kept(self) -> None:
        """Put the rows on the sheet that a reader has kept."""
        sheet = self.sheet
        for post_id, rows in self.kept.items():
            post = sheet.reference(post_id)
            for row in rows:
                number = number_of(row.get("Id", ""))
                if post is None or number is None:
                    sheet.lose_kept(post_id)
                    continue
                cells = {**in_order("PostHistory", row), "PostId": post}
                sheet.put("PostHistory", number, cells)

    # -- marks -----------------------------------------------------------------------

    def on_question(self, question: Question, own: Mapping[str, object]) -> Cells:
        """
        Put the rows of a thread's marks on the sheet.

        Args:
            question: Its question.
            own: What a reader kept of the question's row.

        Returns:
            The columns of the question that tell of them.
        """
        status = self.sheet.content.status
        found = self._found(question)
        locked, wiki = status.locked, status.wiki
        for mark, same in (
            (question.status.locked, status.locked),
            (question.status.wiki, status.wiki),
        ):
            if mark is not None and mark != same:
                self.sheet.lose("question-marks", f"post {question.id}")
        if locked is None:
            locked = question.status.locked
        if wiki is None:
            wiki = question.status.wiki
        self._lock(question, found.locked, locked)
        self._protect(question, found.protected, status.protected)
        return {
            "ClosedDate": self._close(question, found.closed, status.closed, own),
            "CommunityOwnedDate": self._give_away(question, found.wiki, wiki, own),
        }

    def on_answer(self, answer: Answer, own: Mapping[str, object]) -> Cells:
        """Put the rows of an answer's marks on the sheet; see :meth:`on_question`."""
        found = self._found(answer)
        self._lock(answer, found.locked, answer.status.locked)
        closed = own.get("ClosedDate")
        return {
            "ClosedDate": closed if isinstance(closed, str) else None,
            "CommunityOwnedDate": self._give_away(
                answer, found.wiki, answer.status.wiki, own
            ),
        }

    def _found(self, post: Question | Answer) -> Marks:
        rows: Sequence[Mapping[str, str]] = self.kept.get(post.id, ())
        return marks(rows, self.sheet.desk.values) if rows else Marks()

    def _close(
        self,
        question: Question,
        found: Closed | None,
        wanted: Closed | None,
        own: Mapping[str, object],
    ) -> str | None:
        if wanted is None:
            if found is not None and self.sheet.is_changed:
                self._row(question, "11", None, {})
            return None
        text = self.sheet.time(wanted.at, own.get("ClosedDate"))
        if found is not None and found == _rounded(wanted):
            self._meet(wanted)
            kept = own.get("ClosedDate")
            return kept if isinstance(kept, str) else text
        if self.sheet.is_changed or _rounded(wanted) != Closed(at=_rounded(wanted).at):
            repeated = tuple(dict.fromkeys(wanted.duplicate_of))
            if repeated != wanted.duplicate_of:
                self.sheet.lose("mark-details", f"post {question.id}")
            details: dict[str, str | bytes | None] = {"Comment": self._reason(wanted)}
            if repeated:
                ids = self.sheet.threads(repeated)
                details["Text"] = b"{&quot;OriginalQuestionIds&quot;:[%b]}" % ids
            self._row(question, "10", wanted, details)
        if text is None:
            # The row says that the time is not known, the column that it is closed.
            text = self.sheet.time(self._latest())
            self.sheet.lose("mark-times" if text is None else "columns")
        return text

    def _give_away(
        self,
        post: Question | Answer,
        found: Mark | None,
        wanted: Mark | None,
        own: Mapping[str, object],
    ) -> str | None:
        if wanted is None:
            return None
        if wanted.reason is not None:
            self.sheet.lose("mark-details", f"post {post.id}")
        text = self.sheet.time(wanted.at, own.get("CommunityOwnedDate"))
        if text is None:
            self.sheet.lose("mark-times")
            wanted = evolve(wanted, at=self._latest())
            text = self.sheet.time(wanted.at)
        bare = evolve(_rounded(wanted), reason=None)
        if found is None or found.at != bare.at:  # then only the column is read
            found = Mark(at=bare.at)
        if found != bare and text is not None:
            self._row(post, "16", wanted, {})
        else:
            self._meet(bare)
        return text

    def _lock(
        self, post: Question | Answer, found: Locked | None, wanted: Locked | None
    ) -> None:
        if wanted is None:
            if found is not None:
                self._row(post, "15", None, {})
            return
        if wanted.level is not LockLevel.ALL or wanted.until is not None:
            self.sheet.lose("mark-details", f"post {post.id}")
        if found != evolve(_rounded(wanted), level=LockLevel.ALL, until=None):
            self._row(post, "14", wanted, {"Comment": wanted.reason})
        else:
            self._meet(wanted)

    def _protect(
        self, question: Question, found: Mark | None, wanted: Mark | None
    ) -> None:
        if wanted is None:
            if found is not None:
                self._row(question, "20", None, {})
            return
        if wanted.reason is not None:
            self.sheet.lose("mark-details", f"post {question.id}")
        if found != evolve(_rounded(wanted), reason=None):
            self._row(question, "19", wanted, {})
        else:
            self._meet(wanted)

    # -- rows ------------------------------------------------------------------------

    def _row(
        self,
        post: Question | Answer,
        kind: str,
        mark: _AnyMark | None,
        details: Cells,
    ) -> None:
        sheet = self.sheet
        by, at = (None, None) if mark is None else (mark.by_id, mark.at)
        row: Cells = {
            "PostHistoryTypeId": kind,
            "PostId": sheet.posts[post.id],
            "RevisionGUID": change_id(sheet.thread.id, post.id, kind, at),
            "CreationDate": sheet.time(at),
            "UserId": sheet.account(by, f"post {post.id}"),
            **details,
        }
        sheet.put("PostHistory", None, row)

    def _meet(self, mark: _AnyMark) -> None:
        """Note whom a reader meets in rows that are there already."""
        if mark.by_id is not None:
            self.sheet.person(mark.by_id, None)

    def _latest(self) -> datetime | None:
        if self._newest is None:
            self._newest = newest(self.sheet.content)
        return self._newest

    def _reason(self, closed: Closed) -> str | None:
        """Return why a question was closed, as a number where there is one."""
        reason = closed.reason
        if reason is None:
            return None
        old = closed.at is not None and closed.at.isoformat() < _NEW_REASONS
        codes = [code for code, words in CLOSE_REASONS.items() if words == reason]
        if codes:
            return next((code for code in codes if (len(code) < 3) == old), codes[0])
        if reason in CLOSE_REASONS:
            self.sheet.lose("mark-details")
        return reason


def _rounded(mark: _AnyMark) -> Any:
    """Return a mark with its time as it is written."""
    if mark.at is None or not mark.at.microsecond % 1000:
        return mark
    at = mark.at.replace(microsecond=mark.at.microsecond // 1000 * 1000)
    return evolve(mark, at=at)
