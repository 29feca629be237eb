"""The figures of the page on which formula to take when, and how each misleads."""

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Final

from qathread.ranking import formulas as f

from .charts import Axis, Figure, Line, Panel, curves, family

__all__ = ["EXPLAINED"]

_ITEMS: Final = ((2, 0), (9, 1), (90, 12))
_NOON: Final = 1772366400  # 2026-03-01T12:00:00Z


def _named(ups: int, downs: int) -> str:
    return f"{ups} up, {downs} down"


_INTERVALS: Final = Figure(
    name="intervals",
    shows=("wilson_lower", "wilson_upper"),
    alt="Shares of upvotes with Wilson's interval, for 2 up, 9 up of 10 and 90 up of "
    "102. By share they stand in this order, by the lower end in the opposite one.",
    panels=(
        Panel(
            title="Share of upvotes, and 95 % intervals",
            x=Axis(title="share of upvotes", low=0, high=1),
            y=Axis(title="votes", scale="nominal"),
            lines=(
                Line(
                    "interval",
                    tuple(
                        (f.wilson_lower(u, d), _named(u, d), f.wilson_upper(u, d))
                        for u, d in _ITEMS
                    ),
                    "bar",
                ),
                Line(
                    "share",
                    tuple((u / (u + d), _named(u, d)) for u, d in _ITEMS),
                    "dot",
                ),
                Line(
                    "wilson_lower",
                    tuple((f.wilson_lower(u, d), _named(u, d)) for u, d in _ITEMS),
                    "dot",
                ),
            ),
        ),
    ),
)


def _needed(key: Callable[[int, int], float], downs: int) -> int:
    """Return the fewest upvotes that are as good as 20 up and none down."""
    return next(ups for ups in count() if key(ups, downs) >= key(20, 0))


_EQUALS: Final = Figure(
    name="equals",
    shows=("wilson_lower", "beta_mean"),
    alt="Upvotes that an item with some downvotes needs to rank beside 20 up and none "
    "down. For 40 downvotes it is 60 by net votes, 290 by Wilson's bound and 860 by "
    "the Laplace share.",
    panels=(
        Panel(
            title="As good as 20 up, 0 down",
            x=Axis(title="downvotes"),
            y=Axis(title="upvotes needed"),
            lines=family(
                (0, 5, 10, 20, 30, 40),
                lambda downs, key: _needed(key, downs),
                {
                    "net votes": lambda u, d: float(u - d),
                    "wilson_lower": lambda u, d: f.wilson_lower(u, d),
                    "beta_mean, 1, 1": lambda u, d: f.beta_mean(u, d, 1, 1),
                },
            ),
        ),
    ),
)


def _newcomer(title: str, key: Callable[[int, int], float]) -> Panel:
    """Return how an item with nothing but upvotes gets past an established one."""
    return Panel(
        title=title,
        x=Axis(title="votes of the newcomer, all up"),
        y=Axis(title="key, a share", low=0, high=1),
        lines=curves(
            range(16),
            {
                "newcomer": lambda n: key(n, 0),
                "160 up, 40 down": lambda n: key(160, 40),
            },
        ),
    )


_NEWCOMER: Final = Figure(
    name="newcomer",
    shows=("wilson_lower", "beta_mean"),
    alt="Left, Wilson's bound of an item with nothing but upvotes over their number, "
    "beside one of 160 up, 40 down: it takes eleven votes to pass it. Right, the same "
    "by the Laplace share: it takes three.",
    panels=(
        _newcomer("wilson_lower", lambda u, d: f.wilson_lower(u, d)),
        _newcomer("beta_mean, 1, 1", lambda u, d: f.beta_mean(u, d, 1, 1)),
    ),
)

_HOURS: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0)
_CROSSING: Final = Figure(
    name="crossing",
    shows=("hn_simple", "reddit_hot"),
    alt="Two items without a new vote: 200 points posted a day earlier than 20 points. "
    "By hn_simple the younger one is ahead for nearly seven hours, then behind. By "
    "reddit_hot it is ahead for good.",
    panels=(
        Panel(
            title="hn_simple, gravity 1.8",
            x=Axis(title="age of the younger one, hours", ticks=(0, 6, 12, 18, 24)),
            y=Axis(title="key, without unit", scale="log"),
            lines=family(
                _HOURS,
                lambda h, item: f.hn_simple(item[0], h + item[1], 1.8),
                {"20 points": (20, 0), "200 points, a day older": (200, 24)},
            ),
        ),
        Panel(
            title="reddit_hot",
            x=Axis(title="age of the younger one, hours", ticks=(0, 6, 12, 18, 24)),
            y=Axis(title="key, less that of no votes", low=0),
            lines=family(
                (0.0, 24.0),
                lambda h, item: (
                    f.reddit_hot(item[0], 0, _NOON - item[1] * 3600)
                    - f.reddit_hot(0, 0, _NOON)
                ),
                {"20 points": (20, 0), "200 points, a day older": (200, 24)},
            ),
        ),
    ),
)

