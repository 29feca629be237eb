"""All parts of a thread as plain arrays in canonical order."""

from enum import StrEnum

from attrs import frozen

from ._checks import settle
from .feedback import Reaction, Tally, Vote
from .ids import PostId
from .posts import Answer, Comment, Question, Stub
from .provenance import Provenance
from .revisions import Revision, Suggestion
from .status import Bounty, Flag, Link, Motion, Status
from .users import User

__all__ = ["Content", "ThreadKind"]


class ThreadKind(StrEnum):
    """What a thread is for."""

    QA = "qa"
    DISCUSSION = "discussion"


@frozen(kw_only=True, weakref_slot=False)
class Content:
    """
    What a thread holds apart from its id and version.

    This is the form in which threads are written, compared and imported.
    Arrays of posts are in order of arrival, the others sorted by their ids;
    :meth:`qathread.Thread.from_parts` makes it from parts in any order.

    Attributes:
        kind: Question and answers, or a discussion.
        question: The root, unless a stub stands for it.
        answers: In order of arrival.
        comments: In order of arrival.
        arrival: Ids of all posts in order of arrival.
        stubs: Sorted by id.
        votes: Standing votes, by post and voter.
        reactions: Standing reactions, by post, user and kind.
        tallies: Totals, ballots included, by post; none where nothing is known.
        users: Public faces, by id.
        accepted: Ids of accepted answers, in order of acceptance.
        status: Marks on the thread.
        revisions: Known wordings, by post and number.
        suggestions: Proposed wordings, by id.
        bounties: By id.
        flags: By id.
        motions: Votes to close or reopen, by kind and person.
        links: By kind, target and post.
        provenance: Where the thread came from.

    Raises:
        ValidationError: If a part is not of its type; whether the parts fit
            together is for the thread to say.
    """

    kind: ThreadKind
    question: Question | None
    answers: tuple[Answer, ...]
    comments: tuple[Comment, ...]
    arrival: tuple[PostId, ...]
    stubs: tuple[Stub, ...]
    votes: tuple[Vote, ...]
    reactions: tuple[Reaction, ...]
    tallies: tuple[Tally, ...]
    users: tuple[User, ...]
    accepted: tuple[PostId, ...]
    status: Status
    revisions: tuple[Revision, ...]
    suggestions: tuple[Suggestion, ...]
    bounties: tuple[Bounty, ...]
    flags: tuple[Flag, ...]
    motions: tuple[Motion, ...]
    links: tuple[Link, ...]
    provenance: Provenance | None

    def __attrs_post_init__(self) -> None:
        # Items were checked when they were made, and are looked at again when a
        # thread is made of them; a second look at each here would be lost time.
        settle(self, shallow=True)
