"""What a thread that came from outside tells about the past of its posts."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from .facts import AnswerPosted, CommentPosted, Imported, QuestionAsked
from .feedback import Vote
from .posts import Post
from .status import Mark


@frozen(kw_only=True, weakref_slot=False)
class Ballot:
    """A post that was written (no vote), or a vote on it; *wiki*: pays nothing."""

    when: datetime
    post_id: str
    vote: Vote | None
    wiki: bool


def posts_of(
    event: Imported | QuestionAsked | AnswerPosted | CommentPosted,
) -> list[Post]:
    """The posts that an event brings."""
    match event:
        case QuestionAsked():
            return [event.question]
        case AnswerPosted():
            return [event.answer]
        case CommentPosted():
            return [event.comment]
        case Imported():
            content = event.content
            posts: list[Post] = [*content.answers, *content.comments]
            root = content.question
            return posts if root is None else [root, *posts]
        case _:
            assert_never(event)


def marks_of(post: Post) -> tuple[set[str], bool]:
    """The marks a post comes with, and whether it belongs to everybody."""
    marks = set[str]()
    if post.deleted is not None:
        marks.add("deleted")
    if post.removed is not None:
        marks.add("removed")
    return marks, post.status.wiki is not None


def ballots_of(event: Imported) -> list[Ballot]:
    """
    What was written and voted, in order of time, posts before votes.

    Votes on what is not at hand, and posts of unknown time, are left out.
    """
    content = event.content
    found: list[tuple[tuple[datetime, int, str, str], Ballot]] = []
    wikis: dict[str, list[Mark]] = {}
    for post in posts_of(event):
        marks = [post.status.wiki] if post.status.wiki is not None else []
        if post.parent_id is None and content.status.wiki is not None:
            marks.append(content.status.wiki)
        wikis[post.id] = marks
        if post.created_at is not None:
            when = post.created_at
            ballot = Ballot(
                when=when, post_id=post.id, vote=None, wiki=_is_wiki(marks, when)
            )
            found.append(((when, 0, post.id, ""), ballot))
    for vote in content.votes:
        if vote.post_id in wikis:
            when = vote.cast_at
            wiki = _is_wiki(wikis[vote.post_id], when)
            ballot = Ballot(when=when, post_id=vote.post_id, vote=vote, wiki=wiki)
            found.append(((when, 1, vote.post_id, vote.voter_id), ballot))
    found.sort(key=lambda each: each[0])
    return [ballot for _, ballot in found]


def _is_wiki(marks: list[Mark], when: datetime) -> bool:
    """Whether a post belonged to everybody then; a mark without a time always did."""
    return any(mark.at is None or mark.at <= when for mark in marks)
