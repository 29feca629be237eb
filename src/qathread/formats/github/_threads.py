"""Threads of the discussions and comments that were found."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve, frozen

from ..._checks import LATEST
from ...content import ThreadKind
from ...posts import Answer, Comment, Question, Stub
from ...provenance import Provenance
from ...status import Status
from ...thread import Thread
from .._gathering import Frame, Piece, build
from .._json import Place
from .._members import Members
from .._report import Collector
from ._names import Names, first, nodes_of, page_of
from ._posts import PLATFORM, Common, common_of, status_of, tags_of
from ._raw import Raw

__all__ = ["threads_of"]


@frozen
class _Page:
    """What a page of comments says of those that were not delivered."""

    parent_id: str
    total: int | None
    more: bool
    cursor: str | None
    where: Place


@frozen(kw_only=True)
class _Facts:
    """
    What one copy of a discussion says of the thread.

    Attributes:
        status: Its marks.
        answerable: Whether its category is for questions; None: not said.
        answer: The name of the answer; empty: there is none; None: not said.
    """

    status: Status
    answerable: bool | None
    answer: str | None


def threads_of(
    discussions: Iterable[Raw], comments: Iterable[Raw], names: Names, report: Collector
) -> Iterator[Thread]:
    """
    Yield a thread for each discussion, in order of first appearance.

    Args:
        discussions: All copies of all of them.
        comments: All copies of all comments.
        names: What belongs together.
        report: Hears of what does not fit.
    """
    groups: dict[str, tuple[list[Raw], list[Raw]]] = {}
    for raw in discussions:
        groups.setdefault(names.discussion(raw.key), ([], []))[0].append(raw)
    for raw in comments:
        groups.setdefault(names.discussion(raw.discussion), ([], []))[1].append(raw)
    for root_id in list(groups):
        own, replies = groups.pop(root_id)
        yield _Builder(root_id, names, report).thread(own, replies)


class _Builder:
    def __init__(self, root_id: str, names: Names, report: Collector) -> None:
        self._root_id, self._names, self._report = root_id, names, report
        self._pages: list[_Page] = []

    def thread(self, copies: list[Raw], comments: list[Raw]) -> Thread:
        report, root_id = self._report, self._root_id
        pieces: list[Piece] = []
        facts: list[tuple[Piece, _Facts]] = []
        for raw in copies:
            piece, fact = self._question(raw)
            pieces.append(piece)
            facts.append((piece, fact))
        facts.sort(key=lambda pair: (str(pair[0].as_of or ""), repr(pair[1])))
        replies = [self._reply(raw) for raw in comments]
        replies = self._known(replies)
        said = [fact.answer for _, fact in facts if fact.answer is not None]
        accepted = [self._comment_id(each) for each in said[-1:] if each]
        if said:  # the newest copy of the discussion goes before its comments
            replies = [evolve(piece, accepted=False) for piece in replies]
        marked = any(piece.accepted for piece in replies)
        kinds = [f.answerable for _, f in facts if f.answerable is not None]
        is_qa = kinds[-1] if kinds else bool(accepted) or marked
        if is_qa:
            replies = [self._answer(piece) for piece in replies]
        if not facts:
            report.tell(
                "root-missing",
                "comments of a discussion that was not delivered: a stub stands for it",
                f"{replies[0].where}: {root_id}",
            )
        frame = Frame(
            thread_id=root_id,
            root_id=root_id,
            kind=ThreadKind.QA if is_qa else ThreadKind.DISCUSSION,
            status=facts[-1][1].status if facts else Status(),
            accepted=tuple(accepted),
            provenance=Provenance(platform=PLATFORM),
        )
        stubs = self._stubs(replies)
        return build(frame, (*pieces, *replies), report, stubs)

    # -- posts -------------------------------------------------------------------

    def _question(self, raw: Raw) -> tuple[Piece, _Facts]:
        members = Members(raw.value, raw.where, self._report)
        title = members.text("title")
        if "#" in self._root_id:
            members.drop("number")
        members.drop_if(**{"__typename": "Discussion"})
        node = _node(members)
        tags = tags_of(members)
        status = status_of(members)
        answerable = self._answerable(members)
        answer = self._accepted(members, raw)
        if answer:
            members.drop_if(isAnswered=True)
        declared = self._replies(members, "comments", self._root_id, raw.where)
        for name in ("commentTotal", "comments_count"):
            count = members.count(name)
            if count is not None:
                declared.setdefault("comments", count)
        common = common_of(raw, members, self._root_id, declared, node)
        post = common.post
        question = Question(
            id=self._root_id,
            author_id=post.author_id,
            author_name=post.author_name,
            body=post.body,
            created_at=post.created_at,
            edited_at=post.edited_at,
            revision=post.revision,
            deleted=post.deleted,
            removed=post.removed,
            status=post.status,
            provenance=post.provenance,
            title=title,
            tags=tags,
        )
        # A wording of a question says its title and tags, which no edit here tells.
        facts = _Facts(status=status, answerable=answerable, answer=answer)
        return _piece(question, common, raw), facts

    def _reply(self, raw: Raw) -> Piece:
        post_id = self._comment_id(raw.key)
        members = Members(raw.value, raw.where, self._report)
        node = _node(members)
        for name in ("id", "databaseId"):
            if type(number := members.peek(name)) is int and str(number) == post_id:
                members.drop(name)
        members.drop("discussion_id")
        members.drop_if(**{"__typename": "DiscussionComment"})
        if raw.value.get("replies") is None:
            members.drop("replies")
        above = self._parent(members, raw)
        flagged = members.flag("isAnswer")
        declared = self._replies(members, "replies", post_id, raw.where)
        count = members.count("child_comment_count")
        if count is not None:
            declared.setdefault("replies", count)
        common = common_of(raw, members, post_id, declared, node)
        comment = evolve(common.post, parent_id=above)
        piece = _piece(comment, common, raw)
        return evolve(piece, accepted=bool(raw.accepted or flagged))

    def _answer(self, piece: Piece) -> Piece:
        """Return a comment on the discussion itself as an answer."""
        post = piece.post
        if not isinstance(post, Comment) or post.parent_id != self._root_id:
            return piece
        answer = Answer(
            id=post.id,
            question_id=self._root_id,
            author_id=post.author_id,
            author_name=post.author_name,
            body=post.body,
            created_at=post.created_at,
            edited_at=post.edited_at,
            revision=post.revision,
            deleted=post.deleted,
            removed=post.removed,
            status=post.status,
            provenance=post.provenance,
        )
        return evolve(piece, post=answer)

    def _comment_id(self, name: str) -> str:
        found = self._names.comment(name)
        return f"c:{found}" if found == self._root_id else found

    def _parent(self, members: Members, raw: Raw) -> str:
        if raw.parent is not None:
            members.drop("replyTo", "parent_id")
            return self._comment_id(raw.parent)
        above = members.peek("replyTo")
        if isinstance(above, dict):
            number, node = above.get("databaseId"), above.get("id")
            if type(number) is int or (isinstance(node, str) and node):
                members.drop("replyTo")
                name = str(number) if type(number) is int else f"node {node}"
                return self._comment_id(name)
        number = members.peek("parent_id")
        if type(number) is int:
            members.drop("parent_id")
            return self._comment_id(str(number))
        for name in ("parent_id", "replyTo"):
            if members.peek(name) is None:
                members.drop(name)  # null: it stands at the top
        return self._root_id

    def _known(self, pieces: list[Piece]) -> list[Piece]:
        """Give a comment without an id that of the one by the same author and time."""
        named: dict[tuple[str, object], set[str]] = {}
        for piece in pieces:
            if not piece.post.id.startswith("x-"):
                key = (piece.post.author_id, piece.post.created_at)
                named.setdefault(key, set()).add(piece.post.id)
        moved: dict[str, str] = {}
        for piece in pieces:
            post = piece.post
            found = named.get((post.author_id, post.created_at), set())
            if post.id.startswith("x-") and post.created_at and len(found) == 1:
                moved[post.id] = next(iter(found))
        return [_renamed(piece, moved) for piece in pieces] if moved else pieces

    # -- the discussion ----------------------------------------------------------

    def _answerable(self, members: Members) -> bool | None:
        category = members.peek("category")
        if not isinstance(category, dict):
            return None
        found = first(category, "isAnswerable", "is_answerable")
        return found if isinstance(found, bool) else None

    def _accepted(self, members: Members, raw: Raw) -> str | None:
        """Take which comment is the answer; who chose it, and when, stays."""
        answer = members.peek("answer")
        if isinstance(answer, dict):
            members.drop("answer")
            for name in ("chosenAt", "chosenBy"):
                if answer.get(name) is not None:
                    members.put(f"answer{name[:1].upper()}{name[1:]}", answer[name])
            return self._names.of_comment(answer, raw.key)
        url = members.peek("answer_html_url")
        if isinstance(url, str):
            number = url.rpartition("#discussioncomment-")[2]
            if number.isascii() and number.isdigit() and number != url:
                members.drop("answer_html_url")
                return number
        known = ("answer", "answer_html_url")
        return "" if any(name in members for name in known) else None

    def _replies(
        self, members: Members, name: str, post_id: str, where: Place
    ) -> dict[str, int]:
        """Take a connection, and keep what it says of what is not in it."""
        value = members.peek(name)
        if isinstance(value, list):
            members.drop(name)
            return {}
        if not isinstance(value, dict):
            count = members.count(name)
            return {} if count is None else {name: count}
        if nodes_of(value) or _is_connection(value):
            members.drop(name)
        else:
            members.report.damage(
                "field",
                "a member is no list of comments: it is kept in extra only",
                str(where.down(name)),
                kind="skipped",
            )
        total, page = value.get("totalCount"), page_of(value)
        count = total if type(total) is int and total >= 0 else None
        more = True in (page.get("hasNextPage"), page.get("hasPreviousPage"))
        end = "endCursor" if page.get("hasNextPage") is True else "startCursor"
        cursor = page.get(end)
        text = cursor if isinstance(cursor, str) else None
        self._pages.append(_Page(post_id, count, more, text, where.down(name)))
        return {} if count is None else {name: count}

    def _stubs(self, replies: list[Piece]) -> list[Stub]:
        """Return a stub where pages say that there is more than was delivered."""
        below = Counter(piece.post.parent_id for piece in _once(replies))
        latest: dict[str, _Page] = {}
        totals: dict[str, int] = {}
        for page in self._pages:
            if page.total is not None:
                most = max(page.total, totals.get(page.parent_id, 0))
                totals[page.parent_id] = most
        for page in sorted(self._pages, key=lambda page: page.cursor or ""):
            if page.more:
                latest[page.parent_id] = page
        found: list[Stub] = []
        for parent_id, page in latest.items():
            known = totals.get(parent_id)
            missing = None if known is None else known - below[parent_id]
            if missing is not None and missing <= 0:
                continue
            self._report.tell(
                "has-more",
                "a page of comments with more behind it: a stub stands for them",
                str(page.where),
            )
            found.append(
                Stub(
                    id=f"{parent_id}:more",
                    parent_id=parent_id,
                    count=missing,
                    cursor=page.cursor,
                )
            )
        return found


def _is_connection(value: dict[str, Any]) -> bool:
    """Tell whether what a connection holds, if it was asked for, is a list."""
    held = [value[name] for name in ("nodes", "edges") if value.get(name) is not None]
    return all(isinstance(each, list) for each in held)


def _once(pieces: list[Piece]) -> Iterable[Piece]:
    return {piece.post.id: piece for piece in pieces}.values()


def _piece(post: Question | Comment, common: Common, raw: Raw) -> Piece:
    revisions = common.revisions
    if isinstance(post, Question):
        revisions = tuple(
            evolve(each, title=post.title, tags=post.tags)
            if each.number == post.revision
            else each
            for each in revisions
        )
    return Piece(
        post=post,
        author=common.author,
        where=str(raw.where),
        tally=common.tally,
        # Nothing comes after a deletion, which leaves the time of the last change.
        as_of=LATEST if raw.event.action == "deleted" else common.as_of,
        reactions=common.reactions,
        revisions=revisions,
        people=common.people,
    )


def _renamed(piece: Piece, moved: dict[str, str]) -> Piece:
    post = piece.post
    assert isinstance(post, Comment)
    post_id = moved.get(post.id, post.id)
    parent_id = moved.get(post.parent_id, post.parent_id)
    if (post_id, parent_id) == (post.id, post.parent_id):
        return piece
    tally = piece.tally and evolve(piece.tally, post_id=post_id)
    return evolve(
        piece, post=evolve(post, id=post_id, parent_id=parent_id), tally=tally
    )


def _node(members: Members) -> str | None:
    """Take the id of the interface, as it is there."""
    node = members.peek("node_id")
    name = "node_id" if isinstance(node, str) and node else "id"
    return members.name(name)
