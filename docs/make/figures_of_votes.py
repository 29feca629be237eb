"""Figures of the reference page: keys of votes and ratings alone."""

from typing import Final

from qathread.ranking import formulas as f

from .charts import Axis, Figure, Panel, curve, curves, family

__all__ = ["OF_VOTES"]

_VOTES: Final = (5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000)
_MANY: Final = Axis(
    title="votes, four of five up",
    scale="log",
    ticks=(5, 10, 20, 50, 100, 200, 500, 1000),
)
_SHARE: Final = Axis(title="key, a share")
_KEY: Final = Axis(title="key, without unit")


def _parts(votes: int) -> tuple[int, int]:
    """Return ups and downs, four to one."""
    return votes * 4 // 5, votes // 5


def _stars(ratings: int) -> list[int]:
    """Return ratings from one to five stars, half of them five and half four."""
    return [0, 0, 0, ratings // 2, ratings // 2]


_BOUNDS: Final = Figure(
    name="bounds",
    shows=(
        "wilson_upper",
        "wilson_lower",
        "wilson_cc_lower",
        "agresti_coull_lower",
        "beta_quantile",
    ),
    alt="Bounds on the share of upvotes over the number of votes, four of five of them "
    "up. All close in on 0.8; at five votes the lower ones are between 0.3 and 0.4.",
    panels=(
        Panel(
            title="Bounds on a share",
            x=_MANY,
            y=_SHARE,
            lines=curves(
                _VOTES,
                {
                    "wilson_upper": lambda n: f.wilson_upper(*_parts(n)),
                    "wilson_lower": lambda n: f.wilson_lower(*_parts(n)),
                    "wilson_cc_lower": lambda n: f.wilson_cc_lower(*_parts(n)),
                    "agresti_coull_lower": lambda n: f.agresti_coull_lower(*_parts(n)),
                    "beta_quantile, ½, ½, 0.025": lambda n: f.beta_quantile(
                        *_parts(n), 0.5, 0.5, 0.025
                    ),
                },
            ),
        ),
    ),
)

_CENTERS: Final = Figure(
    name="centers",
    shows=("wilson_center", "codidact_score", "beta_mean"),
    alt="Shares drawn to one half over the number of votes, four of five of them up. "
    "All rise to 0.8; the key of Codidact lies on the centre of Wilson's interval.",
    panels=(
        Panel(
            title="Shares drawn to one half",
            x=_MANY,
            y=_SHARE,
            lines=curves(
                _VOTES,
                {
                    "wilson_center": lambda n: f.wilson_center(*_parts(n)),
                    "codidact_score, 2": lambda n: f.codidact_score(*_parts(n)),
                    "beta_mean, 1, 1": lambda n: f.beta_mean(*_parts(n), 1, 1),
                },
            ),
        ),
    ),
)

_RATINGS: Final = Figure(
    name="ratings",
    shows=("bayesian_average", "dirichlet_mean", "star_rating_lower", "steamdb_rating"),
    alt="Left, means of stars over the number of ratings, half of them five and half "
    "four: all rise to 4.5. Right, SteamDB's rating over the number of reviews: each "
    "share is drawn to one half, and less so with more reviews.",
    panels=(
        Panel(
            title="Half five stars, half four",
            x=Axis(
                title="ratings", scale="log", ticks=(2, 5, 10, 20, 50, 100, 200, 400)
            ),
            y=Axis(title="key, stars"),
            lines=curves(
                (2, 4, 6, 10, 16, 24, 40, 60, 100, 160, 240, 400),
                {
                    "dirichlet_mean, one of each": lambda n: f.dirichlet_mean(
                        _stars(n), [1, 1, 1, 1, 1], [1, 2, 3, 4, 5]
                    ),
                    "bayesian_average, ten of 3": lambda n: f.bayesian_average(
                        4.5, n, 3, 10
                    ),
                    "star_rating_lower": lambda n: f.star_rating_lower(
                        _stars(n), [1, 2, 3, 4, 5]
                    ),
                },
            ),
        ),
        Panel(
            title="steamdb_rating",
            x=Axis(title="reviews", scale="log", ticks=(20, 100, 1000, 10000)),
            y=_SHARE,
            lines=family(
                (20, 40, 60, 100, 200, 400, 1000, 2000, 4000, 10000),
                lambda n, part: f.steamdb_rating(n * part // 20, n - n * part // 20),
                {"95 % good": 19, "80 % good": 16, "50 % good": 10, "20 % good": 4},
            ),
        ),
    ),
)

_DOWNS: Final = (
    *(0, 1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 100),
    *(101, 102, 105, 110, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300),
)
_CONTROVERSY: Final = Figure(
    name="controversy",
    shows=(
        "reddit_controversy",
        "reddit_controversy_pre2014",
        "lemmy_controversy_rank",
    ),
    alt="Controversy over downvotes, for 100 upvotes: all keys reach 200 at 100 "
    "downvotes. The older form is a thin spike there, the newer a broad hill.",
    panels=(
        Panel(
            title="100 upvotes",
            x=Axis(title="downvotes"),
            y=_KEY,
            lines=curves(
                _DOWNS,
                {
                    "reddit_controversy": lambda d: f.reddit_controversy(100, d),
                    "reddit_controversy_pre2014": lambda d: (
                        f.reddit_controversy_pre2014(100, d)
                    ),
                    "lemmy_controversy_rank": lambda d: f.lemmy_controversy_rank(
                        100, d
                    ),
                },
            ),
        ),
    ),
)

_CONFIDENCE: Final = Figure(
    name="confidence",
    shows=("reddit_confidence", "lobsters_confidence"),
    alt="Left, Reddit's key over the number of votes, one line for each share of "
    "upvotes: it rises to that share. Right, that of Lobsters over the score: from a "
    "score of 2 on, more flags mean a lower key.",
    panels=(
        Panel(
            title="reddit_confidence",
            x=Axis(title="votes"),
            y=Axis(title="key, a share", low=0, high=1),
            lines=family(
                (0, 5, 10, 15, 20, 30, 40, 60, 80, 100),
                lambda n, part: f.reddit_confidence(n * part // 5, n - n * part // 5),
                {"all up": 5, "80 % up": 4, "60 % up": 3},
            ),
        ),
        Panel(
            title="lobsters_confidence",
            x=Axis(title="score"),
            y=Axis(title="key, a share", low=0, high=1),
            lines=family(
                (0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30),
                lambda s, flags: f.lobsters_confidence(s, flags),
                {"no flags": 0, "2 flags": 2, "5 flags": 5},
            ),
        ),
    ),
)

_PM_SCORE: Final = Figure(
    name="pm_score",
    shows=("pm_score",),
    alt="The score for preference models over votes: steps, each about twice as long "
    "as the one before; one higher if accepted, and -1 below 0 votes either way.",
    panels=(
        Panel(
            title="pm_score",
            x=Axis(title="net votes"),
            y=_KEY,
            lines=family(
                range(-5, 51),
                lambda votes, accepted: f.pm_score(votes, accepted),
                {"accepted": True, "not accepted": False},
                "step",
            ),
        ),
    ),
)

_PAIRWISE: Final = Figure(
    name="pairwise",
    shows=("elo_update", "bradley_terry"),
    alt="Left, what a win adds to an Elo rating over the lead: half of k among equals, "
    "next to nothing for a favourite, nearly all of k for an outsider. Right, the "
    "strength of one of two items over its wins in ten games: 0 at five, steep at "
    "both ends.",
    panels=(
        Panel(
            title="elo_update, a win, k = 32",
            x=Axis(title="lead of the winner before, points"),
            y=Axis(title="gain, points"),
            lines=(
                curve(
                    "gain",
                    range(-600, 601, 60),
                    lambda lead: f.elo_update(lead, 0, 1, 32)[0] - lead,
                ),
            ),
        ),
        Panel(
            title="bradley_terry, two items",
            x=Axis(title="wins of the first in ten games"),
            y=Axis(title="strength of the first, log"),
            lines=(
                curve(
                    "strength",
                    range(1, 10),
                    lambda won: f.bradley_terry([[0, won], [10 - won, 0]])[0],
                ),
            ),
        ),
    ),
)

OF_VOTES: Final = (
    _BOUNDS,
    _CENTERS,
    _RATINGS,
    _CONTROVERSY,
    _CONFIDENCE,
    _PM_SCORE,
    _PAIRWISE,
)
