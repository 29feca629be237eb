"""The replies of a thread in time."""

from typing import Any

from .._walks import preorder
from ..errors import ValidationError
from ..frames._rows import KINDS
from ..posts import Answer, Stub
from ..thread import Thread, index_in
from ._looks import COLOURS, Row, Scheme, alt, data, iso, layered, time_axis

__all__ = ["reply_tree"]

_KINDS = ("question", "answer", "accepted answer", "comment")


def reply_tree(
    thread: Thread,
    *,
    scheme: Scheme = "light",
    width: int = 640,
    row_height: int = 18,
) -> "alt.LayerChart":
    """
    Draw who replied to what, and when.

    Posts are dots, from left to right by time and from top to bottom in the order of
    reading; a rule leads from each to what it replies to. Posts that are gone, and
    those of unknown time, are left out and counted in the caption.

    Args:
        thread: The thread.
        scheme: ``"light"`` or ``"dark"``.
        width: Of the plot, in pixels.
        row_height: Of one post, in pixels; all together are at most 900.

    Raises:
        ValidationError: If no post has a known time, or there are too many.
    """
    index = index_in(thread)
    places: dict[str, tuple[int, str]] = {}
    rows: list[Row] = []
    accepted = frozenset(thread.accepted)
    hidden = 0
    for depth, node in preorder(index.nodes, index.rest.root_id):
        post = node.post
        if isinstance(post, Stub):
            continue
        if not post.stands or post.created_at is None:
            hidden += 1
            continue
        at = iso(post.created_at)
        place = len(rows) + 1
        places[post.id] = place, at
        kind = KINDS[type(post)]
        if isinstance(post, Answer) and post.id in accepted:
            kind = "accepted answer"
        author = thread.author(post.id)
        row: dict[str, str | int | float | bool | None] = {
            "at": at,
            "place": place,
            "kind": kind,
            "post": post.id,
            "author": post.author_name or author.name or author.id,
            "score": thread.score(post.id),
            "depth": depth,
        }
        above = None if post is thread.root else places.get(_parent_id(post))
        if above is not None:
            row |= {"parent_place": above[0], "parent_at": above[1]}
        rows.append(row)
    if not rows:
        raise ValidationError(f"no post of thread {thread.id!r} has a known time")
    source = data(rows)
    y = alt.Y(
        "place:Q",
        title="posts in reading order",
        scale=alt.Scale(reverse=True, domain=[0.5, len(rows) + 0.5], nice=False),
        axis=alt.Axis(labels=False, ticks=False, grid=False),
    )
    rules = (
        alt.Chart(source)
        .transform_filter("isValid(datum.parent_place)")
        .mark_rule(color="#888888", opacity=0.7)
        .encode(
            x=time_axis(),
            x2="parent_at:T",
            y=y,
            y2="parent_place:Q",
        )
    )
    dots = (
        alt.Chart(source)
        .mark_circle(size=70, opacity=1)
        .encode(
            x=time_axis(),
            y=y,
            color=alt.Color(
                "kind:N",
                title="kind",
                scale=alt.Scale(
                    domain=list(_KINDS), range=list(COLOURS[: len(_KINDS)])
                ),
            ),
            tooltip=[
                "post:N",
                "author:N",
                "kind:N",
                "score:Q",
                "depth:Q",
                alt.Tooltip("at:T", format="%Y-%m-%d %H:%M:%S", title="time (UTC)"),
            ],
        )
    )
    root: Any = thread.root
    named = getattr(root, "title", None) or thread.id
    count = f"{len(rows)} posts" + (f", {hidden} not shown" if hidden else "")
    return layered(
        rules,
        dots,
        title=named,
        caption=f"{count}; a line leads to what a post replies to",
        scheme=scheme,
        width=width,
        height=min(max(len(rows) * row_height, 60), 900),
    )


def _parent_id(post: Any) -> str:
    parent_id: str = post.parent_id
    return parent_id
