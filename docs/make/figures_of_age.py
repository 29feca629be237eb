"""Figures of the reference page: keys that fall as an item ages."""

from typing import Final

from qathread.ranking import formulas as f

from .charts import Axis, Figure, Panel, curves, family

__all__ = ["OF_AGE"]

_HOURS: Final = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0)
_DAYS: Final = (*_HOURS, 15.0, 18.0, 21.0, 24.0, 30.0, 36.0, 42.0, 48.0)
_AGE: Final = Axis(title="age, hours", low=0, ticks=(0, 12, 24, 36, 48))
_KEY: Final = Axis(title="key, without unit")
_LOG: Final = Axis(title="key, without unit", scale="log")
_FOREM: Final = 1262304001  # where the time of Forem's key is 0

_HACKER_NEWS: Final = Figure(
    name="hacker_news",
    shows=("hn_rank", "hn_simple", "hn_observed"),
    alt="Keys of an item of 50 points over its age, on a logarithmic scale: all fall, "
    "most of them a hundredfold in a day; without a link the key is 0.4 of that with.",
    panels=(
        Panel(
            title="50 points",
            x=_AGE,
            y=_LOG,
            lines=curves(
                _DAYS,
                {
                    "hn_rank, a link": lambda h: f.hn_rank(
                        50, 0, 0, h * 3600, "story", True, False, 1
                    ),
                    "hn_rank, no link": lambda h: f.hn_rank(
                        50, 0, 0, h * 3600, "story", False, False, 1
                    ),
                    "hn_observed, penalty 0.8": lambda h: f.hn_observed(50, h, 0.8),
                    "hn_simple, gravity 1.8": lambda h: f.hn_simple(50, h, 1.8),
                    "hn_simple, gravity 1.5": lambda h: f.hn_simple(50, h, 1.5),
                },
            ),
        ),
    ),
)

_LEMMY: Final = Figure(
    name="lemmy",
    shows=(
        "lemmy_hot_rank",
        "lemmy_hot_rank_2023_08",
        "lemmy_hot_rank_2019",
        "lemmy_scaled_rank",
    ),
    alt="Left, the keys of a post of score 10 over its age: nearly one curve for all "
    "forms of hot, a third of it for the scaled one. Right, over the score at an age "
    "of 6 hours: below 0 today's form stays above 0, the older ones fall to it.",
    panels=(
        Panel(
            title="Score 10",
            x=_AGE,
            y=Axis(title="key; of 2019, key/10000", scale="log"),
            lines=curves(
                _DAYS[1:],
                {
                    "lemmy_hot_rank": lambda h: f.lemmy_hot_rank(10, h * 3600),
                    "…_2023_08": lambda h: f.lemmy_hot_rank_2023_08(10, h * 3600),
                    "…_2019": lambda h: f.lemmy_hot_rank_2019(10, h * 3600) / 1e4,
                    "lemmy_scaled_rank, 1000": lambda h: f.lemmy_scaled_rank(
                        10, h * 3600, 1000
                    ),
                },
            ),
        ),
        Panel(
            title="6 hours old",
            x=Axis(title="score"),
            y=Axis(title="key; of 2019, key/10000"),
            lines=curves(
                (-5, -4, -3, -2, -1, 0, 1, 2, 3, 5, 7, 10, 15, 20, 30),
                {
                    "lemmy_hot_rank": lambda s: f.lemmy_hot_rank(s, 21600),
                    "…_2023_08": lambda s: f.lemmy_hot_rank_2023_08(s, 21600),
                    "…_2019": lambda s: f.lemmy_hot_rank_2019(s, 21600) / 1e4,
                    "lemmy_scaled_rank, 1000": lambda s: f.lemmy_scaled_rank(
                        s, 21600, 1000
                    ),
                },
            ),
        ),
    ),
)

_MASTODON: Final = Figure(
    name="mastodon_trend",
    shows=("mastodon_trend",),
    alt="Mastodon's score of 40 uses against 10 over the age: straight lines on a "
    "logarithmic scale, half as high after each half-life.",
    panels=(
        Panel(
            title="40 observed, 10 expected",
            x=Axis(title="age, hours", ticks=(0, 6, 12, 18, 24)),
            y=_LOG,
            lines=family(
                (0.0, 24.0),
                lambda h, life: f.mastodon_trend(40, 10, h * 3600, life * 3600),
                {
                    "links, half-life 8 h": 8.0,
                    "tags, half-life 4 h": 4.0,
                    "posts, half-life 2 h": 2.0,
                },
            ),
        ),
    ),
)

