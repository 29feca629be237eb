"""
What HTTP says of threads and errors, as values: no framework, no network, no clock.

Entity tags and conditional requests (RFC 9110), problem details (RFC 9457), links to
the next page (RFC 8288). A host passes header texts in and sends what comes out.

>>> from datetime import UTC, datetime
>>> from qathread import User, posting
>>> who = {"by": User(id="ada"), "at": datetime(2026, 1, 1, tzinfo=UTC)}
>>> thread = posting.ask("q", title="Why?", body="Say.", **who)
>>> etag(thread)
'"q.1"'
>>> is_unchanged('W/"q.1", "other"', thread)
True
>>> problem(NotFoundError("no thread 'x'")).status
404
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote, unquote, urlencode

from attrs import field, frozen

from ._checks import instant
from .errors import (
    BadCursorError,
    DuplicateIdError,
    FormatError,
    IntegrityError,
    LossError,
    MissingExtraError,
    NotFoundError,
    OperationReusedError,
    OutcomeUnknownError,
    PolicyViolation,
    QathreadError,
    SequenceError,
    StoreBusyError,
    StoreClosedError,
    StoreUnavailableError,
    ValidationError,
    VersionConflictError,
)
from .ids import ThreadId
from .thread import Thread

__all__ = [
    "PROBLEM",
    "EntityTags",
    "Problem",
    "check_match",
    "entity_tags",
    "etag",
    "is_unchanged",
    "next_link",
    "problem",
]

#: The media type of a problem document.
PROBLEM: Final = "application/problem+json"

# -- entity tags -----------------------------------------------------------------


def etag(thread: Thread) -> str:
    """
    Return the entity tag of a thread as it is stored.

    One tag stands for one form of one version, so send it with one form only, such
    as the bytes of ``to_json``. A thread with pending changes has no tag that
    others could know: save it first.

    Args:
        thread: The thread, as a store gave it.

    Returns:
        A strong tag with its quotes: id, a dot, version. Whatever in the id is no
        letter, digit or one of ``-._~:@/`` stands there percent-encoded.
    """
    return f'"{quote(thread.id, safe=":@/")}.{thread.version}"'


@frozen(kw_only=True, weakref_slot=False)
class EntityTags:
    """
    What an ``If-Match`` or ``If-None-Match`` header names.

    Attributes:
        any: It is ``*``: whatever is there.
        tags: The tags in order, each as (weak, text with quotes).
    """

    any: bool = False
    tags: tuple[tuple[bool, str], ...] = ()


# The grammar of RFC 9110, section 8.8.3; a comma may stand inside the quotes, so
# splitting at commas would be wrong.
_TAG = re.compile(r'[ \t]*(?:(W/)?("[\x21\x23-\x7e\x80-\xff]*"))?[ \t]*(?:,|\Z)')


def entity_tags(header: str) -> EntityTags:
    """
    Return what a header of entity tags names.

    Total: a header that is not well formed names nothing. Then nothing matches,
    which is the safe answer for both headers: the whole thread is sent, or nothing
    is changed.

    Args:
        header: The field value; several lines of a field joined by commas.

    Returns:
        The tags, or that any will do.

    >>> entity_tags('"a.1", W/"a.2"').tags
    ((False, '"a.1"'), (True, '"a.2"'))
    """
    if header.strip(" \t") == "*":
        return EntityTags(any=True)
    found: list[tuple[bool, str]] = []
    place = 0
    while place < len(header):
        match = _TAG.match(header, place)
        # An empty match at a line's end would be no progress.
        if match is None or match.end() == place:
            return EntityTags()
        if match[2]:
            found.append((match[1] is not None, match[2]))
        place = match.end()
    return EntityTags(tags=tuple(found))


def is_unchanged(if_none_match: str | None, thread: Thread) -> bool:
    """
    Tell whether the client has this version already, so that 304 is the answer.

    Args:
        if_none_match: The header's value; None if there is none.
        thread: The thread as stored.

    Returns:
        Whether a tag is the thread's; weak ones count, as RFC 9110 says.
    """
    if if_none_match is None:
        return False
    named, own = entity_tags(if_none_match), etag(thread)
    return named.any or any(text == own for _, text in named.tags)


def check_match(
    if_match: str | None, thread_id: ThreadId, thread: Thread | None
) -> None:
    """
    Refuse a change that was meant for another version.

    Args:
        if_match: The header's value; None, if there is none, matches.
        thread_id: Which thread is asked for.
        thread: The thread as stored; None if there is none.

    Raises:
        VersionConflictError: If no tag is the thread's. Weak tags never are.
    """
    if if_match is None:
        return
    named = entity_tags(if_match)
    if thread is not None:
        own = etag(thread)
        if named.any or any(text == own for weak, text in named.tags if not weak):
            return
    versions = (_version(text, thread_id) for _, text in named.tags)
    expected = next((each for each in versions if each is not None), None)
    actual = None if thread is None else thread.version
    if expected == actual:  # a weak tag: the version is right, the tag is not
        expected = None
    raise VersionConflictError(thread_id, expected, actual)


def _version(tag: str, thread_id: ThreadId) -> int | None:
    """Return the version in a tag of this thread."""
    name, _, digits = tag[1:-1].rpartition(".")
    short = digits.isascii() and digits.isdigit() and len(digits) < 20
    return int(digits) if short and unquote(name) == thread_id else None


# -- problems --------------------------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class Problem:
    """
    The answer to a request that failed.

    Attributes:
        status: The status code.
        body: The members of the problem document, plain JSON.
        headers: Further headers, such as ``Retry-After``.
        media_type: What the body is.
    """

    status: int
    body: Mapping[str, object]
    headers: Mapping[str, str] = field(factory=dict)
    media_type: str = PROBLEM

    def content(self) -> bytes:
        """Return the body as bytes of JSON, in ASCII."""
        return json.dumps(self.body, sort_keys=True, separators=(",", ":")).encode()


# The first class that an error is an instance of decides.
_STATUS: Final[tuple[tuple[type[QathreadError], int], ...]] = (
    (BadCursorError, 400),
    (ValidationError, 422),
    (NotFoundError, 404),
    (PolicyViolation, 403),
    (DuplicateIdError, 409),
    (SequenceError, 409),
    (IntegrityError, 422),
    (VersionConflictError, 412),
    (FormatError, 422),
    (LossError, 422),
    (OperationReusedError, 422),
    (StoreBusyError, 503),
    (StoreUnavailableError, 503),
    (OutcomeUnknownError, 503),
    (StoreClosedError, 503),
    (MissingExtraError, 501),
)
_BY_CODE: Final = {"syntax": 400, "encoding": 400, "too-large": 413}
_SOON: Final = 1  # seconds until a busy store may be asked again


def problem(
    error: QathreadError, *, at: datetime | None = None, conditional: bool = True
) -> Problem:
    """
    Return the answer that tells a client of an error.

    A fault of the server's (500 and up) keeps its detail to itself, because that
    may name files and addresses: log the error.

    Args:
        error: Any error of the library.
        at: Now, so that ``Retry-After`` is in seconds; without it, it is a date.
        conditional: Whether the request had ``If-Match``. Without that header a
            conflict between versions is 409, not 412.

    Returns:
        Status, headers and body.

    Raises:
        ValidationError: If *at* has no zone.
    """
    status = next((code for cls, code in _STATUS if isinstance(error, cls)), 500)
    if isinstance(error, FormatError):
        status = _BY_CODE.get(error.code, status)
    if isinstance(error, VersionConflictError) and not conditional:
        status = 409
    members = error.to_dict()
    if status >= 500:
        members = {name: members[name] for name in ("type", "title")}
    headers = {}
    if status == 503:
        headers["Retry-After"] = str(_SOON)
    elif isinstance(error, PolicyViolation) and error.retry_at is not None:
        headers["Retry-After"] = _retry_after(error.retry_at, at)
    return Problem(status=status, body=members | {"status": status}, headers=headers)


def _retry_after(retry_at: datetime, at: datetime | None) -> str:
    """Return a time rounded up to the second, so that nobody comes too early."""
    if at is not None:
        wait = (instant(retry_at, "retry_at") - instant(at, "at")).total_seconds()
        return str(max(0, math.ceil(wait)))
    whole = instant(retry_at, "retry_at").astimezone(UTC)
    if whole.microsecond:
        whole = whole.replace(microsecond=0) + timedelta(seconds=1)
    return format_datetime(whole, usegmt=True)


# -- pages -----------------------------------------------------------------------


def next_link(path: str, cursor: str | None, **query: str | int) -> dict[str, str]:
    """
    Return the header that leads to the next page.

    Args:
        path: The address of the list, without a query.
        cursor: The cursor of the next page; None after the last one.
        query: What else the address asks, the same on every page.

    Returns:
        ``Link`` with ``rel="next"``; no header after the last page.

    >>> next_link("/threads", "abc", limit=20)
    {'Link': '</threads?limit=20&cursor=abc>; rel="next"'}
    """
    if cursor is None:
        return {}
    asked = urlencode({**query, "cursor": cursor})
    return {"Link": f'<{quote(path, safe="/:@%")}?{asked}>; rel="next"'}
