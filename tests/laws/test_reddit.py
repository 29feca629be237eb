"""Laws of Reddit's formats: neither the order of files nor the codec matters."""

import io
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Thread, read, to_json, trees, write
from qathread.formats._json import json_values
from qathread.formats._report import Collector
from qathread.formats.reddit_dump import _decoding
from qathread.formats.reddit_dump._ids import Ids, ids_of
from qathread.limits import Limits
from qathread.losses import LossReport
from qathread.posts import Answer, Post, Question, Stub
from qathread.status import PostStatus, Status
from qathread.testing.strategies import moderated_threads, open_threads, threads
from qathread.thread import content_in

Json = dict[str, Any]

few = settings(max_examples=max(20, settings().max_examples // 2))
any_threads = st.one_of(threads(), open_threads(), moderated_threads())

# -- a whole discussion, and the answers that the API gives of it ------------------

numbers = st.integers(1, 40).map(lambda number: f"c{number}")
authors = st.sampled_from(["ada", "bob", "[deleted]", None])
bodies = st.sampled_from(["yes", "no", "[deleted]", "[removed]", "a &amp; b", ""])


@st.composite
def discussions(draw: st.DrawFn) -> list[Json]:
    """Return the comments of a submission, each after what it is under."""
    names = draw(st.lists(numbers, unique=True, max_size=12))
    comments: list[Json] = []
    for place, name in enumerate(names):
        above = draw(st.sampled_from([None, *names[:place]]))
        comments.append(
            {
                "id": name,
                "name": f"t1_{name}",
                "parent_id": "t3_s" if above is None else f"t1_{above}",
                "link_id": "t3_s",
                "author": draw(authors),
                "body": draw(bodies),
                "score": draw(st.integers(-9, 9)),
                "created_utc": 1_400_000_000.0 + draw(st.integers(0, 5)),
                "replies": "",
            }
        )
    return comments


def submission(score: int = 1) -> Json:
    members = {"id": "s", "name": "t3_s", "author": "eve", "selftext": "Why?"}
    return {**members, "title": "Why", "score": score, "created_utc": 1.4e9}


def listing(children: Sequence[Json]) -> Json:
    return {"kind": "Listing", "data": {"children": list(children), "after": None}}


def more(parent: str, hidden: Sequence[str]) -> Json:
    data = {"parent_id": parent, "count": len(hidden), "children": list(hidden)}
    data |= {"id": hidden[0] if hidden else "_", "name": "t1__"}
    return {"kind": "more", "data": data}


@st.composite
def answers(draw: st.DrawFn) -> list[Any]:
    """Return a page of a thread with gaps, and the answers that fill them."""
    comments = draw(discussions())
    shown = {each["id"] for each in comments if draw(st.booleans())}
    nested: dict[str, list[Json]] = {}
    left: dict[str, list[str]] = {}
    for each in reversed(comments):
        # What is under a comment that is left out is left out too.
        above = each["parent_id"]
        visible = each["id"] in shown and (
            above == "t3_s" or above.removeprefix("t1_") in shown
        )
        if not visible:
            shown.discard(each["id"])
    for each in comments:
        if each["id"] not in shown or (
            each["parent_id"] != "t3_s" and each["parent_id"][3:] not in shown
        ):
            shown.discard(each["id"])
            left.setdefault(each["parent_id"], []).append(each["id"])
    deep = {name for name in left if name != "t3_s" and draw(st.booleans())}
    for each in reversed(comments):
        if each["id"] in shown:
            name = each["name"]
            below = list(reversed(nested.get(name, ())))
            if name in left:
                below.append(more(name, [] if name in deep else left[name]))
            data = {**each, "replies": listing(below) if below else ""}
            nested.setdefault(each["parent_id"], []).append(
                {"kind": "t1", "data": data}
            )
    top = list(reversed(nested.get("t3_s", ())))
    if "t3_s" in left:
        top.append(more("t3_s", left["t3_s"]))
    pages: list[Any] = [[listing([{"kind": "t3", "data": submission()}]), listing(top)]]
    hidden = [each for each in comments if each["id"] not in shown]
    for part in draw(parted(hidden)):
        things = [{"kind": "t1", "data": each} for each in part]
        pages.append({"json": {"errors": [], "data": {"things": things}}})
    if draw(st.booleans()):
        score = draw(st.integers(0, 99))
        pages.append(listing([{"kind": "t3", "data": submission(score)}]))
    return pages


def parted(items: list[Json]) -> st.SearchStrategy[list[list[Json]]]:
    """Return strategies for some of the parts that a list falls into."""
    return st.lists(st.integers(0, 3), min_size=len(items), max_size=len(items)).map(
        lambda where: [
            part
            for number in range(3)  # what gets 3 is never delivered
            if (part := [i for i, at in zip(items, where, strict=True) if at == number])
        ]
    )


def joined(pages: Sequence[Any]) -> Thread:
    """Return the thread of pages that are files of one folder."""
    with tempfile.TemporaryDirectory() as folder:
        for place, page in enumerate(pages):
            Path(folder, f"{place}.json").write_text(json.dumps(page))
        (thread,) = read(folder, "reddit", strict=True)
    return thread


@few
@given(pages=answers(), data=st.data())
def test_the_order_of_files_makes_no_difference(pages: list[Any], data: Any) -> None:
    """Answers arrive as they are asked for, and are saved under any names."""
    thread = joined(pages)
    shuffled = data.draw(st.permutations(pages))
    assert to_json(joined(shuffled)) == to_json(thread)
    assert to_json(joined([*pages, *shuffled])) == to_json(thread)


@few
@given(pages=answers())
def test_reading_apart_and_merging_is_reading_together(pages: list[Any]) -> None:
    """Answers may be read on different days, and merged later."""
    apart = [joined([page]) for page in pages]
    merged = reduce(trees.merge, apart)
    assert to_json(settled(merged)) == to_json(settled(joined(pages)))


def settled(thread: Thread) -> Thread:
    """Return a thread without the places that were answered: a merge keeps those."""
    content = content_in(thread)
    answered = {post.parent_id for post in thread.posts}
    stubs = [
        evolve(stub, parent_id=stub.parent_id or thread.root.id)
        if stub.id != thread.root.id
        else stub
        for stub in content.stubs
        if not (stub.id.startswith("below:") and stub.parent_id in answered)
    ]
    return Thread.from_parts(
        id=thread.id,
        kind=thread.kind,
        posts=thread.posts,
        stubs=stubs,
        tallies=content.tallies,
        users=content.users,
        status=content.status,
        links=content.links,
        provenance=thread.provenance,
    )


@few
@given(pages=answers())
def test_what_is_left_out_is_named_or_there(pages: list[Any]) -> None:
    """Nobody may take a part of a thread for the whole of it."""
    first = joined(pages[:1])
    thread = joined(pages)
    children = {each for stub in thread.content.stubs for each in stub.child_ids}
    assert not children & {post.id for post in thread.posts}
    named = {each for stub in first.content.stubs for each in stub.child_ids}
    assert named - children <= {post.id for post in thread.posts}


# -- lines of dumps ----------------------------------------------------------------

spellings: list[Callable[[int], Any]] = [int, float, str]
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
leaves = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), text, st.just(1.5))
rest = st.dictionaries(
    st.sampled_from(["gilded", "gildings", "zzz", "a b", 'quo"te:', "created", "é"]),
    st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2)
        ),
        max_leaves=4,
    ),
    max_size=3,
)
optional: dict[str, st.SearchStrategy[Any]] = {
    "edited": st.one_of(st.booleans(), st.sampled_from([1_500_000_001, 1.5e9])),
    "score": st.one_of(st.none(), st.integers(-5, 5), st.just(3.0)),
    "ups": st.integers(0, 5),
    "downs": st.just(0),
    "permalink": st.sampled_from(["/r/a/comments/s/", "x", None]),
    "retrieved_on": st.integers(1_500_000_000, 1_500_000_009),
    "locked": st.booleans(),
    "stickied": st.booleans(),
    "archived": st.booleans(),
    "distinguished": st.sampled_from([None, "moderator"]),
    "removed_by_category": st.sampled_from([None, "deleted", "moderator", "reddit"]),
    "_meta": st.sampled_from(
        [
            {"retrieved_2nd_on": 1_500_000_010},
            {"removal_type": "deleted", "was_deleted_later": True},
            {"removal_type": "removed by reddit", "was_initially_deleted": True},
        ]
    ),
}
of_comments: dict[str, st.SearchStrategy[Any]] = {
    "score_hidden": st.booleans(),
    "controversiality": st.integers(0, 1),
    "replies": st.just(""),
}
of_submissions: dict[str, st.SearchStrategy[Any]] = {
    "hide_score": st.booleans(),
    "link_flair_text": st.sampled_from([None, "", "News", "a &amp; b"]),
    "crosspost_parent": st.sampled_from(["t3_x", None]),
    "num_comments": st.one_of(st.integers(0, 9), st.just(2.0)),
    "view_count": st.sampled_from([None, 3]),
}


