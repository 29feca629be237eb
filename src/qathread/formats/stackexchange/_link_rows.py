"""Rows of PostLinks."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from ...ids import PostId
from ...status import Link, LinkKind
from ._encoding import in_order
from ._history import Past
from ._leftovers import links_of
from ._sheet import Sheet, listed, strings
from ._spool import number_of
from ._tables import LINK_KINDS

__all__ = ["put_links"]

_TYPES: Final = {LinkKind(kind): number for number, kind in LINK_KINDS.items()}
_Key: TypeAlias = tuple[LinkKind, str, PostId | None]


def put_links(sheet: Sheet, history: Mapping[PostId, list[dict[str, str]]]) -> None:
    """
    Put the links of a thread on its sheet.

    Args:
        sheet: Where they go.
        history: The rows that a reader kept of each post's history, in which
            migrations are.
    """
    content = sheet.content
    rows = [strings(row) for row in listed(sheet.members.get("links"))]
    if not rows and not content.links:
        return
    wanted: dict[_Key, Link] = {}
    for link in content.links:
        if wanted.setdefault(_key(link), link) is not link:
            sheet.lose("links")
    pasts = {
        post_id: Past(others=several)  # type: ignore[arg-type]
        for post_id, several in history.items()
        if post_id in sheet.posts
    }
    sound = [row for row in rows if row.get("PostId") and "Id" in row]
    found = {_key(link): link for link in links_of(sound, pasts, sheet.desk.values)}
    stale = {key for key, link in found.items() if wanted.get(key) != link}
    for row in rows:
        _put_kept(sheet, row, stale)
    for key, link in wanted.items():
        if found.get(key) != link:
            _put_new(sheet, link)


def _put_kept(sheet: Sheet, row: dict[str, str], stale: Iterable[_Key]) -> None:
    kind, post_id = LINK_KINDS.get(row.get("LinkTypeId", "")), row.get("PostId", "")
    if kind and (LinkKind(kind), row.get("RelatedPostId", ""), post_id) in stale:
        return
    number, post = number_of(row.get("Id", "")), sheet.reference(post_id)
    if number is None or post is None:
        sheet.lose_kept(post_id)
        return
    target = number_of(row.get("RelatedPostId", ""))
    sheet.desk.see(target or 0)
    sheet.put("PostLinks", number, {**in_order("PostLinks", row), "PostId": post})


def _put_new(sheet: Sheet, link: Link) -> None:
    kind = _TYPES.get(link.kind)
    question = sheet.content.question
    post_id = link.post_id
    if post_id is None and question is not None:
        post_id = question.id
    post = sheet.posts.get(post_id or "")
    if kind is None or post is None:
        sheet.lose("links")
        return
    if link.post_id is None:
        sheet.lose("links")  # it is read as a link of the question
    row = {
        "CreationDate": sheet.time(link.at),
        "PostId": post,
        "RelatedPostId": sheet.threads([link.target]),
        "LinkTypeId": kind,
    }
    sheet.put("PostLinks", None, row)


def _key(link: Link) -> _Key:
    return link.kind, link.target, link.post_id
