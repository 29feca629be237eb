"""Tables of threads: known cells, odd frames, missing packages, and looks."""

import io
import pickle
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from copy import copy, deepcopy
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from time import process_time
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs.exceptions import FrozenInstanceError

import qathread
from qathread import frames
from qathread.bodies import Body
from qathread.errors import MissingExtraError, NotFoundError, ValidationError
from qathread.feedback import DOWN, UP, Tally, Vote
from qathread.frames import Column, ColumnType, Schema, Table
from qathread.posts import Answer, Comment, Post, Question, Stub
from qathread.provenance import Provenance
from qathread.revisions import Revision, RevisionKind
from qathread.status import Closed, Mark, Status
from qathread.thread import Thread
from qathread.users import User, UserKind

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAKERS: list[Callable[[Iterable[Thread]], Table]] = [
    frames.posts,
    frames.threads,
    frames.users,
    frames.votes,
    frames.revisions,
    frames.edges,
]
SCHEMAS = {
    "POSTS": frames.POSTS,
    "THREADS": frames.THREADS,
    "USERS": frames.USERS,
    "VOTES": frames.VOTES,
    "REVISIONS": frames.REVISIONS,
    "EDGES": frames.EDGES,
}


def body(text: str) -> Body:
    return Body(source=text)


def thread_of(posts: Iterable[Post], thread_id: str = "t", **parts: Any) -> Thread:
    return Thread.from_parts(id=thread_id, posts=posts, **parts)


QUESTION = Question(
    id="q",
    author_id="ada",
    title="Why?",
    tags=("bread", "yeast"),
    body=body("Say."),
    created_at=START,
    views=7,
    provenance=Provenance(platform="askbot", url="u/q", license="CC BY-SA 4.0"),
)


@pytest.fixture
def bread() -> Thread:
    """Two answers, one of them removed, comments, and a place that is not at hand."""
    posts: list[Post] = [
        QUESTION,
        Answer(
            id="a1",
            question_id="q",
            author_id="bo",
            author_name="Bo B.",
            body=body("So."),
            created_at=START + HOUR,
            edited_at=START + 3 * HOUR,
            revision=2,
        ),
        Answer(
            id="a2",
            question_id="q",
            author_id="ada",
            body=body("Secret."),
            created_at=START + 2 * HOUR,
            removed=Mark(),
        ),
        Comment(id="c1", parent_id="gap", author_id="cy", body=body("?")),
        Comment(
            id="c2",
            parent_id="a1",
            author_id="ada",
            body=body("Thanks"),
            created_at=START + 30 * HOUR / 60,
        ),
    ]
    votes = [
        Vote(post_id="a1", voter_id="cy", direction=UP, cast_at=START + 2 * HOUR),
        Vote(post_id="a2", voter_id="bo", direction=DOWN, cast_at=START, weight=2),
    ]
    return thread_of(
        posts,
        stubs=[Stub(id="gap", parent_id="a1", count=4)],
        votes=votes,
        tallies=[
            Tally(post_id="q", score=5),
            Tally(post_id="a1", up=3, down=1),
            Tally(post_id="a2", up=0, down=9),
        ],
        users=[
            User(id="ada", name="Ada", level=3),
            User(id="bo", name="Bo"),
            User(id="cy", kind=UserKind.ANONYMOUS),
        ],
        accepted=["a1", "a2"],
        status=Status(
            closed=Closed(at=START + 9 * HOUR, reason="done", duplicate_of=("t0",)),
            pinned=Mark(),
        ),
        revisions=[
            Revision(
                post_id="a1",
                number=1,
                body=body("Sp."),
                editor_id="bo",
                at=START + HOUR,
                kind=RevisionKind.INITIAL,
            )
        ],
        version=4,
    )


def rows(table: Table, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*table.select(names).to_dict().values(), strict=True))


# -- what is in them ---------------------------------------------------------------


def test_the_columns_of_posts_are_the_contract() -> None:
    """People's notebooks name them, in this order."""
    wanted = (
        "thread_id post_id parent_id kind depth order author_id author_name "
        "author_level score up down accepted created_at edited_at since_parent "
        "since_question body"
    )
    assert frames.posts([]).columns == tuple(wanted.split())


