"""
Threads as JSON-LD: a ``QAPage`` or a ``DiscussionForumPosting`` for each.

What search engines ask for stands where they look for it, and nothing is invented: a
page that lacks a required property is written without it, and that is told. Ids
that are addresses become ``@id``, others ``identifier``. A few members that
schema.org has no word for stand under the prefix ``x-qathread:``, declared in the
context of the pages that need it.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final

from ..._index import Node
from ..._walks import preorder
from ...content import ThreadKind
from ...errors import ValidationError
from ...feedback import Tally
from ...posts import Answer, Post, Question, Stub
from ...thread import Thread, content_in, index_in
from ...users import User, UserKind
from .._gathering import nobody
from .._report import Collector
from .._sparse import sparse
from ._losses import report_page, total, url_of
from ._order import in_order
from ._own import RECORDS, Own, shared
from ._words import CONTEXT, DELETED, EXTENSION, SCHEMA, is_iri

__all__ = ["json_ld", "script_text", "write_pages"]

#: Comments below this many stand beside their parent and name it; a list and an
#: object for each level stay far within what readers of JSON take.
_DEEPEST: Final = 40
_ESCAPES: Final = str.maketrans(
    {each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}
)


def json_ld(thread: Thread, report: Collector | None = None) -> dict[str, object]:
    """
    Return the JSON-LD of one thread.

    Args:
        thread: What is shown on one page.
        report: Counts what it cannot hold, or refuses the first; None: nobody.

    Returns:
        A ``QAPage`` for questions and answers, else a ``DiscussionForumPosting``,
        as values that JSON has; at most some hundred levels deep.

    Raises:
        LossError: If the report is strict.
    """
    return _Page(thread, Collector() if report is None else report).whole()


def script_text(value: object) -> str:
    r"""
    Return a JSON value as text that can stand within ``<script>``.

    Args:
        value: What :func:`json_ld` returns, or any other JSON value.

    Returns:
        One line without blanks; no ``<``, ``>``, ``&`` and line separators.

    Raises:
        ValidationError: If JSON cannot say it.

    >>> script_text({"text": "</script>"})
    '{"text":"\\u003c/script\\u003e"}'
    """
    try:
        text = json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError(f"this is no JSON value: {error}") from None
    return text.translate(_ESCAPES)


def write_pages(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write one thread as an object, several as a list of pages.

    Raises:
        ValidationError: If there is no thread at all.
        LossError: If strict.
    """
    before: bytes | None = None
    count = 0
    for count, thread in enumerate(threads, start=1):
        if before is not None:
            out.write(b"[\n" if count == 2 else b",\n")
            out.write(before)
        text = json.dumps(
            json_ld(thread, report), ensure_ascii=False, allow_nan=False, indent=1
        )
        before = text.encode()
    if before is None:
        raise ValidationError("there is no thread to write: give at least one")
    if count > 1:
        out.write(b",\n")
    out.write(before)
    out.write(b"\n]\n" if count > 1 else b"\n")


