"""What a page tells search engines: one object of schema.org, as JSON-LD."""

from collections.abc import Iterable

from attrs import evolve
from django.utils.safestring import SafeString, mark_safe

from qathread import Thread
from qathread.content import ThreadKind
from qathread.formats.schema_org import json_ld, script_text
from qathread.posts import Answer, Post, Question
from qathread.provenance import Provenance

from .ids import anchor


def structured(thread: Thread, posts: Iterable[Post], address: str) -> SafeString:
    """
    Return the JSON-LD of the first page of a thread, as text for a data block.

    A ``QAPage`` needs an answer; without one the page is a
    ``DiscussionForumPosting``. It says what the page shows and no more: posts on
    other pages are counted, those that were taken down are left out.

    Args:
        thread: The thread.
        posts: The posts on the page, the question among them.
        address: The canonical address of the page.
    """
    kept: dict[str, Post] = {}
    for post in posts:
        above = post.parent_id
        if post.stands and (above is None or above in kept):
            kept[post.id] = _addressed(post, thread, address)
    answers = [each.id for each in kept.values() if isinstance(each, Answer)]
    qa = thread.kind is ThreadKind.QA and bool(answers)
    view = Thread.from_parts(
        id=thread.id,
        kind=ThreadKind.QA if qa else ThreadKind.DISCUSSION,
        posts=kept.values(),
        tallies=[thread.tally(post_id) for post_id in kept],
        users={each.author_id: thread.author(each.id) for each in kept.values()},
        accepted=[each for each in thread.accepted if each in kept] if qa else (),
    )
    # Every "<" is written as an escape, so the block cannot be left.
    return mark_safe(script_text(json_ld(view)))


def _addressed(post: Post, thread: Thread, address: str) -> Post:
    """Return a post that knows its address, and a question its number of answers."""
    if isinstance(post, Question):
        standing = sum(answer.stands for answer in thread.answers)
        comments = sum(each.stands for each in thread.comments)
        declared = (("answers", standing), ("comments", comments))
        source = Provenance(platform="forum", url=address, declared=declared)
        return evolve(post, provenance=source)
    url = f"{address}#{anchor(post.id)}"
    return evolve(post, provenance=Provenance(platform="forum", url=url))
