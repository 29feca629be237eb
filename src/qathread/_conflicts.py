"""What merging two copies of a thread had to decide."""

from enum import StrEnum
from typing import TypeVar

from attrs import frozen

from ._order import contrast, greater

__all__ = ["Conflict", "ConflictKind"]

T = TypeVar("T")


class ConflictKind(StrEnum):
    """What two copies of a thread say differently."""

    WORDING = "wording"
    CIRCLE = "circle"
    ARRIVAL = "arrival"
    STUB = "stub"
    VOTE = "vote"
    REACTION = "reaction"
    TALLY = "tally"
    USER = "user"
    ACCEPTED = "accepted"
    STATUS = "status"
    REVISION = "revision"
    SUGGESTION = "suggestion"
    BOUNTY = "bounty"
    FLAG = "flag"
    MOTION = "motion"
    LINK = "link"
    KIND = "kind"
    PROVENANCE = "provenance"


@frozen(kw_only=True, weakref_slot=False)
class Conflict:
    """
    One decision of a merge.

    Attributes:
        kind: What it is about.
        key: Which one: the id of the post or thread, then what else it takes,
            such as the voter.
        kept: What the merged thread says, without what both copies agree on.
        dropped: What one copy says instead.
    """

    kind: ConflictKind
    key: tuple[str, ...]
    kept: str
    dropped: str


class Decisions:
    """Collects conflicts; the copies are compared in no particular order."""

    def __init__(self) -> None:
        self._found: list[Conflict] = []

    def note(
        self, kind: ConflictKind, key: tuple[str, ...], kept: object, dropped: object
    ) -> None:
        """Take down that *dropped* gave way to *kept*."""
        texts = contrast(kept, dropped)
        self._found.append(
            Conflict(kind=kind, key=key, kept=texts[0], dropped=texts[1])
        )

    def greater(self, kind: ConflictKind, key: tuple[str, ...], a: T, b: T) -> T:
        """Return the greater value; it is a conflict if both are known."""
        kept = greater(a, b)
        if a is not None and b is not None and a != b:
            self.note(kind, key, kept, b if kept is a else a)
        return kept

    def all(self) -> tuple[Conflict, ...]:
        """Return what was taken down, in an order that says nothing of the copies."""
        order = {kind: place for place, kind in enumerate(ConflictKind)}
        return tuple(
            sorted(
                self._found,
                key=lambda found: (
                    order[found.kind],
                    found.key,
                    found.kept,
                    found.dropped,
                ),
            )
        )
