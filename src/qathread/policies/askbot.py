"""
What Askbot allows and pays, as it comes out of the box.

Sources, in ASKBOT/askbot-devel at 60ab07f, by the keys of the comments below:

- changes, needs, votes, texts: ``askbot/conf`` (reputation_changes,
  minimum_reputation, vote_rules, forum_data_rules).
- auth: ``askbot/auth.py``, what each act pays.
- can: ``askbot/models/__init__.py``, who may do what.
- repute: ``askbot/models/repute.py``, the sum of a day.

Left out, for want of a field: one answer of each user to a question; of a
question's answers only those of others keep it from its author's wish to delete
it; an own comment can be deleted only while it can be edited; flags do not hide or
delete comments; the day of the cap and of the quotas is that of the server;
anonymous questions, which earn nothing; the reasons for closing are a setting.
"""

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    Act,
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
    Needs,
    OwnVotes,
    PaidFor,
    Pay,
    Policy,
    Posting,
    Quorum,
    Quota,
    Reputation,
    Stops,
    Voting,
    Window,
)
from ._roles import MODERATORS, NOBODY, points
from .open import OPEN

__all__ = ["ASKBOT"]

_DAY = 86_400

_POSTS = KindVoting(
    up=points(5),  # needs
    down=points(50),  # needs
    own=OwnVotes.FORBID,  # can
    change=Window(seconds=_DAY),  # votes: refused from one whole day on
)

#: Sources, and what is left out: see the module.
ASKBOT = Policy(
    name="askbot",
    voting=Voting(
        question=_POSTS,
        answer=_POSTS,
        comment=KindVoting(
            directions=frozenset({Direction.UP}),  # (general knowledge)
            up=points(5),  # needs, can
            own=OwnVotes.FORBID,  # can
            change=Window(seconds=_DAY),  # votes
        ),
        heaviest=1,
    ),
    posting=Posting(
        question=KindPosting(
            body=Lengths(least=10),  # texts
            edit=points(200),  # needs
            edit_wiki=points(75),  # needs
            delete=Deleting(own_upvoted=False, others=points(500)),  # needs, can
        ),
        answer=KindPosting(
            body=Lengths(least=10),  # texts
            edit=points(200),  # needs
            edit_wiki=points(75),  # needs
            delete=Deleting(others=points(500)),  # needs
        ),
        comment=KindPosting(
            body=Lengths(least=10, most=300),  # texts
            edit=points(200),  # can
            edit_own=Window(seconds=600, while_last=True),  # texts, can
            edit_wiki=points(200),
            delete=Deleting(others=points(200)),  # needs
        ),
        title=Lengths(least=10),  # texts
        tag=Lengths(least=1, most=20),  # texts
        tags=Lengths(most=5),  # texts
        name=OPEN.posting.name,
        accept=Accepting(
            who=AcceptWho.ASKER,  # can
            roles=MODERATORS.roles,  # can
            others=Needs(reputation=500),  # needs
            others_after=7 * _DAY,  # votes
            own_needs=Needs(reputation=20, roles=frozenset({"admin"})),  # needs, can
        ),
        depth=1,  # comments stand under questions and answers
    ),
    moderation=Moderation(
        close=Quorum(who=points(200)),  # needs; askers their own: can
        reopen=Quorum(who=points(200), own=False),  # needs, can
        protect=NOBODY,
        lock=NOBODY,
        pin=NOBODY,
        archive=NOBODY,
        hide=NOBODY,
        remove=MODERATORS,  # can
        wiki=NOBODY,
        arrange=MODERATORS,  # can
        invalidate=NOBODY,
        people=Needs(roles=frozenset({"admin"})),  # (general knowledge)
        flags=Flagging(
            who=points(5),  # needs
            settle=MODERATORS,  # can
            hide_at=2,  # votes
            remove_at=3,  # votes
        ),
        bounty=None,
        stops=Stops(suspended=True),  # can
    ),
    reputation=Reputation(
        start=1,  # askbot/models/repute.py
        pays=(
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=10),  # changes
            Pay(rule=PaidFor.QUESTION_DOWNVOTED, author=-10, actor=-2),  # changes
            Pay(rule=PaidFor.ANSWER_UPVOTED, author=10),  # changes
            Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-10, actor=-2),  # changes
            Pay(rule=PaidFor.ANSWER_ACCEPTED, author=15, actor=2),  # changes; own: auth
            Pay(rule=PaidFor.POST_FLAGGED, author=-2, own=-2),  # changes
            Pay(rule=PaidFor.HIDDEN_BY_FLAGS, author=-30, own=-30),  # changes
            Pay(rule=PaidFor.REMOVED_BY_FLAGS, author=-100, own=-100),  # changes
        ),
        caps=(
            # Upvotes alone, less what was taken back; an upvote is paid whole while
            # the sum is below 200: auth, repute.
            Cap(
                rules=frozenset({PaidFor.QUESTION_UPVOTED, PaidFor.ANSWER_UPVOTED}),
                per=CapPer.DAY,
                high=200,  # changes
                mode=CapMode.OVERSHOOT,
            ),
        ),
        floor=1,  # askbot/const/__init__.py
        floor_mode=FloorMode.CLIP,  # can
        deleted_counts=True,  # can: deleting takes no points back
        question_takes_all=False,
    ),
    quotas=(
        Quota(name="votes", limit=30),  # votes
        Quota(name="flags", limit=5, acts=frozenset({Act.FLAG})),  # votes
    ),
)
