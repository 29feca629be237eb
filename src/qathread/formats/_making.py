"""Posts of any of the three kinds, of parts that they have in common."""

from datetime import datetime

from ..bodies import Body
from ..ids import PersonName, PostId
from ..posts import NO_MARKS, Answer, Comment, Post, PostKind, Question
from ..provenance import Provenance
from ..status import Mark, PostStatus
from ..users import User

__all__ = ["made_post"]


def made_post(
    kind: PostKind,
    *,
    id: PostId,
    parent_id: PostId | None,
    author: User,
    name: PersonName | None,
    body: Body,
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
    revision: int = 1,
    deleted: Mark | None = None,
    removed: Mark | None = None,
    status: PostStatus = NO_MARKS,
    provenance: Provenance | None = None,
    title: str | None = None,
    tags: tuple[str, ...] = (),
    views: int | None = None,
) -> Post:
    """
    Return a post of a kind.

    Args:
        kind: Which of the three.
        id: Its id.
        parent_id: What it stands under; of an answer the question.
        author: Who wrote it.
        name: The name that it was shown under; None: the source does not say.
        body: Its wording, and so on as in :class:`~qathread.Comment`.
        title: The title, of a question.
        tags: The tags, of a question.
        views: How often it was seen, of a question.

    Raises:
        ValidationError: If a part is not of its kind, or a reply has no parent.
    """
    if kind is PostKind.QUESTION:
        return Question(
            id=id,
            author_id=author.id,
            author_name=name,
            body=body,
            created_at=created_at,
            edited_at=edited_at,
            revision=revision,
            deleted=deleted,
            removed=removed,
            status=status,
            provenance=provenance,
            title=title,
            tags=tags,
            views=views,
        )
    if kind is PostKind.ANSWER:
        return Answer(
            id=id,
            question_id=parent_id or "",
            author_id=author.id,
            author_name=name,
            body=body,
            created_at=created_at,
            edited_at=edited_at,
            revision=revision,
            deleted=deleted,
            removed=removed,
            status=status,
            provenance=provenance,
        )
    return Comment(
        id=id,
        parent_id=parent_id or "",
        author_id=author.id,
        author_name=name,
        body=body,
        created_at=created_at,
        edited_at=edited_at,
        revision=revision,
        deleted=deleted,
        removed=removed,
        status=status,
        provenance=provenance,
    )
