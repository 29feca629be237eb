"""Votes, reactions and other counts of a post, as schema.org tells them."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from ...posts import PostKind
from .._report import Collector
from ._drafts import Counts
from ._nodes import each
from ._props import Props, number_in
from ._words import EXTENSION, short

__all__ = ["take_counts"]

#: What a page counts beside votes and reactions, as totals that it declares.
_DECLARED: Final = {
    "CommentAction": "comments",
    "ShareAction": "shares",
    "BookmarkAction": "bookmarks",
    "FollowAction": "follows",
}
_COUNTERS: Final = "interactionStatistic"


def take_counts(props: Props, kind: PostKind | None, report: Collector) -> Counts:
    """
    Take all counts of a post.

    Likes and dislikes together are votes; likes alone are reactions, because nobody
    said that they count in a score. ``upvoteCount`` is upvotes less downvotes, as
    search engines want it, unless ``downvoteCount`` stands beside it.
    """
    counts = Counts()
    likes: dict[str, int] = {}
    left: list[object] = []
    for value in props.take(_COUNTERS):
        action, number, name = _counter(value)
        if number is None or action is None:
            left.append(value)
        elif action in _DECLARED:
            counts.declared.setdefault(_DECLARED[action], number)
        elif action == "ViewAction" and kind is PostKind.QUESTION:
            counts.views = number
        elif action in ("LikeAction", "DislikeAction") and name in _names(action):
            likes.setdefault(f"{action} {name or ''}".strip(), number)
        elif action == "ReactAction" and name:
            counts.reactions.setdefault(unicodedata.normalize("NFC", name), number)
        else:
            left.append(value)
    if left:
        props.put(_COUNTERS, left)
    _votes(counts, likes, props, report)
    for name in ("answer", "comment"):
        total = props.count(f"{name}Count")
        if total is not None:
            counts.declared[f"{name}s"] = total
    counts.complete = props.flag(f"{EXTENSION}complete") is True
    counts.exact = props.flag(f"{EXTENSION}exact") is not False
    return counts


def _names(action: str) -> tuple[str | None, ...]:
    return (None, "up") if action == "LikeAction" else (None, "down")


def _votes(
    counts: Counts, likes: dict[str, int], props: Props, report: Collector
) -> None:
    counts.up, counts.down = likes.get("LikeAction up"), likes.get("DislikeAction down")
    like, dislike = likes.get("LikeAction"), likes.get("DislikeAction")
    if counts.up is None and like is not None:
        if dislike is None and counts.down is None:
            counts.reactions.setdefault("like", like)
        else:
            counts.up = like
    if counts.down is None:
        counts.down = dislike
    score = props.count("upvoteCount", None)
    if "downvoteCount" in props and score is not None and score >= 0:
        down = props.count("downvoteCount")
        if counts.up is None and counts.down is None and down is not None:
            counts.up, counts.down, score = score, down, None
    if score is None:
        score = props.count(f"{EXTENSION}score", None)
    counts.score = score
    if None in (counts.up, counts.down, score):
        return
    if (counts.up or 0) - (counts.down or 0) != score:
        report.loss(
            "score-differs",
            "a score is not the upvotes less the downvotes: the score is kept, the "
            "counts go to extra",
            f"{props.where}: {counts.up} - {counts.down} is not {score}",
            kind="noted",
        )
        props.put("LikeAction", counts.up)
        props.put("DislikeAction", counts.down)
        counts.up = counts.down = None


def _counter(value: object) -> tuple[str | None, int | None, str | None]:
    """Return the action that is counted, how often, and the name of the counter."""
    if not isinstance(value, Mapping):
        return None, None, None
    members = {short(key): part for key, part in value.items() if isinstance(key, str)}
    action: str | None = None
    for part in each(members.get("interactionType")):
        if isinstance(part, dict):
            part = part.get("@type", part.get("@id"))
        if isinstance(part, str):
            action = short(part)
    number: int | None = None
    for part in each(members.get("userInteractionCount")):
        found = number_in(part)
        number = found if found is not None and found >= 0 else None
    name = members.get("name")
    return action, number, name if isinstance(name, str) else None
