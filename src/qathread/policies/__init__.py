"""
Named policies, one module a platform, each a value of :class:`Policy`.

Where each value comes from is said beside it. :func:`explain` puts a policy into
words, :func:`diff` compares two, :func:`in_force` picks one from a schedule.
"""

from ._diff import Difference, diff
from ._explain import explain
from ._schedule import in_force
from .apache_answer import APACHE_ANSWER
from .askbot import ASKBOT
from .discourse_post_voting import DISCOURSE_POST_VOTING
from .github import GITHUB
from .lemmy import LEMMY
from .lobsters import LOBSTERS
from .open import OPEN
from .question2answer import QUESTION2ANSWER
from .reddit import REDDIT
from .stack_exchange import STACK_EXCHANGE, STACK_EXCHANGE_2010

__all__ = [
    "APACHE_ANSWER",
    "ASKBOT",
    "DISCOURSE_POST_VOTING",
    "GITHUB",
    "LEMMY",
    "LOBSTERS",
    "OPEN",
    "QUESTION2ANSWER",
    "REDDIT",
    "STACK_EXCHANGE",
    "STACK_EXCHANGE_2010",
    "Difference",
    "diff",
    "explain",
    "in_force",
]
