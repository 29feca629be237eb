"""
What Apache Answer allows and pays, as it comes out of the box.

Sources, in apache/answer at 3b9f137, by the keys of the comments below:

- ranks: ``internal/migrations/init_data.go``, the table of keys and points.
- levels: ``internal/schema/siteinfo_schema.go``, privileges; a new site has the
  second of three levels (``internal/migrations/init.go``). Upvoting takes 1, 8 or
  15 points by level, editing with review 1, 100 or 200, without 1, 1,000 or 2,000.
- cap: ``internal/repo/rank/user_rank_repo.go`` and
  ``internal/repo/activity/vote_repo.go``.
- accept: ``internal/repo/activity/answer_repo.go``.
- votes, delete: ``internal/service/content`` (vote, question, answer).
- schema: ``internal/schema`` (question, answer, comment, tag).
- docs: the page on reputation in apache/answer-website.

Left out, for want of a field: the day of the cap is that of the server, and its
count also holds what the day took away and what accepting paid, though neither is
bounded; authors do not delete an answer with a score above 0, or a question with an
accepted answer; a downvote of a comment, which the program takes as an upvote; the
point for confirming an address (the start here is after it); points for tags.
"""

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    Cap,
    CapMode,
    CapPer,
    Deleting,
    Flagging,
    FloorMode,
    KindPosting,
    KindVoting,
    Lengths,
    Moderation,
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

__all__ = ["APACHE_ANSWER"]

_POSTS = KindVoting(
    up=points(8),  # levels
    down=points(125),  # levels
    own=OwnVotes.FORBID,  # votes
    change=Window(),  # votes: taken back at any time
)
_CLOSE = Quorum(who=MODERATORS, own=False)  # ranks: -1, by role alone

#: Sources, and what is left out: see the module.
APACHE_ANSWER = Policy(
    name="apache-answer",
    voting=Voting(
        question=_POSTS,
        answer=_POSTS,
        comment=KindVoting(
            directions=frozenset({Direction.UP}),  # votes
            own=OwnVotes.FORBID,  # votes
        ),
        heaviest=1,
    ),
    posting=Posting(
        question=KindPosting(
            body=Lengths(most=65_535),  # schema
            edit=points(1000),  # levels: without a review
            edit_wiki=points(1000),
            # At most one answer, and none with a score above 0: delete.
            delete=Deleting(own_upvoted=False, own_answers=1, others=MODERATORS),
        ),
        answer=KindPosting(
            body=Lengths(least=6, most=65_535),  # schema
            edit=points(1000),  # levels: without a review
            edit_wiki=points(1000),
            delete=Deleting(own_accepted=False, others=MODERATORS),  # delete
        ),
        comment=KindPosting(
            body=Lengths(least=2, most=600),  # schema
            edit=MODERATORS,  # ranks
            edit_own=Window(seconds=300),  # internal/base/constant/comment.go
            edit_wiki=MODERATORS,
            delete=Deleting(others=MODERATORS),  # ranks
        ),
        title=Lengths(least=6, most=150),  # schema
        tag=Lengths(least=1, most=35),  # schema
        tags=Lengths(least=1, most=5),  # least: init.go, most: (general knowledge)
        name=OPEN.posting.name,
        accept=Accepting(who=AcceptWho.ASKER, roles=MODERATORS.roles),  # ranks
        depth=None,  # schema: a comment may name any other that it replies to
    ),
    moderation=Moderation(
        close=_CLOSE,
        reopen=_CLOSE,
        # The four reasons of the installation, named in our words.
        reasons=frozenset({"duplicate", "community-specific", "unclear", "other"}),
        protect=NOBODY,
        lock=NOBODY,
        pin=MODERATORS,  # ranks
        archive=NOBODY,
        hide=MODERATORS,  # ranks
        remove=MODERATORS,  # ranks
        wiki=NOBODY,
        arrange=NOBODY,
        invalidate=NOBODY,
        people=NOBODY,
        flags=Flagging(settle=MODERATORS),  # ranks: reporting takes 1
        bounty=None,
        stops=Stops(suspended=True),  # (general knowledge)
    ),
    reputation=Reputation(
        start=1,  # docs: 1 after activation
        pays=(
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=10),  # ranks
            Pay(rule=PaidFor.QUESTION_DOWNVOTED, author=-2),  # ranks
            Pay(rule=PaidFor.ANSWER_UPVOTED, author=10),  # ranks
            Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-2, actor=-1),  # ranks
            Pay(rule=PaidFor.ANSWER_ACCEPTED, author=15, actor=2),  # ranks; own 0: docs
            Pay(rule=PaidFor.EDIT_APPROVED, author=2),  # ranks
        ),
        caps=(
            # What starts below 200 is paid whole; accepting is not bounded: cap.
            Cap(
                rules=frozenset(
                    {
                        PaidFor.QUESTION_UPVOTED,
                        PaidFor.ANSWER_UPVOTED,
                        PaidFor.EDIT_APPROVED,
                    }
                ),
                per=CapPer.DAY,
                high=200,
                mode=CapMode.OVERSHOOT,
            ),
        ),
        floor=1,  # cap
        floor_mode=FloorMode.CLIP,  # cap
        deleted_counts=True,  # delete: points are not taken back
        question_takes_all=False,
    ),
)
