"""Rows of PostHistory for the wordings of posts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from ...bodies import HTML, MARKDOWN
from ...posts import Answer, Question
from ...revisions import Revision, RevisionKind
from ._encoding import Cells
from ._sheet import Sheet

__all__ = ["change_id", "put_wordings", "wordings_of"]

#: Names of changes are made of what was changed: the same threads, the same bytes.
_SPACE: Final = UUID("6f1d0d5e-5f0a-5c53-9d0a-3c1f3f0e8b7d")
_NOTED: Final = re.compile("([0-9]{1,18}),([1-9])(?:,([^,;]*))?")
_TITLE, _BODY, _TAGS = "147", "258", "369"
_TYPES: Final[Mapping[RevisionKind, int]] = {
    RevisionKind.INITIAL: 0,
    RevisionKind.EDIT: 1,
    RevisionKind.ROLLBACK: 2,
}


def change_id(*parts: object) -> str:
    """Return a name for changes that were made at once."""
    return str(uuid5(_SPACE, "\n".join(map(str, parts))))


def wordings_of(
    sheet: Sheet, post: Question | Answer, known: Sequence[Revision]
) -> list[Revision]:
    """
    Return the wordings of a post that are written.

    The current one is among them if it has a record, if earlier ones have, or if the
    body is no HTML, which Posts has no place for.
    """
    if known and known[-1].number >= post.revision:
        return list(known)
    if not known and post.body.media_type == HTML:
        return []
    sheet.lose("wordings", f"post {post.id}")
    first = not known and post.revision == 1
    title, tags = (post.title, post.tags) if isinstance(post, Question) else (None, ())
    current = Revision(
        post_id=post.id,
        number=post.revision,
        body=post.body,
        title=title,
        tags=tags,
        editor_id=post.author_id if first else None,
        at=post.created_at if first else post.edited_at,
        kind=RevisionKind.INITIAL if first else RevisionKind.EDIT,
    )
    return [*known, current]


def put_wordings(
    sheet: Sheet,
    post: Question | Answer,
    wordings: Sequence[Revision],
    noted: Sequence[object],
) -> None:
    """
    Put the rows of the wordings of one post on the sheet.

    Args:
        sheet: Where they go.
        post: The post.
        wordings: Its wordings, without gaps.
        noted: What a reader kept of the rows of each, from the first one on.
    """
    license: str | None = None
    own = None if post.provenance is None else post.provenance.license
    groups: set[str | None] = {None, ""}
    before: Revision | None = None
    for place, wording in enumerate(wordings):
        known: object = None
        if wording.number <= len(noted):
            known = noted[wording.number - 1]
        if isinstance(known, str):
            cells = _cells(sheet, post, wording, wording.group)
            for entry in known.split(";") if known else ():
                match = _NOTED.fullmatch(entry)
                if match is None:
                    sheet.lose("provenance", f"post {post.id}")
                    continue
                if match[3] is not None:
                    license = match[3] or None
                _put(sheet, wording, int(match[1]), match[2], cells, license)
            groups.add(wording.group)
        else:
            group = wording.group
            if group in groups:
                if group:
                    sheet.lose("revision-groups", f"post {post.id}")
                group = change_id(sheet.thread.id, post.id, wording.number)
            groups.add(group)
            cells = _cells(sheet, post, wording, group)
            _look_at_editor(sheet, post, wording, place)
            for kind in _kinds(sheet, wording, before, place):
                _put(sheet, wording, None, kind, cells, own)
        _look_at_bodies(sheet, wording)
        before = wording
    numbers = [wording.number for wording in wordings]
    if numbers != list(range(1, len(numbers) + 1)) or post.revision != max(
        1, len(numbers)
    ):
        sheet.lose("revision-numbers", f"post {post.id}")


def _cells(
    sheet: Sheet, post: Question | Answer, wording: Revision, group: str | None
) -> Cells:
    """Return what the rows of one wording have in common."""
    user, name = None, None
    editor = wording.editor_id
    if editor is not None:
        author_name = post.author_name if editor == post.author_id else None
        user, name = sheet.person(editor, author_name)
        if user is not None:  # a name would say nothing more
            name = None
    return {
        "PostHistoryTypeId": None,
        "PostId": sheet.posts[post.id],
        "RevisionGUID": group,
        "CreationDate": sheet.time(wording.at),
        "UserId": user,
        "UserDisplayName": name,
        "Comment": wording.summary,
        "Text": None,
    }


def _look_at_editor(
    sheet: Sheet, post: Question | Answer, wording: Revision, place: int
) -> None:
    """Report an editor whom a reader cannot know again."""
    editor = wording.editor_id
    if place == 0:  # whoever has the author's name is the author
        author = sheet.is_nobody(post.author_id)
        nameless = author and sheet.person(post.author_id, post.author_name)[1] is None
        known = editor == post.author_id or (editor is None and not nameless)
    else:
        known = editor is None
    if not known and (editor is None or sheet.is_nobody(editor)):
        sheet.lose("people", f"post {post.id}")


def _put(
    sheet: Sheet,
    wording: Revision,
    number: int | None,
    kind: str,
    cells: Cells,
    license: str | None,
) -> None:
    text: str | None = wording.body.source
    if kind in _TITLE:
        text = wording.title
    elif kind in _TAGS:
        text = sheet.tags(wording.tags)
    row = {
        **cells,
        "PostHistoryTypeId": kind,
        "Text": text,
        "ContentLicense": license,
    }
    sheet.put("PostHistory", number, row)


def _kinds(
    sheet: Sheet, wording: Revision, before: Revision | None, place: int
) -> Iterator[str]:
    """Yield the types of the rows that a wording needs: what it changes."""
    kind = wording.kind
    if kind is RevisionKind.INITIAL and place > 0:
        sheet.lose("revision-kinds", f"post {wording.post_id}")
        kind = RevisionKind.EDIT
    title = None if before is None else before.title
    tags = () if before is None else before.tags
    yield _BODY[_TYPES[kind]]
    if wording.title != title:
        yield _TITLE[_TYPES[kind]]
    if wording.tags != tags:
        yield _TAGS[_TYPES[kind]]


def _look_at_bodies(sheet: Sheet, wording: Revision) -> None:
    if wording.body.media_type != MARKDOWN:
        sheet.lose("body-media-type", f"post {wording.post_id}")
    if wording.body.language is not None:
        sheet.lose("language", f"post {wording.post_id}")
