"""The names of discussions and comments: one thing has several."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from ...users import User, UserKind
from .._instants import iso
from .._members import Members

__all__ = [
    "Names",
    "first",
    "is_comment",
    "is_discussion",
    "login_of",
    "nodes_of",
    "page_of",
    "pick",
    "user_of",
]

_PAGE: Final = re.compile(
    r"https?://[^/\s]+/([^/\s]+/[^/\s]+)/discussions/([0-9]{1,18})"
    r"(?:#discussioncomment-([0-9]{1,18}))?"
)
_API_REPO: Final = re.compile(r"https?://[^\s]{1,100}/repos/([^/\s]+/[^/\s]+)/?")


class Names:
    """Gives each discussion and comment one name, whatever a document calls it."""

    def __init__(self) -> None:
        self._discussions: dict[str, str] = {}
        self._moved: dict[str, set[str]] = {}  # addresses that are of one discussion
        self._as_of: dict[str, str] = {}  # when an address was last in use
        self._last: dict[str, str] = {}  # the newest one, as far as it was asked for
        self._comments: dict[str, str] = {}

    def of_discussion(self, value: Mapping[str, Any], repo: str | None) -> str | None:
        """Return a name of a discussion, and learn its others."""
        number = _number(value.get("number"))
        found = _url_of(value)
        repo = repo or _repo_of(value)
        best = None
        if found is not None:
            best = f"{found[1]}#{found[2]}"
        elif number is not None and repo is not None:
            best = f"{repo}#{number}"
        node = first(value, "node_id") or _text(value.get("id"))
        data = _number(value.get("databaseId")) or _number(value.get("id"))
        others = [f"node {node}"] if node else []
        others += [f"database {data}"] if data else []
        names = [best, *others, f"#{number}" if number is not None else None]
        known = [name for name in names if name is not None]
        if best is not None:
            for other in others:
                before = self._discussions.setdefault(other, best)
                if before != best:  # moved, or the repository has another name
                    self._moved.setdefault(before, set()).add(best)
                    self._moved.setdefault(best, set()).add(before)
            at = first(value, "updatedAt", "updated_at")
            when = iso(at) if isinstance(at, str) else None
            said = "" if when is None else when.at.isoformat()
            self._as_of[best] = max(said, self._as_of.get(best, ""))
        return known[0] if known else None

    def of_comment(self, value: Mapping[str, Any], discussion: str) -> str:
        """Return a name of a comment, and learn its others."""
        found = _url_of(value)
        node = first(value, "node_id") or _text(value.get("id"))
        data = _number(value.get("databaseId")) or _number(value.get("id"))
        if found is not None and found[3] is not None:
            data = found[3]
        if data is not None:
            if node is not None and node != data:
                self._comments[f"node {node}"] = data
            return data
        if node is not None:
            return f"node {node}"
        at = first(value, "createdAt", "created_at")
        instant = iso(at) if isinstance(at, str) else None
        text = "\n".join(
            (
                discussion,
                login_of(first(value, "author", "user")) or "",
                instant.at.isoformat() if instant else str(at),
                str(first(value, "body", "bodyHTML", "bodyText") or ""),
            )
        )
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        return f"x-{digest[:16]}"

    def of_home(self, value: Mapping[str, Any]) -> str | None:
        """Return a name of the discussion that the address of a comment says."""
        found = _url_of(value)
        if found is not None:
            return f"{found[1]}#{found[2]}"
        data = _number(value.get("discussion_id"))
        return None if data is None else f"database {data}"

    def discussion(self, name: str) -> str:
        """Return the best name that is known by now, without its mark."""
        found = self._discussions.get(name, name)
        return _plain(self._newest(found) if found in self._moved else found)

    def _newest(self, name: str) -> str:
        """Return the newest of the addresses that a discussion had."""
        if name in self._last:
            return self._last[name]
        found, waiting = {name}, [name]
        while waiting:
            more = self._moved[waiting.pop()] - found
            found |= more
            waiting += more
        last = max(found, key=lambda each: (self._as_of.get(each, ""), each))
        self._last.update(dict.fromkeys(found, last))
        return last

    def comment(self, name: str) -> str:
        """Return the best name that is known by now, without its mark."""
        return _plain(self._comments.get(name, name))


def _plain(name: str) -> str:
    return name.removeprefix("node ").removeprefix("database ")


# -- looking -------------------------------------------------------------------------


def first(value: Mapping[str, Any], *names: str) -> Any:
    """Return the first member that is there and not null."""
    return next((value[each] for each in names if value.get(each) is not None), None)


def nodes_of(value: object) -> list[Any]:
    """Return what a connection holds: nodes, or the nodes of edges, or a list."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    nodes, edges = value.get("nodes"), value.get("edges")
    if isinstance(nodes, list):
        return [each for each in nodes if each is not None]
    if isinstance(edges, list):
        found = (each.get("node") if isinstance(each, dict) else each for each in edges)
        return [each for each in found if each is not None]
    return []


def page_of(value: object) -> Mapping[str, Any]:
    """Return what a connection says of its page; empty if nothing."""
    found = value.get("pageInfo") if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def login_of(author: object) -> str | None:
    """Return the login of an author, from its address if need be."""
    if isinstance(author, str):
        return author or None
    if not isinstance(author, dict):
        return None
    login = _text(author.get("login"))
    if login is None:
        url = _text(author.get("url")) or ""
        login = url.rstrip("/").rpartition("/")[2] or _text(author.get("name"))
    return login


def pick(members: Members, *names: str) -> str:
    """Return the first of several names of one member that is there and not null."""
    for name in names:
        if members.peek(name) is not None:
            return name
    return names[0]


def user_of(value: object) -> User | None:
    """Return the person that an object describes; None without a login."""
    login = login_of(value)
    if login is None or "\0" in login:
        return None
    kind, name = UserKind.REGISTERED, None
    if isinstance(value, dict):
        if "Bot" in (value.get("__typename"), value.get("type")):
            kind = UserKind.BOT
        shown = value.get("name")
        name = shown if isinstance(shown, str) and shown not in ("", login) else None
    return User(id=login, name=name, handle=login, kind=kind)


def is_discussion(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a discussion."""
    if value.get("__typename") == "Discussion":
        return True
    url = _url_of(value)
    if url is not None and url[3] is not None:
        return False
    titled = isinstance(value.get("title"), str)
    known = ("body", "bodyHTML", "comments", "category", "answer", "number", "author")
    return titled and any(name in value for name in known)


def is_comment(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a comment by itself."""
    if value.get("__typename") == "DiscussionComment":
        return True
    url = _url_of(value)
    at_home = url is not None and url[3] is not None
    return at_home or ("discussion_id" in value and "body" in value)


def _url_of(value: Mapping[str, Any]) -> re.Match[str] | None:
    for name in ("html_url", "url"):
        text = value.get(name)
        if isinstance(text, str):
            found = _PAGE.fullmatch(text)
            if found is not None:
                return found
    return None


def _repo_of(value: Mapping[str, Any]) -> str | None:
    repo = value.get("repository")
    named = repo.get("nameWithOwner") if isinstance(repo, dict) else None
    if isinstance(named, str):
        return named
    text = value.get("repository_url")
    found = _API_REPO.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else found[1]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> str | None:
    return str(value) if type(value) is int and value >= 0 else None
