"""What a dump has no place for, in words, and what of a thread has no row at all."""

from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ..._index import root_of
from ...content import Content, ThreadKind
from ...ids import PostId
from ...posts import NO_MARKS, Comment, Post
from ...users import User, UserKind
from ._values import COMMUNITY

if TYPE_CHECKING:
    from ._sheet import Sheet

__all__ = ["LOSSES", "NOTES", "lose_rowless"]

#: What gets lost, by code.
LOSSES: Final[Mapping[str, str]] = {
    "accepted": "accepted answers beside the first one, or without a question",
    "body-media-type": "bodies that are no HTML, and comments and earlier wordings "
    "that are no Markdown: the source is written as it stands, and is read as such",
    "bounties": "details of bounties: the time of day, an end that is still to come, "
    "a giver or an answer that is not there",
    "comment-edits": "edits of comments",
    "deleted": "posts that were deleted or removed, with what stands under them",
    "duplicates": "threads that a question repeats, named by an id that is no number "
    "and not written here",
    "estimates": "counts that are known to be estimates",
    "flags": "flags",
    "forbidden-character": "characters that XML cannot hold, replaced by U+FFFD",
    "fractions": "times finer than a millisecond",
    "kind": "discussions, which are read as questions and answers",
    "language": "languages of bodies",
    "links": "links that are no rows: to an address, to a post that is neither "
    "numbered nor written here, or as crossposts",
    "mark-details": "who set a mark, why, how far it goes or until when",
    "mark-times": "marks without a time, which got that of the latest change, or "
    "were left out where nothing has a time",
    "marks": "marks that are no rows: pinned, archived, hidden, pending, and any on "
    "a comment",
    "motions": "votes to close or reopen",
    "order": "the order of arrival where times do not tell it",
    "orphans": "comments, bounties and links of a question that is not at hand",
    "people": "people without an account, who are one person per post or known by "
    "their name alone",
    "provenance": "origins other than a dump, and what a source said beside",
    "question-marks": "marks on a question, which are read as marks on its thread",
    "reactions": "reactions",
    "revision-groups": "names of changes made at once that are given twice",
    "revision-kinds": "wordings that are called initial and are not the first",
    "revision-numbers": "numbers of wordings: those that are known are counted from 1",
    "stubs": "what is known of posts that are not at hand",
    "suggestions": "suggested wordings",
    "tag-characters": "characters that a tag cannot have, replaced by U+FFFD",
    "thread-ids": "ids of threads, which are those of their questions",
    "threaded-comments": "replies to comments, now comments on the same post",
    "up-and-down": "upvotes and downvotes apart, known of one side only, too many "
    "for rows, or of a comment",
    "threads": "threads of which neither question nor answer can be written",
    "user-kinds": "kinds of people, such as bots",
    "user-names": "names of people that differ from thread to thread, handles and "
    "levels",
    "users": "people who neither wrote nor marked anything",
    "voters": "who voted, at what time and with what weight",
}

#: What is only told: nothing gets lost, but something is read in another way.
NOTES: Final[Mapping[str, str]] = {
    "columns": "columns that were counted or dated anew",
    "counts": "counts that are read as known, since none told means none; those of "
    "reactions are read as not known",
    "numbers": "ids that are no numbers, or taken, got new numbers",
    "origin": "parts without an origin, which is the dump when they are read",
    "untimed": "posts without a time, which a strict reader of dumps refuses",
    "version": "threads that went through changes, and are read at version 1",
    "wordings": "wordings that had no record of their own",
}


def lose_rowless(sheet: "Sheet", is_empty: bool) -> None:
    """
    Report the parts of a thread that no row holds.

    Args:
        sheet: Its rows, which are all there.
        is_empty: Whether nothing of it is written.
    """
    content, lose = sheet.content, sheet.lose
    if is_empty:
        lose("threads")
        return
    if content.kind is not ThreadKind.QA:
        lose("kind")
    if sheet.thread.version > 1:
        lose("version")
    for code, parts in (
        ("flags", content.flags),
        ("motions", content.motions),
        ("suggestions", content.suggestions),
        ("voters", content.votes),
        ("reactions", content.reactions),
    ):
        if parts:
            lose(code, count=len(parts))
    stubs = _lost_stubs(content)
    if stubs:
        lose("stubs", count=stubs)
    marks = sum(mark is not None for mark in _lost_marks(content, sheet.gone))
    if marks:
        lose("marks", count=marks)
    for user in content.users:
        _look_at(user, sheet)


def _look_at(user: User, sheet: "Sheet") -> None:
    """Report what a reader will not know of somebody."""
    where = f"user {user.id}"
    if user.id not in sheet.met:
        sheet.lose("users", where)
        return
    if user.handle is not None or user.level is not None:
        sheet.lose("user-names", where)
    if not sheet.is_nobody(user.id):
        kind = UserKind.SYSTEM if user.id == COMMUNITY else UserKind.REGISTERED
        if user.kind is not kind:
            sheet.lose("user-kinds", where)


def _lost_stubs(content: Content) -> int:
    """Count stubs of which something is lost: all but a bare one for the question."""
    root = None if content.question is not None else root_of(content)
    tallied = {tally.post_id for tally in content.tallies}
    return sum(
        stub is not root
        or stub.id in tallied
        or (stub.count, stub.cursor, stub.child_ids) != (None, None, ())
        for stub in content.stubs
    )


def _lost_marks(content: Content, gone: Container[PostId]) -> Iterator[object]:
    """Yield the marks that are no rows; None where there is none."""
    status = content.status
    yield from (status.pinned, status.archived, status.hidden, status.pending)
    posts: tuple[Post, ...] = (*content.answers, *content.comments)
    if content.question is not None:
        posts = (content.question, *posts)
    else:
        yield from (status.closed, status.locked, status.protected, status.wiki)
    for post in posts:
        if post.status is NO_MARKS or post.id in gone:
            continue
        own = post.status
        yield from (own.hidden, own.pending)
        if isinstance(post, Comment):
            yield from (own.locked, own.wiki)
