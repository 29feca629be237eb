"""Q&A threads as immutable, typed values."""

from importlib import import_module
from typing import TYPE_CHECKING

from . import errors, events, policies, posting, rules, voting
from .bodies import Body
from .content import Content, ThreadKind
from .errors import QathreadError
from .feedback import DOWN, UP, Direction, Reaction, Tally, Vote
from .limits import Limits
from .policy import Policy, Usage
from .posts import Answer, Comment, Post, PostKind, Question, Stub
from .provenance import Provenance, TimePrecision
from .revisions import Revision, RevisionKind, Suggestion
from .status import (
    Bounty,
    Closed,
    Flag,
    FlagState,
    Link,
    LinkKind,
    Locked,
    LockLevel,
    Mark,
    Motion,
    MotionKind,
    PostStatus,
    Status,
)
from .thread import Thread
from .users import User, UserKind

if TYPE_CHECKING:
    from . import (
        badges,
        erasure,
        formats,
        frames,
        history,
        metrics,
        moderation,
        notices,
        preferences,
        ranking,
        reputation,
        serialization,
        stores,
        trees,
    )
    from .formats import read, write
    from .serialization import from_dict, from_json, to_dict, to_json

__version__ = "0.1.0"

__all__ = [
    "DOWN",
    "UP",
    "Answer",
    "Body",
    "Bounty",
    "Closed",
    "Comment",
    "Content",
    "Direction",
    "Flag",
    "FlagState",
    "Limits",
    "Link",
    "LinkKind",
    "LockLevel",
    "Locked",
    "Mark",
    "Motion",
    "MotionKind",
    "Policy",
    "Post",
    "PostKind",
    "PostStatus",
    "Provenance",
    "QathreadError",
    "Question",
    "Reaction",
    "Revision",
    "RevisionKind",
    "Status",
    "Stub",
    "Suggestion",
    "Tally",
    "Thread",
    "ThreadKind",
    "TimePrecision",
    "Usage",
    "User",
    "UserKind",
    "Vote",
    "badges",
    "erasure",
    "errors",
    "events",
    "formats",
    "frames",
    "from_dict",
    "from_json",
    "history",
    "metrics",
    "moderation",
    "notices",
    "policies",
    "posting",
    "preferences",
    "ranking",
    "read",
    "reputation",
    "rules",
    "serialization",
    "stores",
    "to_dict",
    "to_json",
    "trees",
    "voting",
    "write",
]

# Found on first use, so that importing the package loads its core alone. What needs an
# extra is not in __all__: importing every name must work without.
_MODULES = (
    "badges",
    "charts",
    "erasure",
    "formats",
    "frames",
    "graphs",
    "history",
    "html",
    "http",
    "metrics",
    "moderation",
    "notices",
    "preferences",
    "ranking",
    "reputation",
    "schema",
    "serialization",
    "stores",
    "trees",
)
_FUNCTIONS = {
    "from_dict": "serialization",
    "from_json": "serialization",
    "read": "formats",
    "to_dict": "serialization",
    "to_json": "serialization",
    "write": "formats",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _FUNCTIONS:
        return getattr(import_module(f".{_FUNCTIONS[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
