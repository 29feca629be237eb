"""
What this forum allows, pays and shows: the one place where it is chosen.

The rules are those of Apache Answer, because its pages are like ours: replies to
comments to any depth, one accepted answer, five plain tabs. Four things differ.

- A new forum has nobody with points, so everybody votes up, and little is needed for
  the rest. With the preset's 125 points for a downvote nobody could vote down for
  months.
- Comments may be long: on the page that this forum rebuilds, the answer is one.
- What can be done in a day is bounded, as on Stack Exchange.
- There is no period in which edits of one person are joined: two open tabs would
  overwrite each other without a conflict.
"""

from bisect import bisect_right
from typing import Final

from attrs import evolve

from qathread.policies import APACHE_ANSWER, STACK_EXCHANGE
from qathread.policy import (
    Act,
    Flagging,
    Lengths,
    Needs,
    Policy,
    Quota,
    Window,
)
from qathread.ranking import Tab, tabs

_PRESET: Final = APACHE_ANSWER
_MODERATORS: Final = _PRESET.moderation.remove


def _from(points: int) -> Needs:
    """Return the need of so many points; moderators go without."""
    return Needs(reputation=points, roles=_MODERATORS.roles)


_votes = evolve(_PRESET.voting.question, up=Needs(), down=_from(10))
_posting = _PRESET.posting

#: The rules that every change is decided by.
POLICY: Final[Policy] = evolve(
    _PRESET,
    name="forum",
    voting=evolve(_PRESET.voting, question=_votes, answer=_votes),
    posting=evolve(
        _posting,
        question=evolve(_posting.question, edit=_from(200), edit_wiki=_from(50)),
        answer=evolve(_posting.answer, edit=_from(200), edit_wiki=_from(50)),
        comment=evolve(
            _posting.comment,
            body=Lengths(least=2, most=10_000),
            edit_own=Window(seconds=3600, while_last=True),
        ),
        tags=Lengths(most=5),
    ),
    moderation=evolve(
        _PRESET.moderation,
        lock=_MODERATORS,
        flags=Flagging(
            settle=_MODERATORS,
            own=False,
            reasons=frozenset({"spam", "rude", "not an answer", "other"}),
            hide_at=3,
        ),
    ),
    quotas=(
        *STACK_EXCHANGE.quotas,
        Quota(name="questions", limit=20, acts=frozenset({Act.ASK})),
    ),
)

#: The points from which each level is reached, the first one level 1. Beside a name
#: stands the level, as in ``Greg 3``.
LEVELS: Final = (1, 10, 30, 60, 100, 200, 500, 1000, 2500)


def level_of(reputation: int) -> int:
    """
    Return the level that so many points make.

    >>> level_of(1), level_of(29), level_of(30)
    (1, 2, 3)
    """
    return bisect_right(LEVELS, reputation)


#: The lists of questions, by name. "hot" is not among them: Apache Answer's counts how
#: often a question was seen, which this forum does not; :mod:`board.listing` has one.
LISTS: Final[dict[str, Tab]] = {
    name: tab for name, tab in tabs("apache-answer").items() if name != "hot"
}
#: The orders of answers, by name; the first one is the usual one.
ANSWERS: Final[dict[str, Tab]] = dict(tabs("apache-answer", "answers"))

#: Posts on one page of a thread, beside the question.
PAGE: Final = 50
#: How deep replies stand within each other; deeper ones say whom they answer.
NESTING: Final = 6
