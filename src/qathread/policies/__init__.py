"""
Named policies, one module a platform, each a value of :class:`Policy`.

Where each value comes from is said beside it. :func:`explain` puts a policy into
words, :func:`diff` compares two, :func:`in_force` picks one from a schedule.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .open import OPEN

if TYPE_CHECKING:
    from ._diff import Difference, diff
    from ._explain import explain
    from ._schedule import in_force
    from .apache_answer import APACHE_ANSWER
    from .askbot import ASKBOT
    from .discourse_post_voting import DISCOURSE_POST_VOTING
    from .github import GITHUB
    from .lemmy import LEMMY
    from .lobsters import LOBSTERS
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

# Found on first use: a program needs one platform's rules, not eleven.
_HOMES = {
    "Difference": "_diff",
    "STACK_EXCHANGE_2010": "stack_exchange",
    "diff": "_diff",
    "explain": "_explain",
    "in_force": "_schedule",
}


def __getattr__(name: str) -> object:
    if name in __all__:
        home = import_module(f".{_HOMES.get(name, name.lower())}", __name__)
        return getattr(home, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
