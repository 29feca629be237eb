"""One status as a post, with what is known of its earlier wordings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from ...bodies import HTML, Body
from ...feedback import Tally
from ...ids import PostId
from ...posts import PostKind
from ...provenance import Provenance
from ...revisions import Revision, RevisionKind
from ...status import Link, LinkKind
from ...users import User, UserKind
from .._gathering import Piece, nobody
from .._instants import iso
from .._making import made_post
from .._members import Members
from .._report import Collector
from ._intake import History, Status, parent_of

__all__ = ["PLATFORM", "account_in", "bare_status", "piece_of", "time_of"]

PLATFORM: Final = "mastodon"
_DECLARED: Final = {
    "favourites_count": "favourites",
    "quotes_count": "quotes",
    "reblogs_count": "reblogs",
    "replies_count": "replies",
}


def piece_of(
    status: Status,
    parent_id: PostId | None,
    history: History | None,
    report: Collector,
) -> Piece:
    """
    Return the piece of a thread that a status is.

    Args:
        status: The status.
        parent_id: What it replies to; None: it opens the thread.
        history: Its wordings, if they are known.
        report: Hears of members that are not what they should be.
    """
    take = Members(status.members, status.where, report)
    take.drop("id")
    if parent_of(status) is not None or take.peek("in_reply_to_id") is None:
        take.drop("in_reply_to_id")
    else:
        take.name("in_reply_to_id")  # reports what it is
    body = Body(
        source=take.text("content") or "",
        media_type=HTML,
        language=take.text("language") or None,
    )
    created_at, edited_at = take.iso("created_at"), take.iso("edited_at")
    declared = {short: take.count(name) for name, short in _DECLARED.items()}
    uri, url = take.text("uri"), take.text("url")
    author = _author(take, status.id)
    link = _quoted(take.peek("quote"), status.id)
    likes = declared["favourites"]
    wordings = _Wordings(body, edited_at, (), ())
    if history is not None:
        account = take.peek("account")
        wordings = _wordings(
            history, status.id, body, created_at, edited_at, account, report
        )
    if wordings.rest:
        take.put("history", list(wordings.rest))
    provenance = Provenance(
        platform=PLATFORM,
        id=uri,
        url=url,
        time_precision=take.precision,
        zone_stated=take.zone_stated,
        declared=tuple(
            (name, count) for name, count in declared.items() if count is not None
        ),
        extra=take.extra(),
    )
    number = max(1, len(wordings.revisions))
    tags = _tags(take.peek("tags")) if parent_id is None else ()
    post = made_post(
        PostKind.QUESTION if parent_id is None else PostKind.COMMENT,
        id=status.id,
        parent_id=parent_id,
        author=author,
        name=None,  # the account says how it is called today
        body=wordings.body,
        created_at=created_at,
        edited_at=wordings.edited_at,
        revision=number,
        provenance=provenance,
        tags=tags,
    )
    return Piece(
        post=post,
        author=author,
        where=str(status.where),
        tally=None
        if likes is None
        else Tally(post_id=status.id, reactions=(("favourite", likes),)),
        revisions=tuple(evolve(each, tags=tags) for each in wordings.revisions),
        links=() if link is None else (link,),
        people=wordings.people,
    )


def bare_status(history: History, status_id: str) -> Status:
    """Return a status of which only the history is known."""
    first, last = history.entries[0], history.entries[-1]
    members: dict[str, object] = {
        "id": status_id,
        "content": last.get("content"),
        "created_at": first.get("created_at"),
        "edited_at": last.get("created_at") if len(history.entries) > 1 else None,
        "account": last.get("account"),
    }
    return Status(status_id, members, history.where)


# -- wordings --------------------------------------------------------------------


@frozen
class _Wordings:
    """The current wording, its time, all wordings, what else they say, and editors."""

    body: Body
    edited_at: datetime | None
    revisions: tuple[Revision, ...]
    rest: tuple[Mapping[str, object], ...]
    people: tuple[User, ...] = ()


def _wordings(
    history: History,
    status_id: PostId,
    body: Body,
    created_at: datetime | None,
    edited_at: datetime | None,
    account: object,
    report: Collector,
) -> _Wordings:
    revisions, rest = list[Revision](), list[Mapping[str, object]]()
    people = list[User]()
    for number, entry in enumerate(history.entries, start=1):
        take = Members(entry, history.where.down(number - 1), report)
        text = take.text("content") or ""
        editor = account_in(take.peek("account"))
        revisions.append(
            Revision(
                post_id=status_id,
                number=number,
                body=Body(source=text, media_type=HTML, language=body.language),
                editor_id=None if editor is None else editor.id,
                at=take.iso("created_at"),
                kind=RevisionKind.INITIAL if number == 1 else RevisionKind.EDIT,
            )
        )
        if take.peek("account") in (None, account):
            take.drop("account")  # the same in each, and the status has it
        if editor is not None:
            people.append(editor)
        rest.append(take.rest)
    last = revisions[-1]
    if last.body == body:
        return _Wordings(body, edited_at, tuple(revisions), tuple(rest), tuple(people))
    if last.at is not None and (edited_at or created_at or last.at) > last.at:
        current = Revision(
            post_id=status_id, number=len(revisions) + 1, body=body, at=edited_at
        )
        return _Wordings(
            body, edited_at, (*revisions, current), tuple(rest), tuple(people)
        )
    report.tell(
        "older-status",
        "a status that is older than its history: the last wording of that counts",
        f"{history.where}: {status_id}",
    )
    return _Wordings(last.body, last.at, tuple(revisions), tuple(rest), tuple(people))


# -- parts -----------------------------------------------------------------------


def time_of(members: Mapping[str, object]) -> datetime | None:
    """Return when a status or a wording was made, read without a word."""
    value = members.get("created_at")
    found = iso(value) if isinstance(value, str) else None
    return None if found is None else found.at


def account_in(value: object) -> User | None:
    """Return the face of an account; None without an id."""
    if not isinstance(value, dict):
        return None
    name, shown, handle = (value.get(n) for n in ("id", "display_name", "acct"))
    if type(name) is int:
        name = str(name)
    if not isinstance(name, str) or not name:
        return None
    return User(
        id=name,
        name=shown if isinstance(shown, str) and shown else None,
        handle=handle if isinstance(handle, str) and handle else None,
        kind=UserKind.BOT if value.get("bot") is True else UserKind.REGISTERED,
    )


def _author(take: Members, status_id: str) -> User:
    account = take.peek("account")
    found = account_in(account)
    if found is None:
        take.report.damage(
            "field",
            "a status without the account that wrote it: nobody is its author",
            f"{take.where}: {status_id}",
        )
        return nobody(status_id, UserKind.REGISTERED)
    return found


def _tags(value: object) -> tuple[str, ...]:
    names = [
        tag.get("name")
        for tag in (value if isinstance(value, list) else ())
        if isinstance(tag, dict)
    ]
    return tuple(name for name in names if isinstance(name, str) and name)


def _quoted(value: object, status_id: str) -> Link | None:
    """Return a link to what a status quotes: an id, or an address."""
    if not isinstance(value, dict):
        return None
    inner = value.get("quoted_status", value)
    found = value.get("quoted_status_id")
    if isinstance(inner, dict):
        found = inner.get("id") or inner.get("uri") or found
    if type(found) is int:
        found = str(found)
    if not isinstance(found, str) or not found:
        return None
    return Link(kind=LinkKind.LINKED, target=found, post_id=status_id)
