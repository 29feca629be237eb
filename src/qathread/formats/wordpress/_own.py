"""Members of our own in an export: what WXR has no word for, put back in its place."""

from typing import Any, Final

from attrs import evolve

from ...errors import FormatError, IntegrityError
from ...feedback import Tally
from ...posts import Comment, Post, Question
from ...serialization._converter import decoded
from ...thread import Thread
from .._gathering import Piece
from .._members import Members
from .._own_parts import Parts, post_of
from .._report import Collector
from .._sparse import filled
from .._xml_events import children, text_of

__all__ = ["REMOVED", "Own", "approval", "taken_own"]

#: What WordPress says of comments that it took away.
REMOVED: Final = ("spam", "trash", "post-trashed")


def approval(post: Post) -> str:
    """Return what WXR says of whether a comment is shown."""
    if post.removed is not None:
        reason = post.removed.reason
        return reason if reason in REMOVED else "trash"
    if post.deleted is not None:
        return "trash"
    waits = post.status.pending is not None or post.status.hidden is not None
    return "0" if waits else "1"


def taken_own(members: Members, container: str, key: str) -> dict[str, Any] | None:
    """
    Take the JSON object that we wrote as meta data, and leave other meta data.

    Returns:
        Its members; None if there is none, or if it is damaged, which is reported.
    """
    found, rest = None, list[Any]()
    for each in children(members.peek(container)):
        if isinstance(each, dict) and text_of(each.get("wp:meta_key")) == key:
            if found is not None:
                rest.append(found)  # the last one counts
            found = each
        else:
            rest.append(each)
    if found is None:
        return None
    members.drop(container)
    if rest:
        members.put(container, rest)
    try:
        return decoded((text_of(found.get("wp:meta_value")) or "").encode())
    except FormatError as error:
        _damaged(members.report, str(members.where), error.message)
        return None


def _damaged(report: Collector, where: str, problem: str) -> None:
    report.damage(
        "own-members",
        "members that qathread wrote are damaged: what WXR itself says is taken",
        f"{where}: {problem}",
        kind="skipped",
        error="field",
    )


class Own:
    """
    What we wrote beside an item and its comments.

    Args:
        members: Of the thread; None if the item is not ours.
        where: The place of the item, for the report.
    """

    def __init__(self, members: dict[str, Any] | None, where: str) -> None:
        self._members, self._where = members, where
        self._comments: list[tuple[dict[str, Any] | None, Piece, str | None]] = []

    def add(
        self, members: dict[str, Any] | None, piece: Piece, state: str | None
    ) -> None:
        """Keep the members of a comment, if it has any, and whether it is shown."""
        self._comments.append((members, piece, state))

    def thread(self, root: Piece, report: Collector) -> Thread | None:
        """Return the thread as it was; None if it cannot be had again."""
        if self._members is None:
            return None
        try:
            return self._thread(root, dict(self._members), report)
        except FormatError as error:
            problem = f"{error.where or ''} {error.message}".strip()
        except IntegrityError as error:
            problem = str(error)
        _damaged(report, self._where, problem)
        return None

    def _thread(
        self, root: Piece, members: dict[str, Any], report: Collector
    ) -> Thread:
        question = members.pop("question", None)
        root_id = members.pop("root_id", None)
        place = members.pop("question_at", 0)
        parts = Parts(members)
        if question is not None:
            first = _first(root, question)
            root_id = first.id
        else:
            first = None
        if not isinstance(root_id, str) or type(place) is not int:
            raise FormatError("field", "a member is not of its type")
        ids = {root.post.id: root_id}
        for mine, piece, _ in self._comments:
            own_id = None if mine is None else mine.get("id")
            ids[piece.post.id] = own_id if isinstance(own_id, str) else piece.post.id
        posts, tallies = list[Post](), list[Tally]()
        people = {user.id for user in parts.users}
        for mine, piece, state in self._comments:
            post, tally = _reply(mine, piece, root_id, ids)
            if mine is not None and state not in (None, approval(post)):
                report.tell(
                    "approval-changed",
                    "comments that were approved or taken away after the export: that "
                    "counts",
                    f"{piece.where}: {post.id}",
                )
                post = _changed(post, piece.post)
            posts.append(post)
            if tally is not None:
                tallies.append(tally)
            if mine is None and piece.author.id not in people:
                parts.users = (*parts.users, piece.author)
                people.add(piece.author.id)
        if first is not None:
            posts.insert(place, first)
        known = {post.id for post in posts}
        parts.accepted = tuple(each for each in parts.accepted if each in known)
        return parts.thread(posts, tallies)


def _first(root: Piece, members: object) -> Question:
    if not isinstance(members, dict):
        raise FormatError("field", "a member is not an object", None, None, "/question")
    native = root.post
    assert isinstance(native, Question)
    filled_in = {"kind": "question", "id": native.id, **members}
    _add_times(filled_in, native)
    if "title" not in filled_in and native.title is not None:
        filled_in["title"] = native.title
    filled_in.setdefault("tags", list(native.tags))
    post = post_of(filled_in, native.body.source, native.id)
    assert isinstance(post, Question)  # no other kind takes tags
    return post


def _reply(
    members: dict[str, Any] | None, piece: Piece, root_id: str, ids: dict[str, str]
) -> tuple[Post, Tally | None]:
    native = piece.post
    rest = {"kind": "comment"} if members is None else dict(members)
    if rest.get("kind") == "comment" and "parent_id" not in rest:
        parent_id = ids.get(native.parent_id or "")
        if parent_id is None:
            # Its number means nothing here: another post may have it as its id.
            raise FormatError("missing-parent", "a comment is about one that is gone")
        rest["parent_id"] = parent_id
        if members is None:  # written in WordPress, after the import
            assert isinstance(native, Comment)
            return evolve(native, parent_id=parent_id), None
    counts = rest.pop("tally", None)
    rest.setdefault("id", native.id)
    _add_times(rest, native)
    post = post_of(rest, native.body.source, root_id)
    if counts is None:
        return post, None
    if not isinstance(counts, dict):
        raise FormatError("field", "a tally is not an object")
    return post, filled(Tally, {**counts, "post_id": post.id})


def _changed(post: Post, native: Post) -> Post:
    """Return *post* shown, waiting or taken away as WordPress says."""
    if native.removed is not None:
        return evolve(post, removed=native.removed)
    waits = native.status.pending
    hidden = post.status.hidden if waits is not None else None
    status = evolve(post.status, pending=waits, hidden=hidden)
    return evolve(post, removed=None, deleted=None, status=status)


def _add_times(members: dict[str, Any], native: Post) -> None:
    """Add the time of WXR if ours did not need more than it holds."""
    if "created_at" not in members and native.created_at is not None:
        at = native.created_at.replace(tzinfo=None).isoformat()
        members["created_at"] = f"{at}Z"
