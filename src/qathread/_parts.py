"""Checks that the parts of a thread fit together, and their canonical order."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Protocol, TypeVar

from attrs import AttrsInstance

from ._bulk import changer
from ._index import root_of
from ._survey import people
from .bodies import Body
from .content import Content, ThreadKind
from .errors import (
    CycleError,
    DuplicateIdError,
    IntegrityError,
    MissingParentError,
    ValidationError,
)
from .feedback import UP, Reaction, Tally, Vote
from .ids import PostId, UserId
from .posts import Answer, Comment, Post, Question, Stub
from .provenance import Provenance
from .revisions import Revision, Suggestion
from .status import Bounty, Flag, Link, Motion, Status
from .users import User, face

T = TypeVar("T", bound=AttrsInstance)


class _OnPost(Protocol):
    @property
    def post_id(self) -> PostId: ...


def assemble(
    *,
    kind: str,
    question: Question | None,
    posts: Iterable[Post],
    stubs: Iterable[Stub],
    votes: Iterable[Vote],
    reactions: Iterable[Reaction],
    tallies: Iterable[Tally],
    users: Iterable[User] | Mapping[UserId, User],
    accepted: Iterable[PostId],
    status: Status,
    revisions: Iterable[Revision],
    suggestions: Iterable[Suggestion],
    bounties: Iterable[Bounty],
    flags: Iterable[Flag],
    motions: Iterable[Motion],
    links: Iterable[Link],
    provenance: Provenance | None,
) -> Content:
    """Return the canonical content, or raise what is wrong with the parts."""
    question, arrived = _posts(question, posts)
    known: dict[PostId, Post | Stub] = dict(arrived)
    stub_list = sorted(_checked(stubs, Stub), key=attrgetter("id"))
    for stub in stub_list:
        if stub.id in known:
            raise DuplicateIdError(
                f"stub {stub.id!r} has the id of another part: leave out the stub"
            )
        known[stub.id] = stub
    vote_list = sorted(_checked(votes, Vote), key=attrgetter("post_id", "voter_id"))
    reaction_list = sorted(
        _checked(reactions, Reaction), key=attrgetter("post_id", "user_id", "kind")
    )
    _distinct("vote", vote_list, "post_id", "voter_id")
    _distinct("reaction", reaction_list, "post_id", "user_id", "kind")
    tally_list = sorted(_checked(tallies, Tally), key=attrgetter("post_id"))
    _distinct("tally", tally_list, "post_id")
    _cover_ballots(tally_list, vote_list, reaction_list)
    suggestion_list = sorted(_checked(suggestions, Suggestion), key=attrgetter("id"))
    bounty_list = sorted(_checked(bounties, Bounty), key=attrgetter("id"))
    flag_list = sorted(_checked(flags, Flag), key=attrgetter("id"))
    motion_list = sorted(_checked(motions, Motion), key=attrgetter("kind", "by_id"))
    _distinct("motion", motion_list, "kind", "by_id")
    with_ids: tuple[tuple[str, Sequence[object]], ...] = (
        ("suggestion", suggestion_list),
        ("bounty", bounty_list),
        ("flag", flag_list),
    )
    for name, items in with_ids:
        _distinct(name, items, "id")
    on_posts: tuple[Sequence[_OnPost], ...] = (
        vote_list,
        reaction_list,
        tally_list,
        suggestion_list,
        flag_list,
    )
    for parts in on_posts:
        for part in parts:
            _exists(part.post_id, known, part)
    if not isinstance(status, Status):
        raise ValidationError("status is not a Status: give one")
    if not isinstance(provenance, Provenance | None):
        raise ValidationError("provenance is not a Provenance: give one or None")
    content = Content(
        kind=_kind(kind),
        question=question,
        answers=tuple(p for p in arrived.values() if isinstance(p, Answer)),
        comments=tuple(p for p in arrived.values() if isinstance(p, Comment)),
        arrival=tuple(arrived),
        stubs=tuple(stub_list),
        votes=tuple(vote_list),
        reactions=tuple(reaction_list),
        tallies=tuple(tally for tally in tally_list if tally.known),
        users=(),
        accepted=_accepted(accepted, known),
        status=status,
        revisions=_revisions(_checked(revisions, Revision), known),
        suggestions=tuple(suggestion_list),
        bounties=tuple(bounty_list),
        flags=tuple(flag_list),
        motions=tuple(motion_list),
        links=tuple(
            sorted(
                _checked(links, Link),
                key=lambda link: (link.kind, link.target, link.post_id or ""),
            )
        ),
        provenance=provenance,
    )
    check_tree(content)
    return _with_users(content, users)


def reassemble(content: Content) -> Content:
    """Check *content* that came from outside as if it came in parts."""
    by_id: dict[PostId, Post] = {}
    below: tuple[Post, ...] = (*content.answers, *content.comments)
    for post in below:
        if post.id in by_id:
            raise _twice(post.id)
        by_id[post.id] = post
    if content.question is not None:
        if content.question.id in by_id:
            raise _twice(content.question.id)
        by_id[content.question.id] = content.question
    if sorted(content.arrival) != sorted(by_id):
        raise IntegrityError("arrival does not list every post once: list them")
    return assemble(
        kind=content.kind,
        question=None,
        posts=map(by_id.__getitem__, content.arrival),
        stubs=content.stubs,
        votes=content.votes,
        reactions=content.reactions,
        tallies=content.tallies,
        users=content.users,
        accepted=content.accepted,
        status=content.status,
        revisions=content.revisions,
        suggestions=content.suggestions,
        bounties=content.bounties,
        flags=content.flags,
        motions=content.motions,
        links=content.links,
        provenance=content.provenance,
    )


def check_tree(content: Content) -> None:
    """Raise unless every part stands under another one, up to one root."""
    root = root_of(content)
    parents: dict[PostId, PostId] = {}
    for answer in content.answers:
        parents[answer.id] = answer.question_id
        if answer.question_id != root.id:
            known = answer.question_id in content.arrival
            error = IntegrityError if known else MissingParentError
            raise error(
                f"answer {answer.id!r} answers {answer.question_id!r}, but the "
                f"thread opens with {root.id!r}: give its own question's answers"
            )
    for comment in content.comments:
        parents[comment.id] = comment.parent_id
    for stub in content.stubs:
        if stub is not root:
            parents[stub.id] = root.id if stub.parent_id is None else stub.parent_id
    if isinstance(root, Stub) and root.parent_id is not None:
        raise CycleError(f"root {root.id!r} stands under another post")
    placed = {root.id}
    for post_id, parent_id in parents.items():
        if parent_id in placed:
            placed.add(post_id)
        else:
            _climb(post_id, parents, placed)


def _climb(
    start: PostId, parents: Mapping[PostId, PostId], placed: set[PostId]
) -> None:
    """Follow the parents of *start* to one that is placed, and place the way."""
    way: dict[PostId, None] = {}
    here = start
    while here not in placed:
        if here in way:
            circle = list(way)[list(way).index(here) :]
            raise CycleError(
                f"posts {circle[:5]!r} answer each other in a circle: cut one edge"
            )
        way[here] = None
        if here not in parents:
            child = next((key for key in reversed(way) if key != here), here)
            raise MissingParentError(
                f"post {child!r} stands under {here!r}, which is not there: "
                f"give it, or Stub(id={here!r})"
            )
        here = parents[here]
    placed.update(way)


def _kind(kind: str) -> ThreadKind:
    try:
        return ThreadKind(kind)
    except ValueError:
        raise ValidationError(
            f"thread kind is {kind!r}: give 'qa' or 'discussion'"
        ) from None


def _checked(items: Iterable[T], cls: type[T]) -> list[T]:
    found = list(items)
    for item in found:
        if type(item) is not cls:
            raise ValidationError(
                f"{cls.__name__} expected, not {type(item).__name__}: give values"
            )
    return found


def _posts(
    question: Question | None, posts: Iterable[Post]
) -> tuple[Question | None, dict[PostId, Post]]:
    arrived: dict[PostId, Post] = {}
    if question is not None and type(question) is not Question:
        raise ValidationError("question is not a Question: give one or None")
    for post in posts:
        if not isinstance(post, Question | Answer | Comment):
            raise ValidationError(
                f"a post is of type {type(post).__name__}: give a Question, "
                "an Answer or a Comment"
            )
        if isinstance(post, Question):
            if question is not None and post != question:
                raise IntegrityError(
                    f"{question.id!r} and {post.id!r} are both questions: "
                    "a thread has one"
                )
            question = post
        if post.id in arrived:
            raise _twice(post.id)
        arrived[post.id] = post
    if question is not None and question is not arrived.get(question.id):
        if question.id in arrived:
            raise _twice(question.id)
        arrived = {question.id: question, **arrived}
    return question, arrived


def _twice(post_id: PostId) -> DuplicateIdError:
    return DuplicateIdError(
        f"two posts have the id {post_id!r}: drop one, or merge the two with "
        "trees.merge"
    )


def _distinct(name: str, items: Iterable[object], *fields: str) -> None:
    key = attrgetter(*fields)
    last: object = None
    for item in items:
        this = key(item)
        if this == last:
            raise DuplicateIdError(f"two parts are {name} {this!r}: give one")
        last = this


def _exists(post_id: PostId, known: Mapping[PostId, Post | Stub], part: object) -> None:
    if post_id not in known:
        raise IntegrityError(
            f"a {type(part).__name__.lower()} is for post {post_id!r}, which is not "
            f"there: give it, or Stub(id={post_id!r})"
        )


def _cover_ballots(
    tallies: Iterable[Tally], votes: Iterable[Vote], reactions: Iterable[Reaction]
) -> None:
    ups: dict[PostId, int] = {}
    downs: dict[PostId, int] = {}
    for vote in votes:
        sums = ups if vote.direction is UP else downs
        sums[vote.post_id] = sums.get(vote.post_id, 0) + vote.weight
    kinds: dict[tuple[PostId, str], int] = {}
    for reaction in reactions:
        key = (reaction.post_id, reaction.kind)
        kinds[key] = kinds.get(key, 0) + 1
    entries: dict[PostId, dict[str, int]] = {}
    complete: set[PostId] = set()
    for tally in tallies:
        post_id = tally.post_id
        for name, total, cast in (
            ("up", tally.up, ups.get(post_id, 0)),
            ("down", tally.down, downs.get(post_id, 0)),
        ):
            if total is not None and total < cast:
                raise _uncovered(post_id, name, total, cast)
        entries[post_id] = dict(tally.reactions)
        if tally.complete:
            complete.add(post_id)
    for (post_id, kind), put in kinds.items():
        least = 0 if post_id in complete else put
        total = entries.get(post_id, {}).get(kind, least)
        if total < put:
            raise _uncovered(post_id, kind, total, put)


def _uncovered(post_id: PostId, name: str, total: int, cast: int) -> IntegrityError:
    return IntegrityError(
        f"the tally of post {post_id!r} counts {name} {total}, but {cast} are known "
        "by name: give the total with them, or None"
    )


def _accepted(
    accepted: Iterable[PostId], known: Mapping[PostId, Post | Stub]
) -> tuple[PostId, ...]:
    found = tuple(accepted)
    if len(set(found)) != len(found):
        raise DuplicateIdError("an answer is accepted twice: name it once")
    for post_id in found:
        if not isinstance(known.get(post_id), Answer):
            raise IntegrityError(
                f"accepted {post_id!r} is not an answer of this thread: leave it out"
            )
    return found


def _revisions(
    revisions: list[Revision], known: Mapping[PostId, Post | Stub]
) -> tuple[Revision, ...]:
    ordered = sorted(revisions, key=attrgetter("post_id", "number"))
    by_post: dict[PostId, list[Revision]] = {}
    for revision in ordered:
        _exists(revision.post_id, known, revision)
        by_post.setdefault(revision.post_id, []).append(revision)
    for post_id, wordings in by_post.items():
        post = known[post_id]
        if isinstance(post, Stub):
            raise IntegrityError(f"stub {post_id!r} has revisions: leave them out")
        numbers = [wording.number for wording in wordings]
        first = numbers[0]
        up_to_date = numbers[-1] == post.revision
        wanted = list(range(first, post.revision + up_to_date))
        if numbers != wanted:
            raise IntegrityError(
                f"post {post_id!r} is at revision {post.revision} and its known "
                f"wordings are {numbers[:20]}: number them without gaps"
            )
        if up_to_date and not _same_wording(wordings[-1].body, post.body):
            raise IntegrityError(
                f"revision {post.revision} of post {post_id!r} is not its body: "
                "give the current wording the highest number"
            )
    return tuple(ordered)


def _same_wording(one: Body, other: Body) -> bool:
    """
    Whether two bodies can be one wording.

    A source may show a text as it was typed and as it was rendered: what is written
    in another way cannot be compared.
    """
    return one == other or one.media_type != other.media_type


def _with_users(
    content: Content, users: Iterable[User] | Mapping[UserId, User]
) -> Content:
    """Add a face for everyone who appears."""
    given = users.values() if isinstance(users, Mapping) else users
    faces: dict[UserId, User] = {}
    for user in _checked(given, User):
        public = face(user)
        if faces.setdefault(user.id, public) != public:
            raise DuplicateIdError(
                f"two users have the id {user.id!r}: give each person one"
            )
    for user_id in people(content):
        if user_id not in faces:
            faces[user_id] = User(id=user_id)
    ordered = tuple(faces[user_id] for user_id in sorted(faces))
    return _replace_users(content, users=ordered)


_replace_users = changer(Content)
