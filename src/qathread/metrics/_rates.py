"""How many questions are answered and accepted."""

from collections.abc import Iterable

from attrs import frozen

from ..content import ThreadKind
from ..thread import Thread
from ._posts import bots_of, each

__all__ = ["Rates", "rates"]


@frozen(kw_only=True)
class Rates:
    """
    How many questions there are, and what became of them.

    Attributes:
        questions: Questions that stand, a count.
        answered: Those with an answer that counts, a count.
        accepted: Those with an accepted answer that stands, a count.
        answers: Answers that count, over all questions.
    """

    questions: int
    answered: int
    accepted: int
    answers: int

    @property
    def answered_share(self) -> float | None:
        """Answered of all questions, in [0, 1]; None if there are no questions."""
        return _share(self.answered, self.questions)

    @property
    def accepted_share(self) -> float | None:
        """Accepted of all questions, in [0, 1]; None if there are no questions."""
        return _share(self.accepted, self.questions)

    @property
    def answers_per_question(self) -> float | None:
        """The mean number of answers; None if there are no questions."""
        return _share(self.answers, self.questions)


def rates(threads: Iterable[Thread], *, own: bool = True, bots: bool = True) -> Rates:
    """
    Count questions, and those that were answered and accepted.

    Args:
        threads: Threads, read once. Those whose question is gone or not at hand are
            left out, and so are discussions, which have no answers.
        own: Whether answers of the askers count, accepted ones too.
        bots: Whether answers of bots and of the system count, accepted ones too.

    Returns:
        The counts, and shares of them.

    Raises:
        ValidationError: If *threads* is one thread.
    """
    questions = answered = accepted = answers = 0
    for thread in each(threads):
        content = thread.content
        question = content.question
        if question is None or not question.stands or content.kind is not ThreadKind.QA:
            continue
        robots = frozenset() if bots else bots_of(content)
        counted = [
            answer.id
            for answer in content.answers
            if answer.stands
            and answer.author_id not in robots
            and (own or answer.author_id != question.author_id)
        ]
        questions += 1
        answers += len(counted)
        answered += bool(counted)
        accepted += not set(counted).isdisjoint(content.accepted)
    return Rates(
        questions=questions, answered=answered, accepted=accepted, answers=answers
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
