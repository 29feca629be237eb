"""Decisions on what arranges anew: conversions, moves, merges and splits."""

from collections.abc import Iterable
from datetime import datetime

from . import rules
from ._bulk import changer
from ._checks import identifier
from ._fold_moves import linked, not_below, taken
from ._granting import Events, caused, not_locked, on
from ._index import Index, Node
from ._parts import assemble
from ._walks import preorder
from .content import Content
from .errors import CycleError, DuplicateIdError, PolicyViolation, ValidationError
from .facts import (
    EventId,
    PostConverted,
    PostMoved,
    PostsMovedIn,
    PostsMovedOut,
    ThreadClosed,
    ThreadSplitOff,
)
from .ids import PostId, ThreadId
from .policy import Policy
from .posts import Answer, Comment, Post, PostKind, Question, Stub
from .rules import Rule
from .status import Link, LinkKind, Status
from .thread import Thread, index_in, node_of
from .users import User


def convert(
    thread: Thread,
    post_id: PostId,
    under: PostId | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on making a comment of an answer, or an answer of a comment."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = thread[post_id]
    index = index_in(thread)
    if isinstance(post, Question):
        raise ValidationError(
            f"post {post_id!r} is the question: only answers and comments convert"
        )
    to = PostKind.COMMENT if isinstance(post, Answer) else PostKind.ANSWER
    if to is PostKind.COMMENT:
        parent_id = index.rest.root_id if under is None else identifier(under, "under")
        _outside(thread, post, parent_id)
    elif under is not None:
        if post.parent_id == under:
            return ()
        raise ValidationError(
            f"post {post_id!r} is a comment: use move to put it under {under!r}, or "
            "leave under out to make it an answer"
        )
    else:
        parent_id = index.rest.root_id
    _arrangeable(thread, post, by, common["at"], policy)
    if to is PostKind.COMMENT:
        _shallow(index, post, parent_id, policy)
    return (
        PostConverted(
            **common,
            **on(post),
            to=to,
            parent_id=parent_id,
            replaced_parent_id=post.parent_id,
        ),
    )


def move(
    thread: Thread,
    post_id: PostId,
    under: PostId,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on putting a comment, and all under it, under another post."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = thread[post_id]
    if not isinstance(post, Comment):
        raise ValidationError(
            f"post {post_id!r} is {'the' if post.parent_id is None else 'an'} "
            f"{post.kind}, and only comments move: use convert for an answer"
        )
    _outside(thread, post, identifier(under, "under"))
    if post.parent_id == under:
        return ()
    _arrangeable(thread, post, by, common["at"], policy)
    _shallow(index_in(thread), post, under, policy)
    return (
        PostMoved(
            **common,
            **on(post),
            parent_id=under,
            replaced_parent_id=post.parent_id,
        ),
    )


def _outside(thread: Thread, post: Post, parent_id: PostId) -> None:
    """Refuse a place that is not there, taken down, or under the post itself."""
    parent = node_of(thread, parent_id).post
    not_below(index_in(thread), post.id, parent_id)
    if not isinstance(parent, Stub) and post.parent_id != parent_id:
        rules.live_post(thread, parent_id)


def _arrangeable(
    thread: Thread, post: Post, by: User, at: datetime, policy: Policy
) -> None:
    rules.live_post(thread, post.id)
    not_locked(thread, by, at, policy, post)
    rules.require(policy.moderation.arrange, by, "arrange posts")


def _shallow(index: Index, post: Post, parent_id: PostId, policy: Policy) -> None:
    """Refuse comments under more comments than the policy wants."""
    most = policy.posting.depth
    if most is None:
        return
    # How many comments stand over one another, each counted; as for a new comment,
    # a stub is the end of what is known.
    start, here = 1, index.nodes[parent_id].post
    while isinstance(here, Comment):
        start += 1
        here = index.nodes[here.parent_id].post
    levels: dict[PostId, int] = {post.id: start}
    deepest = start
    for _, node in preorder(index.nodes, post.id):
        below = levels[node.post.id] + 1
        deepest = max(deepest, below - 1)
        for child_id in node.children:
            levels[child_id] = below
        for gap_id in node.gaps:
            levels[gap_id] = 0
    if deepest > most:
        raise PolicyViolation(
            Rule.NESTING,
            f"comments at and under {post.id!r} would stand up to {deepest} deep: "
            f"choose a place with room for that under {most}",
            most,
            deepest,
        )


# -- between threads -------------------------------------------------------------


def merge_threads(
    thread: Thread,
    other: Thread,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> tuple[Events, Events]:
    """Decide on taking over the replies of another thread, which is closed."""
    if not isinstance(other, Thread):
        raise ValidationError(f"other is of type {type(other).__name__}: give a Thread")
    here = rules.happening(thread, by, at, recorded_at, policy)
    there = rules.happening(other, by, at, recorded_at, policy)
    if thread.id == other.id:
        raise CycleError(f"thread {thread.id!r} cannot be merged with itself")
    closed = thread.status.closed
    if closed is not None and other.id in closed.duplicate_of:
        raise CycleError(
            f"thread {thread.id!r} is closed as a duplicate of {other.id!r}: merge "
            "the other way round, or reopen it"
        )
    source, root_id = index_in(other), index_in(thread).rest.root_id
    held = other.status.closed
    known = held is not None and held.duplicate_of == (thread.id,)
    tops = list(source.nodes[source.rest.root_id].children)
    if known and not tops:
        return (), ()
    rules.live_thread(thread)
    rules.not_archived(other)
    for each in (thread, other):
        not_locked(each, by, here["at"], policy)
    rules.require(policy.moderation.arrange, by, "merge threads")
    going = _subtrees(source, tops)
    _no_clash(thread, other, going)
    content = _content(other, going, top_id=None, root=Stub(id=root_id))
    arrival = [each.post for each in going if not isinstance(each.post, Stub)]
    came = PostsMovedIn(**here, from_id=other.id, content=content)
    went = PostsMovedOut(
        **there,
        cause=EventId(thread_id=thread.id, version=came.version),
        to_id=thread.id,
        posts=tuple(map(rules.ref, arrival)),
    )
    if known:
        return (came,), (went,)
    shut = ThreadClosed(
        **caused(there),
        by=there["by"],
        reason="duplicate",
        duplicate_of=(thread.id,),
        asker_id=rules.asker_of(other),
        replaced=held,
    )
    return (came,), (went, shut)


def split(
    thread: Thread,
    post_id: PostId,
    new_id: ThreadId,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> tuple[Events, Events]:
    """Decide on making a thread of its own of a post and all under it."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = thread[post_id]
    if isinstance(post, Question):
        raise ValidationError(
            f"post {post_id!r} is the question: only answers and comments split off"
        )
    if identifier(new_id, "new_id") == thread.id:
        raise DuplicateIdError(
            f"new_id is {new_id!r}, the thread's own: give another id"
        )
    _arrangeable(thread, post, by, common["at"], policy)
    source = index_in(thread)
    going = _subtrees(source, [post_id])
    went = PostsMovedOut(
        **common,
        to_id=new_id,
        posts=tuple(
            rules.ref(each.post) for each in going if not isinstance(each.post, Stub)
        ),
    )
    content = _content(thread, going, top_id=post_id, root=_as_question(post))
    began = ThreadSplitOff(
        thread_id=new_id,
        version=1,
        by=common["by"],
        at=common["at"],
        recorded_at=common["recorded_at"],
        cause=EventId(thread_id=thread.id, version=went.version),
        from_id=thread.id,
        content=_linked(content, thread.id, common["at"]),
    )
    return (went,), (began,)


def _subtrees(index: Index, tops: Iterable[PostId]) -> list[Node]:
    """Return what is at or under the given posts, parents first."""
    return [node for top in tops for _, node in preorder(index.nodes, top)]


def _no_clash(thread: Thread, other: Thread, going: list[Node]) -> None:
    nodes = index_in(thread).nodes
    gone = {node.post.id for node in going}
    for post_id in sorted(gone):
        if post_id in nodes:
            raise taken("post", post_id, thread.id)
    mine = {each.id for each in thread.suggestions}
    for suggestion in other.suggestions:
        if suggestion.post_id in gone and suggestion.id in mine:
            raise taken("suggestion", suggestion.id, thread.id)
    flagged = {each.id for each in thread.flags}
    for flag in other.flags:
        if flag.post_id in gone and flag.id in flagged:
            raise taken("flag", flag.id, thread.id)


def _content(
    thread: Thread, going: list[Node], top_id: PostId | None, root: Question | Stub
) -> Content:
    """Return posts with all that hangs on them, under another root."""
    index = index_in(thread)
    old_root = index.rest.root_id
    posts: dict[PostId, Post] = {}
    stubs: list[Stub] = [root] if isinstance(root, Stub) else []
    for node in going:
        part = node.post
        if isinstance(part, Stub):
            stubs.append(part)
        elif part.id == top_id and isinstance(root, Question):
            posts[part.id] = root
        elif isinstance(part, Answer):
            posts[part.id] = _answering(part, root.id)
        elif isinstance(part, Comment) and part.parent_id == old_root:
            posts[part.id] = _under(part, root.id)
        else:
            posts[part.id] = part
    gone = {node.post.id for node in going}
    rest = index.rest
    bare = assemble(
        kind=thread.kind,
        question=None,
        posts=[posts[each] for each in index.arrival if each in posts],
        stubs=stubs,
        votes=[vote for node in going for vote in node.votes.values()],
        reactions=[put for node in going for put in node.reactions.values()],
        tallies=[node.tally for node in going if node.tally is not None],
        users=(),
        accepted=(),
        status=Status(),
        revisions=[
            each for post_id in posts for each in rest.revisions.get(post_id, ())
        ],
        suggestions=[each for each in rest.suggestions if each.post_id in gone],
        bounties=(),
        flags=[each for each in rest.flags if each.post_id in gone],
        motions=(),
        links=[each for each in rest.links if each.post_id in gone],
        provenance=None,
    )
    faces = tuple(index.users[user.id] for user in bare.users)
    return _change_content(bare, users=faces)


def _answering(answer: Answer, question_id: PostId) -> Answer:
    return _change_answer(answer, question_id=question_id)


def _under(comment: Comment, parent_id: PostId) -> Comment:
    return _change_comment(comment, parent_id=parent_id)


def _as_question(post: Answer | Comment) -> Question:
    return Question(
        id=post.id,
        author_id=post.author_id,
        author_name=post.author_name,
        body=post.body,
        created_at=post.created_at,
        edited_at=post.edited_at,
        revision=post.revision,
        deleted=post.deleted,
        removed=post.removed,
        status=post.status,
        provenance=post.provenance,
    )


def _linked(content: Content, thread_id: ThreadId, at: datetime) -> Content:
    link = Link(kind=LinkKind.LINKED, target=thread_id, at=at)
    return _change_content(content, links=linked(content.links, link))


_change_content = changer(Content)
_change_answer = changer(Answer)
_change_comment = changer(Comment)
