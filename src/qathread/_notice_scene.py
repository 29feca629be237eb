"""What of a thread, and of those who follow, decides who hears."""

from collections.abc import Iterable

import attrs

from ._mentions import called, name_key
from ._notice_values import Follow
from ._persistent import EMPTY_MAP, Map
from .bodies import Body
from .content import Content, ThreadKind
from .events import (
    AnswerPosted,
    CommentPosted,
    EditApproved,
    EditSuggested,
    Event,
    Imported,
    PostEdited,
    PostRolledBack,
    PostsMovedIn,
    QuestionAsked,
    ThreadClosed,
    ThreadReopened,
    ThreadSplitOff,
    UsersMerged,
)
from .ids import ThreadId, UserId
from .users import User, UserKind, face

__all__ = ["Follows", "Scene", "opening_scene"]


class Follows:
    """Follows by what is followed."""

    __slots__ = ("_by_author", "_by_tag", "_by_thread")

    def __init__(self, follows: Iterable[Follow]) -> None:
        self._by_author: dict[UserId, list[UserId]] = {}
        self._by_tag: dict[str, list[UserId]] = {}
        self._by_thread: dict[ThreadId, list[UserId]] = {}
        for follow in follows:
            if follow.thread_id is not None:
                self._by_thread.setdefault(follow.thread_id, []).append(follow.user_id)
            elif follow.tag is not None:
                self._by_tag.setdefault(follow.tag, []).append(follow.user_id)
            elif follow.author_id is not None:
                self._by_author.setdefault(follow.author_id, []).append(follow.user_id)

    def of_thread(self, thread_id: ThreadId) -> Iterable[UserId]:
        """Who follows a thread."""
        return self._by_thread.get(thread_id, ())

    def of_author(self, author_id: UserId) -> Iterable[UserId]:
        """Who follows a person."""
        return self._by_author.get(author_id, ())

    def of_tags(self, tags: Iterable[str]) -> Iterable[UserId]:
        """Who follows one of some tags."""
        for tag in tags:
            yield from self._by_tag.get(tag, ())


@attrs.frozen(kw_only=True)
class Scene:
    """
    A thread as far as notices need it.

    Attributes:
        asker_id: Whose question; None if that is not known.
        kind: What the thread is for, as far as that is known.
        faces: Everybody known here, by id.
        names: Ids by the keys of their names and handles.
        merged: The account that one went into, by the one that is gone.
    """

    asker_id: UserId | None = None
    kind: ThreadKind = ThreadKind.QA
    faces: Map[UserId, User] = EMPTY_MAP
    names: Map[str, frozenset[UserId]] = EMPTY_MAP
    merged: Map[UserId, UserId] = EMPTY_MAP

    def after(self, event: Event) -> "Scene":
        """The scene in which the notices of *event* are given."""
        scene = self if event.by is None else self.meet((event.by,))
        match event:
            case QuestionAsked():
                asker_id = event.question.author_id
                return attrs.evolve(scene, asker_id=asker_id, kind=event.kind)
            case Imported() | ThreadSplitOff():
                return scene._opened(event.content)
            case PostsMovedIn():
                return scene.meet(event.content.users)
            case UsersMerged():
                scene = scene.meet((event.into,))
                merged = scene.merged.discard(event.into.id)
                return attrs.evolve(
                    scene, merged=merged.set(event.from_id, event.into.id)
                )
            case _:
                return scene

    def _opened(self, content: Content) -> "Scene":
        question = content.question
        scene = self.meet(content.users)
        asker_id = None if question is None else question.author_id
        return attrs.evolve(scene, asker_id=asker_id, kind=content.kind)

    def meet(self, people: Iterable[User]) -> "Scene":
        """The scene with more people in it, under their latest names."""
        faces, names = self.faces, self.names
        for user in people:
            known = faces.get(user.id)
            if known is user or known == user:
                continue
            faces = faces.set(user.id, user)
            old = set[str]() if known is None else _keys(known)
            new = _keys(user)
            for key in old - new:
                names = names.set(key, names[key] - {user.id})
            for key in new - old:
                names = names.set(key, names.get(key, frozenset()) | {user.id})
        if faces is self.faces:
            return self
        return attrs.evolve(self, faces=faces, names=names)

    def living(self, user_id: UserId) -> UserId:
        """The account that a person has now."""
        # The end of a chain is never merged away, so there is no circle.
        while (into := self.merged.get(user_id)) is not None:
            user_id = into
        return user_id

    def is_gone(self, user_id: UserId) -> bool:
        """Whether an account is known to be deleted."""
        known = self.faces.get(user_id)
        return known is not None and known.kind is UserKind.DELETED

    def deaf(self, event: Event) -> set[UserId]:
        """Who does not hear of an event, having brought it about."""
        actors = [None if event.by is None else event.by.id]
        match event:
            case QuestionAsked():
                actors.append(event.question.author_id)
            case AnswerPosted():
                actors.append(event.answer.author_id)
            case CommentPosted():
                actors.append(event.comment.author_id)
            case PostEdited() | PostRolledBack():
                actors.append(event.revision.editor_id)
            case EditSuggested():
                actors.append(event.suggestion.editor_id)
            case ThreadClosed() | ThreadReopened():
                actors += event.voter_ids
            case _:
                pass
        return {self.living(user_id) for user_id in actors if user_id is not None}

    def called(self, body: Body) -> list[UserId]:
        """Whom a text calls, of those who are known here."""
        return self._of_names(called(body))

    def newly_called(
        self, event: PostEdited | PostRolledBack | EditApproved
    ) -> list[UserId]:
        """Whom a wording calls that the one before did not."""
        new = called(event.revision.body)
        return self._of_names(new - called(event.replaced.body)) if new else []

    def _of_names(self, keys: Iterable[str]) -> list[UserId]:
        return [each for key in keys for each in self.names.get(key, frozenset())]


def _keys(user: User) -> set[str]:
    return {name_key(name) for name in (user.name, user.handle) if name} - {""}


def opening_scene(people: Iterable[User]) -> Scene:
    """The scene of a thread of which no event is known yet."""
    return Scene().meet(map(face, people))
