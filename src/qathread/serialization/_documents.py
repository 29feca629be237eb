"""Which classes have a document form, and under which names."""

import re
from typing import Final, get_args

from attrs import AttrsInstance

from .. import facts
from ..badges import Award, BadgeRule
from ..bodies import Body
from ..content import Content
from ..feedback import Reaction, Tally, Vote
from ..limits import Limits
from ..losses import Loss, LossReport
from ..notices import Follow, Notice
from ..policies import Difference
from ..policy import Policy, Usage
from ..posts import Answer, Comment, Question, Stub
from ..provenance import Provenance
from ..revisions import Revision, Suggestion
from ..status import (
    Bounty,
    Closed,
    Flag,
    Link,
    Locked,
    Mark,
    Motion,
    PostStatus,
    Status,
)
from ..users import User

#: The version of the format that this release writes.
FORMAT_VERSION: Final = 1

THREAD: Final = "thread"
EVENT: Final = "event"


def snake(name: str) -> str:
    """Return a class name as a document says it: ``VoteCast`` is ``vote_cast``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_VALUES: tuple[type[AttrsInstance], ...] = (
    Answer,
    Award,
    BadgeRule,
    Body,
    Bounty,
    Closed,
    Comment,
    Content,
    Difference,
    Flag,
    Follow,
    Limits,
    Link,
    Locked,
    Loss,
    LossReport,
    Mark,
    Motion,
    Notice,
    Policy,
    PostStatus,
    Provenance,
    Question,
    Reaction,
    Revision,
    Status,
    Stub,
    Suggestion,
    Tally,
    Usage,
    User,
    Vote,
)

#: The ``type`` of a document of a value, by class, and the other way round.
TYPE_OF: Final[dict[type, str]] = {cls: snake(cls.__name__) for cls in _VALUES}
VALUE_OF: Final[dict[str, type]] = {name: cls for cls, name in TYPE_OF.items()}

#: The ``event`` of a document of an event, by class, and the other way round.
EVENT_OF: Final[dict[type, str]] = {
    cls: snake(cls.__name__)
    for cls in (*get_args(facts.Event), *get_args(facts.AccountEvent))
}
CLASS_OF_EVENT: Final[dict[str, type]] = {name: cls for cls, name in EVENT_OF.items()}
