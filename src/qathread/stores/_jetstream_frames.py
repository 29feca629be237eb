"""
What the messages of a JetStream store look like.

A message is one line of JSON, its head, and then the body. Links of a chain (see
``_jetstream_chains``) carry in their heads where the links before them are.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, Self, TypeVar

from attrs import asdict, frozen

from ..errors import StoreCorruptError, StoreTooNewError
from ..ids import ThreadId
from ._jetstream_requests import Message

#: The form of what is written; raised when an older release could not read it.
FORMAT: Final = 1

T = TypeVar("T")


@frozen
class Frame:
    """
    A message that was taken apart.

    Attributes:
        head: The members of its first line.
        body: The bytes after that line.
        where: What it is, for the text of errors.
    """

    head: Mapping[str, object]
    body: bytes
    where: str

    def get(self, name: str, kind: type[T]) -> T:
        """Return a member of the head, which must be of that type."""
        value = self.head.get(name)
        if type(value) is not kind:
            raise damaged(f"{self.where} has no proper {name!r}")
        return value

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return a member that is a list of whole numbers."""
        values = self.get(name, list)
        if not all(type(value) is int for value in values):
            raise damaged(f"{self.where} has no proper {name!r}")
        return tuple(values)


@frozen(kw_only=True)
class Append:
    """
    What one save added to a thread, or nothing: then it only takes a place.

    Attributes:
        thread: The id of the thread.
        base: The version before; 0 if there was none.
        version: The version after.
        first: The version of the first event that the thread has at all.
        events: How many events there are.
        digest: Of the events' text, which is their bodies, a line each.
        size: Of that text in bytes.
        parts: Where it is, if it is not in the body of this message.
    """

    thread: ThreadId
    base: int
    version: int
    first: int
    events: int
    digest: str
    size: int
    parts: tuple[int, ...] = ()

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Return what a message says."""
        return cls(
            thread=frame.get("thread", str),
            base=frame.get("base", int),
            version=frame.get("version", int),
            first=frame.get("first", int),
            events=frame.get("events", int),
            digest=frame.get("digest", str),
            size=frame.get("size", int),
            parts=frame.numbers("parts"),
        )


@frozen(kw_only=True)
class Claim:
    """
    What an op id is used for.

    Attributes:
        op_id: The op id.
        thread: The id of the thread.
        place: The sequence of the link that the change follows, in the thread's chain.
        after: The version that the events follow.
        version: The version after.
        digest: Of the events' text.
        done: Whether the change stood when this was written. Else it stands if it is
            what follows the link at *place*.
    """

    op_id: str
    thread: ThreadId
    place: int
    after: int
    version: int
    digest: str
    done: bool

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Return what a message says."""
        return cls(
            op_id=frame.get("op_id", str),
            thread=frame.get("thread", str),
            place=frame.get("place", int),
            after=frame.get("after", int),
            version=frame.get("version", int),
            digest=frame.get("digest", str),
            done=frame.get("done", bool),
        )


def members(value: Append | Claim) -> dict[str, object]:
    """Return the members of a head that tell *value*."""
    return asdict(value)


def packed(head: Mapping[str, object], body: bytes = b"") -> bytes:
    """Return a message."""
    line = json.dumps(
        {"format": FORMAT, **head}, sort_keys=True, separators=(",", ":")
    ).encode()
    return b"%b\n%b" % (line, body)


def unpacked(message: Message, stream: str) -> Frame:
    """
    Take a message apart.

    Raises:
        StoreTooNewError: If a newer release wrote it.
        StoreCorruptError: If it is none of ours.
    """
    where = f"message {message.sequence} of stream {stream!r}"
    line, _, body = message.data.partition(b"\n")
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if not isinstance(head, dict) or type(head.get("format")) is not int:
        raise damaged(f"{where} is not of this library")
    if head["format"] > FORMAT:
        raise StoreTooNewError(
            f"{where} was stored by a newer release, in form {head['format']}, and "
            f"this one reads up to {FORMAT}: upgrade qathread"
        )
    return Frame(head, body, where)


def damaged(what: str) -> StoreCorruptError:
    """Return the error for a message that cannot be read back."""
    return StoreCorruptError(f"{what}: restore the streams from a backup")


def text_of(bodies: Sequence[bytes]) -> bytes:
    """Return events as text, a line each; canonical JSON has no line ends."""
    return b"\n".join(bodies)


def bodies_of(text: bytes) -> list[bytes]:
    """Return the events of a text."""
    return text.split(b"\n") if text else []


def digest_of(text: bytes) -> str:
    """Return what tells one text from all others."""
    return sha256(text).hexdigest()


def token_of(name: str) -> str:
    """
    Return a token of a subject for any text.

    A subject takes neither blanks nor dots, and the server keeps every subject in
    memory; so each id becomes 32 characters, whatever it is. 192 bits are enough that
    no two ids meet, by chance or on purpose.
    """
    return urlsafe_b64encode(sha256(name.encode()).digest()[:24]).decode()
