"""
What Reddit allowed when its program was open.

Sources, in reddit-archive/reddit at 753b174, by the keys of the comments below:

- vote: ``r2/r2/models/vote.py``. archive: ``r2/example.ini``.
- link: ``r2/r2/models/link.py``. account: ``r2/r2/models/account.py``.
- api: ``r2/r2/controllers/api.py``, ``r2/r2/lib/validator/validator.py``.

A submission is the question of a discussion, everything under it comments. Karma is
kept here as one sum; the program keeps it by community and kind.

Left out, for want of a field: that after 180 days nothing is answered or flagged
either (archive the thread); that titles, and submissions of a link, are never
edited; votes that the program took but did not count; that nothing in a discussion
is accepted (the verbs know it from the thread's kind).
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
    PaidFor,
    Pay,
    Policy,
    Posting,
    Quorum,
    Reputation,
    Stops,
    Voting,
)
from ._roles import MODERATORS, NOBODY
from .open import OPEN

__all__ = ["REDDIT"]

_VOTES = KindVoting(
    own=OwnVotes.AUTO,  # vote: cast with the post
    open_for=180 * 86_400,  # archive
)
_TEXT = KindPosting(
    body=Lengths(least=1, most=10_000),  # api
    edit=NOBODY,  # api: the author alone
    edit_wiki=NOBODY,
    grace=180,  # api: an edit within three minutes is not shown as one
    delete=Deleting(others=NOBODY),  # others remove, which is another thing
)
_CLOSE = Quorum(who=NOBODY, own=False)  # link: threads are locked, never closed

#: Sources, and what is left out: see the module.
REDDIT = Policy(
    name="reddit",
    voting=Voting(question=_VOTES, answer=_VOTES, comment=_VOTES, heaviest=1),
    posting=Posting(
        question=evolve(_TEXT, body=Lengths(most=40_000)),  # (general knowledge)
        answer=_TEXT,
        comment=_TEXT,
        title=Lengths(least=1, most=300),  # api
        tag=OPEN.posting.tag,
        tags=OPEN.posting.tags,
        name=Lengths(most=20),  # (general knowledge)
        depth=None,
    ),
    moderation=Moderation(
        close=_CLOSE,
        reopen=_CLOSE,
        protect=NOBODY,
        lock=MODERATORS,  # link
        pin=MODERATORS,  # vote: sticky
        archive=Needs(roles=frozenset({"admin"})),  # archive: by age, not by hand
        hide=NOBODY,
        remove=MODERATORS,  # (general knowledge)
        wiki=NOBODY,
        arrange=NOBODY,
        invalidate=Needs(roles=frozenset({"admin"})),  # (general knowledge)
        people=NOBODY,
        flags=Flagging(settle=MODERATORS),  # api
        bounty=None,
        stops=Stops(closed=frozenset(), suspended=True),  # (general knowledge)
    ),
    reputation=Reputation(
        # account: a first point, for those whose sum is above 0, is left out.
        start=0,
        pays=(  # vote: one for one, and nothing for the vote that comes with a post
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=1),
            Pay(rule=PaidFor.QUESTION_DOWNVOTED, author=-1),
            Pay(rule=PaidFor.ANSWER_UPVOTED, author=1),
            Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-1),
            Pay(rule=PaidFor.COMMENT_UPVOTED, author=1),
            Pay(rule=PaidFor.COMMENT_DOWNVOTED, author=-1),
        ),
        deleted_counts=True,  # account: deleting takes no karma back
        question_takes_all=False,
    ),
)
