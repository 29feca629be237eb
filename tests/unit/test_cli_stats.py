"""What the statistics count, against a recount."""

import json
import os
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import User
from qathread.bodies import Body
from qathread.cli import _counting, run
from qathread.cli._counting import QUANTILES, count
from qathread.cli._stats import duration
from qathread.feedback import Direction, Tally, Vote
from qathread.formats import read, write
from qathread.posts import Answer, Comment, Question, Stub
from qathread.status import Closed, Mark, Status
from qathread.thread import Thread
from qathread.users import UserKind
from tests.unit._cli_dumps import INDEX, PAGE, made_dump, rows_of, set_plain, started


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    set_plain(monkeypatch)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return made_dump(tmp_path / "dump", 12)


def at_rank(values: list[int], share: float) -> int | None:
    """The least value that *share* of all do not exceed, by looking at each."""
    for value in sorted(values):
        below = sum(other <= value for other in values)
        if below * 100 >= round(share * 100) * len(values):
            return value
    return None


def test_stats_equal_a_recount_of_the_rows(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder,) = shared.glob("data/formats/stackexchange_dump/conlang.meta*")
    posts = {row["Id"]: row for row in rows_of(folder / "Posts.xml")}
    questions = [row for row in posts.values() if row["PostTypeId"] == "1"]
    answers = [row for row in posts.values() if row["PostTypeId"] == "2"]
    kept = {row["Id"] for row in (*questions, *answers)}
    comments = [r for r in rows_of(folder / "Comments.xml") if r["PostId"] in kept]
    votes = Counter(
        row["VoteTypeId"]
        for row in rows_of(folder / "Votes.xml")
        if row["PostId"] in kept
    )
    under: dict[str, list[str]] = {row["Id"]: [] for row in questions}
    for row in answers:
        under[row["ParentId"]].append(row["CreationDate"])

    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text + "+00:00")

    waits = [
        (instant(min(under[row["Id"]])) - instant(row["CreationDate"]))
        // timedelta(seconds=1)
        for row in questions
        if under[row["Id"]]
    ]
    written = [
        *(row["CreationDate"] for row in (*questions, *answers)),
        *(row["CreationDate"] for row in comments),
    ]
    people = {row.get("OwnerUserId") for row in (*questions, *answers)}
    people |= {row.get("UserId") for row in comments}
    nobody = [row for row in (*questions, *answers) if "OwnerUserId" not in row]
    nobody += [row for row in comments if "UserId" not in row]
    tags = Counter(
        tag
        for row in questions
        for tag in row.get("Tags", "").strip("<>").split("><")
        if tag
    )
    accepted = {row.get("AcceptedAnswerId") for row in questions}
    known = sum(row["Id"] in accepted for row in answers)
    assert run(["stats", str(folder)]) == 0
    told = json.loads(capsys.readouterr().out)

    def share(number: int) -> dict[str, object]:
        return {"count": number, "share": round(number / len(questions), 4)}

    number = [len(times) for times in under.values()]
    assert told == {
        "stats": 1,
        "threads": len(questions),
        "discussions": 0,
        "questions": len(questions),
        "answers": len(answers),
        "comments": len(comments),
        "gone": 0,
        "stubs": 0,
        "people": len(people - {None}),
        "without_account": len(nobody),
        "votes": {
            "known": votes["2"] + votes["3"],
            "up": votes["2"],
            "down": votes["3"],
            "posts_unknown": len(comments),
            "voters_known": 0,
        },
        "answered": share(len(waits)),
        "accepted": share(known),
        "closed": share(sum("ClosedDate" in row for row in questions)),
        "first_at": min(written) + "000Z",
        "last_at": max(written) + "000Z",
        "tags": {
            "count": len(tags),
            "top": [
                {"name": name, "questions": times}
                for name, times in sorted(
                    tags.items(), key=lambda item: (-item[1], item[0])
                )[:10]
            ],
        },
        "answers_per_question": {
            name: at_rank(number, share) for name, share in QUANTILES.items()
        },
        "seconds_to_first_answer": {
            "known": len(waits),
            "not_known": 0,
            "unanswered": len(questions) - len(waits),
            **{name: at_rank(waits, share) for name, share in QUANTILES.items()},
        },
    }
    assert list(told) == list(count(()).to_dict()), "in this order"


BASE = datetime(2026, 1, 1, tzinfo=UTC)


def a_question(**more: object) -> Question:
    plain: dict[str, object] = {
        "id": "q",
        "author_id": "ada",
        "body": Body(source="?"),
        "title": "?",
        "created_at": BASE,
    }
    return Question(**{**plain, **more})  # type: ignore[arg-type]


def an_answer(number: int, **more: object) -> Answer:
    plain: dict[str, object] = {
        "id": f"a{number}",
        "question_id": "q",
        "author_id": "ben",
        "body": Body(source="!"),
        "created_at": BASE + timedelta(seconds=number),
    }
    return Answer(**{**plain, **more})  # type: ignore[arg-type]


def test_stats_of_nothing_are_zeros_and_nulls() -> None:
    told = count(()).to_dict()
    nothing = dict.fromkeys(QUANTILES)
    assert told["answers_per_question"] == nothing
    assert told["seconds_to_first_answer"] == {
        "known": 0,
        "not_known": 0,
        "unanswered": 0,
        **nothing,
    }
    assert told["answered"] == {"count": 0, "share": None}
    assert told["first_at"] is None


