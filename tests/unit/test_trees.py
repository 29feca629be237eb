"""Trees by example: huge and broken ones, cursors, outlines, and single merges."""

import copy
import pickle
import string
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from attrs import evolve

from qathread._cursors import _KIND, _digest
from qathread.bodies import Body
from qathread.errors import (
    BadCursorError,
    CycleError,
    DuplicateIdError,
    MissingParentError,
    NotFoundError,
    ValidationError,
)
from qathread.feedback import DOWN, UP, Reaction, Tally, Vote
from qathread.pages import MAX_LIMIT, _sealed, decode_cursor, encode_cursor
from qathread.posts import Answer, Comment, Question, Stub
from qathread.revisions import Revision
from qathread.status import Closed, Locked, Mark, PostStatus, Status
from qathread.thread import Thread
from qathread.trees import (
    Change,
    ChangeKind,
    ConflictKind,
    Part,
    ancestors,
    conflicts,
    depth,
    diff,
    flatten,
    merge,
    outline,
    page,
    subtree,
    walk,
)
from qathread.users import User, UserKind

AT = datetime(2026, 1, 1, 10, tzinfo=UTC)
BODY = Body(source="text")
Q = Question(id="q", author_id="ada", body=BODY, created_at=AT, title="Why?")


def comment(post_id: str, parent_id: str = "q", **fields: Any) -> Comment:
    given: dict[str, Any] = {"author_id": "ada", "body": BODY, **fields}
    return Comment(id=post_id, parent_id=parent_id, **given)


def answer(post_id: str, **fields: Any) -> Answer:
    given: dict[str, Any] = {"author_id": "bob", "body": BODY, **fields}
    return Answer(id=post_id, question_id="q", **given)


def thread(*posts: Answer | Comment | Question, **parts: Any) -> Thread:
    return Thread.from_parts(id="t", posts=(Q, *posts), **parts)


# -- size ------------------------------------------------------------------------

DEEP = 100_000


@pytest.fixture(scope="module")
def deep() -> Thread:
    posts = [comment("c0"), *(comment(f"c{n}", f"c{n - 1}") for n in range(1, DEEP))]
    return thread(*posts)


def test_a_chain_of_100_000_replies_is_as_good_as_any_thread(deep: Thread) -> None:
    assert sys.getrecursionlimit() <= 1_000
    twin = pickle.loads(pickle.dumps(deep))
    last = f"c{DEEP - 1}"
    for order in ("preorder", "breadth", "time"):
        assert sum(1 for _ in walk(deep, order)) == DEEP + 1
    assert depth(deep, last) == DEEP
    assert ancestors(deep, last)[-1] is deep.root
    assert flatten(deep)[-1] == (DEEP, deep[last])
    assert sum(1 for _ in subtree(deep, "c50000")) == DEEP - 50_000
    assert outline(deep).endswith(f"[{DEEP}] - ada ? ?  text")
    assert len(repr(deep)) < 200
    assert deep == twin
    assert hash(deep) == hash(twin)
    assert copy.deepcopy(deep) is deep
    assert diff(deep, twin) == ()

    assert [post.id for post in page(deep, limit=3).items] == ["q", "c0", "c1"]
    late = page(deep, cursor_after(deep, "c99990"), 200)
    assert [post.id for post in late.items] == [f"c{n}" for n in range(99_991, DEEP)]
    assert late.next is None


def test_a_chain_with_a_hole_is_merged_with_what_fills_it(deep: Thread) -> None:
    gone = {"c500"}
    hole = thread(
        *(post for post in deep.comments if post.id not in gone),
        stubs=[Stub(id="c500", parent_id="c499")],
    )
    assert depth(hole, f"c{DEEP - 1}") == DEEP
    both = merge(hole, deep)
    assert both.content == deep.content


def cursor_after(a_thread: Thread, post_id: str) -> str:
    """Make the cursor that a page ending in this post would have."""
    way = [a_thread[post_id], *ancestors(a_thread, post_id)]
    digest = _digest(part.id for part in reversed(way))
    return encode_cursor(_KIND, a_thread.id, post_id, digest)


