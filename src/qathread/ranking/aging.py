"""Keys of Q&A sites and forums that fall as an item ages."""

from collections.abc import Sequence
from typing import Final

from ..errors import ValidationError
from ._formula import listed, row_wise
from ._formula_kinds import (
    Count,
    Flag,
    Gravity,
    Now,
    PositiveSetting,
    Rank,
    Span,
    Time,
    Whole,
)
from ._inputs import items, number, positive
from ._ops import (
    ceil,
    fill,
    floor,
    instant,
    log,
    maximum,
    minimum,
    missing,
    power,
    trunc,
    valid,
    where,
    whole,
)

__all__ = [
    "apache_answer_hot",
    "discourse_hot",
    "forem_hotness",
    "se_hot_network",
    "se_hot_site",
    "se_trending",
]

_HOUR: Final = 3600
_DAY: Final = 86400
_FOREM_EPOCH: Final = 1262304001  # 2010-01-01T00:00:01Z
_OLD: Final = "the age is two hours before the item was posted, or earlier: there "


@row_wise("decaying", "discourse/discourse, app/models/topic_hot_score.rb")
def discourse_hot(
    like_count: Count,
    recent_likes: Count,
    recent_posters: Count,
    created_age_seconds: Span,
    first_bumped_age_seconds: Span | None,
    gravity: Gravity = 1.2,
    recent_days: PositiveSetting = 7,
) -> float:
    """
    Return Discourse's "hot" score of a topic; decaying.

    It is ``N/(age + 2)^g + (recent_likes + recent_posters - 1)/(bump age + 2)^g``,
    ages in hours. N is *recent_likes* for a topic younger than the window, else
    *like_count*. Without a post in the window the second term is left out; it is
    negative when both its counts are 0.

    Args:
        like_count: All likes, a count.
        recent_likes: People who liked within the window, a count.
        recent_posters: People who posted within the window, a count.
        created_age_seconds: Seconds since the topic was made, above -7200.
        first_bumped_age_seconds: Seconds since its first post in the window, above
            -7200; ``None`` if there is none.
        gravity: The exponent g, 0 to 10.
        recent_days: The length of the window in days, above 0.

    Returns:
        A number without unit; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        discourse/discourse, ``app/models/topic_hot_score.rb``; written anew from the
        formula.

    >>> round(discourse_hot(10, 5, 3, 7200, 3600), 4)
    2.8204
    """
    age = created_age_seconds / _HOUR + 2
    age = valid(age, age > 0, f"{_OLD}discourse_hot has no value")
    bump = fill(first_bumped_age_seconds, 0) / _HOUR + 2
    bump = valid(bump, bump > 0, f"{_OLD}discourse_hot has no value")
    young = created_age_seconds < recent_days * _DAY
    likes = where(young, recent_likes, like_count)
    recent = (recent_likes + recent_posters - 1) / power(bump, gravity)
    recent = where(missing(first_bumped_age_seconds), 0.0, recent)
    return likes / power(age, gravity) + recent


@row_wise("decaying", "Meta Stack Exchange, question 11602 (2008)")
def se_hot_site(
    views: Count,
    answers: Count,
    question_score: Whole,
    answer_scores_sum: Whole,
    age_hours: Span,
    updated_hours: Span,
) -> float:
    """
    Return the "hot" score of one Stack Exchange site, by its text of 2008; decaying.

    It is ``(4·ln(views) + answers·score/5 + Σ answer scores)/((age + 1) - (age -
    updated)/2)^1.5``. The text says "log"; the natural one is assumed.

    Args:
        views: How often the question was seen, a count, at least 1.
        answers: How many answers there are, a count.
        question_score: Upvotes minus downvotes of the question, a whole number.
        answer_scores_sum: The sum of the answers' scores, a whole number.
        age_hours: Hours since it was asked.
        updated_hours: Hours since it was last changed; the age if it never was.

    Returns:
        A number without unit; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range, *views* is 0, or the
            base of the power is not above 0: there is no value then.

    Source:
        Meta Stack Exchange, question 11602; written anew from the formula.

    >>> se_hot_site(1, 3, 5, 5, age_hours=3.0, updated_hours=3.0)
    1.0
    """
    seen = valid(views, views > 0, "se_hot_site has no value without views")
    base = age_hours + 1 - (age_hours - updated_hours) / 2
    base = valid(
        base, base > 0, "se_hot_site has no value for such times: see its base"
    )
    return (4 * log(seen) + answers * question_score / 5 + answer_scores_sum) / power(
        base, 1.5
    )


