"""
Trees that three platforms deliver flat: read, they are the same trees.

Each platform gets a writer here that knows nothing of the reader: it makes what the
platform would send for a tree that Hypothesis makes up.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread, from_json, to_json
from qathread.errors import QathreadError
from qathread.formats import read
from qathread.posts import Post

STARTED = datetime(2024, 1, 2, tzinfo=UTC)
NAMES = ("hackernews", "discourse", "lemmy")


@frozen
class Node:
    """One post of a made-up tree; the first has no parent."""

    number: int
    parent: int | None
    text: str
    author: int
    after: int
    score: int


@frozen
class Tree:
    """A made-up thread, parents first."""

    nodes: tuple[Node, ...]


@st.composite
def made_trees(draw: st.DrawFn) -> Tree:
    """Trees of one to twelve posts, numbered from 1."""
    words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
    nodes = list[Node]()
    for number in range(1, draw(st.integers(1, 12)) + 1):
        nodes.append(
            Node(
                number=number,
                parent=draw(st.integers(1, number - 1)) if number > 1 else None,
                text=draw(words),
                author=draw(st.integers(1, 4)),
                after=draw(st.integers(0, 5)),
                score=draw(st.integers(0, 9)),
            )
        )
    return Tree(tuple(nodes))


def below(tree: Tree, number: int) -> list[int]:
    return [node.number for node in tree.nodes if node.parent == number]


def total(tree: Tree, number: int) -> int:
    return sum(1 + total(tree, each) for each in below(tree, number))


def at(node: Node) -> datetime:
    return STARTED + timedelta(minutes=node.after)


# -- what the platforms send -----------------------------------------------------------


def hackernews(tree: Tree) -> list[Any]:
    items = list[Any]()
    for node in tree.nodes:
        item: dict[str, Any] = {
            "id": node.number,
            "by": f"user{node.author}",
            "time": int(at(node).timestamp()),
            "text": node.text,
            "made_up": {"of": [node.number]},
        }
        kids = below(tree, node.number)
        if kids:
            item["kids"] = kids[::-1]  # ranked otherwise than by time
        if node.parent is None:
            item |= {"type": "story", "title": "A story", "score": node.score}
        else:
            item |= {"type": "comment", "parent": node.parent}
        items.append(item)
    return items


def discourse(tree: Tree) -> list[Any]:
    return [
        {
            "id": node.number,
            "topic_id": 1,
            "post_number": node.number,
            "post_type": 1,
            "reply_to_post_number": node.parent,
            "user_id": node.author,
            "username": f"user{node.author}",
            "name": "",
            "created_at": at(node).isoformat().replace("+00:00", ".000Z"),
            "cooked": node.text,
            "version": 1,
            "actions_summary": [{"id": 2, "count": node.score}] if node.score else [],
            "made_up": {"of": [node.number]},
        }
        for node in tree.nodes
    ]


def lemmy(tree: Tree) -> list[Any]:
    views, paths = list[Any](), dict[int, str]()
    for node in tree.nodes:
        own: dict[str, Any] = {
            "id": node.number,
            "creator_id": node.author,
            "published": at(node).isoformat().replace("+00:00", ".000001Z"),
            "deleted": False,
            "removed": False,
            "ap_id": f"https://a.example/x/{node.number}",
            "made_up": {"of": [node.number]},
        }
        counts: dict[str, Any] = {
            "score": node.score - 2,
            "upvotes": node.score,
            "downvotes": 2,
        }
        view = {
            "creator": {"id": node.author, "name": f"user{node.author}", "local": True},
            "counts": counts,
        }
        if node.parent is None:
            counts["comments"] = len(tree.nodes) - 1
            views.append({"post": {**own, "name": "A post", "body": node.text}, **view})
            continue
        above = paths.get(node.parent, "0")
        paths[node.number] = f"{above}.{node.number}"
        counts["child_count"] = total(tree, node.number)
        more = {"content": node.text, "post_id": 1, "path": paths[node.number]}
        views.append({"comment": {**own, **more}, **view})
    return views


SENT: dict[str, Callable[[Tree], list[Any]]] = {
    "hackernews": hackernews,
    "discourse": discourse,
    "lemmy": lemmy,
}


def post_id(platform: str, number: int) -> str:
    comment = platform == "lemmy" and number > 1
    return f"c{number}" if comment else str(number)


def user_id(platform: str, author: int) -> str:
    return f"user{author}" if platform == "hackernews" else str(author)


def reading(platform: str, value: Any, **options: Any) -> Thread:
    (thread,) = read(json.dumps(value).encode(), platform, **options)
    return thread


def extra(post: Post) -> dict[str, Any]:
    assert post.provenance is not None
    return post.provenance.members()


# -- laws ------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", NAMES)
@given(tree=made_trees())
def test_a_tree_is_read_as_it_was_sent(platform: str, tree: Tree) -> None:
    """Parents, texts, authors, times and counts are those of the tree."""
    thread = reading(platform, SENT[platform](tree), strict=True)
    assert len(thread) == len(tree.nodes)
    assert not thread.content.stubs
    for node in tree.nodes:
        post = thread[post_id(platform, node.number)]
        parent = None if node.parent is None else post_id(platform, node.parent)
        assert post.parent_id == parent
        assert post.body.source == node.text
        assert post.author_id == user_id(platform, node.author)
        assert post.author_name == f"user{node.author}"
        assert post.created_at is not None
        assert post.created_at.replace(microsecond=0) == at(node)
        tally = thread.tally(post.id)
        if platform == "lemmy":
            assert (tally.up, tally.down, tally.score) == (
                node.score,
                2,
                node.score - 2,
            )
        elif platform == "discourse":
            assert thread.reactions(post.id) == {"like": node.score}
        else:
            assert tally.score == (node.score if node.parent is None else None)
    assert from_json(to_json(thread)) == thread


@pytest.mark.parametrize("platform", NAMES)
@given(tree=made_trees())
def test_what_no_reader_knows_survives_in_extra(platform: str, tree: Tree) -> None:
    """Nothing that a platform adds later is lost."""
    thread = reading(platform, SENT[platform](tree))
    for node in tree.nodes:
        post = thread[post_id(platform, node.number)]
        assert extra(post)["made_up"] == {"of": [node.number]}


@pytest.mark.parametrize("platform", NAMES)
@given(tree=made_trees(), data=st.data())
def test_order_and_files_make_no_difference(
    platform: str, tree: Tree, data: st.DataObject, tmp_path_factory: Any
) -> None:
    """Items come in any order, in any number of files, and some of them twice."""
    sent = SENT[platform](tree)
    thread = reading(platform, sent)
    again = data.draw(st.lists(st.sampled_from(sent), max_size=3))
    turned = data.draw(st.permutations([*sent, *again]))
    assert reading(platform, turned) == thread
    cuts = sorted(data.draw(st.sets(st.integers(1, len(turned)), max_size=3)))
    folder: Path = tmp_path_factory.mktemp("pages")
    for number, (start, end) in enumerate(
        zip([0, *cuts], [*cuts, len(turned)], strict=True)
    ):
        if turned[start:end]:
            page = folder / f"page{number}.json"
            page.write_text(json.dumps(turned[start:end]))
    (found,) = read(folder, platform)
    assert found == thread


def some_of(data: st.DataObject, sent: list[Any]) -> list[Any]:
    """The first item and any of the others."""
    return [sent[0], *(each for each in sent[1:] if data.draw(st.booleans()))]


@given(tree=made_trees(), data=st.data())
def test_paths_keep_a_tree_together_over_holes(tree: Tree, data: st.DataObject) -> None:
    """Stubs stand for what is missing: those that a path names, and the count."""
    sent = lemmy(tree)
    whole = reading("lemmy", sent)
    part = reading("lemmy", some_of(data, sent))
    for post in part.posts:
        assert post.parent_id == whole[post.id].parent_id
    named = {stub.id for stub in part.content.stubs if stub.count is None}
    assert named <= {post.id for post in whole.posts} - {post.id for post in part.posts}
    counted = sum(stub.count or 0 for stub in part.content.stubs)
    assert len(part) + len(named) + counted == len(whole)


@given(tree=made_trees(), data=st.data())
def test_items_with_holes_between_them_are_threads_with_holes(
    tree: Tree, data: st.DataObject
) -> None:
    """Nothing moves; only what no item leads up from is a thread of its own."""
    sent = hackernews(tree)
    kept = some_of(data, sent)
    found = list(read(json.dumps(kept).encode(), "hackernews"))
    whole = reading("hackernews", sent)
    ids = [post.id for thread in found for post in thread.posts]
    assert sorted(ids) == sorted(str(item["id"]) for item in kept)
    stubs = [stub.id for thread in found for stub in thread.content.stubs]
    kids = {str(kid) for item in kept for kid in item.get("kids", [])}
    parents = {str(item["parent"]) for item in kept[1:]}
    assert len(stubs) == len(set(stubs))
    assert set(stubs) == (kids | parents) - set(ids)
    for thread in found:
        for post in thread.posts:
            assert post.parent_id == whole[post.id].parent_id


@pytest.mark.parametrize("platform", NAMES)
@given(tree=made_trees(), data=st.data())
def test_any_value_at_any_member_is_read_or_refused(
    platform: str, tree: Tree, data: st.DataObject
) -> None:
    """Whatever stands in a member, nothing but our own errors leaves a reader."""
    sent = json.loads(json.dumps(SENT[platform](tree)))
    places = list[tuple[Any, Any]]()
    waiting: list[Any] = [sent]
    while waiting:
        held = waiting.pop()
        keys = held.keys() if isinstance(held, dict) else range(len(held))
        for key in keys:
            places.append((held, key))
            if isinstance(held[key], dict | list):
                waiting.append(held[key])
    odd = st.sampled_from(
        [None, True, 0, -1, 2**63, 0.5, 1e300, "", "x", "0.1", [], [None], {}, {"a": 1}]
    )
    for held, key in data.draw(st.lists(st.sampled_from(places), max_size=4)):
        held[key] = data.draw(odd)
    source = json.dumps(sent).encode()
    for strict in (False, True):
        try:
            for thread in read(source, platform, strict=strict):
                assert from_json(to_json(thread)) == thread
        except QathreadError as error:
            assert strict or "expected" in str(error)


@given(tree=made_trees(), data=st.data())
def test_pages_of_a_topic_are_one_topic(tree: Tree, data: st.DataObject) -> None:
    """Each page names all posts; a page that is missing leaves stubs, and no gaps."""
    posts = discourse(tree)
    stream = [post["id"] for post in posts]

    def page(part: list[Any]) -> dict[str, Any]:
        return {
            "id": 1,
            "title": "A topic",
            "posts_count": len(posts),
            "post_stream": {"posts": part, "stream": stream},
        }

    whole = reading("discourse", page(posts), strict=True)
    size = data.draw(st.integers(1, 4))
    pages = [page(posts[at : at + size]) for at in range(0, len(posts), size)]
    turned = data.draw(st.permutations(pages))
    assert reading("discourse", turned, strict=True) == whole
    lost = data.draw(st.sampled_from(range(len(pages))))
    kept = [each for number, each in enumerate(pages) if number != lost]
    if not kept:
        return
    part = reading("discourse", kept)
    away = {str(post["id"]) for post in pages[lost]["post_stream"]["posts"]}
    assert {post.id for post in part.posts} == {p.id for p in whole.posts} - away
    stubs = {stub.id for stub in part.content.stubs}
    assert {each for each in stubs if "/" not in each} == away
    numbered = {each for each in stubs if "/" in each}
    parents = {str(post.parent_id) for post in part.posts if post.parent_id}
    assert numbered == {each for each in parents if "/" in each}


@given(tree=made_trees())
def test_nested_and_flat_items_are_one_tree(tree: Tree) -> None:
    """Both APIs of Hacker News tell the same thread, and merge into it."""
    flat = hackernews(tree)
    nodes = dict[int, dict[str, Any]]()
    for item in flat:
        nodes[item["id"]] = {
            "id": item["id"],
            "author": item["by"],
            "created_at_i": item["time"],
            "type": item["type"],
            "text": item["text"],
            "title": item.get("title"),
            "points": item.get("score"),
            "parent_id": item.get("parent"),
            "made_up": item["made_up"],
            "children": [],
        }
    for item in flat:
        nodes[item["id"]]["children"] = [nodes[kid] for kid in item.get("kids", [])]
    thread = reading("hackernews", flat)
    assert reading("hackernews", nodes[1]) == thread
    assert reading("hackernews", [nodes[1], *flat], strict=True) == thread
