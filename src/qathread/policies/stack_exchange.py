"""
What Stack Exchange sites allow and pay, now and from 2010 to 2019.

Sources, by the keys of the comments below:

- help: the help page on reputation, stackapps.com/help/whats-reputation.
- privileges: the table of privileges, meta.stackexchange.com 160292.
- limits: what is limited in a day, meta.stackexchange.com 5212 and 164900.
- lock: when a vote is locked, meta.stackexchange.com 153003 and 349668.
- bounties: meta.stackoverflow.com 16065. wiki: meta.stackexchange.com 11740.
- deletion: meta.stackexchange.com 5222. protection: stackoverflow.blog 2014-04-08.
- closing: stackmod.blog 2015-03 (ageing), meta.stackoverflow.com 392394 (three
  votes). schema: the schema of the data dump, meta.stackexchange.com 2677.
- 2010: stackoverflow.blog 2010-03, when an upvote of a question became worth 5.

Numbers are those of most sites; a site can have its own.

Left out, for want of a field: comments of newcomers under their own posts and the
answers to them, which need no points; the asker's own voice for closing, from 250;
gold badges, which close duplicates alone; votes to delete, from 10,000; an accepted
answer, which keeps its question from being deleted; two days before an answer of
one's own can be accepted; at most three bounties of one user, and the higher least
amount of a second one; that of all flags only those for spam and abuse take a post
down; more flags a day for those whose flags were right; one downvote to two upvotes
after 300 votes; points kept when a good old post is deleted; the bonus of an account
on another site (it is an adjustment).
"""

from attrs import evolve

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    Act,
    Bounties,
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
from ..posts import PostKind
from ._roles import MODERATORS, points
from .open import OPEN

__all__ = ["STACK_EXCHANGE", "STACK_EXCHANGE_2010"]

_DAY = 86_400

_POSTS = KindVoting(
    up=points(15),  # privileges
    down=points(125),  # privileges
    own=OwnVotes.FORBID,  # (general knowledge)
    change=Window(seconds=300, edits_reopen=True),  # lock
)
_COMMENTS = KindVoting(
    directions=frozenset({Direction.UP}),  # schema
    up=points(15),  # (general knowledge)
    own=OwnVotes.FORBID,  # (general knowledge)
    change=Window(seconds=60),  # (general knowledge)
)
_ANSWER = KindPosting(
    body=Lengths(least=30, most=30_000),  # (general knowledge)
    edit=points(2000),  # privileges
    edit_wiki=points(100),  # privileges, wiki
    grace=300,  # (general knowledge)
    delete=Deleting(own_accepted=False, others=MODERATORS),  # deletion
)
_QUESTION = evolve(
    _ANSWER,
    # Not with more than one answer, or with one that has a score above 0: deletion.
    delete=Deleting(own_upvoted=False, own_answers=1, others=MODERATORS),
)
_REMARK = KindPosting(
    body=Lengths(least=15, most=600),  # 15: (general knowledge), 600: limits, schema
    write=points(50),  # privileges
    edit=MODERATORS,  # (general knowledge)
    edit_own=Window(seconds=300),  # limits
    edit_wiki=MODERATORS,  # (general knowledge)
    delete=Deleting(others=MODERATORS),  # (general knowledge)
)
_CLOSE = Quorum(
    who=points(3000),  # privileges
    votes=3,  # closing
    alone=MODERATORS.roles,  # (general knowledge)
    own=False,
    lasts=14 * _DAY,  # closing
)
#: Paid and taken by the votes of a day, and bounded with edits: help.
_DAILY = frozenset(
    {
        PaidFor.QUESTION_UPVOTED,
        PaidFor.QUESTION_DOWNVOTED,
        PaidFor.ANSWER_UPVOTED,
        PaidFor.ANSWER_DOWNVOTED,
        PaidFor.EDIT_APPROVED,
    }
)

