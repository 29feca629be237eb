"""
What Lemmy allows, as it comes out of the box.

Sources, in LemmyNet/lemmy at 439734d, by the keys of the comments below:

- texts: ``crates/utils/src/utils/validation.rs``.
- create, update: ``crates/api/api_crud/src/comment`` and ``.../post``.
- depth: ``crates/api/api_utils/src/utils.rs`` and ``crates/utils/src/lib.rs``.
- modlog: ``crates/db_schema_file/src/enums.rs``.

A post is the question of a discussion, everything under it comments.

Left out, for want of a field: limits by address (six posts or comments in ten
minutes); votes that a site switches off, for all or for people of other sites; bots,
which do not vote; bans from a community; that nothing in a discussion is accepted
(the verbs know it from the thread's kind).
"""

from attrs import evolve

from ..policy import (
    Deleting,
    Flagging,
    KindPosting,
    KindVoting,
    Lengths,
    Moderation,
    Needs,
    OwnVotes,
    Policy,
    Posting,
    Quorum,
    Stops,
    Voting,
)
from ._roles import MODERATORS, NOBODY
from .open import OPEN

__all__ = ["LEMMY"]

_VOTES = KindVoting(own=OwnVotes.AUTO)  # create; taken on own posts like any other
_TEXT = KindPosting(
    body=Lengths(least=1, most=10_000),  # texts
    edit=NOBODY,  # update: the author alone
    edit_wiki=NOBODY,
    delete=Deleting(others=NOBODY),  # others remove, which is another thing: modlog
)
_CLOSE = Quorum(who=NOBODY, own=False)  # modlog: threads are locked, never closed

#: Sources, and what is left out: see the module.
LEMMY = Policy(
    name="lemmy",
    voting=Voting(question=_VOTES, answer=_VOTES, comment=_VOTES, heaviest=1),
    posting=Posting(
        question=evolve(_TEXT, body=Lengths(most=50_000)),  # texts
        answer=_TEXT,
        comment=_TEXT,
        title=Lengths(least=3, most=200),  # texts
        tag=OPEN.posting.tag,
        tags=OPEN.posting.tags,
        name=Lengths(most=50),  # texts
        depth=51,  # depth: one at level 50 can still be replied to
    ),
    moderation=Moderation(
        close=_CLOSE,
        reopen=_CLOSE,
        protect=NOBODY,
        lock=MODERATORS,  # modlog, as all that follow
        pin=MODERATORS,
        archive=NOBODY,
        hide=NOBODY,
        remove=MODERATORS,
        wiki=NOBODY,
        arrange=NOBODY,
        invalidate=Needs(roles=frozenset({"admin"})),  # (general knowledge)
        people=NOBODY,
        flags=Flagging(settle=MODERATORS),
        bounty=None,
        stops=Stops(closed=frozenset(), suspended=True),  # (general knowledge)
    ),
)
