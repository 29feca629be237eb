"""Stores that erase wrongly, each in one way."""

from attrs import evolve

from qathread import Thread, erasure
from qathread.events import Imported
from qathread.serialization import to_json
from qathread.stores import EraseMode, MemoryStore
from qathread.stores._appending import Batch, asked_op_id
from qathread.stores._erasing import digest_of
from qathread.stores.memory import _Log


class Erasing(MemoryStore):
    """A store that does something wrong with each thread that erasing changed."""

    def erase(
        self, user_id: str, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        before = {
            thread_id: _Log(log.first, log.bodies, log.latest, log.shown)
            for thread_id, log in self._logs.items()
        }
        changed = super().erase(user_id, mode, key=key)
        for thread_id, old in before.items():
            log = self._logs[thread_id]
            if log.latest is not old.latest:
                self.change(old, log)
        return changed

    def change(self, before: _Log, log: _Log) -> None:
        raise NotImplementedError


class ForgetsTheHistory(Erasing):
    """The thread as it is now is rewritten, and its events are not."""

    def change(self, before: _Log, log: _Log) -> None:
        log.bodies = before.bodies


class ForgetsTheSnapshot(Erasing):
    """The events are rewritten, and the state that is kept beside them is not."""

    def change(self, before: _Log, log: _Log) -> None:
        log.latest = before.latest


class ForgetsTheWords(Erasing):
    """What the person wrote is gone, and is still found."""

    def change(self, before: _Log, log: _Log) -> None:
        log.shown.words = before.shown.words


class ForgetsThePeople(Erasing):
    """Lists still tell where the person was."""

    def change(self, before: _Log, log: _Log) -> None:
        log.shown.people |= before.shown.people


class ForgetsTheSummary(Erasing):
    """Lists show who asked what, as before."""

    def change(self, before: _Log, log: _Log) -> None:
        log.shown.summary = before.shown.summary


class FeedsAnew(Erasing):
    """Rewritten events move to the end of the feed."""

    def change(self, before: _Log, log: _Log) -> None:
        own = [each for each in self._feed if each[0] == log.latest.id]
        others = [each for each in self._feed if each[0] != log.latest.id]
        self._feed = others + own


class RaisesVersions(Erasing):
    """An erasure is a change like any other, and counts as one."""

    def change(self, before: _Log, log: _Log) -> None:
        summary = log.shown.summary
        log.shown.summary = evolve(summary, version=summary.version + 1)


class KeepsFirstAnswers(MemoryStore):
    """The first answer of an operation is kept as it was given."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: dict[str, Thread] = {}

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        saved = super().save(thread, op_id=op_id)
        return saved if op_id is None else self._answers.setdefault(op_id, saved)

    def operation(self, op_id: str) -> Thread | None:
        super().operation(op_id)
        return self._answers.get(asked_op_id(op_id))


class BringsBack(MemoryStore):
    """An old copy is imported as it is."""

    def _modes(self, ids: list[str]) -> list[tuple[str, EraseMode]]:
        return []


class RemembersTheLastWay(MemoryStore):
    """Of several ways in which somebody was erased only the last is remembered."""

    def erase(
        self, user_id: str, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        changed = super().erase(user_id, mode, key=key)
        self._erased = {digest: [ways[-1]] for digest, ways in self._erased.items()}
        return changed


class InventsNewNames(MemoryStore):
    """Each copy that comes in gets a pseudonym of its own."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        pending = thread.pending
        if self._erased and pending and isinstance(pending[0], Imported):
            ids = list(thread.users)
            known = {user_id: self._modes([user_id]) for user_id in ids}
            self._salt = self._salt[1:] + self._salt[:1]
            self._erased = {
                digest_of(user_id, self._salt): [way for _, way in ways]
                for user_id, ways in known.items()
            }
        return super().save(thread, op_id=op_id)


class ErasesForGood(MemoryStore):
    """Whoever was erased stays erased, also where they come back themselves."""

    def _append(self, batch: Batch) -> Thread:
        if self._erased and batch.events and batch.base is None:
            ids = sorted({event.by.id for event in batch.events if event.by})
            for user_id, way in self._modes(ids):
                if way is EraseMode.REDACT:
                    events = erasure.redact(batch.events, user_id)
                    bodies = tuple(map(to_json, events))
                    batch = evolve(batch, events=events, bodies=bodies)
        return super()._append(batch)


class ErasesByHowNamesBegin(MemoryStore):
    """Everybody goes whose id begins with the one that was given."""

    def erase(
        self, user_id: str, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        changed = super().erase(user_id, mode, key=key)
        people = set[str]().union(*(log.shown.people for log in self._logs.values()))
        for each in sorted(people):
            if each.startswith(user_id) and each != user_id:
                changed += super().erase(each, mode, key=key)
        return changed


class LeavesOthersBehind(MemoryStore):
    """One thread is enough."""

    def erase(
        self, user_id: str, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        logs = self._logs
        mine = [each for each in logs if user_id in logs[each].shown.people]
        self._logs = {each: logs[each] for each in logs if each not in mine[1:]}
        try:
            return super().erase(user_id, mode, key=key)
        finally:
            self._logs = logs


class TakesAnyKey(MemoryStore):
    """A key that does not go with the mode is passed over."""

    def erase(
        self, user_id: str, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        if mode != EraseMode.PSEUDONYMISE:
            key = None
        return super().erase(user_id, mode, key=key)