@pytest.mark.parametrize(
    "width", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)]
)
def test_very_many_replies_to_one_question(width: int) -> None:
    one = comment("x")
    wide = thread(*(evolve(one, id=f"c{n}") for n in range(width)))
    last = f"c{width - 1}"
    for order in ("preorder", "breadth", "time"):
        assert sum(1 for _ in walk(wide, order)) == width + 1
    assert depth(wide, last) == 1
    assert ancestors(wide, last) == (Q,)
    assert flatten(wide)[-1] == (1, wide[last])
    assert outline(wide, limit=1).endswith(f"\n… {width} more posts")
    first = page(wide, cursor_after(wide, "c89999"), 200)
    second = page(wide, first.next, 200)  # knows where the first one ended
    assert [p.id for p in second.items] == [f"c{n}" for n in range(90_200, 90_400)]
    twin = pickle.loads(pickle.dumps(wide))
    assert (twin, hash(twin), len(repr(twin)) < 200) == (wide, hash(wide), True)
    assert copy.deepcopy(wide) is wide


def test_a_page_deep_in_a_wide_thread_does_not_count_from_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide = thread(*(comment(f"c{n}") for n in range(2_000)), comment("d", "c1500"))
    cursor = page(wide, cursor_after(wide, "c1400"), 101).next  # ends in d
    steps = 0

    def counted(items: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        nonlocal steps
        for numbered in enumerate(items):
            steps += 1
            yield numbered

    monkeypatch.setattr("qathread._cursors.enumerate", counted, raising=False)
    assert [post.id for post in page(wide, cursor, 2).items] == ["c1501", "c1502"]
    assert 0 < steps < 10


# -- what is no tree -------------------------------------------------------------


def test_an_orphan_needs_a_stub() -> None:
    with pytest.raises(MissingParentError, match="Stub"):
        thread(comment("c", "gone"))
    whole = thread(comment("c", "gone"), stubs=[Stub(id="gone")])
    assert [part.id for part in ancestors(whole, "c")] == ["gone", "q"]
    assert [post.id for post in walk(whole)] == ["q", "c"]


@pytest.mark.parametrize("size", [1, 2, 3, 5_000])
def test_a_circle_is_no_thread(size: int) -> None:
    with pytest.raises(CycleError):
        thread(*(comment(f"c{n}", f"c{(n + 1) % size}") for n in range(size)))


def test_one_id_twice_is_refused_in_parts_and_settled_in_merge() -> None:
    first, other = comment("c"), comment("c", revision=2)
    for second in (first, other):
        with pytest.raises(DuplicateIdError, match="merge"):
            thread(first, evolve(second))
        assert merge(thread(first), thread(second))["c"] == second


def test_unknown_names_are_refused() -> None:
    small = thread(comment("c"))
    with pytest.raises(ValidationError, match="'preorder', 'time', 'breadth'"):
        walk(small, "sideways")  # type: ignore[arg-type]
    calls: tuple[Callable[[Thread, str], object], ...] = (depth, ancestors, subtree)
    for call in calls:
        with pytest.raises(NotFoundError):
            call(small, "gone")


# -- pages -----------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1, True, 1.0, None])
def test_a_page_has_1_to_200_items(limit: Any) -> None:
    with pytest.raises(ValidationError):
        page(thread(), limit=limit)


def test_no_byte_of_a_cursor_can_be_changed() -> None:
    small = thread(comment("c"), comment("d"))
    cursor = page(small, limit=2).next
    assert cursor is not None
    for place in range(len(cursor)):
        bad = [cursor[:place], cursor[:place] + cursor[place + 1 :]]
        for char in string.printable:
            if char != cursor[place]:
                bad.append(cursor[:place] + char + cursor[place + 1 :])
        for changed in bad:
            with pytest.raises(BadCursorError):
                page(small, changed)
    for changed in (cursor + "=", cursor + "A", " " + cursor, cursor + "\n", "é", ""):
        with pytest.raises(BadCursorError):
            page(small, changed)


def test_a_cursor_leads_through_one_list_of_one_thread() -> None:
    small = thread(comment("c"), comment("d", "c"))
    cursor = page(small, limit=2).next
    assert cursor is not None
    with pytest.raises(BadCursorError, match="not for search"):
        decode_cursor("search", cursor)
    other = Thread.from_parts(id="u", posts=small.posts)
    with pytest.raises(BadCursorError, match="another thread"):
        page(other, cursor)
    with pytest.raises(BadCursorError, match="no longer"):
        page(thread(), cursor)
    moved = thread(comment("b"), comment("c", "b"), comment("d", "c"))
    with pytest.raises(BadCursorError, match="another place"):
        page(moved, cursor)
    grown = thread(comment("c"), comment("d", "c"), comment("e", "d"))
    assert [post.id for post in page(grown, cursor).items] == ["d", "e"]


@pytest.mark.parametrize(
    "parts",
    [
        (),
        ("t",),
        ("t", "q"),
        ("t", "q", 1),
        ("t", 7, ""),
        ("t", None, None),
        (1, 2, 3, 4, 5),
    ],
)
def test_a_forged_cursor_is_refused(parts: tuple[Any, ...]) -> None:
    with pytest.raises(BadCursorError):
        page(thread(comment("c")), encode_cursor("tree", *parts))


@pytest.mark.parametrize(
    "text", [b"{}", b"[]", b"[2,'tree']", b'[2,"tree"]', b'[1,"tree",[]]', b"[" * 9_999]
)
def test_a_cursor_of_another_make_is_refused(text: bytes) -> None:
    with pytest.raises(BadCursorError):
        decode_cursor("tree", _sealed(text))


def test_wrong_notes_in_a_cursor_do_no_harm() -> None:
    wide = thread(*(comment(f"c{n}") for n in range(1_000)))
    good = page(wide, cursor_after(wide, "c800"), 50)
    parts = decode_cursor("tree", good.next or "")
    assert parts[3:] == (0, 850)
    for notes in ((0, 3), (0, -1), (0, 10**30), (0,), (0, None), (0, "x"), (9, 9)):
        cursor = encode_cursor("tree", *parts[:3], *notes)
        assert page(wide, cursor, 1).items[0].id == "c851"


# -- outlines --------------------------------------------------------------------


def test_an_outline_shows_what_a_reader_wants_to_know() -> None:
    whole = thread(
        answer("a", created_at=AT, body=Body(source="Because\r\nof  it")),
        answer("b", deleted=Mark(), body=Body(source="secret")),
        comment("c", "a", removed=Mark(), body=Body(source="secret")),
        comment("d", "a", status=PostStatus(hidden=Mark()), body=Body(source="secret")),
        comment("e", "b", author_id="anon"),
        comment("f", "e", author_name="Then"),
        stubs=[
            Stub(id="m", parent_id="a", count=12),
            Stub(id="n", parent_id="q", child_ids=("x", "y")),
            Stub(id="o", parent_id="q"),
        ],
        users=[
            User(id="ada", name="Ada", level=3),
            User(id="bob", handle="bobby"),
            User(id="anon", kind=UserKind.ANONYMOUS),
        ],
        tallies=[
            Tally(post_id="q", up=3, down=1),
            Tally(post_id="a", score=0),
            Tally(post_id="e", score=-2),
        ],
        accepted=["a"],
    )
    assert outline(whole).split("\n") == [
        "Q Ada 3 +2 2026-01-01 10:00  Why?: text",
        "  A bobby 0 accepted 2026-01-01 10:00  Because of it",
        "    - [removed]",
        "    - [hidden]",
        "    … 12 more",
        "  A [deleted]",
        "    - (anonymous) -2 ?  text",
        "      - Then 3 ? ?  text",
        "  … 2 more",
        "  … not at hand",
    ]
    assert outline(whole, limit=2).split("\n")[-1] == "… 5 more posts"
    assert outline(whole, limit=0) == "… 7 more posts"
    assert outline(whole, limit=7) == outline(whole)
    for bad in ({"width": 39}, {"limit": -1}, {"width": "72"}):
        with pytest.raises(ValidationError):
            outline(whole, **bad)


def test_people_cannot_disturb_an_outline() -> None:
    whole = thread(
        comment(
            "c", author_name="\u202eevil\u2066", body=Body(source="a\u2028b\x1b[2J")
        ),
        comment("d", author_name="\u05d0\u05d1", body=Body(source="\u0627" * 500)),
    )
    _, first, second = outline(whole, width=60).split("\n")
    assert first == "  - evil ? ?  a b[2J"
    assert second.startswith("  - \u2068\u05d0\u05d1\u2069 ? ?  \u2068\u0627")
    assert second.endswith("…\u2069")
    assert len(second) == 60


# -- merging ---------------------------------------------------------------------


def test_what_was_missing_is_filled_in() -> None:
    partial = thread(
        comment("c"),
        comment("e", "d"),
        stubs=[
            Stub(id="d", parent_id="c"),
            Stub(id="more", parent_id="q", count=3, child_ids=("f", "g")),
            Stub(id="rest", parent_id="c", cursor="next", child_ids=("h",)),
        ],
    )
    loaded = thread(comment("c"), comment("d", "c"), comment("f"), comment("h", "c"))
    both = merge(partial, loaded)
    assert {post.id for post in both.posts} == set("qcdefh")
    assert both.stubs == (Stub(id="more", parent_id="q", count=3, child_ids=("g",)),)
    assert conflicts(partial, loaded) == ()


def test_a_stub_that_posts_hang_on_stays() -> None:
    a = thread(comment("e", "d"), stubs=[Stub(id="d", parent_id="q", child_ids=("x",))])
    b = thread(comment("x"), stubs=[Stub(id="d", cursor="next")])
    for both in (merge(a, b), merge(b, a)):
        assert both.stubs == (Stub(id="d", parent_id="q", cursor="next"),)
        assert [part.id for part in ancestors(both, "e")] == ["d", "q"]


def test_children_that_stubs_place_differently_get_stubs_of_their_own() -> None:
    a = thread(comment("c"), stubs=[Stub(id="m", parent_id="c", child_ids=("x", "y"))])
    b = thread(comment("c"), stubs=[Stub(id="m", parent_id="q", child_ids=("y", "z"))])
    both = merge(a, b)
    assert [(s.id, s.parent_id, s.child_ids) for s in both.stubs] == [
        ("m", "q", ("y", "z")),
        ("merge~again~2~m", "c", ("x",)),
    ]
    assert [c.key for c in conflicts(a, b)] == [("m", "parent_id")]


def test_a_circle_is_cut_and_mended_by_later_knowledge() -> None:
    a = thread(comment("x", "y"), stubs=[Stub(id="y")])
    b = thread(comment("y", "x"), stubs=[Stub(id="x")])
    both = merge(a, b)
    assert both == merge(b, a)
    assert [part.id for part in ancestors(both, "y")] == ["x", "merge~under~y", "q"]
    (found,) = conflicts(a, b)
    assert (found.kind, found.key, found.dropped) == (ConflictKind.CIRCLE, ("x",), "y")
    later = thread(comment("y", "q", revision=2))
    for order in permutations((a, b, later)):
        whole = merge(merge(*order[:2]), order[2])
        assert [part.id for part in ancestors(whole, "x")] == ["y", "q"]
        assert whole.stubs == ()


def test_a_circle_of_stubs_is_cut_too() -> None:
    a = thread(stubs=[Stub(id="m", parent_id="n"), Stub(id="n")])
    b = thread(stubs=[Stub(id="n", parent_id="m"), Stub(id="m")])
    c = thread(comment("n"))
    both = merge(a, b)
    assert {(s.id, s.parent_id) for s in both.stubs} == {
        ("m", "merge~under~n"),
        ("merge~under~n", "q"),
        ("n", "m"),
    }
    assert merge(both, a) == both
    assert merge(both, c) == merge(a, merge(b, c))
    assert merge(both, c).stubs == (Stub(id="m", parent_id="n"),)


@pytest.mark.parametrize(
    "strange",
    [
        {"posts": [Q, comment("merge~under~c"), comment("c", "merge~under~c")]},
        {"posts": [Q], "stubs": [Stub(id="merge~under~gone")]},
        {"posts": [Q], "stubs": [Stub(id="merge~under~q", count=1)]},
        {"posts": [Q], "stubs": [Stub(id="merge~again~2~m")]},
        {"posts": [Q], "stubs": [Stub(id="merge~other", child_ids=("x",))]},
        {"posts": [Q], "stubs": [Stub(id="merge~again~x~m", child_ids=("x",))]},
        {
            "posts": [Q, comment("c", "merge~again~2~m")],
            "stubs": [Stub(id="merge~again~2~m", child_ids=("x",))],
        },
    ],
)
def test_ids_that_only_merging_makes(strange: dict[str, Any]) -> None:
    odd = Thread.from_parts(id="t", **strange)
    assert merge(odd, odd).content == odd.content
    for pair in ((odd, thread()), (thread(comment("z")), odd)):
        if pair[0].content != pair[1].content:
            with pytest.raises(ValidationError, match="merge~"):
                merge(*pair)


def test_only_copies_of_one_thread_merge() -> None:
    stranger = Thread.from_parts(id="u", posts=[Q])
    for call in (merge, conflicts, diff):
        with pytest.raises(ValidationError, match="not one"):
            call(thread(), stranger)
    other = Thread.from_parts(id="t", stubs=[Stub(id="p")])
    with pytest.raises(ValidationError, match="open with"):
        merge(thread(), other)


def test_wordings_by_revision_then_edit_then_text() -> None:
    wordings = [
        comment("c", body=Body(source="a")),
        comment("c", body=Body(source="b")),
        comment("c", body=Body(source="a"), edited_at=AT),
        comment("c", body=Body(source="a"), edited_at=AT + timedelta(seconds=1)),
        comment("c", body=Body(source="a"), revision=2),
        comment("c", body=Body(source="a"), revision=2, deleted=Mark()),
    ]
    for older, newer in pairwise(wordings):
        for pair in permutations((thread(older), thread(newer))):
            assert merge(*pair)["c"] == newer
            (found,) = conflicts(*pair)
            assert (found.kind, found.key) == (ConflictKind.WORDING, ("c",))


def test_an_answer_stays_one_with_the_newer_text() -> None:
    a = thread(answer("a"), accepted=["a"])
    b = thread(comment("a", "q", revision=2, author_id="bob"))
    for both in (merge(a, b), merge(b, a)):
        assert both["a"] == answer("a", revision=2)
        assert both.accepted == ("a",)
    same = thread(comment("a", author_id="bob"))
    assert merge(a, same)["a"] == answer("a")
    assert conflicts(a, same) == conflicts(same, a)


def test_accepted_answers_keep_their_order_where_it_is_known() -> None:
    answers = [answer(name) for name in "abc"]
    known = thread(*answers, accepted=["c", "a"])
    silent = thread(*answers, comment("x"))
    assert merge(known, silent).accepted == ("c", "a")
    other = thread(*answers, accepted=["b"])
    assert merge(known, other).accepted == ("a", "b", "c")
    assert {c.kind for c in conflicts(known, other)} == {ConflictKind.ACCEPTED}


def up(voter_id: str, hour: int = 0, direction: Any = UP) -> Vote:
    return Vote(
        post_id="q",
        voter_id=voter_id,
        direction=direction,
        cast_at=AT + timedelta(hours=hour),
    )


def tally(**counts: Any) -> Tally:
    return Tally(post_id="q", **counts)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        # No names: the one with more votes, whole.
        ((tally(up=10, down=2),), (tally(up=12, down=1),), (12, 1, 11)),
        # The same voters once without names, once with some or all of them.
        ((tally(up=10, down=2),), (tally(up=10, down=2), up("ada")), (10, 2, 8)),
        ((tally(up=1, down=1),), (tally(up=1, down=1), up("ada")), (1, 1, 0)),
        (
            (tally(up=1, down=1),),
            (tally(up=1, down=1), up("ada"), up("bob", 0, DOWN)),
            (1, 1, 0),
        ),
        ((tally(up=5, down=0),), (up("ada"),), (5, 0, 5)),
        # Too small for the names that both know together.
        ((tally(up=1, down=0), up("ada")), (tally(up=1, down=0), up("bob")), (2, 0, 2)),
        # More is known in one than in the other.
        ((tally(up=3),), (tally(up=2, down=1),), (2, 1, 1)),
        ((tally(score=7),), (tally(up=2, down=1),), (2, 1, 1)),
        ((tally(score=7),), (tally(up=2),), (2, None, 7)),
        ((tally(score=7),), (tally(score=9), up("ada")), (None, None, 9)),
        ((), (tally(score=-3),), (None, None, -3)),
    ],
)
def test_totals_are_never_added_up(
    left: tuple[Any, ...], right: tuple[Any, ...], expected: tuple[Any, ...]
) -> None:
    a, b = (
        thread(
            tallies=[part for part in parts if isinstance(part, Tally)],
            votes=[part for part in parts if isinstance(part, Vote)],
        )
        for parts in (left, right)
    )
    both = merge(a, b)
    assert both == merge(b, a)
    found = both.tally("q")
    assert (found.up, found.down, found.score) == expected
    noted = [c for c in conflicts(a, b) if c.kind is ConflictKind.TALLY]
    changed = [t for t in (a, b) if t.tallies and t.tally("q") != found]
    assert len(noted) == len(changed)


