"""
One thread of what a page says in several ways.

A page may carry JSON-LD and microdata of the same question. Posts are matched by id,
then by their words, then by author and time; what one way leaves out, the other fills
in, and where they differ the first one counts and that is told.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Final

from ...bodies import HTML, PLAIN
from ...errors import excerpt
from ...posts import PostKind
from .._report import Collector
from ._drafts import Draft, Found, with_members
from ._own import UNMARKED

__all__ = ["merged"]

_TAG: Final = re.compile(r"<[^<>]*>")
#: What is taken from the other way where it is not known.
_PARTS: Final = ("title", "language", "edited", "url", "license", "position")
_VOTES: Final = ("up", "down", "score")
_UNKNOWN: Final = (None, None, None)
#: What is told where it differs, beside what is compared in a way of its own.
_COMPARED: Final = ("edited", "language", "license", "tags")
_NOTHING: Final = (None, "", ())
_Key = tuple[PostKind | None, str]


def merged(found: Iterable[Found], report: Collector) -> list[Found]:
    """Return each thread once, in order of first appearance."""
    threads = list(found)
    counts = Counter(thread.source for thread in threads)
    kept: list[Found] = []
    by_id: dict[tuple[str, str | None], Found] = {}
    by_title: dict[str, Found] = {}
    for thread in threads:
        root = thread.root
        same = by_id.get((root.id, thread.thread_id))
        if same is None:
            title = _words(root.title or "")
            other = by_title.get(title) if title else None
            if other is None and kept and counts[thread.source] == 1:
                first = kept[0]
                if counts[first.source] == 1 and _are_alike(first.root, root):
                    other = first
            if other is not None and other.source != thread.source:
                same = other
            else:
                by_title.setdefault(title, thread)
        if same is None or same.is_qa is not thread.is_qa:
            kept.append(thread)
            by_id.setdefault((root.id, thread.thread_id), thread)
        elif same.source == thread.source:
            same.drafts.extend(thread.drafts)  # copies of one way, merged by id
        else:
            _overlay(same, thread, report)
    return kept


def _are_alike(one: Draft, other: Draft) -> bool:
    """Tell whether the only threads that two ways give can be the same one."""
    if not one.title or not other.title:
        return True
    words = _words(one.text)
    return _words(one.title) == _words(other.title) or (
        bool(words) and words == _words(other.text)
    )


def _overlay(first: Found, second: Found, report: Collector) -> None:
    """Add to *first* what only *second* says."""
    partners = _partners(first, second)
    first.thread_id = first.thread_id or second.thread_id
    first.extra = first.extra or second.extra
    for draft in second.drafts:
        partner = partners.get(id(draft))
        if partner is not None:
            _fill(partner, draft, report)
            continue
        if draft.parent is not None:
            draft.parent = partners.get(id(draft.parent), draft.parent)
        first.drafts.append(draft)


def _partners(first: Found, second: Found) -> dict[int, Draft]:
    found = {id(second.root): first.root}
    free = {id(draft): draft for draft in first.drafts[1:]}
    for key_of in (_by_id, _by_words, _by_author):
        known: dict[_Key, Draft] = {}
        for draft in free.values():
            key = key_of(draft)
            if key is not None:
                known.setdefault(key, draft)
        for draft in second.drafts[1:]:
            key = None if id(draft) in found else key_of(draft)
            partner = None if key is None else known.pop(key, None)
            if partner is not None:
                found[id(draft)] = partner
                del free[id(partner)]
    return found


def _by_id(draft: Draft) -> _Key | None:
    return (draft.kind, draft.id) if draft.is_named else None


def _by_words(draft: Draft) -> _Key | None:
    words = _words(draft.text)
    return (draft.kind, words) if words else None


def _by_author(draft: Draft) -> _Key | None:
    if draft.author is None or draft.created is None:
        return None
    name = draft.author.name or draft.author.id
    return draft.kind, f"{draft.created.isoformat()} {name}"


def _words(text: str) -> str:
    """Return the letters of a text, however it is marked up."""
    return "".join(unescape(_TAG.sub("", text)).split())


def _fill(first: Draft, second: Draft, report: Collector) -> None:
    _tell(first, second, report)
    first.kind = first.kind or second.kind
    if second.is_named and not first.is_named:
        first.id, first.is_named = second.id, True
    if not first.text or (
        second.media_type == HTML
        and first.media_type == PLAIN
        and _words(first.text) == _words(second.text)
    ):
        first.text, first.media_type = second.text, second.media_type
    for name in _PARTS:
        if getattr(first, name) is None:
            setattr(first, name, getattr(second, name))
    if first.created is None or (second.created and not first.zone_stated):
        first.created = second.created
        first.precision, first.zone_stated = second.precision, second.zone_stated
    if first.author is None or (
        second.author is not None
        and first.author.id == f"page:{second.author.name}"
        and second.author.id != first.author.id
    ):
        first.author = second.author
    first.tags = first.tags or second.tags
    first.links = first.links or second.links
    first.people = first.people or second.people
    first.accepted |= second.accepted
    first.deleted |= second.deleted
    first.removed |= second.removed
    first.own = first.own or second.own
    if first.marks == UNMARKED:
        first.marks = second.marks
    if first.counts.views is None:
        first.counts.views = second.counts.views
    if first.counts.votes == _UNKNOWN:  # else they might not fit together
        for name in _VOTES:
            setattr(first.counts, name, getattr(second.counts, name))
    first.counts.reactions = first.counts.reactions or second.counts.reactions
    first.counts.declared = {**second.counts.declared, **first.counts.declared}
    first.extra = with_members(first.extra, **_members(second.extra))


def _tell(first: Draft, second: Draft, report: Collector) -> None:
    pairs = {
        "text": (_words(first.text), _words(second.text)),
        "created": (first.created, second.created),
        "score": (first.counts.net, second.counts.net),
        "title": (_words(first.title or ""), _words(second.title or "")),
        "author": (_name(first), _name(second)),
        "views": (first.counts.views, second.counts.views),
        **{name: (getattr(first, name), getattr(second, name)) for name in _COMPARED},
    }
    differing: list[str] = []
    for name, (one, other) in pairs.items():
        if one not in _NOTHING and other not in _NOTHING and one != other:
            differing.append(name)
    mine, theirs = _members(first.extra), _members(second.extra)
    differing += [
        excerpt(name, 40)
        for name in mine.keys() & theirs.keys()
        if mine[name] != theirs[name]
    ]
    for name in sorted(differing):
        report.tell(
            "sources-differ",
            "a page says two things of one post, in two ways of marking it up: the "
            "first is kept",
            f"{first.where}, {second.where}: {name}",
        )


def _name(draft: Draft) -> str | None:
    return None if draft.author is None else draft.author.name


def _members(extra: str | None) -> Mapping[str, object]:
    return {} if extra is None else json.loads(extra)
