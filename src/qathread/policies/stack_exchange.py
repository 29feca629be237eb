"""What Stack Exchange sites allow: voting, accepting and lengths for now."""

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    KindPosting,
    KindVoting,
    Lengths,
    Needs,
    Policy,
    Posting,
    Voting,
)
from .open import OPEN

__all__ = ["STACK_EXCHANGE"]

_UP = Needs(reputation=15, roles=frozenset({"moderator"}))
_DOWN = Needs(reputation=125, roles=frozenset({"moderator"}))
_POSTS = KindVoting(up=_UP, down=_DOWN, own=False)

#: Sources: privileges (vote up 15, vote down 125), meta.stackexchange.com
#: 160292; nobody votes on what they wrote (general knowledge); comments take
#: upvotes only and hold at most 600 characters, meta.stackexchange.com 2677 and
#: 164900; the asker alone accepts, one answer, their own too,
#: stackapps.com/help/whats-reputation. Titles of 15 to 150 characters, bodies of
#: 30 to 30,000, comments from 15, 1 to 5 tags of at most 35 characters are
#: general knowledge: sites can differ.
STACK_EXCHANGE = Policy(
    name="stack-exchange",
    voting=Voting(
        question=_POSTS,
        answer=_POSTS,
        comment=KindVoting(
            directions=frozenset({Direction.UP}), up=_UP, down=_DOWN, own=False
        ),
        heaviest=1,
    ),
    posting=Posting(
        question=KindPosting(body=Lengths(least=30, most=30_000)),
        answer=KindPosting(body=Lengths(least=30, most=30_000)),
        comment=KindPosting(body=Lengths(least=15, most=600)),
        title=Lengths(least=15, most=150),
        tag=Lengths(least=1, most=35),
        tags=Lengths(least=1, most=5),
        name=OPEN.posting.name,
        accept=Accepting(who=AcceptWho.ASKER),
    ),
)
