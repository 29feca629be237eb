"""Keys that forums and Q&A sites sort by, from votes and the item's own times."""

from typing import Final

from ._formula import row_wise
from ._formula_kinds import Count, Flag, Now, Setting, Time, Whole
from ._ops import (
    fill,
    floor,
    instant,
    log2,
    log10,
    maximum,
    minimum,
    rounded,
    where,
    whole,
)

__all__ = [
    "discourse_post_score",
    "discourse_top_score",
    "mbin_ranking",
    "pm_score",
    "postmill_ranking",
    "q2a_hotness",
]

_Q2A_EPOCH: Final = 1262304000  # 2010-01-01T00:00:00Z
_DAY: Final = 86400
_LATEST: Final = 2**31 - 1


@row_wise("static", "q2a/question2answer, qa-include/db/hotness.php at 2c945eab1a43")
def q2a_hotness(
    question_created_at: Time,
    last_answer_at: Time | None,
    answers: Count,
    net_votes: Whole,
    views: Count,
    w_question_age: Setting = 100,
    w_answer_age: Setting = 100,
    w_answers: Setting = 100,
    w_votes: Setting = 100,
    w_views: Setting = 100,
) -> float:
    """
    Return Question2Answer's hotness of a question, a static rank key.

    With times in seconds since 2010-01-01 UTC it is ``q·w1 + a·w2 +
    answers·w3·160000 + votes·w4·160000 + views·w5·4000``.

    Args:
        question_created_at: When it was asked, q: Unix seconds or an aware datetime.
        last_answer_at: When it was last answered, a; ``None`` without answers, and
            then q is taken.
        answers: How many answers there are, a count.
        net_votes: Upvotes minus downvotes of the question, a whole number.
        views: How often it was seen, a count.
        w_question_age: The weight w1, unitless; every weight is 100 by default.
        w_answer_age: The weight w2.
        w_answers: The weight w3.
        w_votes: The weight w4.
        w_views: The weight w5.

    Returns:
        A number without unit, about 1e11 in 2026; higher is hotter. The original
        keeps it in single precision.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        q2a/question2answer, ``qa-include/db/hotness.php`` at 2c945eab1a43; written
        anew from the formula.

    >>> q2a_hotness(1262304000, None, answers=0, net_votes=1, views=0)
    16000000.0
    """
    asked = instant(question_created_at)
    q = asked - _Q2A_EPOCH
    a = fill(last_answer_at, asked) - _Q2A_EPOCH
    times = q * w_question_age + a * w_answer_age
    counts = answers * w_answers * 160000 + net_votes * w_votes * 160000
    return times + counts + views * w_views * 4000.0


@row_wise("static", "Postmill; constants as in Mbin's RankingTrait.php", whole=True)
def postmill_ranking(
    score: Whole,
    comments: Count,
    unique_commenters: Count | None,
    created_at: Time,
    now: Now | None = None,
) -> int:
    """
    Return Postmill's ranking of a submission, a static rank key.

    It is the time of posting in whole seconds plus an advantage:
    ``1800·score + comments·(5000 if score > -5 else 500)``, at least -43200 and at
    most 86400 s.

    Args:
        score: Upvotes minus downvotes, a whole number.
        comments: How many comments there are, a count.
        unique_commenters: Not used; here so that :func:`mbin_ranking` takes the same.
        created_at: When it was posted, Unix seconds or an aware datetime.
        now: Not used, likewise.

    Returns:
        Seconds, whole; higher ranks first, ties by id, the larger first.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        Postmill's submission ranking; written anew from the formula.

    >>> postmill_ranking(2, 0, None, created_at=1700000000)
    1700003600
    """
    weight = where(score > -5, 5000.0, 500.0)
    advantage = maximum(minimum(1800 * score + comments * weight, _DAY), -_DAY / 2)
    return whole(floor(instant(created_at)) + advantage)


@row_wise("static", "MbinOrg/mbin, src/Entity/Traits/RankingTrait.php", whole=True)
def mbin_ranking(
    score: Whole,
    comments: Count,
    unique_commenters: Count,
    created_at: Time,
    now: Now,
) -> int:
    """
    Return the ranking of kbin and Mbin, a static rank key.

    It is the time of posting in whole seconds plus an advantage: ``4500·score +
    1500·comments + 5000·commenters`` if score > -5, else ``4500·score +
    500·(comments + commenters)``, at least -43200 and at most 86400 s. A time in the
    future counts as *now*; the key is at most 2^31 - 1.

    Args:
        score: Upvotes minus downvotes, a whole number.
        comments: How many comments there are, a count.
        unique_commenters: How many people wrote them, a count.
        created_at: When it was posted, Unix seconds or an aware datetime.
        now: The present; it moves nothing but items from the future.

    Returns:
        Seconds, whole; higher ranks first.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        MbinOrg/mbin, ``src/Entity/Traits/RankingTrait.php``; written anew from the
        formula.

    >>> mbin_ranking(2, 1, 1, created_at=1700000000, now=1700000060)
    1700015500
    """
    talk = where(
        score > -5,
        1500.0 * comments + 5000.0 * unique_commenters,
        500.0 * (comments + unique_commenters),
    )
    advantage = maximum(minimum(4500 * score + talk, _DAY), -_DAY / 2)
    at = floor(minimum(instant(created_at), instant(now)))
    return whole(minimum(at + advantage, _LATEST))


