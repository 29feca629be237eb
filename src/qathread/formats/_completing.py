"""Parts of a thread that our writers note, added to what its posts make."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from attrs import AttrsInstance, evolve

from ..errors import FormatError, IntegrityError, ValidationError
from ..feedback import Reaction, Tally, Vote
from ..ids import PostId
from ..posts import Stub
from ..status import Bounty, Flag, Link, Motion
from ..thread import Thread
from ._gathering import circles
from ._report import Collector
from ._sparse import filled

__all__ = ["completed", "restored", "untangled"]

T = TypeVar("T", bound=AttrsInstance)


def restored(members: object, cls: type[T]) -> T | None:
    """
    Return the record that was written with what is usual left out.

    Args:
        members: What :func:`sparse` gave, or whatever stands in its place.
        cls: The class of the record.

    Returns:
        The record; None if it is none.
    """
    if not isinstance(members, Mapping):
        return None
    try:
        return filled(cls, members)
    except (FormatError, ValidationError, RecursionError):
        return None


def untangled(
    stubs: Iterable[Stub], parents: Mapping[PostId, PostId | None]
) -> list[Stub]:
    """
    Return stubs that can stand where they say, whoever wrote them.

    Args:
        stubs: As they were stated.
        parents: What each post stands under, without a circle.
    """
    found = {stub.id: stub for stub in stubs if stub.id not in parents}
    above = {stub_id: stub.parent_id for stub_id, stub in found.items()}
    if circles({**above, **parents}):
        return [evolve(stub, parent_id=None) for stub in found.values()]
    return list(found.values())


def completed(
    built: Thread,
    report: Collector,
    *,
    stubs: Iterable[Stub] = (),
    tallies: Iterable[Tally] = (),
    votes: Iterable[Vote] = (),
    reactions: Iterable[Reaction] = (),
    flags: Iterable[Flag] = (),
    bounties: Iterable[Bounty] = (),
    motions: Iterable[Motion] = (),
    links: Iterable[Link] = (),
) -> Thread:
    """
    Return a thread with further parts.

    Args:
        built: The thread of the posts.
        report: Hears of parts that do not fit, which are all left out then.
        stubs: As they were stated; where one says nothing of its parent, it stands
            under the root without saying so.
        tallies: Those of posts that are missing.
        votes: Ballots.
        reactions: Reactions by person.
        flags: Reports.
        bounties: Promised points.
        motions: Votes to close or reopen.
        links: References to other threads.
    """
    content = built.content
    loose = {stub.id for stub in stubs if stub.parent_id is None}
    placed = [
        evolve(stub, parent_id=None) if stub.id in loose else stub
        for stub in content.stubs
    ]
    missing = {stub.id for stub in content.stubs}
    more = {tally.post_id: tally for tally in tallies if tally.post_id in missing}
    parts = (votes, reactions, flags, bounties, motions, links)
    if placed == list(content.stubs) and not more and not any(parts):
        return built
    try:
        return Thread.from_parts(
            id=built.id,
            kind=content.kind,
            posts=built.posts,
            stubs=placed,
            votes=votes,
            reactions=reactions,
            tallies=[*content.tallies, *more.values()],
            users=content.users,
            accepted=content.accepted,
            status=content.status,
            revisions=content.revisions,
            bounties=bounties,
            flags=flags,
            motions=motions,
            links=[*content.links, *links],
            provenance=content.provenance,
        )
    except (ValidationError, IntegrityError) as error:
        report.damage(
            "field",
            "ballots, flags, links or counts of our own that do not fit their thread: "
            "they are left out",
            f"{built.id}: {error}",
            kind="skipped",
        )
        return built
