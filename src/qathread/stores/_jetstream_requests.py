"""Requests to JetStream: time limits, repeats, and errors as ours."""

import asyncio
import json
import random
import re
from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from enum import Enum, auto
from typing import Final

from attrs import frozen

from ..errors import (
    MissingExtraError,
    StoreCorruptError,
    StoreUnavailableError,
    ValidationError,
)

try:
    from nats.aio.client import Client as Client
    from nats.errors import Error as NatsError
    from nats.errors import NoRespondersError
except ModuleNotFoundError as error:
    if error.name != "nats":  # installed but broken: show that instead
        raise
    message = "JetStreamStore needs nats-py: pip install 'qathread[jetstream]'"
    raise MissingExtraError(message) from error

#: Seconds for one try. A request that reaches no leader gets no answer at all, so a
#: long wait only delays the next try.
_TRY: Final = 2.0

_EXPECTED_STREAM: Final = "Nats-Expected-Stream"
_EXPECTED_LAST: Final = "Nats-Expected-Last-Subject-Sequence"

#: Error codes of the server; see its ``errors.json``.
NO_MESSAGE: Final = 10037
NO_STREAM: Final = 10059
STREAM_DIFFERS: Final = 10058
_STALE: Final = 10071
#: A message was refused before anything was stored, and will be again.
_LIMITS: Final = frozenset((10002, 10023, 10054, 10060, 10109, 10120))
_FULL: Final = ("maximum bytes exceeded", "maximum messages exceeded")
#: What is asked for cannot be had from these servers; it is no use to ask again.
_HOPELESS: Final = frozenset(
    (10002, 10003, 10025, 10027, 10052, 10065, 10074, 10113, 10120, 10122)
)


class Deadline:
    """The end of the time that one call may take."""

    def __init__(self, seconds: float) -> None:
        self._clock = asyncio.get_running_loop().time
        self._seconds = seconds
        self._end = self._clock() + seconds

    @property
    def left(self) -> float:
        """Seconds, at least 0."""
        return max(0.0, self._end - self._clock())

    @property
    def a_try(self) -> float:
        """Seconds for one try; a little even at the end."""
        return max(0.05, min(_TRY, self.left))

    async def pause(self, reason: str) -> None:
        """
        Wait a little, each time a little differently.

        Raises:
            StoreUnavailableError: If there is no time left.
        """
        if not self.left:
            raise StoreUnavailableError(
                f"JetStream did not do its work within {self._seconds:g} s ({reason}); "
                "nothing was saved: see to the servers, then try again"
            )
        await asyncio.sleep(min(self.left, random.uniform(0.02, 0.1)))


class Fate(Enum):
    """What became of a message that was sent."""

    #: It is stored.
    STORED = auto()
    #: It was refused: its subject has had another message.
    STALE = auto()
    #: It was refused for a reason that will not pass.
    REFUSED = auto()
    #: It reached nobody.
    UNSENT = auto()
    #: Nothing is known of it; it may be stored, or be so later.
    LOST = auto()


@frozen
class Sent:
    """What is known of a message that was sent: its fate, and where or why."""

    fate: Fate
    sequence: int = 0
    reason: str = ""


@frozen
class Message:
    """A message of a stream."""

    sequence: int
    data: bytes