#: Stack Exchange as it is now. Sources, and what is left out: see the module.
STACK_EXCHANGE = Policy(
    name="stack-exchange",
    voting=Voting(question=_POSTS, answer=_POSTS, comment=_COMMENTS, heaviest=1),
    posting=Posting(
        question=_QUESTION,
        answer=_ANSWER,
        comment=_REMARK,
        title=Lengths(least=15, most=150),  # (general knowledge)
        tag=Lengths(least=1, most=35),  # (general knowledge)
        tags=Lengths(least=1, most=5),  # (general knowledge)
        name=OPEN.posting.name,
        accept=Accepting(who=AcceptWho.ASKER),  # help
        depth=1,  # schema: a comment has a post, and no other parent
    ),
    moderation=Moderation(
        close=_CLOSE,
        reopen=_CLOSE,
        # The reasons 101 to 105 of the schema; their names: (general knowledge).
        reasons=frozenset(
            {
                "duplicate",
                "community-specific",
                "needs details or clarity",
                "needs more focus",
                "opinion-based",
            }
        ),
        protect=points(15_000),  # privileges
        protected=points(10),  # protection
        lock=MODERATORS,  # (general knowledge), as all to the flags
        pin=MODERATORS,
        archive=MODERATORS,
        hide=MODERATORS,
        remove=MODERATORS,
        wiki=MODERATORS,
        arrange=MODERATORS,
        invalidate=Needs(roles=frozenset({"staff"})),
        people=MODERATORS,
        flags=Flagging(
            who=points(15),  # privileges
            settle=MODERATORS,  # (general knowledge)
            remove_at=6,  # help, deletion
        ),
        bounty=Bounties(
            who=points(75),  # privileges
            amount=Lengths(least=50, most=500),  # bounties, as all that follow
            step=50,
            answered_least=100,
            wait=2 * _DAY,
            at_once=1,
            lasts=7 * _DAY,
            grace=_DAY,
            auto_score=2,
            auto_percent=50,
        ),
        stops=Stops(  # (general knowledge)
            closed=frozenset({Act.ANSWER, Act.BOUNTY}), suspended=True
        ),
    ),
    reputation=Reputation(
        start=1,  # help
        pays=(
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=10),  # help
            Pay(rule=PaidFor.QUESTION_DOWNVOTED, author=-2),  # help
            Pay(rule=PaidFor.ANSWER_UPVOTED, author=10),  # help
            Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-2, actor=-1),  # help
            # Nothing for accepting one's own answer: (general knowledge).
            Pay(rule=PaidFor.ANSWER_ACCEPTED, author=15, actor=2),  # help
            Pay(rule=PaidFor.EDIT_APPROVED, author=2),  # help
            Pay(rule=PaidFor.BOUNTY_OFFERED, actor=-1, own=-1),  # help: all of it
            Pay(rule=PaidFor.BOUNTY_AWARDED, author=1),  # help: what is paid out
            Pay(rule=PaidFor.REMOVED_BY_FLAGS, author=-100, own=-100),  # help
        ),
        caps=(
            # 1,000 from edits, once for all: help.
            Cap(rules=frozenset({PaidFor.EDIT_APPROVED}), per=CapPer.EVER, high=1000),
            # 200 a day, by UTC; what is lost makes room again: help.
            Cap(rules=_DAILY, per=CapPer.DAY, high=200, mode=CapMode.NET),
        ),
        floor=1,  # help
        floor_mode=FloorMode.CLIP,  # (general knowledge)
        deleted_counts=False,  # (general knowledge)
        wiki_counts=False,  # help, wiki
    ),
    quotas=(
        # Ten for questions alone, which are used first; they are out of reach
        # while no more than five of the others are left: limits.
        Quota(
            name="votes on questions",
            limit=10,
            kinds=frozenset({PostKind.QUESTION}),
            then="votes",
            spare=6,
        ),
        Quota(
            name="votes",
            limit=30,  # limits
            kinds=frozenset({PostKind.QUESTION, PostKind.ANSWER}),
        ),
        Quota(
            name="votes on comments",
            limit=30,  # limits
            kinds=frozenset({PostKind.COMMENT}),
        ),
        Quota(name="flags", limit=10, acts=frozenset({Act.FLAG})),  # limits
        # (general knowledge)
        Quota(name="close votes", limit=24, acts=frozenset({Act.CLOSE})),
    ),
)

_OLD_CLOSE = evolve(_CLOSE, votes=5)  # closing

#: The same from 2010 to 2019: an upvote of a question is worth half, closing takes
#: five. Left out beside the rest: that a downvote of a question cost its caster a
#: point until 2011 (general knowledge), and the reasons for closing, which changed
#: several times in these years.
STACK_EXCHANGE_2010 = evolve(
    STACK_EXCHANGE,
    name="stack-exchange-2010",
    moderation=evolve(
        STACK_EXCHANGE.moderation,
        close=_OLD_CLOSE,
        reopen=_OLD_CLOSE,
        reasons=frozenset(),
    ),
    reputation=evolve(
        STACK_EXCHANGE.reputation,
        pays=(
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=5),  # 2010
            *STACK_EXCHANGE.reputation.pays[1:],
        ),
    ),
)
