"""Formulas over a whole list: orders of ids, and ranks within a list."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Final, NamedTuple, cast

from ..errors import ValidationError
from ._formula import listed
from ._formula_kinds import Count, Flag, Labels, Now, PartSetting
from ._inputs import count, flag, items, member, number, seconds, shown

__all__ = [
    "discourse_percent_rank",
    "order_apache_answer",
    "order_q2a_votes",
    "order_stackoverflow_pinned",
    "order_stackoverflow_score",
    "reddit_normalized_hot",
    "reddit_rising",
    "tildes_relevance",
]

_PER_COMMUNITY: Final = 150
_IN_ALL: Final = 1000
_OLDEST: Final = 1000 * 86400
_PINNED: Final = "Meta Stack Overflow, question 411192"

#: An id of an item: a text or a whole number, of one type in a list.
Id = str | int


@listed("static", "discourse/discourse, lib/score_calculator.rb")
def discourse_percent_rank(scores: Sequence[float]) -> tuple[float, ...]:
    """
    Return for each post of a topic its place among them, 0 the best; static.

    By falling score it is ``(rank - 1)/(n - 1)``; equal scores share the best rank of
    theirs. Takes one topic's list, no arrays.

    Args:
        scores: The posts' scores, finite numbers.

    Returns:
        Shares in [0, 1], in the order given; 0.0 for a post alone.

    Raises:
        ValidationError: If a score is not a finite number.

    Source:
        discourse/discourse, ``lib/score_calculator.rb``; written anew from the
        formula.

    >>> discourse_percent_rank([1.0, 5.0, 5.0])
    (1.0, 0.0, 0.0)
    """
    given = items(scores, "scores", number)
    ranks: dict[float, int] = {}
    for place, score in enumerate(sorted(given, reverse=True)):
        ranks.setdefault(score, place)
    last = max(len(given) - 1, 1)
    return tuple(ranks[score] / last for score in given)


@listed("static", "spectria/tildes, models/comment/comment_tree.py at 05b881976731")
def tildes_relevance(votes: Count, labels: Labels, removed: Flag) -> tuple[int, ...]:
    """
    Return the key of a comment on Tildes: the greatest comes first; static.

    The first that applies wins: removed ``(-100,)``; noise ``(-2, votes)``; offtopic
    ``(-1, votes)``; joke ``(votes // 2,)``; exemplary ``(round((weight + 1)·votes),)``,
    halves to even; else ``(votes,)``. Ties go to the earlier comment.

    Args:
        votes: Votes, a count; there are no downvotes.
        labels: The active labels ``noise``, ``offtopic``, ``joke`` and ``exemplary``
            with their weights, which are finite; other labels change nothing.
        removed: Whether the comment was removed.

    Returns:
        A tuple of one or two whole numbers. Tuples compare, so there are no arrays.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        spectria/tildes, ``models/comment/comment_tree.py`` at 05b881976731; written
        anew from the formula.

    >>> tildes_relevance(3, {"exemplary": 0.5}, removed=False)
    (4,)
    """
    v = count(votes, "votes")
    if not isinstance(labels, Mapping):
        raise ValidationError(f"labels is {shown(labels)}: give label -> weight")
    weights = {name: number(labels[name], f"labels[{name!r}]") for name in labels}
    if flag(removed, "removed"):
        return (-100,)
    if "noise" in weights:
        return -2, v
    if "offtopic" in weights:
        return -1, v
    if "joke" in weights:
        return (v // 2,)
    if "exemplary" not in weights:
        return (v,)
    try:
        return (round((weights["exemplary"] + 1) * v),)
    except OverflowError:
        raise ValidationError("votes is too large for a float") from None


@listed("decaying", "reddit-archive/reddit, r2/r2/lib/rising.py at 753b17407e9a")
def reddit_rising(links: Sequence[Mapping[str, object]]) -> tuple[Id, ...]:
    """
    Return the ids of Reddit's "rising" items, the best first.

    Items with more than one upvote, by ``ups/max(count, 1)``; ties keep the order
    given. A snapshot: it moves as impressions come in. Takes one list, no arrays.

    Args:
        links: Mappings with ``id``, ``ups`` (a count) and ``count`` (recent
            impressions, a count).

    Returns:
        The ids of the items that are in.

    Raises:
        ValidationError: If a member is missing or outside its range, or an id is
            given twice.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/rising.py`` at 753b17407e9a; written anew
        from the formula.

    >>> new = {"id": "a", "ups": 2, "count": 0}
    >>> reddit_rising([{"id": "b", "ups": 9, "count": 30}, new])
    ('a', 'b')
    """
    rising: list[tuple[float, Id]] = []
    ids = []
    for link, where in _records(links, "links"):
        ids.append(_id(link, where))
        ups = count(cast(int, member(link, "ups", where)), f"{where}['ups']")
        seen = count(cast(int, member(link, "count", where)), f"{where}['count']")
        if ups > 1:
            rising.append((_share(ups, max(seen, 1), where), ids[-1]))
    _distinct(ids, "links")
    return tuple(id for _, id in sorted(rising, key=lambda each: -each[0]))


@listed(
    "decaying", "reddit-archive/reddit, r2/r2/lib/normalized_hot.py at 753b17407e9a"
)
def reddit_normalized_hot(
    communities: Sequence[Sequence[Mapping[str, object]]],
    now: Now,
    age_weight: PartSetting = 0.0,
) -> tuple[Id, ...]:
    """
    Return the ids of Reddit's merged front page, the best first.

    Of each community the 150 hottest count. Their keys are divided by
    ``max(h + (now - t)·age_weight/45000, 1)``, h and t the key and time of the
    hottest. By falling ratio, then falling key, then id; what is older than 1000 days
    is left out, and 1000 items stay. Static for an *age_weight* of 0, else decaying.
    Takes one list of lists, no arrays.

    Args:
        communities: For each community its items, hottest first: mappings with
            ``id``, ``created_at`` (Unix seconds or an aware datetime) and ``hot``.
        now: The present, likewise.
        age_weight: How much the age of a community's hottest item counts, 0 to 1.

    Returns:
        Ids, at most 1000.

    Raises:
        ValidationError: If a member is missing or outside its range, a community is
            not in order, an id is given twice, or texts and numbers are mixed as ids.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/normalized_hot.py`` at 753b17407e9a; written
        anew from the formula.

    >>> reddit_normalized_hot(
    ...     [[{"id": "a", "created_at": 0, "hot": 4.0}],
    ...      [{"id": "b", "created_at": 0, "hot": 9.0}]],
    ...     now=60,
    ... )
    ('b', 'a')
    """
    at = seconds(now, "now")
    weight = number(age_weight, "age_weight")
    if not 0 <= weight <= 1:
        raise ValidationError(f"age_weight is {weight}: give a number from 0 to 1")
    merged: list[tuple[float, float, Id]] = []
    ids: list[Id] = []
    for place, community in enumerate(items(communities, "communities", _as_it_is)):
        listing: list[tuple[float, float, Id]] = []
        for link, where in _records(community, f"communities[{place}]"):
            hot = number(cast(float, member(link, "hot", where)), f"{where}['hot']")
            posted = seconds(
                cast(float, member(link, "created_at", where)), f"{where}['created_at']"
            )
            ids.append(_id(link, where))
            if listing and hot > listing[-1][0]:
                raise ValidationError(f"{where} is hotter than what is before it")
            listing.append((hot, posted, ids[-1]))
        if listing:
            top, top_time, _ = listing[0]
            divisor = max(top + (at - top_time) * weight / 45000, 1.0)
            merged += [
                (-hot / divisor, -hot, id)
                for hot, posted, id in listing[:_PER_COMMUNITY]
                if at - posted <= _OLDEST
            ]
    _distinct(ids, "communities")
    return tuple(id for *_, id in sorted(merged)[:_IN_ALL])


class _Answer(NamedTuple):
    score: int
    accepted: bool
    own: bool
    created_at: float
    id: Id


@listed("static", "apache/answer, internal/repo/answer/answer_repo.go at 3b9f1370612e")
def order_apache_answer(answers: Sequence[Mapping[str, object]]) -> tuple[Id, ...]:
    """
    Return the ids of answers in Apache Answer's default order; static.

    Accepted first, then by falling score, then the older first; ties by id. Takes
    one list, no arrays.

    Args:
        answers: Mappings with ``id``, ``ups`` and ``downs`` (counts), ``created_at``
            (Unix seconds or an aware datetime), ``accepted`` and ``self_answer``
            (whether the asker wrote it).

    Returns:
        All ids, the first on the page first.

    Raises:
        ValidationError: If a member is missing or outside its range, an id is given
            twice, or texts and numbers are mixed as ids.

    Source:
        apache/answer, ``internal/repo/answer/answer_repo.go`` at 3b9f1370612e; written
        anew from the rule.

    >>> a = {"id": 1, "ups": 4, "downs": 0, "created_at": 0, "accepted": False}
    >>> b = {"id": 2, "ups": 1, "downs": 0, "created_at": 9, "accepted": True}
    >>> order_apache_answer([a | {"self_answer": False}, b | {"self_answer": False}])
    (2, 1)
    """
    found = _answers(answers)
    key = {each.id: (not each.accepted, -each.score, each.created_at) for each in found}
    return tuple(sorted(sorted(key), key=lambda id: key[id]))


@listed("static", "q2a/question2answer, qa-include/pages/question.php at 2c945eab1a43")
def order_q2a_votes(answers: Sequence[Mapping[str, object]]) -> tuple[Id, ...]:
    """
    Return the ids of answers in Question2Answer's order by votes; static.

    By falling score, then the older first; ties by id. Takes one list, no arrays.

    Args:
        answers: As for :func:`order_apache_answer`.

    Returns:
        All ids, the first on the page first.

    Raises:
        ValidationError: As for :func:`order_apache_answer`.

    Source:
        q2a/question2answer, ``qa-include/pages/question.php`` at 2c945eab1a43; written
        anew from the rule.

    >>> a = {"id": 1, "ups": 1, "downs": 0, "created_at": 0, "accepted": True}
    >>> b = {"id": 2, "ups": 4, "downs": 0, "created_at": 9, "accepted": False}
    >>> order_q2a_votes([a | {"self_answer": False}, b | {"self_answer": False}])
    (2, 1)
    """
    key = {each.id: (-each.score, each.created_at) for each in _answers(answers)}
    return tuple(sorted(sorted(key), key=lambda id: key[id]))


@listed("static", _PINNED)
def order_stackoverflow_pinned(
    answers: Sequence[Mapping[str, object]],
) -> tuple[Id, ...]:
    """
    Return the ids of answers in Stack Exchange's order before 2021-09-08; static.

    The accepted one first, unless the asker wrote it, then by falling score. The site
    leaves ties open; here the older comes first, then the id decides. Takes one list,
    no arrays.

    Args:
        answers: As for :func:`order_apache_answer`.

    Returns:
        All ids, the first on the page first.

    Raises:
        ValidationError: As for :func:`order_apache_answer`.

    Source:
        Meta Stack Overflow, question 411192; written anew from the rule.

    >>> a = {"id": 1, "ups": 4, "downs": 0, "created_at": 0, "accepted": False}
    >>> b = {"id": 2, "ups": 1, "downs": 0, "created_at": 9, "accepted": True}
    >>> order_stackoverflow_pinned([x | {"self_answer": True} for x in (a, b)])
    (1, 2)
    """
    key = {
        each.id: (not each.accepted or each.own, -each.score, each.created_at)
        for each in _answers(answers)
    }
    return tuple(sorted(sorted(key), key=lambda id: key[id]))


@listed("static", _PINNED)
def order_stackoverflow_score(
    answers: Sequence[Mapping[str, object]],
) -> tuple[Id, ...]:
    """
    Return the ids of answers in Stack Overflow's order since 2021-09-08; static.

    By falling score, whatever was accepted. The site leaves ties open; here the older
    comes first, then the id decides. Takes one list, no arrays.

    Args:
        answers: As for :func:`order_apache_answer`.

    Returns:
        All ids, the first on the page first.

    Raises:
        ValidationError: As for :func:`order_apache_answer`.

    Source:
        Meta Stack Overflow, question 411192; written anew from the rule.

    >>> a = {"id": 1, "ups": 4, "downs": 0, "created_at": 0, "accepted": False}
    >>> b = {"id": 2, "ups": 1, "downs": 0, "created_at": 9, "accepted": True}
    >>> order_stackoverflow_score([x | {"self_answer": True} for x in (a, b)])
    (1, 2)
    """
    key = {each.id: (-each.score, each.created_at) for each in _answers(answers)}
    return tuple(sorted(sorted(key), key=lambda id: key[id]))


def _answers(answers: Sequence[Mapping[str, object]]) -> list[_Answer]:
    found = []
    own = "self_answer"
    for answer, where in _records(answers, "answers"):
        ups = count(cast(int, member(answer, "ups", where)), f"{where}['ups']")
        downs = count(cast(int, member(answer, "downs", where)), f"{where}['downs']")
        posted = cast(float, member(answer, "created_at", where))
        accepted = flag(member(answer, "accepted", where), f"{where}['accepted']")
        found.append(
            _Answer(
                score=ups - downs,
                accepted=accepted,
                own=flag(member(answer, own, where), f"{where}[{own!r}]"),
                created_at=seconds(posted, f"{where}['created_at']"),
                id=_id(answer, where),
            )
        )
    _distinct([answer.id for answer in found], "answers")
    return found


def _records(values: object, name: str) -> Iterable[tuple[Mapping[str, object], str]]:
    for place, value in enumerate(items(values, name, _as_it_is)):
        yield cast(Mapping[str, object], value), f"{name}[{place}]"


def _as_it_is(value: object, name: str) -> object:
    return value


def _id(record: Mapping[str, object], where: str) -> Id:
    value = member(record, "id", where)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValidationError(
            f"{where}['id'] is {shown(value)}: give a text or a whole number"
        )
    return value


def _distinct(ids: Sequence[Id], name: str) -> None:
    """Refuse what has no order, or would leave it to chance."""
    if len({isinstance(id, str) for id in ids}) > 1:
        raise ValidationError(f"{name} has texts and numbers as ids: give one kind")
    if len(set(ids)) < len(ids):
        seen: set[Id] = set()
        twice = next(id for id in ids if id in seen or seen.add(id))  # type: ignore[func-returns-value]
        raise ValidationError(f"{name} has the id {twice!r} twice: give each item once")


def _share(ups: int, seen: int, where: str) -> float:
    try:
        share = ups / seen
    except OverflowError:
        share = float("inf")
    if not isfinite(share):
        raise ValidationError(f"{where} has counts too large for a float")
    return share
