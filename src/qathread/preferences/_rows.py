"""Rows from threads: pairs, single judgements, and conversations."""

from collections.abc import Iterable, Iterator

from .._checks import at_least
from ..frames._rows import each
from ..thread import Thread
from ._cases import Case, Duplicates, Graded, Judging, Text
from ._kinds import (
    ChatPair,
    ChatUnpaired,
    Conversation,
    Message,
    Messages,
    Pair,
    Preferred,
    Told,
    Unpaired,
)

__all__ = [
    "chat_pairs",
    "chat_unpaired",
    "conversations",
    "messages",
    "pairs",
    "unpaired",
]


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
    judged = Judging(duplicates, alike, text)
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
    judged = Judging(duplicates, alike, text)

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


def _ordered(case: Case, most: int | None) -> list[tuple[Graded, Graded]]:
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
) -> Iterator[tuple[Case, Graded]]:
    judged = Judging(Duplicates.KEEP, 1.0, text)
    at_least(-1, least, "least")

    def found() -> Iterator[tuple[Case, Graded]]:
        for case in map(judged.case, each(threads)):
            best = max(case.answers, key=lambda each: each.grade, default=None)
            if best is not None and best.grade >= least:
                yield case, best

    return found()


def _preferred(case: Case, good: Graded, bad: Graded) -> Preferred:
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


def _told(case: Case, answer: Graded) -> Told:
    return {
        "score": answer.grade,
        "thread_id": case.thread_id,
        "answer_id": answer.id,
        "license": answer.license,
        "url": answer.url,
        "author": answer.author,
        "question_author": case.author,
    }


def _asks(text: str) -> Message:
    return {"role": "user", "content": text}


def _says(text: str) -> Message:
    return {"role": "assistant", "content": text}