def test_posts(bread: Thread) -> None:
    table = frames.posts([bread])
    assert rows(table, "post_id", "parent_id", "kind", "depth", "order") == [
        ("q", None, "question", 0, 0),
        ("a1", "q", "answer", 1, 1),
        ("c2", "a1", "comment", 2, 2),
        ("c1", "gap", "comment", 3, 3),
        ("a2", "q", "answer", 1, 4),
    ]
    assert rows(table, "author_id", "author_name", "author_level") == [
        ("ada", "Ada", 3),
        ("bo", "Bo B.", None),
        ("ada", "Ada", 3),
        ("cy", None, None),
        (None, None, None),
    ]
    assert rows(table, "score", "up", "down", "accepted") == [
        (5, None, None, None),
        (2, 3, 1, True),
        (None, None, None, None),
        (None, None, None, None),
        (None, None, None, None),
    ]
    assert rows(table, "created_at", "edited_at", "since_parent", "since_question") == [
        (START, None, None, timedelta()),
        (START + HOUR, START + 3 * HOUR, HOUR, HOUR),
        (START + HOUR / 2, None, -HOUR / 2, HOUR / 2),
        (None, None, None, None),
        (None, None, None, None),
    ]
    assert table["body"] == ("Say.", "So.", "Thanks", "?", None)


def test_an_answer_that_is_not_accepted_says_so() -> None:
    """False is known; null is that it cannot be accepted at all."""
    answer = Answer(id="a", question_id="q", author_id="bo", body=body("x"))
    assert frames.posts([thread_of([QUESTION, answer])])["accepted"] == (None, False)


def test_threads(bread: Thread) -> None:
    table = frames.threads([bread])
    assert {name: cells[0] for name, cells in table.to_dict().items()} == {
        "thread_id": "t",
        "kind": "qa",
        "title": "Why?",
        "tags": ("bread", "yeast"),
        "author_id": "ada",
        "author_name": "Ada",
        "created_at": START,
        "edited_at": None,
        "views": 7,
        "score": 5,
        "up": None,
        "down": None,
        "answers": 1,
        "comments": 2,
        "gone": 1,
        "participants": 3,
        "accepted_id": "a1",
        "accepted_answers": 1,
        "first_answer_at": START + HOUR,
        "until_first_answer": HOUR,
        "last_activity_at": START + 3 * HOUR,
        "closed": True,
        "closed_at": START + 9 * HOUR,
        "closed_reason": "done",
        "duplicate_of": ("t0",),
        "locked": False,
        "protected": False,
        "pinned": True,
        "archived": False,
        "hidden": False,
        "version": 4,
        "platform": "askbot",
        "url": "u/q",
        "license": "CC BY-SA 4.0",
    }


def test_a_question_that_is_gone_or_not_at_hand_tells_nothing() -> None:
    """What was taken down must not come back by way of a table."""
    gone = Question(
        id="q",
        author_id="ada",
        title="Secret",
        body=body("x"),
        created_at=START,
        deleted=Mark(),
        provenance=QUESTION.provenance,
    )
    answer = Answer(
        id="a", question_id="q", author_id="bo", body=body("x"), created_at=START
    )
    first = thread_of([gone, answer])
    second = thread_of([answer], stubs=[Stub(id="q")])
    table = frames.threads([first, second])
    for name in ("title", "tags", "author_id", "created_at", "score", "platform"):
        assert table[name] == (None, None), name
    assert table["gone"] == (1, 0)
    assert table["until_first_answer"] == (None, None)
    assert frames.posts([first])["since_question"] == (None, None)
    assert frames.posts([first])["since_parent"] == (None, None)
    edges = frames.edges([first, second])
    assert edges["parent_kind"] == ("question", None)
    assert edges["parent_author_id"] == (None, None)
    assert edges["created_at"] == (START, START)


def test_an_answer_of_unknown_time_may_have_been_the_first() -> None:
    """Nothing is invented."""
    answers = [
        Answer(id="a", question_id="q", author_id="bo", body=body("x")),
        Answer(
            id="b", question_id="q", author_id="bo", body=body("x"), created_at=START
        ),
    ]
    table = frames.threads([thread_of([QUESTION, *answers])])
    assert table["first_answer_at"] == (None,)
    assert table["last_activity_at"] == (START,)


