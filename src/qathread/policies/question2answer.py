"""
What Question2Answer allows and pays, as it comes out of the box.

Sources, in q2a/question2answer at 2c945ea (1.8.8), by the keys of the comments:

- options: ``qa-include/app/options.php``, the values of a new site.
- points: ``qa-include/db/points.php``, the formula of somebody's points.
- votes, limits: ``qa-include/app/votes.php``, ``qa-include/app/limits.php``.
- page: ``qa-include/pages/question-view.php``, who may do what.

Points are a sum over what stands, never a history: 100, and ten times what each
post, vote and selection counts, the votes on one post within bounds. So there is
no floor and no day. Roles are the program's levels of users.

Left out, for want of a field: no comments under questions; a closed question is not
edited; authors open again what they closed themselves; confirmed addresses;
votes on a hidden post still count, though the post does not; limits by address;
what an administrator adds by hand (it is an adjustment).
"""

from ..policy import (
    Accepting,
    AcceptWho,
    Act,
    Cap,
    CapMode,
    CapPer,
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
    Quota,
    Reputation,
    Stops,
    Voting,
)
from ._roles import NOBODY
from .open import OPEN

__all__ = ["QUESTION2ANSWER"]

_MODERATORS = Needs(roles=frozenset({"moderator", "admin", "super-admin"}))
_EDITORS = Needs(roles=_MODERATORS.roles | {"editor"})
_EXPERTS = Needs(roles=_EDITORS.roles | {"expert"})
_HOUR = 3_600

_POSTS = KindVoting(own=OwnVotes.FORBID)  # votes: set, changed, undone at any time
_DELETE = Deleting(others=_EDITORS)  # page: everybody hides their own, editors all
_HIDDEN = frozenset({Act.VOTE, Act.FLAG, Act.EDIT})  # votes, page

#: Sources, and what is left out: see the module.
QUESTION2ANSWER = Policy(
    name="question2answer",
    voting=Voting(
        question=_POSTS,
        answer=_POSTS,
        comment=KindVoting(directions=frozenset(), own=OwnVotes.FORBID),  # options
        heaviest=1,
    ),
    posting=Posting(
        question=KindPosting(
            edit=_EDITORS,  # options
            edit_wiki=_EDITORS,
            delete=_DELETE,
        ),
        answer=KindPosting(
            body=Lengths(least=12),  # options
            edit=_EXPERTS,  # options
            edit_wiki=_EXPERTS,
            delete=_DELETE,
        ),
        comment=KindPosting(
            body=Lengths(least=12),  # options
            edit=_EDITORS,  # options
            edit_wiki=_EDITORS,
            delete=_DELETE,
        ),
        title=Lengths(least=12, most=120),  # options
        tag=OPEN.posting.tag,
        tags=Lengths(most=5),  # options
        name=OPEN.posting.name,
        accept=Accepting(who=AcceptWho.ASKER, roles=_EXPERTS.roles),  # options, page
        depth=1,  # page
    ),
    moderation=Moderation(
        close=Quorum(who=_EDITORS),  # options; askers their own: page
        reopen=Quorum(who=_EDITORS, own=False),  # page
        protect=NOBODY,
        lock=NOBODY,
        pin=NOBODY,
        archive=NOBODY,
        hide=_EDITORS,  # options
        remove=_EDITORS,  # options
        wiki=NOBODY,
        arrange=_EDITORS,  # (general knowledge)
        invalidate=NOBODY,
        people=NOBODY,
        flags=Flagging(
            settle=_EDITORS,  # page
            own=False,  # page
            hide_at=5,  # options
        ),
        bounty=None,
        stops=Stops(
            hidden=_HIDDEN,
            pending=frozenset({Act.VOTE, Act.FLAG}),  # votes, page
            suspended=True,  # votes: who is blocked
        ),
    ),
    reputation=Reputation(
        start=100,  # options
        pays=(  # options and points: each count times its points times ten
            Pay(rule=PaidFor.QUESTION_ASKED, author=20, own=20),
            Pay(rule=PaidFor.ANSWER_POSTED, author=40, own=40),
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=10, actor=10),
            Pay(rule=PaidFor.QUESTION_DOWNVOTED, author=-10, actor=10),
            Pay(rule=PaidFor.ANSWER_UPVOTED, author=20, actor=10),
            Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-20, actor=10),
            # To the asker for having one selected, to the author unless both are one.
            Pay(rule=PaidFor.ANSWER_ACCEPTED, author=300, actor=30, own=30),
        ),
        caps=(  # options and points: ups and downs are bounded apart
            Cap(
                rules=frozenset({PaidFor.QUESTION_UPVOTED, PaidFor.QUESTION_DOWNVOTED}),
                per=CapPer.POST,
                high=100,
                low=-30,
                mode=CapMode.GROSS,
            ),
            Cap(
                rules=frozenset({PaidFor.ANSWER_UPVOTED, PaidFor.ANSWER_DOWNVOTED}),
                per=CapPer.POST,
                high=200,
                low=-50,
                mode=CapMode.GROSS,
            ),
        ),
        question_takes_all=False,  # points: answers count whatever their question
    ),
    quotas=(  # options and limits: by user, within an hour of the clock
        Quota(name="votes", limit=300, period=_HOUR),
        Quota(name="questions", limit=10, acts=frozenset({Act.ASK}), period=_HOUR),
        Quota(name="answers", limit=25, acts=frozenset({Act.ANSWER}), period=_HOUR),
        Quota(name="comments", limit=20, acts=frozenset({Act.COMMENT}), period=_HOUR),
        Quota(name="flags", limit=5, acts=frozenset({Act.FLAG}), period=_HOUR),
    ),
)
