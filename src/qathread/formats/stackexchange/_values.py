"""Questions, answers and comments out of rows, and the columns that have no field."""

import re
from collections.abc import Callable
from datetime import datetime
from json import JSONEncoder
from typing import Any, Final, TypeVar

from ..._bulk import maker
from ...bodies import HTML, MARKDOWN, Body
from ...limits import EARLIEST, LATEST, MAX_INTEGER
from ...posts import NO_MARKS, Answer, Comment, Question
from ...provenance import Provenance, TimePrecision
from ...status import Mark, PostStatus
from ...users import User, UserKind
from .._report import Collector
from ._decoding import Row

__all__ = ["PLATFORM", "Values", "tag_text", "tags_of"]

T = TypeVar("T")

PLATFORM: Final = "stackexchange"
#: The account of the software itself.
COMMUNITY: Final = "-1"

_body = maker(Body)
_question = maker(Question)
_answer = maker(Answer)
_comment = maker(Comment)
_provenance = maker(Provenance)
_mark = maker(Mark)
_user = maker(User)
_encode: Final = JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
_WHOLE: Final = re.compile("0|-?[1-9][0-9]{0,17}")
_PLAIN: Final = re.compile(r"[0-9T:.-]*")
_MOST: Final = 4096  # entries of a cache

#: Columns of a post that become fields, all of them or if their text is usual.
_POST_COLUMNS: Final = frozenset(
    {
        "Id",
        "PostTypeId",
        "ParentId",
        "AcceptedAnswerId",
        "CreationDate",
        "Score",
        "ViewCount",
        "Body",
        "OwnerUserId",
        "OwnerDisplayName",
        "LastEditDate",
        "Title",
        "Tags",
        "AnswerCount",
        "CommentCount",
        "FavoriteCount",
        "ClosedDate",
        "CommunityOwnedDate",
        "ContentLicense",
    }
)
_COMMENT_COLUMNS: Final = frozenset(
    {
        "Id",
        "PostId",
        "Score",
        "Text",
        "CreationDate",
        "UserDisplayName",
        "UserId",
        "ContentLicense",
    }
)
_DECLARED: Final = (
    ("answers", "AnswerCount"),
    ("comments", "CommentCount"),
    ("favorites", "FavoriteCount"),
)


