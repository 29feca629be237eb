"""
A thread being changed: it opens only the nodes that a change touches.

One event or a million go through the same draft; what was opened is written
back once, at the end, so a batch costs little more than its events and a single
event never more than the path to its node.
"""

from collections.abc import Mapping
from typing import TypeVar, assert_never, cast

from ._bulk import changer, maker
from ._index import Index, Node, Rest, UserAndKind
from ._persistent import EMPTY_MAP, EMPTY_VECTOR, Map, Vector
from .errors import DuplicateIdError, IntegrityError, NotFoundError
from .facts import Event, Imported, QuestionAsked, ThreadSplitOff
from .feedback import UP, Direction, Reaction, Tally, Vote
from .ids import PostId, UserId
from .limits import MAX_INTEGER
from .posts import Answer, Comment, Post, Question
from .thread import Thread, made
from .users import User, face

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

make_tally = maker(Tally)
change_tally = changer(Tally)
change_rest = changer(Rest)
_change_question = changer(Question)
_change_answer = changer(Answer)
_change_comment = changer(Comment)


class OpenNode:
    """A node with the changes made to it so far."""

    __slots__ = (
        "added",
        "down",
        "gaps",
        "kinds",
        "node",
        "post",
        "reactions",
        "up",
        "votes",
    )

    def __init__(self, node: Node) -> None:
        self.node = node
        self.post = node.post
        self.added: list[PostId] = []
        self.gaps = node.gaps
        # The changes alone; a None takes the entry away.
        self.votes: dict[UserId, Vote | None] | None = None
        self.reactions: dict[UserAndKind, Reaction | None] | None = None
        self.up = 0
        self.down = 0
        self.kinds: dict[str, int] | None = None

    def vote_of(self, user_id: UserId) -> Vote | None:
        """The standing vote of a user."""
        if self.votes is not None and user_id in self.votes:
            return self.votes[user_id]
        return self.node.votes.get(user_id)

    def set_vote(self, user_id: UserId, old: Vote | None, new: Vote | None) -> None:
        """Put *new* in the place of *old*."""
        if self.votes is None:
            self.votes = {}
        self.votes[user_id] = new
        if old is not None:
            self.count(old.direction, -old.weight)
        if new is not None:
            self.count(new.direction, new.weight)

    def count(self, direction: Direction, amount: int) -> None:
        """Add to the tally on one side."""
        if direction is UP:
            self.up += amount
        else:
            self.down += amount

    def reaction_of(self, key: UserAndKind) -> Reaction | None:
        """The standing reaction of a user."""
        if self.reactions is not None and key in self.reactions:
            return self.reactions[key]
        return self.node.reactions.get(key)

    def set_reaction(self, key: UserAndKind, new: Reaction | None) -> None:
        """Put *new* in the place of what stood there."""
        if self.reactions is None:
            self.reactions = {}
        self.reactions[key] = new
        self.count_kind(key[1], -1 if new is None else 1)

    def count_kind(self, kind: str, amount: int) -> None:
        """Add to the tally of one kind of reaction."""
        if self.kinds is None:
            self.kinds = {}
        self.kinds[kind] = self.kinds.get(kind, 0) + amount

    def close(self) -> Node:
        """Return the node as it is after all changes."""
        node = self.node
        children = node.children
        if self.added:
            children = (
                children.append(self.added[0])
                if len(self.added) == 1
                else children.extend(self.added)
            )
        return Node(
            self.post,
            children,
            self.gaps,
            node.votes if self.votes is None else _written(node.votes, self.votes),
            node.reactions
            if self.reactions is None
            else _written(node.reactions, self.reactions),
            self._tally(),
        )

    def _tally(self) -> Tally | None:
        tally = self.node.tally
        if tally is None or not (self.up or self.down or self.kinds):
            return tally
        up = None if tally.up is None else tally.up + self.up
        down = None if tally.down is None else tally.down + self.down
        score = None if tally.score is None else tally.score + self.up - self.down
        if (up or 0) > MAX_INTEGER or (down or 0) > MAX_INTEGER:
            raise IntegrityError(
                f"the tally of post {tally.post_id!r} passes 64 bits: "
                "give votes less weight"
            )
        if self.kinds is None:
            return change_tally(tally, up=up, down=down, score=score)
        counts = dict(tally.reactions)
        for kind, amount in self.kinds.items():
            if tally.complete or kind in counts:
                counts[kind] = counts.get(kind, 0) + amount
        if tally.complete:
            counts = {kind: count for kind, count in counts.items() if count}
        reactions = tuple(sorted(counts.items()))
        return change_tally(tally, up=up, down=down, score=score, reactions=reactions)


def _written(held: Map[K, V], changes: Mapping[K, V | None]) -> Map[K, V]:
    if len(changes) == 1:
        ((key, value),) = changes.items()
        return held.discard(key) if value is None else held.set(key, value)
    kept = {key: value for key, value in changes.items() if value is not None}
    return held.update(kept, [key for key, value in changes.items() if value is None])


