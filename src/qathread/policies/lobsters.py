"""
What Lobsters allows and pays.

Sources, in lobsters/lobsters at 57268d7, by the keys of the comments below:

- vote, comment, story, user: ``app/models``. schema: ``db/schema.rb``.

A story is the question of a discussion, everything under it comments. A vote is
always up: to flag, with one of some reasons, takes nothing from a score or from
karma, so a flag is a report here, not a downvote.

Left out, for want of a field: that a story is flagged within 14 days and a comment
within 7, while its score is above -5 or -10, and a story without karma; the first
70 days of an account; that an edit starts the time for editing a comment again;
that a story is deleted within 28 days and a comment within 14; that comments are
taken for 90 days; a pause between replies; that nothing in a discussion is accepted
(the verbs know it from the thread's kind).
"""

from attrs import evolve

from ..feedback import Direction
from ..policy import (
    Deleting,
    Flagging,
    KindPosting,
    KindVoting,
    Lengths,
    Moderation,
    Needs,
    OwnVotes,
    PaidFor,
    Pay,
    Policy,
    Posting,
    Quorum,
    Reputation,
    Stops,
    Voting,
    Window,
)
from ._roles import MODERATORS, NOBODY, points
from .open import OPEN

__all__ = ["LOBSTERS"]

_VOTES = KindVoting(
    directions=frozenset({Direction.UP}),  # vote
    own=OwnVotes.AUTO,  # comment, story: cast with the post
)
_TEXT = KindPosting(
    body=Lengths(least=1, most=16_777_215),  # comment
    edit=NOBODY,  # comment: the author alone
    edit_own=Window(seconds=6 * 3_600),  # comment, story
    edit_wiki=NOBODY,
    delete=Deleting(others=MODERATORS),  # comment
)
_CLOSE = Quorum(who=NOBODY, own=False)

#: Sources, and what is left out: see the module.
LOBSTERS = Policy(
    name="lobsters",
    voting=Voting(question=_VOTES, answer=_VOTES, comment=_VOTES, heaviest=1),
    posting=Posting(
        question=evolve(
            _TEXT,
            body=Lengths(most=65_535),  # story
            write=points(-4),  # user
            edit=MODERATORS,  # (general knowledge)
        ),
        answer=_TEXT,
        comment=_TEXT,
        title=Lengths(least=3, most=150),  # story
        tag=Lengths(least=1, most=25),  # schema
        tags=Lengths(least=1, most=OPEN.posting.tags.most),  # story
        name=OPEN.posting.name,
        depth=19,  # comment: one with 17 above it can still be replied to
    ),
    moderation=Moderation(
        close=_CLOSE,
        reopen=_CLOSE,
        protect=NOBODY,
        lock=NOBODY,
        pin=NOBODY,
        archive=NOBODY,
        hide=NOBODY,
        remove=MODERATORS,  # comment
        wiki=NOBODY,
        arrange=MODERATORS,  # story: merging
        invalidate=NOBODY,
        people=NOBODY,
        flags=Flagging(
            who=Needs(reputation=50),  # user
            settle=MODERATORS,  # (general knowledge)
            own=False,  # comment, story
            reasons=frozenset(  # vote
                {
                    "already posted",
                    "broken link",
                    "me-too",
                    "off-topic",
                    "spam",
                    "troll",
                    "unkind",
                }
            ),
        ),
        bounty=None,
        stops=Stops(closed=frozenset(), suspended=True),  # (general knowledge)
    ),
    reputation=Reputation(
        start=0,  # schema
        pays=(  # vote: nothing for votes on what one wrote
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=1),
            Pay(rule=PaidFor.ANSWER_UPVOTED, author=1),
            Pay(rule=PaidFor.COMMENT_UPVOTED, author=1),
        ),
        deleted_counts=True,  # comment, story: deleting takes no karma back
        question_takes_all=False,
    ),
)
