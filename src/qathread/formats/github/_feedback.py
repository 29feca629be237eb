"""Counts, reactions and wordings of one discussion or comment."""

from datetime import datetime
from typing import Any, Final

from ..._checks import reaction_kind
from ...bodies import Body
from ...errors import ValidationError
from ...feedback import Reaction, Tally
from ...revisions import Revision, RevisionKind
from ...users import User
from .._instants import iso
from .._members import Members
from ._names import first, nodes_of, page_of, pick, user_of

__all__ = ["feedback_of", "revisions_of"]

_KINDS: Final = {
    "THUMBS_UP": "+1",
    "THUMBS_DOWN": "-1",
    "LAUGH": "laugh",
    "HOORAY": "hooray",
    "CONFUSED": "confused",
    "HEART": "heart",
    "ROCKET": "rocket",
    "EYES": "eyes",
}
_ALL: Final = frozenset(_KINDS.values())


def feedback_of(
    members: Members, post_id: str, people: list[User]
) -> tuple[Tally | None, tuple[Reaction, ...]]:
    """Take counts, and reactions by name as far as the counts cover them."""
    ups = members.count(pick(members, "upvoteCount", "upvotes", "upvote_count"))
    counts = _groups(members)
    reactions = _by_name(members, post_id, people)
    put: dict[str, int] = {}
    for each in reactions:
        put[each.kind] = put.get(each.kind, 0) + 1
    short = any(counts.get(kind, count) < count for kind, count in put.items())
    complete = set(counts) >= _ALL
    if short or (complete and not set(put) <= set(counts)):
        members.report.loss(
            "count-differs",
            "more reactions by name than are counted: the names are left out",
            f"{members.where}: {post_id}",
            kind="noted",
        )
        reactions = ()
    tally = Tally(
        post_id=post_id,
        up=ups,
        down=None if ups is None else 0,
        reactions=tuple(counts.items()),
        complete=complete,
    )
    return (tally if tally.known else None), reactions


def _groups(members: Members) -> dict[str, int]:
    """Take counts of reactions, of either shape; what else is said of them stays."""
    counts: dict[str, int] = {}
    whole = True
    groups = members.peek("reactionGroups")
    for each in groups if isinstance(groups, list) else ():
        content = each.get("content") if isinstance(each, dict) else None
        total = first(each, "reactors", "users") if isinstance(each, dict) else None
        count = total.get("totalCount") if isinstance(total, dict) else None
        kind = _kind(content)
        if kind is not None and _is_count(count):
            counts.setdefault(kind, count)  # type: ignore[arg-type]
            known = set(each) <= {"content", "reactors", "users"}
            whole = whole and known and counts[kind] == count
        else:
            whole = False
    if counts and whole:
        members.drop("reactionGroups")
    shown = members.peek("reactions")
    if isinstance(shown, dict) and "nodes" not in shown and "edges" not in shown:
        rest = dict(shown)
        for name, count in shown.items():
            if name not in ("total_count", "totalCount", "url") and _is_count(count):
                kind = _kind(name)
                if kind is not None and counts.setdefault(kind, count) == count:
                    del rest[name]
        if rest.get("total_count") == sum(counts.values()):
            rest.pop("total_count")
        members.drop("reactions")
        if rest:
            members.put("reactions", rest)
    return counts


def _by_name(
    members: Members, post_id: str, people: list[User]
) -> tuple[Reaction, ...]:
    """Take reactions of which person and time are known, if all are."""
    found: dict[tuple[str, str], Reaction] = {}
    known: list[User] = []
    nodes = nodes_of(members.peek("reactions"))
    for each in nodes:
        if not isinstance(each, dict):
            return ()
        user = user_of(each.get("user"))
        content, at = each.get("content"), each.get("createdAt")
        when = iso(at) if isinstance(at, str) else None
        kind = _kind(content)
        if user is None or when is None or kind is None:
            return ()
        known.append(user)
        found[user.id, kind] = Reaction(
            post_id=post_id, user_id=user.id, kind=kind, at=when.at
        )
    people += known
    if nodes and page_of(members.peek("reactions")).get("hasNextPage") is not True:
        members.drop("reactions")
    return tuple(found.values())


def revisions_of(
    members: Members, post_id: str, body: Body, people: list[User]
) -> tuple[Revision, ...]:
    """
    Take the history of a text, if it can be had whole.

    GitHub calls the whole text after an edit a diff. Only where the newest one is
    the text that the post has now are they taken for that.
    """
    value = members.peek("userContentEdits")
    edits: list[tuple[datetime, str, User | None]] = []
    nodes = nodes_of(value)
    for each in nodes:
        text, at = (
            (each.get("diff"), first(each, "editedAt", "createdAt"))
            if isinstance(each, dict)
            else (None, None)
        )
        when = iso(at) if isinstance(at, str) else None
        if not isinstance(text, str) or when is None:
            return ()
        edits.append((when.at, text, user_of(each.get("editor"))))
    total = value.get("totalCount") if isinstance(value, dict) else None
    cut = page_of(value).get("hasNextPage") is True
    edits.sort(key=lambda edit: edit[:2])
    if (
        not edits
        or cut
        or total not in (None, len(edits))
        or edits[-1][1] != body.source
    ):
        return ()
    members.drop("userContentEdits")
    found: list[Revision] = []
    for number, (at, text, editor) in enumerate(edits, start=1):
        if editor is not None:
            people.append(editor)
        found.append(
            Revision(
                post_id=post_id,
                number=number,
                body=Body(source=text, media_type=body.media_type),
                editor_id=None if editor is None else editor.id,
                at=at,
                kind=RevisionKind.INITIAL if number == 1 else RevisionKind.EDIT,
            )
        )
    return tuple(found)


def _kind(content: object) -> str | None:
    """Return the kind of reaction that GitHub calls *content*."""
    if not isinstance(content, str):
        return None
    try:
        return reaction_kind(_KINDS.get(content, content.lower()), "a reaction")
    except ValidationError:
        return None


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0
