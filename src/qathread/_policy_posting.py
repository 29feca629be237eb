"""The part of a policy for writing, editing, deleting and accepting."""

from enum import StrEnum

from attrs import frozen

from ._checks import at_least, settle
from ._policy_parts import Lengths, Needs, Window
from .posts import PostKind

__all__ = ["AcceptWho", "Accepting", "Deleting", "KindPosting", "Posting"]


@frozen(kw_only=True, weakref_slot=False)
class Deleting:
    """
    Taking down, and bringing back, posts of one kind.

    Attributes:
        own: Whether authors may take down what they wrote.
        own_accepted: Whether they may where it is an accepted answer.
        own_upvoted: Whether they may take a question down that has an answer
            with a score above 0.
        own_answers: How many answers such a question may have; None: any number.
        others: Who may take down what is not theirs.
    """

    own: bool = True
    own_accepted: bool = True
    own_upvoted: bool = True
    own_answers: int | None = None
    others: Needs = Needs()

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.own_answers is not None:
            at_least(0, self.own_answers, "Deleting.own_answers")


@frozen(kw_only=True, weakref_slot=False)
class KindPosting:
    """
    Writing one kind of post.

    Attributes:
        body: How long its text may be, in code points.
        write: Who may write one.
        edit: Who may change one that is not theirs.
        edit_own: How long people may change what they wrote.
        edit_wiki: Who may change one that belongs to everybody.
        grace: Seconds after an edit in which a further one by the same person
            becomes part of it: the revision is replaced, not followed.
        delete: Who may take one down.
    """

    body: Lengths = Lengths()
    write: Needs = Needs()
    edit: Needs = Needs()
    edit_own: Window = Window()
    edit_wiki: Needs = Needs()
    grace: int = 0
    delete: Deleting = Deleting()

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(0, self.grace, "KindPosting.grace")


class AcceptWho(StrEnum):
    """Who may accept an answer."""

    ANYONE = "anyone"
    ASKER = "asker"


@frozen(kw_only=True, weakref_slot=False)
class Accepting:
    """
    Marking answers as the solution.

    Attributes:
        who: Anyone, or the asker alone.
        roles: Roles that may beside the asker.
        others: Who may beside the asker, once *others_after* has passed; None:
            nobody but the roles.
        others_after: Seconds after the answer was written.
        own: Whether people may accept an answer that they wrote.
        own_needs: What they must have for that.
        most: How many answers can be accepted at once, at least 1; one more
            takes the place of the oldest.
    """

    who: AcceptWho = AcceptWho.ANYONE
    roles: frozenset[str] = frozenset()
    others: Needs | None = None
    others_after: int = 0
    own: bool = True
    own_needs: Needs = Needs()
    most: int = 1

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.most, "Accepting.most")
        at_least(0, self.others_after, "Accepting.others_after")


@frozen(kw_only=True, weakref_slot=False)
class Posting:
    """
    Writing, editing and accepting: one part for each kind of post.

    Attributes:
        question: Questions.
        answer: Answers.
        comment: Comments.
        title: Length of a title in code points.
        tag: Length of a tag in code points.
        tags: Number of tags.
        name: Length of the name of whoever writes.
        accept: Who accepts, and how many.
        depth: How many comments may stand under one another: 1 allows comments
            on questions and answers only, 2 a reply to each; None: any number.
    """

    question: KindPosting = KindPosting()
    answer: KindPosting = KindPosting()
    comment: KindPosting = KindPosting()
    title: Lengths = Lengths()
    tag: Lengths = Lengths()
    tags: Lengths = Lengths()
    name: Lengths = Lengths()
    accept: Accepting = Accepting()
    depth: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.depth is not None:
            at_least(0, self.depth, "Posting.depth")

    def of(self, kind: PostKind) -> KindPosting:
        """The part for one kind of post."""
        if kind is PostKind.ANSWER:
            return self.answer
        return self.question if kind is PostKind.QUESTION else self.comment
