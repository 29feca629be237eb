"""
The formulas in LaTeX: here keys that fall with age, keys of lists, and games.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .latex_static import STATIC, Math, cases, rows

__all__ = ["MATH"]

_KEY: Final = r"\text{key} &= "
_OTHERWISE: Final = r"\text{otherwise}"
_WINDOW: Final = r" & \text{if } 0 \lt a \lt 604800"
_HN: Final = r"x &= " + cases(r"b^{0.8} & \text{if } b \gt 0", r"b & \text{otherwise}")
_WORTH: Final = r"w &= 4 \ln v + \frac{n q}{5} + S"
_LEMMY: Final = {"score": "s", "age_seconds": "a"}

_REST: Final[Mapping[str, Math]] = MappingProxyType(
    {
        "hn_rank": Math(
            rows(
                r"r &= s - k",
                r"b &= r - 1",
                _HN,
                r"c &= "
                + cases(
                    r"\min\left(1, \left(\frac{r}{v}\right)^2\right)"
                    r" & \text{if } v \gt 20",
                    r"1 & \text{otherwise}",
                ),
                r"f &= "
                + cases(
                    r"\frac{1}{2} & \text{if neither story nor poll}",
                    r"\frac{2}{5} & \text{if without a link}",
                    r"\min(c, 0.3) & \text{if lightweight}",
                    r"c & \text{otherwise}",
                ),
                _KEY + r"\frac{x f}{\left(\frac{t_0 - t}{3600} + 2\right)^{1.8}}",
            ),
            {
                "score": "s",
                "sock_votes": "k",
                "created_at": "t",
                "now": "t_0",
                "visible_family": "v",
            },
            "The first case that applies counts.",
        ),
        "hn_simple": Math(
            rows(_KEY + r"\frac{p - 1}{(h + 2)^g}"),
            {"points": "p", "age_hours": "h", "gravity": "g"},
        ),
        "hn_observed": Math(
            rows(r"b &= v - 1", _HN, _KEY + r"\frac{x}{(h + 2)^{1.8}} f"),
            {"votes": "v", "age_hours": "h", "penalty": "f"},
        ),
        "lemmy_hot_rank": Math(
            rows(
                r"h &= \frac{a}{3600}",
                _KEY
                + cases(
                    r"\dfrac{\log_{10}\max(s + 2, 2)}{(h + 2)^{1.8}}" + _WINDOW,
                    r"0 & \text{otherwise}",
                ),
            ),
            _LEMMY,
        ),
        "lemmy_hot_rank_2023_08": Math(
            rows(
                r"h &= \frac{a}{3600}",
                _KEY
                + cases(
                    r"\dfrac{\log_{10}\max(s + 3, 1)}{(h + 2)^{1.8}}" + _WINDOW,
                    r"0 & \text{otherwise}",
                ),
            ),
            _LEMMY,
        ),
        "lemmy_hot_rank_2019": Math(
            rows(
                r"h &= \frac{a}{3600}",
                _KEY + r"\min\left(\left\lfloor \frac{10000 \log_{10}\max(s + 3, 1)}"
                r"{(h + 2)^{1.8}} \right\rfloor, 2^{53}\right)",
            ),
            _LEMMY,
        ),
        "lemmy_scaled_rank": Math(
            rows(_KEY + r"\frac{H(s, a)}{\log_{10}(2 + i)}"),
            {**_LEMMY, "interactions_month": "i"},
            "*H* is [`lemmy_hot_rank`](#lemmy_hot_rank).",
        ),
        "mastodon_trend": Math(
            rows(
                r"e &= \max(E, 1)",
                _KEY
                + cases(
                    r"\dfrac{(o - e)^2}{e} 2^{-a / T}"
                    r" & \text{if } o \ge e \text{ and } o \ge m",
                    r"0 & \text{otherwise}",
                ),
            ),
            {
                "observed": "o",
                "expected": "E",
                "age_seconds": "a",
                "half_life_seconds": "T",
                "threshold": "m",
            },
        ),
        "apache_answer_hot": Math(
            rows(
                r"h &= \operatorname{trunc}\left(\frac{t_0 - t}{3600}\right)",
                r"c &= \operatorname{trunc}\left(\frac{t_0 - t_1}{3600}\right)",
                _WORTH,
                _KEY
                + cases(
                    r"\max\left(0, \left\lceil \dfrac{10000 w}"
                    r"{\left(h + 1 - \frac{h - c}{2}\right)^{1.5}} \right\rceil\right)"
                    r" & \text{if } v \gt 0",
                    r"0 & \text{otherwise}",
                ),
            ),
            {
                "views": "v",
                "answers": "n",
                "question_score": "q",
                "answer_scores_sum": "S",
                "created_at": "t",
                "updated_at": "t_1",
                "now": "t_0",
            },
        ),
        "discourse_hot": Math(
            rows(
                r"N &= "
                + cases(r"r & \text{if } a \lt 86400 D", r"l & \text{otherwise}"),
                r"R &= "
                + cases(
                    r"\dfrac{r + p - 1}{\left(\frac{b}{3600} + 2\right)^g}"
                    r" & \text{if there is a post in the window}",
                    r"0 & \text{otherwise}",
                ),
                _KEY + r"\frac{N}{\left(\frac{a}{3600} + 2\right)^g} + R",
            ),
            {
                "like_count": "l",
                "recent_likes": "r",
                "recent_posters": "p",
                "created_age_seconds": "a",
                "first_bumped_age_seconds": "b",
                "gravity": "g",
                "recent_days": "D",
            },
        ),
        "forem_hotness": Math(
            rows(
                r"h &= \frac{t_0 - t}{3600}",
                r"x &= "
                + cases(
                    r"\lfloor s / 2 \rfloor & \text{if } h \gt 96",
                    r"s & \text{otherwise}",
                ),
                r"y &= "
                + cases(
                    r"\lfloor x / 4 \rfloor & \text{if } h \gt 168",
                    r"x & \text{otherwise}",
                ),
                r"r &= "
                + cases(
                    r"\operatorname{trunc}(0.8 y) & \text{if watercooler}",
                    r"y & \text{otherwise}",
                ),
                r"B &= 28 [h \lt 1] + 81 [h \lt 8] + 280 [h \lt 12]"
                r" + 795 [h \lt 26] + 830 [h \lt 48] + 930 [h \lt 96]",
                _KEY + r"\left\lfloor \frac{\lfloor t \rfloor - 1262304001}{1000}"
                r" \right\rfloor + 2 \min(s, 650) + 2 \min(c, 650) + r + B",
            ),
            {
                "published_at": "t",
                "score": "s",
                "comment_score": "c",
                "now": "t_0",
            },
            "*t* is `crossposted_at` if that is given.",
        ),
        "se_hot_network": Math(
            rows(
                r"w &= \frac{\min(n, 10) q}{5} + S",
                _KEY
                + r"\frac{w}{\max(h + 1, 6)^{1.4}} \left(1 - \frac{k - 1}{50}\right)",
            ),
            {
                "answers": "n",
                "question_score": "q",
                "answer_scores_sum": "S",
                "age_hours": "h",
                "site_rank": "k",
            },
        ),
        "se_hot_site": Math(
            rows(
                _WORTH,
                _KEY + r"\frac{w}{\left(h + 1 - \frac{h - c}{2}\right)^{1.5}}",
            ),
            {
                "views": "v",
                "answers": "n",
                "question_score": "q",
                "answer_scores_sum": "S",
                "age_hours": "h",
                "updated_hours": "c",
            },
        ),
        "se_trending": Math(
            rows(_KEY + r"\sum_i w_i 2^{-a_i / T}"),
            {"votes": "w_i, a_i", "half_life_days": "T"},
        ),
        # Lists.
        "discourse_percent_rank": Math(
            rows(_KEY + r"\frac{\sum_j [s_j \gt s_i]}{\max(n - 1, 1)}"),
            {"scores": "s_i"},
            "There are *n* scores.",
        ),
        "order_apache_answer": Math(
            rows(_KEY + r"(1 - A, d - u, t, i)"),
            {"answers": "u, d, A, t, i"},
            "Smaller keys first, their members compared one after the other: *A* is "
            "`accepted`, *t* `created_at` and *i* `id`.",
        ),
        "order_q2a_votes": Math(
            rows(_KEY + r"(d - u, t, i)"),
            {"answers": "u, d, t, i"},
            "Smaller keys first: *t* is `created_at` and *i* `id`.",
        ),
        "order_stackoverflow_pinned": Math(
            rows(_KEY + r"(1 - A (1 - O), d - u, t, i)"),
            {"answers": "u, d, A, O, t, i"},
            "Smaller keys first: *A* is `accepted`, *O* `self_answer`, *t* "
            "`created_at` and *i* `id`.",
        ),
        "order_stackoverflow_score": Math(
            rows(_KEY + r"(d - u, t, i)"),
            {"answers": "u, d, t, i"},
            "Smaller keys first: *t* is `created_at` and *i* `id`.",
        ),
        "reddit_normalized_hot": Math(
            rows(
                r"m &= \max\left(h_1 + \frac{(t_0 - t_1) w}{45000}, 1\right)",
                _KEY + r"\left(-\frac{h}{m}, -h, i\right)",
            ),
            {"communities": "h, t, i", "now": "t_0", "age_weight": "w"},
            "Smaller keys first: *h* is `hot`, *t* `created_at` and *i* `id`; the "
            "index 1 is that of the hottest item of the same community.",
        ),
        "reddit_rising": Math(
            rows(_KEY + r"\frac{u}{\max(c, 1)}"),
            {"links": "u, c"},
            "For *u* above 1, larger keys first; *u* is `ups` and *c* is `count`.",
        ),
        "tildes_relevance": Math(
            rows(
                _KEY
                + cases(
                    r"(-100) & \text{if removed}",
                    r"(-2, v) & \text{if noise}",
                    r"(-1, v) & \text{if offtopic}",
                    r"(\lfloor v / 2 \rfloor) & \text{if joke}",
                    r"(\operatorname{round}((w + 1) v)) & \text{if exemplary}",
                    r"(v) & \text{otherwise}",
                )
            ),
            {"votes": "v"},
            "The first case that applies counts; *w* is the weight of the label "
            "`exemplary`.",
        ),
        # Games.
        "bradley_terry": Math(
            r"\text{key} = \arg\max_{\theta} \sum_{a, b} w_{a b}"
            r" \ln \frac{e^{\theta_a}}{e^{\theta_a} + e^{\theta_b}}"
            r" \quad \text{with} \quad \sum_a \theta_a = 0",
            {"wins": "w_{a b}"},
        ),
        "elo_update": Math(
            rows(
                r"E &= \frac{1}{1 + 10^{(b - a) / 400}}",
                r"\text{key} &= (a + k (S - E), b - k (S - E))",
            ),
            {"rating_a": "a", "rating_b": "b", "score_a": "S", "k": "k"},
        ),
    }
)

#: Every formula, by its name.
MATH: Final[Mapping[str, Math]] = MappingProxyType({**STATIC, **_REST})
