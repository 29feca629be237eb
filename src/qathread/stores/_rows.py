"""What the steps of a store ask of a database, whatever it is spoken to with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from ..content import ThreadKind
from ..ids import PostId, ThreadId, UserId
from ._asking import Plan
from ._summaries import UNKNOWN, instant_of, status_of
from .queries import ThreadSummary

Columns: TypeAlias = Mapping[str, str | int | None]


class Head(NamedTuple):
    """
    What is known of a stored thread without reading its events.

    Attributes:
        first: The version that its log begins with.
        version: The latest one.
        tail_bytes: How long the events after the snapshot are.
        rewrites: How often the events were rewritten in place, as erasure does:
            what was folded from them before is void then.
        snapshot_version: The version of the snapshot, if there is one.
        snapshot_bytes: How long it is.
        kind: As all the following, what lists show; see ``_summaries.columns``.
    """

    first: int
    version: int
    tail_bytes: int
    rewrites: int
    snapshot_version: int | None
    snapshot_bytes: int | None
    kind: str
    title: str | None
    author_id: UserId | None
    created: int
    active: int
    score: int
    answers: int
    comments: int
    accepted: int
    flags: int

    def columns(self) -> dict[str, str | int | None]:
        """Return what lists show, as columns."""
        return dict(zip(SHOWN, self[6:], strict=True))


#: The columns of a thread that lists show, in the order of :class:`Head`.
SHOWN = Head._fields[6:]


class Listed(NamedTuple):
    """A thread as a list reads it; the fields are those of :class:`Head`."""

    id: ThreadId
    version: int
    kind: str
    title: str | None
    author_id: UserId | None
    created: int
    active: int
    score: int
    answers: int
    comments: int
    accepted: int
    flags: int

    def summary(self, tags: Iterable[str]) -> ThreadSummary:
        """Return the summary that the row and its tags make."""
        return ThreadSummary(
            id=self.id,
            version=self.version,
            kind=ThreadKind(self.kind),
            title=self.title,
            author_id=self.author_id,
            tags=tuple(sorted(tags)),
            created_at=instant_of(self.created),
            active_at=instant_of(self.active),
            score=None if self.score == UNKNOWN else self.score,
            answers=self.answers,
            comments=self.comments,
            accepted=bool(self.accepted),
            status=status_of(self.flags),
        )


class Operation(NamedTuple):
    """What took effect under an op id: the events after *after* up to *version*."""

    thread_id: ThreadId
    after: int
    version: int


class Rows(Protocol):
    """
    The rows of one open transaction.

    Each method is one statement, or a few. None of them decides anything: that is
    done once, in ``_keeping``, for all stores.
    """

    def head(self, thread_id: ThreadId, *, lock: bool) -> Head | None:
        """Return what is known of a thread; *lock* it against other writers."""
        ...

    def bodies(self, thread_id: ThreadId, after: int, version: int) -> list[bytes]:
        """Return the events after one version up to another, in order."""
        ...

    def snapshot(self, thread_id: ThreadId) -> bytes | None:
        """Return the snapshot of a thread."""
        ...

    def operation(self, op_id: str) -> Operation | None:
        """Return what took effect under an op id."""
        ...

    def claim(self, op_id: str, operation: Operation) -> bool:
        """Take an op id; False: it is taken. Waits for whoever is taking it."""
        ...

    def insert_thread(
        self,
        thread_id: ThreadId,
        first: int,
        version: int,
        tail_bytes: int,
        shown: Columns,
    ) -> bool:
        """Add a thread; False: somebody else just did."""
        ...

    def update_thread(
        self, thread_id: ThreadId, version: int, tail_bytes: int, changed: Columns
    ) -> None:
        """Change a thread whose row is locked."""
        ...

    def append(self, thread_id: ThreadId, after: int, bodies: Sequence[bytes]) -> None:
        """Add events, at positions above all that anybody can see."""
        ...

    def put_snapshot(self, thread_id: ThreadId, version: int, body: bytes) -> None:
        """Add or replace the snapshot of a thread."""
        ...

    def tags(self, thread_ids: Sequence[ThreadId]) -> list[tuple[ThreadId, str]]:
        """Return the tags of some threads."""
        ...

    def put_tags(
        self, thread_id: ThreadId, gone: Iterable[str], new: Iterable[str]
    ) -> None:
        """Change the tags of a thread."""
        ...

    def people(self, thread_id: ThreadId) -> list[UserId]:
        """Return everyone who appears in a thread."""
        ...

    def put_people(self, thread_id: ThreadId, new: Iterable[UserId]) -> None:
        """Note who appears in a thread; some may be noted already."""
        ...

    def drop_people(self, thread_id: ThreadId, gone: Iterable[UserId]) -> None:
        """Take back that somebody appears in a thread."""
        ...

    def words(self, thread_id: ThreadId) -> list[tuple[PostId, str]]:
        """Return the words by which the posts of a thread are found."""
        ...

    def put_words(
        self,
        thread_id: ThreadId,
        words: Mapping[PostId, str | None],
    ) -> None:
        """
        Change the words of posts; None: the post can no longer be found.

        *known*: whether the posts may have words already.
        """
        ...

    def find(self, plan: Plan) -> list[Listed]:
        """Return the threads of one page, in order."""
        ...

    def feed(self, after: int, limit: int) -> list[tuple[int, ThreadId, bytes]]:
        """Return events after a position: position, thread and body, in order."""
        ...

    def threads_of(
        self, user_id: UserId, after: ThreadId, limit: int
    ) -> list[ThreadId]:
        """Return threads in which somebody appears, by id, after one id."""
        ...

    def rewrite(self, thread_id: ThreadId, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Replace the events of some versions, and count the rewrite."""
        ...

    def erased(self, digests: Sequence[bytes]) -> list[tuple[bytes, str]]:
        """Return which of some people were erased, and in which ways."""
        ...

    def put_erased(self, digest: bytes, mode: str) -> None:
        """Note that somebody was erased in one way; it may be noted already."""
        ...

    def salt(self) -> bytes:
        """Return the random bytes that this store digests ids with."""
        ...