def test_of_two_votes_the_later_counts_and_of_reactions_too() -> None:
    def liked(hour: int) -> Reaction:
        at = AT + timedelta(hours=hour)
        return Reaction(post_id="q", user_id="ada", kind="like", at=at)

    a = thread(votes=[up("ada", 1)], reactions=[liked(1)])
    b = thread(votes=[up("ada", 2, DOWN)], reactions=[liked(2)])
    both = merge(a, b)
    assert both.vote("q", "ada") == up("ada", 2, DOWN)
    assert both.reaction("q", "ada", "like") == liked(2)
    kinds = {c.kind for c in conflicts(a, b)}
    assert kinds == {ConflictKind.VOTE, ConflictKind.REACTION}


def test_reaction_counts_cover_the_names() -> None:
    def copy_of(who: str, **counts: Any) -> Thread:
        liked = Reaction(post_id="q", user_id=who, kind="like", at=AT)
        return thread(reactions=[liked], tallies=[tally(**counts)])

    a = copy_of("ada", reactions=(("like", 1),))
    b = copy_of("bob", reactions=(("like", 1), ("wow", 4)), complete=True)
    assert merge(a, b).tally("q").reactions == (("like", 2), ("wow", 4))


def test_the_wordings_of_the_newest_copy_are_kept() -> None:
    def revision(number: int, text: str = "text") -> Revision:
        return Revision(post_id="q", number=number, body=Body(source=text))

    old = Thread.from_parts(
        id="t", posts=[evolve(Q, revision=2)], revisions=[revision(1), revision(2)]
    )
    newer = Thread.from_parts(
        id="t", posts=[evolve(Q, revision=3)], revisions=[revision(3)]
    )
    same = Thread.from_parts(
        id="t", posts=[evolve(Q, revision=3)], revisions=[revision(2)]
    )
    assert merge(old, newer).revisions == (revision(3),)
    assert merge(newer, same).revisions == (revision(2), revision(3))
    noted = {c.key for c in conflicts(old, newer) if c.kind is ConflictKind.REVISION}
    assert noted == {("q", "1"), ("q", "2")}


