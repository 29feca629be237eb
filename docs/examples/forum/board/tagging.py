"""Which tags the questions bear, as far as they are listed; a fold over events."""

from collections import Counter

from qathread import events as happened
from qathread.events import Event
from qathread.ids import ThreadId
from qathread.posts import PostKind


class Tagging:
    """The tags of every question, and what keeps one out of the lists."""

    def __init__(self) -> None:
        self._tags: dict[ThreadId, tuple[str, ...]] = {}
        self._gone: set[tuple[ThreadId, str]] = set()

    def note(self, event: Event) -> None:
        """Take in one event."""
        here = event.thread_id
        match event:
            case happened.QuestionAsked():
                self._tags[here] = event.question.tags
            case happened.Imported():
                question = event.content.question
                if question is not None and question.stands:
                    self._tags[here] = question.tags
            case (
                happened.PostEdited()
                | happened.PostRolledBack()
                | happened.EditApproved()
            ) if event.post_kind is PostKind.QUESTION:
                self._tags[here] = event.revision.tags
            case happened.PostDeleted() if event.post_kind is PostKind.QUESTION:
                self._gone.add((here, "deleted"))
            case happened.PostRestored() if event.post_kind is PostKind.QUESTION:
                self._gone.discard((here, "deleted"))
            case happened.PostRemoved() if event.post_kind is PostKind.QUESTION:
                self._gone.add((here, "removed"))
            case happened.PostReinstated() if event.post_kind is PostKind.QUESTION:
                self._gone.discard((here, "removed"))
            case _:
                pass

    def counts(self) -> Counter[str]:
        """Return how many questions bear each tag."""
        gone = {thread_id for thread_id, _ in self._gone}
        found: Counter[str] = Counter()
        for thread_id, tags in self._tags.items():
            if thread_id not in gone:
                found.update(tags)
        return found