_DISCOURSE: Final = Figure(
    name="discourse_hot",
    shows=("discourse_hot",),
    alt="Discourse's hot score of a topic over its age. With a post every six hours it "
    "jumps above 6 at each post; without any it falls for good.",
    panels=(
        Panel(
            title="10 recent likes, 5 people posting",
            x=_AGE,
            y=_KEY,
            lines=family(
                [part / 2 for part in range(97)],
                lambda h, every: f.discourse_hot(
                    20, 10, 5, h * 3600, every and h % every * 3600
                ),
                {"a post every 6 h": 6.0, "no post": None},
            ),
        ),
    ),
)

_FOREM_HOTNESS: Final = Figure(
    name="forem_hotness",
    shows=("forem_hotness",),
    alt="Forem's hotness over the age, as stairs that go down: at 1, 8, 12, 26, 48 and "
    "96 hours the bonus shrinks, after 4 and 7 days the weight of the score.",
    panels=(
        Panel(
            title="Less what the time of publishing adds",
            x=Axis(title="age, hours", ticks=(0, 24, 48, 72, 96, 120, 144, 168, 192)),
            y=_KEY,
            lines=family(
                (0.0, 1.0, 8.0, 12.0, 26.0, 48.0, 96.0, 96.1, 168.0, 168.1, 192.0),
                lambda h, score: f.forem_hotness(
                    _FOREM, None, score, 10, False, _FOREM + h * 3600
                ),
                {"score 300": 300, "score 30": 30},
                "step",
            ),
        ),
    ),
)

_STACK_EXCHANGE: Final = Figure(
    name="stack_exchange",
    shows=("se_hot_site", "se_hot_network", "apache_answer_hot"),
    alt="Keys of a question with three answers over its age. Left, on one site: a "
    "change just now keeps it higher. Middle, in the network: level for five hours, "
    "then falling. Right, Apache Answer: the first form in steps of an hour.",
    panels=(
        Panel(
            title="se_hot_site",
            x=_AGE,
            y=_LOG,
            lines=family(
                _DAYS,
                lambda h, fresh: f.se_hot_site(500, 3, 10, 12, h, 0 if fresh else h),
                {"just changed": True, "never changed": False},
            ),
        ),
        Panel(
            title="se_hot_network",
            x=_AGE,
            y=_LOG,
            lines=family(
                sorted({*_DAYS, 5.0}),
                lambda h, rank: f.se_hot_network(3, 10, 12, h, rank),
                {"first of its site": 1, "fifth": 5},
            ),
        ),
        Panel(
            title="apache_answer_hot",
            x=Axis(title="age, hours", ticks=(0, 4, 8, 12)),
            y=_LOG,
            lines=family(
                range(13),
                lambda h, fresh: f.apache_answer_hot(
                    500, 3, 10, 12, 0, h * 3600 if fresh else None, h * 3600
                ),
                {"just changed": True, "never changed": False},
                "step",
            ),
        ),
    ),
)

_TRENDING: Final = Figure(
    name="se_trending",
    shows=("se_trending",),
    alt="The trending score of two answers over time without new votes, on a "
    "logarithmic scale: parallel lines, so that they never change places.",
    panels=(
        Panel(
            title="se_trending",
            x=Axis(title="years from now"),
            y=Axis(title="key, votes of today", scale="log"),
            lines=family(
                (0.0, 5.0),
                lambda year, votes: f.se_trending(
                    [(votes[0], (votes[1] + year) * 365)]
                ),
                {
                    "20 votes of half a year ago": (20, 0.5),
                    "100 votes of five years ago": (100, 5),
                },
            ),
        ),
    ),
)

OF_AGE: Final = (
    _HACKER_NEWS,
    _LEMMY,
    _MASTODON,
    _DISCOURSE,
    _FOREM_HOTNESS,
    _STACK_EXCHANGE,
    _TRENDING,
)