class _Page:
    """Makes the objects of one thread, parents before what is under them."""

    def __init__(self, thread: Thread, report: Collector) -> None:
        self._thread, self._report = thread, report
        self._content = content_in(thread)
        self._users = {user.id: user for user in self._content.users}
        self._accepted = frozenset(self._content.accepted)
        self._is_qa = self._content.kind is ThreadKind.QA
        self._extended: set[str] = set()  # members of our own
        self._lacking: list[str] = []
        self._links: dict[str, list[str]] = {}
        for link, post_id in shared(thread).items():
            self._links.setdefault(post_id, []).append(link.target)
        self._places: dict[str, int] = {}
        if in_order(self._content) != list(self._content.arrival):
            self._places = {id: at for at, id in enumerate(self._content.arrival, 1)}

    def whole(self) -> dict[str, object]:
        """Return the whole page."""
        report_page(self._thread, self._report)
        root = self._root()
        page: dict[str, object] = {"@context": SCHEMA}
        if self._is_qa:
            page["@type"] = "QAPage"
            if self._thread.id != self._thread.root.id:
                page |= _named(self._thread.id)
            page["mainEntity"] = root
        else:
            page |= root
            if self._thread.id != self._thread.root.id:
                about = {"@type": "WebPage", **_named(self._thread.id)}
                page["mainEntityOfPage"] = about
        if self._extended:
            page["@context"] = [SCHEMA, _context(self._extended)]
        if self._lacking:
            self._report.tell(
                "incomplete",
                "a page without something that search engines ask for, which the "
                "thread does not say",
                f"{self._thread.id}: {', '.join(dict.fromkeys(self._lacking))}",
            )
        return page

    # -- the tree ----------------------------------------------------------------

    def _root(self) -> dict[str, object]:
        index = index_in(self._thread)
        root_id = self._thread.root.id
        made: dict[str, dict[str, object]] = {}
        #: The list that comments below a post go to, and how deep it is.
        levels: dict[str, tuple[dict[str, object], int]] = {}
        for depth, node in preorder(index.nodes, root_id):
            post = node.post
            found = self._object(node, is_root=depth == 0)
            made[post.id] = found
            if depth == 0:
                levels[post.id] = (found, 0)
                continue
            above_id = post.parent_id or root_id  # of a stub that stands loose
            above, level = levels[above_id]
            if level == _DEEPEST:
                if above is not made[above_id]:
                    found["parentItem"] = {"@type": "Comment", **_named(above_id)}
                levels[post.id] = (above, level)
            else:
                levels[post.id] = (found, level + 1)
            name = self._relation(post)
            below = above.setdefault(name, [])
            if isinstance(below, list):
                below.append(found)
        self._extend(made[root_id], **Own.of(self._thread).members())
        if self._is_qa and not self._content.answers:
            self._lacking.append("an answer")
        if self._is_qa and len(self._content.accepted) > 1:
            accepted = [made[answer_id] for answer_id in self._content.accepted]
            made[root_id]["acceptedAnswer"] = accepted
        return made[root_id]

    def _relation(self, post: Post | Stub) -> str:
        if self._is_qa and isinstance(post, Answer):
            accepted = post.id in self._accepted
            return "acceptedAnswer" if accepted else "suggestedAnswer"
        return "comment"

    def _object(self, node: Node, *, is_root: bool) -> dict[str, object]:
        post = node.post
        kind = self._type(post, is_root=is_root)
        found: dict[str, object] = {"@type": kind, **_named(post.id)}
        if isinstance(post, Stub):
            self._stub(post, found, is_root=is_root)
        else:
            self._post(post, found)
        self._counts(post, node.tally, found, is_root=is_root)
        return found

    def _type(self, post: Post | Stub, *, is_root: bool) -> object:
        if is_root:
            return "Question" if self._is_qa else "DiscussionForumPosting"
        if isinstance(post, Answer):
            return "Answer" if self._is_qa else ["Comment", "Answer"]
        return "Comment"

    def _stub(self, stub: Stub, found: dict[str, object], *, is_root: bool) -> None:
        self._lacking.append("a post that was not delivered")
        self._extend(
            found,
            count=stub.count,
            childIds=list(stub.child_ids) or None,
            cursor=stub.cursor,
            loose=True if stub.parent_id is None and not is_root else None,
        )

    # -- one post ----------------------------------------------------------------

    def _post(self, post: Post, found: dict[str, object]) -> None:
        source, url = post.provenance, url_of(post)
        if url is not None:
            found["url"] = url
        if isinstance(post, Question):
            self._heading(post, found)
        found["text"] = post.body.source if post.stands else ""
        if not post.stands:
            found["creativeWorkStatus"] = DELETED
            both = post.deleted is not None and post.removed is not None
            if post.removed is not None:
                self._extend(found, takenDown="both" if both else "removed")
        elif not post.body.source.strip() and not self._is_question(post):
            self._lacking.append("text")
        if post.body.media_type != "text/plain":
            found["encodingFormat"] = post.body.media_type
        if post.body.language is not None:
            found["inLanguage"] = post.body.language
        self._author(post, found)
        if post.created_at is not None:
            found["datePublished"] = _time(post.created_at)
        elif not self._is_qa:
            self._lacking.append("datePublished")
        if post.edited_at is not None:
            found["dateModified"] = _time(post.edited_at)
        if post.revision > 1:
            found["version"] = post.revision
        if source is not None and source.license is not None:
            found["license"] = source.license
        if post.id in self._places:
            found["position"] = self._places[post.id]
        self._shared(post, found)
        self._extend(found, marks=sparse(post.status) or None)

    def _is_question(self, post: Post) -> bool:
        """Tell a question, which may be all in its name, from other posts."""
        return self._is_qa and isinstance(post, Question)

    def _heading(self, post: Question, found: dict[str, object]) -> None:
        if post.title is not None:
            found["name" if self._is_qa else "headline"] = post.title
        if self._is_qa and not (post.title or "").strip():
            self._lacking.append("name")
        if post.tags:
            found["keywords"] = list(post.tags)

    def _author(self, post: Post, found: dict[str, object]) -> None:
        user = self._users[post.author_id]
        name = user.name if user.name is not None else post.author_name
        if not (name or "").strip() and not self._is_qa:
            self._lacking.append("the name of an author")
        if name is None and user == nobody(post.id, UserKind.REGISTERED):
            return  # what a reader says of a post without an author
        found["author"] = self._person(user, name)

    def _person(self, user: User, name: str | None) -> dict[str, object]:
        found: dict[str, object] = {"@type": "Person"}
        if name is None or user.id != f"page:{name}":  # what a name alone is read as
            found |= _named(user.id)
        if is_iri(user.id) and not user.id.startswith("urn:"):
            found["url"] = user.id
        if name is not None:
            found["name"] = name
        if user.handle is not None:
            found["alternateName"] = user.handle
        registered = user.kind is UserKind.REGISTERED
        kind = None if registered else user.kind.value
        self._extend(found, kind=kind, level=user.level)
        return found

    def _shared(self, post: Post, found: dict[str, object]) -> None:
        targets = self._links.get(post.id)
        if targets is not None:
            found["sharedContent"] = [
                {"@type": "WebPage", "url": target} for target in targets
            ]

    # -- counts ------------------------------------------------------------------

    def _counts(
        self,
        post: Post | Stub,
        tally: Tally | None,
        found: dict[str, object],
        *,
        is_root: bool,
    ) -> None:
        if isinstance(post, Question) and self._is_qa:
            found["answerCount"] = total(self._thread, post, "answers")
        counters: list[dict[str, object]] = []
        if tally is not None:
            if tally.score is not None:
                if self._is_qa or not is_root:
                    found["upvoteCount"] = tally.score
                elif tally.up is None or tally.down is None:
                    # A posting has no word for a number of votes, up less down.
                    self._extend(found, score=tally.score)
            counters += _counters(tally)
            self._extend(
                found,
                complete=True if tally.complete else None,
                exact=None if tally.exact else False,
            )
        if isinstance(post, Question) and post.views is not None:
            counters.append(_counter("ViewAction", post.views))
        if isinstance(post, Question) and not self._is_qa:
            count = total(self._thread, post, "comments")
            counters.append(_counter("CommentAction", count))
        if counters:
            found["interactionStatistic"] = counters

    def _extend(self, found: dict[str, object], **members: object) -> None:
        for name, value in members.items():
            if value is not None:
                found[f"{EXTENSION}{name}"] = value
                self._extended.add(name)


def _context(used: Collection[str]) -> dict[str, object]:
    """Return what declares the prefix, and which members are plain JSON."""
    found: dict[str, object] = {EXTENSION.rstrip(":"): CONTEXT}
    for name in RECORDS:
        if name in used:
            found[f"{EXTENSION}{name}"] = {"@type": "@json"}
    return found


def _named(id: str) -> dict[str, object]:
    return {"@id" if is_iri(id) else "identifier": id}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _counters(tally: Tally) -> Iterator[dict[str, object]]:
    both = tally.up is not None and tally.down is not None
    if tally.up is not None:
        yield _counter("LikeAction", tally.up, None if both else "up")
    if tally.down is not None:
        yield _counter("DislikeAction", tally.down, None if both else "down")
    for kind, count in tally.reactions:
        if kind == "like" and tally.up is None and tally.down is None:
            yield _counter("LikeAction", count)
        else:
            yield _counter("ReactAction", count, kind)


def _counter(action: str, count: int, name: str | None = None) -> dict[str, object]:
    found: dict[str, object] = {
        "@type": "InteractionCounter",
        "interactionType": f"{SCHEMA}/{action}",
        "userInteractionCount": count,
    }
    if name is not None:
        found["name"] = name
    return found