@st.composite
def members(draw: st.DrawFn, kind: str, number: str, thread: str) -> Json:
    """Return the members of one line."""
    name = f"{kind}_{number}"
    found: Json = {**draw(rest), "id": number, "author": draw(authors)}
    found["created_utc"] = draw(st.sampled_from(spellings))(1_500_000_000)
    if draw(st.booleans()):
        found["name"] = name
    own = of_comments if kind == "t1" else of_submissions
    found |= draw(st.fixed_dictionaries({}, optional={**optional, **own}))
    if kind == "t1":
        found |= {"body": draw(bodies | text), "link_id": thread}
        above = draw(st.none() | numbers)
        found["parent_id"] = thread if above in (None, number) else f"t1_{above}"
    else:
        found |= {"selftext": draw(bodies | text), "title": draw(text)}
    return found


@st.composite
def dumps(draw: st.DrawFn) -> list[Json]:
    """Return the lines of a small dump."""
    found = []
    for thread in ("s", "t"):
        if draw(st.booleans()):
            found.append(draw(members("t3", thread, "")))
        for number in draw(st.lists(numbers, unique=True, max_size=4)):
            found.append(draw(members("t1", number, f"t3_{thread}")))
    assume(found)
    return draw(st.permutations(found))


def lines(objects: Sequence[Json], **style: Any) -> bytes:
    return b"".join(json.dumps(each, **style).encode() + b"\n" for each in objects)


