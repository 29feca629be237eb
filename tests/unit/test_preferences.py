"""Preference rows: a recount in few lines, known rows, and files that others read."""

import io
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import (
    DOWN,
    UP,
    Body,
    Direction,
    Provenance,
    Thread,
    User,
    posting,
    preferences,
    voting,
)
from qathread.errors import MissingExtraError, ValidationError
from qathread.testing.strategies import moderated_threads, threads

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADA, BEN = User(id="ada", name="Ada"), User(id="ben", name="Ben")

ROWS: list[Callable[[Iterable[Thread]], Iterator[Mapping[str, object]]]] = [
    preferences.pairs,
    preferences.chat_pairs,
    preferences.unpaired,
    preferences.chat_unpaired,
    preferences.messages,
    preferences.conversations,
]
every_kind = pytest.mark.parametrize("rows_of", ROWS)


def corpora() -> st.SearchStrategy[list[Thread]]:
    some = threads() | moderated_threads()
    return st.lists(some, max_size=3, unique_by=lambda thread: thread.id)


def voted(thread: Thread, post_id: str, number: int, way: Direction = UP) -> Thread:
    for n in range(number):
        thread = voting.cast(thread, post_id, way, by=User(id=f"v{n}"), at=NOW)
    return thread


@pytest.fixture
def tea() -> Thread:
    """Five answers: of 3 votes, accepted, a copy of the first, of -1, of 0."""
    thread = posting.ask("t", title="How hot?", body="It is bitter.", by=ADA, at=NOW)
    for text in (
        "Boil the water and pour it at once over the leaves.",
        "Cool it to 75.",
        "boil the water and  pour it at once over the leaves.",
        "No tea.",
        "Ask Ben.",
    ):
        thread = posting.answer(thread, text, by=BEN, at=NOW)
    thread = voted(thread, "t.2", 3)
    thread = voted(thread, "t.4", 1)
    thread = voted(thread, "t.5", 1, DOWN)
    return posting.accept(thread, "t.3", by=ADA, at=NOW)


@given(st.integers(-5, 10**6), st.booleans())
def test_a_grade_is_a_rounded_logarithm(score: int, accepted: bool) -> None:
    wanted = -1 if score < 0 else round(math.log2(1 + score)) + accepted
    assert preferences.grade(score, accepted=accepted) == wanted