def test_users(bread: Thread) -> None:
    renamed = thread_of(
        [Question(id="q", author_id="ada", body=body("x"), created_at=START - HOUR)],
        "t2",
        users=[User(id="ada", name="Ada L.", handle="al"), User(id="zoe")],
    )
    table = frames.users([bread, renamed])
    assert rows(table, "user_id", "name", "handle", "kind", "threads") == [
        ("ada", "Ada L.", "al", "registered", 2),
        ("bo", "Bo", None, "registered", 1),
        ("cy", None, None, "anonymous", 1),
        ("zoe", None, None, "registered", 0),
    ]
    counts = rows(table, "questions", "answers", "comments", "accepted_answers")
    assert counts == [(2, 0, 1, 0), (0, 1, 0, 1), (0, 0, 1, 0), (0, 0, 0, 0)]
    assert rows(table, "score", "scored") == [(5, 1), (2, 1), (None, 0), (None, 0)]
    assert table["first_post_at"] == (START - HOUR, START + HOUR, None, None)
    assert table["last_post_at"] == (START + HOUR / 2, START + HOUR, None, None)
    assert set(table["reputation"]) == set(table["joined_at"]) == {None}


class Site:
    """A site that knows its users once its threads have been read."""

    def __init__(self) -> None:
        self.known: list[User] = []

    def users_table(self) -> Iterable[User]:
        return self.known


class SiteReading:
    """What a reader of a whole site gives."""

    def __init__(self, threads: Iterable[Thread], site: object) -> None:
        self.threads, self.site = threads, site

    def __iter__(self) -> Iterator[Thread]:
        yield from self.threads
        if isinstance(self.site, Site):
            self.site.known = [
                User(id="nil", name="Nil", reputation=1, joined_at=START),
                User(id="bo", name="Bo the Baker", reputation=99, joined_at=START),
            ]


def test_a_site_gives_the_whole_records_of_its_users(bread: Thread) -> None:
    """Also of those who never wrote anything, and nobody is lost."""
    table = frames.users(SiteReading([bread], Site()))
    assert rows(table, "user_id", "name", "reputation", "answers", "threads") == [
        ("nil", "Nil", 1, 0, 0),
        ("bo", "Bo the Baker", 99, 1, 1),
        ("ada", "Ada", None, 0, 1),
        ("cy", None, None, 0, 1),
    ]
    for site in (None, object()):
        assert frames.users(SiteReading([bread], site)) == frames.users([bread])


def test_a_sum_that_no_column_holds_is_refused() -> None:
    """Rather than another number."""
    posts: list[Post] = [QUESTION, comment(0, "q"), comment(1, "q")]
    tallies = [Tally(post_id=f"c{n}", score=2**63 - 1) for n in range(2)]
    with pytest.raises(ValidationError, match="user 'ada' is beyond 64 bits"):
        frames.users([thread_of(posts, tallies=tallies)])


def test_votes(bread: Thread) -> None:
    assert rows(frames.votes([bread]), *frames.VOTES.names) == [
        ("t", "a1", "answer", "bo", "cy", "up", 1, START + 2 * HOUR, HOUR),
        ("t", "a2", "answer", None, "bo", "down", 2, START, None),
    ]


def test_revisions(bread: Thread) -> None:
    assert rows(frames.revisions([bread]), *frames.REVISIONS.names) == [
        ("t", "a1", 1, "initial", "bo", START + HOUR, None, (), None, None, "Sp.")
    ]


def test_wordings_of_what_is_gone_are_not_told() -> None:
    """Nor who wrote them and when."""
    gone = Answer(
        id="a",
        question_id="q",
        author_id="bo",
        body=body("x"),
        revision=2,
        deleted=Mark(),
    )
    first = Revision(
        post_id="a",
        number=1,
        body=body("secret"),
        editor_id="bo",
        at=START,
        summary="secret",
        group="g",
    )
    table = frames.revisions([thread_of([QUESTION, gone], revisions=[first])])
    assert rows(table, *frames.REVISIONS.names) == [("t", "a", 1, "edit", *[None] * 7)]


def test_edges(bread: Thread) -> None:
    kinds = ("child_id", "parent_id", "child_kind", "parent_kind")
    assert rows(frames.edges([bread]), *kinds) == [
        ("a1", "q", "answer", "question"),
        ("c2", "a1", "comment", "answer"),
        ("c1", "gap", "comment", None),
        ("a2", "q", "answer", "question"),
    ]
    people = ("child_author_id", "parent_author_id", "since_parent")
    assert rows(frames.edges([bread]), *people) == [
        ("bo", "ada", HOUR),
        ("ada", "bo", -HOUR / 2),
        ("cy", None, None),
        (None, "ada", None),
    ]


def test_a_name_has_one_type_in_all_tables() -> None:
    """Frames are joined by them, and read back by them."""
    known: dict[str, ColumnType] = {}
    for schema in SCHEMAS.values():
        for column in schema:
            assert known.setdefault(column.name, column.type) == column.type


