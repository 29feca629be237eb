"""Graphs: laws against the thread itself, and files that come back the same."""

import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Comment, Stub, Thread, User, graphs, posting, trees
from qathread.bodies import Body
from qathread.errors import ValidationError
from qathread.posts import Answer, Question
from qathread.testing.strategies import threads

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADA, BEN = User(id="ada", name="Ada"), User(id="ben")


def corpora() -> st.SearchStrategy[list[Thread]]:
    return st.lists(threads(), max_size=3, unique_by=lambda thread: thread.id)


@pytest.fixture
def bread() -> Thread:
    """A question with two tags, answers of two people, a comment, a deleted one."""
    thread = posting.ask(
        "q", title="Why?", body="Say.", tags=("bread", "yeast"), by=ADA, at=NOW
    )
    later = NOW + timedelta(minutes=90)
    thread = posting.answer(thread, "So.", by=BEN, at=later)
    thread = posting.answer(thread, "Or so.", by=ADA, at=later)
    thread = posting.comment(thread, "q.2", "Thanks.", by=ADA, at=later)
    thread = posting.comment(thread, "q.2", "Oops.", by=BEN, at=later)
    thread = posting.delete(thread, "q.5", by=BEN, at=later)
    return posting.accept(thread, "q.2", by=ADA, at=later)


@given(threads())
def test_a_reply_tree_is_the_tree_of_the_thread(thread: Thread) -> None:
    graph = graphs.reply_tree(thread)
    assert nx.is_arborescence(graph)
    here = [node for node, notes in graph.nodes.items() if notes["kind"] != "stub"]
    assert here == [post.id for post in trees.walk(thread)]
    depths = nx.single_source_shortest_path_length(graph, thread.root.id)
    for node, notes in graph.nodes.items():
        assert notes["depth"] == depths[node]
        if notes["kind"] != "stub":
            assert notes["depth"] == trees.depth(thread, node)
    assert set(graph) == {*here, *(stub.id for stub in thread.stubs)}


@given(threads(), corpora())
def test_graphs_come_back_from_their_files(
    thread: Thread, corpus: list[Thread]
) -> None:
    """Nothing in them is a type that GraphML or JSON has not."""
    for graph in (
        graphs.reply_tree(thread),
        graphs.who_replies_to_whom(corpus),
        graphs.tags_together(corpus),
        graphs.experts(corpus),
    ):
        told = json.loads(json.dumps(nx.node_link_data(graph, edges="edges")))
        again = nx.node_link_graph(told, edges="edges")
        assert nx.utils.graphs_equal(again, graph)
        if all(map(_legal_in_xml, _texts(graph))):
            out = io.BytesIO()
            nx.write_graphml(graph, out)
            out.seek(0)
            read = nx.read_graphml(out)
            assert dict(read.nodes) == dict(graph.nodes)
            assert dict(read.edges) == dict(graph.edges)
            assert read.graph.items() >= graph.graph.items()


def _texts(graph: "nx.Graph[str]") -> list[str]:
    notes = [graph.graph, *graph.nodes.values(), *graph.edges.values()]
    values = [value for note in notes for value in note.values()]
    return [*graph, *(value for value in values if isinstance(value, str))]


def _legal_in_xml(text: str) -> bool:
    # XML holds no control characters, and its readers change line ends.
    return text.isprintable() and text == text.strip() and bool(text)


@given(corpora())
def test_replies_are_counted_once(corpus: list[Thread]) -> None:
    graph = graphs.who_replies_to_whom(corpus, own=True)
    wanted: Counter[tuple[str, str]] = Counter()
    posts: Counter[str] = Counter()
    for thread in corpus:
        for post in trees.walk(thread):
            if not post.stands:
                continue
            posts[post.author_id] += 1
            if isinstance(post, Answer | Comment) and post.parent_id in thread:
                parent = thread[post.parent_id]
                if not isinstance(parent, Stub) and parent.stands:
                    wanted[post.author_id, parent.author_id] += 1
    found = {pair: notes["weight"] for pair, notes in graph.edges.items()}
    assert found == wanted
    counts = {node: notes["posts"] for node, notes in graph.nodes.items()}
    assert {node: count for node, count in counts.items() if count} == posts
    without = graphs.who_replies_to_whom(corpus)
    assert not list(nx.selfloop_edges(without))
    assert set(without.edges) == {pair for pair in wanted if pair[0] != pair[1]}


@given(corpora())
def test_experts_are_bipartite(corpus: list[Thread]) -> None:
    graph = graphs.experts(corpus)
    sides = nx.get_node_attributes(graph, "bipartite")
    assert all(sides[a] != sides[b] for a, b in graph.edges)
    asked = [each.root for each in corpus if isinstance(each.root, Question)]
    together = graphs.tags_together(corpus)
    standing = [question for question in asked if question.stands]
    for tag, notes in together.nodes.items():
        assert notes["threads"] == sum(tag in question.tags for question in standing)
    for (one, other), notes in together.edges.items():
        both = [q for q in standing if one in q.tags and other in q.tags]
        assert notes["weight"] == len(both) > 0


def test_what_nodes_and_edges_say(bread: Thread) -> None:
    tree = graphs.reply_tree(bread)
    assert tree.graph == {"thread_id": "q", "title": "Why?"}
    assert tree.nodes["q.2"] == {
        "kind": "answer",
        "depth": 1,
        "author_id": "ben",
        "score": 0,
        "created_at": "2026-01-01T01:30:00+00:00",
        "accepted": True,
    }
    assert tree.nodes["q.5"] == {"kind": "comment", "depth": 2}
    assert tree.edges["q.1", "q.2"] == {"seconds": 5400.0}
    assert tree.edges["q.2", "q.5"] == {}
    who = graphs.who_replies_to_whom([bread])
    assert dict(who.nodes["ada"]) == {"kind": "registered", "posts": 3, "name": "Ada"}
    assert dict(who.edges) == {
        ("ben", "ada"): {"weight": 1},
        ("ada", "ben"): {"weight": 1},
    }
    people = graphs.experts([bread])
    assert people.edges["user:ben", "tag:bread"] == {
        "weight": 1,
        "accepted": 1,
        "score": 0,
    }
    assert dict(graphs.tags_together([bread]).edges) == {
        ("bread", "yeast"): {"weight": 1}
    }


def test_a_long_chain_of_replies() -> None:
    posts: list[Question | Comment] = [
        Question(id="p0", author_id="ada", body=Body(source="0"))
    ]
    posts += [
        Comment(
            id=f"p{n}", parent_id=f"p{n - 1}", author_id="ada", body=Body(source="")
        )
        for n in range(1, 20_000)
    ]
    thread = Thread.from_parts(id="t", kind="discussion", posts=posts, users=[ADA])
    assert nx.dag_longest_path_length(graphs.reply_tree(thread)) == 19_999


def test_one_thread_is_not_an_iterable(bread: Thread) -> None:
    for make in (graphs.who_replies_to_whom, graphs.tags_together, graphs.experts):
        with pytest.raises(ValidationError, match=r"\[thread\]"):
            make(bread)  # type: ignore[arg-type]
