"""
The part of the fold that arranges anew: moves, merges and splits.

Places among posts follow from the order of arrival, so moves look at all ids of
a thread once, and the merging of users at all its parts: these cost O(n) for n
posts. Posts that come in cost only themselves.
"""

from typing import TypeVar, assert_never

from ._bulk import changer
from ._draft import Draft, change_rest, misfit, place
from ._fold_people import merge_users
from ._index import Index, Node, Rest, index_of
from ._parts import reassemble
from ._persistent import Map, Vector
from ._walks import above, preorder
from .content import Content
from .errors import CycleError, DuplicateIdError, NotFoundError
from .facts import PostConverted, PostMoved, PostsMovedIn, PostsMovedOut, UsersMerged
from .feedback import Reaction, Vote
from .ids import PostId
from .posts import Answer, Comment, PostKind, Stub
from .revisions import Suggestion
from .status import Flag, Link, LinkKind, Status
from .users import User

K = TypeVar("K")
V = TypeVar("V")
P = TypeVar("P", bound=Suggestion | Flag)

_Arranging = PostConverted | PostMoved | PostsMovedIn | PostsMovedOut | UsersMerged

_change_vote = changer(Vote)
_change_reaction = changer(Reaction)
_NOTHING = Status()


def arrange(draft: Draft, event: _Arranging) -> None:
    """Let *event* happen to the draft, or raise and leave it as it is."""
    match event:
        case PostConverted():
            _convert(draft, event)
        case PostMoved():
            _move(draft, event)
        case PostsMovedIn():
            _come_in(draft, event)
        case PostsMovedOut():
            _go_out(draft, event)
        case UsersMerged():
            merge_users(draft, event)
        case _:
            assert_never(event)


def as_comment(answer: Answer, parent_id: PostId) -> Comment:
    """Return an answer as a comment under *parent_id*."""
    return Comment(
        id=answer.id,
        parent_id=parent_id,
        author_id=answer.author_id,
        author_name=answer.author_name,
        body=answer.body,
        created_at=answer.created_at,
        edited_at=answer.edited_at,
        revision=answer.revision,
        deleted=answer.deleted,
        removed=answer.removed,
        status=answer.status,
        provenance=answer.provenance,
    )


def as_answer(comment: Comment, question_id: PostId) -> Answer:
    """Return a comment as an answer to the question."""
    return Answer(
        id=comment.id,
        question_id=question_id,
        author_id=comment.author_id,
        author_name=comment.author_name,
        body=comment.body,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
        revision=comment.revision,
        deleted=comment.deleted,
        removed=comment.removed,
        status=comment.status,
        provenance=comment.provenance,
    )


def not_below(index: Index, post_id: PostId, parent_id: PostId) -> None:
    """Raise CycleError if *parent_id*, which must be there, is at or under a post."""
    parent = index.nodes[parent_id].post
    if parent_id == post_id or any(part.id == post_id for part in above(index, parent)):
        raise CycleError(
            f"post {parent_id!r} stands under {post_id!r}, which cannot go under "
            "it: choose a place outside"
        )


def linked(links: tuple[Link, ...], link: Link) -> tuple[Link, ...]:
    """Add a link to another thread unless there is one, in canonical order."""
    key = _link_key(link)
    if any(_link_key(each) == key for each in links):
        return links
    return tuple(sorted((*links, link), key=_link_key))


def _link_key(link: Link) -> tuple[str, str, str]:
    return link.kind, link.target, link.post_id or ""


# -- within one thread -----------------------------------------------------------


