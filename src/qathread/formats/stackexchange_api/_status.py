"""Marks and bounties of the API's posts."""

from collections.abc import Mapping
from typing import Final

from ...ids import ThreadId
from ...status import Bounty, Closed, Locked, Mark, PostStatus, Status
from ...users import User
from .._json import Place, shown
from .._report import Collector
from ._fields import number_of, take_instant
from ._merge import Merged
from ._people import Texts, author_of

__all__ = ["bounty_of", "post_status_of", "status_of"]

_UNMARKED: Final = PostStatus()


def post_status_of(known: dict[str, object]) -> PostStatus:
    """Take the marks of an answer out of *known*."""
    locked, wiki = _locked(known), _mark(known, "community_owned_date")
    if locked is None and wiki is None:
        return _UNMARKED
    return PostStatus(locked=locked, wiki=wiki)


def status_of(question: Merged, known: dict[str, object], report: Collector) -> Status:
    """
    Take the marks of a question out of *known*.

    ``closed_details`` stays there, since it says more than a mark can hold.
    """
    details = known.get("closed_details")
    details = details if isinstance(details, dict) else {}
    closed_at = take_instant(known, "closed_date")
    reason = known.pop("closed_reason", None) or details.get("reason")
    closed = None
    if closed_at is not None or reason is not None or details:
        where = question.place.down("closed_details", "original_questions")
        closed = Closed(
            at=closed_at,
            reason=reason if isinstance(reason, str) else None,
            duplicate_of=_originals(details, where, report),
        )
    return Status(
        closed=closed,
        locked=_locked(known),
        protected=_mark(known, "protected_date"),
        wiki=_mark(known, "community_owned_date"),
    )


def bounty_of(
    question: Merged, known: dict[str, object], texts: Texts, report: Collector
) -> tuple[Bounty, User | None] | None:
    """Take the bounty on a question out of *known*, and who offers it."""
    amount = number_of(known.get("bounty_amount"))
    if not amount:
        return None
    del known["bounty_amount"]
    owner, giver = known.get("bounty_user"), None
    if isinstance(owner, dict) and number_of(owner.get("user_id")) is not None:
        where = question.place.down("bounty_user")
        author = author_of(owner, "", texts, where, report)
        giver = author.user
        if author.is_whole:
            del known["bounty_user"]
    bounty = Bounty(
        id=f"bq{question.number}",
        amount=amount,
        by_id=None if giver is None else giver.id,
        ends_at=take_instant(known, "bounty_closes_date"),
    )
    return bounty, giver


def _originals(
    details: Mapping[str, object], where: Place, report: Collector
) -> tuple[ThreadId, ...]:
    """Return the questions that this one repeats."""
    originals = details.get("original_questions")
    if originals is None:
        return ()
    found: dict[ThreadId, None] = {}
    several = originals if isinstance(originals, list) else [originals]
    for index, each in enumerate(several):
        number = number_of(each.get("question_id")) if isinstance(each, dict) else None
        if number is not None:
            found.setdefault(str(number))
            continue
        report.damage(
            "field",
            "a question that this one repeats has no question_id: extra holds it",
            f"{where.down(index)}: {shown(each)}",
            kind="skipped",
        )
    return tuple(found)


def _locked(known: dict[str, object]) -> Locked | None:
    at = take_instant(known, "locked_date")
    return None if at is None else Locked(at=at)


def _mark(known: dict[str, object], name: str) -> Mark | None:
    at = take_instant(known, name)
    return None if at is None else Mark(at=at)