class Requests:
    """
    What is asked of JetStream, over a connection that may come and go.

    Reads go to the leader of a stream, by the request ``STREAM.MSG.GET``: direct
    gets may be answered by a server that lags behind.
    """

    def __init__(self, client: Client, domain: str | None) -> None:
        self.client = client
        self._api = "$JS.API" if domain is None else f"$JS.{domain}.API"

    @property
    def max_payload(self) -> int:
        """The most bytes that the server takes in one message."""
        return int(self.client.max_payload)

    async def ask(
        self,
        request: str,
        arguments: Mapping[str, object],
        deadline: Deadline,
        *,
        expected: Collection[int] = (),
    ) -> dict[str, object]:
        """
        Return JetStream's answer, asking until there is one.

        Args:
            request: Its name, such as ``STREAM.INFO.name``.
            arguments: What it takes.
            deadline: When to give up.
            expected: Codes of errors that are answers too.

        Raises:
            StoreUnavailableError: If there is none in time.
        """
        data = json.dumps(arguments).encode()
        while True:
            await self._connection(deadline)
            try:
                reply = await self.client.request(
                    f"{self._api}.{request}", data, timeout=deadline.a_try
                )
                answer: dict[str, object] = json.loads(reply.data)
                code, reason = _error_in(answer)
            except (NatsError, OSError, ValueError) as error:
                reason = _text(error)
            else:
                if not reason or code in expected:
                    return answer
                if code in _HOPELESS:
                    raise StoreUnavailableError(
                        f"the server refuses ({reason}); nothing was saved: change "
                        "its configuration, or the arguments of the store"
                    )
            await deadline.pause(reason)

    async def last(
        self, stream: str, subject: str, deadline: Deadline
    ) -> Message | None:
        """Return the last message of a subject, None if there is none."""
        return await self._get(stream, {"last_by_subj": subject}, deadline)

    async def first(
        self, stream: str, subject: str, start: int, deadline: Deadline
    ) -> Message | None:
        """Return the first message of a subject from a sequence on."""
        asked = {"next_by_subj": subject, "seq": start}
        return await self._get(stream, asked, deadline)

    async def at(
        self, stream: str, sequence: int, deadline: Deadline, *, tries: int = 20
    ) -> Message:
        """
        Return a message that is known to be there.

        Raises:
            StoreCorruptError: If it is not.
        """
        # A server that has just become leader may need a moment to know it.
        for _ in range(tries):
            found = await self._get(stream, {"seq": sequence}, deadline)
            if found is not None:
                return found
            await deadline.pause(f"message {sequence} is not there")
        raise StoreCorruptError(
            f"message {sequence} of stream {stream!r} is gone: restore the stream from "
            "a backup"
        )

    async def _get(
        self, stream: str, asked: Mapping[str, object], deadline: Deadline
    ) -> Message | None:
        name = f"STREAM.MSG.GET.{stream}"
        answer = await self.ask(name, asked, deadline, expected=(NO_MESSAGE,))
        match answer:
            case {"message": {"seq": int(sequence), **rest}}:
                return Message(sequence, b64decode(str(rest.get("data", ""))))
            case _:
                return None

    async def publish(
        self,
        stream: str,
        subject: str,
        data: bytes,
        deadline: Deadline,
        *,
        last: int = 0,
    ) -> Sent:
        """
        Send one message, once, and return what became of it.

        Args:
            stream: Which stream must take it.
            subject: Its subject.
            data: Its content.
            deadline: When to give up waiting for a connection.
            last: The sequence that the last message of the subject must have; 0: do
                not look. The server looks before it orders what it was sent, so two
                messages at once may both pass.

        Raises:
            StoreUnavailableError: If there is no connection in time.
        """
        headers = {_EXPECTED_STREAM: stream}
        if last:
            headers[_EXPECTED_LAST] = str(last)
        await self._connection(deadline)
        try:
            reply = await self.client.request(
                subject, data, timeout=deadline.a_try, headers=headers
            )
            answer: dict[str, object] = json.loads(reply.data)
            code, reason = _error_in(answer)
        except NoRespondersError as error:
            return Sent(Fate.UNSENT, reason=_text(error))
        except (NatsError, OSError, ValueError) as error:
            return Sent(Fate.LOST, reason=_text(error))
        sequence = answer.get("seq")
        if not reason and type(sequence) is int:
            return Sent(Fate.STORED, sequence)
        if code == _STALE:
            return Sent(Fate.STALE, reason=reason)
        if code in _LIMITS or reason in _FULL:
            return Sent(Fate.REFUSED, reason=reason)
        if code == 0:  # the server could not even propose it to the others
            return Sent(Fate.UNSENT, reason=reason)
        return Sent(Fate.LOST, reason=reason)

    async def _connection(self, deadline: Deadline) -> None:
        """Wait for a connection: what is sent without one may arrive much later."""
        while not self.client.is_connected:
            if self.client.is_closed:
                raise StoreUnavailableError(
                    "the connection to NATS is closed; nothing was saved: connect again"
                )
            await deadline.pause("no connection")


async def connected(
    client: Client, servers: str | Sequence[str], deadline: Deadline
) -> None:
    """
    Connect to any of several servers, and from then on again whenever it is needed.

    Raises:
        StoreUnavailableError: If none answers in time.
        ValidationError: If an address is none.
    """
    last = "no answer"

    async def note(error: Exception) -> None:
        # Requests tell what is wrong; there is no need to log it too.
        nonlocal last
        last = _text(error)

    addresses = _addresses(servers)
    try:
        async with asyncio.timeout(deadline.left):
            await client.connect(
                addresses,
                name="qathread",
                error_cb=note,
                connect_timeout=2,
                max_reconnect_attempts=-1,
                reconnect_time_wait=1,  # until a server is tried once more
                # A server that is cut off is noticed by this alone.
                ping_interval=5,
                max_outstanding_pings=1,
            )
    except TimeoutError as error:
        await client.close()
        raise StoreUnavailableError(
            f"no NATS server of {_shown(addresses)} could be connected to ({last}): "
            "see to the servers, then try again"
        ) from error
    except NatsError as error:  # about the addresses: others are tried again
        raise _no_address(servers, _text(error)) from error


def _addresses(servers: object) -> list[str]:
    """Return the addresses of servers; what they say is for nats-py to judge."""
    found = [servers] if isinstance(servers, str) else servers
    if not isinstance(found, Sequence) or not found:
        raise _no_address(servers, "none is there")
    addresses = [address for address in found if isinstance(address, str)]
    if len(addresses) < len(found):
        raise _no_address(servers, "not each is a str")
    return addresses


def _no_address(servers: object, reason: str) -> ValidationError:
    return ValidationError(
        f"servers is {_shown(servers)} ({reason}): give addresses such as "
        "'nats://localhost:4222'"
    )


def _shown(servers: object) -> str:
    """Return addresses for the text of an error, without passwords and tokens."""
    return re.sub(r"//[^/\s]*@", "//...@", repr(servers))


def _error_in(answer: dict[str, object]) -> tuple[int, str]:
    """Return code and text of the error that an answer tells, if it does."""
    match answer:
        case {"error": {"description": reason, **rest}}:
            code = rest.get("err_code")
            return code if isinstance(code, int) else 0, str(reason) or "an error"
        case {"error": error}:
            return 0, str(error)
        case _:
            return 0, ""


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__
