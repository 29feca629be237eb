"""The aggregate: one question with everything that hangs on it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn, cast

from attrs.exceptions import FrozenInstanceError

from . import _display
from ._checks import at_least, identifier
from ._index import Index, Node, content_of, index_of
from ._parts import assemble
from ._persistent import EMPTY_VECTOR, Vector
from ._survey import newest
from ._views import Faces, PostsView
from .content import Content, ThreadKind
from .errors import NotFoundError
from .facts import Event, Imported
from .feedback import Reaction, Tally, Vote
from .ids import PostId, ThreadId, UserId
from .posts import Answer, Comment, Post, Question, Stub
from .provenance import Provenance
from .revisions import Revision, Suggestion
from .status import Bounty, Flag, Link, Motion, Status
from .users import User

__all__ = ["Thread"]

_NO_STATUS = Status()


class Thread:
    """
    A question with its answers, comments, votes and reactions, immutable.

    Verbs (:mod:`qathread.posting`, :mod:`qathread.voting`) return the next
    thread and share nearly everything with the one before. A thread is always
    true, and not iterable: ``thread.posts`` is. Get one from
    :func:`qathread.read`, :func:`qathread.posting.ask` or :meth:`from_parts`.

    Equality looks at id, version and content, not at :attr:`pending` and
    :attr:`base_version`: of two equal threads one may be saved and the other
    not, so never hand back one for the other. The hash is that of id and version.

    Attributes:
        id: Unique among the threads of one store.
        version: How many events it went through, from 1 up.
        base_version: The version last loaded or saved; None: never stored.
        kind: Question and answers, or a discussion.
    """

    __slots__ = (
        "_content",
        "_events",
        "_index",
        "_origin",
        "base_version",
        "id",
        "kind",
        "version",
    )

    id: ThreadId
    version: int
    base_version: int | None
    kind: ThreadKind
    # A thread holds its content, its index, or both: each is made from the
    # other when it is first wanted. The origin is the content that was imported
    # and not yet saved; the events came after it.
    _content: Content | None
    _index: Index | None
    _origin: Content | None
    _events: Vector[Event]

    def __init__(self) -> None:
        raise TypeError("use Thread.from_parts, posting.ask or qathread.read")

    @classmethod
    def from_parts(
        cls,
        *,
        id: ThreadId,
        kind: str = ThreadKind.QA,
        question: Question | None = None,
        posts: Iterable[Post] = (),
        stubs: Iterable[Stub] = (),
        votes: Iterable[Vote] = (),
        reactions: Iterable[Reaction] = (),
        tallies: Iterable[Tally] = (),
        users: Iterable[User] | Mapping[UserId, User] = (),
        accepted: Iterable[PostId] = (),
        status: Status = _NO_STATUS,
        revisions: Iterable[Revision] = (),
        suggestions: Iterable[Suggestion] = (),
        bounties: Iterable[Bounty] = (),
        flags: Iterable[Flag] = (),
        motions: Iterable[Motion] = (),
        links: Iterable[Link] = (),
        provenance: Provenance | None = None,
        version: int = 1,
    ) -> "Thread":
        """
        Make an imported thread, every invariant checked.

        It has one pending event, ``Imported``, which stands at *version*.

        Args:
            id: The thread's id.
            kind: ``"qa"`` or ``"discussion"``.
            question: The root; else one of *posts* or a stub must be it.
            posts: Answers and comments in order of arrival, parents or
                children first; the question may be among them.
            stubs: What stands for posts that are not at hand.
            votes: Known ballots, at most one per voter and post.
            reactions: Known reactions, at most one per user, post and kind.
            tallies: Totals with the known ballots in them. A post without one
                has unknown counts.
            users: People; whoever appears without a record gets a bare one.
            accepted: Ids of accepted answers.
            status: Marks on the thread.
            revisions: Known wordings, without gaps up to the current one.
            suggestions: Proposed wordings.
            bounties: Promised points.
            flags: Reports.
            motions: Votes to close or reopen that are not yet decided.
            links: References to other threads.
            provenance: Where it came from.
            version: The version it is at.

        Returns:
            A thread that was never stored.

        Raises:
            ValidationError: If a value has the wrong type or range.
            IntegrityError: If the parts do not fit together: CycleError,
                MissingParentError, DuplicateIdError or their base.
        """
        content = assemble(
            kind=kind,
            question=question,
            posts=posts,
            stubs=stubs,
            votes=votes,
            reactions=reactions,
            tallies=tallies,
            users=users,
            accepted=accepted,
            status=status,
            revisions=revisions,
            suggestions=suggestions,
            bounties=bounties,
            flags=flags,
            motions=motions,
            links=links,
            provenance=provenance,
        )
        at_least(1, version, "Thread.version")
        return imported(identifier(id, "Thread.id"), version, content)

    # -- posts -------------------------------------------------------------------

    @property
    def root(self) -> Question | Stub:
        """What opens the thread: its question, or the stub in its place."""
        index = index_in(self)
        return cast("Question | Stub", index.nodes[index.rest.root_id].post)

    @property
    def question(self) -> Question:
        """The question; NotFoundError if only a stub stands for it."""
        root = self.root
        if isinstance(root, Stub):
            raise NotFoundError(
                f"the question of thread {self.id!r} is not at hand, only stub "
                f"{root.id!r}: use thread.root"
            )
        return root

    @property
    def posts(self) -> Sequence[Post]:
        """All posts, deleted ones included, in order of arrival."""
        index = index_in(self)
        return PostsView(index.nodes, index.arrival)

    @property
    def answers(self) -> Sequence[Answer]:
        """The answers in order of arrival."""
        index = index_in(self)
        return PostsView(index.nodes, index.answers)

    @property
    def comments(self) -> Sequence[Comment]:
        """The comments on any post in order of arrival."""
        index = index_in(self)
        return PostsView(index.nodes, index.comments)

    @property
    def stubs(self) -> tuple[Stub, ...]:
        """What stands for posts that are not at hand, by id."""
        index = index_in(self)
        nodes = index.nodes
        return tuple(cast("Stub", nodes[stub_id].post) for stub_id in index.rest.stubs)

    def replies(self, post_id: PostId) -> Sequence[Post]:
        """Answers and comments directly under a post, in order of arrival."""
        return PostsView(index_in(self).nodes, node_of(self, post_id).children)

    def __getitem__(self, post_id: PostId) -> Post:
        post = node_of(self, post_id).post
        if isinstance(post, Stub):
            raise NotFoundError(
                f"post {post_id!r} of thread {self.id!r} is not at hand, only a stub"
            )
        return post

    def __contains__(self, post_id: object) -> bool:
        node = index_in(self).nodes.get(cast("PostId", post_id))
        return node is not None and not isinstance(node.post, Stub)

    def __len__(self) -> int:
        if self._index is not None:
            return len(self._index.arrival)
        return len(content_in(self).arrival)

    def __bool__(self) -> bool:
        return True

    __iter__ = None

    def author(self, post_id: PostId) -> User:
        """The face of whoever wrote a post."""
        return index_in(self).users[self[post_id].author_id]

    # -- feedback ----------------------------------------------------------------

    def tally(self, post_id: PostId) -> Tally:
        """What is known of the feedback on a post, ballots included."""
        return node_of(self, post_id).tally or Tally(post_id=post_id)

    def score(self, post_id: PostId) -> int | None:
        """Ups minus downs; None if that is not known."""
        tally = node_of(self, post_id).tally
        return None if tally is None else tally.score

    def reactions(self, post_id: PostId) -> Mapping[str, int]:
        """Known counts of reactions by kind; a kind may be unknown instead."""
        tally = node_of(self, post_id).tally
        return MappingProxyType({} if tally is None else dict(tally.reactions))

    def vote(self, post_id: PostId, user_id: UserId) -> Vote | None:
        """The standing vote of a user on a post."""
        return node_of(self, post_id).votes.get(user_id)

    def reaction(self, post_id: PostId, user_id: UserId, kind: str) -> Reaction | None:
        """The standing reaction of one kind of a user on a post."""
        return node_of(self, post_id).reactions.get((user_id, kind))

    @property
    def votes(self) -> tuple[Vote, ...]:
        """All standing votes known by name, by post and voter."""
        return content_in(self).votes

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """All tallies that say anything, by post."""
        return content_in(self).tallies

    # -- the thread as a whole ---------------------------------------------------

    @property
    def users(self) -> Mapping[UserId, User]:
        """The public face of everyone who appears, by id."""
        return Faces(index_in(self).users)

    @property
    def accepted(self) -> tuple[PostId, ...]:
        """Ids of accepted answers that are neither deleted nor removed."""
        index = index_in(self)
        nodes = index.nodes
        return tuple(
            answer_id
            for answer_id in index.rest.accepted
            if cast("Answer", nodes[answer_id].post).stands
        )

    @property
    def status(self) -> Status:
        """The marks on the thread."""
        return index_in(self).rest.status

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """The known wordings by post and number; none for a post never changed."""
        return content_in(self).revisions

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Proposed wordings that nobody has decided on, by id."""
        return index_in(self).rest.suggestions

    @property
    def bounties(self) -> tuple[Bounty, ...]:
        """Points promised for answers, by id."""
        return index_in(self).rest.bounties

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Reports of posts, by id."""
        return index_in(self).rest.flags

    @property
    def motions(self) -> tuple[Motion, ...]:
        """Votes to close or reopen that are not yet decided, by kind and person."""
        return index_in(self).rest.motions

    @property
    def links(self) -> tuple[Link, ...]:
        """References to other threads."""
        return index_in(self).rest.links

    @property
    def provenance(self) -> Provenance | None:
        """Where the thread came from; None for one made here."""
        return index_in(self).rest.provenance

    @property
    def content(self) -> Content:
        """Everything but id and version, as plain arrays in canonical order."""
        return content_in(self)

    @property
    def pending(self) -> tuple[Event, ...]:
        """The events since it was loaded or saved, oldest first."""
        events = tuple(self._events)
        if self._origin is None:
            return events
        return (origin_event(self), *events)

    # -- sameness ----------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Thread):
            return NotImplemented
        if (self.id, self.version) != (other.id, other.version):
            return False
        if self._index is not None and self._index is other._index:
            return True
        mine, theirs = content_in(self), content_in(other)
        return mine is theirs or mine == theirs

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    def __copy__(self) -> "Thread":
        return self

    def __deepcopy__(self, memo: object) -> "Thread":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        state = (
            self.id,
            self.version,
            self.base_version,
            content_in(self),
            self._origin,
            tuple(self._events),
        )
        return restored, state

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError

    def __repr__(self) -> str:
        return _display.line(self)

    def _repr_html_(self) -> str:
        return _display.page(self)


# -- for the other modules of the core -------------------------------------------


def made(
    id: ThreadId,
    version: int,
    base_version: int | None,
    kind: ThreadKind,
    content: Content | None,
    index: Index | None,
    origin: Content | None,
    events: Vector[Event],
) -> Thread:
    """Build a thread from its insides, unchecked."""
    thread = object.__new__(Thread)
    put = object.__setattr__
    put(thread, "id", id)
    put(thread, "version", version)
    put(thread, "base_version", base_version)
    put(thread, "kind", kind)
    put(thread, "_content", content)
    put(thread, "_index", index)
    put(thread, "_origin", origin)
    put(thread, "_events", events)
    return thread


def imported(id: ThreadId, version: int, content: Content) -> Thread:
    """Build a thread that came from outside, with its Imported pending."""
    return made(id, version, None, content.kind, content, None, content, EMPTY_VECTOR)


def stored(thread: Thread) -> Thread:
    """Return *thread* as a store gives it back: nothing pending."""
    return made(
        thread.id,
        thread.version,
        thread.version,
        thread.kind,
        thread._content,
        thread._index,
        None,
        EMPTY_VECTOR,
    )


def restored(
    id: ThreadId,
    version: int,
    base_version: int | None,
    content: Content,
    origin: Content | None,
    events: tuple[Event, ...],
) -> Thread:
    """Build a thread again from what pickle kept."""
    held = Vector.of(events)
    return made(id, version, base_version, content.kind, content, None, origin, held)


def origin_event(thread: Thread) -> Imported:
    """Return the Imported that stands before the pending events."""
    content = cast("Content", thread._origin)
    at = newest(content)
    version = thread.version - len(thread._events)
    return Imported(
        thread_id=thread.id, version=version, at=at, recorded_at=at, content=content
    )


def index_in(thread: Thread) -> Index:
    """Return the thread by id, arranging it at the first call."""
    index = thread._index
    if index is None:
        index = index_of(cast("Content", thread._content))
        object.__setattr__(thread, "_index", index)
    return index


def content_in(thread: Thread) -> Content:
    """Return the thread as arrays, writing them at the first call."""
    content = thread._content
    if content is None:
        content = content_of(cast("Index", thread._index), thread.kind)
        object.__setattr__(thread, "_content", content)
    return content


def node_of(thread: Thread, post_id: PostId) -> Node:
    """Return the node of a post or stub, or say that there is none."""
    node = index_in(thread).nodes.get(post_id)
    if node is None:
        raise NotFoundError(f"thread {thread.id!r} has no post {post_id!r}")
    return node
