"""
What each of several processes does to a store.

Every job ends after a fixed number of steps, whatever the others do; who wants more
of it asks again.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from .. import moderation, posting, voting
from ..errors import PolicyViolation, StoreBusyError, VersionConflictError
from ..feedback import DOWN, UP
from ..stores import (
    ListsThreads,
    ReadsFeed,
    ThreadOrder,
    ThreadQuery,
    ThreadStore,
    update,
)
from ..thread import Thread
from ..users import User
from ._concurrent_worker import Plain
from ._samples import ADA, START, a_comment, a_thread, a_vote, comments

#: With so many tries, only a writer that never gets its turn gives up.
ATTEMPTS: Final = 10_000
#: Seconds between two looks: readers leave room for writers.
_PAUSE: Final = 0.003
#: Seconds that a forked process may take.
_FORK_LIMIT: Final = 45


def changed(
    store: ThreadStore, thread_id: str, change: Callable[[Thread], Thread]
) -> Thread:
    """Change a thread, however many others do so too."""
    return update(store, thread_id, change, attempts=ATTEMPTS)


# -- S8: whole versions ----------------------------------------------------------


def numbered(thread_id: str) -> Thread:
    """Return a thread each part of which says 0."""
    name = _name(0)
    thread = posting.ask(
        thread_id, title=name, body=name, tags=(name,), by=ADA, at=START
    )
    for answer in ("a", "b"):
        thread = posting.answer(thread, name, by=ADA, at=START, id=answer)
        on = f"on {answer}"
        thread = posting.comment(thread, answer, name, by=ADA, at=START, id=on)
    return thread


def _name(number: int) -> str:
    return f"n{number}"


def _bumped(thread: Thread, writer: str) -> Thread:
    """
    Return the thread with every part one higher.

    The vote tells writers apart: a store may take the very same change on the same
    version for one that was sent again.
    """
    root = thread.root.id
    number = (thread.score(root) or 0) + 1
    name = _name(number)
    thread = posting.edit(
        thread, root, title=name, body=name, tags=(name,), by=ADA, at=START
    )
    for post in ("a", "on a", "b", "on b"):
        thread = posting.edit(thread, post, body=name, by=ADA, at=START)
    return voting.cast(thread, root, UP, by=User(id=f"{writer} {number}"), at=START)


def _number(thread: Thread) -> int:
    """Return the number that all parts of a thread say."""
    question = thread.question
    said = {post.body.source for post in thread.posts}
    said.update((question.title or "", *question.tags))
    number = thread.score(question.id)
    assert number is not None
    assert said == {_name(number)}, f"parts of several versions: {said}, score {number}"
    return number


def bump(store: ThreadStore, *, thread_id: str, writer: str, times: int) -> None:
    """Raise every part of a thread by one, again and again."""
    for _ in range(times):
        saved = changed(store, thread_id, partial(_bumped, writer=writer))
        seen = _number(store.load(thread_id))
        assert seen >= _number(saved), "a later load does not see what was saved"


def look(store: ThreadStore, *, thread_id: str, seen: int, looks: int) -> int:
    """Look at a thread that said *seen* before; return what it says at the end."""
    for _ in range(looks):
        number = _number(store.load(thread_id))
        assert number >= seen, f"loaded {number} after {seen}"
        seen = number
        if isinstance(store, ListsThreads):
            _look_it_up(store, thread_id, seen)
        time.sleep(_PAUSE)
    return seen


def _look_it_up(store: ListsThreads, thread_id: str, least: int) -> None:
    name = _name(least)
    for query in (ThreadQuery(), ThreadQuery(text=name), ThreadQuery(tags=(name,))):
        for summary in store.find(query).items:
            if summary.id != thread_id:
                continue
            number = summary.score
            assert number is not None and number >= least
            said = {summary.title, *summary.tags}
            assert said == {_name(number)}, f"a list says {said}, score {number}"
            by_word = query.text is not None or query.tags
            assert not by_word or number == least, f"{name} finds {number}"


def alternate(store: ThreadStore, *, first: str, second: str, times: int) -> None:
    """Raise two threads by turns, so that the second is never ahead."""
    for _ in range(times):
        for thread_id in (first, second):
            changed(store, thread_id, partial(_bumped, writer="writer"))


def look_at_pages(
    store: ThreadStore, *, first: str, second: str, looks: int
) -> list[Plain]:
    """Look at two threads on one page: what it shows was so at one moment."""
    assert isinstance(store, ListsThreads)
    query = ThreadQuery(order=ThreadOrder.ID)
    scores: dict[str, int] = {}
    for _ in range(looks):
        page = store.find(query).items
        scores = {summary.id: summary.score or 0 for summary in page}
        ahead = scores[first] - scores[second]
        assert ahead in (0, 1), f"a page of several states: {scores}"
        time.sleep(_PAUSE)
    return [scores[first], scores[second]]


# -- S9: the feed ----------------------------------------------------------------


def append(store: ThreadStore, *, thread_id: str, saves: int, size: int) -> None:
    """Add events to a thread, so many at once."""
    thread = store.save(a_thread(thread_id))
    for number in range(saves):
        texts = (f"{number}.{place}" for place in range(size))
        thread = store.save(comments(thread, *texts))


def follow_feed(
    store: ThreadStore, *, position: int, looks: int, limit: int
) -> list[Plain]:
    """Return what the feed tells after a position, looked at several times."""
    assert isinstance(store, ReadsFeed)
    seen: list[Plain] = []
    for _ in range(looks):
        entries = store.feed(position, limit)
        for entry in entries:
            assert entry.position > position, "positions do not rise"
            position = entry.position
            seen.append([position, entry.event.thread_id, entry.event.version])
        if not entries:
            time.sleep(_PAUSE)
    return seen


# -- changes that must not be lost or doubled ------------------------------------


def comment(store: ThreadStore, *, thread_id: str, writer: str, times: int) -> None:
    """Write numbered comments."""
    for number in range(times):
        changed(store, thread_id, commenting(f"{writer} {number}"))


def commenting(text: str) -> Callable[[Thread], Thread]:
    """Return the change that adds a comment."""
    return lambda thread: a_comment(thread, text)


def vote(
    store: ThreadStore, *, thread_id: str, voter: str, op_id: str | None
) -> list[Plain]:
    """Cast one vote; return the version and score of the question."""

    def change(thread: Thread) -> Thread:
        return a_vote(thread, voter)

    saved = update(store, thread_id, change, op_id=op_id, attempts=ATTEMPTS)
    return [saved.version, saved.score(saved.root.id)]


def open_thread(
    store: ThreadStore, *, thread_id: str, title: str, op_id: str | None
) -> Plain:
    """Save a new thread; return its version, or the conflict."""
    try:
        return store.save(a_thread(thread_id, title), op_id=op_id).version
    except VersionConflictError as error:
        return [error.thread_id, error.expected, error.actual]


def save_patiently(store: ThreadStore, *, text: str, op_id: str) -> list[Plain]:
    """Save while somebody holds the store; return how it went and the time it took."""
    start = time.monotonic()
    try:
        update(store, "q", commenting(text), op_id=op_id)
    except StoreBusyError:
        return ["busy", time.monotonic() - start]
    return ["saved", time.monotonic() - start]


# -- V3: rules hold on the state that is written to ------------------------------


def cast_votes(
    store: ThreadStore, *, thread_id: str, post: str, voter: str, times: int
) -> int:
    """Vote up and down on a post until that is refused; return how often it worked."""
    by = User(id=voter)
    for number in range(times):
        way = DOWN if number % 2 else UP

        def change(thread: Thread, way: Any = way) -> Thread:
            return voting.cast(thread, post, way, by=by, at=START)

        try:
            changed(store, thread_id, change)
        except PolicyViolation:
            return number
    return times


def accept_answer(store: ThreadStore, *, thread_id: str, post: str) -> bool:
    """Accept an answer; False: that was refused."""

    def change(thread: Thread) -> Thread:
        return posting.accept(thread, post, by=ADA, at=START)

    try:
        changed(store, thread_id, change)
    except PolicyViolation:
        return False
    return True


def delete_post(store: ThreadStore, *, thread_id: str, post: str) -> None:
    """Delete a post."""

    def change(thread: Thread) -> Thread:
        return posting.delete(thread, post, by=ADA, at=START)

    changed(store, thread_id, change)


def lock_thread(store: ThreadStore, *, thread_id: str) -> None:
    """Lock a thread."""

    def change(thread: Thread) -> Thread:
        return moderation.lock(thread, by=ADA, at=START)

    changed(store, thread_id, change)


# -- S14: forks ------------------------------------------------------------------


def fork(store: ThreadStore, *, times: int) -> Plain:
    """
    Use the store before a fork, then on both sides.

    Returns:
        How the forked process ended, 0 if well; None if processes cannot fork.
    """
    if not hasattr(os, "fork"):
        return None
    changed(store, "q", commenting("before"))
    child = os.fork()
    if not child:
        _be_the_child(store, times)
    try:
        comment(store, thread_id="q", writer="parent", times=times)
    finally:
        status = _ended(child)
    return status


def _be_the_child(store: ThreadStore, times: int) -> None:
    """Write some comments, and end in time without what else is done at the end."""
    status = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_FORK_LIMIT)
        comment(store, thread_id="q", writer="child", times=times)
        status = 0
    except BaseException:
        # By the descriptor: another thread may have held the lock of the stream.
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def _ended(child: int) -> int:
    """Wait for a forked process; one that does not end is ended."""
    deadline = time.monotonic() + _FORK_LIMIT + 10
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_PAUSE)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


JOBS: Final[dict[str, Callable[..., Any]]] = {
    each.__name__: each
    for each in (
        accept_answer,
        alternate,
        append,
        bump,
        cast_votes,
        comment,
        delete_post,
        follow_feed,
        fork,
        lock_thread,
        look,
        look_at_pages,
        open_thread,
        save_patiently,
        vote,
    )
}
