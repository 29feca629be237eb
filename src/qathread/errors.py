"""Every error of the library, under one base class."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .losses import LossReport

__all__ = [
    "BadCursorError",
    "CycleError",
    "DuplicateIdError",
    "FormatError",
    "IntegrityError",
    "LossError",
    "MissingExtraError",
    "MissingParentError",
    "NotFoundError",
    "OperationReusedError",
    "OutcomeUnknownError",
    "PolicyViolation",
    "QathreadError",
    "SequenceError",
    "StoreBusyError",
    "StoreClosedError",
    "StoreCorruptError",
    "StoreError",
    "StoreTooNewError",
    "StoreUnavailableError",
    "ValidationError",
    "VersionConflictError",
]

_EXCERPT = 200  # characters of foreign input that a message may quote


def excerpt(text: str, limit: int = _EXCERPT) -> str:
    """
    Cut *text* so that a message stays readable.

    Args:
        text: What to quote.
        limit: The most characters to keep.

    Returns:
        The text, or its beginning and an ellipsis.
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


class QathreadError(Exception):
    """The base of every error that the library raises on purpose."""

    kind: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def to_dict(self) -> dict[str, object]:
        """
        Return the members of an RFC 9457 problem document.

        Returns:
            ``type``, ``title`` and ``detail``, and the facts of this error as
            further members; every value is plain JSON.
        """
        members: dict[str, object] = {
            "type": f"urn:qathread:{self.kind}",
            "title": self.title,
            "detail": str(self),
        }
        members.update(
            (name, value) for name, value in self._facts().items() if value is not None
        )
        return members

    def _facts(self) -> Mapping[str, object]:
        return {}


class ValidationError(QathreadError, ValueError):
    """A value is outside what its class or function takes."""

    kind = "validation"
    title = "A value is not valid"


class BadCursorError(ValidationError):
    """A page cursor was forged, cut, or made for something else."""

    kind = "bad-cursor"
    title = "The cursor cannot be used here"


class NotFoundError(QathreadError, KeyError):
    """
    Nothing has the id that was asked for.

    A KeyError, the kind of LookupError that whoever looks into a mapping expects:
    templates try ``thread["id"]`` before ``thread.id``.
    """

    kind = "not-found"
    title = "Nothing has that id"

    def __str__(self) -> str:
        return Exception.__str__(self)  # a KeyError shows its repr


class PolicyViolation(QathreadError, PermissionError):
    """
    A rule refuses the change.

    Attributes:
        rule: Which rule, a member of :class:`qathread.rules.Rule`.
        need: What the rule asks for, where that is one value.
        have: What was there instead; None if it is not known.
        retry_at: When the same change would be allowed, where time helps.
    """

    kind = "policy-violation"
    title = "The policy does not allow this"

    def __init__(
        self,
        rule: str,
        message: str,
        need: int | str | None = None,
        have: int | str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message)  # an OSError would take more for its own
        self.args = (rule, message, need, have, retry_at)
        self.rule, self.message = rule, message
        self.need, self.have, self.retry_at = need, have, retry_at

    def __str__(self) -> str:
        return f"{self.message} (rule {str(self.rule)!r})"

    def _facts(self) -> Mapping[str, object]:
        retry = None if self.retry_at is None else self.retry_at.isoformat()
        return {
            "rule": str(self.rule),
            "need": self.need,
            "have": self.have,
            "retry_at": retry,
        }


class IntegrityError(QathreadError):
    """The parts of a thread or of an event log do not fit together."""

    kind = "integrity"
    title = "The parts do not fit together"


class CycleError(IntegrityError):
    """Posts answer each other in a circle."""

    kind = "cycle"


class MissingParentError(IntegrityError):
    """A post stands under an id that nothing has, not even a stub."""

    kind = "missing-parent"


class DuplicateIdError(IntegrityError):
    """One id was given to two things."""

    kind = "duplicate-id"


class SequenceError(IntegrityError):
    """An event does not follow the version it meets."""

    kind = "sequence"


class VersionConflictError(QathreadError):
    """The stored thread has moved on since the caller read it."""

    kind = "version-conflict"
    title = "The thread has changed meanwhile"

    def __init__(
        self, thread_id: str, expected: int | None, actual: int | None
    ) -> None:
        super().__init__(thread_id, expected, actual)
        self.thread_id, self.expected, self.actual = thread_id, expected, actual

    def __str__(self) -> str:
        if self.actual is None:
            return f"thread {self.thread_id!r} is not stored: save it as new"
        if self.expected is None:
            return (
                f"thread {self.thread_id!r} is stored already, at version "
                f"{self.actual}: load it and change that"
            )
        at = f"{self.actual}, not {self.expected}"
        return f"thread {self.thread_id!r} is at version {at}: load it again"

    def _facts(self) -> Mapping[str, object]:
        return {
            "thread_id": self.thread_id,
            "expected": self.expected,
            "actual": self.actual,
        }


class FormatError(QathreadError, ValueError):
    """
    Input is not what its format promises.

    Attributes:
        code: Which case: ``syntax``, ``encoding``, ``duplicate-key``, ...
        message: What is wrong, and what would be right.
        format: The name of the format, if one was chosen.
        source: What was read, such as a file name.
        where: The place: a line, a byte offset, a JSON pointer or a row id.
    """

    kind = "format"
    title = "The input does not follow its format"

    def __init__(
        self,
        code: str,
        message: str,
        format: str | None = None,
        source: str | None = None,
        where: str | None = None,
    ) -> None:
        super().__init__(code, message, format, source, where)
        self.code, self.message = code, message
        self.format, self.source, self.where = format, source, where

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (self.format, self.source, self.where) if part
        )
        return f"{place}: {self.message}" if place else self.message

    def _facts(self) -> Mapping[str, object]:
        return {
            "code": self.code,
            "format": self.format,
            "source": self.source,
            "pointer": self.where,
        }


class LossError(QathreadError):
    """A strict conversion would have lost something."""

    kind = "loss"
    title = "The conversion would lose something"

    def __init__(self, report: "LossReport") -> None:
        super().__init__(report)
        self.report = report

    def __str__(self) -> str:
        return f"strict conversion refused: {self.report}"


class MissingExtraError(QathreadError, ImportError):
    """An optional package is not installed."""

    kind = "missing-extra"
    title = "An optional package is missing"


class StoreError(QathreadError):
    """A store could not do its work."""

    kind = "store"
    title = "The store could not do this"


class StoreBusyError(StoreError):
    """The store stayed locked for longer than the caller would wait."""

    kind = "store-busy"


class StoreUnavailableError(StoreError):
    """The store cannot be reached or written; nothing was applied."""

    kind = "store-unavailable"


class OutcomeUnknownError(StoreError):
    """The connection was lost during commit: repeat with the same op id."""

    kind = "outcome-unknown"


class StoreCorruptError(StoreError):
    """What is stored cannot be read back."""

    kind = "store-corrupt"


class StoreTooNewError(StoreError):
    """A newer release wrote this store; nothing was written to it."""

    kind = "store-too-new"


class StoreClosedError(StoreError):
    """The store was closed before."""

    kind = "store-closed"


class OperationReusedError(StoreError):
    """An op id that already took effect came again with another content."""

    kind = "operation-reused"

    def __init__(self, op_id: str, thread_id: str) -> None:
        super().__init__(op_id, thread_id)
        self.op_id, self.thread_id = op_id, thread_id

    def __str__(self) -> str:
        return (
            f"op id {self.op_id!r} already made another change to thread "
            f"{self.thread_id!r}: give each change an op id of its own"
        )
