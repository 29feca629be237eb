"""Who answers better than whom, and which questions are hard."""

from collections.abc import Iterable, Iterator
from math import inf
from typing import Literal, TypeAlias

from attrs import frozen

from ..errors import ValidationError
from ..frames._rows import by_post
from ..ids import ThreadId, UserId
from ..ranking.pairwise import bradley_terry
from ..thread import Thread
from ._posts import each

__all__ = ["Player", "Strengths", "duels", "strengths"]

#: A person or a question: ``("user", id)`` or ``("question", thread id)``.
Player: TypeAlias = tuple[Literal["user", "question"], str]


@frozen(kw_only=True)
class Strengths:
    """
    How strong answerers are and how hard questions, on one scale.

    A person answers a question best with the odds of ``e^(expertise - difficulty)``.

    Attributes:
        expertise: By user id, natural logarithms of strength.
        difficulty: By thread id, on the same scale.
    """

    expertise: dict[UserId, float]
    difficulty: dict[ThreadId, float]


def duels(
    threads: Iterable[Thread], *, questions: bool = True
) -> Iterator[tuple[Player, Player]]:
    """
    Yield the games that questions and answers are, as (winner, loser).

    The best answer of a question is the accepted one, or else the one of the highest
    known score, if that is above 0 and above all others'. Whoever wrote it beats the
    asker and everyone who wrote another answer. With *questions*, the question itself
    plays too: it beats the asker, and loses against the best answerer.

    Args:
        threads: Threads, read once; discussions have no games.
        questions: Whether questions play.

    Raises:
        ValidationError: If *threads* is one thread.

    Source:
        J. Liu, Y.-I. Song, C.-Y. Lin, SIGIR 2011, 425-434, for people; J. Liu,
        Q. Wang, C.-Y. Lin, H.-W. Hon, EMNLP 2013, 85-90, for questions.
    """
    for thread in each(threads):
        content = thread.content
        question = content.question
        if question is None or not question.stands:
            continue
        answers = {each.id: each for each in content.answers if each.stands}
        tallies = by_post(content.tallies)
        best = next((each for each in content.accepted if each in answers), None)
        if best is None:
            scores = [
                (-inf if score is None else score, post_id)
                for post_id in answers
                for tally in (tallies.get(post_id),)
                for score in (None if tally is None else tally.score,)
            ]
            scores.sort(key=lambda pair: pair[0], reverse=True)
            if not scores or scores[0][0] <= 0:
                continue
            if len(scores) > 1 and scores[1][0] == scores[0][0]:
                continue
            best = scores[0][1]
        winner: Player = ("user", answers[best].author_id)
        asker: Player = ("user", question.author_id)
        others: dict[Player, None] = {asker: None}
        for answer in answers.values():
            others.setdefault(("user", answer.author_id))
        if questions and winner != asker:
            here: Player = ("question", thread.id)
            yield here, asker
            yield winner, here
        for other in others:
            if other != winner:
                yield winner, other


def strengths(
    games: Iterable[tuple[Player, Player]], *, prior: float = 0.1
) -> Strengths:
    """
    Return the strengths that make some games most likely.

    Args:
        games: Such as :func:`duels` yields. Time grows with the cube of the number of
            players: meant for hundreds, such as those of one tag.
        prior: Wins, above 0, that each player is given against and by an average one,
            so that those who always won or lost have a finite strength, unitless.

    Returns:
        Expertise and difficulty, around 0.

    Raises:
        ValidationError: If *prior* is not above 0.

    Source:
        :func:`qathread.ranking.formulas.bradley_terry`.
    """
    if not 0 < prior < inf:
        raise ValidationError(f"prior is {prior!r}: give a number above 0")
    counts: dict[tuple[Player, Player], int] = {}
    places: dict[Player, int] = {}
    for winner, loser in games:
        for player in (winner, loser):
            places.setdefault(player, len(places))
        counts[winner, loser] = counts.get((winner, loser), 0) + 1
    number = len(places)
    # The last one is the average player, against whom everyone won and lost a little.
    wins = [[0.0] * (number + 1) for _ in range(number + 1)]
    for (winner, loser), count in counts.items():
        if winner != loser:
            wins[places[winner]][places[loser]] = float(count)
    for place in range(number):
        wins[place][number] = wins[number][place] = prior
    found = bradley_terry(wins)
    average = found[number]
    expertise: dict[UserId, float] = {}
    difficulty: dict[ThreadId, float] = {}
    for (kind, name), place in places.items():
        home = expertise if kind == "user" else difficulty
        home[name] = found[place] - average
    return Strengths(expertise=expertise, difficulty=difficulty)