def _convert(draft: Draft, event: PostConverted) -> None:
    index = draft.settle()
    node = _node(index, event, event.post_id)
    post = node.post
    rest = index.rest
    after: Answer | Comment
    if isinstance(post, Answer) and event.to is PostKind.COMMENT:
        _node(index, event, event.parent_id)
        not_below(index, post.id, event.parent_id)
        after = as_comment(post, event.parent_id)
        if post.id in rest.accepted:
            kept = tuple(each for each in rest.accepted if each != post.id)
            rest = change_rest(rest, accepted=kept)
    elif isinstance(post, Comment) and event.to is PostKind.ANSWER:
        if event.parent_id != rest.root_id:
            raise misfit(event, f"an answer stands under {rest.root_id!r}")
        after = as_answer(post, rest.root_id)
    else:
        raise misfit(event, f"post {event.post_id!r} cannot become a {event.to}")
    answers, comments = set(index.answers), set(index.comments)
    gains, loses = (
        (answers, comments) if isinstance(after, Answer) else (comments, answers)
    )
    gains.add(after.id)
    loses.remove(after.id)
    draft.rebase(
        Index(
            _replanted(index, node, after),
            index.arrival,
            _in_order(index.arrival, answers),
            _in_order(index.arrival, comments),
            index.users,
            rest,
        )
    )


def _move(draft: Draft, event: PostMoved) -> None:
    index = draft.settle()
    node = _node(index, event, event.post_id)
    post = node.post
    if not isinstance(post, Comment):
        raise misfit(event, f"post {event.post_id!r} is not a comment")
    _node(index, event, event.parent_id)
    not_below(index, post.id, event.parent_id)
    after = changer(Comment)(post, parent_id=event.parent_id)
    draft.rebase(
        Index(
            _replanted(index, node, after),
            index.arrival,
            index.answers,
            index.comments,
            index.users,
            index.rest,
        )
    )


def _replanted(index: Index, node: Node, after: Answer | Comment) -> Map[PostId, Node]:
    """Return the nodes with one post, in its new form, where that stands."""
    before = node.post.parent_id
    nodes = index.nodes.set(
        after.id,
        Node(after, node.children, node.gaps, node.votes, node.reactions, node.tally),
    )
    if before == after.parent_id or before is None:
        return nodes
    old, new = nodes[before], nodes[after.parent_id]
    left = old.children.without(after.id)
    joined = _in_order(index.arrival, {*new.children, after.id})
    nodes = nodes.set(old.post.id, _with_children(old, left))
    return nodes.set(new.post.id, _with_children(new, joined))


def _with_children(node: Node, children: Vector[PostId]) -> Node:
    return Node(node.post, children, node.gaps, node.votes, node.reactions, node.tally)


def _in_order(arrival: Vector[PostId], wanted: set[PostId]) -> Vector[PostId]:
    return Vector.of([post_id for post_id in arrival if post_id in wanted])


def _node(index: Index, event: _Arranging, post_id: PostId) -> Node:
    node = index.nodes.get(post_id)
    if node is None:
        raise NotFoundError(
            f"{place(event)} is about post {post_id!r}, which the thread has not"
        )
    return node


# -- between threads -------------------------------------------------------------


def _come_in(draft: Draft, event: PostsMovedIn) -> None:
    content = reassemble(event.content)
    incoming = index_of(content)
    root_id = draft.rest.root_id
    _only_posts(draft, event, content, incoming)
    arriving = {
        post_id: node for post_id, node in incoming.nodes.items() if post_id != root_id
    }
    for post_id in sorted(arriving):
        if draft.find(post_id) is not None:
            raise taken("post", post_id, event.thread_id)
    rest, more = draft.rest, incoming.rest
    rest = change_rest(
        rest,
        stubs=tuple(
            sorted((*rest.stubs, *(each for each in more.stubs if each != root_id)))
        ),
        revisions=rest.revisions.update(dict(more.revisions.items())),
        suggestions=_joined("suggestion", rest.suggestions, more.suggestions, event),
        flags=_joined("flag", rest.flags, more.flags, event),
        links=linked(
            tuple(sorted((*rest.links, *more.links), key=_link_key)),
            _link(event.from_id, event),
        ),
    )
    root = draft.open(root_id, event)
    top = incoming.nodes[root_id]
    # Nothing raises from here on.
    root.added.extend(top.children)
    root.gaps = tuple(sorted((*root.gaps, *top.gaps)))
    draft.nodes.update(arriving)
    draft.arrival.extend(content.arrival)
    draft.answers.extend(incoming.answers)
    draft.comments.extend(incoming.comments)
    draft.rest = rest
    for user in content.users:
        known = draft.faces.get(user.id) or draft.index.users.get(user.id)
        if known is None or known == User(id=user.id):
            draft.meet(user)


