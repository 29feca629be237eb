"""The parts of policies in words: needs, lengths, spans of time, amounts."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import attrs

from ..policy import (
    Cap,
    CapMode,
    CapPer,
    Lengths,
    Needs,
    OwnVotes,
    PaidFor,
    Pay,
    Quorum,
    Quota,
    Window,
)
from ..posts import PostKind
from ._roles import NOBODY

__all__ = ["listed", "phrase", "text_of"]

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
#: Fields that hold seconds, in whatever part.
_SECONDS: Final = frozenset(
    {"seconds", "grace", "open_for", "others_after", "lasts", "wait", "period"}
)
_ACTORS: Final = {
    PaidFor.ANSWER_ACCEPTED: "asker",
    PaidFor.EDIT_APPROVED: "approver",
    PaidFor.BOUNTY_OFFERED: "giver",
    PaidFor.BOUNTY_AWARDED: "giver",
}
_BOUNTIES: Final = frozenset({PaidFor.BOUNTY_OFFERED, PaidFor.BOUNTY_AWARDED})
_OWN: Final = {
    OwnVotes.ALLOW: "allowed",
    OwnVotes.FORBID: "refused",
    OwnVotes.AUTO: "an upvote comes with the post",
}
_PER: Final = {
    CapPer.DAY: "in a day",
    CapPer.POST: "for one post",
    CapPer.EVER: "ever",
}
_MODES: Final = {
    CapMode.NET: "gains and losses offset each other",
    CapMode.GROSS: "gains and losses count apart",
    CapMode.OVERSHOOT: "gains and losses count apart, the last one is paid whole",
}


def _seconds_text(seconds: int) -> str:
    """
    Say a span of time in the largest unit that fits without a rest.

    >>> _seconds_text(300), _seconds_text(86_400), _seconds_text(90)
    ('5 minutes', '1 day', '90 seconds')
    """
    for size, unit in _UNITS:
        if seconds and seconds % size == 0:
            return _count_text(seconds // size, unit)
    return _count_text(seconds, "second")


def _count_text(number: int, unit: str) -> str:
    """Say how many there are of a thing."""
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def listed(words: Iterable[str], last: str = "and") -> str:
    """
    Join words into a list that can be read aloud.

    >>> listed(["questions", "answers", "comments"])
    'questions, answers and comments'
    """
    *front, end = list(words) or ["none"]
    return f"{', '.join(front)} {last} {end}" if front else end


def phrase(member: StrEnum) -> str:
    """Return a member's value as words."""
    return member.value.replace("_", " ")


def _needs_text(needs: Needs) -> str:
    """Say who may."""
    if needs == NOBODY:
        return "nobody"
    parts = []
    if needs.reputation is not None:
        parts.append(f"from {_count_text(needs.reputation, 'point')}")
    if needs.roles:
        parts.append(f"as {listed(sorted(needs.roles), 'or')}")
    return ", or ".join(parts) or "everybody"


def _lengths_text(lengths: Lengths) -> str:
    """Say how long or how many."""
    if lengths.most is None:
        return f"at least {lengths.least:,}"
    if lengths.least:
        return f"{lengths.least:,} to {lengths.most:,}"
    return f"at most {lengths.most:,}"


def _window_text(window: Window) -> str:
    """Say for how long."""
    found = "for good" if window.seconds is None else _seconds_text(window.seconds)
    if window.edits_reopen:
        found += ", again after an edit"
    if window.while_last:
        found += ", longer while nothing follows"
    return found


def _quorum_text(quorum: Quorum) -> str:
    """Say how many decide, and who."""
    parts = [f"{_count_text(quorum.votes, 'voice')} ({_needs_text(quorum.who)})"]
    if quorum.alone:
        parts.append(f"alone as {listed(sorted(quorum.alone), 'or')}")
    parts.append("authors too" if quorum.own else "authors only with what others need")
    if quorum.lasts is not None:
        parts.append(f"a voice lasts {_seconds_text(quorum.lasts)}")
    return "; ".join(parts)


def _pay_text(pay: Pay) -> str:
    """Say who gets how many points."""
    each = " for each point" if pay.rule in _BOUNTIES else ""
    actor = _ACTORS.get(pay.rule, "voter" if "voted" in pay.rule.value else "actor")
    amounts = (
        (pay.author, "to the author"),
        (pay.actor, f"to the {actor}"),
        (pay.own, "where both are one person"),
    )
    parts = [f"{points:+,} {whom}" for points, whom in amounts if points]
    return ", ".join(parts) + each if parts else "nothing"


def _cap_text(cap: Cap) -> str:
    """Say what is bounded, and how."""
    bounds = [] if cap.high is None else [f"+{cap.high:,}"]
    bounds += [] if cap.low is None else [f"-{-cap.low:,}"]
    causes = listed(phrase(rule) for rule in PaidFor if rule in cap.rules)
    most = f"at most {listed(bounds)}" if bounds else "no bound"
    return f"{most} {_PER[cap.per]} from {causes}; {_MODES[cap.mode]}"


def _quota_text(quota: Quota) -> str:
    """Say how often what may be done."""
    acts = listed(sorted(phrase(act) for act in quota.acts))
    kinds = listed(f"{phrase(kind)}s" for kind in PostKind if kind in quota.kinds)
    found = f"{quota.limit:,} in {_seconds_text(quota.period)}: {acts}"
    if quota.kinds != frozenset(PostKind):
        found += f" on {kinds}"
    if quota.then is not None:
        found += f"; then {quota.then!r}"
    if quota.spare:
        found += f"; only while {quota.spare:,} of the next are left"
    return found


def text_of(value: object, name: str = "") -> str:
    """
    Say any value of a policy, down to its numbers.

    Args:
        value: A part of a policy, or the value of a field.
        name: The field's name, which says the unit.

    Returns:
        One line; different values of one field give different lines.
    """
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case OwnVotes():
            return _OWN[value]
        case StrEnum():
            return phrase(value)
        case int():
            return _seconds_text(value) if name in _SECONDS else f"{value:,}"
        case str():
            return repr(value)
        case frozenset():
            texts = (
                phrase(item) if isinstance(item, StrEnum) else repr(item)
                for item in value
            )
            return ", ".join(sorted(texts)) or "none"
        case Needs():
            return _needs_text(value)
        case Lengths():
            return _lengths_text(value)
        case Window():
            return _window_text(value)
        case Quorum():
            return _quorum_text(value)
        case Pay():
            return _pay_text(value)
        case Quota():
            return _quota_text(value)
        case Cap():
            return _cap_text(value)
        case _:
            kind = type(value)
    if attrs.has(kind):
        return ", ".join(
            f"{each.name} {text_of(getattr(value, each.name), each.name)}"
            for each in attrs.fields(kind)
        )
    raise TypeError(f"no words for {value!r}")  # pragma: no cover - our own mistake
