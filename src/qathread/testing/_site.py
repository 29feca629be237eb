"""A small site: threads in which all that lists tell apart occurs."""

from datetime import datetime, timedelta
from typing import Any, Final

from .. import moderation, posting, voting
from ..bodies import Body
from ..feedback import DOWN, UP, Direction, Tally
from ..posts import Answer, Question, Stub
from ..status import Mark, Status
from ..stores import ThreadOrder, ThreadQuery, ThreadStatus
from ..thread import Thread
from ..users import User
from ._samples import ADA, START

BEN: Final = User(id="ben", name="Ben")
CY: Final = User(id="cy", name="Cy")
MOD: Final = User(id="mod", name="Mod")

#: Lists leave nothing out.
ALL: Final = frozenset[ThreadStatus]()
EVERYTHING: Final = ThreadQuery(lacking=ALL, order=ThreadOrder.ID)


_OF_ROOT: Final = (
    "author_id",
    "body",
    "created_at",
    "edited_at",
    "title",
    "tags",
    "deleted",
    "removed",
)


def after(minutes: float) -> datetime:
    """Return an instant some minutes after the start."""
    return START + timedelta(minutes=minutes)


def asked(
    thread_id: str,
    by: User = ADA,
    minutes: float = 0,
    *,
    title: str = "How hot?",
    body: str = "My cup is cold.",
    tags: tuple[str, ...] = (),
    kind: str = "qa",
) -> Thread:
    """Return a thread that somebody just asked."""
    at = after(minutes)
    return posting.ask(
        thread_id, title=title, body=body, tags=tags, kind=kind, by=by, at=at
    )


def answered(
    thread: Thread, by: User = BEN, minutes: float = 1, text: str = "Boil it."
) -> Thread:
    """Return the thread with one more answer."""
    return posting.answer(thread, text, by=by, at=after(minutes))


def voted(thread: Thread, *voters: str, direction: Direction = UP) -> Thread:
    """Return the thread with votes on its question."""
    for voter in voters:
        by = User(id=voter)
        thread = voting.cast(thread, thread.root.id, direction, by=by, at=after(2))
    return thread


def imported(thread_id: str, **parts: Any) -> Thread:
    """Return a thread from outside, of which little is known."""
    body = Body(source="My cup is cold.")
    root: dict[str, Any] = {"id": "1", "author_id": "ada", "body": body}
    root |= {name: parts.pop(name) for name in _OF_ROOT if name in parts}
    return Thread.from_parts(id=thread_id, question=Question(**root), **parts)


def a_site() -> tuple[Thread, ...]:
    """Return threads, none of which is stored."""
    late: dict[str, Any] = {"by": MOD, "at": after(30)}
    accepted = answered(answered(asked("accepted", minutes=3)), CY, 4)
    accepted = posting.accept(accepted, "accepted.3", by=ADA, at=after(5))
    undone = posting.accept(
        answered(asked("undone", BEN, 3)), "undone.2", by=BEN, at=after(5)
    )
    undone = posting.delete(undone, "undone.2", by=BEN, at=after(6))
    talk = answered(answered(asked("talk", CY, -5, kind="discussion", tags=("Tea",))))
    talk = posting.comment(talk, "talk.2", "Or not?", by=CY, at=after(9))
    talk = posting.comment(talk, "talk.4", "Not.", by=ADA, at=after(9))
    talk = posting.delete(talk, "talk.4", by=CY, at=after(9.5))
    edited = posting.edit(
        asked("edited", minutes=1, tags=("milk",)),
        "edited.1",
        title="How cold?",
        tags=("tea", "ice"),
        by=BEN,
        at=after(50),
    )
    covered = moderation.hide(answered(asked("covered", BEN, 8)), "covered.2", **late)
    return (
        asked("plain", tags=("tea",)),
        asked("tie", BEN, tags=("tea", "milk")),
        asked("Tie", BEN, tags=("te",)),
        asked("tea", CY, tags=("teapot", "milk")),
        asked("later", ADA, 20),
        asked("earlier", ADA, -20),
        asked("moment", ADA, 1 / 60_000_000),
        voted(asked("liked", CY, 2), "ben", "dee"),
        voted(asked("loved", CY, 2), "ben", "dee", "mod"),
        voted(asked("disliked", CY, 2), "ben", direction=DOWN),
        voted(asked("even", CY, 2, tags=("tea",)), "ben"),
        accepted,
        undone,
        talk,
        edited,
        covered,
        moderation.close(asked("closed"), "dull", **late),
        moderation.lock(asked("locked"), **late),
        moderation.protect(asked("protected"), **late),
        moderation.pin(asked("pinned", tags=("tea",)), **late),
        moderation.archive(moderation.close(asked("old"), "old", **late), **late),
        moderation.hide(asked("hidden", tags=("tea",)), **late),
        moderation.make_wiki(asked("wiki"), **late),
        posting.delete(asked("deleted"), "deleted.1", by=ADA, at=after(4)),
        moderation.remove(answered(asked("removed", BEN)), "removed.1", **late),
        imported("waits", created_at=after(1), status=Status(pending=Mark())),
        imported("unknown"),
        imported("Unknown", title="Who?"),
        imported("known", created_at=after(2), tallies=_score(7), version=4),
        imported("late", edited_at=after(99), tallies=_score(-7)),
        imported("gone", created_at=after(0), deleted=Mark(), removed=Mark()),
        Thread.from_parts(
            id="rootless",
            stubs=[Stub(id="1")],
            posts=[_answer("2", after(2)), _answer("3", None)],
            accepted=["2"],
        ),
    )


