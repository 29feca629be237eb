"""
Threads as one OrderedCollection.

What has a word stands in words: people, objects, Tombstones, activities. All else
stands beside them as one JSON literal of ours, as the difference between the thread
that the words alone give and the one that was written.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, Final, TypeVar

from attrs import evolve

from ...errors import ValidationError
from ...posts import Answer, Comment, Question
from ...provenance import Provenance, extra_text
from ...serialization import digest, to_dict
from ...thread import Thread, content_in, imported
from .._features import lose
from .._json import Place
from .._report import Collector
from ._changes import changes
from ._intake import Intake
from ._settings import Settings
from ._shapes import written_id
from ._threads import threads_in
from ._vocabulary import NAMESPACE, OUR_TERMS, PLATFORM, THREAD
from ._words import items_of

__all__ = ["write_activitystreams"]

_TARGET: Final = "ActivityStreams"
#: Members in which a source repeats the text of a post.
_TEXTS: Final = (
    "attachment",
    "content",
    "contentMap",
    "image",
    "name",
    "nameMap",
    "source",
    "summary",
    "summaryMap",
    "tag",
)

Object = dict[str, object]
P = TypeVar("P", Question, Answer, Comment)


def write_activitystreams(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write one thread as a collection, or several as a collection of collections.

    Raises:
        ValidationError: If there is no thread at all.
        LossError: If strict, at the first loss.
    """
    threads = iter(threads)
    first = list(islice(threads, 2))
    if not first:
        raise ValidationError("there is no thread to write: give at least one")
    if len(first) == 1:
        out.write(_one(_shown(first[0], report)))
        return
    out.write(b'{"@context":"' + NAMESPACE.encode() + b'","type":"OrderedCollection",')
    out.write(b'"orderedItems":[')
    for number, thread in enumerate(chain(first, threads)):
        out.write(b",\n" if number else b"\n")
        out.write(_encoded(_with_rest(_shown(thread, report))))
    out.write(b"\n]}\n")


def _one(thread: Thread) -> bytes:
    """Return the document of one thread, an item a line."""
    document = _in_words(thread) or _with_rest(thread)
    items = document.pop("orderedItems")
    head = _encoded(document)[:-1] + b',"orderedItems":['
    lines = b",\n".join(map(_encoded, items if isinstance(items, list) else ()))
    return head + b"\n" + lines + b"\n]}\n"


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _in_words(thread: Thread) -> Object | None:
    """Return a thread of ActivityStreams in words alone, if they tell it all."""
    origin = thread.provenance
    if origin is None or origin.platform != PLATFORM:
        return None
    votes = bool(thread.votes) or not any(
        reaction.kind in ("like", "dislike") for reaction in thread.content.reactions
    )
    document = _collection(thread, votes=votes)
    found = list(_read(document, Settings()))
    return document if found == [thread] else None


def _with_rest(thread: Thread) -> Object:
    """Return any thread, in words and what they do not tell."""
    document = _collection(thread, votes=True)
    ours: Object = {"id": thread.id, "root": thread.root.id}
    settings = Settings(likes="votes", thread_id=thread.id, root_id=thread.root.id)
    (words,) = _read(document, settings)
    ours["changes"] = changes(to_dict(words), to_dict(thread))
    ours["digest"] = digest(thread)
    items = document.pop("orderedItems")
    return {**document, THREAD: ours, "orderedItems": items}


def _read(document: Object, settings: Settings) -> Iterator[Thread]:
    quiet = Collector()
    intake = Intake(quiet, None)
    intake.read([(Place(""), document)])
    yield from threads_in(intake.pools[0], settings, quiet)


def _collection(thread: Thread, *, votes: bool) -> Object:
    items = list(items_of(thread, votes=votes))
    return {
        "@context": [NAMESPACE, *_contexts(thread.provenance), OUR_TERMS],
        "type": "OrderedCollection",
        "name": _name(thread),
        "totalItems": len(items),
        "orderedItems": items,
    }


def _name(thread: Thread) -> str:
    root = thread.root
    title = root.title if isinstance(root, Question) and root.stands else None
    return title or written_id(thread.id)


def _contexts(origin: Provenance | None) -> list[object]:
    if origin is None or origin.platform != PLATFORM:
        return []
    found = origin.members().get("@context")
    return found if isinstance(found, list) else []


# -- what is not shown -----------------------------------------------------------


def _shown(thread: Thread, report: Collector) -> Thread:
    """Return a thread without the texts of posts that were taken down."""
    if thread.version > 1:
        lose(report, "version", _TARGET, thread.id)
    content = content_in(thread)
    gone = {post.id for post in thread.posts if not post.stands}
    if not gone:
        return imported(thread.id, 1, content)
    kept = tuple(one for one in content.revisions if one.post_id not in gone)
    waiting = tuple(one for one in content.suggestions if one.post_id not in gone)
    texts = sum(
        bool(thread[name].body.source or getattr(thread[name], "title", None))
        for name in gone
    )
    texts += len(content.revisions) - len(kept)
    if texts:
        lose(report, "deleted-text", _TARGET, thread.id, count=texts)
    lost = len(content.suggestions) - len(waiting)
    if lost:
        lose(report, "suggestions", _TARGET, thread.id, count=lost)
    question = content.question and _bare(content.question)
    if question is not None and not question.stands:
        question = evolve(question, title=None)
    changed = evolve(
        content,
        question=question,
        answers=tuple(map(_bare, content.answers)),
        comments=tuple(map(_bare, content.comments)),
        revisions=kept,
        suggestions=waiting,
    )
    found = imported(thread.id, 1, changed)
    hidden = sum(found[name].provenance != thread[name].provenance for name in gone)
    if hidden:
        lose(report, "provenance", _TARGET, thread.id, count=hidden)
    return found


def _bare(post: P) -> P:
    """Return a post, without its text if it was taken down."""
    if post.stands:
        return post
    return evolve(
        post,
        body=evolve(post.body, source=""),
        provenance=_without_text(post.provenance),
    )


def _without_text(origin: Provenance | None) -> Provenance | None:
    if origin is None or origin.extra is None:
        return origin
    if origin.platform != PLATFORM:  # its members may say anything
        return evolve(origin, extra=None)
    members = origin.members()
    kept = {
        name: value
        for name, value in members.items()
        if value is None or name not in _TEXTS
    }
    return evolve(origin, extra=extra_text(kept) if kept else None)