def test_people_and_marks_known_win_over_unknown() -> None:
    a = thread(users=[User(id="ada", name="Ada")], status=Status(locked=Locked()))
    b = thread(
        answer("a"),
        users=[User(id="ada"), User(id="bob", kind=UserKind.DELETED)],
        status=Status(closed=Closed(reason="off-topic")),
    )
    c = thread(comment("c", author_id="bob"))
    both = merge(merge(a, b), c)
    assert both.users["ada"].name == "Ada"
    assert both.users["bob"].kind is UserKind.DELETED
    assert both.status == Status(locked=Locked(), closed=Closed(reason="off-topic"))
    assert conflicts(a, b) == () == conflicts(b, c)


def test_arrival_is_kept_where_the_copies_agree_else_goes_by_time() -> None:
    late, early = (
        comment("late", created_at=AT + timedelta(hours=2)),
        comment("early", "late", created_at=AT),
    )
    timeless = comment("a")
    a = thread(timeless, early, late)
    b = thread(timeless, early, late, votes=[up("ada")])
    assert [post.id for post in merge(a, b).posts] == ["q", "a", "early", "late"]
    c = thread(late, timeless, early)
    assert [post.id for post in merge(a, c).posts] == ["q", "late", "early", "a"]
    assert {found.kind for found in conflicts(a, c)} == {ConflictKind.ARRIVAL}


