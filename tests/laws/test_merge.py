"""What holds however many copies of one thread are merged, in whatever order."""

from functools import reduce
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from qathread.bodies import Body
from qathread.feedback import Vote
from qathread.posts import Comment, Question, Stub
from qathread.thread import Thread
from qathread.trees import ConflictKind, conflicts, diff, merge, walk
from tests.laws._threads import copies

threads = copies()
shapes = copies(feedback=False)  # more posts and stubs within the same bytes


@given(threads, threads)
def test_merge_is_commutative(a: Thread, b: Thread) -> None:
    """Whose copy came first says nothing about who is right."""
    assert merge(a, b) == merge(b, a)


@given(threads, threads, threads)
@settings(max_examples=200)
def test_merge_is_associative(a: Thread, b: Thread, c: Thread) -> None:
    """Copies may be merged as they come in, in groups or all at the end."""
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(shapes, shapes, shapes)
@settings(max_examples=200)
def test_merging_shapes_is_associative(a: Thread, b: Thread, c: Thread) -> None:
    """Nor does it matter where posts were missing, misplaced or in a circle."""
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(threads, threads)
def test_merge_is_idempotent(a: Thread, b: Thread) -> None:
    """A copy that comes again, also after merging, changes nothing."""
    both = merge(a, b)
    assert merge(both, both) == both
    assert merge(a, both) == both == merge(both, b)
    assert merge(a, a).content == a.content


@given(threads, threads)
def test_merge_keeps_every_post_and_no_stub_beside_it(a: Thread, b: Thread) -> None:
    """A stub never outlives the post that it stands for."""
    both = merge(a, b)
    ids = {post.id for post in both.posts}
    assert ids == {post.id for thread in (a, b) for post in thread.posts}
    assert ids == {post.id for post in walk(both)}
    assert not ids & {stub.id for stub in both.stubs}
    if a.content != b.content:
        assert not ids & {key for stub in both.stubs for key in stub.child_ids}


@given(threads, threads)
def test_a_merged_thread_is_imported_at_version_1(a: Thread, b: Thread) -> None:
    """Its history begins there: it can be saved and replayed."""
    both = merge(a, b)
    (event,) = both.pending
    assert (both.version, both.base_version, event.version) == (1, None, 1)


@given(threads, threads)
def test_votes_are_the_later_ones(a: Thread, b: Thread) -> None:
    """The newer opinion of one voter counts, once."""
    votes: dict[tuple[str, str], list[Vote]] = {
        (v.post_id, v.voter_id): [] for t in (a, b) for v in t.votes
    }
    for vote in (*a.votes, *b.votes):
        votes[vote.post_id, vote.voter_id].append(vote)
    both = merge(a, b)
    assert len(both.votes) == len(votes)
    for vote in both.votes:
        found = votes[vote.post_id, vote.voter_id]
        assert vote in found
        assert vote.cast_at == max(other.cast_at for other in found)


@given(shapes, st.integers(1, 2), st.integers(1, 2))
def test_a_stub_replaced_twice(a: Thread, one: int, two: int) -> None:
    """Two wordings of a missing post give one result in every order."""
    question = Question(id="r", author_id="ada", body=Body(source="?"))
    hole = Thread.from_parts(id="t", question=question, stubs=[Stub(id="x")])
    wordings = [
        Thread.from_parts(
            id="t",
            question=question,
            posts=[
                Comment(
                    id="x",
                    parent_id="r",
                    author_id="ada",
                    body=Body(source=text),
                    revision=revision,
                )
            ],
        )
        for text, revision in (("first", one), ("second", two))
    ]
    base = merge(a, hole)
    assert "x" in {stub.id for stub in base.stubs}
    results = [reduce(merge, order) for order in permutations([base, *wordings])]
    assert all(result == results[0] for result in results)
    newest = "first" if one > two else "second"
    assert results[0]["x"].body.source == newest
    assert "x" not in {stub.id for stub in results[0].stubs}


@given(threads, threads)
def test_conflicts_do_not_depend_on_the_order(a: Thread, b: Thread) -> None:
    """What was decided is one thing, whoever asks."""
    found = conflicts(a, b)
    assert found == conflicts(b, a)
    assert conflicts(a, a) == ()
    differing = {post.id for post in a.posts if post.id in b and b[post.id] != post}
    worded = {c.key[0] for c in found if c.kind is ConflictKind.WORDING}
    assert worded == differing


@given(threads, threads)
def test_diff_is_empty_exactly_for_equal_content(a: Thread, b: Thread) -> None:
    """Nothing may change unseen, and what is there twice is no change."""
    assert diff(a, a) == ()
    assert (diff(a, b) == ()) == (a.content == b.content)


@given(threads, threads)
def test_diff_backwards_swaps_before_and_after(a: Thread, b: Thread) -> None:
    """What came one way goes the other way."""
    swapped = {"added": "missing", "missing": "added", "changed": "changed"}
    forth = {(c.kind, c.part, c.key, c.field, c.before, c.after) for c in diff(a, b)}
    back = {
        (swapped[c.kind], c.part, c.key, c.field, c.after, c.before) for c in diff(b, a)
    }
    assert forth == back