@given(corpora())
def test_pairs_are_a_recount(corpus: list[Thread]) -> None:
    """What a short script counts, duplicates kept."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    for thread in corpus:
        content = thread.content
        question = content.question
        if question is None or not question.stands or content.kind != "qa":
            continue
        grades = {
            answer.id: preferences.grade(score, accepted=answer.id in content.accepted)
            for answer in thread.answers
            if answer.stands
            for score in [thread.score(answer.id)]
            if score is not None
        }
        for one, high in grades.items():
            for other, low in grades.items():
                if high > low:
                    wanted[thread.id, one, other] += 1
    rows = list(preferences.pairs(iter(corpus), duplicates="keep"))
    found = Counter(
        (row["thread_id"], row["chosen_id"], row["rejected_id"]) for row in rows
    )
    assert found == wanted
    assert all(row["score_chosen"] > row["score_rejected"] for row in rows)
    fewer = list(preferences.pairs(corpus))
    assert [row for row in rows if row in fewer] == fewer
    one_each = list(preferences.pairs(corpus, most=1, duplicates="keep"))
    assert {row["thread_id"] for row in one_each} == {row["thread_id"] for row in rows}
    assert len(one_each) == len({row["thread_id"] for row in rows})


def test_known_pairs(tea: Thread) -> None:
    rows = list(preferences.pairs([tea]))
    assert [(row["chosen_id"], row["rejected_id"]) for row in rows] == [
        ("t.2", "t.5"),
        ("t.2", "t.6"),
        ("t.3", "t.5"),
        ("t.2", "t.3"),
        ("t.3", "t.6"),
        ("t.6", "t.5"),
    ]
    assert rows[0] == {
        "prompt": "How hot?\n\nIt is bitter.",
        "chosen": "Boil the water and pour it at once over the leaves.",
        "rejected": "No tea.",
        "score_chosen": 2,
        "score_rejected": -1,
        "thread_id": "t",
        "chosen_id": "t.2",
        "rejected_id": "t.5",
        "license": None,
        "url": None,
        "author": "Ben",
        "rejected_author": "Ben",
        "rejected_license": None,
        "question_author": "Ada",
    }
    (chat,) = preferences.chat_pairs([tea], most=1)
    assert chat["prompt"] == [{"role": "user", "content": "How hot?\n\nIt is bitter."}]
    assert chat["rejected"] == [{"role": "assistant", "content": "No tea."}]


def test_known_judgements_and_chats(tea: Thread) -> None:
    labels = [(row["answer_id"], row["label"]) for row in preferences.unpaired([tea])]
    assert labels == [("t.2", True), ("t.3", True), ("t.5", False)]
    (row,) = preferences.messages([tea])
    assert (row["answer_id"], row["score"], row["author"]) == ("t.2", 2, "Ben")
    (told,) = preferences.conversations([tea], text=lambda body: body.source.upper())
    assert told["conversations"] == [
        {"from": "human", "value": "How hot?\n\nIT IS BITTER."},
        {"from": "gpt", "value": "BOIL THE WATER AND POUR IT AT ONCE OVER THE LEAVES."},
    ]
    assert list(preferences.messages([tea], least=3)) == []


def test_licence_and_author_are_never_dropped() -> None:
    from qathread.posts import Answer, Question

    body = Body(source="?")
    question = Question(id="q", author_id="ada", title="?", body=body)
    origin = Provenance(platform="x", license="CC BY-SA 4.0", url="https://x.test/a")
    answer = Answer(
        id="a",
        question_id="q",
        author_id="ben",
        author_name="Benny",
        body=body,
        provenance=origin,
    )
    from qathread.feedback import Tally

    thread = Thread.from_parts(
        id="t",
        posts=[question, answer],
        users=[ADA, BEN],
        tallies=[Tally(post_id="a", score=5)],
    )
    (row,) = preferences.messages([thread])
    assert row["license"] == "CC BY-SA 4.0"
    assert row["url"] == "https://x.test/a"
    assert row["author"] == "Benny"
    assert row["question_author"] == "Ada"


@given(st.text(alphabet="ab \n", max_size=30), st.text(alphabet="ab \n", max_size=30))
def test_similarity_is_a_measure(one: str, other: str) -> None:
    found = preferences.similarity(one, other)
    assert 0 <= found <= 1
    assert found == preferences.similarity(other, one)
    assert (found == 1) >= (one.split() == other.split())
    assert preferences.similarity(one, one) == 1


@given(st.text(max_size=20), st.text(max_size=5))
def test_a_thread_is_in_one_part(thread_id: str, salt: str) -> None:
    shares = {"train": 8, "validation": 1, "none": 0, "test": 1}
    part = preferences.split(thread_id, shares, salt=salt)
    assert part in {"train", "validation", "test"}
    assert part == preferences.split(thread_id, dict(shares), salt=salt)


def test_parts_have_about_their_shares() -> None:
    parts = Counter(preferences.split(f"t{n}") for n in range(10_000))
    assert 8_800 < parts["train"] < 9_200  # six standard deviations
    for shares in ({}, {"a": 0}, {"a": -1}, {"a": 1.5}):
        with pytest.raises(ValidationError):
            preferences.split("t", shares)  # type: ignore[arg-type]


@every_kind
def test_files_come_back(
    rows_of: Callable[[Iterable[Thread]], Iterator[Mapping[str, object]]],
    tea: Thread,
    tmp_path: Path,
) -> None:
    """JSON Lines and Parquet hold the same, and a second run gives the same bytes."""
    wanted = list(rows_of([tea]))
    assert wanted
    for name in ("rows.jsonl", "rows.parquet", "rows.jsonl.gz"):
        path = tmp_path / name
        assert preferences.write(rows_of([tea]), path) == len(wanted)
        if name == "rows.jsonl":
            lines = path.read_text(encoding="utf-8").splitlines()
            assert [json.loads(line) for line in lines] == wanted
        elif name == "rows.parquet":
            table = pq.read_table(path)
            assert table.to_pylist() == wanted
            assert pa.null() not in table.schema.types
        first = path.read_bytes()
        preferences.write(rows_of([tea]), path)
        assert name.endswith(".gz") or path.read_bytes() == first


@given(corpora())
def test_any_text_can_be_written(corpus: list[Thread]) -> None:
    rows = list(preferences.pairs(corpus))
    out = io.BytesIO()
    assert preferences.write(rows, out) == len(rows)
    assert [json.loads(line) for line in out.getvalue().split(b"\n")[:-1]] == rows


def test_many_rows_are_written_in_batches(tea: Thread, tmp_path: Path) -> None:
    rows = list(preferences.pairs([tea])) * 500
    path = tmp_path / "rows.parquet"
    assert preferences.write(iter(rows), path) == 3_000
    assert pq.ParquetFile(path).metadata.num_row_groups == 3
    assert pq.read_table(path).to_pylist() == rows


def test_what_cannot_be_written(
    tea: Thread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.parquet"
    with pytest.raises(ValidationError, match="no rows"):
        preferences.write([], path)
    mixed: list[Mapping[str, object]] = [
        *preferences.pairs([tea], most=1),
        *preferences.unpaired([tea]),
    ]
    for target in (path, tmp_path / "rows.jsonl"):
        with pytest.raises(ValidationError, match="one kind"):
            preferences.write(mixed, target)
    with pytest.raises(ValidationError, match="'jsonl' or 'parquet'"):
        preferences.write([], path, "csv")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"qathread\[arrow\]"):
        preferences.write(mixed, path)


@pytest.mark.parametrize(
    "asked",
    [{"most": 0}, {"duplicates": "some"}, {"alike": 0}, {"alike": 1.5}],
    ids=str,
)
def test_arguments_are_checked_at_once(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        preferences.pairs([], **asked)


@every_kind
def test_one_thread_is_not_an_iterable(rows_of: Any, tea: Thread) -> None:
    with pytest.raises(ValidationError, match=r"\[thread\]"):
        list(rows_of(tea))
    discussion = posting.ask(
        "d", title=None, body="Hm.", kind="discussion", by=ADA, at=NOW
    )
    assert list(rows_of([discussion])) == []
