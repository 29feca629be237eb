"""What verbs have in common: they let what was decided happen."""

from .events import Event, evolve
from .thread import Thread


def evolved(thread: Thread, events: tuple[Event, ...]) -> Thread:
    """Return the thread after all *events*; the same one if there are none."""
    for event in events:
        thread = evolve(thread, event)
    return thread