def test_what_is_gone_or_not_known_is_counted_apart() -> None:
    threads = [
        Thread.from_parts(
            id="gone",
            question=a_question(deleted=Mark(), tags=("x",)),
            posts=[an_answer(1), an_answer(2, removed=Mark())],
            accepted=["a1"],
        ),
        Thread.from_parts(
            id="only-gone-answers",
            question=a_question(tags=("y",)),
            posts=[an_answer(1, deleted=Mark())],
            accepted=["a1"],
            votes=[
                Vote(
                    post_id=post_id,
                    voter_id="eve",
                    direction=Direction.UP,
                    cast_at=BASE,
                )
                for post_id in ("q", "a1")
            ],
            tallies=[Tally(post_id="q", up=3, down=1)],
        ),
        Thread.from_parts(
            id="no-time",
            question=a_question(created_at=None, tags=("y",)),
            posts=[an_answer(1), an_answer(2, created_at=None)],
            users=[User(id="ben", kind=UserKind.DELETED)],
            status=Status(closed=Closed()),
        ),
        Thread.from_parts(
            id="earlier",
            question=a_question(tags=("x", "y")),
            posts=[an_answer(7), an_answer(-90), an_answer(-5, created_at=None)][:2],
            accepted=["a7"],
        ),
        Thread.from_parts(
            id="talk",
            kind="discussion",
            question=a_question(title=None, tags=("z",)),
            posts=[
                Comment(id="c", parent_id="q", author_id="cy", body=Body(source="."))
            ],
        ),
        Thread.from_parts(
            id="hole",
            posts=[an_answer(1)],
            stubs=[Stub(id="q")],
            users=[User(id="ben", kind=UserKind.DELETED)],
        ),
    ]
    counts = count(threads)
    assert (counts.threads, counts.discussions, counts.questions) == (6, 1, 3)
    assert (counts.answers, counts.comments, counts.gone) == (1 + 2 + 2 + 1, 1, 3)
    assert counts.stubs == 1
    assert (counts.people, counts.without_account) == (3, 2), "ada, ben, cy"
    assert (counts.ups, counts.downs, counts.named_votes) == (3, 1, 1)
    assert counts.unknown_votes == 1 + 0 + 3 + 3 + 2 + 1
    assert (counts.answered, counts.accepted, counts.closed) == (2, 1, 1)
    assert counts.top_tags == (("y", 3), ("x", 1))
    assert counts.answers_per_question["max"] == 2
    assert counts.answers_per_question["min"] == 0
    assert counts.timed == 1
    assert counts.seconds_to_first_answer == dict.fromkeys(QUANTILES, -90)
    assert counts.first_at == BASE - timedelta(seconds=90)
    assert counts.last_at == BASE + timedelta(seconds=7)


@given(st.lists(st.integers(-(10**9), 10**9), max_size=60), st.integers(1, 5))
def test_quantiles_are_those_of_all_values(values: list[int], size: int) -> None:
    """Runs of any length change nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_counting, "_RUN", size)
        seconds = _counting._Seconds()
        for value in values:
            seconds.add(value)
        found = seconds.quantiles()
    expected = {name: at_rank(values, share) for name, share in QUANTILES.items()}
    assert found == expected
    assert _counting._of_counter(Counter(values)) == expected


@given(st.lists(st.integers(0, 200).map(str) | st.text("0123456789x", min_size=1)))
def test_people_are_counted_once(ids: list[str]) -> None:
    """Whether an id is a number makes no difference: 7 and 07 are two."""
    people = _counting._Distinct()
    for user_id in ids:
        people.add(user_id)
    assert len(people) == len(set(ids))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (90, "1.5 min"),
        (-7200, "-2.0 h"),
        (86400, "1.0 d"),
        (10**9, "31.7 y"),
    ],
)
def test_times_are_shown_in_one_unit(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_table_is_for_people_and_json_for_programs(
    dump: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stats", str(dump), "--format", "table"]) == 0
    done = capsys.readouterr()
    lines = done.out.splitlines()
    assert lines[0] == "threads                12"
    assert "  answered             6 (50.0%)" in lines
    assert max(map(len, lines)) <= 80
    assert run(["stats", str(dump)]) == 0
    first = capsys.readouterr().out
    assert run(["stats", str(dump), "--format", "json"]) == 0
    assert capsys.readouterr().out == first
    assert json.loads(first)["threads"] == 12
    assert not (dump / INDEX).exists(), "reading leaves nothing behind"


def test_stats_take_any_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stats", str(PAGE), "--format", "table", "--assume-tz", "UTC"]) == 0
    assert "comments               3" in capsys.readouterr().out.splitlines()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_with_a_name_is_read_once(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As shells make one of `<(...)`: looking at its beginning takes that away."""
    lines, pipe = tmp_path / "threads.jsonl", tmp_path / "pipe"
    write(read(dump), lines)
    os.mkfifo(pipe)
    for words in (["stats"], ["import", "--into", str(tmp_path / "threads.db")]):
        feeding = threading.Thread(target=pipe.write_bytes, args=[lines.read_bytes()])
        feeding.start()
        assert run([*words, str(pipe)]) == 0
        feeding.join(60)
    done = capsys.readouterr()
    assert json.loads(done.out)["threads"] == 12
    assert done.err.startswith("saved 12 threads in ")


def test_a_closed_pipe_ends_it_quietly(dump: Path) -> None:
    child = started("stats", str(dump))
    assert child.stdout is not None
    child.stdout.close()
    assert child.stderr is not None
    errors = child.stderr.read()
    child.stderr.close()
    assert (child.wait(60), errors) == (0, b"")