def written(several: Sequence[Thread]) -> tuple[bytes, LossReport]:
    out = io.BytesIO()
    report = write(several, out, "reddit-dump")
    return out.getvalue(), report


def as_set(objects: Sequence[Json]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in objects)


@settings(max_examples=max(200, settings().max_examples))
@given(objects=dumps())
def test_untouched_lines_come_back_as_equal_objects(objects: list[Json]) -> None:
    """A dump must survive being read and written, to the spelling of its times."""
    assume(not circular(objects))
    found = list(read(lines(objects), "reddit-dump"))
    data, report = written(found)
    again = [json.loads(line) for line in data.splitlines()]
    assert as_set(again) == as_set(objects)
    assert not report


def circular(objects: list[Json]) -> bool:
    """Tell whether comments stand under each other: a circle is cut for good."""
    for name in ("t3_s", "t3_t"):
        own = [each for each in objects if each.get("link_id") == name]
        above = {f"t1_{each['id']}": each["parent_id"] for each in own}
        for start in above:
            here, steps = start, 0
            while here in above and steps <= len(above):
                here, steps = above[here], steps + 1
            if steps > len(above):
                return True
    return False


@few
@given(objects=dumps(), data=st.data())
def test_the_order_of_lines_and_files_makes_no_difference(
    objects: list[Json], data: Any
) -> None:
    """Old dumps are not sorted, and a month stands in two files."""
    whole = list(read(lines(objects), "reddit-dump"))
    shuffled = data.draw(st.permutations(objects))
    cut = data.draw(st.integers(0, len(objects) - 1))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "RC_2017-07").write_bytes(lines(shuffled[cut:]))
        if cut:
            Path(folder, "RS_2017-07.ndjson").write_bytes(lines(shuffled[:cut]))
        assert list(read(folder, "reddit-dump")) == whole


# -- two ways to decode ------------------------------------------------------------

fragments = st.sampled_from(
    [
        b'{"a":1}',
        b'{"a":1,"a":2}',
        b'{"a" :1, "a":2}',
        b'{"a"  :1, "a"\t:2}',
        b'{"a"\r:1, "a":2}',
        b'{"a"\t:1, "a":2}',
        b'{"a":[9223372036854775808]}',
        b'{"a":-9223372036854775808}',
        b'{"a":":)","b":"x\\":y"}',
        b'{"a":"ends in \\\\","a":1}',
        b'{"a\\\\":1,"a\\\\":2}',
        b'{"a":12345678901234567890}',
        b'{"a":9223372036854775807,"b":-9223372036854775808}',
        b'{"a":1e999}',
        b'{"a":1e0000400, "b":1E5, "c":-0.0, "d":-0}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":"\\ude00"}',
        b'{"a":"\\ud83dx"}',
        b'{"a":"\\ud83d\\u0041"}',
        b'{"\\uDC00":1}',
        b'{"a":"\\u0000"}',
        b'{"a":"\x00"}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"x\ty"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1} {"b":2}',
        b'{"a":1}\r',
        b'{"a":[{"b":{},"c":[[],{"d":1}]}],"e":{"f":1}}',
        b'{"a":[{"b":1,"b":2}]}',
        b'{"a":1',
        b"[1]",
        b"null",
        b"",
        b"[" * 300 + b"]" * 300,
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
    ]
)
objects = st.dictionaries(
    st.text(max_size=4), st.recursive(leaves, lambda i: st.lists(i, max_size=2))
)