def test_the_reference_page_lists_every_column() -> None:
    """With its type, in order."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "columns.md"
    text = page.read_text(encoding="utf-8")
    for schema in SCHEMAS.values():
        listed = [f"| `{each.name}` | {each.type} |" for each in schema]
        places = [text.find(line) for line in listed]
        assert -1 not in places, listed[places.index(-1)]
    found = re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE)
    every = [(c.name, c.type.value) for schema in SCHEMAS.values() for c in schema]
    assert found == every


# -- what is read ------------------------------------------------------------------


@pytest.mark.parametrize("maker", MAKERS)
def test_one_thread_and_other_things_are_refused(
    maker: Callable[..., Table], bread: Thread
) -> None:
    """The message says what to write."""
    with pytest.raises(ValidationError, match=r"'t' is one thread.*\[thread\]"):
        maker(bread)
    with pytest.raises(ValidationError, match="str is no thread"):
        maker(["t"])


@pytest.mark.parametrize("maker", MAKERS)
def test_threads_are_read_once_and_not_kept(
    maker: Callable[..., Table], bread: Thread
) -> None:
    """A dump of a site does not fit in memory."""
    held: list[int] = []

    def dump() -> Iterator[Thread]:
        for number in range(3):
            thread = thread_of(bread.posts, f"t{number}", stubs=bread.stubs)
            held.append(sys.getrefcount(thread))
            yield thread
            held[-1] = sys.getrefcount(thread) - held[-1]

    maker(dump())
    # At most the loop's own names, until the next one comes.
    assert len(held) == 3 and max(held) <= 2


def test_a_reading_is_an_iterable_of_threads() -> None:
    """From a file to a frame in one line."""
    page = Path(__file__).parents[2] / "docs" / "examples" / "page.txt"
    with qathread.read(page, assume_tz="UTC") as reading:
        table = frames.posts(reading)
    assert len(table) == len(next(qathread.read(page, assume_tz="UTC")))


def comment(number: int, parent_id: str) -> Comment:
    return Comment(
        id=f"c{number}",
        parent_id=parent_id,
        author_id="ada",
        body=body("x"),
        created_at=START,
    )


@pytest.mark.parametrize("deep", [True, False])
def test_a_chain_and_a_fan_of_100_000_replies(deep: bool) -> None:
    """No recursion, and no time that grows faster than the thread."""
    size = 100_000
    posts = [comment(n, f"c{n - 1}" if deep and n else "q") for n in range(size)]
    thread = thread_of([QUESTION, *posts])
    started = process_time()
    table = frames.posts([thread])
    edges = frames.edges([thread])
    assert process_time() - started < 10  # seconds; a shared machine takes 1
    assert table["order"] == tuple(range(size + 1))
    last = (size, f"c{size - 1}") if deep else (1, f"c{size - 1}")
    assert (table["depth"][-1], table["post_id"][-1]) == last
    assert len(edges) == size
    assert edges["parent_id"][-1] == (f"c{size - 2}" if deep else "q")
    assert table.to_polars().height == len(table.to_arrow()) == size + 1


# -- tables and schemas ------------------------------------------------------------


def small() -> Table:
    schema = Schema.of({"name": "text", "n": "int64"})
    return Table(schema, {"name": ["a", None], "n": [1, None]})


def test_a_table_does_not_change() -> None:
    table = small()
    with pytest.raises(FrozenInstanceError):
        table.schema = Schema(columns=())  # type: ignore[misc]
    table.to_dict()["n"].append(3)
    assert table["n"] == (1, None)
    assert copy(table) == deepcopy(table) == pickle.loads(pickle.dumps(table)) == table
    with pytest.raises(TypeError):
        hash(table)
    with pytest.raises(TypeError):
        iter(table)  # type: ignore[call-overload]


def test_tables_are_equal_if_schema_and_cells_are() -> None:
    table = small()
    assert table == Table(table.schema, table.to_dict())
    assert table != table.head(1)
    assert table != table.select(["n", "name"])
    assert table.head(0) != table.select(["n"]).head(0)
    assert table != table.to_dict()


def test_parts_of_a_table() -> None:
    table = small()
    assert table.columns == ("name", "n")
    assert len(table) == 2 and len(table.schema) == 2
    assert "n" in table and "m" not in table
    assert "n" in table.schema and "m" not in table.schema
    assert table.select(["n"]).to_dict() == {"n": [1, None]}
    assert table.head(1).to_dict() == {"name": ["a"], "n": [1]}
    assert table.head() == table
    assert len(table.select([])) == 0
    for look in (table.__getitem__, table.schema.__getitem__):
        with pytest.raises(NotFoundError, match="no column 'm': there are name, n"):
            look("m")
    with pytest.raises(NotFoundError):
        table.select(["m"])
    with pytest.raises(NotFoundError):
        table[{}]  # type: ignore[index]
    with pytest.raises(ValidationError, match="twice"):
        table.select(["n", "n"])
    with pytest.raises(ValidationError, match="give a list"):
        table.select("n")
    with pytest.raises(ValidationError, match="at least 0"):
        table.head(-1)


@pytest.mark.parametrize(
    ("kind", "cell", "message"),
    [
        ("text", 1, "of type int: give a str"),
        ("text", "\0", r"U\+0000"),
        ("text", "\ud800", "lone surrogate"),
        ("int64", True, "of type bool"),
        ("int64", 2**63, "beyond 64 bits"),
        ("int64", 1.0, "of type float"),
        ("float64", float("nan"), "NaN: give None"),
        ("float64", True, "give a float"),
        ("float64", "1", "give a float"),
        ("bool", 1, "give a bool"),
        ("timestamp", datetime(2026, 1, 1), "no zone"),
        ("timestamp", "2026-01-01", "give a datetime"),
        ("timestamp", pd.NaT, "NaT: give None"),
        ("duration", 3, "give a timedelta"),
        ("duration", timedelta.max, "beyond 64 bits"),
        ("texts", "abc", "tuple or list of str"),
        ("texts", [1], "an item of row 1 of column 'c' is of type int"),
    ],
)
def test_a_cell_of_another_type_is_refused(
    kind: str, cell: object, message: str
) -> None:
    """A table never guesses."""
    with pytest.raises(ValidationError, match=message) as caught:
        Table(Schema.of({"c": kind}), {"c": [None, cell]})
    assert "row 1 of column 'c'" in str(caught.value)


def test_cells_are_plain_values() -> None:
    """Whatever library's own type they came as."""
    schema = Schema.of(
        {"at": "timestamp", "d": "duration", "f": "float64", "l": "texts"}
    )
    at = datetime.fromisoformat("2026-01-01T05:30:00.000001+05:30")
    table = Table(
        schema,
        {
            "at": [pd.Timestamp(at), at],
            "d": [pd.Timedelta(hours=-1), timedelta(hours=-1)],
            "f": [1, float("inf")],
            "l": [["a", "b"], ()],
        },
    )
    assert table["at"] == (START + timedelta(microseconds=1),) * 2
    assert {(type(at), at.tzinfo) for at in table["at"]} == {(datetime, UTC)}
    assert table["d"] == (-HOUR, -HOUR) and type(table["d"][0]) is timedelta
    assert table["f"] == (1.0, float("inf")) and type(table["f"][0]) is float
    assert table["l"] == (("a", "b"), ())