class Values:
    """
    Makes values of rows; what is odd in a row goes to the report and to ``extra``.

    Args:
        report: What hears of it.
    """

    def __init__(self, report: Collector) -> None:
        self._report = report
        self._tags: dict[str, tuple[str, ...]] = {}
        self._shared: dict[str | None, Provenance] = {}

    # -- fields ----------------------------------------------------------------------

    def instant(self, text: str | None, where: str) -> datetime | None:
        """Return a time; None, and a line in the report, if it is none."""
        if text is None:
            return None
        try:
            at = datetime.fromisoformat(text + "Z")
            if EARLIEST <= at <= LATEST:
                return at
        except ValueError:
            pass
        self._report.damage("instant", "times that are none, left out", where)
        return None

    def number(self, text: str | None, where: str) -> int | None:
        """Return a whole number; None, and a line in the report, if it is none."""
        if text is None:
            return None
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) < 20:
            number = int(text)
            if -MAX_INTEGER <= number <= MAX_INTEGER:
                return number
        self._report.damage("number", "numbers that are none, left out", where)
        return None

    def tags(self, text: str | None) -> tuple[str, ...]:
        """Return the tags of a question."""
        if text is None:
            return ()
        tags = self._tags.get(text)
        if tags is None:
            if len(self._tags) > _MOST:
                self._tags.clear()
            tags = self._tags[text] = tags_of(text)
        return tags

    def author(
        self, row: Row, user: str, name: str, gone: str
    ) -> tuple[str, User | None]:
        """
        Return who wrote something: the id, and the record of a person without one.

        Args:
            row: The row.
            user: The column with the id.
            name: The column with the name.
            gone: The id of somebody who is known by this row alone.
        """
        user_id = row.get(user)
        if user_id:
            return user_id, None
        person = _user(
            gone, row.get(name), None, None, None, frozenset(), None,
            UserKind.DELETED, None,
        )  # fmt: skip
        return gone, person

    # -- posts -----------------------------------------------------------------------

    def question(
        self, row: Row, author_id: str, extra: dict[str, object], revision: int
    ) -> Question:
        """Return a question."""
        views = row.get("ViewCount")
        seen = None if views is None else self.number(views, f"post {row['Id']}")
        if seen is not None and seen < 0:
            seen = None
        if views is not None and str(seen) != views:
            extra["ViewCount"] = views
        raw_tags = row.get("Tags")
        tags = self.tags(raw_tags)
        if raw_tags is not None and tag_text(tags, raw_tags) != raw_tags:
            extra["Tags"] = raw_tags
        return self._post(row, extra, author_id, _question, revision, (), (
            row.get("Title"), tags, seen,
        ))  # fmt: skip

    def answer(
        self, row: Row, author_id: str, extra: dict[str, object], revision: int
    ) -> Answer:
        """Return an answer."""
        for name in ("Title", "Tags", "ViewCount"):
            if name in row:
                extra[name] = row[name]
        return self._post(
            row, extra, author_id, _answer, revision, (row["ParentId"],), ()
        )

    def _post(
        self,
        row: Row,
        extra: dict[str, object],
        author_id: str,
        make: Callable[..., T],
        revision: int,
        parent: tuple[str, ...],
        last: tuple[object, ...],
    ) -> T:
        post_id = row["Id"]
        if not row.keys() <= _POST_COLUMNS:
            for name in row.keys() - _POST_COLUMNS:
                extra[name] = row[name]
        _keep_score(row, extra)
        created = self._kept_time(row, "CreationDate", extra)
        edited = None
        if "LastEditDate" in row:
            edited = self._kept_time(row, "LastEditDate", extra)
        declared = []
        for name, column in _DECLARED:
            text = row.get(column)
            if text is not None:
                count = self.number(text, f"post {post_id}")
                if count is None or count < 0 or str(count) != text:
                    extra[column] = text
                else:
                    declared.append((name, count))
        wiki = None
        # The mark of a question is on its thread.
        if parent and "CommunityOwnedDate" in row:
            wiki = _mark(None, self._kept_time(row, "CommunityOwnedDate", extra), None)
        body = row.get("Body")
        if body is None:
            extra["Body"] = None
            self._report.damage("field", "posts without a body", f"post {post_id}")
        return make(
            post_id,
            *parent,
            author_id,
            row.get("OwnerDisplayName"),
            _body(body or "", HTML, None),
            created,
            edited,
            revision,
            None,
            None,
            NO_MARKS if wiki is None else PostStatus(wiki=wiki),
            _provenance(
                PLATFORM,
                None,
                None,
                row.get("ContentLicense"),
                TimePrecision.MILLISECOND,
                False,
                tuple(declared),
                extra_of(extra),
            ),
            *last,
        )

    def comment(self, row: Row, author_id: str) -> Comment:
        """Return a comment."""
        extra: dict[str, object] = {}
        if not row.keys() <= _COMMENT_COLUMNS:
            for name in row.keys() - _COMMENT_COLUMNS:
                extra[name] = row[name]
        _keep_score(row, extra)
        created = self._kept_time(row, "CreationDate", extra)
        text = row.get("Text")
        if text is None:
            extra["Text"] = None
            self._report.damage("field", "comments without a text", f"c{row['Id']}")
        return _comment(
            "c" + row["Id"],
            row["PostId"],
            author_id,
            row.get("UserDisplayName"),
            _body(text or "", MARKDOWN, None),
            created,
            None,
            1,
            None,
            None,
            NO_MARKS,
            self.origin(row.get("ContentLicense"), extra),
        )

    def origin(self, license: str | None, extra: dict[str, object]) -> Provenance:
        """Return a provenance; those of a licence alone are one object."""
        if extra:
            return _origin(license, extra_of(extra))
        shared = self._shared.get(license)
        if shared is None:
            if len(self._shared) > _MOST:
                self._shared.clear()
            shared = self._shared[license] = _origin(license, None)
        return shared

    def _kept_time(
        self, row: Row, column: str, extra: dict[str, object]
    ) -> datetime | None:
        """Return a time; its text is kept where it could not be written again."""
        text = row.get(column)
        if text is None:
            self._report.damage("field", f"rows without {column}", f"row {row['Id']}")
            return None
        if len(text) == 23 and text[10] == "T":
            try:
                at = datetime.fromisoformat(text + "Z")
                if EARLIEST <= at <= LATEST:
                    return at
            except ValueError:
                pass
        extra[column] = text
        return self.instant(text, f"row {row['Id']}")


def _origin(license: str | None, extra: str | None) -> Provenance:
    return _provenance(
        PLATFORM, None, None, license, TimePrecision.MILLISECOND, False, (), extra
    )


def _keep_score(row: Row, extra: dict[str, object]) -> None:
    """Keep the text of a score that could not be written again."""
    text = row.get("Score")
    if text is not None and _WHOLE.fullmatch(text) is None:
        extra["Score"] = text


def extra_of(extra: dict[str, object]) -> str | None:
    """Return the columns without a field as canonical JSON."""
    if not extra:
        return None
    if len(extra) == 1:
        ((name, value),) = extra.items()
        if isinstance(value, str) and _PLAIN.fullmatch(value):
            return f'{{"{name}":"{value}"}}'
    return _encode(extra)


def time_text(at: datetime) -> str:
    """Return a time as dumps write it: UTC without a zone, milliseconds."""
    return at.isoformat(timespec="milliseconds")[:23]


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags in ``<a><b>`` or, since 2024, ``|a|b|``."""
    if text.startswith("<"):
        return tuple(tag for tag in text.strip("<>").split("><") if tag)
    return tuple(tag for tag in text.strip("|").split("|") if tag)


def tag_text(tags: tuple[str, ...], like: str = "<") -> str:
    """Return *tags* as one text, in the manner of *like*."""
    if like.startswith("|"):
        return "".join([f"|{tag}" for tag in tags]) + "|" if tags else ""
    return "".join([f"<{tag}>" for tag in tags])


def user_of(user_id: str, name: Any) -> User:
    """Return the face of an account."""
    kind = UserKind.SYSTEM if user_id == COMMUNITY else UserKind.REGISTERED
    return _user(user_id, name, None, None, None, frozenset(), None, kind, None)
