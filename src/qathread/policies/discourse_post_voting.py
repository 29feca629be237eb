"""
What Discourse allows where its plugins for voting and for solutions are on.

Sources, by the keys of the comments below:

- voting: discourse/discourse-post-voting at bd0530e, ``config/settings.yml``,
  ``app/models``, ``app/controllers``, ``lib/post_voting``.
- site: discourse/discourse, ``config/site_settings.yml``.
- solved: discourse/discourse, ``plugins/discourse-solved``.

There is no reputation: what people may do depends on their trust level, which the
forum works out. Give it as roles, each level with those below it: somebody of
level 2 has ``trust_level_1`` and ``trust_level_2``.

Left out, for want of a field: at most ten comments on a post; a longer time for
editing (30 days) from level 2 on, and for more likes a day from level 2 on; the
number of characters that a small edit may change; how many reports hide a post,
which depends on who reports; a closed topic, which staff may still answer, and on
whose comments votes are taken; slow mode and timers; the limits of the first day.
"""

from attrs import evolve

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    Act,
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
    Quota,
    Stops,
    Voting,
    Window,
)
from ._roles import MODERATORS, NOBODY
from .open import OPEN

__all__ = ["DISCOURSE_POST_VOTING"]

_DAY = 86_400
_LEADERS = Needs(roles=MODERATORS.roles | {"trust_level_4"})
_MEMBERS = Needs(roles=MODERATORS.roles | {"trust_level_1"})

_POSTS = KindVoting(
    own=OwnVotes.FORBID,  # voting
    change=Window(seconds=600),  # voting: undoing and turning round
)
_TEXT = KindPosting(
    body=Lengths(least=20, most=32_000),  # site
    edit=_LEADERS,  # (general knowledge)
    edit_own=Window(seconds=_DAY),  # site: 1,440 minutes
    edit_wiki=_MEMBERS,  # site
    grace=300,  # site
    delete=Deleting(others=_LEADERS),  # (general knowledge)
)
_CLOSE = Quorum(who=_LEADERS, own=False)  # (general knowledge)

#: Sources, and what is left out: see the module.
DISCOURSE_POST_VOTING = Policy(
    name="discourse-post-voting",
    voting=Voting(
        question=_POSTS,
        answer=_POSTS,
        comment=KindVoting(
            directions=frozenset({Direction.UP}),  # voting
            own=OwnVotes.FORBID,  # voting
        ),
        heaviest=1,
    ),
    posting=Posting(
        question=evolve(
            _TEXT,
            delete=Deleting(own_answers=0, others=_LEADERS),  # (general knowledge)
        ),
        answer=_TEXT,
        comment=KindPosting(
            body=Lengths(least=20, most=600),  # site, voting
            edit=MODERATORS,  # voting
            edit_wiki=MODERATORS,
            delete=Deleting(others=MODERATORS),  # voting
        ),
        title=Lengths(least=15, most=255),  # site
        tag=Lengths(least=1, most=20),  # site
        tags=Lengths(most=5),  # site
        name=OPEN.posting.name,
        accept=Accepting(who=AcceptWho.ASKER, roles=_LEADERS.roles),  # solved
        depth=1,  # voting
    ),
    moderation=Moderation(
        close=_CLOSE,
        reopen=_CLOSE,
        protect=NOBODY,
        lock=MODERATORS,  # (general knowledge), as all to the flags
        pin=_LEADERS,
        archive=_LEADERS,
        hide=MODERATORS,
        remove=MODERATORS,
        wiki=_LEADERS,
        arrange=_LEADERS,
        invalidate=Needs(roles=frozenset({"admin"})),
        people=Needs(roles=frozenset({"admin"})),
        flags=Flagging(
            who=_MEMBERS,  # voting
            settle=MODERATORS,  # site
            own=False,  # voting
        ),
        bounty=None,
        stops=Stops(
            closed=frozenset({Act.ANSWER, Act.COMMENT, Act.VOTE}),  # voting
            suspended=True,  # (general knowledge)
        ),
    ),
    quotas=(  # site, all of them, for a day
        Quota(name="likes", limit=50, acts=frozenset({Act.REACT})),
        Quota(name="flags", limit=20, acts=frozenset({Act.FLAG})),
        Quota(name="edits", limit=30, acts=frozenset({Act.EDIT})),
        Quota(name="topics", limit=20, acts=frozenset({Act.ASK})),
    ),
)
