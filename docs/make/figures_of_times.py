"""Figures of the reference page: keys of votes and of the time of posting."""

from typing import Final

from qathread.ranking import formulas as f

from .charts import Axis, Figure, Panel, curves, family

__all__ = ["OF_TIMES"]

_REDDIT: Final = 1134028003  # where the time of each site's key is 0
_PIEFED: Final = 1685766018
_Q2A: Final = 1262304000
_KEY: Final = Axis(title="key, without unit")
_NET: Final = (-50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 30, 40, 50)


def _split(net: int) -> tuple[int, int]:
    """Return the least ups and downs that give a net score."""
    return max(net, 0), max(-net, 0)


_REDDIT_HOT: Final = Figure(
    name="reddit_hot",
    shows=("reddit_hot", "reddit_hot_pre2014"),
    alt="Left, both keys over net votes: above 0 they agree; below, the older one is "
    "on the other side of 0. Right, the newer one over the time of posting: parallel "
    "lines, one higher by 1 for ten times the votes.",
    panels=(
        Panel(
            title="Posted 37.5 h after zero",
            x=Axis(title="net votes"),
            y=_KEY,
            lines=curves(
                _NET,
                {
                    "reddit_hot": lambda s: f.reddit_hot(*_split(s), _REDDIT + 135000),
                    "reddit_hot_pre2014": lambda s: f.reddit_hot_pre2014(
                        *_split(s), _REDDIT + 135000
                    ),
                },
            ),
        ),
        Panel(
            title="reddit_hot",
            x=Axis(title="time of posting, hours after zero", ticks=(0, 25, 50)),
            y=_KEY,
            lines=family(
                (0, 50),
                lambda h, net: f.reddit_hot(*_split(net), _REDDIT + h * 3600),
                {"100 net votes": 100, "10": 10, "0": 0, "-10": -10},
            ),
        ),
    ),
)

_PIEFED_HIVE: Final = Figure(
    name="piefed_hive",
    shows=("piefed_post_ranking", "hive_score"),
    alt="Left, PieFed's key over the score: steep around 0 and flat beyond; an item "
    "posted 25 hours later lies higher by 2. Right, the key of Hive over the time of "
    "posting: the short timescale rises 48 times as fast as the long one.",
    panels=(
        Panel(
            title="piefed_post_ranking",
            x=Axis(title="score"),
            y=_KEY,
            lines=family(
                _NET,
                lambda s, hours: f.piefed_post_ranking(s, _PIEFED + hours * 3600),
                {"posted 25 h after zero": 25, "posted at zero": 0},
            ),
        ),
        Panel(
            title="hive_score, a billion rshares",
            x=Axis(title="time of posting, days after zero"),
            y=_KEY,
            lines=family(
                (0, 10),
                lambda days, scale: f.hive_score(10**9, days * 86400, scale),
                {"timescale 10000 s": 10000, "timescale 480000 s": 480000},
            ),
        ),
    ),
)

_REDDIT_QA: Final = Figure(
    name="reddit_qa",
    shows=("reddit_qa",),
    alt="Reddit's Q&A key over the length of the comment that asks: a reply by the "
    "thread's author lifts the whole line; ten times the length adds 0.2 at most.",
    panels=(
        Panel(
            title="A comment of 10 up, 2 down",
            x=Axis(title="length, characters", scale="log", ticks=(1, 10, 100, 1000)),
            y=_KEY,
            lines=family(
                (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
                lambda n, replies: f.reddit_qa(10, 2, n, replies),
                {
                    "reply of 9 up, 1 down": [(9, 1, 100)],
                    "reply of 1 up": [(1, 0, 100)],
                    "no reply": [],
                },
            ),
        ),
    ),
)

_LOBSTERS: Final = Figure(
    name="lobsters_hotness",
    shows=("lobsters_hotness",),
    alt="The hotness of Lobsters over the score: from a score of 0 on it falls, which "
    "is better; points of comments lower it further, as far as the score allows.",
    panels=(
        Panel(
            title="Posted at 1970-01-01, no tags",
            x=Axis(title="score"),
            y=Axis(title="key, smaller is hotter"),
            lines=family(
                (-10, -5, -2, -1, 0, 1, 2, 3, 5, 10, 15, 20, 30, 40, 50),
                lambda s, raw: f.lobsters_hotness(s, 0.0, False, raw, [], 0),
                {
                    "no comments": 0,
                    "comments of 20 points": 20,
                    "comments of 100 points": 100,
                },
            ),
        ),
    ),
)

_Q2A_HOTNESS: Final = Figure(
    name="q2a_hotness",
    shows=("q2a_hotness",),
    alt="Question2Answer's hotness over net votes: straight lines; an answer, or a day "
    "since the last one, moves them.",
    panels=(
        Panel(
            title="Asked at 2010-01-01",
            x=Axis(title="net votes"),
            y=Axis(title="key, millions"),
            lines=family(
                (-5, 20),
                lambda s, how: (
                    f.q2a_hotness(_Q2A, _Q2A + how[1] * 86400, how[0], s, 0) / 1e6
                ),
                {
                    "one answer, after a day": (1, 1),
                    "one answer, at once": (1, 0),
                    "no answer": (0, 0),
                },
            ),
        ),
    ),
)

_POSTMILL: Final = Figure(
    name="postmill_mbin",
    shows=("postmill_ranking", "mbin_ranking"),
    alt="The hours by which an item counts as newer than it is, over the score: from "
    "-12 to 24, rising faster in Mbin than in Postmill, with a jump above -5 if there "
    "are comments.",
    panels=(
        Panel(
            title="Key less time of posting",
            x=Axis(title="score"),
            y=Axis(title="advantage, hours"),
            lines=(
                *family(
                    range(-14, 51),
                    lambda s, n: f.postmill_ranking(s, n, None, 0) / 3600,
                    {"postmill": 0, "postmill, 5 comments": 5},
                ),
                *family(
                    range(-14, 51),
                    lambda s, n: f.mbin_ranking(s, n, n, 0, 1) / 3600,
                    {"mbin": 0, "mbin, 5 comments by 5": 5},
                ),
            ),
        ),
    ),
)

_DISCOURSE: Final = Figure(
    name="discourse_scores",
    shows=("discourse_post_score", "discourse_top_score"),
    alt="Left, the score of a post over its likes: a straight line, higher with "
    "replies. Right, the top score of a topic over views on a logarithmic scale: "
    "straight as well, and higher by a little more than 10 for a topic of ten posts.",
    panels=(
        Panel(
            title="discourse_post_score",
            x=Axis(title="likes"),
            y=_KEY,
            lines=family(
                (0, 20),
                lambda likes, replies: f.discourse_post_score(replies, likes, 0, 0, 50),
                {"10 replies, 50 reads": 10, "no replies, 50 reads": 0},
            ),
        ),
        Panel(
            title="discourse_top_score",
            x=Axis(title="views", scale="log", ticks=(1, 10, 100, 1000)),
            y=_KEY,
            lines=family(
                (1, 10, 100, 1000),
                lambda views, posts: f.discourse_top_score(views, 4, 20, posts, posts),
                {"10 posts": 10, "9 posts": 9},
            ),
        ),
    ),
)

OF_TIMES: Final = (
    _REDDIT_HOT,
    _PIEFED_HIVE,
    _REDDIT_QA,
    _LOBSTERS,
    _Q2A_HOTNESS,
    _POSTMILL,
    _DISCOURSE,
)