@pytest.mark.parametrize("codec", ["as installed", "stock"])
@settings(max_examples=max(300, settings().max_examples))
@given(
    line=st.one_of(
        fragments,
        objects.map(lambda each: json.dumps(each).encode()),
        objects.map(
            lambda each: json.dumps(
                each, ensure_ascii=False, separators=(",", ":")
            ).encode("utf-8", "surrogatepass")
        ),
        st.tuples(fragments, st.integers(0, 20), st.integers(0, 255)).map(
            lambda three: (
                three[0][: three[1]] + bytes([three[2]]) + three[0][three[1] + 1 :]
            )
        ),
    )
)
def test_the_fast_codec_gives_what_the_careful_one_gives(
    codec: str, line: bytes
) -> None:
    """Speed must not change a value, nor pass over what has to be reported."""
    with pytest.MonkeyPatch.context() as patch:
        if codec == "stock":
            patch.setattr(_decoding, "_decode", _decoding._stock)
        fast = _decoding.decoded(line, 200)
    if fast is None:
        return
    report = Collector()
    (careful,) = (value for _, value in json_values(line, report, Limits()))
    assert repr(fast) == repr(careful)
    assert not report.report


def test_plain_lines_take_the_fast_way() -> None:
    """Else the law above says nothing."""
    line = b'{"a":1,"b":{"c":[{"d":"x: \\"y\\" z"}]},"e":"\\u00e9 \\ud83d\\ude00"}'
    assert _decoding.decoded(line, 200) == json.loads(line)
    assert _decoding.decoded(line, 2) is None


@few
@given(objects=dumps())
def test_threads_do_not_depend_on_the_codec(objects: list[Json]) -> None:
    """Whether msgspec is installed must not show in any thread."""
    style = {"separators": (",", ":"), "ensure_ascii": False}
    data = lines(objects, **style)
    fast = list(read(data, "reddit-dump"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_decoding, "_decode", _decoding._stock)
        assert list(read(data, "reddit-dump")) == fast
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "qathread.formats.reddit_dump._reading.decoded", lambda line, depth: None
        )
        assert list(read(data, "reddit-dump")) == fast


# -- threads of any origin ---------------------------------------------------------


@settings(max_examples=max(200, settings().max_examples))
@given(thread=any_threads)
def test_a_thread_comes_back_but_for_what_the_report_lists(thread: Thread) -> None:
    """Nobody may lose a part of a thread without being told, nor be told in vain."""
    data, report = written([thread])
    told = {loss.code for loss in report}
    found = list(read(data, "reddit-dump")) if data else []
    if "threads" in told:
        assert not found
        return
    (again,) = found
    ids = ids_of(thread.id, thread.root.id, content_in(thread))
    differing = {
        code
        for code, one, other in parts(thread, again, ids)
        if to_text(one) != to_text(other)
    }
    assert differing <= told
    assert told - differing <= set()


@few
@given(thread=any_threads)
def test_what_was_written_is_written_again_byte_for_byte(thread: Thread) -> None:
    """Reading and writing must not wear a thread down."""
    data, report = written([thread])
    assume(data)
    found = list(read(data, "reddit-dump"))
    again, report = written(found)
    assert again == data
    assert not report


def to_text(value: object) -> str:
    return repr(value)


