"""What checks of a store find wrong with it."""

from collections.abc import Iterable
from enum import StrEnum

from attrs import Factory, define, frozen

from ..errors import (
    FormatError,
    IntegrityError,
    NotFoundError,
    StoreCorruptError,
    StoreTooNewError,
)
from ..ids import ThreadId

#: What a store raises for what it cannot read; anything else, such as a lost server,
#: says nothing about what is stored.
UNREADABLE = (
    FormatError,
    IntegrityError,
    NotFoundError,
    StoreCorruptError,
    StoreTooNewError,
)
#: The most examples that one message names.
_EXAMPLES = 3


class StorePart(StrEnum):
    """Which part of a store something is wrong with."""

    #: The events of a thread.
    HISTORY = "history"
    #: What ``load`` gives.
    THREAD = "thread"
    #: What lists show of a thread, or whether they show it.
    SUMMARY = "summary"
    #: Lists by tag.
    TAGS = "tags"
    #: Lists by participant.
    PEOPLE = "people"
    #: Searches.
    WORDS = "words"
    #: The feed of all events.
    FEED = "feed"


@frozen(kw_only=True, weakref_slot=False)
class Difference:
    """
    Something that is not as it should be.

    Attributes:
        thread_id: In which thread; None: in the store as a whole.
        part: In which part of the store.
        message: What is there, and what should be.
    """

    thread_id: ThreadId | None
    part: StorePart
    message: str

    def __str__(self) -> str:
        where = "" if self.thread_id is None else f"thread {self.thread_id!r}, "
        return f"{where}{self.part}: {self.message}"


@define
class Findings:
    """The differences found so far."""

    found: list[Difference] = Factory(list)

    def add(self, thread_id: ThreadId | None, part: StorePart, message: str) -> None:
        """Note a difference."""
        self.found.append(Difference(thread_id=thread_id, part=part, message=message))


def some(names: Iterable[str]) -> str:
    """Return the first few of some names, and how many more there are."""
    listed = [*names]
    text = ", ".join(map(repr, listed[:_EXAMPLES]))
    more = len(listed) - _EXAMPLES
    return f"{text} and {more} more" if more > 0 else text
