"""
What op ids are used for: a chain of claims for each.

JetStream has no write to two subjects at once. So an op id is claimed first, by a link
in a chain of its own, which says what is to follow which link of which thread's chain;
then that is added. A claim stands if just this follows there. It is dead for good as
soon as something else does, and only then another claim may follow it. So at most one
claim of an op id ever stands, and nothing is decided by a look that could be outdated.

A writer that ends in between leaves a claim that is neither. Others wait a while for
it, and then take its place in the thread's chain with a link that has no events.
"""

import asyncio
from enum import Enum, auto
from typing import Final

from attrs import frozen

from ..errors import StoreBusyError
from ._jetstream_chains import NOTHING, Chains, Tip
from ._jetstream_frames import Claim, damaged, members, token_of
from ._jetstream_log import Log, said_in
from ._jetstream_requests import Deadline, Requests

#: Seconds that a writer may take between its claim and its change before another one
#: that needs the op id calls it off.
_PATIENCE: Final = 2.0


class Standing(Enum):
    """What has become of a claim."""

    #: Its change is stored.
    STANDS = auto()
    #: Its change can never be stored.
    DEAD = auto()
    #: Neither yet.
    OPEN = auto()


@frozen
class Known:
    """The last claim of an op id, what became of it, and where the next one goes."""

    claim: Claim | None
    standing: Standing
    tip: Tip


class Claims:
    """
    The op ids of a store.

    Args:
        requests: The way to the server.
        log: The chains of threads.
        stream: The stream of claims.
    """

    def __init__(self, requests: Requests, log: Log, stream: str) -> None:
        self._log = log
        self._chains = Chains(requests, stream)

    async def known(self, op_id: str, deadline: Deadline) -> Known:
        """Return what an op id is used for."""
        subject = self._subject(op_id)
        links, tip = await self._chains.news(
            subject, NOTHING, deadline, enough=lambda _: True
        )
        if not links:
            return Known(None, Standing.DEAD, tip)
        claim = Claim.of(links[-1].frame)
        if claim.op_id != op_id:
            raise damaged(f"{links[-1].frame.where} is of another op id")
        return Known(claim, await self._standing(claim, deadline), tip)

    async def stands(self, op_id: str, deadline: Deadline) -> Claim | None:
        """Return the claim of an op id that stands, if one does."""
        known = await self.known(op_id, deadline)
        return known.claim if known.standing is Standing.STANDS else None

    async def take(self, claim: Claim, deadline: Deadline) -> Claim:
        """
        Claim an op id, and return the claim that holds: this one, or one that stands.

        Raises:
            StoreBusyError: If another change under that op id is being made.
        """
        known = await self.known(claim.op_id, deadline)
        while True:
            held = known.claim
            if held is not None:
                if held == claim or known.standing is Standing.STANDS:
                    return held
                if known.standing is Standing.OPEN:
                    await self._settle(held, deadline)
                    known = await self.known(claim.op_id, deadline)
                    continue
            links, _ = await self._chains.add(
                self._subject(claim.op_id), known.tip, members(claim), b"", deadline
            )
            if Claim.of(links[0].frame) == claim:
                return claim
            known = await self.known(claim.op_id, deadline)

    def _subject(self, op_id: str) -> str:
        return f"{self._log.name}.op.{token_of(op_id)}"

    async def _standing(self, claim: Claim, deadline: Deadline) -> Standing:
        if claim.done:
            return Standing.STANDS
        subject = self._log.subject(claim.thread)
        link = await self._log.chains.next(subject, claim.place, deadline)
        if link is None:
            return Standing.OPEN
        said = said_in(link, claim.thread)
        same = (said.version, said.digest) == (claim.version, claim.digest)
        return Standing.STANDS if same else Standing.DEAD

    async def _settle(self, claim: Claim, deadline: Deadline) -> None:
        """Wait until another claim stands or is dead, and end it if need be."""
        patience = Deadline(min(_PATIENCE, deadline.left / 2))
        while await self._standing(claim, deadline) is Standing.OPEN:
            if not patience.left:
                state = await self._log.current(claim.thread, deadline)
                if state.tip.sequence == claim.place:
                    await self._log.take_place(state, deadline)
                return
            if not deadline.left:
                raise StoreBusyError(
                    f"another change under op id {claim.op_id!r} is being made: try "
                    "again"
                )
            await asyncio.sleep(0.05)