def test_what_does_not_fit_together_is_refused() -> None:
    schema = small().schema
    with pytest.raises(ValidationError, match="name has 1, n has 2"):
        Table(schema, {"name": ["a"], "n": [1, 2]})
    with pytest.raises(ValidationError, match="columns are n: give name, n"):
        Table(schema, {"n": [1]})
    with pytest.raises(ValidationError, match="two columns are called 'a'"):
        Schema(columns=(Column(name="a", type=ColumnType.TEXT),) * 2)
    with pytest.raises(ValidationError, match="empty"):
        Schema.of({"": "text"})
    with pytest.raises(ValidationError, match="give one of 'text'"):
        Schema.of({"a": "string"})


# -- libraries ---------------------------------------------------------------------


def test_stated_types_in_every_library() -> None:
    """Pandas left alone would make floats of integers with gaps."""
    schema = Schema.of({f"c{place}": kind for place, kind in enumerate(ColumnType)})
    nothing: list[object] = [None]
    for cells in ([], nothing):
        table = Table(schema, dict.fromkeys(schema.names, cells))
        assert [str(dtype) for dtype in table.to_pandas().dtypes] == [
            "string",
            "Int64",
            "Float64",
            "boolean",
            "datetime64[us, UTC]",
            "timedelta64[us]",
            "object",
        ]
        assert table.to_polars().dtypes == [
            pl.String(),
            pl.Int64(),
            pl.Float64(),
            pl.Boolean(),
            pl.Datetime("us", "UTC"),
            pl.Duration("us"),
            pl.List(pl.String()),
        ]
        assert [str(kind) for kind in table.to_arrow().schema.types] == [
            "string",
            "int64",
            "double",
            "bool",
            "timestamp[us, tz=UTC]",
            "duration[us]",
            "list<item: string>",
        ]
        assert frames.from_frame(table.to_pandas(), schema) == table