def _only_posts(
    draft: Draft, event: PostsMovedIn, content: Content, incoming: Index
) -> None:
    """Refuse content that is more than posts and what hangs on them."""
    root_id = draft.rest.root_id
    if content.question is not None or incoming.rest.root_id != root_id:
        raise misfit(event, f"its posts do not stand under a stub {root_id!r}")
    root, more = incoming.nodes[root_id], incoming.rest
    hanging: tuple[Suggestion | Flag, ...] = (*more.suggestions, *more.flags)
    on_root = any(part.post_id == root_id for part in hanging)
    if root.votes or root.reactions or root.tally is not None or on_root:
        raise misfit(event, f"it says something about {root_id!r}, which did not move")
    of_thread = (
        more.accepted or more.bounties or more.motions or more.provenance is not None
    )
    if of_thread or more.status != _NOTHING:
        raise misfit(event, "it holds what belongs to a whole thread")


def _go_out(draft: Draft, event: PostsMovedOut) -> None:
    index = draft.settle()
    listed = {each.post_id for each in event.posts}
    for post_id in listed:
        node = _node(index, event, post_id)
        if isinstance(node.post, Stub) or post_id == index.rest.root_id:
            raise misfit(event, f"{post_id!r} is not a post that can go")
    going, parents = _subtrees(index, listed)
    if sum(1 for each in going if not isinstance(each.post, Stub)) != len(listed):
        raise misfit(event, "what stands under a post goes with it")
    gone = {each.post.id for each in going}
    kept = {
        parent_id: _with_children(
            index.nodes[parent_id],
            _without(index.nodes[parent_id].children, gone),
        )
        for parent_id in parents
    }
    draft.rebase(
        Index(
            index.nodes.update(kept, gone),
            _without(index.arrival, gone),
            _without(index.answers, gone),
            _without(index.comments, gone),
            index.users,
            _rest_without(index.rest, gone, _link(event.to_id, event)),
        )
    )


def _subtrees(
    index: Index, listed: set[PostId]
) -> tuple[list[Node], dict[PostId, None]]:
    """Return all nodes at or under the listed posts, and what these stand under."""
    going: list[Node] = []
    parents: dict[PostId, None] = {}
    top: int | None = None  # the depth of the listed post that we are under
    for depth, node in preorder(index.nodes, index.rest.root_id):
        if top is not None and depth <= top:
            top = None
        if top is None and node.post.id in listed:
            top = depth
            parents[node.post.parent_id or index.rest.root_id] = None
        if top is not None:
            going.append(node)
    return going, parents


def _rest_without(rest: Rest, gone: set[PostId], link: Link) -> Rest:
    known = [post_id for post_id in rest.revisions if post_id in gone]
    return change_rest(
        rest,
        stubs=tuple(each for each in rest.stubs if each not in gone),
        accepted=tuple(each for each in rest.accepted if each not in gone),
        revisions=rest.revisions.update({}, known),
        suggestions=tuple(
            each for each in rest.suggestions if each.post_id not in gone
        ),
        flags=tuple(each for each in rest.flags if each.post_id not in gone),
        links=linked(
            tuple(each for each in rest.links if each.post_id not in gone), link
        ),
    )


def _without(ids: Vector[PostId], gone: set[PostId]) -> Vector[PostId]:
    return Vector.of([post_id for post_id in ids if post_id not in gone])


def _link(thread_id: str, event: PostsMovedIn | PostsMovedOut) -> Link:
    return Link(kind=LinkKind.LINKED, target=thread_id, at=event.at)


def _joined(
    name: str, held: tuple[P, ...], more: tuple[P, ...], event: PostsMovedIn
) -> tuple[P, ...]:
    known = {each.id for each in held}
    for each in more:
        if each.id in known:
            raise taken(name, each.id, event.thread_id)
    return tuple(sorted((*held, *more), key=lambda each: each.id))


def taken(name: str, id: str, thread_id: str) -> DuplicateIdError:
    """Return the error for a part that would come to another one of its id."""
    return DuplicateIdError(
        f"thread {thread_id!r} has a {name} {id!r} already: change one of the ids "
        "before the two are joined"
    )