# -- differences -----------------------------------------------------------------


def test_diff_names_what_changed() -> None:
    before = thread(comment("c"), comment("d"), votes=[up("ada")])
    after = thread(
        comment("c", body=Body(source="new"), revision=2, deleted=Mark(by_id="ada")),
        answer("e"),
        votes=[up("ada", 1, DOWN)],
        status=Status(pinned=Mark()),
        accepted=["e"],
    )
    found = diff(before, after)
    assert (
        Change(kind=ChangeKind.MISSING, part=Part.POST, key=("d",), before="text")
        in found
    )
    assert (
        Change(kind=ChangeKind.ADDED, part=Part.POST, key=("e",), after="text") in found
    )
    assert {(c.part, c.key, c.field, c.before, c.after) for c in found} >= {
        ("post", ("c",), "revision", "1", "2"),
        ("post", ("c",), "deleted", None, "by_id: ada"),
        ("vote", ("q", "ada"), "direction", "up", "down"),
        ("thread", ("t",), "accepted", "", "e"),
        ("thread", ("t",), "pinned", None, ""),
    }
    assert pickle.loads(pickle.dumps(found)) == found


def test_diff_sees_conversions_and_order() -> None:
    a = thread(comment("c"), comment("d"))
    b = thread(comment("d"), answer("c", author_id="ada"))
    assert {(c.part, c.field, c.before, c.after) for c in diff(a, b)} == {
        ("post", "kind", "comment", "answer"),
        ("post", "question_id", None, "q"),
        ("thread", "arrival", "q, c, d", "q, d, c"),
    }