def parts(
    thread: Thread, again: Thread, ids: Ids
) -> Iterator[tuple[str, object, object]]:
    """Yield each part by its code, of the thread and of what came back of it."""
    one, other = content_in(thread), content_in(again)
    pairs = [(post, again[ids.posts[post.id]]) for post in thread.posts]
    assert len(again) == len(thread)

    def both(part: Callable[[Post], object]) -> tuple[object, object]:
        return [part(p) for p, _ in pairs], [part(q) for _, q in pairs]

    yield "thread-id", thread.id, again.id
    yield "kind", thread.kind, again.kind
    yield "version", thread.version, again.version
    yield "post-ids", *both(lambda p: p.id)
    yield "answers", *both(lambda p: isinstance(p, Answer))
    yield (
        "nesting",
        [ids.posts.get(p.parent_id or "") for p, _ in pairs],
        [q.parent_id for _, q in pairs],
    )
    yield "body", *both(lambda p: p.body.source)
    yield "media-types", *both(lambda p: p.body.media_type)
    yield "languages", *both(lambda p: p.body.language)
    yield "author-names", *both(lambda p: p.author_name)
    whole = [
        (p.created_at, p.edited_at) == (q.created_at, q.edited_at) for p, q in pairs
    ]
    yield "fractions", [True] * len(pairs), whole
    yield "deleted", *both(lambda p: p.stands)
    standing = [(p, q) for p, q in pairs if p.stands == q.stands]
    which = [
        (p, q)
        for p, q in standing
        if (p.deleted is None, p.removed is None)
        == (q.deleted is None, q.removed is None)
    ]
    yield "deleted-or-removed", len(standing), len(which)
    yield "revision-numbers", *both(lambda p: p.revision)
    mine = [thread.provenance, *(p.provenance for p, _ in pairs)]
    yield "provenance", mine, [again.provenance, *(q.provenance for _, q in pairs)]
    for name in ("title", "tags", "views"):
        yield name, *both(lambda p: getattr(p, name, None))  # noqa: B023
    yield "accepted", list(one.accepted), list(other.accepted)
    yield "order", [ids.posts[each] for each in one.arrival], list(other.arrival)
    marks = [present(one.status), *(present(p.status) for p, _ in pairs)]
    yield (
        "marks",
        marks,
        [
            present(other.status),
            *(present(q.status) for _, q in pairs),
        ],
    )
    yield "closed", one.status.closed, other.status.closed
    yield "mark-details", [], list(details(one.status, other.status, which))
    scores = [(thread.tally(p.id), again.tally(q.id)) for p, q in pairs]
    yield "scores", [a.score for a, _ in scores], [b.score for _, b in scores]
    yield (
        "estimates",
        [],
        [1 for a, b in scores if a.score is not None and a.exact is not b.exact],
    )
    own = [t for t in one.tallies if not (t.up is t.down is None)]
    yield "up-and-down", own, []
    counted = [t for t in one.tallies if t.reactions or t.complete]
    yield "reaction-counts", counted, []
    for name in ("votes", "reactions", "revisions", "suggestions", "bounties"):
        yield name, list(getattr(one, name)), list(getattr(other, name))
    yield "flags", list(one.flags), list(other.flags)
    yield "motions", list(one.motions), list(other.motions)
    links = [evolve(x, post_id=ids.posts.get(x.post_id or "")) for x in one.links]
    yield "links", sorted(map(repr, links)), sorted(map(repr, other.links))
    yield "stubs", named(one.stubs, ids), sorted(map(repr, other.stubs))
    yield from people(thread, again, pairs)


def named(stubs: Sequence[Stub], ids: Ids) -> list[str]:
    return sorted(
        repr(
            evolve(
                stub,
                id=ids.posts.get(stub.id, stub.id),
                parent_id=ids.posts.get(stub.parent_id or "", stub.parent_id),
            )
        )
        for stub in stubs
    )


def present(status: Status | PostStatus) -> list[str]:
    names = ("locked", "protected", "pinned", "archived", "hidden", "wiki", "pending")
    return [name for name in names if getattr(status, name, None) is not None]


def details(
    one: Status, other: Status, pairs: Sequence[tuple[Post, Post]]
) -> Iterator[object]:
    """Yield marks that both have and that say different things."""
    sides: list[tuple[object, object]] = [(one, other)]
    sides += [(p.status, q.status) for p, q in pairs]
    sides += [(p, q) for p, q in pairs]
    for a, b in sides:
        for name in ("locked", "pinned", "archived", "deleted", "removed"):
            mine, its = getattr(a, name, None), getattr(b, name, None)
            if mine is not None and its is not None and mine != its:
                yield mine


def people(
    thread: Thread, again: Thread, pairs: Sequence[tuple[Post, Post]]
) -> Iterator[tuple[str, object, object]]:
    twins = {p.author_id: again.author(q.id) for p, q in pairs}
    users = {user.id: user for user in content_in(thread).users}
    authors = [(users[each], twin) for each, twin in twins.items()]
    yield "user-ids", [u.id for u, _ in authors], [v.id for _, v in authors]
    yield "user-names", [u.name for u, _ in authors], [v.name for _, v in authors]
    yield "user-kinds", [u.kind for u, _ in authors], [v.kind for _, v in authors]
    yield "handles", [u.handle for u in users.values() if u.handle], []
    yield "levels", [u.level for u in users.values() if u.level is not None], []
    idle = [each for each in users if each not in twins]
    kept = {user.id for user in content_in(again).users}
    yield "users", idle, [each for each in idle if each in kept]
    yield "users-merged", len(authors), len({v.id for _, v in authors})
    assert isinstance(thread.root, Question | Stub)
