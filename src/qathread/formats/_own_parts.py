"""
The parts of a thread beside the texts of its posts, as members of our own.

For formats that show the texts in their own way and have a place for everything else:
a header, or meta data. Left out are what belongs to others than the authors (ballots
and reactions by name, flags, votes to close) and whole further texts (earlier and
suggested wordings): those are the business of our own format.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from attrs import evolve

from ..content import ThreadKind
from ..errors import FormatError
from ..feedback import Tally
from ..posts import Answer, Comment, Post, Question, Stub
from ..provenance import Provenance
from ..status import Bounty, Link, Status
from ..thread import Thread, content_in
from ..users import User
from ._sparse import filled, sparse

__all__ = ["NOT_HELD", "Parts", "members_of", "post_members", "post_of"]

#: Codes of the parts that are left out, and so lost.
NOT_HELD: Final = frozenset(
    {
        "flags",
        "motions",
        "reactions",
        "revisions",
        "suggestions",
        "version",
        "votes",
    }
)
_KINDS: Final = {"question": Question, "answer": Answer, "comment": Comment}


class Parts:
    """
    What :func:`members_of` gave, as values again.

    Args:
        members: The members; all are taken.

    Raises:
        FormatError: If one is unknown or of another type.
    """

    def __init__(self, members: Mapping[str, object]) -> None:
        rest = dict(members)
        self.id = rest.pop("id", None)
        self.kind = rest.pop("kind", ThreadKind.QA.value)
        self.accepted = _texts(rest.pop("accepted", []), "accepted")
        self.stubs = _each(Stub, rest.pop("stubs", []), "stubs")
        self.tallies = _each(Tally, rest.pop("tallies", []), "tallies")
        self.users = _each(User, rest.pop("users", []), "users")
        self.bounties = _each(Bounty, rest.pop("bounties", []), "bounties")
        self.links = _each(Link, rest.pop("links", []), "links")
        self.status = _one(Status, rest.pop("status", {}), "status")
        origin = rest.pop("provenance", None)
        self.provenance = (
            None if origin is None else _one(Provenance, origin, "provenance")
        )
        if not isinstance(self.id, str) or not self.id:
            raise _unfit("id", "an id")
        if self.kind not in tuple(ThreadKind):
            raise _unfit("kind", "qa or discussion")
        for name in rest:
            raise FormatError("field", f"there is no member {name[:60]!r}")

    def thread(self, posts: Iterable[Post], tallies: Iterable[Tally] = ()) -> Thread:
        """
        Return the thread of them and *posts*.

        Raises:
            IntegrityError: If they do not fit together.
        """
        return Thread.from_parts(
            id=str(self.id),
            kind=str(self.kind),
            posts=posts,
            stubs=self.stubs,
            tallies=(*self.tallies, *tallies),
            users=self.users,
            accepted=self.accepted,
            status=self.status,
            bounties=self.bounties,
            links=self.links,
            provenance=self.provenance,
        )


def members_of(
    thread: Thread, *, extra: bool = True, tallies_of: Collection[str] | None = None
) -> dict[str, Any]:
    """
    Return what a thread holds beside its posts, as plain JSON values.

    Args:
        thread: The thread.
        extra: Whether ``provenance.extra`` is among it.
        tallies_of: Posts and stubs whose tallies are wanted; None: all.
    """
    content = content_in(thread)
    authors = {post.author_id for post in thread.posts}
    wanted = [
        tally
        for tally in content.tallies
        if tallies_of is None or tally.post_id in tallies_of
    ]
    # Whoever wrote a post and is known by an id alone is known without a record.
    users = [
        user for user in content.users if user.id not in authors or user != _bare(user)
    ]
    found: dict[str, Any] = {"id": thread.id, "kind": content.kind.value}
    for name, records in (
        ("stubs", content.stubs),
        ("tallies", wanted),
        ("users", users),
        ("bounties", content.bounties),
        ("links", content.links),
    ):
        if records:
            found[name] = [sparse(record) for record in records]
    if content.accepted:
        found["accepted"] = list(content.accepted)
    status = sparse(content.status)
    if status:
        found["status"] = status
    if content.provenance is not None:
        found["provenance"] = sparse(_bared(content.provenance, extra))
    return found


def post_members(post: Post, *without: str, extra: bool = True) -> dict[str, Any]:
    """Return what a post holds beside its text, as plain JSON values."""
    shown: Post = post
    if post.body.source:
        shown = evolve(post, body=evolve(post.body, source=""))
    if not extra and post.provenance is not None:
        shown = evolve(shown, provenance=_bared(post.provenance, extra))
    found = sparse(shown, *without)
    found["body"].pop("source")
    if not found["body"]:
        del found["body"]
    if isinstance(post, Answer):
        found.pop("question_id", None)  # it is the root of the thread
    return {"kind": post.kind.value, **found}


def post_of(members: Mapping[str, object], source: str, root_id: str) -> Post:
    """
    Return the post of which :func:`post_members` gave *members*.

    Raises:
        FormatError: If a member is unknown or of another type.
    """
    rest = dict(members)
    kind = rest.pop("kind", None)
    cls = _KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise _unfit("kind", "question, answer or comment")
    body = rest.pop("body", {})
    if not isinstance(body, dict) or "source" in body:
        raise _unfit("body", "an object without the text")
    rest["body"] = {**body, "source": source}
    if cls is Answer:
        rest["question_id"] = root_id
    post: Post = filled(cls, rest)
    return post


def _bare(user: User) -> User:
    return User(id=user.id)


def _bared(origin: Provenance, extra: bool) -> Provenance:
    return origin if extra or origin.extra is None else evolve(origin, extra=None)


def _one(cls: type[Any], value: object, name: str) -> Any:
    if not isinstance(value, dict):
        raise _unfit(name, "an object")
    try:
        return filled(cls, value)
    except FormatError as error:
        raise FormatError(
            error.code, error.message, None, None, f"/{name}{error.where or ''}"
        ) from None


def _each(cls: type[Any], value: object, name: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _unfit(name, "a list")
    return tuple(_one(cls, each, f"{name}/{at}") for at, each in enumerate(value))


def _texts(value: object, name: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise _unfit(name, "a list of ids")


def _unfit(name: str, wanted: str) -> FormatError:
    return FormatError("field", f"a member is not {wanted}", None, None, f"/{name}")