@row_wise("decaying", "Meta Stack Overflow 252029, Meta Stack Exchange 61343")
def se_hot_network(
    answers: Count,
    question_score: Whole,
    answer_scores_sum: Whole,
    age_hours: Span,
    site_rank: Rank,
) -> float:
    """
    Return the core of Stack Exchange's Hot Network Questions; decaying.

    It is ``(min(answers, 10)·score/5 + Σ answer scores)/max(age + 1, 6)^1.4``, times
    1, 0.98, 0.96, ... for the first, second, third question of one site.

    Args:
        answers: How many answers there are, a count.
        question_score: Upvotes minus downvotes of the question, a whole number.
        answer_scores_sum: The sum of the answers' scores, a whole number.
        age_hours: Hours since it was asked.
        site_rank: Its place among the questions of its site, 1 to 50; the list takes
            five of a site at most.

    Returns:
        A number without unit; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        Meta Stack Overflow 252029, Meta Stack Exchange 61343; written anew from the
        formula.

    >>> round(se_hot_network(10, 10, 12, age_hours=20.0, site_rank=1), 4)
    0.4509
    """
    worth = minimum(answers, 10) * question_score / 5 + answer_scores_sum
    share = 1 - (site_rank - 1) / 50
    return worth / power(maximum(age_hours + 1, 6), 1.4) * share


@listed("decaying", "Stack Overflow, Trending sort (2022)")
def se_trending(
    votes: Sequence[tuple[float, float]], half_life_days: PositiveSetting = 365
) -> float:
    """
    Return Stack Overflow's "trending" score of an answer; decaying.

    It is ``Σ weight·2^(-age/half-life)`` over its votes. All items fall by one common
    factor, so their order changes with votes only. Takes one item's list, no arrays.

    Args:
        votes: For each vote its weight (1 up, -1 down) and its age in days, at
            least 0.
        half_life_days: Days in which a vote loses half its weight, above 0.

    Returns:
        A number without unit, 0.0 without votes; higher ranks first.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        Stack Overflow's announcement of the Trending sort (2022), quoted in Meta
        Stack Overflow 424054; written anew from the formula.

    >>> se_trending([(1, 0.0), (1, 365.0), (-1, 730.0)])
    1.25
    """
    half = positive(half_life_days, "half_life_days")
    total = 0.0
    for weight, age in items(votes, "votes", _vote):
        total += weight * power(2.0, -min(age / half, 1e6))
    return number(total, "the sum")


def _vote(value: tuple[float, float], name: str) -> tuple[float, float]:
    members = items(value, name, number)
    if len(members) != 2 or members[1] < 0:
        raise ValidationError(
            f"{name} is {members}: give a weight and an age from 0 up"
        )
    return members[0], members[1]


