"""Threads made of tables: known threads, and tables with something wrong in them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from qathread import frames
from qathread.content import ThreadKind
from qathread.errors import FormatError, LossError, ValidationError
from qathread.feedback import UP
from qathread.frames import Table
from qathread.posts import Comment
from qathread.thread import Thread
from qathread.users import User, UserKind

AT = datetime(2026, 1, 1, tzinfo=UTC)


def bread(**changed: list[Any]) -> dict[str, list[Any]]:
    """Columns of a question, an answer, and a comment on that."""
    columns: dict[str, list[Any]] = {
        "thread_id": ["t", "t", "t"],
        "post_id": ["q", "a", "c"],
        "parent_id": [None, "q", "a"],
        "kind": ["question", "answer", "comment"],
        "author_id": ["ada", "bo", "ada"],
        "created_at": [AT, AT + timedelta(hours=1), None],
        "up": [2, 1, None],
        "down": [0, 1, None],
        "accepted": [None, True, None],
        "body": ["Why dense?", "Wait.", "Thanks"],
    }
    return columns | changed


def one(posts: object, **tables: Any) -> Thread:
    (thread,) = frames.to_threads(posts, **tables)
    return thread


def lost(posts: object, **tables: Any) -> dict[str, str | None]:
    """The codes of what went wrong, each with the first place."""
    with frames.to_threads(posts, **tables) as reading:
        list(reading)
    return {loss.code: loss.path for loss in reading.report if not loss.harmless}


def test_a_thread_of_plain_columns() -> None:
    """Nothing but lists is needed."""
    thread = one(bread())
    assert (thread.id, thread.kind, len(thread)) == ("t", ThreadKind.QA, 3)
    assert thread.question.body.source == "Why dense?"
    assert thread.question.created_at == AT
    assert [post.id for post in thread.replies("a")] == ["c"]
    assert thread.accepted == ("a",)
    assert (thread.score("a"), thread.score("c")) == (0, None)
    assert thread.question.body.media_type == "text/markdown"
    page = one(bread(), media_type="text/html")
    assert page.question.body.media_type == "text/html"


def test_rows_may_come_in_any_order() -> None:
    """What a query of a database returns is in none."""
    columns = {name: cells[::-1] for name, cells in bread(order=[0, 1, 2]).items()}
    assert one(columns) == one(bread())


def test_other_tables_say_more() -> None:
    threads = {
        "thread_id": ["t"],
        "kind": ["discussion"],
        "title": ["Bread"],
        "tags": [["dough", "yeast"]],
        "views": [7],
        "closed": [True],
        "closed_at": [AT],
        "closed_reason": ["off topic"],
        "duplicate_of": [["u"]],
        "pinned": [True],
        "locked": [True],
        "version": [5],
        "platform": ["askbot"],
        "url": ["u/t"],
        "license": ["CC0"],
    }
    users = {
        "user_id": ["cy", "ada"],
        "name": ["Cy", "Ada"],
        "kind": ["bot", None],
        "reputation": [12, None],
    }
    votes = {
        "thread_id": ["t"],
        "post_id": ["q"],
        "voter_id": ["cy"],
        "direction": ["up"],
        "cast_at": [AT],
    }
    revisions = {
        "thread_id": ["t", "t"],
        "post_id": ["q", "q"],
        "number": [2, 1],
        "body": ["Why dense?", "Why?"],
    }
    with frames.to_threads(
        bread(), threads=threads, users=users, votes=votes, revisions=revisions
    ) as reading:
        (thread,) = reading
        people = frames.users(_At(thread, reading.site))
    assert not reading.report
    assert (thread.kind, thread.version) == ("discussion", 5)
    question = thread.question
    assert (question.title, question.views) == ("Bread", 7)
    assert question.tags == ("dough", "yeast")
    closed = thread.status.closed
    assert closed is not None and thread.status.pinned is not None
    assert (closed.at, closed.reason, closed.duplicate_of) == (AT, "off topic", ("u",))
    assert thread.status.locked is not None and thread.status.hidden is None
    origin = thread.provenance
    assert origin is not None
    assert (origin.platform, origin.url, origin.license) == ("askbot", "u/t", "CC0")
    assert thread.users["cy"] == User(id="cy", name="Cy", kind=UserKind.BOT)
    assert thread.author("q").name == "Ada"
    vote = thread.vote("q", "cy")
    assert vote is not None and (vote.direction, vote.weight) == (UP, 1)
    assert [each.body.source for each in thread.revisions] == ["Why?", "Why dense?"]
    assert question.revision == 2
    assert people.select(["user_id", "reputation"]).to_dict() == {
        "user_id": ["cy", "ada", "bo"],
        "reputation": [12, None, None],
    }


class _At:
    """Threads at a site."""

    def __init__(self, thread: Thread, site: object) -> None:
        self.site, self._thread = site, thread

    def __iter__(self) -> Any:
        return iter([self._thread])


def test_the_report_says_what_tables_do_not_hold() -> None:
    with frames.to_threads(bread()) as reading:
        list(reading)
    told = {loss.code: loss for loss in reading.report}
    assert "events" in told["not-in-tables"].message
    names = ("threads", "users", "votes", "revisions")
    assert told["table-not-given"].examples == names
    assert not reading.report  # nobody has to refuse it
    with frames.to_threads(bread(mood=["a", "b", "c"]), strict=True) as reading:
        list(reading)
    told = {loss.code: loss for loss in reading.report}
    assert told["column"].path == "posts: mood"


def test_what_is_gone_is_gone() -> None:
    """Of it a table has only the place."""
    thread = one(bread(author_id=["ada", None, "ada"], body=["Why?", None, "Thanks"]))
    assert not thread["a"].stands
    assert thread.author("a").kind is UserKind.DELETED
    assert frames.posts([thread])["body"] == ("Why?", None, "Thanks")


def test_an_author_may_be_unknown() -> None:
    thread = one(bread(author_id=[None, "bo", "ada"], author_name=["Zed", None, None]))
    author = thread.author("q")
    assert (author.name, author.kind) == ("Zed", UserKind.REGISTERED)


# -- what is refused at once ---------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"post_id": [1, 2, 3]}, "posts: row 0 of column 'post_id' is of type int"),
        ({"up": [2, "x", None]}, "posts: row 1 of column 'up' is of type str"),
        (
            {"created_at": [AT, datetime(2026, 1, 1), None]},
            "posts: row 1 of column 'created_at' has no zone",
        ),
        ({"up": [1]}, "columns differ in length"),
    ],
)
def test_a_cell_of_another_type_is_named(
    changed: dict[str, list[Any]], message: str
) -> None:
    """By table, row and column."""
    with pytest.raises(ValidationError, match=message):
        frames.to_threads(bread(**changed))


@pytest.mark.parametrize(
    "turned",
    [pl.DataFrame, pd.DataFrame, pa.table, dict],
    ids=["polars", "pandas", "arrow", "dict"],
)
def test_columns_that_are_missing_are_named(turned: Callable[..., Any]) -> None:
    columns = bread()
    del columns["kind"], columns["body"]
    with pytest.raises(ValidationError, match=r"table of posts: .* lacks kind, body"):
        frames.to_threads(turned(columns))
    with pytest.raises(ValidationError, match=r"table of votes: .* lacks post_id"):
        frames.to_threads(bread(), votes=turned({"thread_id": ["t"]}))
    with pytest.raises(ValidationError, match=r"table of users: .* of type int"):
        frames.to_threads(bread(), users=5)


def test_times_without_a_zone_are_refused_in_every_library() -> None:
    naive = bread(created_at=[datetime(2026, 1, 1)] * 3)
    frame = pl.DataFrame(naive)
    for given in (naive, frame, frame.to_pandas(), frame.to_arrow()):
        with pytest.raises(ValidationError, match=r"column 'created_at'.* zone"):
            frames.to_threads(given)
        assert one(given, assume_tz="UTC").question.created_at == AT


# -- what is mended, or refused if strict --------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code", "where"),
    [
        ({"kind": ["question", "answer", "poem"]}, "field", "posts row 2, kind"),
        ({"post_id": ["q", "a", None]}, "field", "posts row 2, post_id"),
        ({"thread_id": ["t", "t", None]}, "field", "posts row 2, thread_id"),
        ({"parent_id": [None, "q", "x"]}, "missing-parent", "posts row 2, parent_id"),
        ({"parent_id": [None, "q", "c"]}, "cycle", "posts row 2"),
        ({"parent_id": [None, "q", None]}, "parent", "posts row 2, parent_id"),
        ({"parent_id": ["a", "q", "a"]}, "parent", "posts row 0, parent_id"),
        ({"parent_id": [None, "c", "q"]}, "parent", "posts row 1, parent_id"),
        (
            {"kind": ["question", "answer", "question"]},
            "second-question",
            "posts row 2, kind",
        ),
        ({"up": [2, -1, None]}, "counts", "posts row 1, score"),
        ({"accepted": [None, True, True]}, "field", "posts row 2, accepted"),
    ],
)
def test_damage_is_mended_or_refused(
    changed: dict[str, list[Any]], code: str, where: str
) -> None:
    """The report and the error say where."""
    posts = bread(**changed)
    (found,) = lost(posts).items()
    assert found[0] == code and (found[1] or "").startswith(where)
    with pytest.raises(FormatError) as caught:
        list(frames.to_threads(posts, strict=True))
    assert caught.value.code == code
    assert (caught.value.where or "").startswith(where)


def test_an_id_that_comes_twice() -> None:
    """The copies of one post become one; if they differ, that is a loss."""
    posts = bread(post_id=["q", "a", "a"], kind=["question", "answer", "answer"])
    posts["parent_id"] = [None, "q", "q"]
    found = lost(posts)
    assert (found["duplicate-id"] or "").startswith("posts row ")
    assert len(one(posts)) == 2
    with pytest.raises(LossError):
        list(frames.to_threads(posts, strict=True))


def test_a_missing_parent_is_a_stub() -> None:
    thread = one(bread(parent_id=[None, "q", "x"], depth=[0, 1, 3]))
    assert [(stub.id, stub.parent_id) for stub in thread.stubs] == [("x", "a")]
    assert thread.score("q") == 2
    thread = one(bread(parent_id=[None, "q", "x"]))
    assert [stub.id for stub in thread.stubs] == ["x"]


def test_a_missing_question_is_a_stub() -> None:
    posts = {name: cells[1:] for name, cells in bread().items()}
    assert lost(posts) == {}
    thread = one(posts)
    assert (thread.root.id, [post.id for post in thread.posts]) == ("q", ["a", "c"])
    alone = {name: cells[2:] for name, cells in bread().items()}
    assert one(alone).root.id == "a"
    alone["parent_id"] = ["c"]  # under itself, so nobody knows what opens the thread
    assert (one(alone).root.id, one(alone).comments[0].parent_id) == ("t", "t")
    alone["post_id"] = alone["parent_id"] = ["t"]
    assert one(alone).root.id == "t'"


def test_a_place_that_parents_do_not_bear_out() -> None:
    """Somebody filtered the rows, or changed a parent."""
    found = lost(bread(depth=[0, 1, 1]))
    assert found == {"place": "posts row 2, depth 1"}
    with pytest.raises(LossError):
        list(frames.to_threads(bread(depth=[0, 1, 1]), strict=True))
    posts = bread(
        kind=["question", "answer", "answer"],
        parent_id=[None, "q", "q"],
        order=[1, 0, 2],
    )
    assert lost(posts) == {"place": "posts row 1, order 0"}


def test_an_author_whose_level_changes() -> None:
    found = lost(bread(author_level=[3, None, 4]))
    assert found == {"author-level": "posts row 2, author_level 4"}
    assert one(bread(author_level=[3, None, 4])).author("q").level == 4


VOTE: Mapping[str, list[Any]] = {
    "thread_id": ["t"],
    "post_id": ["a"],
    "voter_id": ["cy"],
    "direction": ["up"],
    "cast_at": [AT],
}


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"direction": ["left"]}, "votes row 0, direction 'left'"),
        ({"cast_at": [None]}, "votes row 0, cast_at None"),
        ({"weight": [0]}, "votes row 0, weight 0"),
        ({"weight": [2]}, "votes row 0, post_id 'a'"),  # more than the post counts
        ({"thread_id": ["u"]}, "votes row 0, thread_id 'u'"),
        ({name: cells * 2 for name, cells in VOTE.items()}, "votes row 1, voter_id"),
    ],
)
def test_votes_that_do_not_fit(changed: dict[str, list[Any]], where: str) -> None:
    posts = bread(up=[2, 1 + ("voter_id" in changed), None])
    (path,) = lost(posts, votes={**VOTE, **changed}).values()
    assert (path or "").startswith(where)


def test_a_vote_on_what_is_not_at_hand_stays() -> None:
    """Tables of ours have such rows."""
    thread = one(bread(), votes={**VOTE, "post_id": ["x"]})
    assert [stub.id for stub in thread.stubs] == ["x"]
    assert frames.votes([thread])["kind"] == (None,)


WORDING: Mapping[str, list[Any]] = {
    "thread_id": ["t"],
    "post_id": ["a"],
    "number": [1],
    "body": ["Wait!"],
}


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"number": [0]}, "revisions row 0, number 0"),
        ({"number": [None]}, "revisions row 0, number None"),
        ({"kind": ["poem"]}, "revisions row 0, kind 'poem'"),
        ({"post_id": ["x"]}, "revisions row 0, post_id 'x'"),
        ({"thread_id": ["u"]}, "revisions row 0, thread_id 'u'"),
        ({n: c * 2 for n, c in WORDING.items()}, "revisions row 1, number 1"),
        (
            {n: c * 2 for n, c in WORDING.items()} | {"number": [1, 3]},
            "revisions row 0, number 1",
        ),
    ],
)
def test_wordings_that_do_not_fit(changed: dict[str, list[Any]], where: str) -> None:
    (path,) = lost(bread(), revisions={**WORDING, **changed}).values()
    assert path == where


def test_a_wording_before_the_current_one() -> None:
    assert one(bread(), revisions=WORDING)["a"].revision == 2
    now = {**WORDING, "body": ["Wait."]}
    assert one(bread(), revisions=now)["a"].revision == 1


@pytest.mark.parametrize(
    ("tables", "code", "where"),
    [
        ({"threads": {"thread_id": ["t", "t"]}}, "field", "threads row 1"),
        ({"threads": {"thread_id": ["u"]}}, "no-posts", "threads row 0"),
        ({"threads": {"thread_id": ["t"], "kind": ["x"]}}, "field", "threads row 0"),
        (
            {"threads": {"thread_id": ["t"], "accepted_id": ["c"]}},
            "accepted-missing",
            "t: c",
        ),
        ({"threads": {"thread_id": ["t"], "version": [0]}}, "field", "threads row 0"),
        ({"users": {"user_id": ["a", "a"]}}, "field", "users row 1"),
        ({"users": {"user_id": ["a"], "kind": ["x"]}}, "field", "users row 0"),
    ],
)
def test_other_tables_that_do_not_fit(
    tables: dict[str, Any], code: str, where: str
) -> None:
    (found,) = lost(bread(), **tables).items()
    assert found[0] == code and (found[1] or "").startswith(where)


def test_a_thread_that_cannot_be_is_left_out() -> None:
    """The others are there all the same."""
    posts = bread(post_id=["q", "q", "c"], kind=["question", "comment", "comment"])
    posts["parent_id"] = [None, "c", "q"]
    posts = {name: [*cells, *bread()[name]] for name, cells in posts.items()}
    posts["thread_id"] = ["s"] * 3 + ["t"] * 3
    with frames.to_threads(posts) as reading:
        assert [thread.id for thread in reading] == ["t"]
    places = {loss.code: loss.path for loss in reading.report}
    assert (places["thread"] or "").startswith("posts row 0: s: ")


def test_a_thread_of_no_post_at_all() -> None:
    with frames.to_threads(bread(kind=["poem"] * 3)) as reading:
        assert list(reading) == []
    (loss,) = (loss for loss in reading.report if not loss.harmless)
    assert (loss.count, loss.kind) == (3, "skipped")


def test_an_author_who_is_a_known_person() -> None:
    """Where posts say nothing of names and levels, the table of users does."""
    users = {"user_id": ["ada"], "name": ["Ada"], "level": [3], "handle": ["a"]}
    author = one(bread(), users=users).author("q")
    assert (author.name, author.level, author.handle) == ("Ada", 3, "a")
    shown = bread(author_name=["A.", "Bo", "Ada"], author_level=[4, None, 4])
    thread = one(shown, users=users)
    assert (thread.author("q").name, thread.author("q").level) == ("Ada", 4)
    assert thread.question.author_name == "A."


def test_several_accepted_answers_in_no_known_order() -> None:
    posts = bread(kind=["question", "answer", "answer"], accepted=[None, True, True])
    posts["parent_id"] = [None, "q", "q"]
    with frames.to_threads(posts) as reading:
        assert next(reading).accepted == ("a", "c")
    assert "accepted-order" in {loss.code for loss in reading.report}
    heads = {"thread_id": ["t"], "accepted_id": ["c"]}
    with frames.to_threads(posts, threads=heads) as reading:
        assert next(reading).accepted == ("c", "a")
    assert "accepted-order" not in {loss.code for loss in reading.report}


def test_a_query_of_a_database_gives_threads() -> None:
    """DuckDB hands over Arrow."""
    posts = frames.posts([one(bread())]).to_arrow()
    assert len(posts) == 3
    found = duckdb.sql("SELECT * FROM posts WHERE kind <> 'comment' ORDER BY post_id")
    thread = one(found)
    assert {post.id for post in thread.posts} == {"q", "a"}
    assert thread.accepted == ("a",)


class Stream:
    """Whoever has only a stream of Arrow."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def test_an_arrow_stream_is_a_frame() -> None:
    table = frames.posts([one(bread())])
    assert frames.from_frame(Stream(table)) == table
    assert one(Stream(table)) == one(table)


def test_a_mapping_of_columns_is_a_frame() -> None:
    """As `to_dict` gives them; what they hold is said by their names."""
    table = frames.posts([one(bread())])
    assert frames.from_frame(table.to_dict()) == table
    with pytest.raises(ValidationError, match="column 'mood' is none of ours"):
        frames.from_frame({"mood": ["a"]})
    schema = frames.Schema.of({"mood": "text"})
    assert frames.from_frame({"mood": ["a"], "n": [1]}, schema)["mood"] == ("a",)
    with pytest.raises(ValidationError, match="lacks mood: it has n"):
        frames.from_frame({"n": [1]}, schema)


def test_a_long_chain_takes_no_recursion() -> None:
    size = 20_000
    ids = [f"p{n}" for n in range(size)]
    posts = {
        "thread_id": ["t"] * size,
        "post_id": ids,
        "parent_id": [None, *ids[:-1]],
        "kind": ["question", *["comment"] * (size - 1)],
        "author_id": ["ada"] * size,
        "body": ["x"] * size,
    }
    thread = one(posts)
    assert len(thread) == size
    assert isinstance(thread[ids[-1]], Comment)