def test_each_library_states_the_types_of_a_schema() -> None:
    """For streams of batches, which have a schema before they have rows."""
    from qathread.frames import _arrow, _pandas, _polars

    for maker in MAKERS:
        empty = maker([])
        assert _arrow.types(empty.schema) == empty.to_arrow().schema
        assert _polars.types(empty.schema) == empty.to_polars().schema
        dtypes = {name: str(each) for name, each in empty.to_pandas().dtypes.items()}
        assert _pandas.types(empty.schema) == dtypes


@pytest.mark.parametrize("maker", MAKERS)
def test_whoever_reads_arrow_takes_a_table(
    maker: Callable[..., Table], bread: Thread
) -> None:
    """Any number of times, with nothing but the stream."""
    found = maker([bread])  # "table" is a word of SQL
    for _ in range(2):
        for frame in (
            pl.DataFrame(found),
            pa.table(found),
            pa.RecordBatchReader.from_stream(found).read_all(),
            nw.from_arrow(found, backend="polars"),
            nw.from_arrow(found, backend="pyarrow"),
            duckdb.sql("FROM found"),
        ):
            assert frames.from_frame(frame) == found, type(frame)
        if hasattr(pd.DataFrame, "from_arrow"):  # pandas 3
            frame = pd.DataFrame.from_arrow(found)
            assert frames.from_frame(frame, found.schema) == found


def test_a_reader_may_ask_for_other_types() -> None:
    """As the Arrow PyCapsule interface says."""
    wanted = pa.schema([("name", pa.large_string()), ("n", pa.int64())])
    found = pa.RecordBatchReader.from_stream(small(), wanted).read_all()
    assert found.schema == wanted


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make packages look as if they were not installed."""

    def hidden(*names: str) -> None:
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)
        for own in ("_arrow", "_pandas", "_polars", "_read"):
            monkeypatch.delitem(sys.modules, f"qathread.frames.{own}", raising=False)

    return hidden


@pytest.mark.parametrize(
    ("package", "extra", "use"),
    [
        ("polars", "polars", Table.to_polars),
        ("pandas", "pandas", Table.to_pandas),
        ("pyarrow", "arrow", Table.to_arrow),
        ("narwhals", "frames", lambda table: frames.from_frame(table.to_polars())),
    ],
)
def test_a_missing_package_names_its_extra(
    package: str,
    extra: str,
    use: Callable[[Table], object],
    hide: Callable[..., None],
) -> None:
    """Whoever reads it can install it."""
    hide(package)
    with pytest.raises(MissingExtraError, match=rf"pip install 'qathread\[{extra}\]'"):
        use(small())
    assert small()._repr_html_() and small().to_dict()  # need none of them


@pytest.mark.parametrize("module", ["_arrow", "_pandas", "_polars", "_read"])
def test_a_broken_package_is_not_called_missing(
    module: str, hide: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the absence of the package itself is ours to explain."""
    hide()
    package = {"_arrow": "pyarrow", "_read": "narwhals"}.get(module, module[1:])

    class Broken:
        def find_spec(self, name: str, *args: object) -> None:
            if name == package:
                raise ModuleNotFoundError("no inside", name="inside")

    monkeypatch.delitem(sys.modules, package)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match="no inside"):
        __import__(f"qathread.frames.{module}")


