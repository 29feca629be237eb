"""Finds discussions and comments in the documents that GitHub and exports give."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import excerpt
from ...thread import Thread
from .._json import Place, shown
from .._members import Members
from .._report import Collector
from ._names import Names, is_comment, is_discussion, nodes_of, page_of
from ._raw import NO_EVENT, Event, Raw
from ._threads import threads_of

__all__ = ["Intake"]

_HOOK: Final = frozenset({"action", "discussion", "comment", "answer"})
#: Connections and wrappers of a GraphQL result that lead to discussions.
_WAYS: Final = (
    "data",
    "repository",
    "organization",
    "user",
    "viewer",
    "repositoryDiscussions",
    "discussions",
    "discussion",
    "search",
    "node",
    "nodes",
    "edges",
    "pinnedDiscussions",
    "resource",
)


#: Members of wrappers that belong to the asking, or that are taken.
_ENVELOPE: Final = frozenset(
    {
        "__typename",
        "cursor",
        "documentation_url",
        "errors",
        "extensions",
        "message",
        "nameWithOwner",
        "pageInfo",
        "status",
    }
)


class Intake:
    """
    Keeps the discussions and comments of all documents.

    Args:
        report: Hears of what does not fit.
    """

    def __init__(self, report: Collector) -> None:
        self._report = report
        self._names = Names()
        self._discussions: list[Raw] = []
        self._comments: list[Raw] = []
        self._error: str | None = None

    def take(self, value: object, where: Place) -> None:
        """Find what a document holds."""
        # The way through wrappers is short, but it is the input that says how long.
        waiting: list[tuple[object, Place, str | None]] = [(value, where, None)]
        while waiting:
            value, where, repo = waiting.pop()
            if isinstance(value, list):
                waiting += [
                    (each, where.down(at), repo)
                    for at, each in reversed(list(enumerate(value)))
                ]
            elif not isinstance(value, dict):
                self._odd(value, where)
            elif isinstance(value.get("action"), str) and isinstance(
                value.get("discussion"), dict
            ):
                self._hook(value, where)
            elif is_discussion(value):
                self._discussion(value, where, repo)
            elif is_comment(value):
                self._loose(value, where, repo)
            else:
                complained = self._errors(value, where)
                found = self._within(value, where, repo)
                if found:
                    waiting += reversed(found)
                elif not complained:
                    self._odd(value, where)

    def threads(self) -> Iterator[Thread]:
        """
        Yield what was found.

        Raises:
            FormatError: If there is nothing at all, though something was expected.
        """
        if not self._discussions and not self._comments and self._error is not None:
            raise self._report.error("not-this-format", self._error)
        discussions, comments = self._discussions, self._comments
        self._discussions, self._comments = [], []
        yield from threads_of(discussions, comments, self._names, self._report)

    # -- the shapes --------------------------------------------------------------

    def _within(
        self, value: dict[str, Any], where: Place, repo: str | None
    ) -> list[tuple[object, Place, str | None]]:
        """Return where a wrapper leads to; say what it says of itself."""
        named = value.get("nameWithOwner")
        repo = named if isinstance(named, str) else repo
        if page_of(value).get("hasNextPage") is True:
            self._report.tell(
                "has-more",
                "a page of discussions with more behind it: ask for the rest",
                str(where),
            )
        found: list[tuple[object, Place, str | None]] = []
        for name in _WAYS:
            inner = value.get(name)
            if isinstance(inner, dict | list):
                found.append((inner, where.down(name), repo))
        others = [
            name
            for name, each in value.items()
            if each is not None and name not in _WAYS and name not in _ENVELOPE
        ]
        if found and others:
            self._report.tell(
                "wrapper",
                "what stands around discussions, such as members of the repository: "
                "it is not kept",
                f"{where}: {', '.join(others)}",
            )
        return found

    def _errors(self, value: Mapping[str, Any], where: Place) -> bool:
        """Tell whether it is an answer with errors, and report them."""
        errors = value.get("errors")
        if isinstance(errors, list) and errors:
            first = errors[0]
            text = first.get("message") if isinstance(first, dict) else first
            self._complain(f"{len(errors)} errors, the first: {text}", where)
        elif isinstance(value.get("message"), str) and "documentation_url" in value:
            self._complain(str(value["message"]), where)
        else:
            return False
        return True

    def _complain(self, text: str, where: Place) -> None:
        said = excerpt(text, 120)
        if self._error is None:
            self._error = f"this is an error answer of GitHub ({said})"
        self._report.loss(
            "errors",
            "GitHub answered with errors, so parts may be missing: ask again",
            f"{where}: {said}",
            kind="noted",
        )

    def _odd(self, value: object, where: Place) -> None:
        if self._error is None:
            self._error = f"a discussion of GitHub expected, this is {shown(value)}"
        self._report.damage(
            "unknown-item",
            "something that is no discussion and no comment: it is left out",
            f"{where}: {shown(value)}",
            kind="skipped",
            error="not-this-format",
        )

    def _hook(self, value: dict[str, Any], where: Place) -> None:
        action = str(value["action"])
        members = Members(value, where, self._report)
        sender = value.get("sender")
        login = sender.get("login") if isinstance(sender, dict) else None
        repo = value.get("repository")
        named = repo.get("full_name") if isinstance(repo, dict) else None
        repo_name = named if isinstance(named, str) else None
        comment = members.peek("comment")
        event = Event(action, login if isinstance(login, str) else None)
        on_comment = comment is not None
        raw = self._discussion(
            value["discussion"],
            where.down("discussion"),
            repo_name,
            NO_EVENT if on_comment else event,
        )
        for name in ("comment", "answer", "old_answer"):
            found = members.peek(name)
            if found is not None and raw is not None:
                said = event if name == "comment" else NO_EVENT
                self._add(found, where.down(name), raw.key, None, said)
        self._report.tell(
            "event",
            "a webhook: what it says of the event beside its discussion (action, "
            "changes, repository, sender) is not kept",
            f"{where}: {action[:40]}",
        )

    def _discussion(
        self,
        value: dict[str, Any],
        where: Place,
        repo: str | None,
        event: Event = NO_EVENT,
    ) -> Raw | None:
        key = self._names.of_discussion(value, repo)
        if key is None:
            self._report.damage(
                "field",
                "a discussion without url, number or id: it is left out",
                str(where),
                kind="skipped",
            )
            return None
        raw = Raw(value, where, key, event=event)
        self._discussions.append(raw)
        top = nodes_of(value.get("comments"))
        answer = value.get("answer")
        if isinstance(answer, dict) and ("body" in answer or "bodyHTML" in answer):
            self._answer(answer, where.down("answer"), key, top)
        for at, each in enumerate(top):
            self._add(each, where.down("comments", at), key, None)
        return raw

    def _answer(
        self, answer: dict[str, Any], where: Place, key: str, top: list[Any]
    ) -> None:
        """Keep an answer that is told apart from the comments, perhaps again."""
        answer = {
            name: each
            for name, each in answer.items()
            if name not in ("chosenAt", "chosenBy")
        }
        for each in top:
            if isinstance(each, dict) and _covers(each, answer):
                return
        self._add(answer, where, key, None, accepted=True)

    def _add(
        self,
        value: object,
        where: Place,
        discussion: str,
        parent: str | None,
        event: Event = NO_EVENT,
        accepted: bool | None = None,
    ) -> None:
        # GitHub has two levels; an export may have more, but the input says how many.
        waiting: list[tuple[object, Place, str | None]] = [(value, where, parent)]
        while waiting:
            value, where, parent = waiting.pop()
            if not isinstance(value, dict):
                self._odd(value, where)
                continue
            key = self._names.of_comment(value, discussion)
            raw = Raw(value, where, key, discussion, parent, event, accepted)
            self._comments.append(raw)
            event, accepted = NO_EVENT, None  # of the first one alone
            replies = list(enumerate(nodes_of(value.get("replies"))))
            waiting += [
                (each, where.down("replies", at), key) for at, each in reversed(replies)
            ]

    def _loose(self, value: dict[str, Any], where: Place, repo: str | None) -> None:
        """Keep a comment that stands by itself and says where it belongs."""
        home = value.get("discussion")
        key = None
        if isinstance(home, dict):
            key = self._names.of_discussion(home, repo)
        key = key or self._names.of_home(value)
        if key is None:
            self._odd(value, where)
            return
        rest = {name: each for name, each in value.items() if name != "discussion"}
        self._add(rest, where, key, None)


def _covers(whole: Mapping[str, Any], part: Mapping[str, Any]) -> bool:
    """Tell whether *whole* says all that *part* says."""
    return all(name in whole and whole[name] == each for name, each in part.items())
