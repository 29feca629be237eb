"""The three streams of a JetStream store: made, or checked to be ours."""

import re
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from ..errors import (
    StoreCorruptError,
    StoreTooNewError,
    StoreUnavailableError,
    ValidationError,
)
from ._jetstream_aside import together
from ._jetstream_frames import FORMAT
from ._jetstream_requests import NO_STREAM, STREAM_DIFFERS, Deadline, Requests

#: What a server must take in one message.
_LEAST_PAYLOAD: Final = 64 * 1024
_OURS: Final = re.compile(r"qathread store, form (\d+): ")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@frozen
class Streams:
    """
    Names and configurations of the streams of one store.

    Attributes:
        name: Of the store.
        replicas: How many servers keep each stream.
    """

    name: str
    replicas: int

    @property
    def log(self) -> str:
        """The stream of saves."""
        return self.name

    @property
    def extra(self) -> str:
        """The stream of claims, and of the parts of large saves."""
        return f"{self.name}-extra"

    @property
    def snapshots(self) -> str:
        """The stream of snapshots, which may be emptied at any time."""
        return f"{self.name}-snapshots"

    async def ready(self, requests: Requests, deadline: Deadline) -> str:
        """
        Make the streams that are missing, and return when the log was made.

        Raises:
            StoreTooNewError: If a newer release made one.
            StoreCorruptError: If one is not of this library.
            StoreUnavailableError: If the servers do not do it in time.
        """
        if requests.max_payload < _LEAST_PAYLOAD:
            raise StoreUnavailableError(
                f"the server takes at most {requests.max_payload} bytes in a message: "
                f"raise its max_payload to {_LEAST_PAYLOAD} or more"
            )
        made, *_ = await together(
            self._one(requests, stream, what, subjects, per_subject, deadline)
            for stream, what, subjects, per_subject in (
                (self.log, "saves", ("log.*",), -1),
                (self.extra, "claims and parts", ("op.*", "part"), -1),
                (self.snapshots, "snapshots", ("snap.>",), 1),
            )
        )
        return made

    async def _one(
        self,
        requests: Requests,
        stream: str,
        what: str,
        subjects: Sequence[str],
        per_subject: int,
        deadline: Deadline,
    ) -> str:
        """Make one stream if it is missing, and return when it was made."""
        wanted = {
            "name": stream,
            "description": f"qathread store, form {FORMAT}: {what}",
            "subjects": [f"{self.name}.{subject}" for subject in subjects],
            "retention": "limits",
            # A full log refuses more; it never drops what it holds.
            "discard": "old" if per_subject == 1 else "new",
            "storage": "file",
            "num_replicas": self.replicas,
            "max_consumers": -1,
            "max_msgs": -1,
            "max_bytes": -1,
            "max_age": 0,
            "max_msg_size": -1,
            "max_msgs_per_subject": per_subject,
        }
        while True:
            told = await requests.ask(
                f"STREAM.INFO.{stream}", {}, deadline, expected=(NO_STREAM,)
            )
            if "error" not in told:
                break
            told = await requests.ask(
                f"STREAM.CREATE.{stream}", wanted, deadline, expected=(STREAM_DIFFERS,)
            )
            if "error" not in told:
                break
            await deadline.pause("another client makes the stream")
        match told:
            case {"config": dict(config), "created": str(made)}:
                _check(stream, wanted, config)
                return made
            case _:
                raise StoreCorruptError(f"what is stream {stream!r}? {told}")


def _check(
    stream: str, wanted: dict[str, object], config: dict[object, object]
) -> None:
    """Refuse a stream that this release cannot use."""
    ours = _OURS.match(str(config.get("description", "")))
    if ours is None:
        raise StoreCorruptError(
            f"stream {stream!r} is none of this library: give the store another name"
        )
    if int(ours[1]) > FORMAT:
        raise StoreTooNewError(
            f"stream {stream!r} has form {ours[1]}, this release reads up to {FORMAT}: "
            "upgrade qathread"
        )
    for member in ("subjects", "retention", "max_age", "max_msgs_per_subject"):
        if config.get(member) != wanted[member]:
            raise StoreCorruptError(
                f"stream {stream!r} was configured anew, with {member} "
                f"{config.get(member)!r} and not {wanted[member]!r}: set it back"
            )


def checked(name: object, replicas: object) -> Streams:
    """Return the streams of a store, or refuse what cannot be."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValidationError(
            f"name is {name!r}: give letters, digits, - and _, at most 64"
        )
    if type(replicas) is not int or replicas not in (1, 3, 5):
        raise ValidationError(f"replicas is {replicas!r}: give 1, 3 or 5")
    return Streams(name, replicas)
