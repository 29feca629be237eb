"""Writing, editing and accepting. Each verb returns the next thread."""

from collections.abc import Iterable
from datetime import datetime

from . import _decide_editing
from . import _decide_posting as decide
from .bodies import Body
from .content import ThreadKind
from .events import Event, evolve, replay
from .ids import PostId, ThreadId
from .policies import OPEN
from .policy import Policy, Usage
from .thread import Thread
from .users import User

__all__ = [
    "accept",
    "answer",
    "approve_edit",
    "ask",
    "comment",
    "delete",
    "edit",
    "reject_edit",
    "restore",
    "rollback",
    "suggest_edit",
    "unaccept",
]


def ask(
    thread_id: ThreadId,
    *,
    title: str | None,
    body: Body | str,
    tags: Iterable[str] = (),
    kind: str = ThreadKind.QA,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
    id: PostId | None = None,
) -> Thread:
    """
    Open a thread with a question.

    Args:
        thread_id: The id of the new thread.
        title: The title; a discussion may have none.
        body: The text, a Body or a str of Markdown.
        tags: The tags.
        kind: ``"qa"`` or ``"discussion"``.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.
        id: The id of what is made; default ``"{thread.id}.{version}"``.

    Returns:
        A thread at version 1, or 2 where the policy casts the asker's own
        upvote, never stored.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    return replay(
        decide.ask(
            thread_id, title, body, tags, kind, by, at, policy, usage, recorded_at, id
        )
    )


def answer(
    thread: Thread,
    body: Body | str,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
    id: PostId | None = None,
) -> Thread:
    """
    Answer the question.

    Args:
        thread: The thread.
        body: The text, a Body or a str of Markdown.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.
        id: The id of what is made; default ``"{thread.id}.{version}"``.

    Returns:
        The next thread.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
        DuplicateIdError: If the id is taken.
    """
    events = decide.answer(thread, body, by, at, policy, usage, recorded_at, id)
    return _after(thread, events)


def comment(
    thread: Thread,
    on: PostId,
    body: Body | str,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
    id: PostId | None = None,
) -> Thread:
    """
    Comment on any post.

    Args:
        thread: The thread.
        on: The post that is replied to.
        body: The text, a Body or a str of Markdown.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.
        id: The id of what is made; default ``"{thread.id}.{version}"``.

    Returns:
        The next thread.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
        DuplicateIdError: If the id is taken.
    """
    events = decide.comment(thread, on, body, by, at, policy, usage, recorded_at, id)
    return _after(thread, events)


def edit(
    thread: Thread,
    post_id: PostId,
    *,
    body: Body | str | None = None,
    title: str | None = None,
    tags: Iterable[str] | None = None,
    base_revision: int | None = None,
    summary: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Change the wording of a post.

    Args:
        thread: The thread.
        post_id: Which post.
        body: The new text; None: unchanged; a str keeps the media type.
        title: The new title of a question; None: unchanged.
        tags: The new tags of a question; None: unchanged.
        base_revision: The wording that the change was made from; refused if the
            post has moved on. None: not checked.
        summary: What the editor says about it.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if nothing would change.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = _decide_editing.edit(
        thread,
        post_id,
        body,
        title,
        tags,
        base_revision,
        summary,
        by,
        at,
        policy,
        usage,
        recorded_at,
    )
    return thread if event is None else evolve(thread, event)


def rollback(
    thread: Thread,
    post_id: PostId,
    to: int,
    *,
    summary: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Bring an earlier wording of a post back, as a new revision.

    Args:
        thread: The thread.
        post_id: Which post.
        to: The number of the wording.
        summary: What the editor says about it.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if that is the wording already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = _decide_editing.rollback(
        thread, post_id, to, summary, by, at, policy, usage, recorded_at
    )
    return thread if event is None else evolve(thread, event)


def suggest_edit(
    thread: Thread,
    post_id: PostId,
    *,
    body: Body | str | None = None,
    title: str | None = None,
    tags: Iterable[str] | None = None,
    summary: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
    id: str | None = None,
) -> Thread:
    """
    Propose a wording for somebody else to decide on.

    Args:
        thread: The thread.
        post_id: Which post.
        body: The proposed text; None: unchanged.
        title: The proposed title of a question; None: unchanged.
        tags: The proposed tags of a question; None: unchanged.
        summary: What the proposer says about it.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.
        id: The id of what is made; default ``"{thread.id}.{version}"``.

    Returns:
        The next thread; the same one if nothing would change.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = _decide_editing.suggest_edit(
        thread, post_id, body, title, tags, summary, by, at, policy, recorded_at, id
    )
    return thread if event is None else evolve(thread, event)


def approve_edit(
    thread: Thread,
    suggestion_id: str,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take a proposed wording; its proposer becomes the editor.

    Args:
        thread: The thread.
        suggestion_id: Which proposal.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = _decide_editing.approve_edit(
        thread, suggestion_id, by, at, policy, recorded_at
    )
    return evolve(thread, event)


def reject_edit(
    thread: Thread,
    suggestion_id: str,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Turn a proposed wording down.

    Args:
        thread: The thread.
        suggestion_id: Which proposal.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = _decide_editing.reject_edit(
        thread, suggestion_id, reason, by, at, policy, recorded_at
    )
    return evolve(thread, event)


def delete(
    thread: Thread,
    post_id: PostId,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take a post down; its text stays known, and its replies stand.

    Args:
        thread: The thread.
        post_id: Which post.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is deleted already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.delete(thread, post_id, reason, by, at, policy, usage, recorded_at)
    return thread if event is None else evolve(thread, event)


def restore(
    thread: Thread,
    post_id: PostId,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Bring a deleted post back.

    Args:
        thread: The thread.
        post_id: Which post.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not deleted.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.restore(thread, post_id, by, at, policy, recorded_at)
    return thread if event is None else evolve(thread, event)


def accept(
    thread: Thread,
    answer_id: PostId,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Mark an answer as the solution; past the policy's number it replaces the oldest.

    Args:
        thread: The thread.
        answer_id: Which answer.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is accepted already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.accept(thread, answer_id, by, at, policy, usage, recorded_at)
    return thread if event is None else evolve(thread, event)


def unaccept(
    thread: Thread,
    answer_id: PostId,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take that mark off.

    Args:
        thread: The thread.
        answer_id: Which answer.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not accepted.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.unaccept(thread, answer_id, by, at, policy, recorded_at)
    return thread if event is None else evolve(thread, event)


def _after(thread: Thread, events: tuple[Event, ...]) -> Thread:
    """Return the thread after what a verb brought about, most often one event."""
    return evolve(thread, events[0]) if len(events) == 1 else replay(events, thread)
