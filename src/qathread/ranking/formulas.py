"""
Every formula by name: pure functions of vote counts and times.

Times are Unix seconds in UTC or aware datetimes. A key is *static* if it depends
on nothing but votes and the item's own times, so that it can be stored and
indexed, and *decaying* if it also depends on ``now`` or on an age.

Formulas of one item's numbers and times also take NumPy arrays, and
:mod:`qathread.ranking.columns` has them for the columns of data frames; in an array a
value that is missing, bad or without a result is a ``ValidationError`` that names its
place. :func:`describe` tells for a name what it takes.
"""

from ._formula import Formula as Formula
from ._formula import Parameter as Parameter
from ._formula import describe as describe
from .aging import (
    apache_answer_hot,
    discourse_hot,
    forem_hotness,
    se_hot_network,
    se_hot_site,
    se_trending,
)
from .decay import (
    hn_observed,
    hn_rank,
    hn_simple,
    lemmy_hot_rank,
    lemmy_hot_rank_2019,
    lemmy_hot_rank_2023_08,
    lemmy_scaled_rank,
    mastodon_trend,
)
from .forums import (
    discourse_post_score,
    discourse_top_score,
    mbin_ranking,
    pm_score,
    postmill_ranking,
    q2a_hotness,
)
from .lobsters import (
    lobsters_confidence,
    lobsters_confidence_order,
    lobsters_hotness,
)
from .orders import (
    discourse_percent_rank,
    order_apache_answer,
    order_q2a_votes,
    order_stackoverflow_pinned,
    order_stackoverflow_score,
    reddit_normalized_hot,
    reddit_rising,
    tildes_relevance,
)
from .pairwise import (
    bradley_terry,
    elo_update,
)
from .proportions import (
    agresti_coull_lower,
    beta_mean,
    beta_quantile,
    codidact_score,
    wilson_cc_lower,
    wilson_center,
    wilson_lower,
    wilson_upper,
)
from .ratings import (
    bayesian_average,
    dirichlet_mean,
    star_rating_lower,
    steamdb_rating,
)
from .sites import (
    hive_score,
    lemmy_controversy_rank,
    piefed_post_ranking,
    reddit_confidence,
    reddit_controversy,
    reddit_controversy_pre2014,
    reddit_hot,
    reddit_hot_pre2014,
    reddit_qa,
)

__all__ = [
    "agresti_coull_lower",
    "apache_answer_hot",
    "bayesian_average",
    "beta_mean",
    "beta_quantile",
    "bradley_terry",
    "codidact_score",
    "dirichlet_mean",
    "discourse_hot",
    "discourse_percent_rank",
    "discourse_post_score",
    "discourse_top_score",
    "elo_update",
    "forem_hotness",
    "hive_score",
    "hn_observed",
    "hn_rank",
    "hn_simple",
    "lemmy_controversy_rank",
    "lemmy_hot_rank",
    "lemmy_hot_rank_2019",
    "lemmy_hot_rank_2023_08",
    "lemmy_scaled_rank",
    "lobsters_confidence",
    "lobsters_confidence_order",
    "lobsters_hotness",
    "mastodon_trend",
    "mbin_ranking",
    "order_apache_answer",
    "order_q2a_votes",
    "order_stackoverflow_pinned",
    "order_stackoverflow_score",
    "piefed_post_ranking",
    "pm_score",
    "postmill_ranking",
    "q2a_hotness",
    "reddit_confidence",
    "reddit_controversy",
    "reddit_controversy_pre2014",
    "reddit_hot",
    "reddit_hot_pre2014",
    "reddit_normalized_hot",
    "reddit_qa",
    "reddit_rising",
    "se_hot_network",
    "se_hot_site",
    "se_trending",
    "star_rating_lower",
    "steamdb_rating",
    "tildes_relevance",
    "wilson_cc_lower",
    "wilson_center",
    "wilson_lower",
    "wilson_upper",
]
