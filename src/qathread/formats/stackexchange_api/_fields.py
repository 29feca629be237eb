"""What the members of the API's posts may hold, and what they are read as."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen

from ..._checks import EARLIEST, LATEST
from ...posts import PostKind
from .._json import Place, shown
from .._report import Collector

__all__ = [
    "ID_NAMES",
    "PARENT_NAMES",
    "Fields",
    "instant_of",
    "number_of",
    "read_fields",
    "take_instant",
    "take_number",
]

#: The member that names a post, by kind; the first that an item has tells its kind.
ID_NAMES: Final[Mapping[PostKind, str]] = {
    PostKind.COMMENT: "comment_id",
    PostKind.ANSWER: "answer_id",
    PostKind.QUESTION: "question_id",
}
#: The member that names what a post stands under.
PARENT_NAMES: Final[Mapping[PostKind, str]] = {
    PostKind.COMMENT: "post_id",
    PostKind.ANSWER: "question_id",
}

_DIGITS: Final = re.compile(r"-?[0-9]{1,12}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@frozen
class Fields:
    """
    The members of one post.

    Attributes:
        known: Those that the reader understands, checked; instants as seconds.
        rest: All others as they came, and those that were repaired or refused.
    """

    known: dict[str, object]
    rest: dict[str, object]


class _UnfitError(Exception):
    """A value is not what its member takes; *repaired* is what it may mean."""

    def __init__(self, code: str, wanted: str, repaired: object = None) -> None:
        super().__init__(code, wanted, repaired)
        self.code, self.wanted, self.repaired = code, wanted, repaired


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    raise _UnfitError("field", "text")


def _tags(value: object) -> object:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    raise _UnfitError("field", "a list of texts")


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    raise _UnfitError("field", "true or false")


def _object(value: object) -> object:
    if isinstance(value, dict):
        return value
    raise _UnfitError("field", "an object")


def _integer(value: object) -> object:
    if number_of(value) is None:
        raise _UnfitError("number", "a whole number")
    return value


def _count(value: object) -> object:
    number = number_of(value)
    if number is None or number < 0:
        raise _UnfitError("number", "a count from 0 up")
    return value


def _seconds(value: object) -> object:
    wanted = "a time in seconds since 1970"
    if number_of(value) is not None:
        if instant_of(value) is None:
            raise _UnfitError("instant", wanted)
        return value
    repaired: object = None
    if isinstance(value, float):
        repaired = value
    elif isinstance(value, str) and _DIGITS.fullmatch(value):
        repaired = int(value)
    if instant_of(repaired) is None:
        repaired = None
    raise _UnfitError("instant", wanted, repaired)


_CHECKS: Final[Mapping[str, Callable[[object], object]]] = {
    "accepted_answer_id": _integer,
    "answer_count": _count,
    "body": _text,
    "body_markdown": _text,
    "bounty_amount": _count,
    "bounty_closes_date": _seconds,
    "bounty_user": _object,
    "closed_date": _seconds,
    "closed_details": _object,
    "closed_reason": _text,
    "comment_count": _count,
    "community_owned_date": _seconds,
    "content_license": _text,
    "creation_date": _seconds,
    "down_vote_count": _count,
    "favorite_count": _count,
    "is_accepted": _flag,
    "last_activity_date": _seconds,
    "last_edit_date": _seconds,
    "link": _text,
    "locked_date": _seconds,
    "owner": _object,
    "post_type": _text,
    "protected_date": _seconds,
    "score": _integer,
    "tags": _tags,
    "title": _text,
    "up_vote_count": _count,
    "view_count": _count,
}


def number_of(value: object) -> int | None:
    """Return a whole number as such, and nothing else."""
    return value if type(value) is int else None


def instant_of(value: object) -> datetime | None:
    """Return seconds since 1970 as a time; None if they are none, or out of range."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        at = _EPOCH + timedelta(seconds=value)
    except OverflowError:
        return None
    return at if EARLIEST <= at <= LATEST else None


def take_instant(known: dict[str, object], name: str) -> datetime | None:
    """Take a checked time out of *known*."""
    return instant_of(known.pop(name, None))


def take_number(known: dict[str, object], name: str) -> int | None:
    """Take a checked number out of *known*."""
    return number_of(known.pop(name, None))


def read_fields(
    members: Mapping[str, object], skipped: set[str], where: Place, report: Collector
) -> Fields:
    """
    Tell the members that are understood from all others.

    Args:
        members: One item of the API.
        skipped: Members that the caller deals with.
        where: The place of the item.
        report: Hears of each value that is not what its member takes.

    Raises:
        FormatError: If strict, for the first such value.
    """
    known: dict[str, object] = {}
    rest: dict[str, object] = {}
    for name, value in members.items():
        if name in skipped:
            continue
        check = _CHECKS.get(name)
        if check is None or value is None:
            rest[name] = value
            continue
        try:
            known[name] = check(value)
        except _UnfitError as error:
            rest[name] = value
            kept = error.repaired is not None
            if kept:
                known[name] = error.repaired
            told = "it is taken for one" if kept else "it is kept in extra only"
            report.damage(
                error.code,
                f"a member is not {error.wanted}: {told}",
                f"{where.down(name)}: {shown(value)}",
                kind="repaired" if kept else "skipped",
            )
    return Fields(known, rest)
