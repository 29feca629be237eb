"""
Threads as graphs of networkx, for its algorithms and for whatever reads its files.

Needs the extra ``graphs``: ``pip install 'qathread[graphs]'``. Nodes and edges carry
text, int, float and bool only, instants as ISO text; what is not known is left out. So
every graph can be written as GraphML and as node-link JSON, and comes back the same.
No graph holds a post that was deleted or removed by anything but its place.

>>> from datetime import UTC, datetime
>>> import networkx
>>> from qathread import User, posting
>>> who = {"by": User(id="ada"), "at": datetime(2026, 1, 1, tzinfo=UTC)}
>>> thread = posting.ask("q", title="Why?", body="Say.", **who)
>>> thread = posting.answer(thread, "So.", **who)
>>> networkx.dag_longest_path(reply_tree(thread))
['q.1', 'q.2']
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from ._walks import preorder
from .errors import MissingExtraError
from .frames._rows import arranged, author_of, by_post, each, kind_of, since, time_of
from .ids import UserId
from .posts import Answer, Question, Stub
from .thread import Thread, index_in
from .users import User

try:
    import networkx as nx
except ModuleNotFoundError as error:
    if error.name != "networkx":  # installed but broken: show that instead
        raise
    message = "qathread.graphs needs networkx: pip install 'qathread[graphs]'"
    raise MissingExtraError(message) from error

if TYPE_CHECKING:
    Graph: TypeAlias = nx.Graph[str]
    DiGraph: TypeAlias = nx.DiGraph[str]

__all__ = ["experts", "reply_tree", "tags_together", "who_replies_to_whom"]


def reply_tree(thread: Thread) -> "DiGraph":
    """
    Return the replies of a thread as a tree, from each post to its replies.

    Args:
        thread: The thread.

    Returns:
        A graph with the ids of posts and stubs as nodes, in preorder; it is an
        arborescence. The graph has ``thread_id`` and ``title``. Nodes have ``kind``
        (``question``, ``answer``, ``comment``, ``stub``) and ``depth``, those that
        stand also ``author_id``, ``author_name``, ``score``, ``created_at`` (ISO text,
        UTC), and answers ``accepted``. Edges have ``seconds``, the time between.
    """
    content = thread.content
    tallies = by_post(content.tallies)
    names = {user.id: user.name for user in content.users}
    accepted = frozenset(content.accepted)
    graph: DiGraph = nx.DiGraph()
    graph.graph["thread_id"] = thread.id
    if content.question is not None and content.question.stands:
        _note(graph.graph, title=content.question.title)
    index = index_in(thread)
    root_id = index.rest.root_id
    for depth, found in preorder(index.nodes, root_id):
        part = found.post
        graph.add_node(part.id, kind=kind_of(part) or "stub", depth=depth)
        node = graph.nodes[part.id]
        if not isinstance(part, Stub) and part.stands:
            tally = tallies.get(part.id)
            _note(
                node,
                author_id=part.author_id,
                author_name=part.author_name or names.get(part.author_id),
                score=None if tally is None else tally.score,
                created_at=_iso(part.created_at),
                accepted=part.id in accepted if isinstance(part, Answer) else None,
            )
        if part.id != root_id:
            # A stub of unknown place stands under the root.
            parent = index.nodes[part.parent_id or root_id].post
            graph.add_edge(parent.id, part.id)
            between = since(time_of(parent), time_of(part))
            seconds = None if between is None else between.total_seconds()
            _note(graph.edges[parent.id, part.id], seconds=seconds)
    return graph


def who_replies_to_whom(threads: Iterable[Thread], *, own: bool = False) -> "DiGraph":
    """
    Return who replied to whom, from the one who replies to the one replied to.

    Args:
        threads: Threads, read once.
        own: Whether replies to oneself are edges.

    Returns:
        A graph with the ids of all who wrote something that stands, in the order of
        their first post. Nodes have ``kind``, ``posts`` (a count) and ``name``; edges
        have ``weight``, the number of replies. Deleted posts and places known only by
        id neither reply nor are replied to.

    Raises:
        ValidationError: If *threads* is one thread.
    """
    graph: DiGraph = nx.DiGraph()
    for thread in each(threads):
        faces = {user.id: user for user in thread.content.users}
        for _, part, parent in arranged(thread.content):
            replier, replied = author_of(part), author_of(parent)
            if replier is None:
                continue
            _appear(graph, replier, faces)
            graph.nodes[replier]["posts"] += 1
            if replied is None or (replied == replier and not own):
                continue
            _appear(graph, replied, faces)
            if graph.has_edge(replier, replied):
                graph.edges[replier, replied]["weight"] += 1
            else:
                graph.add_edge(replier, replied, weight=1)
    return graph


def tags_together(threads: Iterable[Thread]) -> "Graph":
    """
    Return which tags stand on the same questions.

    Args:
        threads: Threads, read once.

    Returns:
        A graph with tags as nodes, in the order in which they appear. Nodes have
        ``threads``, the number of questions with the tag; edges have ``weight``, the
        number of questions with both.

    Raises:
        ValidationError: If *threads* is one thread.
    """
    alone: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for question in _questions(threads):
        tags = tuple(dict.fromkeys(question.tags))
        alone.update(tags)
        together.update(combinations(sorted(tags), 2))
    graph: Graph = nx.Graph()
    for tag, count in alone.items():
        graph.add_node(tag, threads=count)
    for (one, other), count in together.items():
        graph.add_edge(one, other, weight=count)
    return graph


def experts(threads: Iterable[Thread]) -> "Graph":
    """
    Return who answered questions with which tags.

    Args:
        threads: Threads, read once.

    Returns:
        A bipartite graph: people, named ``user:`` and their id, with ``bipartite`` 0,
        ``user_id``, ``kind`` and ``name``; tags, named ``tag:`` and the tag, with
        ``bipartite`` 1 and ``tag``. Edges have ``weight`` (answers, a count),
        ``accepted`` (a count) and ``score`` (the sum of the scores that are known,
        left out if none is). Deleted answers do not count.

    Raises:
        ValidationError: If *threads* is one thread.
    """
    graph: Graph = nx.Graph()
    for thread in each(threads):
        content = thread.content
        question = content.question
        if question is None or not question.stands:
            continue
        faces = {user.id: user for user in content.users}
        tallies = by_post(content.tallies)
        for answer in content.answers:
            if not answer.stands:
                continue
            person = f"user:{answer.author_id}"
            if person not in graph:
                face = faces[answer.author_id]
                graph.add_node(
                    person, bipartite=0, user_id=face.id, kind=face.kind.value
                )
                _note(graph.nodes[person], name=face.name)
            tally = tallies.get(answer.id)
            score = None if tally is None else tally.score
            for tag in dict.fromkeys(question.tags):
                node = f"tag:{tag}"
                if node not in graph:
                    graph.add_node(node, bipartite=1, tag=tag)
                if not graph.has_edge(person, node):
                    graph.add_edge(person, node, weight=0, accepted=0)
                edge = graph.edges[person, node]
                edge["weight"] += 1
                edge["accepted"] += answer.id in content.accepted
                if score is not None:
                    edge["score"] = edge.get("score", 0) + score
    return graph


# -- inside ----------------------------------------------------------------------


def _questions(threads: Iterable[Thread]) -> Iterable[Question]:
    for thread in each(threads):
        question = thread.content.question
        if question is not None and question.stands:
            yield question


def _appear(graph: "DiGraph", user_id: UserId, faces: dict[UserId, User]) -> None:
    if user_id not in graph:
        face = faces[user_id]
        graph.add_node(user_id, kind=face.kind.value, posts=0)
        _note(graph.nodes[user_id], name=face.name)


def _note(home: dict[str, object], **values: str | int | float | bool | None) -> None:
    """Add what is known."""
    home.update({name: value for name, value in values.items() if value is not None})


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
