"""Rows from threads: pairs, single judgements, and conversations."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Literal, TypeAlias, TypedDict

from attrs import frozen

from .._checks import at_least
from ..bodies import Body
from ..content import ThreadKind
from ..errors import ValidationError
from ..frames._rows import by_post, each
from ..posts import Answer, Question
from ..provenance import Provenance
from ..thread import Thread
from ._grades import checked_share, grade, shingles

__all__ = [
    "ChatPair",
    "ChatUnpaired",
    "Conversation",
    "Duplicates",
    "Message",
    "Messages",
    "Pair",
    "Turn",
    "Unpaired",
    "chat_pairs",
    "chat_unpaired",
    "conversations",
    "messages",
    "pairs",
    "unpaired",
]

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


class Message(TypedDict):
    """One turn of a chat."""

    role: Literal["user", "assistant"]
    content: str


# What the row says is in ``from``, a name that only this way of writing allows.
Turn = TypedDict("Turn", {"from": Literal["human", "gpt"], "value": str})


class _Origin(TypedDict):
    thread_id: str
    question_author: str
    license: str | None
    url: str | None


class _Preferred(_Origin):
    score_chosen: int
    score_rejected: int
    chosen_id: str
    rejected_id: str
    author: str
    rejected_author: str
    rejected_license: str | None


class Pair(_Preferred):
    """
    A question, and the better and the worse of two answers.

    The scores are those of :func:`grade`; *author* and *license* are those of the
    chosen answer. An author is a name, or else an id.
    """

    prompt: str
    chosen: str
    rejected: str


class ChatPair(_Preferred):
    """A :class:`Pair` with each text as a list of one message."""

    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]


class _Judged(_Origin):
    label: bool
    score: int
    answer_id: str
    author: str


class Unpaired(_Judged):
    """A question and one answer; *label* tells whether people liked it."""

    prompt: str
    completion: str


class ChatUnpaired(_Judged):
    """An :class:`Unpaired` with each text as a list of one message."""

    prompt: list[Message]
    completion: list[Message]


class _Told(_Origin):
    score: int
    answer_id: str
    author: str


class Messages(_Told):
    """A question and its best answer, as chat formats have them."""

    messages: list[Message]


class Conversation(_Told):
    """The same in the form of ShareGPT."""

    conversations: list[Turn]


def pairs(
    threads: Iterable[Thread],
    *,
    most: int | None = None,
    duplicates: Duplicates | str = Duplicates.DROP,
    alike: float = 0.8,
    text: Text | None = None,
) -> Iterator[Pair]:
    """
    Yield every two answers of a question of which one is better.

    Args:
        threads: Threads, read once; discussions give no rows.
        most: How many pairs of one thread at most, those furthest apart first; None:
            all.
        duplicates: What to do with answers that say nearly the same.
        alike: From which :func:`similarity` on they do, above 0 and at most 1.
        text: Makes the text of a body; None: its source.

    Returns:
        Rows, thread by thread, within one by the distance of the two grades, then in
        order of arrival. Equal grades make no row.

    Raises:
        ValidationError: If an argument is outside its range, at once; if *threads* is
            one thread, when the first row is asked for.
    """
    judged = _Judging(duplicates, alike, text)
    limit = None if most is None else at_least(1, most, "most")

    def rows() -> Iterator[Pair]:
        for case in map(judged.case, each(threads)):
            for good, bad in _ordered(case, limit):
                yield {
                    "prompt": case.prompt,
                    "chosen": good.text,
                    "rejected": bad.text,
                    **_preferred(case, good, bad),
                }

    return rows()


def chat_pairs(
    threads: Iterable[Thread],
    *,
    most: int | None = None,
    duplicates: Duplicates | str = Duplicates.DROP,
    alike: float = 0.8,
    text: Text | None = None,
) -> Iterator[ChatPair]:
    """Yield what :func:`pairs` yields, with messages for texts."""
    plain = pairs(threads, most=most, duplicates=duplicates, alike=alike, text=text)
    return (
        {
            **row,
            "prompt": [_asks(row["prompt"])],
            "chosen": [_says(row["chosen"])],
            "rejected": [_says(row["rejected"])],
        }
        for row in plain
    )


def unpaired(
    threads: Iterable[Thread],
    *,
    duplicates: Duplicates | str = Duplicates.DROP,
    alike: float = 0.8,
    text: Text | None = None,
) -> Iterator[Unpaired]:
    """
    Yield every answer that people judged, for themselves.

    Args:
        threads: As for :func:`pairs`, like the rest.
        duplicates: What to do with answers that say nearly the same.
        alike: From which similarity on they do.
        text: Makes the text of a body; None: its source.

    Returns:
        Rows, thread by thread, in order of arrival. *label* is true for a grade above
        0 and false for one below; an answer of grade 0 was not judged and has no row.

    Raises:
        ValidationError: As :func:`pairs` does.
    """
    judged = _Judging(duplicates, alike, text)

    def rows() -> Iterator[Unpaired]:
        for case in map(judged.case, each(threads)):
            for answer in case.answers:
                if answer.grade:
                    yield {
                        "prompt": case.prompt,
                        "completion": answer.text,
                        "label": answer.grade > 0,
                        **_told(case, answer),
                    }

    return rows()


def chat_unpaired(
    threads: Iterable[Thread],
    *,
    duplicates: Duplicates | str = Duplicates.DROP,
    alike: float = 0.8,
    text: Text | None = None,
) -> Iterator[ChatUnpaired]:
    """Yield what :func:`unpaired` yields, with messages for texts."""
    plain = unpaired(threads, duplicates=duplicates, alike=alike, text=text)
    return (
        {
            **row,
            "prompt": [_asks(row["prompt"])],
            "completion": [_says(row["completion"])],
        }
        for row in plain
    )


def messages(
    threads: Iterable[Thread], *, least: int = 1, text: Text | None = None
) -> Iterator[Messages]:
    """
    Yield each question with its best answer, as a chat of two turns.

    Args:
        threads: As for :func:`pairs`.
        least: The least grade that an answer must have.
        text: Makes the text of a body; None: its source.

    Returns:
        One row for each question with such an answer; of equal ones the earliest.

    Raises:
        ValidationError: As :func:`pairs` does.
    """
    return (
        {
            "messages": [_asks(case.prompt), _says(best.text)],
            **_told(case, best),
        }
        for case, best in _best(threads, least, text)
    )


def conversations(
    threads: Iterable[Thread], *, least: int = 1, text: Text | None = None
) -> Iterator[Conversation]:
    """Yield what :func:`messages` yields, in the form of ShareGPT."""
    return (
        {
            "conversations": [
                {"from": "human", "value": case.prompt},
                {"from": "gpt", "value": best.text},
            ],
            **_told(case, best),
        }
        for case, best in _best(threads, least, text)
    )


# -- inside ----------------------------------------------------------------------


@frozen
class _Answer:
    id: str
    text: str
    grade: int
    author: str
    license: str | None
    url: str | None


@frozen
class _Case:
    """A question, and the answers that count, in order of arrival."""

    thread_id: str
    prompt: str
    author: str
    answers: tuple[_Answer, ...]


class _Judging:
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

    def case(self, thread: Thread) -> _Case:
        content = thread.content
        question = content.question
        if question is None or not question.stands or content.kind is not ThreadKind.QA:
            return _Case(thread.id, "", "", ())
        names = {user.id: user.name or user.id for user in content.users}
        tallies = by_post(content.tallies)
        found: list[_Answer] = []
        for answer in content.answers:
            tally = tallies.get(answer.id)
            if not answer.stands or tally is None or tally.score is None:
                continue
            found.append(
                _Answer(
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
        return _Case(thread.id, prompt, author, tuple(found))

    def _distinct(self, found: list[_Answer]) -> list[_Answer]:
        kept: list[tuple[_Answer, frozenset[tuple[str, ...]]]] = []
        for answer in sorted(found, key=lambda each: -each.grade):
            mine = shingles(answer.text)
            for _, other in kept:
                both = len(mine & other)
                if both / (len(mine) + len(other) - both) >= self.alike:
                    break
            else:
                kept.append((answer, mine))
        here = {answer.id for answer, _ in kept}
        return [answer for answer in found if answer.id in here]


def _ordered(case: _Case, most: int | None) -> list[tuple[_Answer, _Answer]]:
    found = [
        (good, bad)
        for good in case.answers
        for bad in case.answers
        if good.grade > bad.grade
    ]
    found.sort(key=lambda pair: pair[1].grade - pair[0].grade)  # stable: by arrival
    return found[:most]


def _best(
    threads: Iterable[Thread], least: int, text: Text | None
) -> Iterator[tuple[_Case, _Answer]]:
    judged = _Judging(Duplicates.KEEP, 1.0, text)
    at_least(-1, least, "least")

    def found() -> Iterator[tuple[_Case, _Answer]]:
        for case in map(judged.case, each(threads)):
            best = max(case.answers, key=lambda each: each.grade, default=None)
            if best is not None and best.grade >= least:
                yield case, best

    return found()


def _preferred(case: _Case, good: _Answer, bad: _Answer) -> _Preferred:
    return {
        "score_chosen": good.grade,
        "score_rejected": bad.grade,
        "thread_id": case.thread_id,
        "chosen_id": good.id,
        "rejected_id": bad.id,
        "license": good.license,
        "url": good.url,
        "author": good.author,
        "rejected_author": bad.author,
        "rejected_license": bad.license,
        "question_author": case.author,
    }


def _told(case: _Case, answer: _Answer) -> _Told:
    return {
        "score": answer.grade,
        "thread_id": case.thread_id,
        "answer_id": answer.id,
        "license": answer.license,
        "url": answer.url,
        "author": answer.author,
        "question_author": case.author,
    }


def _license(post: Answer | Question, thread: Provenance | None) -> str | None:
    own = None if post.provenance is None else post.provenance.license
    return own or (None if thread is None else thread.license)


def _url(post: Answer | Question, thread: Provenance | None) -> str | None:
    own = None if post.provenance is None else post.provenance.url
    return own or (None if thread is None else thread.url)


def _source(body: Body) -> str:
    return body.source


def _asks(text: str) -> Message:
    return {"role": "user", "content": text}


def _says(text: str) -> Message:
    return {"role": "assistant", "content": text}
