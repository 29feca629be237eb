"""The past of a post: its wordings, and what else happened to it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import define, field

from ..._bulk import maker
from ...bodies import MARKDOWN, Body
from ...revisions import Revision, RevisionKind
from ...status import Closed, Locked, Mark
from ...users import User, UserKind
from ._decoding import Row
from ._tables import CLOSE_REASONS
from ._values import Values, tag_text, time_text

__all__ = ["Past", "details", "marks", "past_of"]

_revision = maker(Revision)
_body = maker(Body)

_TITLE: Final = frozenset("147")
_BODY: Final = frozenset("258")
_TAGS: Final = frozenset("369")
_WORDING: Final = _TITLE | _BODY | _TAGS
_INITIAL: Final = frozenset("123")
_BACK: Final = frozenset("789")
_COLUMNS: Final = frozenset(
    {
        "Id",
        "PostHistoryTypeId",
        "PostId",
        "RevisionGUID",
        "CreationDate",
        "UserId",
        "UserDisplayName",
        "Comment",
        "Text",
        "ContentLicense",
    }
)


@define
class Past:
    """
    What the history of one post tells.

    Attributes:
        revisions: Its wordings, numbered from 1 up.
        noted: For each of them the rows that it came in: id, type and, where it
            is another one than in the row before, the licence.
        others: Rows of other kinds, and rows that a revision does not hold whole.
        people: Editors without an account.
    """

    revisions: list[Revision] = field(factory=list)
    noted: list[str] = field(factory=list)
    others: list[Row] = field(factory=list)
    people: list[User] = field(factory=list)


def past_of(
    rows: Sequence[Row], author: str, author_name: str | None, values: Values
) -> Past:
    """
    Return the past of one post.

    Args:
        rows: Its rows, in order of their ids.
        author: Who wrote it.
        author_name: The name of an author without an account.
        values: What makes values.
    """
    past = Past()
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.get("PostHistoryTypeId") in _WORDING:
            groups.setdefault(row.get("RevisionGUID") or row["Id"], []).append(row)
        else:
            past.others.append(row)
    license: str | None = ""
    body: Body | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    for held in groups.values():
        first = held[0]
        types = {row["PostHistoryTypeId"] for row in held}
        for row in held:
            kind, text = row["PostHistoryTypeId"], row.get("Text")
            if kind in _BODY:
                body = _body(text or "", MARKDOWN, None)
            elif kind in _TITLE:
                title = text
            else:
                tags = values.tags(text)
        if body is None:  # a wording without a text is none
            past.others += held
            continue
        number = len(past.revisions) + 1
        editor, person = _editor(first, number, author, author_name)
        if person is not None:
            past.people.append(person)
        at = values.instant(first.get("CreationDate"), f"history {first['Id']}")
        revision = _revision(
            first["PostId"],
            number,
            body,
            title,
            tags,
            editor,
            at,
            first.get("Comment"),
            RevisionKind.INITIAL
            if number == 1 and types & _INITIAL
            else RevisionKind.ROLLBACK
            if types & _BACK
            else RevisionKind.EDIT,
            first.get("RevisionGUID"),
        )
        past.revisions.append(revision)
        name = person.name if person is not None else None
        if editor == author and not first.get("UserId"):
            name = author_name
        noted = []
        for row in held:
            if not _follows(row, revision, editor, name):
                past.others.append(row)
                continue
            own = row.get("ContentLicense")
            entry = f"{row['Id']},{row['PostHistoryTypeId']}"
            if own != license:
                entry += f",{own or ''}"
                license = own
            noted.append(entry)
        past.noted.append(";".join(noted))
    return past


def _editor(
    row: Row, number: int, author: str, author_name: str | None
) -> tuple[str | None, User | None]:
    user_id = row.get("UserId")
    if user_id:
        return user_id, None
    name = row.get("UserDisplayName")
    if number == 1 and author.startswith("gone:") and name == author_name:
        return author, None
    if name is None:
        return None, None
    gone = f"gone:h{row['Id']}"
    return gone, User(id=gone, name=name, kind=UserKind.DELETED)


def _follows(
    row: Row, revision: Revision, editor: str | None, name: str | None
) -> bool:
    """Whether a row says nothing that its revision does not say."""
    known = editor is not None and not editor.startswith("gone:")
    license = row.get("ContentLicense") or ""
    return (
        row.keys() <= _COLUMNS
        and row.get("UserId") == (editor if known else None)
        and row.get("UserDisplayName") == (None if known else name)
        and row.get("Comment") == revision.summary
        and row.get("RevisionGUID") == revision.group
        and revision.at is not None
        and row.get("CreationDate") == time_text(revision.at)
        and "," not in license
        and ";" not in license
        and row.get("Text") == _text(row["PostHistoryTypeId"], revision)
        and ("ContentLicense" not in row or license != "")
    )


def _text(kind: str, revision: Revision) -> str | None:
    if kind in _BODY:
        return revision.body.source
    if kind in _TITLE:
        return revision.title
    return tag_text(revision.tags)


# -- what else happened ----------------------------------------------------------


@define
class Marks:
    """The marks that the history of one post leaves on it."""

    closed: Closed | None = None
    locked: Locked | None = None
    protected: Mark | None = None
    wiki: Mark | None = None
    deleted: bool = False


def marks(rows: Sequence[Row], values: Values) -> Marks:
    """Return the marks that stand after all that happened."""
    found = Marks()
    for row in rows:
        kind = row.get("PostHistoryTypeId")
        if kind not in _MARKING:
            continue
        at = values.instant(row.get("CreationDate"), f"history {row['Id']}")
        told = details(row)
        by = row.get("UserId") or (told.voters[-1] if told.voters else None)
        match kind:
            case "10":
                found.closed = Closed(
                    by_id=by,
                    at=at,
                    reason=close_reason(row),
                    duplicate_of=told.originals,
                )
            case "11":
                found.closed = None
            case "12":
                found.deleted = True
            case "13":
                found.deleted = False
            case "14":
                found.locked = Locked(by_id=by, at=at, reason=row.get("Comment"))
            case "15":
                found.locked = None
            case "16":
                found.wiki = Mark(by_id=by, at=at)
            case "19":
                found.protected = Mark(by_id=by, at=at)
            case _:  # 20
                found.protected = None
    return found


_MARKING: Final = frozenset({"10", "11", "12", "13", "14", "15", "16", "19", "20"})


@define
class Details:
    """
    What the JSON text of a row tells.

    Attributes:
        voters: Ids of those who voted for it.
        people: Their faces, where the text names them.
        originals: Ids of the threads that a question repeats.
    """

    voters: tuple[str, ...] = ()
    people: tuple[User, ...] = ()
    originals: tuple[str, ...] = ()


_NO_DETAILS: Final = Details()


def details(row: Row) -> Details:
    """Return what the text of a row tells; nothing if it is no such JSON."""
    text = row.get("Text")
    if not text or not text.startswith("{"):
        return _NO_DETAILS
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        return _NO_DETAILS
    if not isinstance(told, Mapping):
        return _NO_DETAILS
    people = []
    for voter in _listed(told.get("Voters")):
        if not isinstance(voter, Mapping) or not _is_id(voter.get("Id")):
            continue
        name = voter.get("DisplayName")
        known = isinstance(name, str) and "\0" not in name and _is_text(name)
        people.append(User(id=str(voter["Id"]), name=name if known else None))
    originals = [
        str(each) for each in _listed(told.get("OriginalQuestionIds")) if _is_id(each)
    ]
    people = list({user.id: user for user in people}.values())
    return Details(
        tuple(user.id for user in people),
        tuple(people),
        tuple(dict.fromkeys(originals)),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_id(value: object) -> bool:
    return type(value) is int and -1 <= value < 10**18


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def close_reason(row: Row) -> str | None:
    """Return why a question was closed, in words where the number is known."""
    comment = row.get("Comment")
    return CLOSE_REASONS.get(comment or "", comment)