def test_a_stream_comes_from_polars_where_pyarrow_is_missing(
    hide: Callable[..., None], tmp_path: Path
) -> None:
    """Whichever is there."""
    table = small()
    reader = pa.RecordBatchReader
    hide("pyarrow")
    assert reader.from_stream(table).read_all().to_pydict() == table.to_dict()
    table.to_parquet(tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet").to_pydict() == table.to_dict()
    hide("polars")
    with pytest.raises(MissingExtraError, match=r"\[arrow\]' or 'qathread\[polars\]'"):
        table.__arrow_c_stream__()
    with pytest.raises(MissingExtraError, match="to_parquet"):
        table.to_parquet(tmp_path / "b.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("maker", MAKERS)
def test_parquet_keeps_a_table(
    maker: Callable[..., Table], bread: Thread, tmp_path: Path
) -> None:
    """Read back by each library."""
    table, path = maker([bread]), tmp_path / "t.parquet"
    table.to_parquet(path)
    assert frames.from_frame(pl.read_parquet(path)) == table
    assert frames.from_frame(pl.scan_parquet(path)) == table
    assert frames.from_frame(pq.read_table(path)) == table
    assert frames.from_frame(pd.read_parquet(path), table.schema) == table
    with io.BytesIO() as out:
        table.to_parquet(out)
        assert (
            frames.from_frame(pq.read_table(pa.BufferReader(out.getvalue()))) == table
        )
    with pytest.raises(FileNotFoundError):
        table.to_parquet(tmp_path / "none" / "t.parquet")


# -- frames of others --------------------------------------------------------------


def test_types_that_are_close_are_taken() -> None:
    """Narrow integers, categories, coarse times: what libraries make of files."""
    moments = pl.Series([START, None]).dt.convert_time_zone("Asia/Kathmandu")
    frame = pl.DataFrame(
        {
            "n": pl.Series([1, None], dtype=pl.UInt8),
            "f": pl.Series([1.5, float("nan")], dtype=pl.Float32),
            "c": pl.Series(["a", None], dtype=pl.Categorical),
            "e": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
            "ms": moments.cast(pl.Datetime("ms", "Asia/Kathmandu")),
            "ns": moments.cast(pl.Datetime("ns", "Asia/Kathmandu")),
            "d": pl.Series([HOUR, None], dtype=pl.Duration("ns")),
        }
    )
    expected = {
        "n": [1, None],
        "f": [1.5, None],
        "c": ["a", None],
        "e": ["a", "b"],
        "ms": [START, None],
        "ns": [START, None],
        "d": [HOUR, None],
    }
    forms = (frame, frame.lazy(), frame.to_arrow(), frame.to_pandas())
    for form in (*forms, frame.to_pandas(use_pyarrow_extension_array=True)):
        found = frames.from_frame(form)
        assert found.to_dict() == expected, type(form)
        assert found.columns == tuple(expected)


def test_a_schema_says_what_a_file_did_not(bread: Thread) -> None:
    """Integers with gaps come out of a file as floats, times as what they are."""
    table = frames.posts([bread])
    text = table.to_pandas().drop(columns="body").to_csv(index=False)
    spans = ["since_parent", "since_question"]
    found = pd.read_csv(io.StringIO(text), parse_dates=["created_at", "edited_at"])
    found[spans] = found[spans].apply(pd.to_timedelta)
    assert found["score"].dtype == "float64"
    schema = frames.POSTS.select([name for name in table.columns if name != "body"])
    assert frames.from_frame(found, schema) == table.select(schema.names)
    assert frames.from_frame(found)["score"] == (5.0, 2.0, None, None, None)
    assert frames.from_frame(found).schema["score"] is ColumnType.FLOAT64
    kept = schema.select(["score", "post_id"])
    assert frames.from_frame(found, kept) == table.select(["score", "post_id"])


def test_a_column_of_nulls_has_the_type_of_its_name() -> None:
    """Where a frame does not say, our tables do."""
    for frame in (
        pl.DataFrame({"tags": [None, None]}),
        pa.table({"tags": pa.nulls(2)}),
        pd.DataFrame({"tags": pd.Series([None, None], dtype=object)}),
    ):
        found = frames.from_frame(frame)
        assert (found.schema["tags"], found["tags"]) == (ColumnType.TEXTS, (None, None))
    found = frames.from_frame(pd.DataFrame({"accepted": [True, None, False]}))
    assert found["accepted"] == (True, None, False)


def test_times_without_a_zone_need_one() -> None:
    naive = pl.DataFrame({"at": [datetime(2026, 1, 1)]})
    for frame in (naive, naive.to_pandas(), naive.to_arrow(), naive.lazy()):
        with pytest.raises(ValidationError, match="'at' holds times without a zone"):
            frames.from_frame(frame)
        assert frames.from_frame(frame, assume_tz="UTC")["at"] == (START,)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (5, "of type int: give one that Narwhals takes"),
        (pl.Series([1]), "of type Series"),
        (pd.DataFrame([[1, 2]]), "give them names of type str"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns have one name"),
        (pl.DataFrame({"d": [date(2026, 1, 1)]}), "'d' is of type Date, and tables"),
        (pl.DataFrame({"l": [[1]]}), r"'l' is of type List\(Int64\)"),
        (pl.DataFrame({"x": [None]}), "'x' is of type Unknown"),
        (pd.DataFrame({"x": [("a",)]}), "'x' is of type Object.*schema="),
        (pl.DataFrame({"n": pl.Series([2**63], dtype=pl.UInt64)}), "beyond 64 bits"),
        (
            pl.DataFrame({"at": pl.Series([1], dtype=pl.Datetime("ns", "UTC"))}),
            "'at' holds parts of microseconds",
        ),
        (
            pl.DataFrame({"d": pl.Series([-1], dtype=pl.Duration("ns"))}),
            "'d' holds parts of microseconds",
        ),
        (duckdb.sql("SELECT INTERVAL 1 MONTH AS since_parent"), "no exact duration"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused(frame: object, message: str) -> None:
    """With what to do about it."""
    with pytest.raises(ValidationError, match=message):
        frames.from_frame(frame)


def test_a_schema_that_does_not_fit_is_refused() -> None:
    frame = pl.DataFrame({"a": ["x"], "f": [1.5], "big": [2.0**60]})
    for schema, message in (
        ({"b": "text"}, "lacks b: it has a, f, big"),
        ({"a": "int64"}, "'a' is of type str"),
        ({"f": "int64"}, "1.5, which is no exact integer"),
        ({"big": "int64"}, "no exact integer"),
    ):
        with pytest.raises(ValidationError, match=message):
            frames.from_frame(frame, Schema.of(schema))
    with pytest.raises(ValidationError, match="lacks m"):
        frames.from_frame(small(), Schema.of({"m": "text"}))


# -- how they look -----------------------------------------------------------------


class Cells(HTMLParser):
    """Reads a page back and refuses whatever a notebook would drop."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.note = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"div", "table", "tr", "th", "td", "small"} and not attrs
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] == "small":
            self.note += data
        else:
            self.rows[-1][-1] += data


def test_a_repr_is_one_line_of_shape_names_and_first_values(bread: Thread) -> None:
    assert repr(frames.posts([bread])) == (
        "<Table 5 rows, 18 columns: thread_id 't', post_id 'q', parent_id null, "
        "kind 'question', depth 0, order 0, …>"
    )
    assert repr(frames.votes([])) == (
        "<Table 0 rows, 9 columns: thread_id, post_id, kind, author_id, voter_id, "
        "direction, weight, cast_at, since_post>"
    )
    table = frames.threads([bread]).select(["tags", "created_at", "closed"])
    assert repr(table) == (
        "<Table 1 row, 3 columns: tags ['bread', 'yeast'], "
        "created_at 2026-01-01 00:00:00, closed True>"
    )


HOSTILE = "<script>alert(1)</script>\n&amp;\x1b[31m\u202e" + "🎉&" * 500


def test_a_repr_never_grows() -> None:
    """Whatever the cells and names are."""
    schema = Schema.of({HOSTILE + str(n): "texts" for n in range(60)})
    for cells in ([], [(HOSTILE,) * 9], [(HOSTILE[:4],)]):
        line = repr(Table(schema, dict.fromkeys(schema.names, cells)))
        assert len(line) <= 120 and line.isprintable()
    line = repr(Table(Schema.of({"body": "text"}), {"body": [HOSTILE]}))
    assert len(line) <= 120 and line.isprintable()


def test_a_notebook_shows_the_first_ten_rows() -> None:
    schema = Schema.of({"name": "text", "n": "int64", "d": "duration"})
    count = 1000
    table = Table(
        schema,
        {
            "name": [f"a\nb {n}" for n in range(count)],
            "n": [None, *range(count - 1)],
            "d": [-HOUR] * count,
        },
    )
    shown = Cells(table._repr_html_())
    assert shown.rows[0] == ["name", "n", "d"]
    assert shown.rows[1] == ["a b 0", "null", "-1:00:00"]
    assert len(shown.rows) == 11 and shown.note == "… 990 more"
    assert Cells(table.head(10)._repr_html_()).note == ""
    assert Cells(table.head(0)._repr_html_()).note == "no rows"
    assert table._repr_html_() == Table(schema, table.to_dict())._repr_html_()


def test_a_notebook_shows_hostile_text_as_text() -> None:
    """Untrusted notebooks keep this; it stays under 100 kB."""
    schema = Schema.of({HOSTILE + str(n): "text" for n in range(60)})
    page = Table(schema, dict.fromkeys(schema.names, [HOSTILE] * 20))._repr_html_()
    assert len(page.encode()) < 100_000
    assert "<script" not in page and "\x1b" not in page
    shown = Cells(page)
    assert shown.rows[1][0].startswith("<script>alert(1)</script> &amp;")
    assert shown.note == "… 10 more · … 20 more columns"
    texts = Table(Schema.of({"l": "texts"}), {"l": [(HOSTILE,) * 1000, ()]})
    assert len(texts._repr_html_()) < 1000
