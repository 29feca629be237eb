"""Laws of how delivered posts become threads: order, copies, holes and circles."""

from datetime import UTC, datetime, timedelta
from random import Random

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qathread import Answer, Body, Comment, Question, Stub
from qathread.feedback import Tally
from qathread.formats import Collector
from qathread.formats._gathering import Frame, Piece, build, circles, nobody, roots

START = datetime(2024, 1, 1, tzinfo=UTC)
FRAME = Frame(thread_id="t", root_id="r")
names = st.sampled_from("abcdefgh")
#: What each of a few ids stands under; some parents are nowhere.
forests = st.dictionaries(names, st.none() | names | st.just("nowhere"), max_size=8)


def comment(
    post_id: str, parent_id: str, text: str = "words", minute: int = 0
) -> Piece:
    author = nobody(post_id)
    post = Comment(
        id=post_id,
        parent_id=parent_id,
        author_id=author.id,
        body=Body(source=text),
        created_at=START + timedelta(minutes=minute),
    )
    tally = Tally(post_id=post_id, up=minute, down=0)
    return Piece(post=post, author=author, where="here", tally=tally)


def counts(report: Collector) -> dict[str, int]:
    return {loss.code: loss.count for loss in report.report}


def root() -> Piece:
    author = nobody("r")
    post = Question(id="r", author_id=author.id, body=Body(source="?"))
    return Piece(post=post, author=author, where="here")


pieces = st.lists(
    st.builds(
        comment,
        names,
        names | st.sampled_from(["r", "nowhere"]),
        st.sampled_from(["one", "two"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


def climb(parents: dict[str, str | None], start: str) -> list[str]:
    """Return the way up, until it ends or comes back."""
    way, at = list[str](), start
    while at in parents and at not in way:
        way.append(at)
        at = parents[at] or "top"
    return [*way, at]


@given(forests)
def test_cutting_the_circles_leaves_none(parents: dict[str, str | None]) -> None:
    found = circles(parents)
    for each in found:
        assert each in climb(parents, each)[1:], "it is on no circle"
    cut = {each: None if each in found else up for each, up in parents.items()}
    assert not circles(cut)
    assert len(found) == len({frozenset(climb(parents, each)) for each in found})


@given(forests)
def test_the_smallest_of_a_circle_is_named(parents: dict[str, str | None]) -> None:
    for each in circles(parents):
        assert each == min(climb(parents, each))


@given(forests)
def test_a_top_is_where_the_way_up_ends(parents: dict[str, str | None]) -> None:
    found, cut = roots(parents), circles(parents)
    assert found.keys() == parents.keys()
    for each, top in found.items():
        way = climb(parents, each)
        circle = next((name for name in cut if name in way), None)
        ended = [name for name in way if name != "top"]
        assert top == (circle if circle is not None else ended[-1])


@given(pieces, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(
    given_pieces: list[Piece], rooted: bool, chance: Random
) -> None:
    """Partial crawls in any order give one thread."""
    parts = [root(), *given_pieces] if rooted else given_pieces
    mixed = list(parts)
    chance.shuffle(mixed)
    one, other = Collector(), Collector()
    assert build(FRAME, parts, one) == build(FRAME, mixed, other)
    assert counts(one) == counts(other)


@given(pieces)
def test_every_post_is_there_once(given_pieces: list[Piece]) -> None:
    thread = build(FRAME, [root(), *given_pieces], Collector())
    assert {post.id for post in thread.comments} == {p.post.id for p in given_pieces}
    assert len(thread) == len({p.post.id for p in given_pieces}) + 1


@given(pieces)
def test_twice_is_once(given_pieces: list[Piece]) -> None:
    parts = [root(), *given_pieces]
    assert build(FRAME, parts * 2, Collector()) == build(FRAME, parts, Collector())


@given(pieces)
def test_parents_are_kept_but_where_a_circle_was_cut(given_pieces: list[Piece]) -> None:
    report = Collector()
    thread = build(FRAME, [root(), *given_pieces], report)
    moved = 0
    for post in thread.comments:
        offered = {p.post.parent_id for p in given_pieces if p.post.id == post.id}
        moved += post.parent_id not in offered
        assert post.parent_id in offered or post.parent_id == "r"
    told = {loss.code: loss.count for loss in report.report}
    assert moved <= told.get("cycle", 0)


@given(st.integers(0, 5), st.integers(0, 5))
def test_the_latest_copy_wins(first: int, second: int) -> None:
    old = evolve(comment("a", "r", "old"), as_of=START + timedelta(days=first))
    new = evolve(comment("a", "r", "new"), as_of=START + timedelta(days=second))
    thread = build(FRAME, [root(), old, new], Collector())
    if first != second:
        expected = "old" if first > second else "new"
        assert thread.comments[0].body.source == expected


def test_a_long_chain_needs_no_recursion() -> None:
    chain = [comment(f"{n:06}", f"{n + 1:06}") for n in range(30_000)]
    thread = build(FRAME, [root(), *chain], Collector())
    assert [stub.id for stub in thread.stubs] == ["030000"]


def test_a_missing_post_that_comes_after_all_needs_no_stub() -> None:
    named = Stub(id="more", parent_id="r", child_ids=("a", "b"))
    thread = build(FRAME, [root(), comment("a", "r")], Collector(), [named])
    (stub,) = thread.stubs
    assert stub.child_ids == ("b",)
    late = build(FRAME, [root(), comment("a", "r")], Collector(), [Stub(id="a")])
    assert not late.stubs


def test_an_accepted_answer_that_is_not_there_is_told() -> None:
    report = Collector()
    author = nobody("x")
    answer = Answer(
        id="x", question_id="r", author_id=author.id, body=Body(source="yes")
    )
    piece = Piece(post=answer, author=author, where="here", accepted=True)
    frame = evolve(FRAME, accepted=("gone",))
    thread = build(frame, [root(), piece], report)
    assert [post.id for post in thread.answers] == ["x"]
    assert tuple(thread.accepted) == ("x",)
    assert [loss.code for loss in report.report] == ["accepted-missing"]
