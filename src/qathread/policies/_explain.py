"""A policy in words."""

from collections.abc import Iterator
from typing import Final

from ..errors import ValidationError
from ..policy import (
    Bounties,
    KindPosting,
    KindVoting,
    Moderation,
    Policy,
    Posting,
    Reputation,
    Voting,
)
from ..posts import PostKind
from ._words import listed, phrase, text_of

__all__ = ["explain"]

#: Everybody may, and nothing is limited: what need not be said.
_FREE: Final = Policy(name="free")

#: Fields in the order in which they are told, and what they are called.
Rows = tuple[tuple[str, str], ...]

_VOTES: Rows = (
    ("directions", "votes there are on {}"),
    ("up", "who votes up on {}"),
    ("down", "who votes down on {}"),
    ("own", "votes of authors on own {}"),
    ("change", "time to change a vote on {}"),
    ("open_for", "age up to which votes are taken on {}"),
)
_ALL_VOTES: Rows = (("heaviest", "weight of the heaviest vote"),)
_TEXTS: Rows = (
    ("body", "characters in {}"),
    ("write", "who writes {}"),
    ("edit", "who edits all {}"),
    ("edit_own", "time to edit own {}"),
    ("edit_wiki", "who edits {} that belong to everybody"),
    ("grace", "time in which an edit of {} joins the last one"),
    ("delete.own", "authors delete own {}"),
    ("delete.own_accepted", "authors delete accepted {}"),
    ("delete.own_upvoted", "authors delete {} with upvoted answers"),
    ("delete.own_answers", "most answers of {} that authors delete"),
    ("delete.others", "who deletes all {}"),
)
_ALL_TEXTS: Rows = (
    ("title", "characters in a title"),
    ("tag", "characters in a tag"),
    ("tags", "tags of a question"),
    ("name", "characters in a name"),
    ("accept.who", "who accepts answers"),
    ("accept.roles", "roles that accept too"),
    ("accept.others", "others that accept later"),
    ("accept.others_after", "age of an answer that others accept"),
    ("accept.own", "authors accept own answers"),
    ("accept.own_needs", "who accepts own answers"),
    ("accept.most", "answers accepted at once"),
    ("depth", "comments under one another"),
)
_MARKS: Rows = (
    ("close", "closing a thread"),
    ("reopen", "opening it again"),
    ("reasons", "reasons for closing"),
    ("protect", "who protects a thread"),
    ("protected", "who answers in a protected thread"),
    ("lock", "who locks"),
    ("pin", "who pins"),
    ("archive", "who archives"),
    ("hide", "who hides and shows"),
    ("remove", "who removes posts"),
    ("wiki", "who gives posts to everybody, besides authors"),
    ("arrange", "who converts, moves, merges and splits"),
    ("invalidate", "who strikes out votes"),
    ("people", "who merges users"),
    ("flags.who", "who reports posts"),
    ("flags.settle", "who decides on reports"),
    ("flags.own", "authors report own posts"),
    ("flags.reasons", "reasons for reports"),
    ("flags.hide_at", "reports that hide a post"),
    ("flags.remove_at", "reports that remove a post"),
    ("stops.closed", "what a closed thread stops"),
    ("stops.hidden", "what hiding stops"),
    ("stops.pending", "what waiting for approval stops"),
    ("stops.suspended", "a suspension stops everything"),
)
_BOUNTY: Rows = (
    ("who", "who offers a bounty"),
    ("amount", "points of a bounty"),
    ("step", "points of a bounty are a multiple of"),
    ("answered_least", "least points from somebody who answered"),
    ("wait", "age of a question with a bounty"),
    ("at_once", "bounties on a question at once"),
    ("lasts", "time until a bounty ends"),
    ("grace", "time after the end to award it by hand"),
    ("auto_score", "score of an answer that gets it by itself"),
    ("auto_percent", "percent that such an answer gets"),
)
_POINTS: Rows = (
    ("start", "points to begin with"),
    ("floor", "least points"),
    ("floor_mode", "losses below the least points"),
    ("day_offset", "minutes before midnight UTC when a day starts"),
    ("deleted_counts", "points of deleted posts stay"),
    ("question_takes_all", "a deleted question takes the points under it"),
    ("wiki_counts", "posts that belong to everybody earn points"),
)


