"""What holds for every tree of replies."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import posting
from qathread.errors import BadCursorError
from qathread.pages import decode_cursor, encode_cursor
from qathread.posts import Post, Stub
from qathread.thread import Thread
from qathread.trees import (
    Order,
    ancestors,
    children,
    depth,
    flatten,
    outline,
    page,
    subtree,
    walk,
)
from qathread.users import User
from tests.laws._threads import START, copies

threads = copies()
parts = st.none() | st.integers(-(2**63), 2**63) | st.text()


def ids(posts: object) -> list[str]:
    return [post.id for post in posts]  # type: ignore[attr-defined]


def above(thread: Thread, part: Post | Stub) -> str | None:
    if part is thread.root:
        return None
    return part.parent_id or thread.root.id


@given(threads, st.sampled_from(("preorder", "time", "breadth")))
def test_a_walk_visits_every_post_once(thread: Thread, order: Order) -> None:
    """Nothing under a stub is lost, and no stub is taken for a post."""
    assert sorted(ids(walk(thread, order))) == sorted(ids(thread.posts))


@given(threads)
def test_parents_come_before_children(thread: Thread) -> None:
    """A page can be built in one pass, also where only a stub stands between."""
    for order in ("preorder", "breadth"):
        seen = set[str]()
        for post in walk(thread, order):
            missed = {up.id for up in ancestors(thread, post.id) if up.id in thread}
            assert missed <= seen
            seen.add(post.id)


@given(threads)
def test_siblings_come_in_order_of_arrival(thread: Thread) -> None:
    """Replies read as they were written."""
    place = {post.id: number for number, post in enumerate(thread.posts)}
    walked = ids(walk(thread))
    for part in (*thread.posts, *thread.stubs):
        below = ids(children(thread, part.id))
        assert below == sorted(below, key=place.__getitem__)
        assert below == sorted(below, key=walked.index)
        assert set(below) == {
            post.id for post in thread.posts if above(thread, post) == part.id
        }


@given(threads)
def test_breadth_goes_by_depth_and_time_by_time(thread: Thread) -> None:
    """Both orders are what they are called, ties as in order of arrival."""
    depths = [depth(thread, post.id) for post in walk(thread, "breadth")]
    assert depths == sorted(depths)
    known = [post.created_at for post in walk(thread, "time")]
    stated = [at for at in known if at is not None]
    assert known == sorted(stated) + [None] * (len(known) - len(stated))
    unknown = [post.id for post in thread.posts if post.created_at is None]
    assert ids(walk(thread, "time"))[len(stated) :] == unknown


@given(threads)
def test_depth_counts_ancestors(thread: Thread) -> None:
    """Each step up is one level, stubs included, and ends at the root."""
    for part in (*thread.posts, *thread.stubs):
        way = ancestors(thread, part.id)
        assert depth(thread, part.id) == len(way)
        assert [above(thread, step) for step in (part, *way)] == [
            *(step.id for step in way),
            None,
        ]


@given(threads)
def test_flatten_and_subtree_follow_the_walk(thread: Thread) -> None:
    """Three ways to say the same tree agree."""
    walked = ids(walk(thread))
    assert [(d, p.id) for d, p in flatten(thread)] == [
        (depth(thread, post_id), post_id) for post_id in walked
    ]
    for part in (*thread.posts, *thread.stubs):
        inside = {
            post.id
            for post in thread.posts
            if part.id in {post.id, *ids(ancestors(thread, post.id))}
        }
        assert ids(subtree(thread, part.id)) == [p for p in walked if p in inside]


@given(threads, st.integers(1, 7))
def test_pages_together_are_the_walk(thread: Thread, limit: int) -> None:
    """No post is missed or repeated, and the last page says that it is."""
    found: list[str] = []
    cursor = None
    while True:
        this = page(thread, cursor, limit)
        found += ids(this.items)
        cursor = this.next
        if cursor is None:
            break
        assert len(this.items) == limit
    assert found == ids(walk(thread))


@given(threads, st.integers(1, 3), st.data())
@settings(max_examples=50)
def test_pages_stay_true_while_posts_arrive(
    thread: Thread, limit: int, data: st.DataObject
) -> None:
    """Whoever reads a busy thread sees all that stood all along, once, in order."""
    ada = User(id="ada")
    before = ids(walk(thread))
    found: list[str] = []
    cursor = None
    number = 0
    while True:
        this = page(thread, cursor, limit)
        found += ids(this.items)
        cursor = this.next
        if cursor is None:
            break
        for post in data.draw(
            st.lists(st.sampled_from(list(thread.posts)), max_size=2)
        ):
            number += 1
            try:
                thread = posting.comment(
                    thread,
                    post.id,
                    "more",
                    by=ada,
                    at=START + timedelta(days=1),
                    id=f"new{number}",
                )
            except PermissionError:
                continue  # on a deleted or locked post
    assert [post_id for post_id in found if post_id in before] == before
    assert len(found) == len(set(found))


@given(threads, threads)
def test_a_cursor_of_another_state_is_used_or_refused(a: Thread, b: Thread) -> None:
    """It never leads to a place that it does not mean."""
    for number in range(1, len(a)):
        cursor = page(a, limit=number).next
        last = ids(walk(a))[number - 1]
        try:
            this = page(b, cursor, 200)
        except BadCursorError:
            assert last not in b or ids(ancestors(a, last)) != ids(ancestors(b, last))
        else:
            walked = ids(walk(b))
            assert ids(this.items) == walked[walked.index(last) + 1 :]


@given(st.text(), st.lists(parts, max_size=4))
def test_cursors_come_back(kind: str, given_parts: list[str | int | None]) -> None:
    """What a list needs to go on survives the trip through an address."""
    legal = [
        part for part in given_parts if not isinstance(part, str) or part.isprintable()
    ]
    cursor = encode_cursor(kind, *legal)
    assert cursor.isascii() and cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(kind, cursor) == tuple(legal)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_foreign_text_is_a_bad_cursor(text: str) -> None:
    """Whatever comes in from an address ends in one kind of error."""
    with pytest.raises(BadCursorError):
        decode_cursor("tree", text)


@given(threads, st.integers(40, 100))
def test_an_outline_has_one_short_line_for_each_part(
    thread: Thread, width: int
) -> None:
    """Text of people cannot add lines or push them apart."""
    lines = outline(thread, width=width).split("\n")
    assert len(lines) == len(thread) + len(thread.stubs)
    assert all(len(line) <= width for line in lines)
