"""What a dump cannot hold of a thread: found by comparing it with what is read back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from attrs import evolve

from ...content import Content, ThreadKind
from ...ids import UserId
from ...posts import Post, Question, Stub
from ...status import Status
from ...thread import Thread, content_in
from ...users import User
from .._features import FEATURES, lose, report_losses
from .._report import Collector
from ._ids import Ids

__all__ = ["TARGET", "compare"]

TARGET: Final = "a dump of Reddit"
#: Parts that a line holds, at least now and then: these are compared.
_COMPARED: Final = frozenset(
    {
        "author-names",
        "comments-on-answers",
        "created",
        "deleted",
        "deleted-text",
        "edited",
        "estimates",
        "fractions",
        "kind",
        "links",
        "mark-details",
        "marks",
        "media-types",
        "nesting",
        "order",
        "post-ids",
        "provenance",
        "root-missing",
        "scores",
        "stubs",
        "tags",
        "thread-id",
        "title",
        "user-ids",
        "user-kinds",
        "user-names",
        "users",
        "views",
    }
)
_ON_POSTS: Final = ("locked", "hidden", "wiki", "pending")
_ON_THREADS: Final = (
    "locked",
    "protected",
    "pinned",
    "archived",
    "hidden",
    "wiki",
    "pending",
)


def compare(thread: Thread, again: Thread, ids: Ids, report: Collector) -> None:
    """
    Report what *thread* has and *again* has not.

    Args:
        thread: What was written.
        again: What a reading makes of it.
        ids: Which post became which.
        report: Counts it, or refuses the first.

    Raises:
        LossError: If strict.
    """
    report_losses(thread, report, target=TARGET, held=_COMPARED)
    content, other = content_in(thread), content_in(again)
    found = Counter(_whole(thread, again, content, other, ids))
    people: dict[UserId, UserId] = {}
    for post in thread.posts:
        twin = again[ids.posts[post.id]]
        found.update(_post(post, twin))
        if thread.tally(post.id).exact and thread.score(post.id) is not None:
            found["estimates"] += 1
        people[post.author_id] = twin.author_id
    found.update(_people(thread, again, people))
    for code in sorted(code for code, count in found.items() if count):
        if code in FEATURES:
            lose(report, code, TARGET, thread.id, count=found[code])
        else:
            _lose(report, code, thread.id, found[code])


def _lose(report: Collector, code: str, where: str, count: int) -> None:
    lose(report, code, TARGET, where, count=count)


def _whole(
    thread: Thread, again: Thread, content: Content, other: Content, ids: Ids
) -> Iterator[str]:
    if ids.thread != thread.id:
        yield "thread-id"
    if thread.kind != ThreadKind.DISCUSSION:
        yield "kind"
    if thread.provenance != again.provenance:
        yield "provenance"
    order = [ids.posts[post_id] for post_id in content.arrival]
    if order != list(other.arrival):
        yield "order"
    yield from _status(content.status, other.status)
    stubs = {ids.posts.get(s.id, s.id): _renamed(s, ids) for s in content.stubs}
    for stub in other.stubs:
        if stubs.get(stub.id) == stub:
            del stubs[stub.id]
    yield from ("stubs" for _ in stubs)
    links = Counter(
        evolve(link, post_id=ids.posts.get(link.post_id or "", link.post_id))
        for link in content.links
    )
    links.subtract(other.links)
    yield from ("links" for count in links.values() for _ in range(abs(count)))


def _renamed(stub: Stub, ids: Ids) -> Stub:
    above = stub.parent_id
    return evolve(
        stub,
        id=ids.posts.get(stub.id, stub.id),
        parent_id=None if above is None else ids.posts.get(above, above),
    )


def _status(one: Status, other: Status) -> Iterator[str]:
    for name in _ON_THREADS:
        yield from _mark(getattr(one, name), getattr(other, name), "marks")


def _mark(one: object, other: object, code: str) -> Iterator[str]:
    if (one is None) != (other is None):
        yield code
    elif one != other:
        yield "mark-details"


def _post(post: Post, twin: Post) -> Iterator[str]:
    if post.id != twin.id:
        yield "post-ids"
    if post.author_name != twin.author_name:
        yield "author-names"
    if post.body.media_type != twin.body.media_type:
        yield "media-types"
    for one, other in (
        (post.created_at, twin.created_at),
        (post.edited_at, twin.edited_at),
    ):
        if one != other:
            yield "fractions" if _near(one, other) else "created"
    if post.stands != twin.stands:
        yield "deleted"
    elif (post.deleted is None, post.removed is None) != (
        twin.deleted is None,
        twin.removed is None,
    ):
        yield "deleted-or-removed"
    else:
        yield from _mark(post.deleted, twin.deleted, "deleted")
        yield from _mark(post.removed, twin.removed, "deleted")
    for name in _ON_POSTS:
        own, its = getattr(post.status, name), getattr(twin.status, name)
        yield from _mark(own, its, "marks")
    if post.provenance != twin.provenance:
        yield "provenance"
    if isinstance(post, Question) and isinstance(twin, Question):
        if post.title != twin.title:
            yield "title"
        if post.tags != twin.tags:
            yield "tags"
        if post.views != twin.views:
            yield "views"


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs((one - other).days) <= 1


def _people(
    thread: Thread, again: Thread, people: Mapping[UserId, UserId]
) -> Iterator[str]:
    faces = {user.id: user for user in content_in(again).users}
    authors: dict[UserId, UserId] = {}
    for user in content_in(thread).users:
        if user.id not in people:
            if user.id not in faces:
                yield "users"
            continue
        twin = faces[people[user.id]]
        yield from _face(user, twin)
        if authors.setdefault(twin.id, user.id) != user.id:
            yield "users-merged"


def _face(user: User, twin: User) -> Iterator[str]:
    if user.id != twin.id:
        yield "user-ids"
    if user.name != twin.name:
        yield "user-names"
    if user.kind != twin.kind:
        yield "user-kinds"
