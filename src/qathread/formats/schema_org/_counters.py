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
#: The members of a counter that is read; one with others is kept as it is.
_MEMBERS: Final = frozenset(
    ("@type", "interactionType", "userInteractionCount", "name")
)
_COUNTERS: Final = "interactionStatistic"


def take_counts(props: Props, kind: PostKind | None, report: Collector) -> Counts:
    """
    Take all counts of a post.

    Likes and dislikes together are votes; likes alone are reactions, because nobody
    said that they count in a score. ``upvoteCount`` is upvotes less downvotes, as
    search engines want it, unless ``downvoteCount`` stands beside it.
    """
    counts = Counts()
    likes: dict[str, tuple[int, object]] = {}
    left: list[object] = []
    for value in props.take(_COUNTERS):
        action, number, name = _counter(value)
        if number is None or action is None:
            left.append(value)
        elif action in _DECLARED and _DECLARED[action] not in counts.declared:
            counts.declared[_DECLARED[action]] = number
        elif action == "ViewAction" and _is_first(kind, counts.views):
            counts.views = number
        elif action in ("LikeAction", "DislikeAction") and name in _names(action):
            known = likes.setdefault(f"{action} {name or ''}".strip(), (number, value))
            if known[1] is not value:
                left.append(value)
        elif action == "ReactAction" and name and _nfc(name) not in counts.reactions:
            counts.reactions[_nfc(name)] = number
        else:
            left.append(value)
    left += _likes(counts, likes)
    if left:
        props.put(_COUNTERS, left)
    _votes(counts, props, report)
    for name in ("answer", "comment"):
        counted = counts.declared.get(f"{name}s")
        total = props.count(f"{name}Count")
        if total is not None:
            counts.declared[f"{name}s"] = total
            if counted not in (None, total):
                props.put(_COUNTERS, [*props.take(_COUNTERS), {name: counted}])
    counts.complete = props.flag(f"{EXTENSION}complete") is True
    counts.exact = props.flag(f"{EXTENSION}exact") is not False
    return counts


def _names(action: str) -> tuple[str | None, ...]:
    return (None, "up") if action == "LikeAction" else (None, "down")


def _is_first(kind: PostKind | None, views: int | None) -> bool:
    return kind is PostKind.QUESTION and views is None


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _likes(counts: Counts, likes: dict[str, tuple[int, object]]) -> list[object]:
    """Take likes and dislikes as votes or reactions; return counters left over."""
    for name, kind in (("LikeAction up", "up"), ("DislikeAction down", "down")):
        if name in likes:
            setattr(counts, kind, likes.pop(name)[0])
    if "LikeAction" in likes and counts.up is None:
        if "DislikeAction" in likes or counts.down is not None:
            counts.up = likes.pop("LikeAction")[0]
        elif "like" not in counts.reactions:
            counts.reactions["like"] = likes.pop("LikeAction")[0]
    if "DislikeAction" in likes and counts.down is None:
        counts.down = likes.pop("DislikeAction")[0]
    return [value for _, value in likes.values()]


def _votes(counts: Counts, props: Props, report: Collector) -> None:
    score = props.count("upvoteCount", None)
    unknown = counts.up is None and counts.down is None
    if "downvoteCount" in props and score is not None and score >= 0 and unknown:
        down = props.count("downvoteCount")
        if down is not None:
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
    if not members.keys() <= _MEMBERS:  # such as the service that it counts
        return None, None, None
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
    name: str | None = None
    for part in each(members.get("name")):
        name = part if isinstance(part, str) else name
    return action, number, name
