"""Texts, titles, tags and marks of one post."""

from collections.abc import Mapping
from itertools import chain
from typing import Final

from .._report import Collector
from ._drafts import Draft
from ._nodes import Node, each, types_of
from ._own import take_marks, take_own
from ._props import Props, text_in
from ._words import DELETED, EXTENSION

__all__ = ["inner_text", "is_plain", "take_body", "take_heading", "take_status"]

_BODY: Final = ("text", "articleBody")


def take_body(draft: Draft, props: Props) -> None:
    """Take the text of a post, and what it is written in."""
    for name in _BODY:
        text = props.text(name)
        if text is None:
            continue
        draft.text = str(text)
        if text.media_type is not None:
            draft.media_type = text.media_type
        draft.language = text.language
        break
    stated = props.text("encodingFormat")
    if stated:
        draft.media_type = str(stated)
    language = props.text("inLanguage")
    if language is not None:
        draft.language = str(language)


def take_heading(node: Mapping[str, object], draft: Draft, props: Props) -> None:
    """Take the title and the tags of the first post."""
    if draft.parent is not None:
        return
    is_qa, names = "Question" in types_of(node), ("headline", "name")
    for name in reversed(names) if is_qa else names:
        title = props.text(name)
        if title is not None:
            draft.title = str(title)
            break
    tags: list[str] = []
    several = props.peek("keywords")
    # What stands in elements is always a list, also where it is one text.
    is_list = props.is_list("keywords") and not (
        isinstance(node, Node) and len(several) == 1
    )
    left: list[object] = []
    for value in props.take("keywords"):
        found = inner_text(value, "name")
        if found is None or not is_plain(value, "DefinedTerm"):
            left.append(value)
        if found is None:
            continue
        if is_list:
            tags.append(found)
        else:
            tags.extend(filter(None, map(str.strip, found.split(","))))
    draft.tags = tuple(tags)
    if left:
        props.put("keywords", left)


def take_status(draft: Draft, props: Props, report: Collector) -> None:
    """Take whether a post was taken down, and the marks of our own."""
    taken, left = props.text(f"{EXTENSION}takenDown"), list[object]()
    for value in props.take("creativeWorkStatus"):
        if isinstance(value, str) and value.lower() == DELETED.lower():
            draft.removed = taken in ("removed", "both")
            draft.deleted = taken != "removed"
        else:
            left.append(value)
    if left:
        props.put("creativeWorkStatus", left[0] if len(left) == 1 else left)
    draft.marks = take_marks(props, report)
    if draft.parent is None:
        draft.own = take_own(props, report)


def inner_text(value: object, *names: str) -> str | None:
    """Return a text, or the first text that a node has under one of *names*."""
    found = text_in(value)
    if isinstance(value, dict):
        values = chain.from_iterable(each(value.get(name)) for name in names)
        found = found or next(filter(None, map(text_in, values)), None)
    return str(found) if found else None


def is_plain(value: object, type: str) -> bool:
    """Tell whether a value is a text, or a node of that type with one property."""
    if not isinstance(value, dict):
        return True
    return types_of(value) in ((), (type,)) and len(value.keys() - {"@type"}) == 1
