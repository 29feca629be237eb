"""What JSON-LD of schema.org has no place for."""

from typing import Final

from ...content import ThreadKind
from ...posts import Post
from ...provenance import Provenance, TimePrecision
from ...status import Mark
from ...thread import Thread, content_in
from .._features import FEATURES, lose, report_losses
from .._report import Collector
from ._own import named
from ._words import PLATFORM, is_iri

__all__ = ["TARGET", "report_page", "total", "url_of"]

TARGET: Final = "schema.org"
#: Parts that are never held.
_LOST: Final = frozenset(
    {
        "votes",
        "reactions",
        "deleted-text",
        "revisions",
        "suggestions",
        "flags",
        "motions",
    }
)
_HELD: Final = frozenset(FEATURES) - _LOST


def report_page(thread: Thread, report: Collector) -> None:
    """
    Count what of *thread* a page of schema.org does not hold.

    Raises:
        LossError: If strict.
    """
    report_losses(thread, report, target=TARGET, held=_HELD)
    content = content_in(thread)
    for code, count in (("users", _idle(thread)), ("mark-details", _details(thread))):
        if count:
            lose(report, code, TARGET, thread.id, count=count)
    _report_names(thread, report)
    origins = sum(
        post.provenance is not None and post.provenance != _as_read(thread, post)
        for post in thread.posts
    )
    if content.provenance not in (None, Provenance(platform=PLATFORM)):
        origins += 1
    if origins:
        lose(report, "provenance", TARGET, thread.id, count=origins)


def _idle(thread: Thread) -> int:
    """Count people who wrote nothing and appear in nothing that is held."""
    content = content_in(thread)
    known = {post.author_id for post in thread.posts} | named(content)
    return sum(user.id not in known for user in content.users)


def _details(thread: Thread) -> int:
    """Count posts that were taken down, and it is known by whom, when or why."""
    usual = (None, Mark())
    return sum(
        post.deleted not in usual or post.removed not in usual for post in thread.posts
    )


def total(thread: Thread, post: Post, name: str) -> int:
    """Return how many answers or comments there are, as far as anybody knows."""
    here = thread.answers if name == "answers" else thread.posts[1:]
    count = len(here)
    source = post.provenance
    return max(count, 0 if source is None else dict(source.declared).get(name, 0))


def url_of(post: Post) -> str | None:
    """Return the address of a post: as it is stated, or its id if that is one."""
    stated = None if post.provenance is None else post.provenance.url
    if not stated and is_iri(post.id) and not post.id.startswith("urn:"):
        return post.id
    return stated or None


def _report_names(thread: Thread, report: Collector) -> None:
    """A person has one name there: the one of today, if it is known."""
    names = {user.id: user.name for user in content_in(thread).users}
    borrowed, differing = set[str](), 0
    for post in thread.posts:
        name = names[post.author_id]
        if name is not None:
            differing += name != post.author_name
        elif post.author_name is not None:
            borrowed.add(post.author_id)
    if differing:
        lose(report, "author-names", TARGET, thread.id, count=differing)
    if borrowed:
        lose(report, "user-names", TARGET, thread.id, count=len(borrowed))


def _as_read(thread: Thread, post: Post) -> Provenance:
    """Return what reading the page again says of the origin of a post."""
    times = [at for at in (post.created_at, post.edited_at) if at is not None]
    precision = TimePrecision.SECOND
    if any(at.microsecond for at in times):
        precision = TimePrecision.MICROSECOND
    declared: tuple[tuple[str, int], ...] = ()
    if post.parent_id is None:
        name = "answers" if thread.kind is ThreadKind.QA else "comments"
        declared = ((name, total(thread, post, name)),)
    return Provenance(
        platform=PLATFORM,
        url=url_of(post),
        license=None if post.provenance is None else post.provenance.license,
        time_precision=precision if times else None,
        zone_stated=True if times else None,
        declared=declared,
    )
