"""
What stands in the stream of one user: events as they are, and plain orders.

Most threads never lose a post. Their events go into the streams of those whose
points they can move, as they are. A thread in which posts vanish, move or change
hands is kept in a book (:mod:`qathread._ledger_book`), which writes orders.
"""

from datetime import UTC, datetime
from typing import Final, TypeAlias, get_args

from .facts import (
    AccountEvent,
    AccountsMerged,
    AnswerAccepted,
    AnswerPosted,
    BountyOffered,
    CloseVoteCast,
    CommentPosted,
    EditApproved,
    Event,
    Imported,
    PostDeleted,
    PostEdited,
    PostFlagged,
    PostRef,
    PostRolledBack,
    QuestionAsked,
    ReactionAdded,
    ThreadClosed,
    UsersMerged,
    VoteCast,
    VoteRetracted,
    VotesInvalidated,
)
from .policy import Act, PaidFor
from .posts import PostKind

AnyEvent: TypeAlias = Event | AccountEvent
EVENTS: Final = frozenset((*get_args(Event), *get_args(AccountEvent)))
#: Before all instants: the time of what has none.
NEVER: Final = datetime.min.replace(tzinfo=UTC)

#: The place of an event in the merged log: time, thread, version.
Turn: TypeAlias = tuple[datetime, str, int]
#: The place of a grant: as that of its event, and which of its grants.
Order: TypeAlias = tuple[datetime, str, int, int]
#: Names a grant within an account: thread, post and voter of a vote; thread and
#: post of an acceptance; else thread, version and which grant of that event.
Key: TypeAlias = tuple[str, str | int, str | int | None]


class Opened:
    """An order to open a grant."""

    __slots__ = (
        "cause",
        "event",
        "home",
        "key",
        "nominal",
        "order",
        "rule",
        "turn",
        "units",
        "when",
    )

    def __init__(
        self,
        key: Key,
        rule: PaidFor,
        nominal: int,
        units: int,
        when: datetime,
        order: Order,
        home: tuple[str, str],
        event: AnyEvent,
        cause: AnyEvent,
        turn: Turn,
    ) -> None:
        self.key, self.rule, self.nominal, self.units = key, rule, nominal, units
        self.when, self.order, self.home = when, order, home
        self.event = event  # what it is paid for
        self.cause, self.turn = cause, turn  # what opened it now


class Closed:
    """An order to close a grant."""

    __slots__ = ("cause", "key", "turn")

    def __init__(self, key: Key, cause: AnyEvent, turn: Turn) -> None:
        self.key, self.cause, self.turn = key, cause, turn


class Acted:
    """Something that a user did in a thread that is kept in a book."""

    __slots__ = ("cause", "name", "turn")

    def __init__(self, cause: AnyEvent, name: str, turn: Turn) -> None:
        self.cause, self.turn = cause, turn
        self.name = name  # the user's as the event has it


class Seen:
    """That a thread concerns a user whom it has paid nothing so far."""

    __slots__ = ("cause", "turn")

    def __init__(self, cause: AnyEvent, turn: Turn) -> None:
        self.cause, self.turn = cause, turn


ORDERS: Final = (Opened, Closed, Acted, Seen)
Item: TypeAlias = AnyEvent | Opened | Closed | Acted | Seen


def cause_of(item: Item) -> AnyEvent:
    """The event that put an item into a stream."""
    return item.cause if isinstance(item, ORDERS) else item


def turn_of(item: Item) -> Turn:
    """The place of that event in the merged log."""
    if isinstance(item, ORDERS):
        return item.turn
    # Events whose clock went back are not in streams as they are.
    return (item.at or NEVER, item.thread_id or "", item.version)


def known_from(event: AnyEvent) -> datetime | None:
    """When an event became known."""
    return event.at if event.recorded_at is None else event.recorded_at


def place(event: AnyEvent) -> str:
    """The name of an event in messages."""
    if event.thread_id is None:
        return f"account event {event.version}"
    return f"event {event.version} of thread {event.thread_id!r}"


def names_of(event: AnyEvent) -> set[str]:
    """The ids of all people whose points or votes an event can touch."""
    names = {event.by.id} if event.by is not None else set[str]()
    if isinstance(event, Imported):
        content = event.content
        names.update(answer.author_id for answer in content.answers)
        names.update(comment.author_id for comment in content.comments)
        if content.question is not None:
            names.add(content.question.author_id)
        names.update(vote.voter_id for vote in content.votes)
        return names
    author_id = getattr(event, "author_id", None)  # of a fact about one post
    if isinstance(author_id, str):
        names.add(author_id)
    match event:
        case QuestionAsked():
            names.add(event.question.author_id)
        case AnswerPosted():
            names.add(event.answer.author_id)
        case CommentPosted():
            names.add(event.comment.author_id)
        case AnswerAccepted() if event.asker_id is not None:
            names.add(event.asker_id)
        case EditApproved():
            names.add(event.suggestion.editor_id)
        case VotesInvalidated():
            names.update(vote.voter_id for vote in event.replaced)
        case UsersMerged():
            names.update(vote.voter_id for vote in event.dropped)
        case _ if event.thread_id is None and not isinstance(event, AccountsMerged):
            names.add(event.user_id)
        case _:
            post = getattr(event, "post", None)  # of a mark on a thread or a post
            if isinstance(post, PostRef):
                names.add(post.author_id)
    return names


def act_of(event: AnyEvent) -> tuple[Act, PostKind] | None:
    """What the person in ``by`` did, as quotas count it."""
    match event:
        case VoteCast():
            return Act.VOTE, event.post_kind
        case ReactionAdded():
            return Act.REACT, event.post_kind
        case QuestionAsked():
            return Act.ASK, PostKind.QUESTION
        case AnswerPosted():
            return Act.ANSWER, PostKind.ANSWER
        case CommentPosted():
            return Act.COMMENT, PostKind.COMMENT
        case PostEdited() | PostRolledBack():
            return Act.EDIT, event.post_kind
        case AnswerAccepted():
            return Act.ACCEPT, event.post_kind
        case PostDeleted():
            return Act.DELETE, event.post_kind
        case PostFlagged():
            return Act.FLAG, event.post_kind
        case CloseVoteCast() | ThreadClosed():
            return Act.CLOSE, PostKind.QUESTION
        case BountyOffered():
            return Act.BOUNTY, PostKind.QUESTION
        case _:
            return None


#: Events that quotas look at: acts, and what takes votes back.
ACTS: Final = frozenset(
    (
        AnswerAccepted,
        AnswerPosted,
        BountyOffered,
        CloseVoteCast,
        CommentPosted,
        PostDeleted,
        PostEdited,
        PostFlagged,
        PostRolledBack,
        QuestionAsked,
        ReactionAdded,
        ThreadClosed,
        VoteCast,
        VoteRetracted,
    )
)
