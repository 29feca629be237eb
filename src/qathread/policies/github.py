"""
What GitHub Discussions allow.

Sources, by the keys of the comments below:

- api: docs.github.com, the GraphQL guide and reference for discussions.
- levels: github/gh-aw pull request 24031, on two levels of comments.

Most of it is not documented; what no key names is general knowledge. An answer is
what stands directly under a discussion whose category takes answers; a reply to it
is a comment. Roles are those of a repository.

Left out, for want of a field: that eight reactions exist and no others; that the
category says whether answers are accepted at all; limits by time, which are secret.
"""

from attrs import evolve

from ..feedback import Direction
from ..policy import (
    Accepting,
    AcceptWho,
    Deleting,
    Flagging,
    KindPosting,
    KindVoting,
    Lengths,
    Moderation,
    Needs,
    Policy,
    Posting,
    Quorum,
    Stops,
    Voting,
)
from ._roles import NOBODY
from .open import OPEN

__all__ = ["GITHUB"]

_MAINTAINERS = Needs(roles=frozenset({"write", "maintain", "admin"}))
_TRIAGE = Needs(roles=_MAINTAINERS.roles | {"triage"})

_VOTES = KindVoting(directions=frozenset({Direction.UP}))  # api
_TEXT = KindPosting(
    body=Lengths(least=1, most=65_536),
    edit=_MAINTAINERS,
    edit_wiki=NOBODY,
    delete=Deleting(others=_MAINTAINERS),
)

#: Sources, and what is left out: see the module. Where no source is named beside a
#: value, it is (general knowledge).
GITHUB = Policy(
    name="github",
    voting=Voting(question=_VOTES, answer=_VOTES, comment=_VOTES, heaviest=1),
    posting=Posting(
        question=evolve(_TEXT, body=Lengths(most=65_536)),
        answer=_TEXT,
        comment=_TEXT,
        title=Lengths(least=1, most=256),
        tag=OPEN.posting.tag,
        tags=OPEN.posting.tags,
        name=OPEN.posting.name,
        accept=Accepting(who=AcceptWho.ASKER, roles=_TRIAGE.roles),  # one: api
        depth=2,  # levels
    ),
    moderation=Moderation(
        close=Quorum(who=_TRIAGE),
        reopen=Quorum(who=_TRIAGE),
        reasons=frozenset({"resolved", "outdated", "duplicate"}),  # api
        protect=NOBODY,
        lock=_TRIAGE,
        pin=_MAINTAINERS,
        archive=NOBODY,
        hide=_TRIAGE,
        remove=_MAINTAINERS,
        wiki=NOBODY,
        arrange=_MAINTAINERS,
        invalidate=NOBODY,
        people=NOBODY,
        flags=Flagging(settle=_MAINTAINERS),
        bounty=None,
        stops=Stops(closed=frozenset(), suspended=True),  # (general knowledge)
    ),
)
