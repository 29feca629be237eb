"""Charts of metrics."""

from ..metrics import Activity, Survival
from ._looks import COLOURS, Row, Scheme, alt, data, finished, layered

__all__ = ["activity", "survival"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


def survival(
    curve: Survival,
    *,
    title: str = "Questions still waiting",
    scheme: Scheme = "light",
    width: int = 560,
    height: int = 280,
) -> "alt.LayerChart":
    """
    Draw the share of questions that still waits, with its confidence band.

    Args:
        curve: From :func:`qathread.metrics.survival`.
        title: What stands above the chart.
        scheme: ``"light"`` or ``"dark"``.
        width: Of the plot, in pixels.
        height: Of the plot, in pixels.

    Raises:
        ValidationError: If there are too many points.
    """
    longest = curve.after[-1].total_seconds() if curve.after else 0
    unit, seconds = next(
        (each for each in _UNITS if longest >= 2 * each[1]), _UNITS[-1]
    )
    rows: list[Row] = [
        {"after": 0.0, "waiting": 1.0, "low": 1.0, "high": 1.0, "risk": None}
    ]
    for after, waiting, low, high, risk in zip(
        curve.after, curve.waiting, curve.low, curve.high, curve.at_risk, strict=True
    ):
        rows.append(
            {
                "after": after.total_seconds() / seconds,
                "waiting": waiting,
                "low": waiting if low is None else low,
                "high": waiting if high is None else high,
                "risk": risk,
            }
        )
    base = alt.Chart(data(rows)).encode(
        x=alt.X("after:Q", title=f"time since the question ({unit})")
    )
    share = alt.Scale(domain=[0, 1])
    percent = alt.Axis(format="%")
    band = base.mark_area(
        interpolate="step-after", color=COLOURS[0], opacity=0.25
    ).encode(y=alt.Y("low:Q", scale=share, axis=percent, title=""), y2="high:Q")
    line = base.mark_line(interpolate="step-after", color=COLOURS[0]).encode(
        y=alt.Y("waiting:Q", scale=share, axis=percent, title="share still waiting"),
        tooltip=[
            alt.Tooltip("after:Q", format=".2f", title=unit),
            alt.Tooltip("waiting:Q", format=".1%", title="still waiting"),
            alt.Tooltip("low:Q", format=".1%", title="band from"),
            alt.Tooltip("high:Q", format=".1%", title="to"),
            alt.Tooltip("risk:Q", title="questions at risk"),
        ],
    )
    number = curve.at_risk[0] if curve.at_risk else 0
    return layered(
        band,
        line,
        title=title,
        caption=(
            f"Kaplan-Meier estimate of {number} questions, "
            f"{curve.confidence:.0%} band; unfinished waits counted in"
        ),
        scheme=scheme,
        width=width,
        height=height,
    )


def activity(
    counts: Activity,
    *,
    title: str = "When people write",
    scheme: Scheme = "light",
    width: int = 600,
    height: int = 200,
) -> "alt.Chart":
    """
    Draw how many posts were made at each hour of the week.

    Args:
        counts: From :func:`qathread.metrics.activity`.
        title: What stands above the chart.
        scheme: ``"light"`` or ``"dark"``.
        width: Of the plot, in pixels.
        height: Of the plot, in pixels.
    """
    rows: list[Row] = [
        {"day": _DAYS[weekday], "hour": hour, "posts": posts}
        for weekday, row in enumerate(counts.counts)
        for hour, posts in enumerate(row)
    ]
    total = sum(map(sum, counts.counts))
    caption = f"{total} posts" + (
        f", {counts.unknown} more of unknown hour" if counts.unknown else ""
    )
    chart = (
        alt.Chart(data(rows))
        .mark_rect()
        .encode(
            x=alt.X(
                "hour:O", title="hour of the day (UTC)", axis=alt.Axis(labelAngle=0)
            ),
            y=alt.Y("day:O", title="weekday", sort=list(_DAYS)),
            color=alt.Color(
                "posts:Q",
                title="posts",
                scale=alt.Scale(
                    scheme="blues" if scheme == "light" else "viridis", domainMin=0
                ),
            ),
            tooltip=["day:O", "hour:O", "posts:Q"],
        )
    )
    return finished(
        chart, title=title, caption=caption, scheme=scheme, width=width, height=height
    )
