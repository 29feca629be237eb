"""What changed with time: scores, points, ranks."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .. import ranking
from .._checks import at_least
from .._facts_base import OnPost
from ..errors import ValidationError
from ..events import AnswerPosted, CommentPosted, Event, evolve
from ..posts import Post
from ..ranking import Ranked
from ..ranking.ordering import By
from ..reputation import Ledger
from ..thread import Thread
from ._looks import COLOURS, Row, Scheme, alt, data, finished, iso, layered, time_axis

__all__ = ["rank_over_time", "reputation", "score_over_time"]


def score_over_time(
    events: Iterable[Event],
    *,
    most: int = 6,
    title: str = "Scores over time",
    scheme: Scheme = "light",
    width: int = 600,
    height: int = 280,
) -> "alt.Chart":
    """
    Draw the score of each post of a thread as a step line.

    Args:
        events: All events of one thread, or the first ones, in order of version: of
            ``store.history`` or ``thread.pending``.
        most: How many posts, those of the highest last score; more than 6 share
            colours.
        title: What stands above the chart.
        scheme: ``"light"`` or ``"dark"``.
        width: Of the plot, in pixels.
        height: Of the plot, in pixels.

    Raises:
        ValidationError: If no event has a time, or there are too many points.
    """
    at_least(1, most, "most")
    thread: Thread | None = None
    known: dict[str, int | None] = {}
    rows: list[Row] = []
    last: datetime | None = None
    for event in events:
        thread = evolve(thread, event)
        if event.at is None:
            continue
        last = event.at if last is None else max(last, event.at)
        for post_id in _touched(event, thread):
            score = thread.score(post_id)
            if post_id not in known or known[post_id] != score:
                known[post_id] = score
                rows.append({"at": iso(event.at), "post": post_id, "score": score})
    if last is None:
        raise ValidationError("no event has a time: there is nothing to draw")
    scored = [(score, each) for each, score in known.items() if score is not None]
    best = [each for _, each in sorted(scored, key=lambda pair: -pair[0])][:most]
    # Each line goes on to the end.
    rows += [{"at": iso(last), "post": each, "score": known[each]} for each in best]
    shown = [row for row in rows if row["post"] in best and row["score"] is not None]
    chart = (
        alt.Chart(data(shown))
        .mark_line(interpolate="step-after")
        .encode(
            x=time_axis(),
            y=alt.Y(
                "score:Q", title="score (up minus down)", axis=alt.Axis(tickMinStep=1)
            ),
            color=_by_post(best),
            tooltip=["post:N", "score:Q", _told()],
        )
    )
    return finished(
        chart,
        title=title,
        caption=f"{len(best)} of {len(known)} posts, as their votes came in",
        scheme=scheme,
        width=width,
        height=height,
    )


def reputation(
    ledger: Ledger,
    user_id: str,
    *,
    title: str | None = None,
    scheme: Scheme = "light",
    width: int = 600,
    height: int = 280,
) -> "alt.LayerChart":
    """
    Draw somebody's points over time, and what each change was for.

    Args:
        ledger: From :func:`qathread.reputation.ledger`.
        user_id: Whose points.
        title: What stands above the chart; None: whose points they are.
        scheme: ``"light"`` or ``"dark"``.
        width: Of the plot, in pixels.
        height: Of the plot, in pixels.

    Raises:
        ValidationError: If nobody of that id has points at a known time, or there are
            too many points.
    """
    entries = [entry for entry in ledger.entries(user_id) if entry.at is not None]
    if not entries:
        raise ValidationError(f"user {user_id!r} has no entry at a known time")
    total = ledger.standing(user_id) - sum(
        entry.paid for entry in ledger.entries(user_id)
    )
    rows: list[Row] = []
    for entry in entries:
        total += entry.paid
        assert entry.at is not None
        rows.append(
            {
                "at": iso(entry.at),
                "points": total,
                "paid": entry.paid,
                "rule": entry.rule.value.replace("_", " "),
                "kind": entry.kind.value,
                "withheld": entry.withheld,
                "post": entry.post_id,
            }
        )
    base = alt.Chart(data(rows)).encode(
        x=time_axis(), y=alt.Y("points:Q", title="reputation (points)")
    )
    line = base.mark_line(interpolate="step-after", color="#888888")
    dots = base.mark_circle(size=45, opacity=1).encode(
        color=alt.Color("rule:N", title="for", scale=alt.Scale(range=list(COLOURS))),
        tooltip=[
            "rule:N",
            "kind:N",
            alt.Tooltip("paid:Q", format="+d"),
            "withheld:Q",
            "points:Q",
            "post:N",
            _told(),
        ],
    )
    return layered(
        line,
        dots,
        title=title or f"Reputation of {user_id}",
        caption=f"{len(rows)} entries, each with its cause",
        scheme=scheme,
        width=width,
        height=height,
    )


def rank_over_time(
    events: Iterable[Event],
    by: By = "score",
    *,
    most: int = 6,
    moments: int = 60,
    title: str | None = None,
    scheme: Scheme = "light",
    width: int = 600,
    height: int = 280,
) -> "alt.Chart":
    """
    Draw the place of each answer of a thread as time went on.

    Args:
        events: All events of one thread, or the first ones, in order of version.
        by: An order, as for :func:`qathread.ranking.order`. Orders that decay are
            computed for the moment they are drawn at.
        most: How many answers, those that are first at the end; more than 6 share
            colours.
        moments: At how many moments, evenly spaced from the first event to the last,
            the answers are ordered: 2 to 1,000.
        title: What stands above the chart; None: the name of the order.
        scheme: ``"light"`` or ``"dark"``.
        width: Of the plot, in pixels.
        height: Of the plot, in pixels.

    Raises:
        ValidationError: If no event has a time, *moments* is outside its range, the
            order is unknown, or there are too many points.
    """
    at_least(1, most, "most")
    at_least(2, moments, "moments")
    if moments > 1_000:
        raise ValidationError(f"moments is {moments}: give at most 1,000")
    log = list(events)
    times = [event.at for event in log if event.at is not None]
    if not times:
        raise ValidationError("no event has a time: there is nothing to draw")
    first, last = min(times), max(times)
    step = (last - first) / (moments - 1)
    found: list[tuple[datetime, Ranked[Post]]] = []
    thread: Thread | None = None
    place = 0
    for number in range(moments):
        now = last if number == moments - 1 else first + step * number
        # In order of version: what is dated back is known when its turn comes.
        while place < len(log) and _due(log[place], now):
            thread = evolve(thread, log[place])
            place += 1
        if thread is not None:
            found.append(
                (now, ranking.order(thread.answers, thread=thread, by=by, now=now))
            )
    answers = found[-1][1] if found else ()
    best = [post.id for post in answers[:most]]
    rows: list[Row] = [
        {"at": iso(now), "post": post.id, "place": rank}
        for now, ranked in found
        for rank, post in enumerate(ranked, start=1)
        if post.id in best
    ]
    name = found[-1][1].by if found else ""
    chart = (
        alt.Chart(data(rows))
        .mark_line(interpolate="step-after", point=False)
        .encode(
            x=time_axis(),
            y=alt.Y(
                "place:Q",
                title="place (1 is first)",
                scale=alt.Scale(reverse=True, zero=False, nice=False),
                axis=alt.Axis(tickMinStep=1, format="d"),
            ),
            color=_by_post(best),
            tooltip=["post:N", "place:Q", _told()],
        )
    )
    every = timedelta(seconds=round(step.total_seconds()))
    return finished(
        chart,
        title=title or f"Places by {name}",
        caption=(
            f"{len(best)} of {len(answers)} answers at {moments} moments, "
            f"one every {every}"
        ),
        scheme=scheme,
        width=width,
        height=height,
    )


def _touched(event: Event, thread: Thread) -> Iterable[str]:
    """Return the posts whose score an event may have changed, and new ones."""
    match event:
        case AnswerPosted(answer=post) | CommentPosted(comment=post):
            return (post.id,)
        case OnPost(post_id=post_id):
            return (post_id,) if post_id in thread else ()
        case _:  # of the whole thread, and rare
            return [post.id for post in thread.posts]


def _due(event: Event, now: datetime) -> bool:
    return event.at is None or event.at <= now


def _by_post(post_ids: list[str]) -> "alt.Color":
    # In order, so that lines keep their colours whatever the data.
    scale = alt.Scale(domain=post_ids, range=list(COLOURS))
    return alt.Color("post:N", title="post", scale=scale)


def _told() -> "alt.Tooltip":
    return alt.Tooltip("at:T", format="%Y-%m-%d %H:%M:%S", title="time (UTC)")