def _score(score: int) -> list[Tally]:
    return [Tally(post_id="1", score=score)]


def _answer(post_id: str, at: datetime | None) -> Answer:
    body = Body(source="Boil it.")
    return Answer(
        id=post_id, question_id="1", author_id="ben", body=body, created_at=at
    )


def _all(**parts: Any) -> ThreadQuery:
    return ThreadQuery(lacking=ALL, **parts)


#: Queries of that site: each part alone, its ends, and some together.
QUERIES: Final = (
    ThreadQuery(),
    *(_all(order=order) for order in ThreadOrder),
    *(
        _all(tags=tags)
        for tags in (
            ("tea",),
            ("Tea",),
            ("te",),
            ("milk", "tea"),
            ("tea", "milk", "tea"),
            ("ice", "tea"),
            ("tea", "Tea"),
            ("none",),
            ("%",),
            ("te_",),
        )
    ),
    *(_all(author_id=each) for each in ("ada", "ben", "cy", "ADA", "mod", "a%")),
    *(_all(participant_id=each) for each in ("ada", "ben", "dee", "mod", "none")),
    *(_all(kind=each) for each in ("qa", "discussion")),
    *(_all(having=frozenset((each,))) for each in ThreadStatus),
    *(ThreadQuery(lacking=frozenset((each,))) for each in ThreadStatus),
    _all(having=frozenset((ThreadStatus.CLOSED, ThreadStatus.ARCHIVED))),
    _all(having=frozenset(ThreadStatus)),
    ThreadQuery(lacking=frozenset(ThreadStatus)),
    ThreadQuery(having=frozenset((ThreadStatus.HIDDEN,))),
    *(
        _all(**{name: after(minutes)})
        for name in ("created_from", "created_before", "active_from", "active_before")
        for minutes in (-20, -1, 0, 1 / 60_000_000, 2, 20, 50, 99, 100)
    ),
    _all(created_from=after(0), created_before=after(2)),
    _all(active_from=after(2), active_before=after(2)),
    _all(active_from=after(3), active_before=after(1)),
    *(_all(min_score=score) for score in (-8, -7, -1, 0, 1, 3, 8, 2**63 - 1)),
    *(_all(max_score=score) for score in (-(2**63) + 1, -8, -1, 0, 2, 7)),
    _all(min_score=1, max_score=2),
    _all(min_score=2, max_score=1),
    *(_all(answered=each) for each in (True, False)),
    *(_all(accepted=each) for each in (True, False)),
    _all(answered=True, accepted=False, order=ThreadOrder.ACTIVE),
    _all(tags=("tea",), min_score=0, answered=False, order=ThreadOrder.SCORE),
    _all(author_id="cy", participant_id="dee", created_from=after(2)),
    _all(kind="qa", tags=("milk",), text="cold", order=ThreadOrder.OLDEST),
    ThreadQuery(tags=("tea",), author_id="ada", order=ThreadOrder.ACTIVE),
    *(_all(text=each) for each in ("boil", "cup cold", "boil cold", "hot", "ice")),
)
