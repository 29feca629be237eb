"""Stores that save wrongly, each in one way; the docstring says in which."""

from typing import Any

from attrs import evolve

from qathread import Thread
from qathread.errors import IntegrityError, QathreadError
from qathread.events import Event
from qathread.serialization import from_json, to_json
from qathread.stores import MemoryStore
from qathread.stores._appending import Batch
from qathread.stores.memory import _Log, _Operation
from qathread.testing._samples import a_comment, forged


class LastWriterWins(MemoryStore):
    """Ignores the expected version: what others saved meanwhile is overwritten."""

    def _append(self, batch: Batch) -> Thread:
        log = self._logs.get(batch.thread_id)
        if log is not None and batch.base is not None and batch.bodies:
            start = self._at(log, batch.thread_id, batch.base)
            del log.bodies[batch.base + 1 - log.first :]
            log.latest = start
        return super()._append(batch)


class HandsOutItsOwnList(MemoryStore):
    """A caller who clears the history that it got clears it for everybody."""

    def __init__(self) -> None:
        super().__init__()
        self._lists: dict[str, list[Event]] = {}
        self._listed: dict[str, int] = {}

    def history(self, thread_id: str, after: int = 0) -> Any:
        found = super().history(thread_id, after)
        events = super().history(thread_id)
        kept = self._lists.setdefault(thread_id, [])
        kept.extend(events[self._listed.get(thread_id, 0) :])
        self._listed[thread_id] = len(events)
        return found if after else kept


class LosesTheSecondOfThree(MemoryStore):
    """An append that is not whole."""

    def _append(self, batch: Batch) -> Thread:
        latest = super()._append(batch)
        if len(batch.bodies) == 3:
            del self._logs[batch.thread_id].bodies[-2]
        return latest


class KeepsWhatFitted(MemoryStore):
    """A failed append leaves its first event behind."""

    def _append(self, batch: Batch) -> Thread:
        try:
            return super()._append(batch)
        except IntegrityError:
            first, body = batch.events[:1], batch.bodies[:1]
            version = batch.after + 1
            super()._append(evolve(batch, version=version, events=first, bodies=body))
            raise


class AppliesAnOperationAgain(MemoryStore):
    """A request that is sent twice counts twice."""

    def _repeated(self, op_id: str, done: _Operation, batch: Batch) -> Thread:
        answer = super()._repeated(op_id, done, batch)
        log = self._logs[batch.thread_id]
        again = a_comment(log.latest, "again")
        log.bodies.extend(map(to_json, again.pending))
        log.latest = forged(again)
        return answer


class ForgetsOperations(MemoryStore):
    """An op id means nothing."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        return super().save(thread)


class TrustsTheOpId(MemoryStore):
    """The same op id is taken for the same change, whatever it holds."""

    def _repeated(self, op_id: str, done: _Operation, batch: Batch) -> Thread:
        return self._answer(done)


class UsesOpIdsUp(MemoryStore):
    """A refused save is remembered as if it had taken effect."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        try:
            return super().save(thread, op_id=op_id)
        except QathreadError:
            if op_id is not None and thread.id in self._logs:
                done = _Operation(thread.id, thread.version - 1, thread.version)
                self._operations.setdefault(op_id, done)
            raise


class SwallowsErrors(MemoryStore):
    """A refused save looks like one that was taken."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        try:
            return super().save(thread, op_id=op_id)
        except QathreadError:
            return forged(thread)


class KeepsTheHandedThread(MemoryStore):
    """What was saved is kept whole, not folded from the events in it."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        super().save(thread, op_id=op_id)
        log = self._logs[thread.id]
        if log.latest.version == thread.version:
            log.latest = forged(thread)
        return log.latest


class ReturnsTheHandedThread(MemoryStore):
    """The answer still has everything pending."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        super().save(thread, op_id=op_id)
        return thread


class ComparesPlacesOnly(MemoryStore):
    """Any events at the same versions are taken for the same ones."""

    def _stands(self, log: _Log, batch: Batch) -> bool:
        return len(log.between(batch.after, batch.version)) == len(batch.bodies)


class AcknowledgesHalf(MemoryStore):
    """Some of the events are there: good enough."""

    def _stands(self, log: _Log, batch: Batch) -> bool:
        found = log.between(batch.after, batch.version)
        return bool(found) and tuple(found) == batch.bodies[: len(found)]

    def _at(self, log: _Log, thread_id: str, version: int | None) -> Thread:
        last = log.latest.version
        return super()._at(log, thread_id, min(version or last, last))


class LoadsTheLatestAlways(MemoryStore):
    """A version is taken for a hint."""

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        super().load(thread_id, version)
        return super().load(thread_id)


class LoadsWhatItFoldedLast(MemoryStore):
    """A state that was kept at hand is served though others saved since."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, Thread] = {}

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        found = super().load(thread_id, version)
        return found if version is not None else self._kept.setdefault(thread_id, found)


class CountsFromOne(MemoryStore):
    """History after n includes n."""

    def history(self, thread_id: str, after: int = 0) -> tuple[Event, ...]:
        super().history(thread_id, after)
        return super().history(thread_id, max(0, after - 1))


class FoldsCase(MemoryStore):
    """Ids that differ in case only are one, as in some collations."""

    def __init__(self) -> None:
        super().__init__()
        self._logs = Folded()


class Folded(dict[str, _Log]):
    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.casefold(), default)

    def __setitem__(self, key: str, value: _Log) -> None:
        super().__setitem__(key.casefold(), value)


class ChangesLineEnds(MemoryStore):
    """What was written on one system comes back as another would write it."""

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        body = to_json(super().load(thread_id, version))
        changed = body.replace(b"\\r\\n", b"\\n")
        return from_json(changed, limits=None, stored=True)


class WorksOnWhenClosed(MemoryStore):
    """Closing does nothing."""

    def close(self) -> None:
        pass
