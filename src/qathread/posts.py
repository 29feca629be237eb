"""Questions, answers and comments, and the stubs that stand for missing ones."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, TypeAlias

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from .bodies import Body
from .ids import PersonName, PostId, UserId
from .provenance import Provenance
from .status import Mark, PostStatus

__all__ = ["Answer", "Comment", "Post", "PostKind", "Question", "Stub"]


class PostKind(StrEnum):
    """Which of the three a post is."""

    QUESTION = "question"
    ANSWER = "answer"
    COMMENT = "comment"


_id = {"check": identifier}
#: What most posts bear: nothing. One object, so that it is known by identity.
NO_MARKS = PostStatus()
_FIRST = 1  # compared by identity: True and 1.0 are equal to it

# The three classes repeat their fields on purpose: values are composed, not
# subclassed, and each must be one flat record for codecs and constructors.


@frozen(kw_only=True, weakref_slot=False)
class Question:
    """
    What opens a thread, also a discussion without a question mark.

    Attributes:
        id: Unique within the thread.
        author_id: Who wrote it; the thread has a user for every author.
        author_name: The name it was shown under at the time.
        body: The current wording.
        created_at: When it was posted; None: the source does not say.
        edited_at: When its wording last changed.
        revision: The number of the current wording, from 1 up.
        deleted: Taken down by its author; the text stays here.
        removed: Taken down by a moderator; the text stays here.
        status: Locked, hidden, wiki or pending.
        provenance: Where it came from.
        title: The title; a discussion may have none.
        tags: The tags, in the order given.
        views: How often it was seen; None if not known.

    Raises:
        ValidationError: If a field is not of its type or range.
    """

    kind: ClassVar[PostKind] = PostKind.QUESTION
    parent_id: ClassVar[None] = None

    id: PostId = field(metadata=_id)
    author_id: UserId = field(metadata=_id)
    author_name: PersonName | None = None
    body: Body
    created_at: datetime | None = None
    edited_at: datetime | None = None
    revision: int = 1
    deleted: Mark | None = None
    removed: Mark | None = None
    status: PostStatus = NO_MARKS
    provenance: Provenance | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    views: int | None = None

    def __attrs_post_init__(self) -> None:
        try:
            if (
                (self.id + self.author_id).isprintable()
                and self.id
                and self.author_id
                and ((at := self.created_at) is None or at.tzinfo is UTC)
                and (at is None or 1 < at.year < 9999)
                and self.edited_at is None
                and (self.author_name is None or self.author_name.isprintable())
                and self.views is None
                and self.revision is _FIRST
                and self.body.__class__ is Body
                and self.deleted is None
                and self.removed is None
                and self.status.__class__ is PostStatus
                and (self.provenance is None or self.provenance.__class__ is Provenance)
                and (self.title is None or self.title.isprintable())
                and self.tags.__class__ is tuple
                and "".join(self.tags).isprintable()
            ):
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)
        at_least(1, self.revision, "Question.revision")
        if self.views is not None:
            at_least(0, self.views, "Question.views")

    @property
    def stands(self) -> bool:
        """Whether it is neither deleted nor removed."""
        return self.deleted is None and self.removed is None


@frozen(kw_only=True, weakref_slot=False)
class Answer:
    """
    A reply to the question as a whole.

    Attributes:
        id: Unique within the thread.
        question_id: The root of the thread.
        author_id: As in :class:`Question`, like all the following.
        author_name: The name it was shown under at the time.
        body: The current wording.
        created_at: When it was posted; None: the source does not say.
        edited_at: When its wording last changed.
        revision: The number of the current wording, from 1 up.
        deleted: Taken down by its author; the text stays here.
        removed: Taken down by a moderator; the text stays here.
        status: Locked, hidden, wiki or pending.
        provenance: Where it came from.

    Raises:
        ValidationError: If an id is empty or not text, a time has no zone, or
            the revision is below 1.
    """

    kind: ClassVar[PostKind] = PostKind.ANSWER

    id: PostId = field(metadata=_id)
    question_id: PostId = field(metadata=_id)
    author_id: UserId = field(metadata=_id)
    author_name: PersonName | None = None
    body: Body
    created_at: datetime | None = None
    edited_at: datetime | None = None
    revision: int = 1
    deleted: Mark | None = None
    removed: Mark | None = None
    status: PostStatus = NO_MARKS
    provenance: Provenance | None = None

    def __attrs_post_init__(self) -> None:
        try:
            if (
                (self.id + self.question_id + self.author_id).isprintable()
                and self.id
                and self.question_id
                and self.author_id
                and ((at := self.created_at) is None or at.tzinfo is UTC)
                and (at is None or 1 < at.year < 9999)
                and self.edited_at is None
                and (self.author_name is None or self.author_name.isprintable())
                and self.revision is _FIRST
                and self.body.__class__ is Body
                and self.deleted is None
                and self.removed is None
                and self.status.__class__ is PostStatus
                and (self.provenance is None or self.provenance.__class__ is Provenance)
            ):
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)
        at_least(1, self.revision, "Answer.revision")

    @property
    def parent_id(self) -> PostId:
        """What it stands under: the question."""
        return self.question_id

    @property
    def stands(self) -> bool:
        """Whether it is neither deleted nor removed."""
        return self.deleted is None and self.removed is None


@frozen(kw_only=True, weakref_slot=False)
class Comment:
    """
    A remark under any post, to any depth.

    Attributes:
        id: Unique within the thread.
        parent_id: The post it replies to.
        author_id: As in :class:`Question`, like all the following.
        author_name: The name it was shown under at the time.
        body: The current wording.
        created_at: When it was posted; None: the source does not say.
        edited_at: When its wording last changed.
        revision: The number of the current wording, from 1 up.
        deleted: Taken down by its author; the text stays here.
        removed: Taken down by a moderator; the text stays here.
        status: Locked, hidden, wiki or pending.
        provenance: Where it came from.

    Raises:
        ValidationError: If an id is empty or not text, a time has no zone, or
            the revision is below 1.
    """

    kind: ClassVar[PostKind] = PostKind.COMMENT

    id: PostId = field(metadata=_id)
    parent_id: PostId = field(metadata=_id)
    author_id: UserId = field(metadata=_id)
    author_name: PersonName | None = None
    body: Body
    created_at: datetime | None = None
    edited_at: datetime | None = None
    revision: int = 1
    deleted: Mark | None = None
    removed: Mark | None = None
    status: PostStatus = NO_MARKS
    provenance: Provenance | None = None

    def __attrs_post_init__(self) -> None:
        try:
            if (
                (self.id + self.parent_id + self.author_id).isprintable()
                and self.id
                and self.parent_id
                and self.author_id
                and ((at := self.created_at) is None or at.tzinfo is UTC)
                and (at is None or 1 < at.year < 9999)
                and self.edited_at is None
                and (self.author_name is None or self.author_name.isprintable())
                and self.revision is _FIRST
                and self.body.__class__ is Body
                and self.deleted is None
                and self.removed is None
                and self.status.__class__ is PostStatus
                and (self.provenance is None or self.provenance.__class__ is Provenance)
            ):
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)
        at_least(1, self.revision, "Comment.revision")

    @property
    def stands(self) -> bool:
        """Whether it is neither deleted nor removed."""
        return self.deleted is None and self.removed is None


Post: TypeAlias = Question | Answer | Comment


@frozen(kw_only=True, weakref_slot=False)
class Stub:
    """
    A place that the source did not deliver; never counted as a post.

    Attributes:
        id: The id of the missing post, or a name for a "load more" place.
        parent_id: What it stands under; None if that is not known.
        count: How many posts are missing here, as the source says.
        child_ids: Ids of the missing posts, as far as they are known.
        cursor: What the source wants back to deliver them.
    """

    id: PostId = field(metadata=_id)
    parent_id: PostId | None = None
    count: int | None = None
    child_ids: tuple[PostId, ...] = ()
    cursor: str | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.count is not None:
            at_least(0, self.count, "Stub.count")
