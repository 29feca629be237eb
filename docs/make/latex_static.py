r"""
Formulas in LaTeX that know no present, written by hand; a test compares each with code.

They keep to what Markdown leaves alone, which GitHub sends them through: `\cr` for two
backslashes, `\lt` for a sign, no index after a bracket.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

__all__ = ["STATIC", "Math", "cases", "rows"]


@frozen
class Math:
    """
    One formula set in math.

    Attributes:
        tex: What stands between the dollar signs.
        symbols: The symbol of each parameter that is in it.
        note: What its other symbols are; empty as a rule.
    """

    tex: str
    symbols: Mapping[str, str]
    note: str = ""


def rows(*steps: str) -> str:
    """Return steps one below the other, the last being the key."""
    if len(steps) == 1:
        return steps[0].replace("&=", "=")
    return "\\begin{aligned}\n" + " \\cr\n".join(steps) + "\n\\end{aligned}"


def cases(*cases: str) -> str:
    """Return values, each with its condition."""
    return "\\begin{cases} " + " \\cr ".join(cases) + " \\end{cases}"


_KEY: Final = r"\text{key} &= "
_VOTES: Final = {"ups": "u", "downs": "d"}
_NET: Final = r"s &= u - d"
_ALL: Final = r"n &= u + d"
_HOT: Final = r"\operatorname{sgn}(s) \log_{10}\max(\lvert s \rvert, 1)"
_W: Final = "*W* is [`wilson_lower`](#wilson_lower)."

STATIC: Final[Mapping[str, Math]] = MappingProxyType(
    {
        # Shares of upvotes.
        "wilson_lower": Math(
            rows(
                _ALL,
                r"p &= \frac{u}{n}",
                _KEY
                + cases(
                    r"\dfrac{p + \frac{z^2}{2n} - z\sqrt{\frac{p(1 - p)}{n}"
                    r" + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}} & \text{if } u \gt 0",
                    r"0 & \text{otherwise}",
                ),
            ),
            {**_VOTES, "z": "z"},
        ),
        "wilson_upper": Math(
            rows(
                _ALL,
                _KEY
                + cases(
                    r"\dfrac{u + \frac{z^2}{2} + z\sqrt{\frac{u d}{n} + \frac{z^2}{4}}}"
                    r"{n + z^2} & \text{if } d \gt 0",
                    r"1 & \text{otherwise}",
                ),
            ),
            {**_VOTES, "z": "z"},
        ),
        "wilson_cc_lower": Math(
            rows(
                _ALL,
                r"p &= \frac{u}{n}",
                _KEY
                + cases(
                    r"\dfrac{2 n p + z^2 - 1 - z\sqrt{z^2 - 2 - \frac{1}{n}"
                    r" + 4 p (n (1 - p) + 1)}}{2 (n + z^2)} & \text{if } u \gt 0",
                    r"0 & \text{otherwise}",
                ),
            ),
            {**_VOTES, "z": "z"},
        ),
        "agresti_coull_lower": Math(
            rows(
                r"n' &= u + d + z^2",
                r"p' &= \frac{u + \frac{z^2}{2}}{n'}",
                _KEY + r"\max\left(0, p' - z\sqrt{\frac{p' (1 - p')}{n'}}\right)",
            ),
            {**_VOTES, "z": "z"},
        ),
        "wilson_center": Math(
            rows(_KEY + r"\frac{u + \frac{z^2}{2}}{u + d + z^2}"), {**_VOTES, "z": "z"}
        ),
        "codidact_score": Math(
            rows(_KEY + r"\frac{u + N}{u + d + 2N}"), {**_VOTES, "n": "N"}
        ),
        "beta_mean": Math(
            rows(_KEY + r"\frac{u + a}{u + d + a + b}"),
            {**_VOTES, "alpha": "a", "beta": "b"},
        ),
        "beta_quantile": Math(
            r"\text{key} = x \quad \text{with} \quad I_x(u + a, d + b) = q",
            {**_VOTES, "alpha": "a", "beta": "b", "q": "q"},
            "*I* is the distribution function of the beta distribution.",
        ),
        # Ratings.
        "bayesian_average": Math(
            rows(_KEY + r"\frac{v R + m C}{v + m}"),
            {"mean": "R", "count": "v", "prior_mean": "C", "prior_weight": "m"},
        ),
        "dirichlet_mean": Math(
            rows(_KEY + r"\frac{\sum_k u_k (n_k + a_k)}{\sum_k (n_k + a_k)}"),
            {"counts": "n_k", "prior": "a_k", "utilities": "u_k"},
        ),
        "star_rating_lower": Math(
            rows(
                r"p_k &= \frac{n_k + 1}{\sum_k (n_k + 1)}",
                r"m &= \sum_k s_k p_k",
                r"V &= \sum_k (s_k - m)^2 p_k",
                _KEY + r"m - z\sqrt{\frac{V}{\sum_k (n_k + 1) + 1}}",
            ),
            {"counts": "n_k", "values": "s_k", "z": "z"},
        ),
        "steamdb_rating": Math(
            rows(
                r"n &= g + b",
                r"p &= \frac{g}{n}",
                _KEY + r"p - \left(p - \frac{1}{2}\right) 2^{-\log_{10}(n + 1)}",
            ),
            {"positive": "g", "negative": "b"},
        ),
        # Link sites.
        "reddit_hot": Math(
            rows(
                _NET,
                _KEY
                + r"\operatorname{round}\left("
                + _HOT
                + r" + \frac{t - 1134028003}{45000}, 7\right)",
            ),
            {**_VOTES, "created_at": "t"},
        ),
        "reddit_hot_pre2014": Math(
            rows(
                _NET,
                _KEY + r"\operatorname{round}\left(\log_{10}\max(\lvert s \rvert, 1)"
                r" + \operatorname{sgn}(s) \frac{t - 1134028003}{45000}, 7\right)",
            ),
            {**_VOTES, "created_at": "t"},
        ),
        "reddit_controversy": Math(
            rows(
                _KEY
                + cases(
                    r"(u + d)^{\min(u, d) / \max(u, d)}"
                    r" & \text{if } u \gt 0 \text{ and } d \gt 0",
                    r"0 & \text{otherwise}",
                )
            ),
            _VOTES,
        ),
        "reddit_controversy_pre2014": Math(
            rows(_KEY + r"\frac{u + d}{\max(\lvert u - d \rvert, 1)}"), _VOTES
        ),
        "reddit_confidence": Math(rows(_KEY + r"W(u, d, 1.281551565545)"), _VOTES, _W),
        "reddit_qa": Math(
            rows(
                r"c &= W(u, d, 1.281551565545)",
                r"b &= \max_i W(u_i, d_i, 1.281551565545)",
                _KEY + r"c + b + \frac{1}{5} \log_{10}(n + n_b)",
            ),
            {
                "question_ups": "u",
                "question_downs": "d",
                "question_length": "n",
                "op_answers": "u_i, d_i, n_i",
            },
            _W
            + " The first reply that gives *b* has the length *n* with the index *b*. "
            "Without replies *b* is 0 and that length 1.",
        ),
        "piefed_post_ranking": Math(
            rows(
                _KEY
                + r"\operatorname{round}\left("
                + _HOT
                + r" + \frac{t - 1685766018}{45000}, 7\right)",
            ),
            {"score": "s", "created_at": "t"},
        ),
        "hive_score": Math(
            rows(
                r"m &= \frac{r}{10^7}",
                r"g &= " + cases(r"1 & \text{if } m \gt 0", r"-1 & \text{otherwise}"),
                _KEY + r"g \log_{10}\max(\lvert m \rvert, 1) + \frac{t}{T}",
            ),
            {"rshares": "r", "created_at": "t", "timescale": "T"},
        ),
        "lemmy_controversy_rank": Math(
            rows(
                _KEY
                + cases(
                    r"(u + d)^{\min(u, d) / \max(u, d)}"
                    r" & \text{if } u \gt 0 \text{ and } d \gt 0",
                    r"0 & \text{otherwise}",
                )
            ),
            _VOTES,
        ),
        # Lobsters.
        "lobsters_hotness": Math(
            rows(
                r"b &= M + 0.25 A",
                r"c &= "
                + cases(r"0 & \text{if } b \lt 0", r"\frac{C}{2} & \text{otherwise}")
                + r" + \sum_i m_i",
                r"w &= \max(\lvert s + 1 \rvert + \min(s, c), 1)",
                _KEY + r"-\operatorname{round}\left(\operatorname{sgn}(s) \log_{10} w"
                r" + b + \frac{t}{79200}, 7\right)",
            ),
            {
                "score": "s",
                "tag_mods_sum": "M",
                "by_author": "A",
                "comment_points_raw": "C",
                "merged_scores": "m_i",
                "created_at": "t",
            },
        ),
        "lobsters_confidence": Math(
            rows(_KEY + r"W(s + f, f, 1.281551565545)"),
            {"score": "s", "flags": "f"},
            _W,
        ),
        "lobsters_confidence_order": Math(
            rows(
                r"c &= W(s + f, f, 1.281551565545)",
                _KEY + r"256 (65535 - \lfloor 65535 c \rfloor) + (i \bmod 256)",
            ),
            {"score": "s", "flags": "f", "id": "i"},
            _W + " The key is written in six hexadecimal digits.",
        ),
        # Forums.
        "q2a_hotness": Math(
            rows(
                r"z &= 1262304000",
                _KEY + r"(q - z) w_1 + (a - z) w_2 + 160000 n w_3 + 160000 s w_4"
                r" + 4000 v w_5",
            ),
            {
                "question_created_at": "q",
                "last_answer_at": "a",
                "answers": "n",
                "net_votes": "s",
                "views": "v",
                "w_question_age": "w_1",
                "w_answer_age": "w_2",
                "w_answers": "w_3",
                "w_votes": "w_4",
                "w_views": "w_5",
            },
        ),
        "postmill_ranking": Math(
            rows(
                r"w &= "
                + cases(r"5000 & \text{if } s \gt -5", r"500 & \text{otherwise}"),
                _KEY + r"\lfloor t \rfloor + \max(-43200, \min(86400, 1800 s + w c))",
            ),
            {"score": "s", "comments": "c", "created_at": "t"},
        ),
        "mbin_ranking": Math(
            rows(
                r"a &= 4500 s + "
                + cases(
                    r"1500 c + 5000 k & \text{if } s \gt -5",
                    r"500 (c + k) & \text{otherwise}",
                ),
                _KEY
                + r"\min(\lfloor \min(t, t_0) \rfloor + \max(-43200, \min(86400, a)),"
                r" 2^{31} - 1)",
            ),
            {
                "score": "s",
                "comments": "c",
                "unique_commenters": "k",
                "created_at": "t",
                "now": "t_0",
            },
        ),
        "discourse_post_score": Math(
            rows(_KEY + r"5 r + 15 l + 5 i + 2 b + 0.2 n"),
            {
                "reply_count": "r",
                "like_score": "l",
                "incoming_link_count": "i",
                "bookmark_count": "b",
                "reads": "n",
            },
        ),
        "discourse_top_score": Math(
            rows(
                r"L &= "
                + cases(
                    r"\min(\lfloor l / p \rfloor, c)"
                    r" & \text{if } l \gt 0 \text{ and } p \gt 0",
                    r"0 & \text{otherwise}",
                ),
                r"P &= " + cases(r"10 & \text{if } n \ge 10", r"0 & \text{otherwise}"),
                _KEY + r"I \left(a \log_{10}\max(v, 1) + b f + L + P"
                r" + \log_{10}\max(p, 1)\right)",
            ),
            {
                "views": "v",
                "op_likes": "f",
                "likes": "l",
                "posts": "p",
                "topic_posts_count": "n",
                "log_views_multiplier": "a",
                "first_post_likes_multiplier": "b",
                "least_likes_per_post_multiplier": "c",
                "in_period": "I",
            },
        ),
        "pm_score": Math(
            rows(
                _KEY
                + cases(
                    r"-1 & \text{if } v \lt 0",
                    r"\operatorname{round}(\log_2(1 + v)) + A & \text{otherwise}",
                )
            ),
            {"upvotes": "v", "accepted": "A"},
        ),
    }
)