class Draft:
    """A thread between two versions; :meth:`freeze` gives the later one."""

    __slots__ = (
        "answers",
        "arrival",
        "comments",
        "events",
        "faces",
        "index",
        "nodes",
        "origin",
        "rest",
        "thread",
        "version",
    )

    def __init__(self, thread: Thread | None, index: Index, version: int) -> None:
        self.thread = thread
        self.index = index
        self.version = version
        self.rest = index.rest
        self.nodes: dict[PostId, OpenNode | Node] = {}
        self.arrival: list[PostId] = []
        self.answers: list[PostId] = []
        self.comments: list[PostId] = []
        self.faces: dict[UserId, User] = {}
        self.events: list[Event] = []

    # -- reading -----------------------------------------------------------------

    def find(self, post_id: PostId) -> Node | OpenNode | None:
        """Return a node to look at."""
        return self.nodes.get(post_id) or self.index.nodes.get(post_id)

    def open(self, post_id: PostId, event: Event) -> OpenNode:
        """Return a node to change."""
        found = self.nodes.get(post_id)
        if type(found) is OpenNode:
            return found
        node = found or self.index.nodes.get(post_id)
        if node is None:
            raise NotFoundError(
                f"{place(event)} is about post {post_id!r}, which the thread has not"
            )
        opened = self.nodes[post_id] = OpenNode(cast("Node", node))
        return opened

    # -- writing -----------------------------------------------------------------

    def add(self, post: Post, event: Event) -> None:
        """Put a new post under its parent, counts at an exact zero."""
        if self.find(post.id) is not None:
            raise DuplicateIdError(
                f"{place(event)} makes post {post.id!r}, which is there already: "
                "give the new post another id"
            )
        zero = make_tally(post.id, 0, 0, 0, (), True, True)
        self.nodes[post.id] = Node(post, EMPTY_VECTOR, (), EMPTY_MAP, EMPTY_MAP, zero)
        self.arrival.append(post.id)
        if isinstance(post, Comment):
            self.comments.append(post.id)
            self.open(post.parent_id, event).added.append(post.id)
        elif isinstance(post, Answer):
            self.answers.append(post.id)
            if post.question_id != self.rest.root_id:
                raise IntegrityError(
                    f"{place(event)} answers {post.question_id!r}, but the thread "
                    f"opens with {self.rest.root_id!r}"
                )
            self.open(post.question_id, event).added.append(post.id)
        self.meet_id(post.author_id)

    def meet(self, user: User) -> None:
        """Keep the face of somebody who did something, as it is now."""
        known = self.faces.get(user.id) or self.index.users.get(user.id)
        if known is not user and known != user:
            self.faces[user.id] = face(user)

    def meet_id(self, user_id: UserId) -> None:
        """Keep a bare face of somebody of whom nothing else is known."""
        if user_id not in self.faces and user_id not in self.index.users:
            self.faces[user_id] = User(id=user_id)

    def settle(self) -> Index:
        """
        Write what was opened back and return the whole index, to work on at once.

        The draft stands for the same thread as before; :meth:`rebase` changes it.
        """
        self.rebase(self._result())
        return self.index

    def rebase(self, index: Index) -> None:
        """Go on from another index, in which all changes so far are."""
        self.index, self.rest = index, index.rest
        self.nodes, self.faces = {}, {}
        self.arrival, self.answers, self.comments = [], [], []

    def _result(self) -> Index:
        index = self.index
        opened = {
            post_id: node.close() if type(node) is OpenNode else cast("Node", node)
            for post_id, node in self.nodes.items()
        }
        return Index(
            _written(index.nodes, opened) if opened else index.nodes,
            _longer(index.arrival, self.arrival),
            _longer(index.answers, self.answers),
            _longer(index.comments, self.comments),
            _written(index.users, self.faces) if self.faces else index.users,
            self.rest,
        )

    def freeze(self) -> Thread:
        """Return the thread after all events."""
        after, thread = self._result(), self.thread
        if thread is None:
            first = cast("QuestionAsked | Imported | ThreadSplitOff", self.events[0])
            kind = (
                first.kind if isinstance(first, QuestionAsked) else first.content.kind
            )
            held = Vector.of(self.events)
            id = first.thread_id
            return made(id, self.version, None, kind, None, after, None, held)
        return made(
            thread.id,
            self.version,
            thread.base_version,
            thread.kind,
            None,
            after,
            thread._origin,
            _longer(thread._events, self.events),
        )


def changed_post(post: Post, **changes: object) -> Post:
    """Copy a post with some fields changed, unchecked."""
    match post:
        case Question():
            return _change_question(post, **changes)
        case Answer():
            return _change_answer(post, **changes)
        case Comment():
            return _change_comment(post, **changes)
        case _:
            assert_never(post)


def place(event: Event) -> str:
    """Name an event in a message."""
    return f"event {event.version} of thread {event.thread_id!r}"


def misfit(event: Event, why: str) -> IntegrityError:
    """Return the error for an event that finds the thread in another state."""
    return IntegrityError(
        f"{place(event)} ({type(event).__name__}) does not fit: {why}; "
        "apply the events of one history in order"
    )


def _longer(held: Vector[T], added: list[T]) -> Vector[T]:
    if not added:
        return held
    return held.append(added[0]) if len(added) == 1 else held.extend(added)