@row_wise(
    "decaying",
    "apache/answer, internal/service/content/question_hottest_service.go",
    whole=True,
)
def apache_answer_hot(
    views: Count,
    answers: Count,
    question_score: Whole,
    answer_scores_sum: Whole,
    created_at: Time,
    updated_at: Time | None,
    now: Now,
) -> int:
    """
    Return Apache Answer's "hot" score of a question; decaying.

    With hours cut to whole ones, x is ``(4·ln(views) + answers·score/5 + Σ answer
    scores)/((age + 1) - (age - updated)/2)^1.5``, and the score ``ceil(10000·x)``,
    never below 0. The site computes it every hour for questions of the last 90 days.

    Args:
        views: How often the question was seen, a count; 0 gives 0.
        answers: How many answers there are, a count.
        question_score: Upvotes minus downvotes of the question, a whole number.
        answer_scores_sum: The sum of the answers' scores, a whole number.
        created_at: When it was asked, Unix seconds or an aware datetime.
        updated_at: When it was last changed; ``None`` or below 0 if it never was.
        now: The present.

    Returns:
        A whole number without unit, at least 0; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range, or the base of the
            power is not above 0 (times in the future): there is no value then; or
            the score does not fit 64 bits.

    Source:
        apache/answer, ``internal/service/content/question_hottest_service.go`` at
        3b9f1370612e; written anew from the formula.

    >>> apache_answer_hot(100, 3, 4, 7, 1699924401, 1699996400, now=1700000000)
    7134
    """
    asked = instant(created_at)
    changed = fill(updated_at, -1)
    changed = where(changed < 0, asked, changed)
    at = instant(now)
    age = trunc((at - asked) / _HOUR)
    updated = trunc((at - changed) / _HOUR)
    base = age + 1 - (age - updated) / 2
    base = valid(base, base > 0, "apache_answer_hot has no value for future times")
    worth = 4 * log(maximum(views, 1)) + answers * question_score / 5
    score = ceil(10000 * ((worth + answer_scores_sum) / power(base, 1.5)))
    found = where(views > 0, maximum(score, 0), 0)
    fits = found < 2.0**63
    return whole(valid(found, fits, "apache_answer_hot does not fit 64 bits"))


@row_wise("decaying", "forem/forem, app/lib/black_box.rb", whole=True)
def forem_hotness(
    published_at: Time,
    crossposted_at: Time | None,
    score: Whole,
    comment_score: Whole,
    watercooler: Flag,
    now: Now,
) -> int:
    """
    Return Forem's (dev.to) hotness of an article; decaying in steps.

    With t the time of publishing it is ``(t - 1262304001)//1000 + 2·min(score, 650) +
    2·min(comment_score, 650) + r + B``. r is the score, halved past 4 days, then
    quartered past 7, both times rounded down, and for watercooler articles times 0.8,
    cut to a whole number. B adds 28, 81, 280, 795, 830 and 930 while the article is
    younger than 1, 8, 12, 26, 48 and 96 hours.

    Args:
        published_at: When it was published, Unix seconds or an aware datetime.
        crossposted_at: When it was published here first if elsewhere before; taken
            as t instead. ``None`` if that is not so.
        score: The score of its reactions, a whole number.
        comment_score: The score of its comments, a whole number.
        watercooler: Whether it has the tag of that name.
        now: The present.

    Returns:
        A whole number without unit, about 5e5 in 2026; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        forem/forem, ``app/lib/black_box.rb``; written anew from the formula.

    >>> forem_hotness(1699996400, None, 30, 10, False, now=1700000000)
    440718
    """
    at = fill(crossposted_at, instant(published_at))
    age = instant(now) - at
    points = where(age > 4 * _DAY, floor(score / 2), score)
    points = where(age > 7 * _DAY, floor(points / 4), points)
    points = where(watercooler, trunc(points * 0.8), points)
    bonus = where(age < _HOUR, 28, 0) + where(age < 8 * _HOUR, 81, 0)
    bonus = bonus + where(age < 12 * _HOUR, 280, 0) + where(age < 26 * _HOUR, 795, 0)
    bonus = bonus + where(age < 48 * _HOUR, 830, 0) + where(age < 96 * _HOUR, 930, 0)
    known = 2 * minimum(score, 650) + 2 * minimum(comment_score, 650)
    return whole(floor((floor(at) - _FOREM_EPOCH) / 1000) + known + points + bonus)
