"""
What a thread can hold, part by part: the words of every writer's loss report.

A writer names the parts that its format holds; all others are counted and reported.
Where a format holds a part only now and then, the writer calls :func:`lose` itself,
with the same code. The tests read a written file back and compare the two threads
without the parts that the report names, so a code that is missing, or too many,
fails there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from ..bodies import HTML
from ..content import Content
from ..posts import Post, Question
from ..status import LockLevel
from ..thread import Thread, content_in
from ..users import UserKind
from ._report import Collector

__all__ = ["FEATURES", "WORDS", "lose", "report_losses"]


def report_losses(
    thread: Thread, report: Collector, *, target: str, held: Collection[str]
) -> None:
    """
    Report all parts of *thread* that are none of *held*.

    Args:
        thread: What is written.
        report: Counts them, or refuses the first.
        target: The name of the format in a sentence, such as ``HTML``.
        held: Codes of :data:`FEATURES` that the format holds, or that the writer
            reports itself.

    Raises:
        LossError: If strict.
    """
    content = content_in(thread)
    for code, (words, count_of) in FEATURES.items():
        if code not in held:
            count = count_of(content)
            if count:
                lose(report, code, target, thread.id, count=count, words=words)
    if thread.version > 1 and "version" not in held:
        lose(report, "version", target, thread.id)


def lose(
    report: Collector,
    code: str,
    target: str,
    where: str | None = None,
    *,
    count: int = 1,
    words: str | None = None,
) -> None:
    """
    Report that a format has no place for a part.

    Args:
        report: Counts it, or refuses it.
        code: Which part: a key of :data:`FEATURES` or of ``WORDS``.
        target: The name of the format in a sentence.
        where: The thread or post.
        count: How many.
        words: What it is, in words; None: as in the table.

    Raises:
        LossError: If strict.
    """
    told = words or (FEATURES[code][0] if code in FEATURES else WORDS[code])
    report.loss(code, f"{target} has no place for {told}", where, count=count)


def _posts(content: Content) -> Iterable[Post]:
    if content.question is not None:
        yield content.question
    yield from content.answers
    yield from content.comments


def _over_posts(test: Callable[[Post], object]) -> Callable[[Content], int]:
    return lambda content: sum(bool(test(post)) for post in _posts(content))


def _nested(content: Content) -> int:
    comments = {comment.id for comment in content.comments}
    return sum(comment.parent_id in comments for comment in content.comments)


def _on_answers(content: Content) -> int:
    answers = {answer.id for answer in content.answers}
    return sum(comment.parent_id in answers for comment in content.comments)


def _unordered(content: Content) -> int:
    """Count posts that arrived after one with a later time."""
    times = {post.id: post.created_at for post in _posts(content)}
    count, latest = 0, None
    for post_id in content.arrival:
        at = times[post_id]
        if at is None:
            continue
        if latest is not None and at < latest:
            count += 1
        latest = at if latest is None else max(at, latest)
    return count


def _marks(content: Content) -> int:
    """Count the marks on posts and on the thread, but closed, deleted, removed."""
    status = content.status
    found = (
        status.locked,
        status.protected,
        status.pinned,
        status.archived,
        status.hidden,
        status.wiki,
        status.pending,
    )
    count = sum(mark is not None for mark in found)
    for post in _posts(content):
        own = post.status
        on_post = (own.locked, own.hidden, own.wiki, own.pending)
        count += sum(mark is not None for mark in on_post)
    return count


def _mark_details(content: Content) -> int:
    """Count marks, deleted and removed too, that say who, when, why or how far."""
    status = content.status
    marks: list[object] = [
        status.closed,
        status.locked,
        status.protected,
        status.pinned,
        status.archived,
        status.hidden,
        status.wiki,
        status.pending,
    ]
    for post in _posts(content):
        own = post.status
        marks += [post.deleted, post.removed, own.locked, own.hidden, own.wiki]
        marks.append(own.pending)
    names = ("by_id", "at", "reason", "until", "duplicate_of")
    count = 0
    for mark in marks:
        told = any(getattr(mark, name, None) not in (None, ()) for name in names)
        level = getattr(mark, "level", LockLevel.ALL)
        count += mark is not None and (told or level is not LockLevel.ALL)
    return count


def _fine_times(content: Content) -> int:
    return sum(
        at is not None and at.microsecond != 0
        for post in _posts(content)
        for at in (post.created_at, post.edited_at)
    )


def _idle_people(content: Content) -> int:
    authors = {post.author_id for post in _posts(content)}
    return sum(user.id not in authors for user in content.users)


def _stubs(content: Content) -> int:
    missing_root = content.question is None  # "root-missing" counts that one
    return len(content.stubs) - missing_root


def _origins(content: Content) -> int:
    count = sum(post.provenance is not None for post in _posts(content))
    return count + (content.provenance is not None)


#: Each part, by code: what it is in words, and how to count it in a thread.
FEATURES: Final[Mapping[str, tuple[str, Callable[[Content], int]]]] = {
    "thread-id": ("the id of the thread", lambda content: 1),
    "post-ids": ("ids of posts", lambda c: sum(1 for _ in _posts(c))),
    "user-ids": ("ids of people", lambda content: len(content.users)),
    "kind": (
        "whether a thread is a discussion or questions and answers",
        lambda content: 1,
    ),
    "root-missing": (
        "a thread whose first post is not there",
        lambda content: int(content.question is None),
    ),
    "answers": (
        "which replies are answers",
        lambda content: len(content.answers),
    ),
    "comments-on-answers": ("which answer a comment is about", _on_answers),
    "nesting": ("which comment a comment replies to", _nested),
    "order": ("the order of arrival where times do not tell it", _unordered),
    "title": (
        "titles",
        _over_posts(lambda p: isinstance(p, Question) and p.title is not None),
    ),
    "tags": (
        "tags",
        _over_posts(lambda post: isinstance(post, Question) and post.tags),
    ),
    "views": (
        "counts of views",
        _over_posts(lambda post: isinstance(post, Question) and post.views is not None),
    ),
    "accepted": (
        "which answers are accepted",
        lambda content: len(content.accepted),
    ),
    "media-types": (
        "the media types of bodies",
        _over_posts(lambda post: post.body.media_type != HTML),
    ),
    "languages": ("languages of bodies", _over_posts(lambda post: post.body.language)),
    "created": (
        "when posts were made",
        _over_posts(lambda post: post.created_at is not None),
    ),
    "edited": (
        "when posts were edited",
        _over_posts(lambda post: post.edited_at is not None),
    ),
    "fractions": ("fractions of seconds", _fine_times),
    "author-names": (
        "names of authors as they were shown then",
        _over_posts(lambda post: post.author_name is not None),
    ),
    "user-names": (
        "names of people",
        lambda content: sum(user.name is not None for user in content.users),
    ),
    "handles": (
        "handles of people",
        lambda content: sum(user.handle is not None for user in content.users),
    ),
    "levels": (
        "levels of people",
        lambda content: sum(user.level is not None for user in content.users),
    ),
    "user-kinds": (
        "whether people are registered, anonymous, deleted, bots",
        lambda content: sum(
            user.kind is not UserKind.REGISTERED for user in content.users
        ),
    ),
    "users": ("people who wrote nothing in the thread", _idle_people),
    "scores": (
        "scores",
        lambda content: sum(tally.score is not None for tally in content.tallies),
    ),
    "up-and-down": (
        "upvotes and downvotes apart",
        lambda content: sum(
            not (tally.up is tally.down is None) for tally in content.tallies
        ),
    ),
    "reaction-counts": (
        "counts of reactions",
        lambda content: sum(
            len(tally.reactions) + tally.complete for tally in content.tallies
        ),
    ),
    "estimates": (
        "whether counts are exact",
        lambda content: sum(not tally.exact for tally in content.tallies),
    ),
    "votes": ("votes of people", lambda content: len(content.votes)),
    "reactions": ("reactions of people", lambda content: len(content.reactions)),
    "closed": (
        "whether a thread is closed",
        lambda content: int(content.status.closed is not None),
    ),
    "marks": ("marks such as locked, pinned and hidden", _marks),
    "mark-details": ("who set a mark, when, why, and how far it goes", _mark_details),
    "deleted": (
        "whether a post was deleted or removed",
        _over_posts(lambda post: not post.stands),
    ),
    "deleted-text": (
        "texts of deleted and removed posts",
        _over_posts(lambda post: not post.stands and post.body.source),
    ),
    "revision-numbers": (
        "how often posts were revised",
        _over_posts(lambda post: post.revision > 1),
    ),
    "revisions": ("earlier wordings", lambda content: len(content.revisions)),
    "suggestions": ("suggested wordings", lambda content: len(content.suggestions)),
    "bounties": ("bounties", lambda content: len(content.bounties)),
    "flags": ("flags", lambda content: len(content.flags)),
    "motions": (
        "votes to close or reopen",
        lambda content: len(content.motions),
    ),
    "links": ("links to other threads", lambda content: len(content.links)),
    "stubs": ("places of posts that were not delivered", _stubs),
    "provenance": ("origins of posts and thread", _origins),
}

#: Further codes, which a writer reports itself with :func:`lose`.
WORDS: Final[Mapping[str, str]] = {
    "version": "the changes that a thread went through: it is read at version 1",
    "threads": "more than one thread",
    "posts": "posts of this kind, which are left out",
    "body": "bodies as they are: their source is written in another form",
    "deleted-or-removed": "whether the author or a moderator took a post down",
    "orphans": "where posts stand that are under missing ones",
    "characters": "characters that it cannot hold, replaced by U+FFFD",
    "declared": "totals that the source states",
    "extra": "members of the source that have no place in the model",
    "users-merged": "people of one name, who are one person when read",
    "unzoned": "that a time was stated without its zone",
    "precision": "how fine times are known",
}
