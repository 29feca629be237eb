"""Questions with the answers that count, each with its grade."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from attrs import frozen

from ..bodies import Body
from ..content import ThreadKind
from ..errors import ValidationError
from ..frames._rows import by_post
from ..posts import Answer
from ..provenance import Provenance
from ..thread import Thread
from ._grades import checked_share, grade, overlap, shingles

__all__ = ["Case", "Duplicates", "Graded", "Judging", "Text"]

#: How a wording becomes text: by default its source, unchanged.
Text: TypeAlias = Callable[[Body], str]


class Duplicates(StrEnum):
    """
    What to do with answers to one question that say nearly the same.

    ``DROP`` keeps the better of two whose :func:`similarity` reaches *alike*, of
    equally good ones the earlier; ``KEEP`` keeps both.
    """

    DROP = "drop"
    KEEP = "keep"


@frozen
class Graded:
    """An answer that counts."""

    id: str
    text: str
    grade: int
    author: str
    license: str | None
    url: str | None


@frozen
class Case:
    """A question, and the answers that count, in order of arrival."""

    thread_id: str
    prompt: str
    author: str
    answers: tuple[Graded, ...]


class Judging:
    """What makes a case of a thread."""

    def __init__(
        self, duplicates: Duplicates | str, alike: float, text: Text | None
    ) -> None:
        try:
            self.drop = Duplicates(duplicates) is Duplicates.DROP
        except ValueError:
            raise ValidationError(
                f"duplicates is {duplicates!r}: give 'drop' or 'keep'"
            ) from None
        self.alike = checked_share(alike, "alike")
        self.text = _source if text is None else text

    def case(self, thread: Thread) -> Case:
        """Return the case of a thread, without answers where it has no question."""
        content = thread.content
        question = content.question
        if question is None or not question.stands or content.kind is not ThreadKind.QA:
            return Case(thread.id, "", "", ())
        names = {user.id: user.name or user.id for user in content.users}
        tallies = by_post(content.tallies)
        found: list[Graded] = []
        for answer in content.answers:
            tally = tallies.get(answer.id)
            if not answer.stands or tally is None or tally.score is None:
                continue
            found.append(
                Graded(
                    answer.id,
                    self.text(answer.body),
                    grade(tally.score, accepted=answer.id in content.accepted),
                    answer.author_name or names[answer.author_id],
                    _license(answer, content.provenance),
                    _url(answer, content.provenance),
                )
            )
        if self.drop and len(found) > 1:
            found = self._distinct(found)
        body = self.text(question.body)
        prompt = f"{question.title}\n\n{body}" if question.title else body
        author = question.author_name or names[question.author_id]
        return Case(thread.id, prompt, author, tuple(found))

    def _distinct(self, found: list[Graded]) -> list[Graded]:
        """Return the answers without those that a better one says already."""
        kept: list[tuple[Graded, frozenset[tuple[str, ...]]]] = []
        for answer in sorted(found, key=lambda each: -each.grade):
            mine = shingles(answer.text)
            if all(overlap(mine, other) < self.alike for _, other in kept):
                kept.append((answer, mine))
        here = {answer.id for answer, _ in kept}
        return [answer for answer in found if answer.id in here]


def _license(post: Answer, thread: Provenance | None) -> str | None:
    own = None if post.provenance is None else post.provenance.license
    return own or (None if thread is None else thread.license)


def _url(post: Answer, thread: Provenance | None) -> str | None:
    own = None if post.provenance is None else post.provenance.url
    return own or (None if thread is None else thread.url)


def _source(body: Body) -> str:
    return body.source
