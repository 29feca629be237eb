"""The values of one discussion or comment, from its members."""

from datetime import datetime
from typing import Final

from attrs import frozen

from ...bodies import HTML, MARKDOWN, PLAIN, Body
from ...feedback import Reaction, Tally
from ...posts import Comment
from ...provenance import Provenance
from ...revisions import Revision
from ...status import Closed, Locked, LockLevel, Mark, PostStatus, Status
from ...users import User, UserKind
from .._gathering import nobody
from .._instants import iso
from .._members import Members
from ._feedback import feedback_of, revisions_of
from ._names import nodes_of, page_of, pick, user_of
from ._raw import Raw

__all__ = ["PLATFORM", "Common", "common_of", "status_of", "tags_of"]

PLATFORM: Final = "github"
#: The stand-in that GitHub shows for accounts that are gone.
_GHOST: Final = "ghost"


@frozen(kw_only=True, eq=False)
class Common:
    """What discussions and comments have in common; the post is of either kind."""

    post: Comment
    author: User
    tally: Tally | None
    as_of: datetime | None
    reactions: tuple[Reaction, ...]
    revisions: tuple[Revision, ...]
    people: tuple[User, ...]


def common_of(
    raw: Raw,
    members: Members,
    post_id: str,
    declared: dict[str, int],
    node: str | None,
) -> Common:
    """
    Take what both kinds have out of *members*; the rest goes to extra.

    Args:
        raw: What came.
        members: Its members, without those of its kind.
        post_id: Its id here.
        declared: Totals that were taken before.
        node: Its id there, for the provenance.
    """
    created_at = members.iso(pick(members, "createdAt", "created_at"))
    edited_at = members.iso("lastEditedAt")
    deleted_at = members.iso("deletedAt")
    url = members.text(pick(members, "html_url", "url"))
    as_of = _as_of(members)
    body = _body(raw, members)
    author, name = _author(members, post_id)
    people: list[User] = []
    tally, reactions = feedback_of(members, post_id, people)
    revisions = revisions_of(members, post_id, body, people)
    deleted, removed = _deleted(raw, deleted_at, author)
    post = Comment(
        id=post_id,
        parent_id=post_id,  # not known yet
        author_id=author.id,
        author_name=name,
        body=body,
        created_at=created_at,
        edited_at=edited_at,
        revision=max((each.number for each in revisions), default=1),
        deleted=deleted,
        removed=removed,
        status=_post_status(members),
        provenance=Provenance(
            platform=PLATFORM,
            id=node if node != post_id else None,
            url=url,
            time_precision=members.precision,
            zone_stated=members.zone_stated,
            declared=tuple(sorted(declared.items())),
            extra=members.extra(),
        ),
    )
    return Common(
        post=post,
        author=author,
        tally=tally,
        as_of=as_of,
        reactions=reactions,
        revisions=revisions,
        people=tuple(people),
    )


def status_of(members: Members) -> Status:
    """Take the marks of a discussion."""
    closed = members.flag("closed") if members.peek("closed") is not None else None
    state = members.peek("state")
    if state in ("open", "closed", "locked", "converting", "transferring"):
        if state in ("open", "closed"):
            members.drop("state")
        closed = state == "closed" if closed is None else closed
    closing = None
    if closed:
        reason = members.text(pick(members, "stateReason", "state_reason"))
        closing = Closed(
            at=members.iso(pick(members, "closedAt", "closed_at")),
            reason=None if reason is None else reason.lower(),
        )
    locked = members.flag("locked")
    if state == "locked" and locked is not False:
        members.drop("state")
        locked = True
    lock = None
    if locked:
        reason = members.text(pick(members, "activeLockReason", "active_lock_reason"))
        lock = Locked(
            level=LockLevel.REPLIES, reason=None if reason is None else reason.lower()
        )
    return Status(closed=closing, locked=lock)


def tags_of(members: Members) -> tuple[str, ...]:
    """Take the names of labels; labels that say more stay among the rest."""
    value = members.peek("labels")
    names, whole = list[str](), True
    for each in nodes_of(value):
        if isinstance(each, str):
            names.append(each)
        elif isinstance(each, dict) and isinstance(each.get("name"), str):
            names.append(each["name"])
            whole = whole and len(each) == 1
        else:
            whole = False
    more = page_of(value).get("hasNextPage") is True
    if names and whole and not more:
        members.drop("labels")
    return tuple(dict.fromkeys(names))


# -- parts ---------------------------------------------------------------------------


def _as_of(members: Members) -> datetime | None:
    """Return when this copy was true; the member stays, it is no time of the post."""
    text = members.peek(pick(members, "updatedAt", "updated_at"))
    found = iso(text) if isinstance(text, str) else None
    return None if found is None else found.at


def _body(raw: Raw, members: Members) -> Body:
    source = members.text("body")
    if source is not None:
        rendered = _is_flat(raw) and source.lstrip()[:1] == "<"
        rendered = rendered and 'dir="auto"' in source
        return Body(source=source, media_type=HTML if rendered else MARKDOWN)
    html = members.text("bodyHTML")
    if html is not None:
        return Body(source=html, media_type=HTML)
    plain = members.text("bodyText")
    if plain is not None:
        return Body(source=plain, media_type=PLAIN)
    members.report.loss(
        "body-missing",
        "a post without its text, which was not asked for: its body is empty, and "
        'extra says "body": null',
        str(members.where),
        kind="noted",
    )
    members.put("body", None)
    return Body(source="")


def _is_flat(raw: Raw) -> bool:
    """Tell whether a site made it, whose body may be what GitHub rendered."""
    author = raw.value.get("author")
    if isinstance(author, dict):
        return "login" not in author
    return "id" not in raw.value and "node_id" not in raw.value


def _author(members: Members, post_id: str) -> tuple[User, str | None]:
    name = "user" if "user" in members and "author" not in members else "author"
    value = members.peek(name)
    if value is None:
        if name in members:  # null: the account is gone
            return nobody(post_id, UserKind.DELETED), None
        return nobody(post_id, UserKind.REGISTERED), None
    user = user_of(value)
    if user is None:
        members.report.damage(
            "field",
            "an author without a login: it is kept in extra only",
            str(members.where.down(name)),
            kind="skipped",
        )
        return nobody(post_id, UserKind.REGISTERED), None
    if user.id.lower() == _GHOST:
        members.drop(name)
        return nobody(post_id, UserKind.DELETED, user.id), user.id
    if isinstance(value, dict):
        rest = dict(value)
        for known in ("login", "__typename"):
            rest.pop(known, None)
        if rest.get("name") in (user.name, user.id):
            rest.pop("name", None)
        members.drop(name)
        if rest:
            members.put(name, rest)
    else:
        members.drop(name)
    return user, user.handle


def _deleted(
    raw: Raw, at: datetime | None, author: User
) -> tuple[Mark | None, Mark | None]:
    if raw.event.action == "deleted":
        by = raw.event.by
        mark = Mark(by_id=by, at=at)
        unknown = author.kind is UserKind.REGISTERED and author.handle is None
        own = unknown or by in (None, author.id)
        return (mark, None) if own else (None, mark)
    return (None if at is None else Mark(at=at)), None


def _post_status(members: Members) -> PostStatus:
    hidden = None
    if members.flag("isMinimized"):
        hidden = Mark(reason=members.text("minimizedReason"))
    return PostStatus(hidden=hidden)