_VOLUME: Final = Figure(
    name="volume",
    shows=("reddit_controversy",),
    alt="Controversy over the number of votes, both on logarithmic scales, one line "
    "for each split: the evener the split, the steeper the line. 1000 votes split 60 "
    "to 40 count as much as 100 split evenly.",
    panels=(
        Panel(
            title="reddit_controversy",
            x=Axis(title="votes", scale="log", ticks=(20, 100, 1000, 10000)),
            y=Axis(title="key, without unit", scale="log"),
            lines=family(
                (20, 100, 1000, 10000),
                lambda n, part: f.reddit_controversy(
                    n * part // 20, n - n * part // 20
                ),
                {"50 : 50": 10, "60 : 40": 12, "75 : 25": 15, "90 : 10": 18},
            ),
        ),
    ),
)

_PRIOR: Final = Figure(
    name="prior",
    shows=("bayesian_average",),
    alt="Bayesian averages over the weight of the prior: 20 ratings of mean 9.5 lead "
    "2000 of mean 8.6 up to a weight of 11 and are behind beyond.",
    panels=(
        Panel(
            title="bayesian_average, prior mean 7",
            x=Axis(
                title="prior weight, ratings", scale="log", ticks=(1, 10, 100, 1000)
            ),
            y=Axis(title="key, in points of the ratings"),
            lines=family(
                (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
                lambda m, item: f.bayesian_average(item[0], item[1], 7, m),
                {"20 ratings of 9.5": (9.5, 20), "2000 ratings of 8.6": (8.6, 2000)},
            ),
        ),
    ),
)

_SURPRISE: Final = Figure(
    name="surprise",
    shows=("mastodon_trend",),
    alt="The trend score over how many times the expected number was observed, on a "
    "logarithmic scale: the same growth counts ten times as much at ten times as many.",
    panels=(
        Panel(
            title="mastodon_trend, at once",
            x=Axis(title="observed, times the expected"),
            y=Axis(title="key, without unit", scale="log"),
            lines=family(
                (1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0),
                lambda times, usual: f.mastodon_trend(
                    round(usual * times), usual, 0, 14400
                ),
                {"expected 1000": 1000, "expected 100": 100, "expected 20": 20},
            ),
        ),
    ),
)


@cache
def _fed_back(hour: int, fair: bool) -> tuple[int, int]:
    """
    Return the upvotes of two equal answers, the first of which came an hour earlier.

    Each hour 100 people see the first place and 30 of them the second; one in ten of
    those who see an answer votes, always up. A fair page takes turns.
    """
    if hour == 0:
        return 10, 0
    one, two = _fed_back(hour - 1, fair)
    ahead = f.wilson_lower(one, 0) >= f.wilson_lower(two, 0)
    first = hour % 2 == 0 if fair else ahead
    return one + (10 if first else 3), two + (3 if first else 10)


def _page(title: str, fair: bool) -> Panel:
    """Return the votes of both answers on one kind of page."""
    return Panel(
        title=title,
        x=Axis(title="hours", ticks=(0, 6, 12, 18, 24)),
        y=Axis(title="upvotes", low=0, high=260),
        lines=family(
            range(0, 25, 2),
            lambda hour, place: _fed_back(hour, fair)[place],
            {"there first": 0, "an hour later": 1},
        ),
    )


_FEEDBACK: Final = Figure(
    name="feedback",
    shows=("wilson_lower",),
    alt="Votes of two equal answers in a model. Left, ordered by Wilson's bound: the "
    "one that was there first stays first and the gap grows to 178 votes in a day. "
    "Right, taking turns: the gap stays at ten votes or fewer.",
    panels=(_page("Best first", False), _page("Taking turns", True)),
)

EXPLAINED: Final = (
    _INTERVALS,
    _EQUALS,
    _NEWCOMER,
    _CROSSING,
    _VOLUME,
    _PRIOR,
    _SURPRISE,
    _FEEDBACK,
)
