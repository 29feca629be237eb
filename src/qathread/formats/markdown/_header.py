"""The header of a thread: keys and JSON values, in a form that YAML knows too."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import evolve

from ..._walks import preorder
from ...errors import FormatError, QathreadError
from ...posts import Post, Stub
from ...serialization._converter import decoded
from ...thread import Thread, index_in
from .._own_parts import Parts, members_of, post_members, post_of

__all__ = ["LAYOUT", "header", "shell", "with_bodies"]

LAYOUT: Final = 1
_LISTS: Final = ("users", "stubs", "tallies", "bounties", "links")
_SHARED: Final = ("provenance", "body")
_SHOWN: Final = {"users": "people"}
_INNER: Final = {shown: name for name, shown in _SHOWN.items()}
_KEY: Final = re.compile(r"([a-z][a-z_-]{0,40}): ?")
# Line ends of YAML that JSON has not, marks that no editor shows, surrogates.
_ODD: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def header(thread: Thread) -> Iterator[str]:
    """Yield the lines of the header of a thread, without what encloses them."""
    members = members_of(thread, extra=False)
    yield f"qathread: {LAYOUT}\n"
    for name in ("id", "kind", "accepted", "status", "provenance"):
        if name in members:
            yield f"{name}: {_json(members.pop(name))}\n"
    for name in _LISTS:
        if name in members:
            yield f"{_SHOWN.get(name, name)}:\n"
            yield from _items(members.pop(name))
    index = index_in(thread)
    shown = [
        node.post
        for _, node in preorder(index.nodes, thread.root.id)
        if not isinstance(node.post, Stub)
    ]
    if isinstance(thread.root, Stub):
        yield f"root: {_json(thread.root.id)}\n"
    places = {post.id: place for place, post in enumerate(shown)}
    order = [places[post.id] for post in thread.posts]
    if order != list(range(len(order))):
        yield f"order: {_json(order)}\n"
    empty = [
        place
        for place, post in enumerate(shown)
        if post.stands and not post.body.source
    ]
    if empty:
        yield f"empty: {_json(empty)}\n"
    posts = [
        # What was taken down is not put up again, its title neither.
        post_members(post, *(() if post.stands else ("title",)), extra=False)
        for post in shown
    ]
    usual = _usual(posts)
    if usual:
        yield f"usual: {_json(usual)}\n"
    yield "posts:\n"
    yield from _items(posts)


def shell(lines: list[str]) -> tuple[Thread, frozenset[str]]:
    """
    Return the thread of a header without texts, and which posts have none.

    Raises:
        FormatError: If it is no header of ours, or damaged.
    """
    members = _decoded(lines)
    layout = members.pop("qathread", None)
    if layout != LAYOUT:
        raise FormatError(
            "too-new",
            f"the file is in layout {str(layout)[:20]}, this version reads {LAYOUT}",
        )
    for shown, name in _INNER.items():
        if shown in members:
            members[name] = members.pop(shown)
    listed, order = members.pop("posts", []), members.pop("order", None)
    without = members.pop("empty", [])
    root_id = members.pop("root", None)
    if not isinstance(listed, list) or not all(isinstance(p, dict) for p in listed):
        raise FormatError("field", "posts is no list of objects", None, None, "posts")
    if root_id is None and listed:
        root_id = listed[0].get("id")
    if not isinstance(root_id, str):
        raise FormatError("field", "the header names no first post")
    posts: list[Post] = []
    usual = members.pop("usual", {})
    if not isinstance(usual, dict) or not all(
        name in _SHARED and isinstance(shared, dict) for name, shared in usual.items()
    ):
        problem = f"usual is no object of {' and '.join(_SHARED)}"
        raise FormatError("field", problem, None, None, "usual")
    for place, each in enumerate(listed):
        for name, shared in usual.items():
            own = each.get(name, {})
            if isinstance(own, dict):
                each[name] = {**shared, **own}
        try:
            posts.append(post_of(each, "", root_id))
        except FormatError as error:
            raise _within(error, f"posts, item {place}") from None
    if not isinstance(without, list) or not set(map(repr, without)) <= {
        repr(place) for place in range(len(posts))
    }:
        raise FormatError("field", "empty names a post that is not there")
    empty = frozenset(posts[place].id for place in without)
    if order is not None:
        if not isinstance(order, list) or not _is_order(order, len(posts)):
            raise FormatError("field", "order does not name each post once")
        posts = [posts[place] for place in order]
    try:
        return Parts(members).thread(posts), empty
    except FormatError:
        raise
    except QathreadError as error:
        raise FormatError("field", str(error)) from None


def with_bodies(thread: Thread, sources: Mapping[str, str]) -> Thread:
    """Return *thread* with the texts of its posts put in."""
    content = thread.content

    def full(post: Post) -> Post:
        source = sources.get(post.id)
        if not source:
            return post
        return evolve(post, body=evolve(post.body, source=source))

    return Thread.from_parts(
        id=thread.id,
        kind=thread.kind,
        posts=map(full, thread.posts),
        stubs=content.stubs,
        tallies=content.tallies,
        users=content.users,
        accepted=content.accepted,
        status=content.status,
        bounties=content.bounties,
        links=content.links,
        provenance=content.provenance,
    )


def _usual(posts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Take out of posts what all of them say of their origins and bodies."""
    found: dict[str, dict[str, Any]] = {}
    for name in _SHARED:
        held = [post[name] for post in posts if name in post]
        if len(held) < 2 or len(held) < len(posts):
            continue
        shared = {
            key: value
            for key, value in held[0].items()
            if all(key in each and each[key] == value for each in held)
        }
        if not shared:
            continue
        found[name] = shared
        for post in posts:
            rest = {k: each for k, each in post[name].items() if k not in shared}
            del post[name]
            if rest:
                post[name] = rest
    return found


def _decoded(lines: list[str]) -> dict[str, Any]:
    """Return the keys and values of a header."""
    members: dict[str, Any] = {}
    items: list[Any] | None = None
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\r\n")
        where = f"header, line {number}"
        if line.startswith("  - "):
            if items is None:
                raise FormatError("syntax", "an item without a list", None, None, where)
            items.append(_value(line[4:], where))
            continue
        match = _KEY.match(line)
        if match is None:
            raise FormatError("syntax", "a line is no 'key: value'", None, None, where)
        name, text = match[1], line[match.end() :]
        if name in members:
            raise FormatError(
                "duplicate-key", f"key {name!r} stands twice", None, None, where
            )
        items = None
        if text.strip():
            members[name] = _value(text, where)
        else:
            members[name] = items = []
    return members


def _value(text: str, where: str) -> Any:
    try:
        # Wrapped, since a document of ours is an object.
        return decoded(f'{{"":{text}}}'.encode("utf-8", "replace"))[""]
    except (FormatError, KeyError) as error:
        found = error if isinstance(error, FormatError) else None
        code = "syntax" if found is None else found.code
        raise FormatError(code, "a value is no JSON", None, None, where) from None


def _within(error: FormatError, where: str) -> FormatError:
    place = f"header, {where}{error.where or ''}"
    return FormatError(error.code, error.message, None, None, place)


def _is_order(order: list[Any], count: int) -> bool:
    return all(type(each) is int for each in order) and (
        sorted(order) == list(range(count))
    )


def _items(values: Any) -> Iterator[str]:
    for value in values:
        yield f"  - {_json(value)}\n"


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # The header of a second thread is an HTML comment, which must not end early.
    text = text.replace("-->", "--\\u003e").replace("--!>", "--!\\u003e")
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