def explain(policy: Policy) -> str:
    """
    Put a policy into words.

    Args:
        policy: Any policy.

    Returns:
        The name, then a section for each part, in a fixed order; only what differs
        from a policy under which everybody may and nothing is limited or paid.
        Time has its unit, posts that are treated alike share a line.

    Raises:
        ValidationError: If it is not a Policy.

    >>> from qathread.policies import GITHUB
    >>> for line in explain(GITHUB).splitlines()[:5]:
    ...     print(line)
    Policy github
    <BLANKLINE>
    Voting:
      votes there are on questions, answers and comments: up
      weight of the heaviest vote: 1
    """
    if not isinstance(policy, Policy):
        raise ValidationError(
            f"explain() was given a {type(policy).__name__}: give a Policy"
        )
    name = policy.name if policy.name.isprintable() else repr(policy.name)
    quotas = (f"{each.name}: {text_of(each)}" for each in policy.quotas)
    sections = (
        ("Voting", _voting(policy.voting), "everybody may, nothing is limited"),
        ("Posting", _posting(policy.posting), "everybody may, nothing is limited"),
        ("Moderation", _moderation(policy.moderation), "everybody may"),
        ("Reputation", _reputation(policy.reputation), "nothing is paid"),
        ("Quotas", quotas, "nothing is counted"),
    )
    blocks = [f"Policy {name}"]
    for title, found, free in sections:
        lines = list(found) or [free]
        blocks.append("\n".join((f"{title}:", *(f"  {line}" for line in lines))))
    return "\n\n".join(blocks) + "\n"


def _voting(voting: Voting) -> Iterator[str]:
    parts = {kind: voting.on(kind) for kind in PostKind}
    yield from _by_kind(parts, _FREE.voting.question, _VOTES)
    yield from _plain(voting, _FREE.voting, _ALL_VOTES)


def _posting(posting: Posting) -> Iterator[str]:
    parts = {kind: posting.of(kind) for kind in PostKind}
    yield from _by_kind(parts, _FREE.posting.question, _TEXTS)
    yield from _plain(posting, _FREE.posting, _ALL_TEXTS)


def _moderation(moderation: Moderation) -> Iterator[str]:
    yield from _plain(moderation, _FREE.moderation, _MARKS)
    if moderation.bounty is None:
        yield "bounties: none"
    else:
        yield from _plain(moderation.bounty, Bounties(), _BOUNTY)


def _reputation(reputation: Reputation) -> Iterator[str]:
    for pay in reputation.pays:
        yield f"{phrase(pay.rule)}: {text_of(pay)}"
    for cap in reputation.caps:
        yield f"bound: {text_of(cap)}"
    yield from _plain(reputation, _FREE.reputation, _POINTS)


def _plain(part: object, free: object, rows: Rows) -> Iterator[str]:
    """Tell the fields of a part that are not free."""
    for path, label in rows:
        value = _get(part, path)
        if value != _get(free, path):
            yield f"{label}: {text_of(value, path.rpartition('.')[2])}"


def _by_kind(
    parts: dict[PostKind, KindVoting] | dict[PostKind, KindPosting],
    free: object,
    rows: Rows,
) -> Iterator[str]:
    """The same for parts by kind of post; kinds of one text share a line."""
    for path, label in rows:
        texts: dict[str, list[str]] = {}
        for kind, part in parts.items():
            value = _get(part, path)
            if value != _get(free, path):
                said = text_of(value, path.rpartition(".")[2])
                texts.setdefault(said, []).append(f"{phrase(kind)}s")
        for said, kinds in texts.items():
            yield f"{label.format(listed(kinds))}: {said}"


def _get(part: object, path: str) -> object:
    """Follow names of fields."""
    for name in path.split("."):
        part = getattr(part, name)
    return part
