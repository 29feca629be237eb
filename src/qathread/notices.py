"""
Who should hear of what: a fold over events.

:func:`notices` takes whole logs, :class:`Inbox` follows a feed. Nobody hears of
what they did themselves, votes are no news, and one event gives one person one
notice at most.

>>> from datetime import UTC, datetime
>>> from qathread import User, notices, posting
>>> now = datetime(2026, 1, 1, tzinfo=UTC)
>>> ada, greg = User(id="ada", name="Ada"), User(id="greg", name="Greg")
>>> thread = posting.ask("q", title="Why?", body="Why is it?", by=ada, at=now)
>>> thread = posting.answer(thread, "Because.", by=greg, at=now)
>>> thread = posting.comment(thread, "q.2", "Thanks, @greg!", by=ada, at=now)
>>> for notice in notices.notices(thread.pending):
...     print(notice.user_id, notice.kind, notice.post_id)
ada answered q.2
greg commented q.3
"""

from collections.abc import Iterable, Iterator

from ._facts_base import Fact
from ._interleaving import NO_STREAMS, AnyEvent, Place, Streams
from ._notice_rules import Hearing, concerned
from ._notice_scene import Follows, Scene, opening_scene
from ._notice_values import Follow, Notice, NoticeKind, NoticeReason
from ._persistent import EMPTY_MAP, EMPTY_VECTOR, Map, Vector
from .events import Event, EventId
from .ids import ThreadId, UserId
from .users import User

__all__ = [
    "Follow",
    "Inbox",
    "Notice",
    "NoticeKind",
    "NoticeReason",
    "notices",
    "start",
]

_BEST = {
    NoticeReason.AUTHOR: 0,
    NoticeReason.REQUEST: 0,
    NoticeReason.MENTION: 1,
    NoticeReason.FOLLOW: 2,
}
_STRENGTH = {kind: place for place, kind in enumerate(NoticeKind)}

_Key = tuple[Place, UserId]
_Kept = tuple[_Key, Notice]


class Inbox:
    """
    The notices of all events so far, immutable; get one from :func:`start`.

    It keeps the events it was given, so that a repeat is told from a conflict;
    taking in one more costs the same however many came before.
    """

    __slots__ = ("_follows", "_fresh", "_notices", "_scenes", "_start", "_streams")

    def __init__(
        self,
        follows: Follows,
        start: Scene,
        streams: Streams,
        scenes: Map[ThreadId, Scene],
        notices: Vector[_Kept],
        fresh: tuple[Notice, ...],
    ) -> None:
        self._follows = follows
        self._start = start
        self._streams = streams
        self._scenes = scenes
        self._notices = notices
        self._fresh = fresh

    def extend(self, events: Iterable[AnyEvent]) -> "Inbox":
        """
        Return the inbox after more events.

        Args:
            events: Of any threads in any interleaving, each thread's in order of
                version and without gaps; it may begin at any version, but what
                an earlier event says (such as who asked) is then not known.
                Events that came before change nothing. Those of accounts give
                no notices.

        Raises:
            ValidationError: If something is not an event.
            SequenceError: If an event is out of turn.
            IntegrityError: If two different events claim one place.
        """
        streams, arrived = self._streams.add(events)
        scenes: dict[ThreadId, Scene] = {}
        made: list[_Kept] = []
        for place, event in arrived:
            if not isinstance(event, Fact):
                continue
            scene = scenes.get(event.thread_id)
            if scene is None:
                scene = self._scenes.get(event.thread_id, self._start)
            scenes[event.thread_id] = scene = scene.after(event)
            for notice in _given(scene, event, self._follows):
                made.append(((place, notice.user_id), notice))
        if not arrived and not self._fresh:
            return self
        made.sort(key=_key)
        return Inbox(
            self._follows,
            self._start,
            streams,
            self._scenes.update(scenes),
            self._notices.extend(made),
            tuple(notice for _, notice in made),
        )

    @property
    def notices(self) -> tuple[Notice, ...]:
        """
        All notices: threads merged by time, each thread's in order of version.

        Those of one event are in order of user id. The order, like the notices,
        does not depend on how the events of different threads were interleaved.
        """
        return tuple(notice for _, notice in sorted(self._notices, key=_key))

    @property
    def fresh(self) -> tuple[Notice, ...]:
        """Those that the last call of :meth:`extend` brought, in the same order."""
        return self._fresh

    def __repr__(self) -> str:
        return f"<Inbox of {len(self._notices)} notices, {len(self._fresh)} fresh>"


def start(follows: Iterable[Follow] = (), people: Iterable[User] = ()) -> Inbox:
    """
    Return an empty inbox.

    Args:
        follows: Who wants to hear of more than what concerns them.
        people: Whom a text may call although they do not take part in its thread,
            such as all members of a small forum. Those who do take part are known
            from the events.

    Returns:
        An inbox to :meth:`Inbox.extend`.
    """
    index = Follows(follows)
    return Inbox(index, opening_scene(people), NO_STREAMS, EMPTY_MAP, EMPTY_VECTOR, ())


def notices(
    events: Iterable[AnyEvent],
    follows: Iterable[Follow] = (),
    people: Iterable[User] = (),
) -> tuple[Notice, ...]:
    """
    Return who should hear of what.

    * Who asked hears of answers, bounties, closing and reopening, and of what is
      done to the whole thread; who wrote a post hears of comments on it, and of
      its being edited, accepted, moved, locked, taken down or brought back.
    * Who flagged, proposed a wording or offered a bounty hears of the outcome.
    * Who takes part in a thread hears when a text or a new wording calls them:
      ``@`` and their name or handle, whole, case aside, blanks left out. Code calls
      nobody. Of two people with one name both hear.
    * Who follows hears what :class:`Follow` says.

    Accounts that are known to be deleted hear nothing.

    Args:
        events: As for :meth:`Inbox.extend`.
        follows: As for :func:`start`.
        people: As for :func:`start`.

    Returns:
        The notices in the order of :attr:`Inbox.notices`.

    Raises:
        ValidationError: If something is not an event.
        SequenceError: If an event is out of turn.
        IntegrityError: If two different events claim one place.
    """
    return start(follows, people).extend(events).notices


def _given(scene: Scene, event: Event, follows: Follows) -> Iterator[Notice]:
    """Yield the notices of one event: the best one for each person."""
    if event.at is None:  # an import of unknown time, which concerns nobody
        return
    best: dict[UserId, Hearing] = {}
    for hearing in concerned(scene, event, follows):
        user_id = scene.living(hearing.user_id)
        other = best.get(user_id)
        if other is None or _rank(hearing) < _rank(other):
            best[user_id] = hearing
    deaf = scene.deaf(event) if best else set[UserId]()
    for user_id, hearing in best.items():
        if user_id not in deaf and not scene.is_gone(user_id):
            yield Notice(
                user_id=user_id,
                kind=hearing.kind,
                reason=hearing.reason,
                at=event.at,
                by_id=None if event.by is None else event.by.id,
                thread_id=event.thread_id,
                post_id=hearing.post_id,
                event=EventId(thread_id=event.thread_id, version=event.version),
            )


def _rank(hearing: Hearing) -> tuple[int, int]:
    return _BEST[hearing.reason], _STRENGTH[hearing.kind]


def _key(kept: _Kept) -> _Key:
    return kept[0]
