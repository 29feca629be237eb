"""Threads of one subject put together, for mails that do not say what they answer."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from ._headers import base_subject

__all__ = ["Top", "joined"]


@frozen
class Top:
    """
    The top of a thread.

    Attributes:
        node: Its number.
        at: The time of its first mail.
        name: Its id.
        subject: The subject of its first mail.
        is_there: Whether it is a mail, not the place of a missing one.
    """

    node: int
    at: int
    name: str
    subject: str
    is_there: bool


def joined(tops: Iterable[Top]) -> Iterator[tuple[int, int]]:
    """
    Yield which top goes under which.

    Only replies are moved, as their subject tells, and missing mails: under the latest
    mail of their subject that is no reply and not later than they are; else under
    the earliest one of their subject. What is no reply starts a thread of its own,
    however often its subject comes again.
    """
    by_subject: dict[str, list[tuple[Top, bool]]] = {}
    for top in tops:
        subject, is_reply = base_subject(top.subject)
        if subject:
            moved = is_reply or not top.is_there
            by_subject.setdefault(subject.casefold(), []).append((top, moved))
    for several in by_subject.values():
        several.sort(key=lambda each: (each[1], each[0].at, each[0].name))
        firsts = [top for top, moved in several if not moved]
        latest = several[0][0]
        at = 0
        for top, moved in several:
            if not moved or (top is latest and not firsts):
                continue
            while at < len(firsts) and firsts[at].at <= top.at:
                latest = firsts[at]
                at += 1
            yield top.node, latest.node