@row_wise("static", "discourse/discourse, lib/score_calculator.rb")
def discourse_post_score(
    reply_count: Count | None,
    like_score: Count | None,
    incoming_link_count: Count | None,
    bookmark_count: Count | None,
    reads: Count | None,
) -> float:
    """
    Return Discourse's score of a post, a static rank key.

    It is ``5·replies + 15·likes + 5·links + 2·bookmarks + 0.2·reads``. ``None`` counts
    as 0, also in a column.

    Args:
        reply_count: Replies to the post, a count.
        like_score: Likes, those of the staff weighing more, a count.
        incoming_link_count: Visits through links from elsewhere, a count.
        bookmark_count: Bookmarks, a count.
        reads: People who have read it, a count.

    Returns:
        A number without unit, at least 0. A topic's score is the mean of its posts'.

    Raises:
        ValidationError: If a count is negative or not whole.

    Source:
        discourse/discourse, ``lib/score_calculator.rb``; written anew from the
        formula.

    >>> discourse_post_score(1, 2, None, 0, reads=10)
    37.0
    """
    given = 5 * fill(reply_count, 0) + 15 * fill(like_score, 0)
    kept = 5 * fill(incoming_link_count, 0) + 2 * fill(bookmark_count, 0)
    return given + kept + 0.2 * fill(reads, 0)


@row_wise("static", "discourse/discourse, app/models/top_topic.rb at 7c85135b6399")
def discourse_top_score(
    views: Count,
    op_likes: Count,
    likes: Count,
    posts: Count,
    topic_posts_count: Count,
    log_views_multiplier: Setting = 2,
    first_post_likes_multiplier: Setting = 0.5,
    least_likes_per_post_multiplier: Setting = 3,
    in_period: Flag = True,
) -> float:
    """
    Return Discourse's top score of a topic for a period, static within the period.

    It is ``log10(max(views, 1))·2 + op_likes·0.5 + L + P + log10(max(posts, 1))``.
    L is ``min(likes // posts, 3)`` if there are both, else 0. P is 10 for a topic of
    at least 10 posts, else 0: the deduction for short topics that descriptions show
    vanishes in an integer division.

    Args:
        views: Views in the period, a count.
        op_likes: Likes of the first post, a count.
        likes: Likes in the period, a count.
        posts: Posts in the period, a count.
        topic_posts_count: Posts of the topic at all times, a count.
        log_views_multiplier: The factor 2, unitless.
        first_post_likes_multiplier: The factor 0.5, unitless.
        least_likes_per_post_multiplier: The limit 3 of L, unitless.
        in_period: Whether the topic was created in the period; if not, it scores 0.

    Returns:
        A number without unit; higher ranks first.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        discourse/discourse, ``app/models/top_topic.rb`` at 7c85135b6399; written anew
        from the formula.

    >>> discourse_top_score(100, 4, 20, 10, 10)
    19.0
    """
    per_post = floor(likes / maximum(posts, 1))
    liked = minimum(per_post, least_likes_per_post_multiplier)
    liked = where((likes > 0) & (posts > 0), liked, 0.0)
    long = where(topic_posts_count >= 10, 10.0, 0.0)
    seen = log10(maximum(views, 1)) * log_views_multiplier
    score = seen + op_likes * first_post_likes_multiplier + liked + long
    return where(in_period, score + log10(maximum(posts, 1)), 0.0)


@row_wise("static", "A. Askell et al., arXiv 2112.00861 (2021)", whole=True)
def pm_score(upvotes: Whole, accepted: Flag) -> int:
    """
    Return the score of an answer in data for preference models, a static one.

    It is -1 for *upvotes* below 0, accepted or not, else
    ``round(log2(1 + upvotes))``, and one more if the asker accepted the answer. Pairs
    of equal scores are not used.

    Args:
        upvotes: Upvotes minus downvotes, a whole number.
        accepted: Whether the asker accepted the answer.

    Returns:
        A whole number without unit, at least -1.

    Raises:
        ValidationError: If *upvotes* is not whole, or *accepted* not a truth value.

    Source:
        A. Askell et al., A General Language Assistant as a Laboratory for Alignment,
        arXiv 2112.00861 (2021).

    >>> pm_score(upvotes=5, accepted=True)
    4
    """
    size = rounded(log2(1 + maximum(upvotes, 0)), 0)
    return whole(where(upvotes < 0, -1.0, size + where(accepted, 1.0, 0.0)))
